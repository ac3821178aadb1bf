"""Totals that leave out rows and cells; truth: Excel's own values, and the same totals written out."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xlsxwriter

from xlcf.formulas.compiler import compile_cells
from xlcf.formulas.recalculation import recalculate
from xlcf.ooxml import open_workbook
from xlcf.verifying.value_check import compare_with_xlcf

NUMBERS = [3.0, -1.0, 4.0, 1.5, 9.0, 2.0, 6.0]
HIDDEN = (2, 5)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seven numbers in A1:A7, rows 2 and 5 hidden by hand; a subtotal in A8, an error in B1, totals in column D."""
    path = tmp_path_factory.mktemp("subtotals") / "book.xlsx"
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet("S")
        for row, number in enumerate(NUMBERS):
            sheet.write(row, 0, number)
            sheet.write_formula(row, 2, f"=A{row + 1}*2")
        for row in HIDDEN:
            sheet.set_row(row - 1, None, None, {"hidden": True})
        sheet.write_formula("A8", "=SUBTOTAL(9,A1:A7)")
        sheet.write_formula("B1", "=1/0")
        sheet.write("B3", 5.0)
        for number in range(1, 12):
            sheet.write_formula(number, 3, f"=SUBTOTAL({number},A1:A8)")
            sheet.write_formula(number, 4, f"=SUBTOTAL({number + 100},A1:A8)")
        for option in range(8):
            sheet.write_formula(option, 6, f"=AGGREGATE(9,{option},A1:A8,B1:B3)")
        sheet.write_formula("H1", "=AGGREGATE(14,6,A1:A7/(A1:A7>2),2)")
        sheet.write_formula("H2", "=SUBTOTAL(9,C1:C7)")
        sheet.write_formula("H3", "=SUBTOTAL(109,C1:C7)")
        sheet.write_formula("H4", "=SUBTOTAL(102,A2)")
        sheet.write_formula("H5", "=SUBTOTAL(12,A1:A7)")
        sheet.write_formula("H6", "=AGGREGATE(16,5,A1:A7,0.5)")
    return path


@pytest.fixture(scope="module")
def values(book: Path) -> dict[Any, Any]:
    result = recalculate(open_workbook(book))
    assert not result.unsupported
    return result.values


SHOWN = [number for row, number in enumerate(NUMBERS, start=1) if row not in HIDDEN]
TOTALS = (
    *(np.mean, len, len, max, min, np.prod),
    *(lambda x: np.std(x, ddof=1), np.std, sum, lambda x: np.var(x, ddof=1), np.var),
)


@pytest.mark.parametrize("number", range(1, 12))
def test_subtotals(values: dict[Any, Any], number: int) -> None:
    """Rows hidden by hand count up to 11 and are left out from 101 on; the subtotal in A8 never counts."""
    total = TOTALS[number - 1]
    assert values["S", number + 1, 4] == pytest.approx(float(total(NUMBERS)), rel=1e-14)
    assert values["S", number + 1, 5] == pytest.approx(float(total(SHOWN)), rel=1e-14)


def test_options_of_aggregate(values: dict[Any, Any]) -> None:
    subtotal = sum(NUMBERS)
    for option, expected in {
        2: sum(NUMBERS) + 5,
        3: sum(SHOWN) + 5,
        6: sum(NUMBERS) + subtotal + 5,
        7: sum(SHOWN) + subtotal + 5,
    }.items():
        assert values["S", option + 1, 7] == pytest.approx(expected)
    for option in (0, 1, 4, 5):
        assert str(values["S", option + 1, 7]) == "#DIV/0!"


def test_others(values: dict[Any, Any]) -> None:
    assert values["S", 1, 8] == 6.0  # the second largest of those above 2; the others are errors
    assert values["S", 2, 8] == 2 * sum(NUMBERS)
    assert values["S", 3, 8] == 2 * sum(SHOWN)
    assert values["S", 4, 8] == 0.0
    assert str(values["S", 5, 8]) == "#VALUE!"
    assert values["S", 6, 8] == np.median(SHOWN)


def test_gradient(book: Path) -> None:
    program = compile_cells(open_workbook(book), [("S", 3, 8), ("S", 2, 8)], [("S", row, 1) for row in range(1, 8)])
    shown = [float(row not in HIDDEN) for row in range(1, 8)]
    np.testing.assert_array_equal(program.jacobian(program.start), [np.multiply(2.0, shown), [2.0] * 7])
    assert program.traits.is_linear


@pytest.mark.parametrize("name", ["tables", "FORMULATEXT", "CELL", "ISREF_ISFORMULA_ISODD_ISEVEN", "ROW_COLUM"])
def test_excels_own_values(reference: Path, name: str) -> None:
    """Hidden and filtered rows, INDIRECT, FORMULATEXT, CELL, SHEET and ISFORMULA as Excel computed them."""
    book = open_workbook(reference / "workbooks" / "functions" / f"{name}.xlsx")
    check = compare_with_xlcf(book, recalculate(book), placeholders=False)
    assert check.compared > 20
    assert not check.differing
