"""Values held against values: what counts as the same, and what LibreOffice cannot be asked."""

from collections.abc import Mapping
from pathlib import Path

import pytest
import xlsxwriter

from xlcf.formulas.agreement import agree
from xlcf.formulas.recalculation import recalculate
from xlcf.ooxml.workbook import Workbook, open_workbook
from xlcf.ooxml.worksheet import ExcelError, Scalar
from xlcf.verifying.value_check import ValueCheck, compare_with_libreoffice


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        (1.0, 1.0 + 1e-10, True),
        (1.0, 1.0 + 1e-8, False),
        (1e-20, 2e-20, False),
        (0.0, 0.0, True),
        (True, 1.0, False),
        (False, False, True),
        ("a", "A", False),
        ("1", 1.0, False),
        (ExcelError("#N/A"), ExcelError("#NUM!"), False),
        (ExcelError("#N/A"), 0.0, False),
    ],
)
def test_agree(first: Scalar, second: Scalar, same: bool) -> None:
    assert agree(first, second) is same
    assert agree(second, first) is same


@pytest.fixture
def workbook(tmp_path: Path) -> Workbook:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("S")
        sheet.write_number("A1", 2)
        sheet.write_formula("B1", "=A1*2", None, 4)
        sheet.write_formula("B2", "=B1+1", None, 5)
        sheet.write_formula("B3", '=IF(A1>9,"x","")', None, "text")
        sheet.write_formula("B4", "=_xlfn.NEW(A1)", None, 1)
        sheet.write_formula("B5", "=RAND()", None, 0.5)
        sheet.write_formula("B6", "=B5*2", None, 1)
    workbook = open_workbook(path)
    workbook["S"].values[3, 2] = ""  # XlsxWriter does not write it
    return workbook


def check(workbook: Workbook, computed: Mapping[str, Scalar | None]) -> ValueCheck:
    """Compare with a LibreOffice that gives these values, and otherwise the cached ones."""
    theirs = open_workbook(workbook.path)
    theirs["S"].values[3, 2] = ""
    for cell, value in computed.items():
        position = (int(cell[1:]), ord(cell[0]) - 64)
        theirs["S"].values.pop(position, None)
        if value is not None:
            theirs["S"].values[position] = value
    return compare_with_libreoffice(workbook, recalculate(workbook), theirs)


def cells(check: ValueCheck) -> dict[str, list[int]]:
    """Give the rows of the cells that were not compared, by reason."""
    return {reason: [cell[1] for cell in cells] for reason, cells in check.unsupported.items()}


def test_the_same_values(workbook: Workbook) -> None:
    for computed in ({}, {"B1": 4 + 1e-12}, {"B3": None}, {"B5": 0.1, "B6": 7.0}):
        done = check(workbook, computed)
        assert (done.compared, done.volatile, done.differing, done.unsupported) == (4, 2, (), {})


def test_other_values(workbook: Workbook) -> None:
    done = check(workbook, {"B2": 7.0, "B3": "x"})
    assert [(each.cell, each.cached, each.computed) for each in done.differing] == [
        (("S", 2, 2), 5.0, 7.0),
        (("S", 3, 2), "", "x"),
    ]
    assert (done.compared, done.unsupported) == (4, {})


def test_cells_that_libreoffice_does_not_know_and_those_behind_them(workbook: Workbook) -> None:
    done = check(workbook, {"B1": ExcelError("#NAME?"), "B2": 1.0, "B4": 7.0})
    assert (done.compared, done.differing) == (1, ())
    assert cells(done) == {
        "LibreOffice gives an error": [1],
        "LibreOffice may not know a function in it": [4],
        "it depends on a formula that LibreOffice cannot compute": [2],
    }


def test_a_sheet_that_libreoffice_did_not_read(workbook: Workbook) -> None:
    done = check(workbook, {"A1": None, "B1": None, "B2": None, "B4": None})
    assert (done.compared, done.differing) == (1, ())
    assert cells(done) == {"LibreOffice did not read it": [1, 2, 4]}
    theirs = open_workbook(workbook.path)
    del theirs.sheets["S"]
    done = compare_with_libreoffice(workbook, recalculate(workbook), theirs)
    assert (done.compared, done.differing) == (0, ())
