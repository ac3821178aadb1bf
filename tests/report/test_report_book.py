"""The output workbook of a fit, read back by openpyxl and recalculated by LibreOffice and by a small calculator."""

import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from xlsxwriter.exceptions import FileCreateError

from xlcf.errors import InputError
from xlcf.models.factors import Factors
from xlcf.models.rating_model import RatingModel
from xlcf.ratings.ratings import Ratings
from xlcf.report import FitReport, write_report
from xlcf.solver.constraint_values import ConstraintValue
from xlcf.solver.solution import History, Solution
from xlcf.solver.variable_values import VariableValue

TITLES = [
    '="quoted" formula',
    "<r><t>rich</t></r>",
    "+1",
    "It's 🎬, isn't it?",
    "@home -- {=1}",
    "Raiders of the Lost Ark (Indiana Jones and the Raiders of the Lost Ark) (1981)",
]
SHEETS = ["Summary", "Factors", "Predictions", "Residuals", "Recommendations", "Convergence"]


def make_ratings(users: int, items: int, share: float = 0.8, seed: int = 0, titles: bool = True) -> Ratings:
    random = np.random.default_rng(seed)
    pairs = np.argwhere(random.random((users, items)) < share)
    return Ratings(
        users=pairs[:, 0],
        items=pairs[:, 1],
        values=random.integers(1, 11, len(pairs)) / 2,
        user_ids=[100 + 3 * u for u in range(users)],
        item_ids=[f"={i}" for i in range(items)],
        item_titles=[TITLES[i % len(TITLES)] + " " * (i // len(TITLES)) for i in range(items)] if titles else None,
        user_name="userId",
        item_name="movieId",
    )


def make_factors(
    ratings: Ratings,
    count: int = 3,
    bias: bool = False,
    global_bias: float = 0.0,
    rating_range: tuple[float, float] | None = None,
    seed: int = 1,
) -> Factors:
    random = np.random.default_rng(seed)
    users, items = ratings.n_users, ratings.n_items
    return Factors(
        user_factors=random.normal(size=(users, count)),
        item_factors=random.normal(size=(items, count)),
        user_bias=random.normal(size=users) if bias else None,
        item_bias=random.normal(size=items) if bias else None,
        global_bias=global_bias,
        rating_range=rating_range,
    )


def make_result(objective_end: float = 0.5, variables: int = 24, steps: int = 20) -> Solution:
    iteration = np.arange(steps)
    return Solution(
        problem=None,
        method="scipy",
        objective_start=2.5,
        objective_end=objective_end,
        status="converged",
        message="the gradient is below 1e-8",
        iterations=steps - 1,
        evaluations=steps + 3,
        gradients=steps + 3,
        seconds=0.25,
        history=History(iteration, np.linspace(2.5, objective_end, steps), iteration + 1, iteration / 100),
        x_start=np.linspace(-1, 1, variables),
        x=np.linspace(-2, 3, variables),
        options={"gtol": 1e-8},
        command="xlcf fit book.xlsx --method scipy -o out.xlsx",
    )


def make_report(ratings: Ratings | None, start: Factors | None, fitted: Factors | None, **changes: Any) -> FitReport:
    kind = None
    result = make_result()
    if ratings is not None and fitted is not None and len(ratings):
        misses = ratings.values - fitted.predict_all()[ratings.users, ratings.items]
        kind, result = "rmse", make_result(float(np.sqrt(np.mean(misses**2))))
    report = FitReport(
        workbook="book.xlsx",
        sheet="=dot 'prod'",
        objective_cell="V41",
        objective_formula="=SQRT(SUMXMY2(H2:V16,H25:V39)/COUNT(H2:V16))",
        goal="min",
        objective_kind=kind,
        variable_areas="H19:V23, B25:F39",
        variables=tuple(
            VariableValue(f"B{row}", None, *pair)
            for row, pair in enumerate(zip(result.x_start.tolist(), result.x.tolist(), strict=True), 2)
        ),
        cached_objective=2.5,
        result=result,
        start=None if ratings is None or start is None else RatingModel.of_factors(ratings, start),
        fitted=None if ratings is None or fitted is None else RatingModel.of_factors(ratings, fitted),
        created="2026-01-31 09:30",
        version="0.1.0",
    )
    return replace(report, **changes)


def showcase(bias: bool = True, rating_range: tuple[float, float] | None = (0.5, 5.0), **changes: Any) -> FitReport:
    ratings = make_ratings(15, 15, 0.92)
    fitted = make_factors(ratings, 5, bias, 0.25 if bias else 0.0, rating_range)
    return make_report(ratings, make_factors(ratings, 5, bias, 0.0, rating_range, seed=9), fitted, **changes)


def write(folder: Path, report: FitReport) -> Path:
    path = folder / "out.xlsx"
    write_report(path, report)
    return path


REFERENCE = re.compile(r"(?:('(?:[^']|'')+'|\w+)!)?(\$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?)(?![\w(])")


class Calculator:
    """Computes the few functions that the sheets use, in Python, from the numbers alone."""

    def __init__(self, path: Path) -> None:
        self.book = openpyxl.load_workbook(path)

    def value(self, sheet: str, formula: str) -> Any:
        def fetch(found: re.Match[str]) -> str:
            name = (found[1] or sheet).strip("'").replace("''", "'") if found[1] else sheet
            return f"fetch({name!r}, {found[2].replace('$', '')!r})"

        functions = {
            "fetch": self._fetch,
            "SUMPRODUCT": lambda *factors: np.sum(np.prod([np.atleast_1d(f) for f in factors], axis=0)),
            "SUMSQ": lambda cells: np.sum(np.asarray(cells) ** 2),
            "COUNT": np.size,
            "ABS": np.abs,
            "SQRT": np.sqrt,
            "EXP": np.exp,
            "MIN": min,
            "MAX": max,
        }
        return eval(REFERENCE.sub(fetch, formula.removeprefix("=")), functions)

    def _fetch(self, sheet: str, address: str) -> Any:
        cells = self.book[sheet][address]
        if not isinstance(cells, tuple):
            return self._number(sheet, cells.value)
        numbers = [self._number(sheet, cell.value) for row in cells for cell in row]
        return np.array([number for number in numbers if isinstance(number, (int, float))])

    def _number(self, sheet: str, value: Any) -> Any:
        return self.value(sheet, value) if isinstance(value, str) and value.startswith("=") else value


def formulas(path: Path) -> dict[tuple[str, str], str]:
    return formulas_of(openpyxl.load_workbook(path))


def formulas_of(book: openpyxl.Workbook) -> dict[tuple[str, str], str]:
    # openpyxl calls text that starts with "=" a formula only where the file says so
    return {
        (sheet.title, cell.coordinate): cell.value
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }


def cached(path: Path) -> dict[tuple[str, str], Any]:
    book = openpyxl.load_workbook(path, data_only=True)
    return {
        (sheet.title, cell.coordinate): cell.value
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


def test_libreoffice_agrees_with_every_cached_value(
    tmp_path: Path, recalculate_all: Callable[[Sequence[Path]], list[Path]]
) -> None:
    """With biases, global bias and rating range; of a dot product; and without ratings."""
    reports = [showcase(), showcase(bias=False, rating_range=None), make_report(None, None, None)]
    paths = [tmp_path / f"{place}.xlsx" for place in range(len(reports))]
    for path, report in zip(paths, reports, strict=True):
        write_report(path, report)
    for report, path, copy in zip(reports, paths, recalculate_all(paths), strict=True):
        mine, theirs, live = cached(path), cached(copy), formulas(path)
        assert len(live) > (450 if report.ratings else 20)
        for place in live:
            assert theirs[place] == pytest.approx(mine[place], rel=1e-9, abs=1e-9), (path.name, place)


@given(
    users=st.integers(1, 5),
    items=st.integers(1, 5),
    count=st.integers(0, 3),
    share=st.sampled_from([0.0, 0.5, 1.0]),
    titles=st.booleans(),
    bias=st.booleans(),
    global_bias=st.sampled_from([0.0, 3.5]),
    rating_range=st.sampled_from([None, (0.5, 5.0)]),
    kind=st.sampled_from(["rmse", "mse", "sse", "root_sse", None]),
    seed=st.integers(0, 1000),
)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_formula_of_any_shape_gives_what_numpy_gives(
    tmp_path: Path,
    users: int,
    items: int,
    count: int,
    share: float,
    titles: bool,
    bias: bool,
    global_bias: float,
    rating_range: tuple[float, float] | None,
    kind: str | None,
    seed: int,
) -> None:
    ratings = make_ratings(users, items, share, seed, titles)
    fitted = make_factors(ratings, count, bias, global_bias, rating_range, seed)
    report = make_report(ratings, fitted, fitted, objective_kind=kind)
    path = write(tmp_path, report)
    calculator, values = Calculator(path), cached(path)
    for (sheet, address), formula in formulas_of(calculator.book).items():
        expected = pytest.approx(values[sheet, address], rel=1e-12, abs=1e-12)
        assert calculator.value(sheet, formula) == expected, (sheet, address, formula)

    first = 7 if titles else 6
    top = openpyxl.utils.get_column_letter
    shown = [[values["Predictions", f"{top(3 + i)}{first + 1 + u}"] for i in range(items)] for u in range(users)]
    np.testing.assert_allclose(shown, fitted.predict_all(), rtol=1e-12, atol=1e-12)
    observed = ratings.matrix()
    for u in range(users):
        for i in range(items):
            address = f"{top(3 + i)}{first + 1 + u}"
            if np.isnan(observed[u, i]):
                assert ("Residuals", address) not in values
            else:
                residual = observed[u, i] - fitted.predict_all()[u, i]
                assert values["Residuals", address] == pytest.approx(residual, abs=1e-12)


def test_summary_gives_errors_over_the_ratings_at_start_and_end(tmp_path: Path) -> None:
    report = showcase()
    assert report.ratings is not None
    assert report.fitted is not None
    assert report.start is not None
    path = write(tmp_path, report)
    sheet = openpyxl.load_workbook(path, data_only=True)["Summary"]
    lines = {row[1].value: [cell.value for cell in row[2:5]] for row in sheet.iter_rows()}
    before = report.ratings.matrix() - report.start.factors.predict_all()
    after = report.ratings.matrix() - report.fitted.factors.predict_all()
    for name, measure in (
        ("RMSE", lambda misses: np.sqrt(np.nanmean(misses**2))),
        ("MAE", lambda misses: np.nanmean(np.abs(misses))),
    ):
        start, end = measure(before), measure(after)
        assert lines[name] == pytest.approx([start, end, end / start - 1])
    assert lines["Objective V41"] == pytest.approx([2.5, measure_rmse(after), measure_rmse(after) / 2.5 - 1])
    live = formulas(path)
    assert sum(1 for sheet_name, _ in live if sheet_name == "Summary") == 6
    assert lines["Its formula"][0] == report.objective_formula
    assert ("Summary", "C17") not in live


def measure_rmse(misses: np.ndarray[Any, Any]) -> float:
    return float(np.sqrt(np.nanmean(misses**2)))


def test_objective_of_another_kind_than_it_says_is_not_made_live(tmp_path: Path) -> None:
    report = showcase()
    path = write(tmp_path, replace(report, result=replace(report.result, objective_end=17.0)))
    sheet = openpyxl.load_workbook(path)["Summary"]
    lines = {row[1].value: row[3].value for row in sheet.iter_rows()}
    assert lines["Objective V41"] == 17.0
    assert str(lines["RMSE"]).startswith("=SQRT(")


def test_text_from_the_data_stays_text(tmp_path: Path) -> None:
    path = write(tmp_path, showcase())
    for name, places in {"Predictions": range(15), "Residuals": range(15)}.items():
        sheet = openpyxl.load_workbook(path)[name]
        cells = [sheet.cell(7, 3 + place) for place in places]
        assert [cell.data_type for cell in cells] == ["s"] * 15
        assert [str(cell.value).strip() for cell in cells[: len(TITLES)]] == TITLES
        assert [sheet.cell(6, 3 + place).value for place in places] == [f"={place}" for place in places]
        assert {sheet.cell(6, 3 + place).data_type for place in places} == {"s"}
    with zipfile.ZipFile(path) as parts:
        strings = parts.read("xl/sharedStrings.xml").decode()
    assert "&lt;r&gt;&lt;t&gt;rich" in strings


def test_recommendations_are_the_best_unrated_items(tmp_path: Path) -> None:
    report = showcase()
    assert report.ratings is not None
    assert report.fitted is not None
    sheet = openpyxl.load_workbook(write(tmp_path, report), data_only=True)["Recommendations"]
    listed: dict[Any, list[Any]] = {}
    header = next(row for row in range(1, 20) if sheet.cell(row, 3).value == "Rank")
    for row in sheet.iter_rows(min_row=header + 1, values_only=True):
        listed.setdefault(row[1], []).append((row[3], row[5]))
    observed, predicted = report.ratings.matrix(), report.fitted.factors.predict_all()
    everything = nothing = 0
    for u, user in enumerate(report.ratings.user_ids):
        unrated = sorted(np.flatnonzero(np.isnan(observed[u])), key=lambda i: -predicted[u, i])
        if not unrated:
            everything += 1
            assert listed[user][0][0].startswith("nothing is left to recommend: every item is rated")
            continue
        mean = np.nanmean(observed[u])
        unrated = [i for i in unrated if predicted[u, i] >= mean]
        if not unrated:
            nothing += 1
            expected = f"nothing unrated is predicted at or above this user's mean rating of {mean:.2f}"
            assert listed[user] == [(expected, None)]
            continue
        assert [item for item, _ in listed[user]] == [report.ratings.item_ids[i] for i in unrated[:10]]
        assert [value for _, value in listed[user]] == pytest.approx([predicted[u, i] for i in unrated[:10]])
    assert everything
    assert nothing
    assert len(listed) == 15


def test_recommendations_stay_within_the_ratings_in_libreoffice_too(
    tmp_path: Path, recalculate: Callable[[Path], Path]
) -> None:
    ratings = make_ratings(15, 15, 0.5)
    report = make_report(ratings, None, make_factors(ratings, 5, bias=True, global_bias=3.0))
    path = write(tmp_path, report)
    low, high = ratings.rating_range
    sheets = openpyxl.load_workbook(path, data_only=True), openpyxl.load_workbook(recalculate(path), data_only=True)
    columns = []
    for sheet in (book["Recommendations"] for book in sheets):
        rows = [row for row in sheet.iter_rows(values_only=True) if isinstance(row[2], (int, float))]
        columns.append([row[5] for row in rows])
        assert "kept within the range of the ratings, 0.5 to 5" in " ".join(str(cell.value) for cell in sheet["B"])
    assert columns[0] == pytest.approx(columns[1], rel=1e-9)
    assert len(columns[0]) > 3
    assert low <= min(columns[0]) <= max(columns[0]) == high
    raw = openpyxl.load_workbook(path, data_only=True)["Predictions"]
    assert "may lie outside the ratings' range, 0.5 to 5" in raw["B2"].value


def test_biggest_misses_are_listed_in_order(tmp_path: Path) -> None:
    report = showcase()
    assert report.ratings is not None
    assert report.fitted is not None
    sheet = openpyxl.load_workbook(write(tmp_path, report), data_only=True)["Residuals"]
    rows = list(sheet.iter_rows(min_row=8, max_row=23, min_col=20, max_col=25, values_only=True))
    assert rows[0] == ("userId", "movieId", "Title", "Rating", "Prediction", "Residual")
    ratings = report.ratings
    residual = ratings.values - report.fitted.factors.predict_all()[ratings.users, ratings.items]
    worst = np.argsort(-np.abs(residual), kind="stable")[:15]
    assert [row[0] for row in rows[1:]] == [ratings.user_ids[ratings.users[n]] for n in worst]
    assert [row[1] for row in rows[1:]] == [ratings.item_ids[ratings.items[n]] for n in worst]
    assert [row[5] for row in rows[1:]] == pytest.approx(residual[worst].tolist())


def test_predicted_only_cells_look_different(tmp_path: Path) -> None:
    report = showcase()
    assert report.ratings is not None
    sheet = openpyxl.load_workbook(write(tmp_path, report))["Predictions"]
    observed = report.ratings.matrix()
    italic = [[bool(sheet.cell(8 + u, 3 + i).font.italic) for i in range(15)] for u in range(15)]
    assert np.isnan(observed).any()
    np.testing.assert_array_equal(italic, np.isnan(observed))


@pytest.mark.parametrize("ratings", [True, False])
def test_sheets_panes_pages_and_the_one_selected_tab(tmp_path: Path, ratings: bool) -> None:
    path = write(tmp_path, showcase() if ratings else make_report(None, None, None))
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == (SHEETS if ratings else ["Summary", "Variables", "Convergence"])
    assert book.active.title == "Summary"
    assert [bool(sheet.sheet_view.tabSelected) for sheet in book] == [True] + [False] * (len(book.sheetnames) - 1)
    for sheet in book:
        assert sheet.oddFooter.left.text == "&A"
        assert "&P" in sheet.oddFooter.right.text
        if sheet.title != "Summary":
            assert sheet.freeze_panes
            assert sheet.print_title_rows
    assert len(book["Summary"]._charts) == 1
    properties = book.properties
    assert properties.creator == "xlcf 0.1.0"
    assert properties.title == "The fit of book.xlsx"
    assert properties.created.isoformat() == "2026-01-31T09:30:00"


def test_equal_reports_give_equal_bytes(tmp_path: Path) -> None:
    first = write(tmp_path, showcase()).read_bytes()
    assert write(tmp_path, showcase()).read_bytes() == first
    write_report(tmp_path / "later.xlsx", showcase(created="2026-02-01 10:00"))
    with zipfile.ZipFile(tmp_path / "out.xlsx") as old, zipfile.ZipFile(tmp_path / "later.xlsx") as new:
        different = {name for name in old.namelist() if old.read(name) != new.read(name)}
    # the time is a document property, and one text on the Summary
    assert different == {"docProps/core.xml", "xl/sharedStrings.xml"}


def test_large_matrices_show_those_with_most_ratings_and_say_so(tmp_path: Path) -> None:
    ratings = make_ratings(203, 230, 0.05)
    fitted = make_factors(ratings, 2)
    path = write(tmp_path, make_report(ratings, None, fitted))
    calculator = Calculator(path)
    values, live = cached(path), formulas_of(calculator.book)
    counts = np.bincount(ratings.items, minlength=230)
    shown = sorted(sorted(range(230), key=lambda i: (-counts[i], i))[:200])
    first = openpyxl.utils.get_column_letter
    assert [values["Predictions", f"{first(3 + n)}6"] for n in range(200)] == [f"={i}" for i in shown]
    assert ("Predictions", f"{first(203)}6") not in values
    assert "the 200 users with most ratings, of 203" in values["Predictions", "B2"]
    assert "the 200 items with most ratings, of 230" in values["Predictions", "B2"]
    factors = [value for (sheet, address), value in values.items() if sheet == "Factors" and address.startswith("F")]
    assert factors.count("movieId") == 1
    assert len(factors) == 230 + 2
    # a recommendation whose item is not in the matrix is computed from the factors
    recommended = [text for (sheet, _), text in live.items() if sheet == "Recommendations"]
    assert {"Predictions!" in text for text in recommended} == {True, False}
    outside = [(place, text) for place, text in live.items() if place[0] == "Recommendations" and "SUMPRODUCT" in text]
    for place, text in outside[:20]:
        assert calculator.value("Recommendations", text) == pytest.approx(values[place], rel=1e-12)
    summary = {value for (sheet, _), value in values.items() if sheet == "Summary"}
    assert "RMSE of those shown" in summary
    misses = ratings.values - fitted.predict_all()[ratings.users, ratings.items]
    assert any(
        value == pytest.approx(np.sqrt(np.mean(misses**2)), rel=1e-12) for value in summary if value.__class__ is float
    )


def test_numbers_that_are_not_finite_are_said_in_words(tmp_path: Path) -> None:
    ratings = make_ratings(3, 3, 1.0)
    fitted = make_factors(ratings, 2)
    fitted.user_factors[0, 0] = np.nan
    fitted.item_factors[1, 1] = 1e200
    fitted.user_factors[1, 1] = np.inf
    result = make_result(float("nan"))
    report = make_report(None, None, None, result=result, objective_kind="rmse")
    model = RatingModel.of_factors(ratings, fitted)
    path = write(tmp_path, replace(report, start=model, fitted=model))
    with zipfile.ZipFile(path) as parts:
        for name in parts.namelist():
            if "/sheet" in name or "/chart" in name:
                assert not re.search(rb"<(?:c:)?v>-?(?:nan|inf)", parts.read(name), re.IGNORECASE), name
    values = cached(path)
    assert values["Factors", "C6"] == "not a number"
    assert values["Predictions", "C8"] == "not a number"
    assert values["Residuals", "C8"] == "not a number"


def test_convergence_is_thinned_with_first_and_last(tmp_path: Path) -> None:
    report = make_report(None, None, None, result=make_result(steps=2500))
    sheet = openpyxl.load_workbook(write(tmp_path, report))["Convergence"]
    iterations = [row[1] for row in sheet.iter_rows(min_row=5, values_only=True)]
    assert len(iterations) == 1000
    assert iterations[0] == 0
    assert iterations[-1] == 2499
    assert "1,000 of 2,500" in sheet["B2"].value


def test_variables_with_their_change(tmp_path: Path) -> None:
    report = make_report(None, None, None)
    path = write(tmp_path, report)
    rows = list(openpyxl.load_workbook(path, data_only=True)["Variables"].iter_rows(min_row=5, values_only=True))
    assert [row[1] for row in rows] == [variable.cell for variable in report.variables]
    table = np.array([row[2:5] for row in rows], dtype=float)
    expected = np.column_stack([report.result.x_start, report.result.x, report.result.x - report.result.x_start])
    np.testing.assert_allclose(table, expected, rtol=1e-15, atol=1e-15)
    assert formulas(path)["Variables", "E5"] == "=$D$5-$C$5"


def test_variables_with_names_and_bounds(tmp_path: Path) -> None:
    variables = (
        VariableValue("C4", "=TV, Optimized spend", 300.0, 183.5, 50.0, None, None),
        VariableValue("C5", None, 100.0, 50.0, 50.0, 350.0, "lower"),
    )
    book = openpyxl.load_workbook(write(tmp_path, make_report(None, None, None, variables=variables)), data_only=True)
    assert [row[1:] for row in book["Variables"].iter_rows(min_row=4, values_only=True)] == [
        ("Cell", "Name", "Before", "After", "Change", "Lower bound", "Upper bound", "At a bound"),
        ("C4", "=TV, Optimized spend", 300, 183.5, -116.5, 50, None, None),
        ("C5", None, 100, 50, -50, 50, 350, "lower"),
    ]


def test_the_summary_of_a_solver_model_speaks_of_its_goal_and_constraints(tmp_path: Path) -> None:
    constraints = (
        ConstraintValue("C6 >= 50", "C6", None, 80.0, ">=", 50.0, 30.0, "not binding", 0.0, 0.0),
        ConstraintValue("C7 <= 600", "C7", "=Total", 600.0, "<=", 600.0, 0.0, "binding", 0.0, 0.0),
    )
    changes = {"goal": "max", "objective_label": "Total, Return", "constraints": constraints}
    report = make_report(None, None, None, **changes)
    report = replace(report, result=replace(report.result, objective_start=0.5, objective_end=2.5))
    summary = openpyxl.load_workbook(write(tmp_path, report), data_only=True)["Summary"]
    texts = [cell.value for row in summary.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert texts[0] == "The solution of book.xlsx"
    assert texts[2].startswith("V41 (Total, Return) rose from 0.5 to 2.5.")
    assert not any("fit" in text.lower() for text in texts if not text.startswith("xlcf fit"))
    rows = list(summary.iter_rows(min_col=2, max_col=5, values_only=True))
    assert rows.index(("C7 <= 600", "=Total", 600, "at its limit")) + 1 == rows.index(
        ("C6 >= 50", "C6", 80, "30 from its limit")
    )


def test_ids_keep_every_digit(tmp_path: Path) -> None:
    ratings = replace(make_ratings(3, 2, 1.0), user_ids=[12345678901234567890, 7, 2.5])
    fitted = make_factors(ratings)
    sheet = openpyxl.load_workbook(write(tmp_path, make_report(ratings, fitted, fitted)))["Factors"]
    assert [sheet[f"B{row}"].value for row in (6, 7, 8)] == ["12345678901234567890", 7, 2.5]


def test_other_sheet_names_reach_every_formula(tmp_path: Path) -> None:
    from xlcf.report.fit_book import write_sheets
    from xlcf.report.sheet_names import SheetNames

    path = tmp_path / "renamed.xlsx"
    names = SheetNames(factors="Bob's factors", predictions="A1", residuals="What is left")
    with xlsxwriter.Workbook(path) as book:
        write_sheets(book, names, showcase())
    calculator, values = Calculator(path), cached(path)
    checked = 0
    for (sheet, address), formula in formulas(path).items():
        assert calculator.value(sheet, formula) == pytest.approx(values[sheet, address], rel=1e-12, abs=1e-12)
        checked += 1
    assert checked > 500


def test_too_many_factors_for_a_worksheet_is_said(tmp_path: Path) -> None:
    ratings = make_ratings(1, 1, 1.0)
    fitted = make_factors(ratings, 8200)
    with pytest.raises(InputError, match="8200 factors does not fit a worksheet"):
        write(tmp_path, make_report(ratings, fitted, fitted))
    assert list(tmp_path.iterdir()) == []


def test_missing_folder_and_folder_as_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"There is no folder .* make it first"):
        write_report(tmp_path / "no" / "out.xlsx", showcase())
    (tmp_path / "taken.xlsx").mkdir()
    with pytest.raises(InputError, match="is a folder; give the name of a file"):
        write_report(tmp_path / "taken.xlsx", showcase())


@pytest.mark.parametrize(
    ("owner", "method", "error", "words"),
    [
        (Path, "replace", PermissionError(13, "Permission denied"), "cannot be replaced.*close it in Excel"),
        (xlsxwriter.Workbook, "close", FileCreateError(OSError(28, "No space left")), "No space left.*choose another"),
    ],
)
def test_what_cannot_be_written_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: type, method: str, error: Exception, words: str
) -> None:
    path = tmp_path / "out.xlsx"
    path.write_text("old", encoding="utf-8")

    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(owner, method, refuse)
    with pytest.raises(InputError, match=words):
        write_report(path, showcase())
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_package_is_light() -> None:
    code = "import sys, xlcf.report; print([m for m in ('xlsxwriter', 'torch', 'pandas', 'scipy') if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert found.strip() == "[]"
