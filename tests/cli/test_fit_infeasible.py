"""Models whose constraints cannot be met: what `xlcf fit` and `xlcf compare` say, write, and do not write."""

import json

import openpyxl
import pytest

import xlcf
from xlcf.bridge.fit import InfeasibleError, fit_workbook
from xlcf.bridge.outputs import OutputOptions
from xlcf.fitting.options import FitOptions

PROFIT = {
    "A1": ("=B1*10+B2*20", 0.0), "B1": 0.0, "B2": 0.0, "C1": ("=B1+B2", 0.0), "D1": "Units", "E1": ("=C1", 0.0),
}  # fmt: skip
CAPACITY = {"lhs1": "B1:B2", "rel1": 1, "rhs1": "60", "lhs2": "E1", "rel2": 3, "rhs2": "200", "neg": 1, "typ": 1}


@pytest.fixture
def book(solver_book):
    return solver_book(PROFIT, **CAPACITY)


@pytest.mark.parametrize("words", [[], ["--in-place"], ["--report-only"], ["--keep-start"], ["--starts", "2"]], ids=str)
def test_nothing_is_written_and_the_exit_code_is_1(words, book, run):
    before = book.read_bytes()
    code, out, err = run("fit", book, *words)
    assert (code, out) == (1, "")
    assert "E1 >= 200 (Units): E1 is 120, 80 too little" in err
    assert "--write-anyway" in err
    assert [path.name for path in book.parent.iterdir()] == [book.name]
    assert book.read_bytes() == before


def test_the_json_is_printed_all_the_same(book, run):
    code, out, err = run("fit", book, "--json")
    done = json.loads(out)
    assert code == 1
    assert err.startswith("xlcf: Nothing was written.")
    assert (done["status"], done["feasible"], done["output"], done["sheets"]) == ("infeasible", False, None, [])
    assert done["max_violation"] == pytest.approx(80, rel=1e-6)


@pytest.mark.parametrize("words", [[], ["--in-place"]], ids=str)
def test_written_anyway_its_summary_says_so_first(words, book, run):
    code, out, _ = run("fit", book, "--write-anyway", "--json", *words)
    assert code == 0
    done = json.loads(out)
    assert (done["status"], done["feasible"]) == ("infeasible", False)
    assert "--write-anyway" in done["command"]
    summary = openpyxl.load_workbook(done["output"])["Summary"]
    texts = [cell.value for row in summary.iter_rows(min_row=3) for cell in row if cell.value is not None]
    assert texts[0].startswith("Warning: The model's constraints are violated:")
    assert "Units" in texts[0]
    assert summary["B1"].value == "No solution of book.xlsx"


def test_the_library_gives_the_result_and_refuses_to_write(book):
    result = xlcf.fit(book)
    assert (result.status, result.feasible) == ("infeasible", False)
    assert result.max_violation == pytest.approx(80, rel=1e-6)
    with pytest.raises(InfeasibleError) as caught:
        fit_workbook(book, FitOptions())
    assert caught.value.fit.written is None
    assert caught.value.fit.result.max_violation == pytest.approx(80, rel=1e-6)
    output = book.with_name("anyway.xlsx")
    assert fit_workbook(book, FitOptions(), output=OutputOptions(output), write_anyway=True).written is not None
    assert output.exists()


@pytest.mark.parametrize(
    "options",
    [{}, {"starts": 3}, {"method": "solver"}, {"method": "adam", "epochs": 60}, {"method": "sgd", "epochs": 60}],
    ids=str,
)
def test_bounds_are_kept_by_every_method(options, solver_book):
    """The optimum (3, 4) lies outside them."""
    path = solver_book(
        {"A1": "=(B1-3)^2+(B2-4)^2", "B1": 1.0, "B2": 2.0}, lhs1="B1:B2", rel1=1, rhs1="2", lhs2="B1", rel2=3, rhs2="1"
    )
    result = xlcf.fit(path, **options)
    assert result.feasible
    assert result.max_violation == 0.0
    assert result.x == pytest.approx([2, 2], abs=1e-6)


def test_large_numbers_need_not_agree_beyond_their_rounding(solver_book):
    """A budget of a thousand million, spent to the last unit in sevenths."""
    cells = {"A1": "=SUMSQ(B1:B7)", "C1": "=SUM(B1:B7)"} | {f"B{row}": 1e7 for row in range(1, 8)}
    result = xlcf.fit(solver_book(cells, adj="B1:B7", lhs1="C1", rel1=2, rhs1="1000000000"))
    assert result.feasible
    assert result.x == pytest.approx(1e9 / 7, rel=1e-6)


def test_a_comparison_never_calls_an_infeasible_end_the_best(solver_book, run, book):
    code, out, err = run("compare", book, "--methods", "scipy", "--json")
    assert (code, out) == (1, "")
    assert "E1 >= 200" in err
    possible = solver_book(PROFIT, **CAPACITY | {"rhs2": "90"}, name="possible.xlsx")
    cheat = solver_book(PROFIT | {"B1": 500.0, "B2": 500.0}, **CAPACITY, name="cheat.xlsx")
    code, out, _ = run("compare", possible, "--methods", "scipy", "--excel-workbook", cheat, "--json")
    assert code == 0
    done = json.loads(out)
    assert done["best"] == pytest.approx(60 * 10 + 60 * 20, rel=1e-6)
    excel = done["methods"][-1]
    assert (excel["status"], excel["objective_end"]) == ("infeasible", None)
    assert "violate the model's constraints" in excel["message"]
