"""Circular references with iterative calculation; truth: the fixed points in closed form, finite differences."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from xlcf.formulas.compiler import compile_cells
from xlcf.formulas.errors import FormulaError
from xlcf.formulas.recalculation import recalculate
from xlcf.ooxml import Workbook, open_workbook
from xlcf.ooxml.calculation import Calculation
from xlcf.ooxml.references import parse_cell

Sheets = Any
ITERATIVE = Calculation(iterative=True)

# interest on the average balance, which the interest itself enlarges: B3 = 0.1 * (100 + B2) / 2, B2 = 100 + B3
INTEREST = {"A1": 0.1, "A2": 100.0, "B2": "=A2+B3", "B3": "=A1*(A2+B2)/2"}


def iterative(sheets: Sheets, cells: dict[str, Any], rule: Calculation = ITERATIVE, **stored: float) -> Workbook:
    book: Workbook = sheets.book(cells)
    book.calculation = rule
    for place, number in stored.items():
        book["S"].values[parse_cell(place)] = number
    return book


def interest(rate: float, balance: float) -> float:
    return rate * balance / (1 - rate / 2)


def at(*places: str) -> list[tuple[str, int, int]]:
    return [("S", *parse_cell(place)) for place in places]


def test_settles_from_the_stored_values(sheets: Sheets) -> None:
    book = iterative(sheets, INTEREST, Calculation(iterative=True, iterations=200, tolerance=1e-9))
    result = recalculate(book)
    assert not result.unsupported
    assert result.values["S", 3, 2] == pytest.approx(interest(0.1, 100), abs=1e-8)
    assert result.values["S", 2, 2] == pytest.approx(100 + interest(0.1, 100), abs=1e-8)


def test_values_that_are_settled_stay(sheets: Sheets) -> None:
    """Excel stops as soon as nothing changes by more than the tolerance: what it stored is not the fixed point."""
    near = interest(0.1, 100) + 0.0004
    book = iterative(sheets, INTEREST, B3=near, B2=100 + near)
    result = recalculate(book)
    assert {result.values["S", 3, 2], result.values["S", 2, 2]} & {near, 100 + near}
    assert result.values["S", 2, 2] == pytest.approx(100 + near, abs=1e-3)


def test_without_iteration_a_circle_is_refused(sheets: Sheets) -> None:
    with pytest.raises(FormulaError, match="in a circle"):
        compile_cells(sheets.book(INTEREST), at("B3"), at("A1"))
    assert set(recalculate(sheets.book(INTEREST)).unsupported) == set(at("B2", "B3"))


def test_what_does_not_settle_is_said(sheets: Sheets) -> None:
    counter = {"A1": "=A1+1", "B1": 2.0, "C1": "=-2*C1+B1", "D1": "=B1*3"}
    result = recalculate(iterative(sheets, counter))
    assert set(result.unsupported) == set(at("A1", "C1"))
    assert "does not settle in 100 calculations" in result.unsupported["S", 1, 1]
    assert result.values["S", 1, 4] == 6.0
    with pytest.raises(FormulaError, match="does not settle"):
        compile_cells(iterative(sheets, counter), at("C1"), at("B1"))


def test_gradient_at_the_fixed_point(sheets: Sheets) -> None:
    program = compile_cells(iterative(sheets, INTEREST), at("B3", "B2"), at("A1", "A2"))
    x = program.start
    assert program(x)[0] == pytest.approx(interest(0.1, 100), rel=1e-13)
    by_rate = 100 / (1 - 0.05) ** 2
    by_balance = 0.1 / 0.95
    np.testing.assert_allclose(program.jacobian(x), [[by_rate, by_balance], [by_rate, 1 + by_balance]], rtol=1e-12)
    many = np.array([[0.1, 100.0], [0.2, 50.0]])
    np.testing.assert_allclose(program(many)[:, 0], [interest(0.1, 100), interest(0.2, 50)], rtol=1e-12)
    torch = pytest.importorskip("torch")
    point = torch.tensor(x, requires_grad=True)
    program.torch(point)[0].backward()
    np.testing.assert_allclose(point.grad.numpy(), [by_rate, by_balance], rtol=1e-12)


def test_nonlinear_circle_of_several_rings(sheets: Sheets) -> None:
    cells = {
        "A1": 0.3,
        "A2": 0.7,
        "A5": "=A1*2",
        "B1": "=COS(B2*A5)/3+B3/10",
        "B2": "=SIN(B1)+A2",
        "B3": "=EXP(-B2)+B1/4",
        "C1": "=B1*B2+B3",
    }
    program = compile_cells(iterative(sheets, cells), at("C1", "B1"), at("A1", "A2"))
    x = program.start
    step = 1e-6
    numeric = np.stack([(program(x + step * e) - program(x - step * e)) / (2 * step) for e in np.eye(2)], axis=-1)
    np.testing.assert_allclose(program.jacobian(x), numeric, rtol=1e-7)
    assert not program.traits.is_linear


def test_two_circles_one_behind_the_other(sheets: Sheets) -> None:
    cells = {**INTEREST, "D1": "=B3+D2/2", "D2": "=D1/4"}
    program = compile_cells(iterative(sheets, cells), at("D1"), at("A2"))
    assert program(program.start)[0] == pytest.approx(interest(0.1, 100) / (1 - 1 / 8), rel=1e-12)
    assert program.jacobian(program.start)[0, 0] == pytest.approx(0.1 / 0.95 / (1 - 1 / 8), rel=1e-12)


def test_settings_are_read(raw_book: Callable[..., Path]) -> None:
    rows = '<row r="1"><c r="A1"><f>B1/2+1</f><v>2</v></c><c r="B1"><f>A1</f><v>2</v></c></row>'
    path = raw_book({"S": rows})
    book = open_workbook(path)
    assert not book.calculation.iterative
    assert recalculate(book).unsupported


def test_values_as_displayed_are_refused(sheets: Sheets) -> None:
    """Excel would round 1/3 to what its cell shows before A2 reads it."""
    book = iterative(sheets, {"A1": "=1/3", "A2": "=A1*B1", "B1": 3.0}, Calculation(as_displayed=True))
    with pytest.raises(FormulaError, match="Set precision as displayed"):
        compile_cells(book, at("A2"), at("B1"))
