"""`xlcf solve`: every model of a workbook, Solver's reports and words, exit codes; answers by independent means."""

import json
import sys

import numpy as np
import openpyxl
import pytest
from scipy.optimize import linear_sum_assignment, linprog, milp
from xlcf_cli.main import main

from xlcf.bridge.verify import verify
from xlcf.ooxml.hidden_names import HiddenName, add_hidden_names

MIX = {
    "A2": "Batches", "B1": "Doors", "C1": "Windows", "B2": 0.0, "C2": 0.0, "A3": "Profit", "B3": 3.0, "C3": 5.0,
    "D1": "Used", "A5": "Plant 1", "D5": ("=B2", 0.0), "E5": 4.0, "A6": "Plant 2", "D6": ("=2*C2", 0.0), "E6": 12.0,
    "A7": "Plant 3", "D7": ("=3*B2+2*C2", 0.0), "E7": 18.0, "A9": "Total", "B9": ("=SUMPRODUCT(B2:C2,B3:C3)", 0.0),
}  # fmt: skip
WITHIN = {"typ": 1, "neg": 1, "eng": 2, "lhs1": "D5:D7", "rel1": 1, "rhs1": "E5:E7"}


@pytest.fixture
def run(capsys, monkeypatch):
    """Give a function that runs `xlcf solve`: exit code, stdout, stderr."""

    def command(*words):
        monkeypatch.setattr(sys, "argv", ["xlcf", "solve", *map(str, words)])
        code = 0
        try:
            main()
        except SystemExit as ending:
            code = ending.code
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


@pytest.fixture
def solve(run, solver_book):
    """Give a function that solves a model and gives its JSON."""

    def solved(cells, *arguments, **solver):
        code, out, err = run(solver_book(cells, *arguments, **solver), "--json", "--quiet")
        (model,) = json.loads(out)["models"]
        assert code == (0 if model["status"] in ("converged", "stopped") else 1), err
        return model

    return solved


def rows_of(path, sheet):
    return [[cell for cell in row if cell is not None] for row in
            openpyxl.load_workbook(path, data_only=True)[sheet].iter_rows(values_only=True)]  # fmt: skip


def test_a_product_mix_with_solvers_reports(run, solver_book):
    book = solver_book(MIX, "B9", "B2:C2", **WITHIN)
    code, out, _ = run(book)
    assert code == 0
    assert "Solver found a solution. All constraints and optimality conditions are satisfied." in out
    solved = book.with_name("book.solved.xlsx")
    values = openpyxl.load_workbook(solved, data_only=True)["S"]
    assert [values[cell].value for cell in ("B2", "C2", "B9", "D7")] == pytest.approx([2, 6, 36, 18])
    answer = rows_of(solved, "Answer Report")
    assert ["B9", "Total, Doors", 0, 36] in answer
    assert ["C2", "Batches, Windows", 0, 6, "Contin"] in answer
    assert ["D5", "Plant 1, Used", 2, "D5 <= E5", "Not Binding", 2] in answer
    assert ["D7", "Plant 3, Used", 18, "D7 <= E7", "Binding", 0] in answer
    sensitivity = rows_of(solved, "Sensitivity Report")
    assert ["B2", "Batches, Doors", 2, 0, 3, 4.5, 3] in [
        [cell if isinstance(cell, str) else round(cell, 9) for cell in row] for row in sensitivity
    ]
    assert ["D5", "Plant 1, Used", 2, 0, 4, 1e30, 2] in sensitivity
    assert verify(solved, libreoffice=False).faults == ()
    code, _, _ = run(book)  # its own output is replaced
    assert sorted(path.name for path in book.parent.iterdir()) == ["book.solved.xlsx", "book.xlsx"]


@pytest.fixture
def two_models(solver_book):
    """A workbook with a product mix, and a second model on the sheet T."""

    def make(formula, **solver):
        cells = MIX | {"T!A1": (formula, 0.0), "T!B1": 0.0, "T!B2": 0.0}
        path = solver_book(cells, "B9", "B2:C2", **WITHIN)
        stated = {"opt": "T!$A$1", "adj": "T!$B$1:$B$2", "typ": 1, "neg": 1} | solver
        add_hidden_names(path, [HiddenName(f"solver_{key}", str(text), "T") for key, text in stated.items()])
        return path

    return make


def test_all_models_are_solved_and_each_has_its_reports(run, two_models):
    book = two_models("=3-(B1-1)^2-(B2-2)^2")
    code, out, _ = run(book, "--json")
    done = json.loads(out)
    assert code == 0
    assert [(model["sheet"], model["method"]) for model in done["models"]] == [("S", "highs"), ("T", "scipy")]
    assert [model["objective_end"] for model in done["models"]] == pytest.approx([36, 3])
    assert {"Answer Report (S)", "Sensitivity Report (S)", "Answer Report (T)"} <= set(done["sheets"])
    assert "Sensitivity Report (T)" not in done["sheets"]
    assert done["warnings"] == []
    values = openpyxl.load_workbook(done["output"], data_only=True)
    assert (values["S"]["B9"].value, values["T"]["A1"].value) == pytest.approx((36, 3))


def test_a_failing_model_does_not_stop_the_others(run, two_models):
    code, out, err = run(two_models("=B1+B2"), "--json")
    done = json.loads(out)
    assert (code, [model["status"] for model in done["models"]]) == (1, ["converged", "unbounded"])
    assert "1 of 2 models were not solved. T: The Objective Cell values do not converge." in err
    values = openpyxl.load_workbook(done["output"], data_only=True)
    assert values["S"]["B9"].value == pytest.approx(36)
    assert values["T"]["B1"].value == 0


def test_a_bad_model_is_told_by_the_exit_code(run, two_models):
    code, out, err = run(two_models("=ROUND(B1,0)", num=1, lhs1="T!$B$1", rel1=4, rhs1="integer"), "--json")
    bad = json.loads(out)["models"][1]
    assert (code, bad["status"], bad["method"], bad["message"]) == (2, "error", None, None)
    assert "asks for integer cells (B1)" in bad["error"]
    assert "T: The Solver model on T asks for integer cells" in err


def test_models_that_read_each_other_are_told(run, two_models):
    book = two_models("=S!B2+3-(B1-1)^2-B2^2")
    _, out, err = run(book, "--json")
    assert "with the answers of all models A1 is 5" in json.loads(out)["warnings"][0]
    assert "WARNING: The models of this workbook depend on each other" in err


@pytest.mark.parametrize("words", [[], ["--in-place"], ["-o", "other.xlsx"]], ids=str)
def test_what_has_no_answer_is_not_written(words, run, solver_book, monkeypatch):
    book = solver_book(MIX, "B9", "B2:C2", **WITHIN, lhs2="D7", rel2=3, rhs2=19)
    monkeypatch.chdir(book.parent)
    before = book.read_bytes()
    code, _, err = run(book, *words)
    assert code == 1
    assert "Nothing was written. Solver could not find a feasible solution. HiGHS proved" in err
    assert [path.name for path in book.parent.iterdir()] == ["book.xlsx"]
    assert book.read_bytes() == before


def test_transport(solve):
    costs, supply, demand = [[4.0, 6, 9], [5, 3, 8]], [70.0, 60], [40.0, 50, 35]
    cells = {f"{'CDE'[j]}{i + 2}": costs[i][j] for i in range(2) for j in range(3)}
    cells |= {f"{'CDE'[j]}{i + 6}": 0.0 for i in range(2) for j in range(3)}
    cells |= {"G6": "=SUM(C6:E6)", "G7": "=SUM(C7:E7)", "H6": supply[0], "H7": supply[1]}
    cells |= {f"{c}9": f"=SUM({c}6:{c}7)" for c in "CDE"} | {f"{c}10": d for c, d in zip("CDE", demand, strict=True)}
    cells["A1"] = "=SUMPRODUCT(C2:E3,C6:E7)"
    solver = {"neg": 1, "lhs1": "G6:G7", "rel1": 1, "rhs1": "H6:H7", "lhs2": "C9:E9", "rel2": 3, "rhs2": "C10:E10"}
    known = linprog(np.ravel(costs), [[1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1], *(-np.tile(np.eye(3), 2))],
                    [*supply, *(-np.array(demand))])  # fmt: skip
    assert solve(cells, "A1", "C6:E7", **solver)["objective_end"] == pytest.approx(known.fun, rel=1e-9)


def test_assignment_with_binaries(solve):
    costs = np.random.default_rng(5).integers(1, 30, (4, 4)).astype(float)
    cells = {f"{'CDEF'[j]}{i + 1}": costs[i, j] for i in range(4) for j in range(4)}
    cells |= {f"{'CDEF'[j]}{i + 6}": 0.0 for i in range(4) for j in range(4)}
    cells |= {f"G{i}": f"=SUM(C{i}:F{i})" for i in range(6, 10)} | {f"{c}10": f"=SUM({c}6:{c}9)" for c in "CDEF"}
    cells["A1"] = "=SUMPRODUCT(C1:F4,C6:F9)"
    solver = {"lhs1": "C6:F9", "rel1": 5, "rhs1": "binary", "lhs2": "G6:G9", "rel2": 2, "rhs2": 1,
              "lhs3": "C10:F10", "rel3": 2, "rhs3": 1}  # fmt: skip
    done = solve(cells, "A1", "C6:F9", **solver)
    assert done["objective_end"] == costs[linear_sum_assignment(costs)].sum()
    assert done["gap"] <= 1e-9


def test_staff_scheduling(solve):
    """Five days in a row, seven beginnings."""
    need = [17.0, 13, 15, 19, 14, 16, 11]
    works = np.array([[(day - begin) % 7 < 5 for begin in range(7)] for day in range(7)], dtype=float)
    cells = {f"B{day + 1}": 0.0 for day in range(7)} | {f"D{day + 1}": need[day] for day in range(7)}
    cells |= {f"C{day + 1}": "=" + "+".join(f"B{at + 1}" for at in np.flatnonzero(works[day])) for day in range(7)}
    cells["A1"] = "=SUM(B1:B7)"
    solver = {"neg": 1, "lhs1": "C1:C7", "rel1": 3, "rhs1": "D1:D7", "lhs2": "B1:B7", "rel2": 4, "rhs2": "integer"}
    known = milp(np.ones(7), constraints=(works, need, np.inf), integrality=np.ones(7))
    assert solve(cells, "A1", "B1:B7", **solver)["objective_end"] == pytest.approx(known.fun)


def test_set_cover(solve):
    covers = np.array([[1, 0, 1, 0, 1], [1, 1, 0, 0, 0], [0, 1, 0, 1, 0], [0, 0, 1, 1, 0]], dtype=float)
    costs = [3.0, 4, 2, 3, 6]
    cells = {f"B{at}": 0.0 for at in range(1, 6)} | {f"E{at}": cost for at, cost in enumerate(costs, 1)}
    cells |= {f"C{row + 1}": "=" + "+".join(f"B{at + 1}" for at in np.flatnonzero(covers[row])) for row in range(4)}
    cells["A1"] = "=SUMPRODUCT(B1:B5,E1:E5)"
    solver = {"lhs1": "B1:B5", "rel1": 5, "rhs1": "binary", "lhs2": "C1:C4", "rel2": 3, "rhs2": 1}
    known = milp(costs, constraints=(covers, 1, np.inf), integrality=np.ones(5), bounds=(0, 1))
    assert solve(cells, "A1", "B1:B5", **solver)["objective_end"] == pytest.approx(known.fun)


def test_blending_by_shares(solve):
    """Shares that add up to 1, of 14 to 16 % protein at least cost."""
    cells = {"B1": 0.2, "B2": 0.3, "B3": 0.5, "C1": 10.0, "C2": 16.0, "C3": 25.0, "D1": 0.09, "D2": 0.17, "D3": 0.3}
    cells |= {"A1": "=SUMPRODUCT(B1:B3,C1:C3)", "A2": "=SUM(B1:B3)", "A3": "=SUMPRODUCT(B1:B3,D1:D3)"}
    solver = {"neg": 1, "lhs1": "A2", "rel1": 2, "rhs1": 1, "lhs2": "A3", "rel2": 3, "rhs2": "=14%",
              "lhs3": "A3", "rel3": 1, "rhs3": 0.16}  # fmt: skip
    known = linprog([10, 16, 25], [[-0.09, -0.17, -0.3], [0.09, 0.17, 0.3]], [-0.14, 0.16], [[1, 1, 1]], [1])
    assert solve(cells, "A1", "B1:B3", **solver)["objective_end"] == pytest.approx(known.fun, rel=1e-9)


def test_a_value_to_reach(solve):
    done = solve({"A1": "=B1^2+B2", "B1": 1.0, "B2": 2.0}, typ=3, val=11)
    assert (done["goal"], done["status"]) == ("value", "converged")
    assert done["objective_end"] == pytest.approx(11, abs=1e-6)
