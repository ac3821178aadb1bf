"""Markup that is well-formed and absurd: it takes time in proportion to its bytes, or is refused in a sentence."""

from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from xlcf.ooxml.checks import check_package
from xlcf.ooxml.editor import WorkbookEditor
from xlcf.ooxml.workbook import open_workbook


def cell(content: str, attributes: str = 'r="A1"') -> str:
    return f'<row r="1"><c {attributes}>{content}</c></row>'


def repeated(form: str, n: int) -> str:
    return "".join(form.format(i=i) for i in range(1, n + 1))


ONE = "<v>1</v>"
Kind = Callable[[int], dict[str, object]]
KINDS: dict[str, Kind] = {
    "children of a cell": lambda n: {"rows": cell(ONE + "<x/>" * n)},
    "values of a cell": lambda n: {"rows": cell(ONE * n)},
    "formulas of a cell": lambda n: {"rows": cell("<f>1</f>" * n)},
    "blanks in a tag": lambda n: {"rows": cell(ONE, 'r="A1"' + " " * n)},
    "line ends before an attribute": lambda n: {"rows": cell(ONE, "\n" * n + 'r="A1"')},
    "blanks round an equals sign": lambda n: {"rows": cell(ONE, "r" + " " * n + "=" + " " * n + '"A1"')},
    "blanks in an attribute": lambda n: {"rows": cell(ONE, f'r="A1" x="{" " * n}"')},
    "attributes in an attribute": lambda n: {"rows": cell(ONE, 'r="A1" x="' + " t='" * n + '"')},
    "attributes of a cell": lambda n: {"rows": cell(ONE, 'r="A1" ' + repeated(' a{i}="1"', n))},
    "blanks in a tag of a row": lambda n: {"rows": '<row r="1"' + " " * n + f'><c r="A1">{ONE}</c></row>'},
    "blanks in a tag of a value": lambda n: {"rows": cell("<v" + " " * n + ">1</v" + " " * n + ">")},
    "blanks in the root's tag": lambda n: {"sheet": " " * n},
    "namespaces": lambda n: {"rows": cell(ONE + repeated('<p{i}:x xmlns:p{i}="u{i}"/>', n // 10))},
    "comments": lambda n: {"rows": cell(ONE) + "<!-- <row> -->" * n},
    "comments in a cell": lambda n: {"rows": cell(ONE + "<!-- <c> -->" * n)},
    "comments at the end": lambda n: {"after": "<!-- -->" * n + "<?p?>"},
    "processing instructions": lambda n: {"rows": cell(ONE) + "<?p <row> ?>" * n},
    "CDATA": lambda n: {"rows": cell(ONE + "<x>" + "<![CDATA[<c>]]>" * n + "</x>")},
    "character references": lambda n: {"rows": cell("<is><t>" + "&#65;" * n + "</t></is>", 'r="A1" t="inlineStr"')},
    "runs of a string": lambda n: {"strings": "<si>" + "<r><t>ab</t></r>" * n + "</si>"},
    "escapes in a string": lambda n: {"strings": "<si><t>" + "_x005F" * n + "</t></si>"},
    "strings, then comments": lambda n: {
        "strings": "<si><t>ab</t></si>" * 10 + "</sst>" + "<!-- -->" * n + "<?p?><!--",
        "parts": {},
    },
    "digits of a value": lambda n: {"rows": cell("<v>" + "1" * n + "</v>")},
    "digits of a string's number": lambda n: {"rows": cell("<v>" + "0" * n + "</v>", 'r="A1" t="s"')},
    "digits of a row": lambda n: {"rows": f'<row r="{"0" * n}1"/>'},
    "digits of an address": lambda n: {"rows": cell(ONE, f'r="A{"0" * n}1"')},
    "defined names": lambda n: {"names": repeated('<definedName name="n{i}">S!$A$1</definedName>', n // 10)},
    "names of Solver's": lambda n: {
        "names": repeated('<definedName name="solver_lhs{i}" localSheetId="0">S!$A$1</definedName>', n // 10)
    },
    "merged cells": lambda n: {"after": "<mergeCells>" + repeated('<mergeCell ref="A{i}:B{i}"/>', n) + "</mergeCells>"},
    "cell formats": lambda n: {"formats": "<xf/>" * (n // 4), "rows": cell(ONE, 'r="A1" s="5"')},
    "links": lambda n: {"links": repeated(f'<Relationship Id="x{{i}}" Type="{"a"}/theme" Target="t{{i}}"/>', n // 20)},
    "hyperlinks": lambda n: {"after": "<hyperlinks>" + repeated('<hyperlink ref="A{i}"/>', n) + "</hyperlinks>"},
    "conditional formats": lambda n: {
        "after": repeated('<conditionalFormatting sqref="A{i}"><cfRule dxfId="0"/></conditionalFormatting>', n // 4)
    },
    "columns": lambda n: {"before": "<cols>" + '<col min="1" max="2" style="0"/>' * (n // 4) + "</cols>"},
    "views": lambda n: {"before": "<sheetViews>" + '<sheetView workbookViewId="0"/>' * (n // 4) + "</sheetViews>"},
    "one cell again and again": lambda n: {"rows": '<row r="1">' + f'<c r="A1">{ONE}</c>' * (n // 4) + "</row>"},
    "blanks between rows": lambda n: {"rows": cell(ONE) + " \n" * n},
    "cells beyond the data": lambda n: {"after": "<extLst>" + "<ext><row><c/></row></ext>" * (n // 4) + "</extLst>"},
    "large array formulas": lambda n: {
        "rows": '<row r="1">' + repeated('<c><f t="array" ref="A1:Z90000">1</f></c>', min(n, 100)) + "</row>"
    },
}


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.xlsx"
    book = xlsxwriter.Workbook(path)
    book.add_worksheet("Report").write(0, 0, "text", book.add_format({"bold": True}))
    book.close()
    return path


def change(path: Path, report: Path) -> None:
    with WorkbookEditor(path) as editor:
        editor.set_values("S", {(1, 1): 2.0, (1, 2): "x", (2, 1): 5.0})
        editor.graft(report)
        editor.save(path.with_name("changed.xlsx"))


@pytest.mark.parametrize("kind", KINDS)
def test_it_takes_time_in_proportion(hostile_book, report: Path, refused, kind: str) -> None:
    # at this size, quadratic time is minutes
    path = hostile_book(**KINDS[kind](120_000))
    refused(lambda: check_package(path), seconds=4)
    said = refused(lambda: open_workbook(path), seconds=4)
    assert said is None or len(said) < 300
    refused(lambda: change(path, report), seconds=8)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_million_take_time_in_proportion(hostile_book, report: Path, refused, kind: str) -> None:
    path = hostile_book(**KINDS[kind](1_000_000))
    refused(lambda: check_package(path), seconds=30, memory=3 << 30)
    refused(lambda: open_workbook(path), seconds=30, memory=3 << 30)
    refused(lambda: change(path, report), seconds=60, memory=3 << 30)


def test_array_formulas_fill_no_more_cells_than_a_sheet_may_need(hostile_book, refused) -> None:
    path = hostile_book(**KINDS["large array formulas"](100))
    assert "array formulas over more than 4,194,304 cells" in str(refused(lambda: open_workbook(path)))


def test_sheets_that_share_a_part_are_refused(hostile_book, refused) -> None:
    path = hostile_book()
    shared = open_workbook(path)
    assert list(shared.sheets) == ["S"]
    path = hostile_book(
        parts={
            "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
            'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
            '<sheet name="S" sheetId="1" r:id="r1"/><sheet name="T" sheetId="2" r:id="r1"/></sheets></workbook>'
        }
    )
    assert "its sheets 'S' and 'T' are the same part" in str(refused(lambda: open_workbook(path)))


def test_what_looks_like_a_cell_in_an_instruction_or_an_attribute_is_none(hostile_book) -> None:
    rows = """<?x <row r="1"><c r="A1"><v>7</v></c></row> ?>
        <row x=' r="9"' r="1"><c x=" t='s'" r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row>"""
    path = hostile_book(rows=rows)
    with WorkbookEditor(path) as editor:
        editor.set_values("S", {(1, 1): 3.0})
        editor.save(path.with_name("changed.xlsx"))
    sheet = open_workbook(path.with_name("changed.xlsx"))["S"]
    assert sheet.values == {(1, 1): 3.0, (1, 2): 2.0}
