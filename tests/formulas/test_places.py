"""INDIRECT and what references say of themselves; truth: Excel's documentation."""

from typing import Any

import numpy as np
import pytest

from xlcf.formulas.formula_text import shown_text

CELLS = {"A1": 1.0, "B1": 2.0, "A2": 3.0, "B2": 4.0, "T!A1": 50.0, "My Sheet!B2": 60.0, "D1": "'B2", "D2": "'rate"}
NAMES = {"rate": "=S!$A$2", "block": "=S!$A$1:$B$2"}


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ('INDIRECT("A2")', 3.0),
        ("INDIRECT(D1)", 4.0),
        ("INDIRECT(D2)", 3.0),
        ('SUM(INDIRECT("block"))', 10.0),
        ('SUM(INDIRECT("A1:B2"))', 10.0),
        ('SUM(INDIRECT("A:B"))', 10.0),
        ('INDIRECT("T!A1")', 50.0),
        ("INDIRECT(\"'My Sheet'!B2\")", 60.0),
        ('INDIRECT("R2C1",FALSE)', 3.0),
        ('INDIRECT("R[-7]C[-4]",FALSE)', 4.0),
        ('SUM(INDIRECT("R1C1:R2C2",FALSE))', 10.0),
        ('SUM(INDIRECT("R1",FALSE))', 3.0),
        ('SUM(INDIRECT("C2",FALSE))', 6.0),
        ('INDIRECT("T!R1C1",FALSE)', 50.0),
        ('INDIRECT("no place")', "#REF!"),
        ('INDIRECT("")', "#REF!"),
        ('INDIRECT("Gone!A1")', "#REF!"),
        ('INDIRECT("A1+1")', "#REF!"),
        ("INDIRECT(1/0)", "#DIV/0!"),
        ('INDIRECT("B"&A2-1)', 4.0),
        ("ADDRESS(2,3)", "$C$2"),
        ("ADDRESS(2,3,2)", "C$2"),
        ("ADDRESS(2,3,3)", "$C2"),
        ("ADDRESS(2,3,4)", "C2"),
        ("ADDRESS(2,3,2,FALSE)", "R2C[3]"),
        ('ADDRESS(2,3,1,TRUE,"My Sheet")', "'My Sheet'!$C$2"),
        ("INDIRECT(ADDRESS(1,2))", 2.0),
        ("SHEET()", 1.0),
        ("SHEET(T!A1)", 2.0),
        ('SHEET("t")', 2.0),
        ("SHEETS()", 3.0),
        ("ISREF(A1)", True),
        ("ISREF(1)", False),
        ("ISFORMULA(A1)", False),
        ("FORMULATEXT(A1)", "#N/A"),
        ('HYPERLINK("https://example.org","shown")', "shown"),
        ('HYPERLINK("https://example.org")', "https://example.org"),
        ('CELL("address",B2)', "$B$2"),
        ('CELL("contents",B2)', 4.0),
        ('CELL("type",D1)', "l"),
        ('CELL("none",D1)', "#VALUE!"),
    ],
)
def test_places(sheets: Any, formula: str, expected: object) -> None:
    assert sheets.computed({**CELLS, "F9": f"={formula}"}, "F9", NAMES) == expected


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("=_xlfn.XLOOKUP(A1,_xlfn._xlws.SORT(B:B),C:C)", "=XLOOKUP(A1,SORT(B:B),C:C)"),
        ('="_xlfn.X"&_xlfn.CONCAT(A1)', '="_xlfn.X"&CONCAT(A1)'),
        ("=_xlfn.LET(_xlpm.x,1,_xlpm.x+1)", "=LET(x,1,x+1)"),
        ("=_xlfn.SINGLE(A1:A9)+SUM(_xlfn.ANCHORARRAY(B1))", "=@A1:A9+SUM(B1#)"),
        ("=SUM(Sales[[#This Row],[Jan]:[Dec]])", "=SUM(Sales[@[Jan]:[Dec]])"),
        ("=Sales[[#This Row],[Unit Cost]]*Sales[[#This Row],[Units]]", "=Sales[@[Unit Cost]]*Sales[@Units]"),
    ],
)
def test_formulas_as_excel_shows_them(kept: str, shown: str) -> None:
    assert shown_text(kept) == shown


def test_indirect_in_a_filled_column(sheets: Any) -> None:
    """One batch: a text for each cell."""
    cells: dict[str, Any] = {f"A{row}": float(row * row) for row in range(1, 9)}
    cells |= {f"B{row}": f"'A{9 - row}" for row in range(1, 9)}
    cells |= {f"C{row}": f"=INDIRECT(B{row})*2" for row in range(1, 9)}
    program = sheets.program(cells, "C1:C8", "A1:A8")
    np.testing.assert_array_equal(program(program.start), [2.0 * (9 - row) ** 2 for row in range(1, 9)])
    np.testing.assert_array_equal(program.jacobian(program.start), 2 * np.eye(8)[::-1])
