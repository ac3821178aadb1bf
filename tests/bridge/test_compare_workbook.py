"""`xlcf compare` as a library: a workbook in, the same with the comparison's sheets out."""

import shlex
import shutil
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pytest

import xlcf
from tests.report.test_layout import charts_of, marker_of, series_of
from xlcf.bridge.compare import compare_factors_of_workbook, compare_workbook
from xlcf.bridge.fit import fit_workbook
from xlcf.bridge.outputs import OutputOptions
from xlcf.bridge.verify import verify
from xlcf.comparing.options import CompareOptions, ExcelResult
from xlcf.errors import InputError

TOP15 = Path(__file__).parents[2] / "workbooks" / "top15.xlsx"
BOWL = {"A1": ("=(B1-3)^2+(B2-4)^2", 8.0), "B1": 1.0, "B2": 2.0}
QUICK = CompareOptions(("solver", "scipy", "adam"), starts=1, max_iterations=30)
EXCEL = 0.5  # far above what is found, so that its line can be drawn
SHEETS = ["Compare", "Convergence", "Random starts", "Learning rate", "Agreement"]


def near(value):
    """Give what equals a number that went through a cell, which keeps 16 digits."""
    return pytest.approx(value, rel=1e-14)


@pytest.fixture
def book(tmp_path):
    return Path(shutil.copy(TOP15, tmp_path / "top15.xlsx"))


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    """Give a workbook with all sheets, and what was found."""
    folder = tmp_path_factory.mktemp("compared")
    book = Path(shutil.copy(TOP15, folder / "top15.xlsx"))
    return compare_workbook(book, QUICK, sheet="dotprod", excel=ExcelResult(EXCEL))


def test_the_sheets_are_added_and_nothing_else_is_changed(compared):
    assert compared.output.name == "top15.compared.xlsx"
    assert list(compared.sheets) == SHEETS
    checked = verify(compared.output, TOP15, libreoffice=False)
    assert not checked.faults
    assert checked.comparison is not None
    assert list(checked.comparison.sheets_added) == SHEETS
    assert not checked.comparison.cells
    assert checked.comparison.count("lost") == 0


def test_the_table_says_what_was_found(compared):
    rows = list(openpyxl.load_workbook(compared.output, data_only=True)["Compare"].iter_rows(values_only=True))
    head = next(place for place, row in enumerate(rows) if row[1] == "Method")
    columns = {name: place for place, name in enumerate(rows[head]) if name}
    found = compared.found
    names = [{"excel": "Excel"}.get(entry.method, entry.method) for entry in found.entries]
    assert [row[2] for row in rows[head + 1 : head + 1 + len(names)]] == names
    for row, entry in zip(rows[head + 1 :], found.entries, strict=False):
        assert row[columns["Objective (smallest is best)"]] == near(entry.objective_end)
        assert row[columns["Distance to the best known"]] == near(found.distance(entry))
        if entry.result is not None:
            assert row[columns["Evaluations"]] == entry.result.evaluations
            assert row[columns["Iterations"]] == entry.result.iterations
            assert row[columns["RMSE of hidden ratings"]] == near(entry.hold_out_rmse)
            assert row[columns["Median of random starts"]] == near(entry.starts.quantile(0.5))
    assert rows[head + 1 + len(names)][columns["Objective (smallest is best)"]] == near(found.best)


def test_convergence_has_a_row_a_step_and_a_column_a_method(compared):
    rows = list(openpyxl.load_workbook(compared.output, data_only=True)["Convergence"].iter_rows(values_only=True))
    head = next(place for place, row in enumerate(rows) if row[1] == "Step")
    assert rows[head][2:14] == QUICK.methods * 4
    for place, result in enumerate(compared.found.results, 2):
        history = result.history
        body = rows[head + 1 : head + 1 + len(history)]
        assert [row[1] for row in body] == history.iteration.tolist()
        assert [row[place] for row in body] == near(history.objective.tolist())
        assert [row[place + 6] for row in body][1:] == history.evaluations.tolist()[1:]
        away = [row[place + 3] for row in body]
        assert min(away) > 0
        np.testing.assert_allclose(away, np.maximum(history.objective - compared.found.best, min(away)))


def test_agreement_and_random_starts(compared):
    book = openpyxl.load_workbook(compared.output, data_only=True)
    rows = list(book["Agreement"].iter_rows(min_col=2, values_only=True))
    start = next(place for place, row in enumerate(rows) if str(row[0]).startswith("Largest")) + 1
    assert rows[start][1:4] == QUICK.methods
    largest = np.array([row[1:4] for row in rows[start + 1 : start + 4]], dtype=float)
    np.testing.assert_allclose(largest, compared.found.agreement.largest, rtol=1e-14)
    ends = list(book["Random starts"].iter_rows(min_col=2, values_only=True))[-1]
    assert list(ends[1:4]) == near([entry.starts.objectives[0] for entry in compared.found.entries[:-1]])


def test_formulas_agree_with_libreoffice(compared, formula_values):
    sheets = set(compared.sheets)
    values = {cell: pair for cell, pair in formula_values(compared.output).items() if cell[0] in sheets}
    assert len(values) >= 14
    for cell, (cached, recalculated) in values.items():
        assert recalculated == pytest.approx(cached, rel=1e-9, abs=1e-12), cell


def test_charts_are_named_and_on_log_scales(compared):
    with zipfile.ZipFile(compared.output) as package:
        charts = [package.read(name).decode() for name in package.namelist() if name.startswith("xl/charts/chart")]
    courses = [chart for chart in charts if "What it takes" in chart]
    assert len(courses) == 3  # on Compare, and both on Convergence
    for chart in courses:
        assert chart.count('<c:logBase val="10"/>') == 2
        assert "Solver stops here" in chart
        assert "distance to the best known (log scale)" in chart
        assert "Excel" in chart
    assert any("Finding the learning rate" in chart for chart in charts)


def test_compared_again_its_sheets_are_replaced(compared, tmp_path):
    again = compare_workbook(
        compared.output, CompareOptions(("scipy", "solver"), max_iterations=5), output=tmp_path / "again.xlsx"
    )
    names = openpyxl.load_workbook(again.output).sheetnames
    assert names == ["dotprod", "bias", "Compare", "Convergence", "Agreement"]
    both = compare_factors_of_workbook(again.output, [1], output=tmp_path / "both.xlsx")
    assert openpyxl.load_workbook(both.output).sheetnames == [*names, "Number of factors"]


def test_a_fitted_workbook_is_compared_from_where_the_fit_started(book):
    fitted = fit_workbook(book, xlcf.FitOptions(max_iterations=9), sheet="dotprod", output=OutputOptions()).written
    said = []
    options = CompareOptions(("scipy",), max_iterations=2)
    done = compare_workbook(fitted.output, options, sheet="dotprod", notice=said.append)
    np.testing.assert_array_equal(done.found.results[0].x_start, xlcf.read_problem(book, "dotprod").start)
    assert any("where the last fit of this workbook started" in sentence for sentence in said)
    # the fit's own sheets stay
    assert set(fitted.sheets) < set(openpyxl.load_workbook(done.output).sheetnames)


def test_the_command_says_all_that_was_asked_for(compared):
    from xlcf_cli.compare import compare as command_line

    words = shlex.split(compared.command)
    assert words[:2] == ["xlcf", "compare"]
    said = command_line.make_context("compare", words[2:]).params
    assert (said["sheet"], said["methods"], said["starts"]) == ("dotprod", QUICK.methods, 1)
    assert (said["max_iterations"], said["excel_value"]) == (30, EXCEL)


def test_numbers_of_factors(book, capsys):
    done = compare_factors_of_workbook(book, [1, 2], sheet="dotprod", seed=3)
    assert list(done.sheets) == ["Number of factors"]
    assert not verify(done.output, book, libreoffice=False).faults
    rows = list(openpyxl.load_workbook(done.output)["Number of factors"].iter_rows(min_col=2, values_only=True))
    head = next(place for place, row in enumerate(rows) if row[0] == "Factors")
    for place, row in enumerate(rows[head + 1 : head + 3]):
        assert row[:2] == (done.found.factors[place], done.found.numbers[place])
        assert row[2:4] == near((done.found.fit_rmse[place], done.found.hold_out_rmse[place]))
    assert rows[head + 1][8] == "predicts best"
    assert rows[head + 2][8] == "over-fitting begins"
    (chart,) = charts_of(done.output)
    markers = {name: marker_of(series) for name, series in series_of(chart).items()}
    assert markers["fitted ratings"] == markers["hidden ratings"] == "circle"
    assert markers["always the mean rating"] == "none"
    assert "--factors 1,2 --seed 3" in done.command
    from xlcf_cli.comparison_output import show

    show(done)
    said = capsys.readouterr().out
    assert "Over-fitting begins at 2 factors" in said
    assert f"{done.found.hold_out_rmse[1]:.3f}" in said


def test_a_solved_workbook_is_a_row(solver_book):
    book = solver_book(BOWL)
    solved = solver_book(BOWL | {"A1": ("=(B1-3)^2+(B2-4)^2", 0.0), "B1": 3.0, "B2": 4.1}, name="solved.xlsx")
    done = compare_workbook(book, CompareOptions(("scipy",)), excel=ExcelResult(excel_workbook=solved))
    row = done.found.entries[-1]
    assert (row.method, row.objective_end) == ("excel", pytest.approx(0.01))
    assert done.found.agreement.methods == ("scipy", "excel")
    with pytest.raises(InputError, match="either a value or a workbook"):
        ExcelResult(1.0, solved)


@pytest.mark.parametrize(
    ("way", "sentence"),
    [
        ({"output": Path("no/such/out.xlsx")}, "does not exist; create it"),
        ({"output": Path("out.csv")}, r"must end in \.xlsx"),
        ({"plots": [Path("out.bmp")]}, r"must end in \.png or \.svg"),
        ({"plots": [Path("no/such/out.png")]}, "no folder"),
        ({"sheet": "nope"}, "There is no sheet 'nope'"),
    ],
)
def test_what_cannot_be_is_refused_before_the_work(book, way, sentence, monkeypatch):
    monkeypatch.chdir(book.parent)
    monkeypatch.setattr("xlcf.bridge.compare.compare_methods", lambda *_, **__: pytest.fail("compared in vain"))
    with pytest.raises(InputError, match=sentence):
        compare_workbook(book, QUICK, **way)
    assert list(book.parent.iterdir()) == [book]


def test_a_start_that_is_the_optimum_needs_no_chart(solver_book):
    book = solver_book(BOWL | {"A1": ("=(B1-3)^2+(B2-4)^2", 0.0), "B1": 3.0, "B2": 4.0})
    done = compare_workbook(book, CompareOptions(("scipy", "sgd", "solver"), epochs=5))
    assert done.found.best == 0
    assert not verify(done.output, libreoffice=False).faults


@pytest.mark.parametrize(("typ", "best"), [(1, 10.0), (3, 7.0)])
def test_other_goals(solver_book, typ, best):
    book = solver_book(BOWL | {"A1": ("=10-(B1-3)^2-(B2-4)^2", 2.0)}, typ=typ, val=7)
    done = compare_workbook(book, CompareOptions(("scipy", "solver", "adam"), epochs=20, starts=2))
    assert done.found.best == pytest.approx(best, abs=1e-6)
    checked = verify(done.output, libreoffice=False)
    assert not checked.faults
    assert checked.values.compared >= 13
    assert not checked.values.differing
