"""Chains of cells, each on those before it: worked out as one, they are what they are cell by cell."""

from typing import Any

import numpy as np
import pytest
import torch

from xlcf.formulas import compiler
from xlcf.formulas.graph import Scan
from xlcf.formulas.least_squares import least_squares
from xlcf.formulas.recalculation import recalculate, recompute
from xlcf.ooxml.worksheet import ExcelError

STEPS = 40


def balances(**changed: Any) -> dict[str, Any]:
    """A loan: interest in B, principal in C, balance in D, a total that nothing reads in E."""
    cells: dict[str, Any] = {"A1": 0.01, "A2": 50, "D1": 1000}
    for row in range(2, STEPS + 2):
        cells |= {
            f"B{row}": f"=D{row - 1}*$A$1",
            f"C{row}": f"=MIN($A$2,D{row - 1}+B{row})-B{row}",
            f"D{row}": f"=D{row - 1}-C{row}",
            f"E{row}": f"=B{row}+C{row}",
        }
    return cells | changed


CHAINS = {
    "growth": {"A1": 2, "B1": 1.01, **{f"A{k}": f"=A{k - 1}*$B$1-0.5" for k in range(2, STEPS)}},
    "row": {"A1": 2, **{f"{chr(65 + k)}1": f"={chr(64 + k)}1*1.5+1" for k in range(1, 26)}},
    "upwards": {f"A{STEPS}": 3, **{f"A{k}": f"=SQRT(A{k + 1}+1)+B{k}" for k in range(1, STEPS)}, "B5": 7, "B7": 2},
    "two before": {"A1": 1, "A2": 1, **{f"A{k}": f"=A{k - 1}+A{k - 2}*0.5" for k in range(3, STEPS)}},
    "sum of three": {"A1": 1, "A2": 2, "A3": 3, **{f"A{k}": f"=SUM(A{k - 3}:A{k - 1})/3.1" for k in range(4, STEPS)}},
    "growing sum": {"A1": 1, **{f"A{k}": f"=SUM($A$1:A{k - 1})/7+1" for k in range(2, STEPS)}},
    "if": {"A1": 1, **{f"A{k}": f"=IF(A{k - 1}>20,A{k - 1}/3,A{k - 1}*1.7)" for k in range(2, STEPS)}},
    "error": {"A1": 20, **{f"A{k}": f"=SQRT(A{k - 1}-1)" for k in range(2, STEPS)}},
    "division": {"A1": 5, **{f"A{k}": f"=(A{k - 1}-1)+1/A{k - 1}*0" for k in range(2, STEPS)}},
    "text": {"A1": 5, "B9": "'x", **{f"A{k}": f"=A{k - 1}+B{k}" for k in range(2, STEPS)}},
    "becomes text": {"A1": 5, **{f"A{k}": f'=IF(A{k - 1}>9,"",A{k - 1}+1)' for k in range(2, STEPS)}},
    "offset": {"A1": 5, **{f"A{k}": f"=OFFSET(A{k},-1,0)+A{k - 1}/2" for k in range(2, STEPS)}},
    "broken": {"A1": 5, "A20": 7, "A21": "=A20*2", **{f"A{k}": f"=A{k - 1}+1" for k in range(2, 20)}}
    | {f"A{k}": f"=A{k - 1}+1" for k in range(22, STEPS)},
    "side by side": {f"{c}1": 3 for c in "ABC"}
    | {f"{c}{k}": f"={c}{k - 1}*0.9+1" for c in "ABC" for k in range(2, STEPS)},
    "loan": balances(),
}  # fmt: skip


@pytest.mark.parametrize("name", CHAINS)
def test_values_are_those_of_cell_by_cell(sheets: Any, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    book = sheets.book(CHAINS[name])
    chained = recalculate(book)
    monkeypatch.setattr(compiler, "SHORTEST", 10**9)
    one_by_one = recalculate(book)
    assert chained.values == one_by_one.values
    assert chained.unsupported == one_by_one.unsupported
    assert chained.magnitudes == one_by_one.magnitudes


@pytest.mark.parametrize(
    "name", ["growth", "row", "upwards", "two before", "sum of three", "if", "side by side", "loan"]
)
def test_these_are_chains(sheets: Any, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    kept = []
    run = compiler.Compiler._run_chain
    monkeypatch.setattr(compiler.Compiler, "_run_chain", lambda *args: kept.append(run(*args)) or kept[-1])
    recalculate(sheets.book(CHAINS[name]))
    assert kept
    assert all(kept)


def test_what_changes_is_computed_afresh(sheets: Any) -> None:
    book = sheets.book(balances())
    for position, value in ((cell[1:], value) for cell, value in recalculate(book).values.items()):
        book.sheets["S"].values[position] = value
    changed = recompute(book, {("S", 20, 4): 300.0})
    afresh = recalculate(sheets.book(balances(D20=300)))
    assert {cell[1] for cell in changed.values} == set(range(21, STEPS + 2))
    for cell, value in changed.values.items():
        assert value == afresh.values[cell]


GRADIENTS = {
    "growth": (CHAINS["growth"], "A39", "A1:B1"),
    "if": (CHAINS["if"], "A30", "A1"),
    "two before": (CHAINS["two before"], "A39", "A1:A2"),
    "loan": (balances(), "D20", "A1:A2,D1"),
    "each own": (
        {"A1": 1.0, **{f"A{k}": f"=A{k - 1}*(1+B{k})+SIN(B{k - 1})" for k in range(2, STEPS)}}
        | {f"B{k}": 0.1 + k / 100 for k in range(1, STEPS)},
        "A39,A20",
        "A1,B1:B39",
    ),
}


@pytest.mark.parametrize("name", GRADIENTS)
def test_gradients(sheets: Any, name: str) -> None:
    cells, outputs, variables = GRADIENTS[name]
    program = sheets.program(cells, outputs, variables)
    assert sum(isinstance(node, Scan) for node in program.nodes) == 1
    assert len(program.nodes) < 12
    x = program.start
    step = 1e-6
    points = x + step * np.vstack([np.eye(len(x)), -np.eye(len(x))])
    values = program(points)
    differences = (values[: len(x)] - values[len(x) :]).T / (2 * step)
    np.testing.assert_allclose(program.jacobian(x), differences, rtol=1e-5, atol=1e-6)
    value, gradient = program.value_and_gradient(x)
    np.testing.assert_allclose(gradient, program.jacobian(x)[0], rtol=1e-12)
    assert value == program(x)[0]
    point = torch.tensor(x, requires_grad=True)
    program.torch(point)[0].backward()
    np.testing.assert_allclose(point.grad.numpy(), gradient, rtol=1e-12)


def test_traits_of_chains(sheets: Any) -> None:
    linear = sheets.program(CHAINS["growth"], "A39", "A1")
    assert linear.traits.is_linear
    assert not sheets.program(CHAINS["growth"], "A39", "A1:B1").traits.is_quadratic
    assert sheets.program(CHAINS["growth"], "A39", "A1:B1").traits.is_smooth
    assert "IF" in sheets.program(CHAINS["if"], "A39", "A1").traits.steps
    assert "MIN" in sheets.program(balances(), "D30", "A1").traits.kinks


def test_an_error_in_a_chain_that_varies(sheets: Any) -> None:
    program = sheets.program(CHAINS["error"], "A2,A30", "A1")
    assert program(program.start)[0] == pytest.approx(np.sqrt(19))
    assert np.isnan(program(program.start)[1])
    assert recalculate(sheets.book(CHAINS["error"])).values["S", 30, 1] == ExcelError("#NUM!")


def test_a_chain_is_no_linear_part_of_a_sum_of_squares(sheets: Any) -> None:
    cells = {**CHAINS["if"], "C1": "=SUMSQ(A1,2)+A39"}
    assert least_squares(sheets.program(cells, "C1", "A1")) is None
