"""References beyond plain areas: operators on them, several sheets, other workbooks, tables."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xlsxwriter

from xlcf.formulas.compiler import compile_cells
from xlcf.formulas.recalculation import recalculate
from xlcf.ooxml import open_workbook
from xlcf.ooxml.worksheet import ExcelError

CELLS = {"A1": 1, "A2": 2, "A3": 3, "B1": 10, "B2": 20, "B3": 30, "T!A1": 100, "U!A1": 1000}


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("=SUM(A1:INDEX(A1:A3,2))", 3.0),
        ("=SUM(INDEX(A1:A3,2):INDEX(B1:B3,3))", 55.0),
        ("=SUM(A1:OFFSET(A1,2,1))", 66.0),
        ("=SUM(B2:A1)", 33.0),
        ("=SUM(A1:A3 A2:B2)", 2.0),
        ("=A1:A3 A2:B2", 2.0),
        ("=SUM(A1:A2 B1:B2)", "#NULL!"),
        ("=SUM((A1,B1:B2))", 31.0),
        ("=LARGE((A1:A3,B1:B3),2)", 20.0),
        ("=INDEX((A1:A3,B1:B3),2,1,2)", 20.0),
        ("=INDEX((A1:A3,B1:B3),2,1,3)", "#REF!"),
        ("=AREAS((A1:A3,B1:B3,A1))", 3.0),
        ("=SUM(S:U!A1)", 1101.0),
        ("=SUM(U:T!A1)", 1100.0),
        ("=COUNT(S:U!A1:B2)", 6.0),
        ("=SUM(S:W!A1)", "#REF!"),
        ("=(A1,A2)+1", "#VALUE!"),
        ("=SUM([1]Data!A1)+1", "another workbook"),
    ],
)
def test_values(sheets: Any, formula: str, value: object) -> None:
    if value == "another workbook":
        with pytest.raises(Exception, match=str(value)):
            sheets.computed({**CELLS, "Z9": formula}, "Z9")
        return
    assert sheets.computed({**CELLS, "Z9": formula}, "Z9") == value


def test_gradients_flow_through_operators_on_references(sheets: Any) -> None:
    program = sheets.program({**CELLS, "Z9": "=SUMSQ(A1:INDEX(A1:A3,2))+SUM((A3,A1:A3 A1:B1))"}, "Z9", "A1:A3")
    value, gradient = program.value_and_gradient(np.array([2.0, 3, 4]))
    assert value == 19
    np.testing.assert_array_equal(gradient, [5, 6, 1])


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Write a table with a header, three rows and totals in B2:D6."""
    path = tmp_path / "table.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("S")
        columns = [{"header": name} for name in ("Item", "Price [EUR]", "n")]
        for column in columns[1:]:
            column["total_function"] = "sum"
        sheet.add_table("B2:D6", {"name": "Sales", "columns": columns, "total_row": True})
        for row, cells in enumerate([("a", 2, 3), ("b", 5, 7), ("c", 11, 13)], start=2):
            sheet.write_row(row, 1, cells)
        sheet.write_row("C6", [18, 23])
        for row, formula in enumerate(FORMULAS, start=1):
            sheet.write_formula(row + 9 if "This" not in formula else 3, 5, formula)
    return path


FORMULAS = {
    "=SUM(Sales[n])": 23.0,
    "=SUM(Sales[[Price '[EUR']]:[n]])": 41.0,
    "=SUM(sales[#All])": 82.0,
    "=COUNTA(Sales[#Headers])": 3.0,
    "=Sales[[#Totals],[n]]": 23.0,
    "=SUM(Sales[[#Data],[#Totals],[n]])": 46.0,
    "=ROWS(Sales[])": 3.0,
    "=Sales[[#This Row],[n]]*2": 14.0,
    "=SUM(Sales[none])": "#REF!",
    "=SUM(Purchases[n])": "#NAME?",
}


def test_tables(table: Path) -> None:
    values = recalculate(open_workbook(table)).values
    for row, (formula, value) in enumerate(FORMULAS.items(), start=1):
        place = ("S", row + 10, 6) if "This" not in formula else ("S", 4, 6)
        computed = values[place]
        assert (computed.code if isinstance(computed, ExcelError) else computed) == value, formula


def test_gradients_flow_through_tables(table: Path) -> None:
    book = open_workbook(table)
    program = compile_cells(book, [("S", 4, 6), ("S", 11, 6)], [("S", row, 4) for row in (3, 4, 5)])
    np.testing.assert_array_equal(program.jacobian(program.start), [[0, 2, 0], [1, 1, 1]])
