"""What a person calls a cell: defined names, and the nearest texts to the left and above."""

import pytest
import xlsxwriter

from xlcf.ooxml.workbook import open_workbook
from xlcf.solver.cell_labels import CellLabels

TABLE = {
    "A1": "Marketing", "B3": "Spend\nso far:", "C3": "Optimized spend", "D3": 2024,
    "A4": "TV", "B4": 1, "C4": 2, "D4": 3, "E4": "<=", "F4": 9,
    "A5": "Radio", "C5": 5,
    "H9": 1,
    "A7": "x" * 60, "B7": 1,
}  # fmt: skip


@pytest.fixture
def labels(tmp_path):
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet, other = book.add_worksheet("Plan"), book.add_worksheet("It's")
        for place, content in TABLE.items():
            sheet.write(place, content)
        other.write("B2", 1)
        book.define_name("budget", "='It''s'!$B$2")
        book.define_name("spend", "=Plan!$C$4:$C$5")
    return CellLabels(open_workbook(path))


@pytest.mark.parametrize(
    ("cell", "label"),
    [
        (("Plan", 4, 3), "TV, Optimized spend"),
        (("Plan", 5, 3), "Radio, Optimized spend"),
        (("Plan", 4, 2), "TV, Spend so far"),
        (("Plan", 4, 4), "TV"),  # a number above is no label
        (("Plan", 4, 6), "TV"),  # nor is a sign to the left
        (("Plan", 7, 2), "Spend so far"),  # nor a long note
        (("Plan", 9, 8), None),
        (("Plan", 20, 1), "Radio"),
        (("It's", 2, 2), "budget"),
    ],
)
def test_labels(labels, cell, label):
    assert labels(cell) == label


def test_a_cell_is_named_with_its_label(labels):
    assert labels.named(("Plan", 4, 3), "C4") == "C4 (TV, Optimized spend)"
    assert labels.named(("Plan", 9, 8), "H9") == "H9"
