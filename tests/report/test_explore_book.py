"""The workbook of an exploration: its numbers, its chart, and that it is sound."""

import re
import zipfile
from xml.etree import ElementTree

import numpy as np
import openpyxl
import pytest

from xlcf.bridge.verify import verify
from xlcf.errors import InputError
from xlcf.exploring import ExploreOptions, explore, similar_items
from xlcf.models.factors import Factors
from xlcf.models.rating_model import RatingModel
from xlcf.ratings.ratings import Ratings
from xlcf.report.explore_book import write_explore_book

LIVE = ["New user", "New item", "Waterfall"]


def make_fitted(**changes) -> RatingModel:
    rng = np.random.default_rng(2)
    factors = Factors(
        rng.normal(0, 0.5, (12, 3)), rng.normal(0, 0.5, (16, 3)), rng.normal(size=12) / 5, rng.normal(size=16) / 3, 3.5
    )
    users, items = np.divmod(np.arange(192), 16)
    values = np.clip(np.round(factors.predict_all().ravel() + rng.normal(0, 0.3, 192)), 1, 5)
    titles = [f"=Film {number} ({1970 + number})" for number in range(16)]  # a title that looks like a formula
    ratings = Ratings(users, items, values, list(range(1, 13)), list(range(100, 116)), titles)
    options = {
        "predictor": factors,
        "user_ids": ratings.user_ids,
        "item_ids": ratings.item_ids,
        "item_titles": titles,
        "user_counts": np.full(12, 16),
        "item_counts": np.arange(16, 0, -1),
        "mean": float(values.mean()),
        "rating_range": (1.0, 5.0),
        "is_clipped": False,
        "ratings": ratings,
        "training": {"weight_decay": 1e-3, "method": "adam"},
        "source": "made up",
    }
    return RatingModel(**options | changes)


@pytest.fixture(scope="module")
def found():
    return explore(make_fitted(), ExploreOptions(top=4))


@pytest.fixture(scope="module")
def path(found, tmp_path_factory):
    path = tmp_path_factory.mktemp("book") / "explored.xlsx"
    write_explore_book(path, found)
    return path


def test_no_character_of_a_title_spoils_a_part(tmp_path):
    titles = [f"bad\x01 \ufffe _x0041_ {number}" for number in range(16)]
    write_explore_book(tmp_path / "book.xlsx", explore(make_fitted(item_titles=titles)))
    with zipfile.ZipFile(tmp_path / "book.xlsx") as package:
        parts = {name: package.read(name).decode("utf-8") for name in package.namelist()}
    for part in parts.values():
        ElementTree.fromstring(part)
        assert "\ufffe" not in part
    assert any("bad\ufffd" in part for name, part in parts.items() if "charts/" in name)
    assert verify(tmp_path / "book.xlsx", libreoffice=False).findings == ()


@pytest.fixture(scope="module")
def book(path):
    return openpyxl.load_workbook(path, data_only=True)


def rows(sheet, caption):
    """Give the rows of the list below a caption, until the first blank one."""
    start = next(cell for row in sheet.iter_rows() for cell in row if cell.value == caption)
    listed = []
    for row in sheet.iter_rows(min_row=start.row + 2, min_col=start.column, values_only=True):
        if row[0] is None:
            break
        listed.append(row)
    return listed


def test_the_sheets(path, book):
    assert book.sheetnames == ["Summary", "Best and worst", "Components", "Map", "Neighbours", "Residuals", *LIVE]
    assert not verify(path, libreoffice=False).faults


def test_best_and_worst_are_those_of_the_library(found, book):
    biases, fitted = found.biases, found.model
    for caption, places in (("The best", biases.best(4)), ("The worst", biases.worst(4))):
        listed = rows(book["Best and worst"], caption)
        items = biases.items[places]
        assert [row[0] for row in listed] == [fitted.item_ids[item] for item in items]
        assert [row[1] for row in listed] == [fitted.item_titles[item] for item in items]
        for column, values in ((2, biases.level), (3, biases.low), (4, biases.high), (5, biases.counts)):
            np.testing.assert_allclose([row[column] for row in listed], values[places])


def test_components_and_map_hold_the_scores(found, book):
    directions = found.directions
    top, _ = directions.ends(0, found.biases.items, 4)
    sheet = book["Components"]
    caption = next(
        c.value for row in sheet.iter_rows() for c in row if str(c.value).startswith("Principal component 1")
    )
    np.testing.assert_allclose([row[2] for row in rows(sheet, caption)], directions.scores[top, 0])
    caption = next(c.value for row in book["Map"].iter_rows() for c in row if str(c.value).startswith("The 16 items"))
    listed = rows(book["Map"], caption)
    np.testing.assert_allclose([row[2:4] for row in listed], directions.scores[found.known, :2])


def test_the_map_is_a_chart_with_titles_as_labels(path):
    with zipfile.ZipFile(path) as archive:
        charts = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/charts/chart")]
    maps = [chart for chart in charts if "The first two principal components" in chart]
    assert len(maps) == 2  # on Summary and on Map
    labels = [re.findall(r"<c:rich>.*?<a:t>(=Film \d+)</a:t>", chart) for chart in maps]
    assert max(map(len, labels)) >= 10
    assert "<c:scatterChart>" in maps[0]


def test_neighbours_are_those_of_the_library(found, book):
    first = found.known[0]
    nearest = similar_items(found.model, int(first), 5)
    row = next(book["Neighbours"].iter_rows(min_row=5, min_col=2, values_only=True))
    labels = found.model.item_labels()
    assert row[0] == labels[first]
    expected = [f"{labels[code]}  {s:.2f}" for code, s in zip(nearest.codes, nearest.similarity, strict=True)]
    assert list(row[1:6]) == expected


def test_residuals_are_those_of_the_library(found, book):
    listed = rows(book["Residuals"], "By rating")
    groups = found.residuals.by_rating
    assert [row[0] for row in listed] == [group.label for group in groups]
    expected = [(group.count, group.actual, group.prediction, group.residual, group.rmse) for group in groups]
    np.testing.assert_allclose([row[1:6] for row in listed], expected)


@pytest.mark.parametrize("kind", ["varimax", "pca"])
def test_a_rotation_brings_its_factors_and_matrix(kind, tmp_path):
    found = explore(make_fitted(), ExploreOptions(rotate=kind))
    sheets = write_explore_book(tmp_path / "r.xlsx", found)
    assert sheets[6:9] == ["Users", "Items", "Rotation"]
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    matrix = np.array(list(book["Rotation"].iter_rows(min_row=5, min_col=3, max_col=5, values_only=True)))
    np.testing.assert_allclose(matrix, found.rotation.matrix)
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(3), atol=1e-12)


@pytest.mark.parametrize(
    "changes",
    [
        {"item_titles": None},
        {"ratings": None, "metrics": {"test_rmse": 0.8}},
        {"predictor": Factors(np.ones((12, 1)), np.arange(16.0)[:, None])},
        {
            "threshold": 3.5,
            "mean": 0.6,
            "predictor": Factors(np.ones((12, 2)), np.eye(16)[:, :2], rating_range=(0.0, 1.0)),
        },
    ],
    ids=["no titles", "no ratings", "one factor", "classifier"],
)
def test_unusual_models_give_sound_workbooks(changes, tmp_path):
    fitted = make_fitted(**changes)
    sheets = write_explore_book(tmp_path / "b.xlsx", explore(fitted))
    assert not verify(tmp_path / "b.xlsx", libreoffice=False).faults
    assert ("Residuals" in sheets) == (fitted.ratings is not None)
    assert ("Waterfall" in sheets) == (fitted.threshold is None)


def test_only_xlsx_is_written(found, tmp_path):
    with pytest.raises(InputError, match=r"end in .xlsx"):
        write_explore_book(tmp_path / "book.ods", found)
    assert not list(tmp_path.iterdir())
