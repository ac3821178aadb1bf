import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.formula.translate import Translator
from openpyxl.utils.datetime import to_excel

from xlcf.errors import InputError
from xlcf.ooxml import Area, ExcelError, Workbook, open_workbook
from xlcf.ooxml.calculation import Calculation
from xlcf.ooxml.editor import WorkbookEditor
from xlcf.ooxml.references import address

Maker = Callable[..., Path]


def cell(reference: str, content: str, kind: str = "") -> str:
    named = f' r="{reference}"' if reference else ""
    typed = f' t="{kind}"' if kind else ""
    return f"<c{named}{typed}>{content}</c>"


def read_row(raw_book: Maker, cells: str, strings: str = "") -> Workbook:
    return open_workbook(raw_book({"S": f'<row r="1">{cells}</row>'}, strings=strings))


@pytest.mark.parametrize(
    ("content", "kind", "expected"),
    [
        ("<v>1.5</v>", "", 1.5),
        ("<v>-1E-3</v>", "n", -0.001),
        ("<v>1</v>", "b", True),
        ("<v>0</v>", "b", False),
        ("<v>#DIV/0!</v>", "e", ExcelError("#DIV/0!")),
        ("<f>A2</f><v>text</v>", "str", "text"),
        ("<f>A2</f><v></v>", "str", ""),
        ("<is><t>inline</t></is>", "inlineStr", "inline"),
        ("<is><r><t>rich </t></r><r><t>text</t></r></is>", "inlineStr", "rich text"),
        ("<v>2024-02-29T12:00:00</v>", "d", to_excel(datetime(2024, 2, 29, 12))),
        ("<v>2024-02-29T12:00:00Z</v>", "d", to_excel(datetime(2024, 2, 29, 12))),
        ("<v>1900-01-01</v>", "d", 1.0),
        ("<v>1900-03-01</v>", "d", 61.0),
        ("<v>no date</v>", "d", "no date"),
        ("<v></v>", "", None),
        ("", "", None),
        ("", "inlineStr", None),
    ],
)
def test_values(raw_book: Maker, content: str, kind: str, expected: object) -> None:
    value = read_row(raw_book, cell("B1", content, kind))["S"].value("B1")
    assert value == expected
    assert type(value) is type(expected)


def test_shared_strings_without_phonetics(raw_book: Maker) -> None:
    strings = (
        "<si><t>plain</t></si>"
        "<si><r><t>課</t></r><r><t xml:space='preserve'>長 </t></r><rPh sb='0' eb='1'><t>カ</t></rPh></si>"
        "<si><t>a_x000D_b _x005F_x000D_ _xD83D__xDE00_</t></si><si/>"
    )
    cells = "".join(cell("", f"<v>{index}</v>", "s") for index in range(4))
    assert list(read_row(raw_book, cells, strings)["S"].values.values()) == ["plain", "課長 ", "a\rb _x000D_ 😀", ""]


def test_cells_and_rows_without_references(raw_book: Maker) -> None:
    rows = "<row><c><v>1</v></c><c/><c><v>3</v></c></row>"
    rows += "<row r='5'><c><v>5</v></c><c r='D5'><v>6</v></c><c><v>7</v></c></row>"
    rows += "<row><c><v>8</v></c></row>"
    sheet = open_workbook(raw_book({"S": rows}))["S"]
    assert sheet.values == {(1, 1): 1, (1, 3): 3, (5, 1): 5, (5, 4): 6, (5, 5): 7, (6, 1): 8}
    assert (sheet.n_rows, sheet.n_columns) == (6, 5)


@pytest.mark.parametrize(
    "cells",
    [
        cell("A1", "<v>1,5</v>"),
        cell("A1", "<v>nan</v>"),
        cell("A1", "<v>1e999</v>"),
        cell("A1", "<v>0</v>", "s"),
        cell("A1", "<v>-1</v>", "s"),
        cell("A1", "<v>x</v>", "s"),
        cell("1A", "<v>1</v>"),
        cell("XFE1", "<v>1</v>"),
        cell("A1", '<f t="array" ref="A1:#REF!">1</f>'),
        cell("A1", '<f t="array" ref="A1:XFD1048576">1</f>'),
        '</row><row r="one">',
        '</row><row r="0"><c/>',
    ],
)
def test_damaged_cells(raw_book: Maker, cells: str) -> None:
    with pytest.raises(InputError, match=r"raw.xlsx is damaged at or after S!(A1|A0|XFE1) "):
        read_row(raw_book, cells)


def test_strict_workbook(raw_book: Maker) -> None:
    path = raw_book(
        {"S": '<row><c t="s"><v>0</v></c><c><f>A1</f></c></row>'},
        names='<definedName name="n">S!$A$1</definedName>',
        strings="<si><t>strict</t></si>",
        main="http://purl.oclc.org/ooxml/spreadsheetml/main",
        office="http://purl.oclc.org/ooxml/officeDocument/relationships",
    )
    workbook = open_workbook(path)
    assert workbook["S"].value("A1") == "strict"
    assert workbook["S"].formula("B1") == "=A1"
    assert workbook.defined_names[0].text == "S!$A$1"


def test_local_names_count_all_tabs(raw_book: Maker) -> None:
    names = '<definedName name="nNone" hidden="1">1</definedName>' + "".join(
        f'<definedName name="n{position}" localSheetId="{position}" hidden="1">1</definedName>'
        for position in (0, 2, 3, -1, "x")
    )
    workbook = open_workbook(raw_book({"one": "", "chart": None, "two": ""}, names=names))
    assert list(workbook.sheets) == ["one", "two"]
    kept = [(name.name, name.sheet) for name in workbook.defined_names]
    assert kept == [("nNone", None), ("n0", "one"), ("n2", "two")]
    assert all(name.hidden for name in workbook.defined_names)
    assert [sheet.position for sheet in workbook] == [0, 2]


def test_names_of_a_sheet_go_before_the_workbooks(raw_book: Maker) -> None:
    names = '<definedName name="Rate">1</definedName><definedName name="rate" localSheetId="1">2</definedName>'
    workbook = open_workbook(raw_book({"one": "", "two": ""}, names=names))
    assert workbook.defined_name("RATE", "one").text == "1"
    assert workbook.defined_name("RATE", "two").text == "2"
    assert workbook.defined_name("none", "two") is None


def test_sheets_are_found_without_regard_to_case(raw_book: Maker) -> None:
    workbook = open_workbook(raw_book({"Data": "", "Other": ""}))
    assert workbook["dATA"].name == "Data"
    with pytest.raises(InputError, match=r"no sheet 'none' in raw.xlsx; it has Data, Other"):
        workbook["none"]


def test_workbook_without_sheets(raw_book: Maker) -> None:
    assert list(open_workbook(raw_book({}))) == []


def test_array_formulas_reach_each_cell(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet("S")
        sheet.write_array_formula("B2:C4", "{=TRANSPOSE(E1:G2)}")
        sheet.write_array_formula("A9:A9", "{=SUM(A1:A2*A1:A2)}")
    sheet = open_workbook(tmp_path / "a.xlsx")["S"]
    assert len(sheet.formulas) == 7
    for row in (2, 3, 4):
        for column in (2, 3):
            formula = sheet.formulas[row, column]
            assert formula.array == Area("S", 2, 2, 4, 3)
            assert formula.origin == (2, 2)
    assert sheet.formula("C4") == "{=TRANSPOSE(E1:G2)}"
    assert sheet.formula("A9") == "{=SUM(A1:A2*A1:A2)}"
    assert sheet.formula("A1") is None


def test_formulas_that_are_none(raw_book: Maker) -> None:
    cells = cell("A1", '<f t="dataTable" ref="A1:B2"/><v>4</v>') + cell("B1", "<f></f><v>5</v>")
    cells += cell("C1", '<f t="shared" si="9"/><v>6</v>') + cell("D1", "<f>=A1+1</f>")
    sheet = read_row(raw_book, cells)["S"]
    assert list(sheet.formulas) == [(1, 4)]
    assert sheet.formula("D1") == "=A1+1"
    assert sheet.value("A1") == 4


TERMS = st.sampled_from(
    ["P20", "$Q21", "R$22", "$S$23", "P20:R25", "$P20:Q$30", "'a b'!Q20", "T!$Q20:R21", "SUM(P:Q)", '"P20"']
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TERMS, min_size=1, max_size=5), st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=6))
def test_shared_formulas_equal_openpyxl(raw_book: Maker, terms: list[str], moves: list[tuple[int, int]]) -> None:
    """The first cell, P20, has the text; the others only its number."""
    text = "+".join(terms)
    places = sorted({(20 + rows, 16 + columns) for rows, columns in moves} - {(20, 16)})
    escaped = text.replace('"', "&quot;")
    rows = f'<row r="20"><c r="P20"><f t="shared" si="0" ref="P20:Y29">{escaped}</f></c></row>' + "".join(
        f'<row r="{row}"><c r="{address(row, column)}"><f t="shared" si="0"/></c></row>' for row, column in places
    )
    sheet = open_workbook(raw_book({"S": rows}))["S"]
    assert set(sheet.formulas) == {(20, 16), *places}
    for row, column in sheet.formulas:
        expected = Translator("=" + text, origin="P20").translate_formula(address(row, column))
        assert sheet.formula_at(row, column) == expected


def test_the_courses_workbook_opens_where_openpyxl_fails(reference: Path) -> None:
    path = reference / "workbooks" / "collab_filter_2017.xlsx"
    with pytest.raises(TypeError, match="CalculatedItem"):
        openpyxl.load_workbook(path)
    workbook = open_workbook(path)
    assert len(workbook.defined_names) == 81
    in_read_only_mode = openpyxl.load_workbook(path, read_only=True, data_only=True)
    assert list(workbook.sheets) == [sheet.title for sheet in in_read_only_mode if hasattr(sheet, "iter_rows")]
    for sheet in workbook:
        expected = {
            (held.row, held.column): held.value
            for row in in_read_only_mode[sheet.name].iter_rows()
            for held in row
            if held.value is not None
        }
        ours = {at: value.code if isinstance(value, ExcelError) else value for at, value in sheet.values.items()}
        assert ours == expected


@pytest.mark.parametrize(
    ("attributes", "formula"),
    [
        ('ref="B3:C4" dt2D="1" dtr="1" r1="F1" r2="F2"', "{=TABLE(F1,F2,A2:C2,A2:A4)}"),
        ('ref="B3:B4" dtr="0" r1="F1"', "{=TABLE(,F1,A2:B2,A2:A4)}"),
        ('ref="B3" dtr="1" r1="F1"', "{=TABLE(F1,,A2:B2,A2:A3)}"),
    ],
)
def test_a_data_table_depends_on_what_stands_around_it(raw_book: Maker, attributes: str, formula: str) -> None:
    cells = cell("B3", f'<f t="dataTable" {attributes}/><v>4</v>') + cell("C3", "<v>5</v>")
    sheet = open_workbook(raw_book({"S": f'<row r="3">{cells}</row>'}))["S"]
    assert sheet.formula("B3") == formula
    assert (sheet.value("B3"), sheet.value("C3")) == (4.0, 5.0)
    assert (sheet.formula("C3") == formula) == ("C4" in attributes)


def set_book(workbook: str, sheets: str) -> dict[str, str]:
    names = (
        'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    )
    return {"xl/workbook.xml": f"<workbook {names}>{workbook}<sheets>{sheets}</sheets></workbook>"}


MODULE_SHEET = '<sheet name="Module1" sheetId="9" state="veryHidden" r:id=""/>'


def test_module_sheets_of_old_excel_are_no_damage(raw_book: Maker, tmp_path: Path) -> None:
    sheets = f'<sheet name="S" sheetId="1" r:id="r1"/>{MODULE_SHEET}<sheet name="T" sheetId="3" r:id="r2"/>'
    names = '<definedNames><definedName name="x" localSheetId="2">T!$A$1</definedName></definedNames>'
    parts = set_book("", sheets)
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace("</sheets>", f"</sheets>{names}")
    path = raw_book({"S": "<row><c><v>1</v></c></row>", "T": "<row><c><v>2</v></c></row>"}, parts=parts)
    book = open_workbook(path)
    assert {sheet.name: sheet.position for sheet in book} == {"S": 0, "T": 2}
    assert book.defined_names[0].sheet == "T"
    editor = WorkbookEditor(path)
    editor.set_values("T", {(1, 1): 5.0})
    editor.save(tmp_path / "after.xlsx")
    assert open_workbook(tmp_path / "after.xlsx")["T"].values == {(1, 1): 5.0}
    assert b'r:id=""' in zipfile.ZipFile(tmp_path / "after.xlsx").read("xl/workbook.xml")


def test_how_a_workbook_is_calculated(raw_book: Maker) -> None:
    tab = '<sheet name="S" sheetId="1" r:id="r1"/>'
    plain = open_workbook(raw_book({"S": ""}, parts=set_book("", tab)))
    assert (plain.date1904, plain.calculation) == (False, Calculation())
    settings = '<calcPr iterate="1" iterateCount="50" iterateDelta="1E-6" fullPrecision="0"/>'
    parts = set_book('<workbookPr date1904="1"/>', tab)
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace("</sheets>", f"</sheets>{settings}")
    book = open_workbook(raw_book({"S": ""}, parts=parts))
    assert book.date1904
    assert book.calculation == Calculation(as_displayed=True, iterative=True, iterations=50, tolerance=1e-6)


def test_hidden_and_filtered_rows(reference: Path) -> None:
    """As Excel keeps them: in one book rows hidden by hand, and rows that tables' filters hide."""
    book = open_workbook(reference / "workbooks" / "functions" / "tables.xlsx")
    assert (book["Hidden"].hidden_rows, book["Hidden"].filtered_rows) == ({3}, frozenset())
    assert book["filters"].hidden_rows == book["filters"].filtered_rows == {2, 4, 5, 6}


def test_filter_of_a_sheet(raw_book: Maker) -> None:
    rows = "".join(f'<row r="{n}" hidden="{int(n in (2, 5))}"><c><v>{n}</v></c></row>' for n in range(1, 7))
    column = '<filterColumn colId="0"><filters><filter val="3"/></filters></filterColumn>'
    for inner, filtered in ((column, {2}), ("", set())):
        after = f'</sheetData><autoFilter ref="A1:A4">{inner}</autoFilter><sheetData>'
        sheet = open_workbook(raw_book({"S": rows + after}))["S"]
        assert (sheet.hidden_rows, sheet.filtered_rows) == ({2, 5}, filtered)
