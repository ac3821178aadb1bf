"""Workbooks as programs other than Excel write them: patched and grafted twice, they read as their plain twin does."""

import re
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from lxml import etree

from xlcf.errors import InputError
from xlcf.ooxml import open_workbook
from xlcf.ooxml.checks import check_package
from xlcf.ooxml.editor import WorkbookEditor

Parts = dict[str, bytes]
BOOK, SHEET, OTHER = "xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"
STYLES, STRINGS, LINKS, TYPES = (
    "xl/styles.xml",
    "xl/sharedStrings.xml",
    "xl/_rels/workbook.xml.rels",
    "[Content_Types].xml",
)
THEME, PROPERTIES = "xl/theme/theme1.xml", ("docProps/app.xml", "docProps/core.xml")
MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
VALUES = {(1, 1): 7.5, (2, 3): 15.0, (9, 9): "new"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("odd")


@pytest.fixture(scope="module")
def plain(folder: Path) -> Path:
    path = folder / "plain.xlsx"
    with xlsxwriter.Workbook(path) as book:
        bold, red = book.add_format({"bold": True, "num_format": "0.000"}), book.add_format({"bg_color": "#FF0000"})
        mine, other = book.add_worksheet("Mine"), book.add_worksheet("Other")
        mine.write_row("A1", [1.5, "a <b> & c", " d "], bold)
        mine.write_row("A2", [2.5, True])
        mine.write_formula("C2", "=A1*2", bold, 3)
        mine.write_formula("C3", '=B1&"!"', None, "a <b> & c!")
        mine.conditional_format("A1:A2", {"type": "cell", "criteria": ">", "value": 2, "format": red})
        other.write_row("A1", ["x", "y", 3])
        book.define_name("rate", "=Mine!$A$1")
    return path


@pytest.fixture(scope="module")
def report(folder: Path) -> Path:
    path = folder / "report.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Summary")
        sheet.write_row("A1", ["report", "x", 1], book.add_format({"italic": True, "num_format": "0.0"}))
        sheet.write_formula("A2", "=rate*2", None, 3)
        sheet.conditional_format(
            "C1", {"type": "cell", "criteria": ">", "value": 0, "format": book.add_format({"bold": 1})}
        )
        book.define_name("rate", "=Summary!$C$1")
    return path


def read(path: Path) -> Parts:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def swap(parts: Parts, name: str, old: str, new: str) -> None:
    """Replace a pattern wherever it occurs in a part; it must occur."""
    changed = re.sub(old.encode(), new.encode(), parts[name], flags=re.DOTALL)
    assert changed != parts[name], (name, old)
    parts[name] = changed


def drop(parts: Parts, name: str) -> None:
    """Leave out a part, with its content type and the link to it."""
    del parts[name]
    base = re.escape(name.rpartition("/")[2])
    swap(parts, TYPES, f'<Override PartName="/{re.escape(name)}"[^>]*/>', "")
    swap(parts, "_rels/.rels" if name.startswith("docProps") else LINKS, rf'<Relationship [^>]*{base}"[^>]*/>', "")


# -- what the programs do -------------------------------------------------------------------------------------------

Oddity = Callable[[Parts], None]
ODDITIES: dict[str, Oddity] = {}


def oddity(change: Oddity) -> Oddity:
    ODDITIES[change.__name__] = change
    return change


@oddity
def prefixes(parts: Parts) -> None:
    for name in (BOOK, SHEET, OTHER, STYLES, STRINGS):
        parts[name] = re.sub(rb"<(/?)(?=[A-Za-z])", rb"<\1x:", parts[name]).replace(MAIN, b"xmlns:x" + MAIN[5:])


@oddity
def prefixes_in_the_package(parts: Parts) -> None:
    for name in (TYPES, LINKS, "_rels/.rels"):
        parts[name] = re.sub(rb"<(/?)(?=[A-Za-z])", rb"<\1p:", parts[name]).replace(b"xmlns=", b"xmlns:p=", 1)


@oddity
def another_prefix_for_links(parts: Parts) -> None:
    parts[BOOK] = parts[BOOK].replace(b"xmlns:r=", b"xmlns:rel=").replace(b" r:id=", b" rel:id=")


@oddity
def inline_strings(parts: Parts) -> None:
    items = re.findall(rb"<si>(.*?)</si>", parts[STRINGS])
    for name in (SHEET, OTHER):
        parts[name] = re.sub(
            rb't="s"><v>(\d+)</v>', lambda match: b't="inlineStr"><is>%b</is>' % items[int(match[1])], parts[name]
        )
    drop(parts, STRINGS)


@oddity
def as_little_as_possible(parts: Parts) -> None:
    inline_strings(parts)
    for name in (THEME, *PROPERTIES):
        drop(parts, name)
    for element in ("bookViews>.*?</bookViews", "calcPr[^>]*/", "fileVersion[^>]*/", "workbookPr[^>]*/"):
        swap(parts, BOOK, f"<{element}>", "")
    for name in (SHEET, OTHER):
        swap(parts, name, '<dimension[^>]*/>|<sheetViews>.*?</sheetViews>| spans="[^"]*"', "")


@oddity
def no_styles(parts: Parts) -> None:
    drop(parts, STYLES)
    swap(parts, SHEET, ' s="[0-9]+"|<conditionalFormatting.*?</conditionalFormatting>', "")


@oddity
def no_places(parts: Parts) -> None:
    """Leave out numbers of rows and addresses of cells, which then follow each other."""
    swap(parts, SHEET, '<c r="C3"', '<c/><c/><c r="C3"')  # C3 is the first of its row
    for name in (SHEET, OTHER):
        swap(parts, name, r'(<(?:row|c)) r="\w+"', r"\1")


@oddity
def no_counts(parts: Parts) -> None:
    swap(parts, STRINGS, ' (?:uniqueC|c)ount="[0-9]+"', "")
    swap(parts, STYLES, ' count="[0-9]+"', "")


@oddity
def no_named_styles(parts: Parts) -> None:
    swap(parts, STYLES, "<cellStyleXfs.*?</cellStyleXfs>|<cellStyles.*?</cellStyles>|<tableStyles[^>]*/>", "")
    swap(parts, STYLES, ' xfId="0"', "")


@oddity
def absolute_targets(parts: Parts) -> None:
    swap(parts, LINKS, 'Target="', 'Target="/xl/')
    swap(parts, "_rels/.rels", 'Target="', 'Target="/')


@oddity
def another_folder(parts: Parts) -> None:
    for name in [name for name in parts if name.startswith("xl/")]:
        parts[name.replace("xl/", "office/book/")] = parts.pop(name)
    swap(parts, "_rels/.rels", '"xl/', '"office/book/')
    swap(parts, TYPES, '"/xl/', '"/office/book/')


@oddity
def capitals_in_the_zip(parts: Parts) -> None:
    for name in (SHEET, STYLES, STRINGS):
        parts[name.title()] = parts.pop(name)


@oddity
def byte_order_marks(parts: Parts) -> None:
    for name in parts:
        parts[name] = b"\xef\xbb\xbf" + parts[name]


@oddity
def no_declarations(parts: Parts) -> None:
    for name in parts:
        parts[name] = re.sub(rb"^<\?xml.*?\?>\s*", b"", parts[name])


@oddity
def indented(parts: Parts) -> None:
    for name in parts:
        root = etree.fromstring(parts[name])
        etree.indent(root)
        parts[name] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


@oddity
def single_quotes(parts: Parts) -> None:
    for name in (BOOK, SHEET, OTHER, STYLES, STRINGS, LINKS, TYPES):
        parts[name] = re.sub(rb"=\"([^\"']*)\"", rb"='\1'", parts[name])


@oddity
def comments(parts: Parts) -> None:
    swap(parts, SHEET, "<sheetData>", '<!-- <row r="1"><c r="A1"/></row> --><sheetData><!-- </sheetData> -->')
    swap(parts, STRINGS, "</sst>", "<!-- <si/></sst> --></sst>")
    swap(parts, STYLES, "<cellXfs([^>]*)>", r"<cellXfs\1><!-- <xf/> -->")
    swap(parts, BOOK, "<sheets>", "<!-- <sheet/> --><sheets>")


@oddity
def alternate_content(parts: Parts) -> None:
    compatible = (
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" mc:Ignorable="a" xmlns:a="urn:a"'
    )
    choice = '<mc:AlternateContent><mc:Choice Requires="a"><a:path url="C:/"/></mc:Choice></mc:AlternateContent>'
    swap(parts, BOOK, "<workbook ", f"<workbook {compatible} ")
    swap(parts, BOOK, "<bookViews>", f"{choice}<bookViews>")
    swap(parts, SHEET, "<worksheet ", f"<worksheet {compatible} ")
    swap(parts, SHEET, "<row ", '<row a:height="0.25" ')
    swap(parts, SHEET, "</worksheet>", f"{choice}</worksheet>")


@oddity
def extensions(parts: Parts) -> None:
    for name, root in ((BOOK, "workbook"), (SHEET, "worksheet"), (STYLES, "styleSheet")):
        swap(parts, name, f"</{root}>", f'<extLst><ext uri="{{1}}"/></extLst></{root}>')


@oddity
def several_windows(parts: Parts) -> None:
    swap(parts, BOOK, "(<workbookView [^>]*/>)", r"\1\1")
    swap(
        parts,
        SHEET,
        '(<sheetView tabSelected="1") workbookViewId="0"/>',
        r'\1 workbookViewId="0"/>\1 workbookViewId="1"/>',
    )


@oddity
def protected(parts: Parts) -> None:
    swap(parts, BOOK, "<bookViews>", '<workbookProtection lockStructure="1"/><bookViews>')
    swap(parts, SHEET, "</sheetData>", '</sheetData><sheetProtection password="CC1A" sheet="1"/>')


@oddity
def other_dates_and_read_only(parts: Parts) -> None:
    swap(parts, BOOK, "<workbookPr ", '<fileSharing readOnlyRecommended="1"/><workbookPr date1904="1" ')


@oddity
def hidden_sheets(parts: Parts) -> None:
    swap(parts, BOOK, '(name="Other")', r'\1 state="veryHidden"')


# -- the tests ------------------------------------------------------------------------------------------------------


def edit(source: Path, target: Path, report: Path) -> dict[str, str]:
    with WorkbookEditor(source) as editor:
        editor.set_values("Mine", VALUES)
        editor.store("document", {"a": 1})
        names = editor.graft(report)
        editor.save(target)
    return names


@pytest.fixture(scope="module")
def expected(plain: Path, report: Path, folder: Path) -> dict[str, tuple[object, object]]:
    edit(plain, folder / "expected.xlsx", report)
    return {sheet.name: (sheet.values, sheet.formulas) for sheet in open_workbook(folder / "expected.xlsx")}


@pytest.mark.parametrize("name", ODDITIES)
def test_an_odd_workbook_reads_as_its_plain_twin(
    name: str, plain: Path, report: Path, expected: dict[str, tuple[object, object]], tmp_path: Path
) -> None:
    parts = read(plain)
    ODDITIES[name](parts)
    odd, once, twice = (tmp_path / f"{stem}.xlsx" for stem in ("odd", "once", "twice"))
    with zipfile.ZipFile(odd, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    assert check_package(odd).findings == ()
    assert edit(odd, once, report) == edit(once, twice, report) == {"Summary": "Summary"}
    for path in (once, twice):
        assert check_package(path).findings == ()
        assert {sheet.name: (sheet.values, sheet.formulas) for sheet in open_workbook(path)} == expected
    first, second = read(once), read(twice)
    assert list(first) == list(second)
    assert first == second  # no name, format or string comes twice
    assert [part for part in first if part in parts] == list(parts)
    changed = {part.lower().rpartition("/")[2] for part in parts if first[part] != parts[part]}
    lists = {"[content_types].xml", "workbook.xml", "workbook.xml.rels", "styles.xml", "sharedstrings.xml", "app.xml"}
    assert changed <= lists | {"sheet1.xml"}
    if name in ("another_folder", "capitals_in_the_zip"):
        return  # openpyxl looks for some parts under their usual names alone
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(once)
    assert book["Summary"]["A1"].font.i
    assert book["Summary"]["A1"].number_format == "0.0"
    assert book.active.title == "Summary"


@pytest.mark.parametrize("part", [BOOK, SHEET, STRINGS])
def test_another_encoding_than_utf_8_is_refused_or_read(part: str, plain: Path, report: Path, tmp_path: Path) -> None:
    parts, odd = read(plain), tmp_path / "odd.xlsx"
    parts[part] = parts[part].decode().replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16")
    with zipfile.ZipFile(odd, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    if part == BOOK:  # a tree
        edit(odd, tmp_path / "out.xlsx", report)
        assert open_workbook(tmp_path / "out.xlsx")["Mine"].value("A1") == 7.5
    else:
        with pytest.raises(InputError, match="not written in UTF-8"):
            edit(odd, tmp_path / "out.xlsx", report)


def test_a_person_with_a_sheet_of_the_same_name(plain: Path, report: Path, tmp_path: Path) -> None:
    parts, path = read(plain), tmp_path / "book.xlsx"
    swap(parts, BOOK, 'name="Other"', 'name="SUMMARY"')
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    for _ in range(2):
        assert edit(path, path, report) == {"Summary": "Summary (2)"}
        assert read(path)[OTHER] == parts[OTHER]
        assert list(open_workbook(path).sheets) == ["Mine", "SUMMARY", "Summary (2)"]
        assert check_package(path).findings == ()


def test_escaped_names_of_parts(tmp_path: Path) -> None:
    """A target and a part's name may be escaped where the zip has the name itself (ECMA-376 Part 2, annex A)."""
    plain, path, out = (tmp_path / name for name in ("plain.xlsx", "spaces.xlsx", "out.xlsx"))
    with xlsxwriter.Workbook(plain) as workbook:
        workbook.add_worksheet("S").write_number("A1", 3)
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(path, "w") as new:
        for info in old.infolist():
            content = old.read(info).replace(b"worksheets/sheet1.xml", b"worksheets/my%20sheet.xml")
            new.writestr(info.filename.replace("sheet1.xml", "my sheet.xml"), content)
    assert open_workbook(path)["S"].value("A1") == 3.0
    with WorkbookEditor(path) as editor:
        editor.set_values("S", {(1, 1): 4.0})
        editor.save(out)
    assert open_workbook(out)["S"].value("A1") == 4.0
    with zipfile.ZipFile(out) as archive:
        assert [name for name in archive.namelist() if "sheet" in name] == ["xl/worksheets/my sheet.xml"]
    assert [str(finding) for finding in check_package(out).findings if finding.is_fault] == []
