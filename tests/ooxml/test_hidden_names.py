import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from xlcf.errors import InputError
from xlcf.ooxml.hidden_names import HiddenName, add_hidden_names

ODD = "a'b & <c>"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        for name in ("zeta", ODD):
            sheet = workbook.add_worksheet(name)
            sheet.repeat_rows(0)
            sheet.write_number("A1", 1)
        workbook.define_name("total", "=zeta!$A$1")
    return path


def read(path: Path, part: str = "xl/workbook.xml") -> str:
    with zipfile.ZipFile(path) as archive:
        return archive.read(part).decode()


def test_names_are_read_back_by_openpyxl(book: Path) -> None:
    quoted = f"'{ODD.replace(chr(39), chr(39) * 2)}'!$A$1"
    add_hidden_names(
        book, [HiddenName("solver_opt", quoted, ODD), HiddenName("solver_typ", "2", "zeta"), HiddenName("all", '"<&>"')]
    )
    workbook = openpyxl.load_workbook(book)
    found = workbook[ODD].defined_names["solver_opt"]
    assert (found.value, found.hidden) == (quoted, True)
    assert workbook["zeta"].defined_names["solver_typ"].value == "2"
    assert "solver_typ" not in workbook[ODD].defined_names
    assert workbook.defined_names["all"].value == '"<&>"'
    assert workbook.defined_names["total"].value == "zeta!$A$1"
    assert not workbook.defined_names["total"].hidden
    assert workbook["zeta"].print_title_rows == "$1:$1"


def test_names_stand_where_and_as_excel_puts_them(book: Path) -> None:
    add_hidden_names(
        book, [HiddenName("solver_a", "1", "zeta"), HiddenName("Solver_A", "2", ODD), HiddenName("Many", "3")]
    )
    text = read(book)
    assert text.startswith('<?xml version="1.0" encoding="UTF-8" standalone="yes"?>')
    places = [text.index(mark) for mark in ("<sheets>", "<definedNames>", "<calcPr")]
    assert places == sorted(places)
    # by name without regard to case or Excel's own prefix, then by the sheet's name (not its position)
    order = ['"Many"', '"_xlnm.Print_Titles" localSheetId="1"', '"_xlnm.Print_Titles" localSheetId="0"']
    order += ['"Solver_A" localSheetId="1"', '"solver_a" localSheetId="0"', '"total"']
    places = [text.index(f"<definedName name={mark}") for mark in order]
    assert places == sorted(places)


def test_a_workbook_without_any_names(tmp_path: Path) -> None:
    path = tmp_path / "plain.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        workbook.add_worksheet("one")
    add_hidden_names(path, [HiddenName("x", "1", "one")])
    assert '</sheets><definedNames><definedName name="x" localSheetId="0" hidden="1">1</definedName>' in read(path)


def test_a_name_is_replaced_not_doubled(book: Path) -> None:
    add_hidden_names(book, [HiddenName("solver_opt", "zeta!$A$1", "zeta")])
    add_hidden_names(book, [HiddenName("SOLVER_OPT", "zeta!$B$2", "zeta")])
    assert read(book).lower().count("solver_opt") == 1
    assert "zeta!$B$2" in read(book)


def test_all_other_parts_stay_as_they_were(book: Path) -> None:
    with zipfile.ZipFile(book) as archive:
        before = [
            (info.filename, info.date_time, info.compress_type, archive.read(info)) for info in archive.infolist()
        ]
    add_hidden_names(book, [HiddenName("x", "1")])
    with zipfile.ZipFile(book) as archive:
        after = [(info.filename, info.date_time, info.compress_type, archive.read(info)) for info in archive.infolist()]
    assert [part[:3] for part in after] == [part[:3] for part in before]
    changed = [old[0] for old, new in zip(before, after, strict=True) if old != new]
    assert changed == ["xl/workbook.xml"]


def test_an_unknown_sheet_leaves_the_file_alone(book: Path) -> None:
    before = book.read_bytes()
    with pytest.raises(InputError, match="no sheet 'nowhere'"):
        add_hidden_names(book, [HiddenName("x", "1", "nowhere")])
    assert book.read_bytes() == before
    assert [path.name for path in book.parent.iterdir()] == [book.name]


def test_no_workbook(tmp_path: Path) -> None:
    text = tmp_path / "text.xlsx"
    text.write_text("hello")
    with pytest.raises(InputError, match="not an Excel workbook"):
        add_hidden_names(text, [])
    with pytest.raises(InputError, match="no file"):
        add_hidden_names(tmp_path / "none.xlsx", [])
    assert text.read_text() == "hello"
