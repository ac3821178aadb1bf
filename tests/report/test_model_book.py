"""The workbook of a trained model, against the torch module, pandas, LibreOffice and the parts that were put in."""

import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, fields, replace
from datetime import datetime
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from xlcf_cli.train import train as train_command_line

from xlcf.bridge.verify import verify
from xlcf.errors import InputError
from xlcf.exploring import ExploreOptions, explore
from xlcf.exploring.bins import MOST, Bins
from xlcf.exploring.predicted_actual import predicted_actual
from xlcf.models.build import build_module
from xlcf.models.coded_ratings import CodedRatings
from xlcf.models.measure import measure
from xlcf.models.model_file import load_model, save_model
from xlcf.models.model_options import ModelOptions
from xlcf.models.net import Net
from xlcf.models.rating_model import RatingModel
from xlcf.ooxml import open_workbook
from xlcf.ratings import row_blocks
from xlcf.ratings.ratings import Ratings
from xlcf.report import new_book
from xlcf.report.best_and_worst import LISTED
from xlcf.report.explore_book.book import write_explore_book
from xlcf.report.model_book import Exported, book, export_model
from xlcf.report.model_book.command import train_command
from xlcf.report.model_book.verdict import verdict
from xlcf.training.options import TrainOptions
from xlcf.training.train import train

KINDS = {
    "dot": {"model": "dot"},
    "dot-course": {"model": "dot", "start": "course", "learning_rate": 0.1},
    "dot-bias": {},
    "range": {"rating_range": (0.0, 5.5)},
    "net": {"model": "net"},
    "classifier": {"threshold": 4.0},
}
TITLES = ["=1+1", "<r><t>rich</t></r>", "[Title](", "{=1}", "+1", "It's 🎬", "@home", "Plain (1999)"]
ALL = [
    "Summary",
    "Learning curves",
    "Predict",
    "Users",
    "Items",
    "Best and worst",
    "Recommendations",
    "Predicted against actual",
]


def make_ratings(users: int = 40, items: int = 30, share: float = 0.6, seed: int = 0) -> Ratings:
    random = np.random.default_rng(seed)
    pairs = np.argwhere(random.random((users, items)) < share * random.random(items))
    tastes = random.normal(size=users)[pairs[:, 0]] * random.normal(size=items)[pairs[:, 1]]
    return Ratings(
        users=pairs[:, 0],
        items=pairs[:, 1],
        values=np.clip(np.round(2 * (3 + tastes)) / 2, 0.5, 5),
        user_ids=[100 + 3 * user for user in range(users)],
        item_ids=[f"={item}" for item in range(items)],
        item_titles=[TITLES[item % len(TITLES)] + " " * (item // len(TITLES)) for item in range(items)],
        user_name="userId",
        item_name="movieId",
    )


@cache
def data() -> tuple[Ratings, Ratings, Ratings]:
    """Give all ratings, those trained on, and those held out."""
    ratings = make_ratings()
    order = np.random.default_rng(1).permutation(len(ratings))
    return ratings, ratings.take(order[60:]), ratings.take(order[:60])


@cache
def trained(kind: str) -> RatingModel:
    _, training, validation = data()
    options = TrainOptions(**{"n_factors": 3, "epochs": 4, "batch_size": 32, "device": "cpu"} | KINDS[kind])
    model = train(training, options, validation=validation, source="ratings.csv")
    tested = {f"test_{name}": value for name, value in measure(model, validation).items()}
    return replace(model, metrics=dict(model.metrics) | tested)


def untrained(n_factors: int = 2) -> RatingModel:
    """Give a model of which nothing is recorded but its weights."""
    ratings, options = make_ratings(8, 6, 1.5), ModelOptions(n_factors=n_factors)
    return RatingModel(
        build_module(ratings, options).to_predictor(),
        ratings.user_ids,
        ratings.item_ids,
        None,
        np.bincount(ratings.users, minlength=8),
        np.bincount(ratings.items, minlength=6),
        ratings.mean,
        ratings.rating_range,
    )


def write(folder: Path, kind: str = "dot-bias", **options: Any) -> Exported:
    return export_model(trained(kind), folder / "book.xlsx", **{"ratings": data()[0]} | options)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Exported]:
    """Give a function: kind of model -> its workbook, which is written once."""

    @cache
    def write_once(kind: str) -> Exported:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(row_blocks, "ROWS", 17)  # so that there are many
            options = {"users": [103, "106"], "top": 7, "minimum_count": 8, "test": data()[2]}
            return write(tmp_path_factory.mktemp(kind), kind, **options)

    return write_once


def rows_below(sheet: Any, header: str) -> list[tuple[Any, ...]]:
    """Give the rows of a table, from the line below the one with a header down to the first blank one."""
    top = next(row for row in range(1, sheet.max_row + 1) if header in [cell.value for cell in sheet[row]])
    left = [cell.value for cell in sheet[top]].index(header)
    found = []
    for row in sheet.iter_rows(min_row=top + 1, min_col=left + 1, values_only=True):
        if row[0] is None:
            break
        found.append(row)
    return found


def texts(path: Path, sheet: str) -> str:
    return "\n".join(str(cell.value) for row in openpyxl.load_workbook(path)[sheet] for cell in row if cell.value)


def exact_predictions(model: RatingModel) -> np.ndarray:
    """Predict every pair, one at a time: shape (users, items), before the range is kept."""
    p = model.predictor
    predictions = np.empty((model.n_users, model.n_items))
    for user, item in np.ndindex(predictions.shape):
        own, its = p.user_factors[user], p.item_factors[item]
        if isinstance(p, Net):
            hidden = np.maximum(p.hidden_weight @ np.concatenate([own, its]) + p.hidden_bias, 0)
            z = hidden @ p.output_weight + p.output_bias
        else:
            z = own @ its + p.global_bias
            z += 0 if p.user_bias is None else p.user_bias[user] + p.item_bias[item]
        low, high = p.rating_range or (0, 1)
        predictions[user, item] = z if p.rating_range is None else low + (high - low) / (1 + np.exp(-z))
    return predictions


# all kinds of models


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_model_makes_a_sound_workbook_whose_formulas_are_as_stored(
    kind: str, written: Callable[[str], Exported]
) -> None:
    done = written(kind)
    assert done.sheets == [name for name in ALL if kind != "net" or name != "Predict"]
    assert openpyxl.load_workbook(done.path).sheetnames == done.sheets
    assert (done.files, done.sentences) == ([], [])
    checked = verify(done.path, libreoffice=False)
    assert checked.faults == ()
    assert checked.values.compared > (5 if kind == "net" else 20)
    assert not checked.values.unsupported


@pytest.mark.parametrize("kind", KINDS)
def test_the_sheets_hold_ids_counts_and_weights_with_most_ratings_first(
    kind: str, written: Callable[[str], Exported]
) -> None:
    model, (_, training, _) = trained(kind), data()
    done = written(kind)
    weights = asdict(model.predictor)
    for side, name, codes, ids in (
        ("user", "Users", training.users, training.user_ids),
        ("item", "Items", training.items, training.item_ids),
    ):
        table = pd.DataFrame(weights[f"{side}_factors"], index=ids)
        if weights.get(f"{side}_bias") is not None:
            table.insert(0, "bias", weights[f"{side}_bias"])
        if side == "item":
            table.insert(0, "title", training.item_titles)
        counts = pd.Series(np.bincount(codes, minlength=len(ids)), index=ids)
        table.insert(int(side == "item"), "count", counts)
        expected = table.loc[counts.sort_values(ascending=False, kind="stable").index]
        found = rows_below(openpyxl.load_workbook(done.path)[name], training.user_name if side == "user" else "movieId")
        assert [row[0] for row in found] == expected.index.tolist()
        texts_and_numbers = pd.DataFrame([row[1:] for row in found], index=expected.index)
        assert texts_and_numbers.shape == expected.shape
        for column, name_of_column in enumerate(expected.columns):
            if name_of_column == "title":
                assert texts_and_numbers[column].str.rstrip().tolist() == expected["title"].str.rstrip().tolist()
            else:
                found_numbers = texts_and_numbers[column].to_numpy(dtype=float)
                np.testing.assert_allclose(found_numbers, expected[name_of_column], rtol=1e-15)


@pytest.mark.parametrize("kind", KINDS)
def test_recommended_are_the_unrated_items_with_the_highest_predictions(
    kind: str, written: Callable[[str], Exported]
) -> None:
    model, (ratings, training, _) = trained(kind), data()
    done = written(kind)
    exact = exact_predictions(model)
    known = np.bincount(training.items, minlength=ratings.n_items) > 0
    values = openpyxl.load_workbook(done.path, data_only=True)["Recommendations"]
    found = pd.DataFrame(rows_below(values, "userId")).iloc[:, :8]
    found.columns = ["user", "rank", "item", "title", "prediction", "own", "mean", "count"]
    assert done.recommended_users == [103, 106] == found["user"].unique().tolist()
    means = pd.Series(ratings.values >= 4.0 if kind == "classifier" else ratings.values).groupby(ratings.items).mean()
    for code, rows in zip((1, 2), (rows for _, rows in found.groupby("user")), strict=True):
        unrated = np.setdiff1d(np.flatnonzero(known), ratings.items[ratings.users == code])
        own = ratings.values[ratings.users == code]
        least = 0.5 if kind == "classifier" else own.mean()
        best = unrated[np.argsort(-exact[code, unrated], kind="stable")]
        best = best[exact[code, best].clip(*model.prediction_range) >= least][:7]
        if not len(best):
            (said,) = rows["item"]
            assert said.startswith("nothing unrated is predicted at or above")
            continue
        np.testing.assert_allclose(rows["own"].astype(float), (own >= 4).mean() if kind == "classifier" else own.mean())
        assert rows["item"].tolist() == [ratings.item_ids[item] for item in best]
        expected = exact[code, best].clip(*model.prediction_range)
        np.testing.assert_allclose(rows["prediction"].astype(float), expected, rtol=1e-6)
        np.testing.assert_allclose(rows["mean"].astype(float), means[best])
        assert rows["count"].tolist() == np.bincount(training.items)[best].tolist()


@pytest.mark.parametrize("kind", KINDS)
def test_predictions_and_ratings_are_grouped_as_pandas_groups_them(
    kind: str, written: Callable[[str], Exported]
) -> None:
    model, test = trained(kind), data()[2]
    path = written(kind).path
    predicted = exact_predictions(model)[test.users, test.items].clip(*model.prediction_range)
    target = (test.values >= 4.0).astype(float) if kind == "classifier" else test.values
    table = pd.DataFrame({"rating": test.values, "p": predicted, "t": target, "r": target - predicted})

    def summed(group: Any) -> pd.DataFrame:
        means = group[["p", "t", "r"]].mean()
        spread, error = group["p"].std(ddof=0), group["r"].agg(lambda r: np.sqrt(np.mean(r**2)))
        return pd.concat([group.size(), means["p"], spread, means["t"], means["r"], error], axis=1)

    by_rating = summed(table.groupby("rating"))
    by_rating.iloc[:, 3] = by_rating.index
    sheet = openpyxl.load_workbook(path, data_only=True)["Predicted against actual"]
    *found, total = rows_below(sheet, "Rating")
    assert [float(row[0]) for row in found] == by_rating.index.tolist()
    np.testing.assert_allclose(np.array([row[1:7] for row in found]), by_rating.to_numpy(), rtol=1e-5, atol=1e-6)
    assert total[0] == "All"
    assert total[1] == len(test)
    np.testing.assert_allclose(total[2], predicted.mean(), rtol=1e-6)
    error = np.sqrt(np.mean(table["r"] ** 2))
    np.testing.assert_allclose(total[4:7], [test.values.mean(), table["r"].mean(), error], rtol=1e-5)
    if kind != "classifier":
        assert total[6] == pytest.approx(measure(model, test)["rmse"], rel=1e-6)

    shown = rows_below(sheet, "Prediction")
    ends = [[float(end.rstrip("%")) / (100 if "%" in end else 1) for end in row[0].split(" to ")] for row in shown]
    place = np.searchsorted([low for low, _ in ends], predicted, side="right") - 1
    by_prediction = summed(table.groupby(place))
    assert [row[1] for row in shown] == np.bincount(place, minlength=len(ends)).tolist()
    filled = np.array([row[1:7] for row in shown if row[1]])
    np.testing.assert_allclose(filled, by_prediction.to_numpy(), rtol=1e-5, atol=1e-6)
    grid = pd.crosstab(place, test.values).reindex(range(len(ends)), fill_value=0)
    assert [list(row[8 : 8 + grid.shape[1]]) for row in shown] == grid.to_numpy().tolist()


def best_and_worst(path: Path) -> list[list[tuple[Any, ...]]]:
    """Give the rows of the best and of the worst: id, title, level, from, to, ratings."""
    sheet = openpyxl.load_workbook(path)["Best and worst"]
    cells = [row[1:7] for row in sheet.iter_rows(values_only=True)]
    captions = [next(place for place, row in enumerate(cells) if row[0] == name) for name in ("The best", "The worst")]
    return [list(takewhile(lambda row: row[0] is not None, cells[place + 2 :])) for place in captions]


@pytest.mark.parametrize("kind", KINDS)
def test_best_and_worst_are_by_the_ends_of_intervals(kind: str, written: Callable[[str], Exported]) -> None:
    model, (ratings, training, _) = trained(kind), data()
    counts = np.bincount(training.items, minlength=ratings.n_items)
    bias = getattr(model.predictor, "item_bias", None) if model.training["weight_decay"] else None
    exact = exact_predictions(model)
    level = (exact.clip(*model.prediction_range) if kind == "net" else exact).mean(axis=0) if bias is None else bias
    low, high = np.inf, -np.inf
    for rows, end, sign in zip(best_and_worst(written(kind).path), (3, 4), (-1, 1), strict=True):
        items = [ratings.item_ids.index(row[0]) for row in rows]
        assert len(items) == min(20, (counts >= 8).sum() // 2)
        assert [row[5] for row in rows] == counts[items].tolist()
        assert min(row[5] for row in rows) >= 8
        if bias is not None or model.predictor.rating_range is None:
            np.testing.assert_allclose([row[2] for row in rows], level[items], rtol=1e-6)
        np.testing.assert_allclose([row[4] - row[2] for row in rows], [row[2] - row[3] for row in rows], rtol=1e-9)
        assert [row[end] for row in rows] == sorted((row[end] for row in rows), key=lambda value: sign * value)
        low, high = min(low, *(row[2] for row in rows)), max(high, *(row[2] for row in rows))
    (scale,) = openpyxl.load_workbook(written(kind).path)["Best and worst"].conditional_formatting
    assert {area.min_col for area in scale.sqref} == {area.max_col for area in scale.sqref} == {4}
    ends = [float(point.val) for point in scale.rules[0].colorScale.cfvo]
    assert ends[1] == pytest.approx((ends[0] + ends[2]) / 2)  # pale at 0 for biases, else halfway
    assert ends[0] - 1e-9 <= low < high <= ends[2] + 1e-9
    assert bias is None or ends[1] == 0


def test_best_and_worst_are_those_of_explore(tmp_path: Path, written: Callable[[str], Exported]) -> None:
    options = ExploreOptions(top=LISTED, minimum_count=8)
    write_explore_book(tmp_path / "explored.xlsx", explore(trained("dot-bias"), options))
    assert best_and_worst(tmp_path / "explored.xlsx") == best_and_worst(written("dot-bias").path)


@pytest.mark.parametrize("kind", KINDS)
def test_learning_curves_and_summary_say_what_training_recorded(kind: str, written: Callable[[str], Exported]) -> None:
    model = trained(kind)
    path = written(kind).path
    classifier = kind == "classifier"
    sheet = openpyxl.load_workbook(path, data_only=True)["Learning curves"]
    for row, record in zip(rows_below(sheet, "Epoch"), model.history, strict=True):
        measured = ("log_loss", "auc") if classifier else ("rmse", "mae")
        errors = [record["loss"]] if classifier else [record["loss"], record["loss"] ** 0.5]
        expected = [record["epoch"], *errors, *(record[f"valid_{name}"] for name in measured)]
        expected += [record[name] for name in ("learning_rate", "seconds", "ratings_per_second")]
        assert row[: len(expected)] == pytest.approx(expected, rel=1e-15)
    metrics = pd.DataFrame(rows_below(openpyxl.load_workbook(path)["Summary"], "Validation")).iloc[:, :2].astype(float)
    names = ["log_loss", "base_log_loss", "auc"] if classifier else ["rmse", "mae"]
    known = dict(model.metrics)
    expected = [[known[f"{part}_{name}"] for part in ("valid", "test")] for name in names]
    np.testing.assert_allclose(metrics, expected, rtol=1e-15)
    summary = texts(path, "Summary")
    assert model.fingerprint in summary
    assert verdict(model) in summary
    assert re.search(r"xlcf train ratings\.csv .*--epochs 4", summary)


# live formulas


def test_libreoffice_computes_the_stored_values(
    written: Callable[[str], Exported], formula_values: Callable[[Path], dict[tuple[str, str], tuple[Any, Any]]]
) -> None:
    values = formula_values(written("range").path)
    assert {sheet for sheet, _ in values} == {ALL[1], ALL[2], ALL[6], ALL[7]}
    for cached, computed in values.values():
        if isinstance(cached, str):
            assert computed == cached
        else:
            assert computed == pytest.approx(cached, rel=1e-9, abs=1e-9)


def test_a_reader_may_type_other_ids_and_sort_the_tables(tmp_path: Path, recalculate: Callable[[Path], Path]) -> None:
    model, (ratings, _, _) = trained("range"), data()
    path = write(tmp_path, "range").path
    before = openpyxl.load_workbook(path, data_only=True)["Recommendations"]
    edited = openpyxl.load_workbook(path)
    predict = edited["Predict"]
    assert predict["B5"].value == "userId"
    predict["C5"], predict["C6"] = 151, "=7"
    predict["C6"].data_type = "s"
    for name in ("Users", "Items"):
        sheet = edited[name]
        first = next(row for row in range(1, sheet.max_row) if sheet.cell(row, 2).value in ("userId", "movieId")) + 1
        block = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=first)]
        for row, values in enumerate(reversed(block), first):
            for column, value in enumerate(values, 1):
                sheet.cell(row, column).value = value
                if isinstance(value, str):
                    sheet.cell(row, column).data_type = "s"
    edited.save(tmp_path / "edited.xlsx")
    after = openpyxl.load_workbook(recalculate(tmp_path / "edited.xlsx"), data_only=True)

    code = ratings.user_ids.index(151)
    expected = exact_predictions(model)[code, 7].clip(*model.prediction_range)
    shown = {row[1]: row[2] for row in after["Predict"].iter_rows(values_only=True)}
    assert shown["Prediction"] == pytest.approx(expected, rel=1e-9)
    assert shown["User's bias"] == pytest.approx(model.factors.user_bias[code], rel=1e-9)
    assert after["Predict"]["F6"].value == TITLES[7]
    assert after["Predict"]["E5"].value == model.user_counts[code]
    was, now = (pd.DataFrame(rows_below(sheet, "userId")) for sheet in (before, after["Recommendations"]))
    np.testing.assert_allclose(now[4].astype(float), was[4].astype(float), rtol=1e-12)

    predict["C5"] = 99
    edited.save(tmp_path / "unknown.xlsx")
    unknown = openpyxl.load_workbook(recalculate(tmp_path / "unknown.xlsx"), data_only=True)["Predict"]
    assert {row[1]: row[2] for row in unknown.iter_rows(values_only=True)}["Prediction"] == "not listed"


# what is cut, and files beside


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_what_the_sheets_cut_is_said_and_in_files_beside(kind: str, tmp_path: Path) -> None:
    model = trained("dot-bias")
    done = write(tmp_path, rows=5, tables=kind)
    assert [file.name for file in done.files] == [f"book.users.{kind}", f"book.items.{kind}"]
    (sentence,) = done.sentences
    assert "5 of 40 users and 5 of 30 items" in sentence
    assert f"book.users.{kind} and book.items.{kind} hold all" in sentence
    assert sentence in texts(done.path, "Summary")
    assert f"book.items.{kind}" in texts(done.path, "Items")
    book = openpyxl.load_workbook(done.path)
    assert [len(rows_below(book[name], "Ratings")) for name in ("Users", "Items")] == [5, 5]
    read: Any = pd.read_csv if kind == "csv" else pd.read_parquet
    users, items = (read(file) for file in done.files)
    factors = model.factors
    assert list(users) == ["userId", "ratings", "bias", "factor_1", "factor_2", "factor_3"]
    assert list(items) == ["movieId", "title", "ratings", "bias", "factor_1", "factor_2", "factor_3"]
    assert users["ratings"].is_monotonic_decreasing
    codes = [model.user_ids.index(raw_id) for raw_id in users["userId"]]
    assert sorted(codes) == list(range(40))
    np.testing.assert_allclose(users.iloc[:, 3:], factors.user_factors[codes], rtol=1e-6)
    codes = [model.item_ids.index(raw_id) for raw_id in items["movieId"]]
    assert items["title"].tolist() == [model.item_titles[code] for code in codes]
    np.testing.assert_allclose(items["bias"], factors.item_bias[codes], rtol=1e-6)
    assert verify(done.path, libreoffice=False).faults == ()
    live = [row[4] for row in rows_below(book["Recommendations"], "userId")]
    assert 0 < sum(isinstance(value, str) for value in live) < len(live)


def test_only_the_side_that_is_cut_gets_a_file(tmp_path: Path) -> None:
    done = write(tmp_path, rows=35)
    assert [file.name for file in done.files] == ["book.users.csv"]
    assert done.sentences[0].endswith("book.users.csv holds all.")
    assert (done.listed_users, done.listed_items) == (35, 30)


# data of all sorts


def test_titles_and_ids_are_data(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write(tmp_path).path)
    for name, sheet in ((name, book[name]) for name in ("Items", "Best and worst", "Recommendations")):
        cells = [cell for row in sheet for cell in row if isinstance(cell.value, str)]
        assert {cell.value.rstrip() for cell in cells if cell.data_type == "s"} >= set(TITLES), name
        formulas = [cell.value for cell in cells if cell.data_type == "f"]
        assert all(re.match(r"=(MIN|SUMPRODUCT)\(", formula) for formula in formulas), name


def test_no_character_of_a_title_spoils_the_file(tmp_path: Path) -> None:
    """The title of the item with most ratings is what a formula gives on the sheet Predict."""
    titles = [f"bad\x01\x1f\ufffe\ud800_x0041_\r{item}" for item in range(6)]
    path = export_model(replace(untrained(), item_titles=titles, item_ids=titles), tmp_path / "book.xlsx").path
    checked = verify(path, libreoffice=False)
    assert (checked.findings, checked.values.unsupported) == ((), {})
    sheets = open_workbook(path)
    shown = sheets["Predict"].value("F6")
    assert re.fullmatch(r"bad\ufffd\ufffd\ufffd\?_x0041_\r\d", shown)
    assert shown in sheets["Items"].values.values()
    for sheet in openpyxl.load_workbook(path):  # every part is XML
        assert sheet.max_row > 1


def test_wildcards_in_ids_find_nobody_else(tmp_path: Path, recalculate: Callable[[Path], Path]) -> None:
    model = untrained()
    users, items = ["u*", "u?", "u~1", "u1", "u**", "*", "?", "~"], ["i?", "i1", "i*", "~", "~~", "*"]
    counts = np.arange(1, 9), np.arange(1, 7)
    model = replace(model, user_ids=users, item_ids=items, user_counts=counts[0], item_counts=counts[1])
    done = export_model(model, tmp_path / "book.xlsx", users=users)
    checked = verify(done.path, libreoffice=False)
    assert (checked.faults, checked.values.unsupported) == ((), {})
    book = openpyxl.load_workbook(done.path)
    book["Predict"]["C5"], book["Predict"]["C6"] = "u~1", "i?"
    book.save(tmp_path / "typed.xlsx")
    shown = openpyxl.load_workbook(recalculate(tmp_path / "typed.xlsx"), data_only=True)
    predicted = {row[1]: row[2] for row in shown["Predict"].iter_rows(values_only=True)}["Prediction"]
    expected = model.factors.predict(np.array([2]), np.array([0])).clip(*model.prediction_range)
    assert predicted == pytest.approx(expected[0], rel=1e-9)
    cached = rows_below(openpyxl.load_workbook(done.path, data_only=True)["Recommendations"], "user")
    computed = rows_below(shown["Recommendations"], "user")
    assert len(cached) > 8
    np.testing.assert_allclose([row[3] for row in computed], [row[3] for row in cached], rtol=1e-9)


def test_a_model_of_which_nothing_is_recorded(tmp_path: Path) -> None:
    done = export_model(untrained(), tmp_path / "book.xlsx")
    assert done.sheets == [name for name in ALL[:-1] if name != "Learning curves"]  # there were no epochs
    assert done.minimum_count == 1
    assert verify(done.path, libreoffice=False).faults == ()
    assert "No ratings were held out" in texts(done.path, "Summary")
    assert "What users have rated is not known" in texts(done.path, "Recommendations")
    assert "Item's mean" not in texts(done.path, "Recommendations")


def test_unknown_users_and_items_are_counted(tmp_path: Path) -> None:
    model, (ratings, training, _) = trained("dot-bias"), data()
    stranger = replace(ratings, user_ids=[-1, *ratings.user_ids[1:]])
    coded = CodedRatings(model, stranger)
    compared = predicted_actual(coded)
    strange = ratings.users == 0
    assert coded.unknown == strange.sum()
    predicted = np.empty(len(ratings))
    predicted[~strange] = exact_predictions(model)[ratings.users, ratings.items][~strange]
    predicted[strange] = model.predict([-1] * strange.sum(), [ratings.item_ids[i] for i in ratings.items[strange]])
    errors = ratings.values - predicted.clip(*model.prediction_range)
    squares = sum(group.count * group.rmse**2 for group in compared.by_rating)
    assert squares == pytest.approx((errors**2).sum(), rel=1e-5)
    path = write(tmp_path, test=stranger).path
    assert f"{strange.sum():,} of them are by users" in texts(path, "Predicted against actual")
    assert "which may include" in texts(write(tmp_path).path, "Predicted against actual")
    assert "was trained on: on new ones" in texts(write(tmp_path, ratings=training).path, "Predicted against actual")


@given(
    st.lists(st.floats(-1e6, 1e6).map(lambda value: round(value, 3)), min_size=1, max_size=60),
    st.floats(1e-3, 1e4),
)
def test_bins_hold_every_value_and_have_round_ends(values: list[float], width: float) -> None:
    numbers = np.array(values)
    for bins in (Bins.of_values(numbers), Bins.of_range(numbers[0], numbers[0] + width)):
        inside = numbers if bins.exact else numbers.clip(bins.edges[0], bins.edges[-1])
        places = bins.places(inside)
        assert len(bins) == len(bins.labels)
        assert places.min() >= 0
        assert places.max() < len(bins)
        if bins.exact:
            assert len(bins) == len(np.unique(numbers)) <= MOST
            assert (bins.edges[places] == inside).all()
        else:
            assert (bins.edges[places] <= inside).all()
            assert (inside <= bins.edges[places + 1]).all()
            assert len(bins) <= 12
            step = f"{bins.edges[1] - bins.edges[0]:.6e}"
            assert float(step.partition("e")[0]) in (1, 2, 2.5, 5) or abs(bins.edges[0]) > 1e5 * width


def test_bins_of_stars_are_half_stars() -> None:
    assert Bins.of_range(0.5, 5).labels[0] == "0.5 to 1"
    assert Bins.of_range(0.5, 5).edges.tolist() == np.arange(0.5, 5.1, 0.5).tolist()
    assert Bins.of_range(0, 1).edges == pytest.approx(np.linspace(0, 1, 11))
    assert Bins.of_range(3, 3).places(np.array([3.0])).tolist() == [0]


def test_where_no_item_has_enough_ratings_the_sheet_says_so(tmp_path: Path) -> None:
    assert "No item has 1,000 ratings" in texts(write(tmp_path, minimum_count=1000).path, "Best and worst")


def test_without_a_known_error_nothing_is_called_good_or_bad(tmp_path: Path) -> None:
    assert "is not known" in texts(export_model(untrained(), tmp_path / "book.xlsx").path, "Best and worst")


# words


def test_the_verdict_names_the_test_or_the_validation_and_the_epoch() -> None:
    model = trained("dot-bias")
    metrics = {"valid_rmse": 0.9, "valid_mae": 0.7, "best_epoch": 2}
    history = [{"epoch": epoch} for epoch in range(1, 6)]
    said = verdict(replace(model, metrics=metrics, history=history))
    assert "held out for validation a prediction is off by 0.7" in said
    assert "best in epoch 2 of 5" in said
    metrics |= {"best_epoch": 5, "test_rmse": 1.0, "test_mae": 0.8}
    said = verdict(replace(model, metrics=metrics, history=history))
    assert "On the test ratings a prediction is off by 0.8" in said
    assert "in the last of 5 epochs" in said
    assert "No ratings were held out" in verdict(replace(model, metrics={}))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"model": "net", "n_hidden": 7, "dropout": (0.1, 0.2)},
        {"model": "dot", "method": "momentum", "momentum": 0.8, "learning_rate": 0.003},
        {"rating_range": (0.0, 5.5), "epochs": (1, 2), "learning_rate": (0.1, 0.01), "cycle_len": 1, "cycle_mult": 2},
        {"threshold": 4.0, "seed": 3, "patience": 2, "schedule": "one-cycle", "start": "course", "weight_decay": 1e-4},
    ],
)
def test_the_command_line_gives_the_same_options(changes: dict[str, Any], tmp_path: Path) -> None:
    _, training, validation = data()
    options = TrainOptions(**{"epochs": 1, "device": "cpu", "n_factors": 2} | changes)
    model = train(training, options, validation=validation, source="my ratings.csv")
    save_model(model, tmp_path / "model.safetensors")
    for one in (model, load_model(tmp_path / "model.safetensors")):
        words = shlex.split(train_command(one))
        assert words[:3] == ["xlcf", "train", "my ratings.csv"]
        given = train_command_line.make_context("train", words[2:]).params
        for field in fields(TrainOptions):
            if field.name != "device":
                assert given[field.name] == model.training[field.name], field.name


# the file


def test_writing_row_by_row_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def cells(path: Path) -> dict[tuple[str, str], Any]:
        loaded = openpyxl.load_workbook(path)
        return {
            (sheet.title, cell.coordinate): (cell.value, cell.number_format, sheet.row_dimensions[cell.row].height)
            for sheet in loaded
            for row in sheet
            for cell in row
        }

    class AllInMemory(xlsxwriter.Workbook):
        def __init__(self, path: str, options: dict[str, Any]) -> None:
            super().__init__(path, options | {"constant_memory": False})

    found = cells(write(tmp_path, rows=20).path)
    monkeypatch.setattr(new_book, "Workbook", AllInMemory)
    assert cells(write(tmp_path, rows=20).path) == found


def test_the_same_call_with_a_date_gives_the_same_bytes(tmp_path: Path) -> None:
    moment = datetime(2026, 1, 2, 3, 4)
    first = write(tmp_path, created=moment).path.read_bytes()
    assert write(tmp_path, created=moment).path.read_bytes() == first
    assert b"2026-01-02 03:04" not in first  # packed
    assert "2026-01-02 03:04" in texts(tmp_path / "book.xlsx", "Summary")


@pytest.mark.parametrize("failure", [OSError("No space left on device"), KeyboardInterrupt()])
def test_where_writing_fails_the_old_files_stay(
    failure: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = ["book.items.csv", "book.users.csv", "book.xlsx"]
    for name in old:
        (tmp_path / name).write_text("old", encoding="utf-8")

    def fail(*_: object) -> None:
        raise failure

    monkeypatch.setattr(book, "write_table_file", fail)
    with pytest.raises(InputError if isinstance(failure, OSError) else KeyboardInterrupt) as caught:
        write(tmp_path, rows=5)
    if isinstance(failure, OSError):
        assert "cannot be written (No space left on device)" in str(caught.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == old
    assert all((tmp_path / name).read_text(encoding="utf-8") == "old" for name in old)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"rows": 0}, "from 1 to"),
        ({"rows": 1_048_576}, "from 1 to"),
        ({"tables": "xls"}, "none of csv, parquet"),
        ({"users": [103, 4]}, "There is no userId 4; there are"),
    ],
)
def test_refused(options: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=said):
        write(tmp_path, **options)
    assert list(tmp_path.iterdir()) == []


def test_a_model_too_wide_or_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="fewer factors"):
        export_model(untrained(16_400), tmp_path / "book.xlsx")
    with pytest.raises(InputError, match=r"end in \.xlsx"):
        export_model(untrained(), tmp_path / "model.safetensors")
    with pytest.raises(InputError, match="There is no folder"):
        export_model(untrained(), tmp_path / "no" / "book.xlsx")
    assert list(tmp_path.iterdir()) == []


LARGE = """
import pathlib, re, sys, time
import numpy as np
from xlcf.models.factors import Factors
from xlcf.models.net import Net
from xlcf.models.rating_model import RatingModel
from xlcf.ratings.vocabulary import Vocabulary
from xlcf.report.model_book import export_model

users, items = 160_000, 60_000
random = np.random.default_rng(0)
factors = Factors(random.normal(size=(users, 50)), random.normal(size=(items, 50)), np.zeros(users), np.zeros(items))
model = RatingModel(factors, Vocabulary(np.arange(users)), Vocabulary(np.arange(items)), None,
    random.zipf(1.5, users) % 5_000, random.zipf(1.5, items) % 50_000, 3.5, (0.5, 5.0))
began = time.process_time()
export_model(model, sys.argv[1])
peak = re.search("VmHWM:\\s*([0-9]+)", pathlib.Path("/proc/self/status").read_text())[1]
print(time.process_time() - began, peak)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says how much memory a process has had at most")
def test_a_large_model_takes_little_time_and_memory(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LARGE, str(tmp_path / "book.xlsx")], capture_output=True, text=True, check=True
    )
    seconds, kilobytes = map(float, done.stdout.split())
    assert seconds < 60
    assert kilobytes < 1.2e6
    assert (tmp_path / "book.xlsx").stat().st_size < 25e6
    assert (tmp_path / "book.users.csv").read_bytes().count(b"\n") == 160_001
