"""Pages and tables: what stands where, as a reader of the file finds it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from xlcf.report.area import Area, cell_name
from xlcf.report.cells import Formula
from xlcf.report.page import LEFT, Page
from xlcf.report.style import line_count, text_points
from xlcf.report.table import Column, numbers, write_table


@pytest.fixture(params=[{}, {"constant_memory": True}], ids=["whole", "a row at a time"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """Give a function that writes a page by another function, and reads the sheet back."""

    def page(write: Any) -> Any:
        path = tmp_path / "page.xlsx"
        book = xlsxwriter.Workbook(path, {"strings_to_formulas": False, **request.param})
        write(Page(book, "It's here", "Title", "Subtitle"))
        book.close()
        return openpyxl.load_workbook(path)["It's here"]

    return page


def texts(sheet: Any) -> dict[str, object]:
    return {cell.coordinate: cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None}


def test_parts_stand_below_each_other(make: Any) -> None:
    def write(page: Page) -> None:
        page.columns([10, 20, 20])
        page.warnings(["beware"])
        page.banner("So it is.")
        page.facts("Facts", [("Name", "=1+1"), ("Other", "text")])
        page.code("Again", "xlcf fit book.xlsx")
        page.links("Others", [("It's here", "this one")])

    sheet = make(write)
    found = texts(sheet)
    order = ["Title", "Subtitle", "Warning: beware", "So it is.", "Facts", "Name", "Other", "Again", "Others"]
    rows = [next(sheet[place].row for place, value in found.items() if value == text) for text in order]
    assert rows == sorted(set(rows))
    assert {str(area) for area in sheet.merged_cells.ranges} >= {"B4:D4", "B6:D6"}
    assert next(sheet[place].data_type for place, value in found.items() if value == "=1+1") == "s"
    (link,) = (cell.hyperlink for row in sheet.iter_rows() for cell in row if cell.hyperlink)
    assert link.location == "'It''s here'!A1"


def test_facts_have_labels_over_as_many_columns_as_wanted(make: Any) -> None:
    def write(page: Page) -> None:
        page.columns([3, 14, 20, 20])
        page.value = LEFT + 2
        page.facts("Facts", [("Name", "a text")])

    sheet = make(write)
    row = next(sheet[place].row for place, value in texts(sheet).items() if value == "Name")
    assert {str(area) for area in sheet.merged_cells.ranges} == {f"B{row}:C{row}", f"D{row}:E{row}"}


def test_a_row_is_as_high_as_its_longest_text(make: Any) -> None:
    long = "word " * 60

    def write(page: Page) -> None:
        page.columns([10, 40])
        page.facts("Facts", [("short", "short"), ("short", long)])

    sheet = make(write)
    rows = [cell.row for cell in sheet["B"] if cell.value == "short"]
    short, high = (sheet.row_dimensions[row].height for row in rows)
    assert high > 5 * short
    assert high >= 12.75 * line_count(long, 44)


@given(st.text(st.sampled_from("ab \n"), max_size=300), st.floats(1, 150), st.floats(1, 150))
def test_a_wider_cell_is_not_higher(text: str, width: float, more: float) -> None:
    assert text_points(text, width + more) <= text_points(text, width)


def test_a_table_holds_ids_texts_numbers_and_formulas(make: Any) -> None:
    def write(page: Page) -> None:
        columns = [
            Column("Id", 12, [7, "=x", 10**17], "id"),
            Column("Text", 30, ["=a", None, "b"], "text"),
            numbers("Number", 9, [1.5, float("nan"), 2], "0.0"),
            Column("Twice", 9, [Formula("=2*D7", 3.0)], "cell", lambda place: {"bold": place == 0}),
        ]
        below = write_table(page, columns, 4, caption="Caption", row_look=lambda place: {"italic": place == 2})
        assert below == 9

    sheet = make(write)
    found = [[cell.value for cell in row] for row in sheet["B5:E9"]]
    assert found == [
        ["Caption", None, None, None],
        ["Id", "Text", "Number", "Twice"],
        [7, "=a", 1.5, "=2*D7"],
        ["=x", None, "not a number", None],
        [str(10**17), "b", 2, None],
    ]
    assert [sheet["C7"].data_type, sheet["B8"].data_type, sheet["E7"].data_type] == ["s", "s", "f"]
    assert sheet["E7"].font.bold
    assert [sheet[place].font.italic for place in ("B8", "B9", "D9")] == [False, True, True]
    assert sheet["D7"].number_format == "0.0"
    assert [sheet.column_dimensions[name].width for name in "BC"] == pytest.approx([12, 30], abs=1)
    assert [sheet[place].alignment.horizontal for place in ("B6", "C6", "D6")] == ["left", "left", "center"]


def test_areas_are_named_as_formulas_name_them() -> None:
    area = Area("It's here", 4, 2, 3, 2)
    assert str(area) == "'It''s here'!$C$5:$D$7"
    assert area.local() == "C5:D7"
    assert str(area.part(1).here()) == "$D$5:$D$7"
    assert (area.column(1), area.row(0)) == ("'It''s here'!$D$5:$D$7", "'It''s here'!$C$5:$D$5")
    assert area.cell(2, 1) == cell_name(6, 3, "It's here") == "'It''s here'!$D$7"
