"""The live sheets: ratings typed into them, recomputed by xlcf and by LibreOffice, against the library's numbers."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

import numpy as np
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xlcf.bridge.verify import verify
from xlcf.errors import InputError
from xlcf.formulas.recalculation import recalculate as recalculate_with_xlcf
from xlcf.models.factors import Factors
from xlcf.models.fold_in import FoldIn
from xlcf.models.lookup import find_item
from xlcf.models.rating_model import RatingModel
from xlcf.ooxml import open_workbook
from xlcf.ooxml.editor import WorkbookEditor
from xlcf.ooxml.workbook import Workbook
from xlcf.ooxml.worksheet import Scalar
from xlcf.report.live_book import LiveOptions, write_live_book

N_USERS, N_ITEMS = 9, 30
USER, ITEM = 2, 17  # chosen on the waterfall
HEADER, FIRST = 5, 6  # rows, as Excel counts
Kind = Literal["user", "item"]
Values = Mapping[tuple[int, int], Scalar]

MODELS: dict[str, dict[str, object]] = {
    "bias": {"n_factors": 12, "clip": (0.5, 5.0)},  # more factors than the waterfall has bars for
    "dot": {"bias": False, "global_bias": 0.0, "titles": False},
    "sigmoid": {"rating_range": (0.0, 5.5), "global_bias": 0.3, "clip": (0.5, 5.0)},
}


def make_fitted(
    *,
    bias: bool = True,
    n_factors: int = 3,
    rating_range: tuple[float, float] | None = None,
    global_bias: float = 3.4,
    clip: tuple[float, float] | None = None,
    titles: bool = True,
) -> RatingModel:
    rng = np.random.default_rng(5)
    return RatingModel(
        predictor=Factors(
            user_factors=rng.normal(0.1, 0.7, (N_USERS, n_factors)),
            item_factors=rng.normal(0.2, 0.7, (N_ITEMS, n_factors)),
            user_bias=rng.normal(0.1, 0.3, N_USERS) if bias else None,
            item_bias=rng.normal(0, 0.4, N_ITEMS) if bias else None,
            global_bias=global_bias,
            rating_range=rating_range,
        ),
        user_ids=[f"u{code}" for code in range(N_USERS)],
        item_ids=list(range(100, 100 + N_ITEMS)),
        item_titles=[f"=Title & <{code}> 'of' it" for code in range(N_ITEMS)] if titles else None,
        user_counts=rng.integers(1, 50, N_USERS),
        item_counts=rng.integers(1, 50, N_ITEMS),
        mean=3.4,
        rating_range=clip or (0.5, 5.0),
        is_clipped=clip is not None,
        item_name="movieId",
        user_name="userId",
    )


@pytest.fixture(scope="module", params=MODELS)
def live(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RatingModel]:
    """Give a live workbook of each kind of model, and the model."""
    fitted = make_fitted(**MODELS[request.param])
    path = tmp_path_factory.mktemp("live") / "live.xlsx"
    write_live_book(path, fitted)
    return path, fitted


def column(values: Values, name: str, turn: int = 0) -> int:
    """Find a column by its header; with `turn` 1 the second of that name."""
    return [at[1] for at, value in sorted(values.items()) if at[0] == HEADER and value == name][turn]


def sheet_name(kind: Kind) -> str:
    return "New user" if kind == "user" else "New item"


def typed_into(path: Path, target: Path, kind: Kind, fitted: RatingModel, ratings: Mapping[int, float]) -> Path:
    """Type ratings, by code, into a sheet as a reader does."""
    values = open_workbook(path)[sheet_name(kind)].values
    ids = fitted.item_ids if kind == "user" else fitted.user_ids
    id_column = column(values, "movieId" if kind == "user" else "userId", -1)
    typed = column(values, "Your rating" if kind == "user" else "Their rating")
    row_of = {value: row for (row, at), value in values.items() if at == id_column and row >= FIRST}
    with WorkbookEditor(path) as editor:
        editor.set_values(sheet_name(kind), {(row_of[ids[code]], typed): rating for code, rating in ratings.items()})
        editor.save(target)
    return target


def assert_follows(values: Values, kind: Kind, fitted: RatingModel, ratings: Mapping[int, float]) -> None:
    """Assert that a sheet holds what the library computes for a new user or item with these ratings."""
    fold_in = FoldIn.of_users(fitted) if kind == "user" else FoldIn.of_items(fitted)
    ids = fitted.item_ids if kind == "user" else fitted.user_ids
    weights = fold_in.weights(list(ratings), list(ratings.values()))
    sums = fold_in.sums(weights)
    predictions = fitted.predictor.rating_of(sums)
    if fitted.predictor.rating_range is None or fitted.is_clipped:
        predictions = predictions.clip(*fitted.rating_range)
    id_column = column(values, "movieId" if kind == "user" else "userId", -1)
    rows = {value: row for (row, at), value in values.items() if at == id_column and row >= FIRST}
    shown = [values[rows[raw_id], column(values, "Prediction", 1)] for raw_id in ids]
    np.testing.assert_allclose(shown, predictions, rtol=0, atol=1e-9)

    first = next(row for (row, at), value in values.items() if value == f"New {kind}" and row > HEADER) + 1
    own = [values[first + place, 6] for place in range(len(weights))]
    np.testing.assert_allclose(own, weights, rtol=0, atol=1e-9)

    least = -np.inf
    if kind == "user":
        least = (sum(ratings.values()) + 5 * fitted.mean) / (len(ratings) + 5)  # 5 is the ridge
    order = [code for code in np.argsort(-sums, kind="stable") if code not in ratings and predictions[code] >= least]
    order = order[:25]
    if kind == "user" and not order:
        assert values[FIRST, 3] == "nothing is predicted at or above your mean rating"
    listed = [values[row, column(values, "Prediction")] for row in range(FIRST, FIRST + len(order))]
    np.testing.assert_allclose(listed, predictions[order], rtol=0, atol=1e-9)
    labels = fitted.item_titles if kind == "user" and fitted.item_titles is not None else ids
    assert [values[row, 3] for row in range(FIRST, FIRST + len(order))] == [labels[code] for code in order]
    others = len(ids) if kind == "user" else N_USERS
    for row in range(FIRST + max(len(order), kind == "user"), FIRST + min(25, others)):
        assert values.get((row, 3)) in (None, "")  # nobody is left


def choose(path: Path, target: Path, fitted: RatingModel) -> Path:
    """Choose a user and an item on the waterfall, as a reader does."""
    label = fitted.item_ids[ITEM] if fitted.item_titles is None else fitted.item_titles[ITEM]
    with WorkbookEditor(path) as editor:
        editor.set_values("Waterfall", {(5, 3): fitted.user_ids[USER], (6, 3): label})
        editor.save(target)
    return target


def assert_falls(values: Values, fitted: RatingModel) -> None:
    """Assert that a waterfall shows what the prediction for the chosen pair is made of."""
    factors = fitted.factors
    products = factors.user_factors[USER] * factors.item_factors[ITEM]
    part = {values.get((row, 2)): values.get((row, 3)) for row in range(10, 20)}
    total = factors.global_bias + products.sum()
    if factors.user_bias is not None:
        total += factors.user_bias[USER] + factors.item_bias[ITEM]
        assert part["User's bias"] == pytest.approx(factors.user_bias[USER], abs=1e-9)
        assert part["Item's bias"] == pytest.approx(factors.item_bias[ITEM], abs=1e-9)
    assert part["All factors"] == pytest.approx(products.sum(), abs=1e-9)
    assert part["Sum"] == pytest.approx(total, abs=1e-9)
    predicted = float(fitted.predictor.rating_of(np.array(total)))
    if factors.rating_range is None or fitted.is_clipped:
        predicted = min(max(predicted, fitted.rating_range[0]), fitted.rating_range[1])
    assert part["Prediction"] == pytest.approx(predicted, abs=1e-9)

    top = next(row for (row, at), value in values.items() if value == "Bar" and at == 8)
    bars = [row for row in range(top + 1, top + 20) if (row, 8) in values]
    assert [values[row, 10] for row in bars if values[row, 8].startswith("Factor ")] == pytest.approx(
        products[np.argsort(-np.abs(products))[:10]], abs=1e-9
    )
    if factors.global_bias:
        assert values[bars[0], 11] == 0  # the first bar stands on 0, as high as the mean
        assert values[bars[0], 12] == values[bars[0], 18] == pytest.approx(factors.global_bias, abs=1e-9)
    end = total if factors.rating_range is not None else predicted
    assert values[bars[-2], 12] == pytest.approx(end, abs=1e-9)  # where the last step ends, the total does
    assert values[bars[-1], 12] == values[bars[-1], 18] == pytest.approx(end, abs=1e-9)
    for row in bars:  # what is stacked spans from the one end to the other
        begin, stop = sorted((values[row, 11], values[row, 12]))
        pieces = [values[row, at] for at in range(13, 19)]
        assert sum(piece for piece in pieces if piece > 0) == pytest.approx(max(0, stop), abs=1e-9)
        assert sum(piece for piece in pieces if piece < 0) == pytest.approx(min(0, begin), abs=1e-9)


def values_by_xlcf(book: Workbook, sheet: str) -> dict[tuple[int, int], Scalar]:
    found = recalculate_with_xlcf(book)
    assert not found.unsupported
    return book[sheet].values | {cell[1:]: value for cell, value in found.values.items() if cell[0] == sheet}


def test_the_file_is_sound_and_its_values_true(live: tuple[Path, RatingModel]) -> None:
    path, fitted = live
    checked = verify(path, libreoffice=False)
    assert checked.findings == ()
    assert checked.values.compared > 300
    assert_follows(open_workbook(path)["New user"].values, "user", fitted, {})
    assert_follows(open_workbook(path)["New item"].values, "item", fitted, {})


@given(st.data())
@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_typed_ratings_recomputed_by_xlcf(live: tuple[Path, RatingModel], tmp_path: Path, data: st.DataObject) -> None:
    path, fitted = live
    kind: Kind = data.draw(st.sampled_from(["user", "item"]))
    others = N_ITEMS if kind == "user" else N_USERS
    ratings = data.draw(st.dictionaries(st.integers(0, others - 1), st.floats(0.5, 5.0), max_size=others))
    typed = typed_into(path, tmp_path / "typed.xlsx", kind, fitted, ratings)
    assert_follows(values_by_xlcf(open_workbook(typed), sheet_name(kind)), kind, fitted, ratings)


def test_what_a_reader_does_recomputed_by_libreoffice(
    live: tuple[Path, RatingModel], tmp_path: Path, recalculate: Callable[[Path], Path]
) -> None:
    path, fitted = live
    for_user = {0: 5.0, 3: 4.5, 7: 1.0, 20: 2.5}
    for_item = {code: 1.0 + code % 5 for code in range(N_USERS)}  # by everyone, so that nobody is left to list
    typed = typed_into(path, tmp_path / "user.xlsx", "user", fitted, for_user)
    typed = typed_into(typed, tmp_path / "both.xlsx", "item", fitted, for_item)
    book = open_workbook(recalculate(choose(typed, tmp_path / "all.xlsx", fitted)))
    assert_follows(book["New user"].values, "user", fitted, for_user)
    assert_follows(book["New item"].values, "item", fitted, for_item)
    assert_falls(book["Waterfall"].values, fitted)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_many_patterns_recomputed_by_libreoffice(
    live: tuple[Path, RatingModel], tmp_path: Path, recalculate: Callable[[Path], Path], seed: int
) -> None:
    path, fitted = live
    rng = np.random.default_rng(seed)
    some = {int(code): float(rng.integers(1, 11)) / 2 for code in rng.permutation(N_ITEMS)[: (0, 1, 10, 30)[seed]]}
    typed = typed_into(path, tmp_path / "typed.xlsx", "user", fitted, some)
    assert_follows(open_workbook(recalculate(typed))["New user"].values, "user", fitted, some)


def test_equal_predictions_are_each_listed_once(tmp_path: Path) -> None:
    fitted = make_fitted(clip=(0.5, 5.0))
    same = np.repeat(fitted.factors.item_factors[:3], 10, axis=0), np.repeat(fitted.factors.item_bias[:3], 10)
    fitted = replace(
        fitted,
        predictor=replace(fitted.factors, item_factors=same[0], item_bias=same[1]),
        item_counts=np.arange(N_ITEMS, 0, -1),
    )
    write_live_book(tmp_path / "live.xlsx", fitted)
    typed = typed_into(tmp_path / "live.xlsx", tmp_path / "typed.xlsx", "user", fitted, {5: 5.0, 12: 1.0})
    assert_follows(values_by_xlcf(open_workbook(typed), "New user"), "user", fitted, {5: 5.0, 12: 1.0})


def test_ratings_given_stand_on_the_sheet_and_so_do_their_items(tmp_path: Path) -> None:
    fitted = make_fitted(clip=(0.5, 5.0))
    rare = int(np.argmin(fitted.item_counts))
    written = write_live_book(tmp_path / "live.xlsx", fitted, LiveOptions(rows=5, ratings={rare: 4.0}))
    assert (written.users, written.items) == (5, 6)
    values = open_workbook(tmp_path / "live.xlsx")["New user"].values
    typed = column(values, "Your rating")
    given = {row: value for (row, at), value in values.items() if at == typed and row >= FIRST}
    assert list(given.values()) == [4.0]
    assert values[next(iter(given)), typed - 3] == 100 + rare  # ratings, title, id stand before it
    assert verify(tmp_path / "live.xlsx", libreoffice=False).findings == ()


def test_the_waterfall_of_another_pair(live: tuple[Path, RatingModel], tmp_path: Path) -> None:
    path, fitted = live
    book = open_workbook(choose(path, tmp_path / "pair.xlsx", fitted))
    assert_falls(values_by_xlcf(book, "Waterfall"), fitted)


def test_somebody_who_is_not_listed_has_no_prediction(live: tuple[Path, RatingModel], tmp_path: Path) -> None:
    with WorkbookEditor(live[0]) as editor:
        editor.set_values("Waterfall", {(5, 3): "nobody"})
        editor.save(tmp_path / "pair.xlsx")
    values = values_by_xlcf(open_workbook(tmp_path / "pair.xlsx"), "Waterfall")
    assert "not listed" in [values.get((row, 3)) for row in range(10, 20)]
    assert all(np.isfinite(value) for at, value in values.items() if isinstance(value, float))


def test_titles_that_occur_twice_can_be_told_apart(tmp_path: Path) -> None:
    fitted = replace(make_fitted(), item_titles=["Emma"] * 2 + [f"Film {code}" for code in range(2, N_ITEMS)])
    write_live_book(tmp_path / "live.xlsx", fitted)
    texts = set(open_workbook(tmp_path / "live.xlsx")["New user"].values.values())
    assert {"Emma [100]", "Emma [101]", "Film 2"} <= texts


def test_a_title_that_an_unlisted_item_has_too_is_told_apart_as_well(tmp_path: Path) -> None:
    counts = np.arange(N_ITEMS, 0, -1)
    titles = ["Emma", *(f"Film {code}" for code in range(1, N_ITEMS - 1)), "emma"]
    fitted = replace(make_fitted(), item_titles=titles, item_counts=counts)
    write_live_book(tmp_path / "live.xlsx", fitted, LiveOptions(rows=5))
    texts = set(open_workbook(tmp_path / "live.xlsx")["New user"].values.values())
    assert "Emma [100]" in texts
    assert find_item(fitted, "Emma [100]") == 0  # the sheet's label is understood elsewhere


STRANGE = ["bad\x01ctrl", "_x0041_", "two\rlines", "two\nlines", "\ufffe", "\ud800", "</v>", " spaces "]


def test_no_character_of_a_title_spoils_the_file(tmp_path: Path, recalculate: Callable[[Path], Path]) -> None:
    titles = [f"{STRANGE[code % len(STRANGE)]}{code // len(STRANGE)}" for code in range(N_ITEMS)]
    path = tmp_path / "live.xlsx"
    write_live_book(path, replace(make_fitted(), item_titles=titles))
    assert_is_xml(path)
    openpyxl.load_workbook(path)
    checked = verify(path, libreoffice=False)
    assert checked.findings == ()
    assert checked.values.compared > 300
    cached = open_workbook(path)["New user"].values
    listed = [text for row in range(FIRST, FIRST + 25) if (text := cached.get((row, 3)))]
    assert len(listed) > 10
    assert set(listed) <= {cached.get((row, 10)) for row in range(FIRST, FIRST + N_ITEMS)}
    recomputed = open_workbook(recalculate(path))["New user"].values
    shown = [str(recomputed[row, 3]).replace("\r", "\n") for row in range(FIRST, FIRST + len(listed))]
    assert shown == [str(text).replace("\r", "\n") for text in listed]


def assert_is_xml(path: Path) -> None:
    with zipfile.ZipFile(path) as package:
        for part in map(package.read, package.namelist()):
            ElementTree.fromstring(part)
            assert "\ufffe" not in part.decode("utf-8")  # which the parser lets pass


WILD = ["What? (1972)", "What! (1972)", "What~ (1972)", "M*A*S*H (1970)", "MxAxSxH (1970)", "~*", "*", "?", "~?", "~~"]


@pytest.fixture(scope="module")
def wild(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RatingModel]:
    """Give a live workbook whose titles and users' ids have what MATCH takes for wildcards, and the model."""
    titles = [*WILD, *(f"Film {code}" for code in range(len(WILD), N_ITEMS))]
    counts = np.arange(1, N_ITEMS + 1)  # what * and ? would match first stands first
    ids = ["u*", "u?", "u~", "uu", "u**", "~u", "?", "*", "~"]
    fitted = replace(make_fitted(n_factors=2), item_titles=titles, item_counts=counts, user_ids=ids)
    path = tmp_path_factory.mktemp("wild") / "live.xlsx"
    write_live_book(path, fitted)
    return path, fitted


def pair_chosen(path: Path, target: Path, user: object, item: object) -> Path:
    with WorkbookEditor(path) as editor:
        editor.set_values("Waterfall", {(5, 3): user, (6, 3): item})
        editor.save(target)
    return target


def assert_found(values: Values, fitted: RatingModel, user: int, item: int) -> None:
    part = {values.get((row, 2)): values.get((row, 3)) for row in range(10, 20)}
    expected = fitted.predict_codes(np.array([user]), np.array([item]))[0]
    assert part["Prediction"] == pytest.approx(expected, abs=1e-9), (fitted.user_ids[user], fitted.item_titles[item])


@pytest.mark.parametrize("item", range(len(WILD)))
def test_no_wildcard_in_a_title_finds_another(wild: tuple[Path, RatingModel], tmp_path: Path, item: int) -> None:
    path, fitted = wild
    user = item % N_USERS
    chosen = pair_chosen(path, tmp_path / "pair.xlsx", fitted.user_ids[user], fitted.item_titles[item])
    assert_found(values_by_xlcf(open_workbook(chosen), "Waterfall"), fitted, user, item)


def test_no_wildcard_in_a_title_finds_another_in_libreoffice(
    wild: tuple[Path, RatingModel], tmp_path: Path, recalculate_all: Callable[[Sequence[Path]], list[Path]]
) -> None:
    path, fitted = wild
    items = [0, 2, 3, 5, 8]
    chosen = [
        pair_chosen(path, tmp_path / f"pair{item}.xlsx", fitted.user_ids[item], fitted.item_titles[item].swapcase())
        for item in items
    ]
    for item, copy in zip(items, recalculate_all(chosen), strict=True):
        assert_found(open_workbook(copy)["Waterfall"].values, fitted, item, item)


def test_what_only_a_wildcard_would_find_is_not_listed(
    wild: tuple[Path, RatingModel], tmp_path: Path, recalculate: Callable[[Path], Path]
) -> None:
    path, fitted = wild
    chosen = recalculate(pair_chosen(path, tmp_path / "pair.xlsx", fitted.user_ids[0], "Film*"))
    assert open_workbook(chosen)["Waterfall"].value("E6") == "not listed"


def test_no_formula_needs_a_new_excel(live: tuple[Path, RatingModel]) -> None:
    with zipfile.ZipFile(live[0]) as package:
        sheets = [package.read(name) for name in package.namelist() if name.startswith("xl/worksheets/sheet")]
        assert "xl/metadata.xml" not in package.namelist()
    assert not any(b"_xl" in sheet for sheet in sheets)


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("live.xlsm", LiveOptions(), "end in .xlsx"),
        ("live.xlsx", LiveOptions(rows=0), "from 1 to"),
        ("live.xlsx", LiveOptions(ratings={0: 7.0}), "ratings go from"),
        ("live.xlsx", LiveOptions(ridge=0.0), "above 0"),
    ],
)
def test_what_cannot_be_written_leaves_nothing_behind(
    tmp_path: Path, name: str, options: LiveOptions, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        write_live_book(tmp_path / name, make_fitted(clip=(0.5, 5.0)), options)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ratings", [{}, {0: 5.0}])
def test_a_classifier_is_refused(tmp_path: Path, ratings: dict[int, float]) -> None:
    classifier = replace(make_fitted(), threshold=4.0, is_clipped=True)
    with pytest.raises(InputError, match="classifier"):
        write_live_book(tmp_path / "live.xlsx", classifier, LiveOptions(ratings=ratings))
    assert list(tmp_path.iterdir()) == []
