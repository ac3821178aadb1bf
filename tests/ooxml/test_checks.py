"""Each check finds the fault that it is for, and no other check does; what common programs write is clean."""

import random
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.table import Table

from xlcf.errors import InputError
from xlcf.ooxml.checks import CHECKS, check_package

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET1, SHEET2, BOOK = "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/workbook.xml"
TYPES, BOOK_LINKS, STYLES = "[Content_Types].xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a workbook that has a little of everything."""
    path = tmp_path_factory.mktemp("clean") / "book.xlsx"
    book = xlsxwriter.Workbook(path)
    data, other = book.add_worksheet("Data"), book.add_worksheet("Other one")
    bold, red = book.add_format({"bold": True}), book.add_format({"bg_color": "#FFC7CE"})
    data.add_table("A1:B4", {"name": "Prices", "data": [["a", 1], ["b", 2], ["c", 3]]})
    other.add_table("A1:B3", {"name": "Costs", "data": [["x", 5], ["y", 6]]})
    data.conditional_format("B2:B4", {"type": "cell", "criteria": ">", "value": 1, "format": red})
    data.write_formula("D1", "=SUM(B2:B4)", bold, 6)
    data.write_dynamic_array_formula("D2:D4", "=B2:B4*2", None, 2)
    data.write_number("D3", 4)
    data.write_number("D4", 6)
    data.write_boolean("E1", True)
    data.write_comment("A1", "a comment")
    data.write_url("F1", "https://example.org/")
    other.write_url("F1", "internal:Data!A1")
    data.set_column("G:G", 20, bold)
    data.set_row(9, 20, bold)
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=Data!$B$2:$B$4"})
    other.insert_chart("D5", chart)
    book.define_name("total", "=Data!$D$1")
    book.define_name("Data!local", "=Data!$D$1")
    data.print_area("A1:D4")
    book.close()
    return path


Edit = Callable[[str], str]


def tampered(source: Path, target: Path, edits: dict[str, Edit], added: dict[str, str] | None = None) -> Path:
    """Copy a workbook with some parts edited, added, or (where the edit gives nothing) left out."""
    edits = dict(edits)
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for info in old.infolist():
            content = old.read(info)
            if info.filename in edits:
                edited = edits.pop(info.filename)(content.decode("utf-8"))
                assert edited != content.decode("utf-8"), f"nothing changed in {info.filename}"
                content = edited.encode("utf-8")
            if content:
                new.writestr(info, content)
        for name, text in (added or {}).items():
            new.writestr(name, text)
    assert not edits, f"no such parts: {list(edits)}"
    return target


def swap(old: str, new: str) -> Edit:
    def edit(text: str) -> str:
        assert old in text, f"{old} is not in the part"
        return text.replace(old, new, 1)

    return edit


def declare(part: str, kind: str) -> Edit:
    return swap("</Types>", f'<Override PartName="/{part}" ContentType="{kind}"/></Types>')


def link(id_: str, kind: str, target: str) -> Edit:
    return swap(
        "</Relationships>", f'<Relationship Id="{id_}" Type="{OFFICE}/{kind}" Target="{target}"/></Relationships>'
    )


def then(*edits: Edit) -> Edit:
    def edit(text: str) -> str:
        for step in edits:
            text = step(text)
        return text

    return edit


CHAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"
WORKSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"

MACROS = "ms-excel.sheet.macroEnabled.main"


def chain(*entries: str) -> tuple[dict[str, Edit], dict[str, str]]:
    """Give a workbook a calculation chain."""
    edits = {TYPES: declare("xl/calcChain.xml", CHAIN), BOOK_LINKS: link("rId99", "calcChain", "calcChain.xml")}
    return edits, {"xl/calcChain.xml": f"<calcChain {MAIN}>{''.join(entries)}</calcChain>"}


def _calc_chain(*entries: str) -> dict[str, object]:
    edits, added = chain('<c r="D1" i="1"/><c r="D2" a="1"/><c r="D4"/>', *entries)
    return {"edits": edits, "added": added}


# check id -> (what to seed, where it is found)
FAULTS: dict[str, tuple[dict[str, object], str]] = {
    "dangling-relationship": ({"edits": {BOOK_LINKS: link("rId99", "customXml", "../none.xml")}}, BOOK_LINKS),
    "missing-relationship": ({"edits": {SHEET1: swap('legacyDrawing r:id="rId', 'legacyDrawing r:id="rId9')}}, SHEET1),
    "duplicate-relationship-id": (
        {"edits": {BOOK_LINKS: link("rId1", "worksheet", "worksheets/sheet1.xml")}},
        BOOK_LINKS,
    ),
    "orphan-part": (
        {
            "edits": {TYPES: declare("xl/worksheets/sheet9.xml", WORKSHEET)},
            "added": {"xl/worksheets/sheet9.xml": f"<worksheet {MAIN}><sheetData/></worksheet>"},
        },
        "xl/worksheets/sheet9.xml",
    ),
    "override-without-part": ({"edits": {TYPES: declare("xl/none.xml", WORKSHEET)}}, TYPES),
    "part-without-content-type": (
        {"edits": {BOOK_LINKS: link("rId99", "customXml", "item.zzz")}, "added": {"xl/item.zzz": "text"}},
        "xl/item.zzz",
    ),
    "duplicate-sheet-name": ({"edits": {BOOK: swap('name="Other one"', 'name="DATA"')}}, BOOK),
    "sheet-name": ({"edits": {BOOK: swap('name="Other one"', 'name="Other/one"')}}, BOOK),
    "duplicate-sheet-id": ({"edits": {BOOK: swap('sheetId="2"', 'sheetId="1"')}}, BOOK),
    "no-visible-sheet": (
        {"edits": {BOOK: lambda text: text.replace(' r:id="rId', ' state="hidden" r:id="rId')}},
        BOOK,
    ),
    "active-tab": ({"edits": {BOOK: swap("<workbookView ", '<workbookView activeTab="2" ')}}, BOOK),
    "selected-tabs": ({"edits": {SHEET2: swap("<sheetView ", '<sheetView tabSelected="1" ')}}, BOOK),
    "duplicate-defined-name": (
        {"edits": {BOOK: swap("</definedNames>", '<definedName name="Total">1</definedName></definedNames>')}},
        BOOK,
    ),
    "local-sheet-id": ({"edits": {BOOK: swap('name="local" localSheetId="0"', 'name="local" localSheetId="2"')}}, BOOK),
    "name-starts-with-equals": ({"edits": {BOOK: swap(">Data!$D$1<", ">=Data!$D$1<")}}, BOOK),
    "duplicate-table": (
        {
            "edits": {
                "xl/tables/table2.xml": then(
                    swap(' name="Costs"', ' name="prices"'), swap('displayName="Costs"', 'displayName="prices"')
                )
            }
        },
        "xl/tables/table2.xml",
    ),
    "style-index": ({"edits": {SHEET1: swap('<c r="D1" s="1"', '<c r="D1" s="99"')}}, "Data!D1"),
    "dxf-index": ({"edits": {SHEET1: swap('dxfId="0"', 'dxfId="7"')}}, SHEET1),
    "shared-string-index": ({"edits": {SHEET1: swap('t="s"><v>0<', 't="s"><v>4444<')}}, "Data!A1"),
    "calc-chain": (_calc_chain('<c r="B2" i="1"/>'), "xl/calcChain.xml"),
    "cell-order": (
        {"edits": {SHEET1: swap('<c r="B2"><v>1</v></c>', '<c r="C2"><v>1</v></c><c r="B2"><v>1</v></c>')}},
        "Data!B2",
    ),
    "cell-metadata": ({"edits": {SHEET1: swap('cm="1"', 'cm="2"')}}, "Data!D2"),
    "not-finite": ({"edits": {SHEET1: swap('<c r="B2"><v>1<', '<c r="B2"><v>NaN<')}}, "Data!B2"),
    "cell-value": ({"edits": {SHEET1: swap('<c r="E1" t="b"><v>1<', '<c r="E1" t="b"><v>yes<')}}, "Data!E1"),
    "element-order": ({"edits": {BOOK: swap("<bookViews>", "<calcPr/><bookViews>")}}, BOOK),
    "file-name": (
        {"edits": {TYPES: swap("openxmlformats-officedocument.spreadsheetml.sheet.main", MACROS)}},
        "book.xlsx",
    ),
    "malformed-xml": ({"edits": {"xl/theme/theme1.xml": swap("</a:theme>", "")}}, "xl/theme/theme1.xml"),
}


def test_the_clean_workbook_is_clean(clean: Path) -> None:
    checked = check_package(clean)
    assert checked.findings == ()
    assert (checked.sheets, checked.formulas) == (2, 2)
    with zipfile.ZipFile(clean) as archive:
        assert checked.parts == sum(not name.endswith((".rels", TYPES)) for name in archive.namelist())


@pytest.mark.parametrize("check", FAULTS)
def test_a_seeded_fault_is_found_by_its_check_alone(check: str, clean: Path, tmp_path: Path) -> None:
    seed, where = FAULTS[check]
    checked = check_package(tampered(clean, tmp_path / "book.xlsx", **seed))  # type: ignore[arg-type]
    assert [(finding.check, finding.where) for finding in checked.findings] == [(check, where)]
    (finding,) = checked.findings
    assert finding.is_fault
    assert finding.what.endswith(".")
    assert finding.mend.endswith(".")
    line = str(finding)
    assert "\n" not in line
    assert line.startswith(f"{finding.severity}: {where}: ")
    assert f"[{check}]" in line


def test_every_check_is_seeded() -> None:
    seeded = {*FAULTS, "unreadable-part", "duplicate-part"}  # these two have tests of their own
    assert seeded == {check.id for check in CHECKS}
    assert len({check.id for check in CHECKS}) == len(CHECKS)


def found(source: Path, target: Path, edits: dict[str, Edit], added: dict[str, str] | None = None) -> list[str]:
    return [finding.check for finding in check_package(tampered(source, target, edits, added)).findings]


# The same checks, seeded in other ways.
@pytest.mark.parametrize(
    ("check", "edits"),
    [
        ("part-without-content-type", {TYPES: swap(f'<Override PartName="/{SHEET1}" ContentType="{WORKSHEET}"/>', "")}),
        ("missing-relationship", {BOOK: swap('r:id="rId2"', 'r:id="rId77"')}),
        ("duplicate-table", {"xl/tables/table2.xml": swap(' id="2"', ' id="1"')}),
        ("duplicate-table", {BOOK: swap('name="total"', 'name="Costs"')}),
        ("style-index", {STYLES: swap('fontId="1"', 'fontId="9"')}),
        ("style-index", {STYLES: swap('xfId="0" builtinId', 'xfId="5" builtinId')}),
        ("style-index", {SHEET1: swap('s="1" customFormat', 's="-1" customFormat')}),
        ("style-index", {SHEET1: swap('style="1"', 'style="8"')}),
        ("dxf-index", {STYLES: lambda text: text[: text.index("<dxfs")] + text[text.index("</dxfs>") + 7 :]}),
        ("cell-order", {SHEET1: swap('<row r="3"', '<row r="2"')}),
        ("cell-order", {SHEET1: swap('<c r="B3"', '<c r="B9"')}),
        ("cell-order", {SHEET1: swap('<c r="B3"', '<c r="A3"')}),
        ("cell-order", {SHEET1: swap('<c r="E1"', '<c r="XFE1"')}),
        ("cell-metadata", {SHEET1: swap('cm="1"', 'vm="1"')}),
        ("not-finite", {SHEET1: swap('<c r="B2"><v>1<', '<c r="B2"><v>-Infinity<')}),
        ("not-finite", {SHEET1: swap('<c r="B2"><v>1<', '<c r="B2"><v>1e999<')}),
        ("cell-value", {SHEET1: swap('<c r="B2"><v>1<', '<c r="B2"><v>one<')}),
        ("cell-value", {SHEET1: swap('<c r="B2"><v>1<', '<c r="B2" t="number"><v>1<')}),
        ("shared-string-index", {SHEET1: swap('t="s"><v>0<', 't="s"><v>-1<')}),
        ("sheet-name", {BOOK: swap('name="Other one"', f'name="{"x" * 32}"')}),
        ("local-sheet-id", {BOOK: swap('name="local" localSheetId="0"', 'name="local" localSheetId="-1"')}),
        ("element-order", {SHEET1: swap("<sheetViews>", "<pageMargins/><sheetViews>")}),
        ("element-order", {STYLES: swap("<fonts", "<colors/><fonts")}),
        ("malformed-xml", {SHEET1: swap("</sheetData>", "")}),
        ("malformed-xml", {"xl/worksheets/_rels/sheet1.xml.rels": swap("</Relationships>", "")}),
        ("malformed-xml", {TYPES: swap("</Types>", "")}),
        ("malformed-xml", {BOOK: swap("</workbook>", "")}),
        ("unreadable-part", {"xl/theme/theme1.xml": swap("<a:theme", '<!DOCTYPE t [<!ENTITY a "b">]><a:theme')}),
    ],
)
def test_more_faults(check: str, edits: dict[str, Edit], clean: Path, tmp_path: Path) -> None:
    assert found(clean, tmp_path / "book.xlsx", edits) == [check]


def test_a_part_that_cannot_be_unpacked(clean: Path, tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    content = bytearray(clean.read_bytes())
    with zipfile.ZipFile(clean) as archive:
        info = archive.getinfo("xl/theme/theme1.xml")
        start = info.header_offset + 30 + len(info.filename)
    content[start + 200 : start + 220] = bytes(20)
    path.write_bytes(content)
    (finding,) = check_package(path).findings
    assert (finding.check, finding.where) == ("unreadable-part", "xl/theme/theme1.xml")


def test_a_zip_bomb_is_a_finding(clean: Path, tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(clean.read_bytes())
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.xml", bytes(80 << 20))
    assert {finding.check for finding in check_package(path).findings} == {"unreadable-part", "orphan-part"}


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_part_that_is_there_twice(clean: Path, tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(clean.read_bytes())
    with zipfile.ZipFile(clean) as archive:
        theme = archive.read("xl/theme/theme1.xml")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/theme/theme1.xml", theme)
    (finding,) = check_package(path).findings
    assert (finding.check, finding.where) == ("duplicate-part", "xl/theme/theme1.xml")


def test_equal_faults_of_a_sheet_are_counted_in_one_line(clean: Path, tmp_path: Path) -> None:
    path = tampered(clean, tmp_path / "book.xlsx", {SHEET1: lambda text: text.replace("<v>", "<v>NaN")})
    findings = {finding.check: finding for finding in check_package(path).findings}
    assert findings["cell-value"].count > 1
    assert str(findings["cell-value"]).count(f"(and {findings['cell-value'].count - 1} more)") == 1


def test_faults_that_excel_does_not_mind_are_notes(clean: Path, tmp_path: Path) -> None:
    vml = "xl/drawings/vmlDrawing1.vml"
    edits = {vml: swap("</xml>", "<br></xml>"), BOOK_LINKS: link("rId99", "image", "../media/NULL")}
    checked = check_package(tampered(clean, tmp_path / "book.xlsx", edits))
    assert {(finding.check, finding.where, finding.severity) for finding in checked.findings} == {
        ("malformed-xml", vml, "note"),
        ("dangling-relationship", BOOK_LINKS, "note"),
    }
    assert not any(finding.is_fault for finding in checked.findings)


def test_the_calculation_chain_may_name_all_cells_of_an_array_formula(clean: Path, tmp_path: Path) -> None:
    edits, added = chain('<c r="D1" i="1"/>', '<c r="D2" a="1"/>', '<c r="D3" a="1"/>', '<c r="D4"/>')
    assert found(clean, tmp_path / "book.xlsx", edits, added) == []


@pytest.mark.parametrize("entry", ['<c r="D1" i="7"/>', '<c r="?" i="1"/>', '<c r="D1" i="2"/>'])
def test_other_wrong_entries_of_the_calculation_chain(entry: str, clean: Path, tmp_path: Path) -> None:
    edits, added = chain(entry)
    assert found(clean, tmp_path / "book.xlsx", edits, added) == ["calc-chain"]


def test_what_the_standard_allows_is_clean(clean: Path, tmp_path: Path) -> None:
    edits: dict[str, Edit] = {
        # addresses may be left out; the next place is meant
        SHEET2: then(swap('<c r="B2">', "<c>"), swap('<row r="3" ', "<row "), swap('<c r="A3" ', "<c ")),
        # a window of its own has a selected tab of its own
        SHEET1: swap("</sheetViews>", '<sheetView workbookViewId="1"/></sheetViews>'),
        BOOK: swap("</bookViews>", "<workbookView/></bookViews>"),
        # targets may be absolute and escaped, and lead to a place in the part itself
        BOOK_LINKS: then(
            swap('Target="worksheets/sheet2.xml"', 'Target="/xl/worksheets/sheet2.xml"'),
            link("rId97", "customXml", "../customXml/my%20item.xml"),
            link("rId98", "hyperlink", "#Data!A1"),
        ),
    }
    added = {"customXml/my item.xml": "<a/>", "[trash]/0000.dat": "left by Excel", "xl/empty/": ""}
    assert found(clean, tmp_path / "book.xlsx", edits, added) == []


def test_a_cell_may_say_that_it_has_no_metadata(tmp_path: Path) -> None:
    plain = tmp_path / "plain.xlsx"
    with xlsxwriter.Workbook(plain) as book:
        book.add_worksheet().write_number("B2", 1)
    no_metadata = swap('<c r="B2">', '<c r="B2" cm="0" vm="0">')
    assert found(plain, tmp_path / "none.xlsx", {SHEET1: no_metadata}) == []
    assert found(plain, tmp_path / "first.xlsx", {SHEET1: swap('<c r="B2">', '<c r="B2" cm="1">')}) == ["cell-metadata"]


def test_other_prefixes_and_a_comment_before_the_root(clean: Path, tmp_path: Path) -> None:
    def prefixed(text: str) -> str:
        head, _, body = text.partition("?>")
        for tag in ("worksheet", "sheetData", "row", "c", "v", "f"):
            body = body.replace(f"<{tag} ", f"<x:{tag} ").replace(f"<{tag}>", f"<x:{tag}>")
            body = body.replace(f"</{tag}>", f"</x:{tag}>")
        main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        return f"{head}?><!-- made by hand -->" + body.replace("<x:worksheet ", f'<x:worksheet xmlns:x="{main}" ')

    assert found(clean, tmp_path / "book.xlsx", {SHEET1: prefixed}) == []
    path = tampered(clean, tmp_path / "bad.xlsx", {SHEET1: lambda text: prefixed(text).replace('cm="1"', 'cm="9"')})
    assert [finding.check for finding in check_package(path).findings] == ["cell-metadata"]


def test_not_a_workbook(tmp_path: Path) -> None:
    (tmp_path / "text.xlsx").write_text("no zip")
    with pytest.raises(InputError, match="not an Excel workbook"):
        check_package(tmp_path / "text.xlsx")
    with pytest.raises(InputError, match="There is no file"):
        check_package(tmp_path / "none.xlsx")


def test_a_document_of_another_program(clean: Path, tmp_path: Path) -> None:
    path = tampered(clean, tmp_path / "book.xlsx", {BOOK: lambda text: text.replace("workbook", "document")})
    with pytest.raises(InputError, match="not an Excel workbook"):
        check_package(path)


def test_a_package_without_a_workbook(clean: Path, tmp_path: Path) -> None:
    assert "missing-relationship" in found(
        clean, tmp_path / "book.xlsx", {"_rels/.rels": swap('/officeDocument"', '/other"')}
    )


# -- no false alarms ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["collab_filter_2017.xlsx", "graddesc_2017.xlsm"])
def test_the_reference_workbooks_are_clean(name: str, reference: Path) -> None:
    checked = check_package(reference / "workbooks" / name)
    assert not [str(finding) for finding in checked.findings if finding.is_fault]
    notes = [(finding.check, finding.where) for finding in checked.findings]
    assert notes == ([("malformed-xml", "xl/drawings/vmlDrawing2.vml")] if name.endswith("m") else [])


def test_the_workbooks_of_the_project_are_clean() -> None:
    for path in (Path(__file__).parents[2] / "workbooks").glob("*.xlsx"):
        assert check_package(path).findings == ()


def test_what_openpyxl_writes_is_clean(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in [["name", "number"], ["a", 1], ["b", 2.5], ["c", "=B2*2"]]:
        sheet.append(row)
    sheet["A1"].font, sheet["A1"].fill = Font(bold=True), PatternFill("solid", fgColor="FFFF00")
    sheet["A2"].comment = Comment("a comment", "me")
    sheet["A3"].hyperlink = "https://example.org/"
    sheet.conditional_formatting.add("B2:B4", CellIsRule(operator="greaterThan", formula=["1"], font=Font(bold=True)))
    sheet.add_table(Table(displayName="T", ref="A1:B4"))
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=4), titles_from_data=True)
    sheet.add_chart(chart, "D2")
    sheet.merge_cells("D20:E21")
    sheet.print_title_rows = "1:1"
    sheet.auto_filter.ref = "A1:B4"
    book.create_sheet("other")["A1"] = True
    bars = BarChart()
    bars.add_data(Reference(sheet, min_col=2, min_row=1, max_row=4))
    book.create_chartsheet("chart").add_chart(bars)
    book.save(tmp_path / "book.xlsx")
    assert check_package(tmp_path / "book.xlsx").findings == ()


def test_what_libreoffice_writes_is_clean(clean: Path, reference: Path, recalculate: Callable[[Path], Path]) -> None:
    for path in (clean, reference / "workbooks" / "collab_filter_2017.xlsx"):
        assert check_package(recalculate(path)).findings == ()


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="[]:*?/\\'", exclude_categories=["C"]), min_size=1)
SCALARS = st.one_of(st.none(), st.booleans(), st.floats(-1e300, 1e300), st.integers(-9, 9), st.text(max_size=9))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_what_xlsxwriter_writes_is_clean(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert check_package(random_book(data, tmp_path_factory.mktemp("books"))).findings == ()


@pytest.mark.slow
@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_more_of_what_xlsxwriter_writes_is_clean(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert check_package(random_book(data, tmp_path_factory.mktemp("books"))).findings == ()


def random_book(data: st.DataObject, folder: Path) -> Path:
    path = folder / "book.xlsx"
    book = xlsxwriter.Workbook(path)
    formats = [book.add_format(each) for each in ({"bold": True}, {"num_format": "0.000"}, {"border": 1}, {})]
    names = data.draw(
        st.lists(NAMES.map(lambda name: name[:15]), unique_by=lambda n: n.lower(), min_size=1, max_size=4)
    )
    for number, name in enumerate(names):
        sheet = book.add_worksheet(name)
        cells = data.draw(st.dictionaries(st.tuples(st.integers(0, 30), st.integers(0, 30)), SCALARS, max_size=30))
        for (row, column), scalar in cells.items():
            style = data.draw(st.sampled_from([None, *formats]))
            if isinstance(scalar, str):
                sheet.write_string(row, column, scalar, style)
            else:
                sheet.write(row, column, scalar, style)
        extras = data.draw(st.sets(st.sampled_from(range(9))))
        if 0 in extras:
            sheet.add_table(40, 0, 44, 2, {"name": f"Table_{number}", "total_row": data.draw(st.booleans())})
        if 1 in extras:
            rule = {"type": "cell", "criteria": ">", "value": 0, "format": formats[0]}
            sheet.conditional_format(0, 0, 9, 9, rule)
        if 2 in extras:
            chart = book.add_chart({"type": data.draw(st.sampled_from(["line", "pie", "area"]))})
            chart.add_series({"values": [name, 0, 0, 9, 0]})
            sheet.insert_chart(5, 5, chart)
        if 3 in extras:
            book.define_name(f"name_{number}", "=1+1")
            sheet.print_area(0, 0, 9, 9)
        if 4 in extras:
            sheet.write_dynamic_array_formula(50, 0, 52, 0, "=ROW(A1:A3)", None, 1)
        if 5 in extras:
            sheet.write_comment(3, 3, "comment")
            sheet.write_url(60, 1, "https://example.org/a?b=c#d")
        if 6 in extras:
            sheet.add_sparkline(1, 1, {"range": "A1:A9"})
            sheet.data_validation(0, 0, 5, 5, {"validate": "list", "source": ["a", "b"]})
        if 7 in extras:
            sheet.autofilter(0, 0, 9, 9)
            sheet.repeat_rows(0)
            sheet.freeze_panes(1, 1)
        if 8 in extras:
            sheet.set_column(0, 3, 12, formats[1])
            sheet.set_row(70, 30, formats[2])
            sheet.write_rich_string(71, 0, "a", formats[0], "b")
    book.close()
    return path


# -- damage ---------------------------------------------------------------------------------------------------------


def _damage(text: bytes, rng: random.Random) -> bytes:
    content = bytearray(text)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(max(len(content), 1))
        match rng.randrange(5):
            case 0:
                content[at : at + 1] = bytes([rng.randrange(256)])
            case 1:
                del content[at : at + rng.randint(1, 60)]
            case 2:
                content[at:at] = content[at : at + rng.randint(1, 60)]
            case 3:  # a number or a name becomes another
                content = content.replace(b'"1"', rng.choice([b'"-1"', b'"99999999999999999999"', b'"x"', b'""']), 1)
            case 4:
                content = content.replace(b"rId1", rng.choice([b"", b"rId2", b"\xc3\xa9"]), 1)
    return bytes(content)


@pytest.mark.parametrize("seed", range(150))
def test_damaged_parts_give_findings_or_a_sentence(seed: int, clean: Path, tmp_path: Path) -> None:
    rng = random.Random(seed)
    path = tmp_path / "book.xlsx"
    with zipfile.ZipFile(clean) as old, zipfile.ZipFile(path, "w") as new:
        victims = rng.sample(old.namelist(), rng.randint(1, 3))
        for info in old.infolist():
            content = old.read(info)
            if info.filename not in victims:
                new.writestr(info, content)
            elif rng.random() < 0.9:
                new.writestr(info, _damage(content, rng))
    with suppress(InputError):  # any other error is a bug
        check_package(path)


@pytest.mark.parametrize("seed", range(100))
def test_damaged_zips_give_findings_or_a_sentence(seed: int, clean: Path, tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(_damage(clean.read_bytes(), random.Random(seed)))
    with suppress(InputError):  # any other error is a bug
        check_package(path)
