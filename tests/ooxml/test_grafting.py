import re
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from xlcf.errors import InputError
from xlcf.ooxml import styles_merge
from xlcf.ooxml.checks import check_package
from xlcf.ooxml.editor import WorkbookEditor

SELECTED = b' tabSelected="1"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rewritten(path: Path, changes: dict[str, Callable[[bytes], bytes]]) -> Path:
    """Change parts of a workbook as text; each change must change something."""
    old = parts(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in old.items():
            new = changes[name](content) if name in changes else content
            assert (new != content) == (name in changes)
            archive.writestr(name, new)
    return path


def add_part(path: Path, kind: str, name: str, content: bytes) -> None:
    """Add a part of the workbook, linked as rId99."""
    content_type = f"application/vnd.openxmlformats-officedocument.spreadsheetml.{kind}+xml"
    override = f'<Override PartName="/{name}" ContentType="{content_type}"/></Types>'
    link = f'<Relationship Id="rId99" Type="{OFFICE}/{kind}" Target="/{name}"/></Relationships>'
    rewritten(
        path,
        {
            "[Content_Types].xml": lambda part: part.replace(b"</Types>", override.encode()),
            "xl/_rels/workbook.xml.rels": lambda part: part.replace(b"</Relationships>", link.encode()),
        },
    )
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)


def faults(path: Path) -> list[str]:
    return [str(finding) for finding in check_package(path).findings if finding.is_fault]


@pytest.fixture
def target(tmp_path: Path) -> Path:
    path = tmp_path / "target.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Mine")
        sheet.write_string("A1", "mine")
        sheet.write_formula("A2", "=LEN(A1)", None, 4)
        book.add_worksheet("Yours")
    return path


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source.xlsx"
    with xlsxwriter.Workbook(path) as book:
        bold = book.add_format({"bold": True, "num_format": "0.0000"})
        summary, factors = book.add_worksheet("Summary"), book.add_worksheet("Factors")
        summary.write_string("A1", "report", bold)
        summary.write_formula("B1", "=Factors!A1*2", bold, 2.5)
        factors.write_number("A1", 1.25, bold)
        factors.repeat_rows(0)
    return path


def graft(target: Path, source: Path, **options: object) -> dict[str, str]:
    with WorkbookEditor(target) as editor:
        names = editor.graft(source, **options)
        editor.save(target)
    assert faults(target) == []
    return names


def test_new_sheets_stand_at_the_end(target: Path, source: Path) -> None:
    assert graft(target, source) == {"Summary": "Summary", "Factors": "Factors"}
    book = openpyxl.load_workbook(target)
    assert book.sheetnames == ["Mine", "Yours", "Summary", "Factors"]
    assert book["Summary"]["B1"].value == "=Factors!A1*2"
    assert book["Summary"]["B1"].number_format == "0.0000"
    assert book["Factors"].print_title_rows == "$1:$1"
    assert book.active.title == "Summary"
    assert [bool(sheet.sheet_view.tabSelected) for sheet in book] == [False, False, True, False]
    assert b'fullCalcOnLoad="1"' in parts(target)["xl/workbook.xml"]


def test_the_active_tab_may_stay(target: Path, source: Path) -> None:
    before = parts(target)
    graft(target, source, active=False)
    assert openpyxl.load_workbook(target).active.title == "Mine"
    assert parts(target)["xl/worksheets/sheet1.xml"] == before["xl/worksheets/sheet1.xml"]
    assert b"tabSelected" not in parts(target)["xl/worksheets/sheet3.xml"]


def test_sheets_that_a_person_renamed_and_moved_are_replaced_where_they_are(target: Path, source: Path) -> None:
    graft(target, source)

    def move(workbook: bytes) -> bytes:
        tabs = re.findall(rb"<sheet [^>]*/>", workbook)
        order = [tabs[2].replace(b'"Summary"', b'"My fit"'), tabs[0], tabs[3], tabs[1]]  # Factors was 3rd, is 2nd
        workbook = re.sub(rb"<sheets>.*</sheets>", b"<sheets>" + b"".join(order) + b"</sheets>", workbook)
        renumber = {b"2": b"0", b"3": b"2"}
        return re.sub(rb'localSheetId="(.)"', lambda match: b'localSheetId="%b"' % renumber[match[1]], workbook)

    rewritten(target, {"xl/workbook.xml": move})
    assert graft(target, source, active=False) == {"Summary": "My fit", "Factors": "Factors"}
    book = openpyxl.load_workbook(target)
    assert book.sheetnames == ["My fit", "Mine", "Factors", "Yours"]
    assert book["My fit"]["B1"].value == "=Factors!A1*2"
    assert book["Factors"].print_title_rows == "$1:$1"
    assert book["Mine"]["A1"].value == "mine"


def test_formulas_follow_a_person_who_renamed_a_sheet(target: Path, source: Path) -> None:
    graft(target, source)
    rewritten(target, {"xl/workbook.xml": lambda part: part.replace(b'name="Factors"', b'name="My factors"')})
    assert graft(target, source)["Factors"] == "My factors"
    assert openpyxl.load_workbook(target)["Summary"]["B1"].value == "='My factors'!A1*2"


def test_a_copy_that_a_person_made_is_theirs(target: Path, source: Path) -> None:
    """Excel copies the mark with the sheet; the copy has a name, a part and a higher id of its own."""
    graft(target, source)

    mark = b'<definedName name="_xlcf_sheet" localSheetId="4" hidden="1">"Summary"</definedName></definedNames>'
    add_part(
        target, "worksheet", "xl/worksheets/copy.xml", parts(target)["xl/worksheets/sheet3.xml"].replace(SELECTED, b"")
    )
    tab = b'<sheet name="Snapshot" sheetId="9" r:id="rId99"/></sheets>'
    rewritten(
        target,
        {
            "xl/workbook.xml": lambda part: part.replace(b"</sheets>", tab).replace(b"</definedNames>", mark),
        },
    )
    snapshot = parts(target)["xl/worksheets/copy.xml"]
    graft(target, source)
    assert openpyxl.load_workbook(target).sheetnames == ["Mine", "Yours", "Summary", "Factors", "Snapshot"]
    with WorkbookEditor(target) as editor:
        assert editor.remove_marked_sheets() == ["Summary", "Factors"]
        assert editor.sheet_names == ["Mine", "Yours", "Snapshot"]
        editor.save(target)
    assert faults(target) == []
    assert parts(target)["xl/worksheets/copy.xml"] == snapshot
    assert b"_xlcf_sheet" not in parts(target)["xl/workbook.xml"]


def test_sheets_that_do_not_come_again_go(target: Path, source: Path, tmp_path: Path) -> None:
    """The tabs behind them move up, and with them what counts tabs."""
    graft(target, source)
    later = tmp_path / "later.xlsx"
    with xlsxwriter.Workbook(later) as book:
        book.add_worksheet("Variables").print_area("A1:B2")
        book.add_worksheet("Factors").repeat_rows(2)
    names = graft(target, later)
    book = openpyxl.load_workbook(target)
    assert book.sheetnames == ["Mine", "Yours", "Factors", "Variables"]
    assert names == {"Variables": "Variables", "Factors": "Factors"}
    assert book["Factors"].print_title_rows == "$3:$3"
    assert book["Variables"].print_area == "'Variables'!$A$1:$B$2"
    assert book.active.title == "Variables"


def test_removing_sheets_moves_the_active_tab(target: Path, source: Path) -> None:
    graft(target, source)
    with WorkbookEditor(target) as editor:
        editor.remove_marked_sheets()
        editor.save(target)
    assert faults(target) == []
    assert openpyxl.load_workbook(target).sheetnames == ["Mine", "Yours"]
    assert openpyxl.load_workbook(target).active.title == "Yours"


def test_a_workbook_keeps_its_last_sheet(source: Path, tmp_path: Path) -> None:
    only = tmp_path / "only.xlsx"
    with xlsxwriter.Workbook(only) as book:
        book.add_worksheet("Summary")
    changes = {
        "xl/workbook.xml": lambda part: part.replace(
            b"</sheets>",
            b'</sheets><definedNames><definedName name="_xlcf_sheet" localSheetId="0" hidden="1">"Summary"'
            b"</definedName></definedNames>",
        )
    }
    rewritten(only, changes)
    with WorkbookEditor(only) as editor, pytest.raises(InputError, match="only sheet"):
        editor.remove_marked_sheets()
    assert graft(only, source) == {"Summary": "Summary", "Factors": "Factors"}


def test_marks_of_other_kinds_are_let_be(target: Path, source: Path) -> None:
    graft(target, source)
    assert graft(target, source, mark="other") == {"Summary": "Summary (2)", "Factors": "Factors (2)"}
    book = openpyxl.load_workbook(target)
    assert book["Summary (2)"]["B1"].value == "='Factors (2)'!A1*2"
    with WorkbookEditor(target) as editor:
        assert editor.marked_sheets() == {"Summary": "Summary", "Factors": "Factors"}
        assert editor.marked_sheets("other") == {"Summary": "Summary (2)", "Factors": "Factors (2)"}
        assert editor.marked_sheets("third") == {}
    with WorkbookEditor(target) as editor, pytest.raises(InputError, match="mark"):
        editor.graft(source, mark="not a name")


def test_the_calculation_chain_goes_where_excel_had_listed_removed_formulas(target: Path, source: Path) -> None:
    chain = "xl/calcChain.xml"

    content = f'<calcChain xmlns="{MAIN}"><c r="A2" i="1" l="1"/></calcChain>'.encode()
    add_part(target, "calcChain", chain, content)
    before = parts(target)[chain]
    graft(target, source)
    graft(target, source)
    assert parts(target)[chain] == before  # nothing that it lists is gone
    with_list = target.with_name("listed.xlsx")
    graft(target, source)
    with_list.write_bytes(target.read_bytes())
    rewritten(with_list, {chain: lambda part: part.replace(b"</calcChain>", b'<c r="B1" i="3"/></calcChain>')})
    assert faults(with_list) == []
    graft(with_list, source)
    after = parts(with_list)
    assert chain not in after
    assert b"calcChain" not in after["[Content_Types].xml"]
    assert b"calcChain" not in after["xl/_rels/workbook.xml.rels"]


def test_a_workbook_written_with_prefixes_and_absolute_targets(raw_book: Callable[..., Path], source: Path) -> None:
    path = raw_book({"One": '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'}, strings="<si><t>kept</t></si>")
    content_types = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml'
        '.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/s1.xml" ContentType="application/vnd.openxmlformats-officedocument'
        '.spreadsheetml.worksheet+xml"/>'
        '<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument'
        '.spreadsheetml.sharedStrings+xml"/></Types>'
    )

    def prefixed(part: bytes) -> bytes:
        return re.sub(rb"<(/?)(?=\w)", rb"<\1x:", part).replace(b"xmlns=", b"xmlns:x=", 1)

    rewritten(
        path,
        {
            "[Content_Types].xml": lambda _: content_types.encode(),
            "xl/workbook.xml": lambda part: prefixed(part.replace(b"<definedNames></definedNames>", b"")),
            "xl/worksheets/s1.xml": prefixed,
            "xl/sharedStrings.xml": prefixed,
        },
    )
    graft(path, source)
    graft(path, source)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["One", "Summary", "Factors"]
    assert book["One"]["A1"].value == "kept"
    assert book["Summary"]["A1"].value == "report"
    assert book["Summary"]["A1"].font.b
    assert parts(path)["xl/sharedStrings.xml"].count(b"<x:si>") == 2


def test_dynamic_arrays_among_other_metadata(target: Path, tmp_path: Path) -> None:
    """The target marks cells of its own, one of them with a richer value."""
    source = tmp_path / "dynamic.xlsx"
    with xlsxwriter.Workbook(source) as book:
        sheet = book.add_worksheet("New")
        sheet.write_dynamic_array_formula("A1", "=SORT(B1:B3)", None, 1)
        sheet.write_number("A9", 1)
    image = tmp_path / "one.png"
    image.write_bytes(bytes.fromhex(PNG))
    with xlsxwriter.Workbook(target) as book:
        book.add_worksheet("Mine").embed_image("A1", str(image))
    graft(target, source)
    metadata = parts(target)["xl/metadata.xml"].decode()
    assert re.findall(r'<metadataType name="(\w+)"', metadata) == ["XLRICHVALUE", "XLDAPR"]
    assert '<cellMetadata count="1"><bk><rc t="2" v="0"/></bk></cellMetadata>' in metadata
    order = [metadata.index(f"<{tag}") for tag in ("metadataTypes", "futureMetadata", "cellMetadata", "valueMetadata")]
    assert order == sorted(order)
    assert b'<c r="A1" cm="1">' in parts(target)["xl/worksheets/sheet2.xml"]

    # a target whose first record means something else
    rewritten(
        target,
        {
            "xl/metadata.xml": lambda part: part.replace(
                b'<cellMetadata count="1"><bk>', b'<cellMetadata count="2"><bk><rc t="1" v="0"/></bk><bk>'
            )
        },
    )
    graft(target, source)
    assert b'<c r="A1" cm="2">' in parts(target)["xl/worksheets/sheet2.xml"]
    assert metadata.count("XLDAPR") == parts(target)["xl/metadata.xml"].count(b"XLDAPR")


PNG = (
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63606060000000040001"
    "f61738550000000049454e44ae426082"
)


def test_links_of_images_follow_a_new_sheet_name(target: Path, tmp_path: Path) -> None:
    image, source = tmp_path / "one.png", tmp_path / "linked.xlsx"
    image.write_bytes(bytes.fromhex(PNG))
    with xlsxwriter.Workbook(source) as book:
        sheet = book.add_worksheet("Mine")
        book.add_worksheet("A sheet")
        sheet.insert_image("A1", str(image), {"url": "internal:'A sheet'!A1"})
        sheet.insert_image("A2", str(image), {"url": "internal:Mine!A1"})
        sheet.insert_image("A3", str(image), {"url": "https://example.org/#Mine!A1"})
        sheet.write_url("A4", "internal:Mine!B2", string="here")
    before = parts(source)["xl/drawings/_rels/drawing1.xml.rels"].decode()
    graft(target, source)
    after = parts(target)["xl/drawings/_rels/drawing1.xml.rels"].decode()
    assert after.count("#'Mine%20(2)'!A1") == 1
    assert re.findall('Target="([^"]*(?:sheet|org)[^"]*)"', after) == re.findall(
        'Target="([^"]*(?:sheet|org)[^"]*)"', before
    )
    assert openpyxl.load_workbook(target)["Mine (2)"]["A4"].hyperlink.location == "'Mine (2)'!B2"


def test_fonts_of_the_theme_keep_their_look_under_another_theme(target: Path, source: Path) -> None:
    rewritten(
        target,
        {
            "xl/theme/theme1.xml": lambda part: part.replace(
                b'<a:minorFont><a:latin typeface="Calibri"', b'<a:minorFont><a:latin typeface="Georgia"'
            )
        },
    )
    graft(target, source)
    font = openpyxl.load_workbook(target)["Summary"]["A1"].font
    assert (font.name, font.scheme, font.b) == ("Calibri", None, True)


def test_the_default_font_is_the_workbooks_own(target: Path, tmp_path: Path) -> None:
    source = tmp_path / "plain.xlsx"
    with xlsxwriter.Workbook(source) as book:
        sheet = book.add_worksheet("New")
        sheet.write_number("A1", 1)
        sheet.write_number("A2", 1, book.add_format({"num_format": "0.0"}))
    rewritten(target, {"xl/styles.xml": lambda part: part.replace(b'val="Calibri"', b'val="Georgia"', 1)})
    graft(target, source)
    sheet = openpyxl.load_workbook(target)["New"]
    assert [sheet[cell].font.name for cell in ("A1", "A2")] == ["Georgia", "Georgia"]


def test_what_cannot_be_moved_is_refused(target: Path, tmp_path: Path) -> None:
    image = tmp_path / "one.png"
    image.write_bytes(bytes.fromhex(PNG))

    def embedded(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet().embed_image("A1", str(image))

    def chart_sheet(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet()
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=Sheet1!$A$1:$A$2"})
        book.add_chartsheet().set_chart(chart)

    def checkbox(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet().insert_checkbox("A1", True)

    before = target.read_bytes()
    for write, said in ((embedded, "cannot be added"), (chart_sheet, "chart sheet"), (checkbox, "cannot be added")):
        source = tmp_path / "odd.xlsx"
        with xlsxwriter.Workbook(source) as book:
            write(book)
        with WorkbookEditor(target) as editor, pytest.raises(InputError, match=said):
            editor.graft(source)
    other = tmp_path / "other.xlsx"
    book = openpyxl.Workbook()
    book.active["A1"] = 1
    book.save(other)
    text = parts(other)["xl/worksheets/sheet1.xml"]
    assert b"<worksheet" in text
    rewritten(
        other,
        {
            "xl/worksheets/sheet1.xml": lambda part: re.sub(rb"<(/?)(?=\w)", rb"<\1x:", part).replace(
                b"xmlns=", b"xmlns:x="
            )
        },
    )
    with WorkbookEditor(target) as editor:
        with pytest.raises(InputError, match="XlsxWriter"):
            editor.graft(other)
        with pytest.raises(InputError, match="broke off"):
            editor.save(target)
    assert target.read_bytes() == before


CHARTS = {
    "line": {},
    "scatter": {"subtype": "straight_with_markers"},
    "bar": {"subtype": "stacked"},
    "column": {},
    "area": {},
    "pie": {},
    "doughnut": {},
    "radar": {"subtype": "filled"},
}


def test_charts_say_the_defaults_that_depend_on_the_program_version(target: Path, tmp_path: Path) -> None:
    """In a workbook of a later Excel, what XlsxWriter leaves out means smooth lines and rounded corners."""
    source = tmp_path / "charts.xlsx"
    with xlsxwriter.Workbook(source) as book:
        sheet = book.add_worksheet("New")
        for kind, options in CHARTS.items():
            chart = book.add_chart({"type": kind, **options})
            series = {"values": "=New!$A$1:$A$3", "categories": "=New!$B$1:$B$3", "data_labels": {"percentage": True}}
            if kind in ("line", "scatter"):
                series |= {"trendline": {"type": "linear"}, "y_error_bars": {"type": "fixed", "value": 1}}
            chart.add_series(series)
            if kind in ("line", "scatter"):
                chart.add_series({**series, "smooth": True})
            if kind == "column":
                chart.set_table({"show_keys": True})
                chart.set_up_down_bars()
                chart.add_series({**series, "invert_if_negative": True})
            chart.set_title({"name": kind})
            chart.show_blanks_as("span" if kind == "line" else "gap")
            sheet.insert_chart(0, 0, chart)
    graft(target, source)
    for number, kind in enumerate(CHARTS, 1):
        chart = parts(target)[f"xl/charts/chart{number}.xml"].decode()
        assert '<c:lang val="en-US"/><c:roundedCorners val="0"/><c:chart>' in chart
        assert '<c:autoTitleDeleted val="0"/><c:plotArea>' in chart
        assert f'<c:dispBlanksAs val="{"span" if kind == "line" else "gap"}"/></c:chart>' in chart
        assert chart.count("<c:showPercent") == chart.count("<c:showVal") == chart.count("<c:dLbls>")
        smooth = re.findall(r'<c:smooth val="(.)"/></c:ser>', chart)
        assert smooth == (["0", "1"] if kind in ("line", "scatter") else [])
        inverted = re.findall(r'<c:invertIfNegative val="(.)"/>', chart)
        assert inverted == {"bar": ["0"], "column": ["0", "1"]}.get(kind, [])
        assert re.findall(r'<c:varyColors val="(.)"/><c:ser>', chart) == ["01"[kind in ("pie", "doughnut")]]
        assert len(re.findall('<c:majorTickMark val="out"/><c:minorTickMark val="none"/>', chart)) == (
            0 if kind in ("pie", "doughnut") else 1 if kind == "radar" else 2
        )
    audit = pytest.importorskip("openxml_audit", reason="openxml-audit is not installed")
    found = {str(error) for error in audit.OpenXmlValidator(max_errors=1000).validate(target).errors}
    assert found == {str(error) for error in audit.OpenXmlValidator(max_errors=1000).validate(source).errors}


def test_more_cell_formats_than_excel_opens_are_refused(
    target: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    formats = parts(target)["xl/styles.xml"].count(b"<xf ") - 1  # one is a named style's
    monkeypatch.setattr(styles_merge, "_MOST_CELL_FORMATS", formats)
    with WorkbookEditor(target) as editor, pytest.raises(InputError, match="no more fit"):
        editor.graft(source)
    monkeypatch.setattr(styles_merge, "_MOST_CELL_FORMATS", formats + 1)
    graft(target, source)


def test_strict_workbooks_are_refused(raw_book: Callable[..., Path]) -> None:
    strict = "http://purl.oclc.org/ooxml/spreadsheetml/main"
    path = raw_book({"One": ""}, main=strict, office="http://purl.oclc.org/ooxml/officeDocument/relationships")
    with pytest.raises(InputError, match="Strict Open XML"):
        WorkbookEditor(path)


def test_libreoffice_computes_the_same(target: Path, source: Path, recalculate: Callable[[Path], Path]) -> None:
    graft(target, source)
    with WorkbookEditor(target) as editor:
        editor.set_values("Factors", {(1, 1): 4.0})
        editor.save(target)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(recalculate(target), data_only=True)
    assert book["Summary"]["B1"].value == 8
    assert book["Mine"]["A2"].value == 4


def test_sheets_are_known_again_after_libreoffice_saved_them(
    target: Path, source: Path, recalculate: Callable[[Path], Path]
) -> None:
    graft(target, source)
    saved = recalculate(target)
    assert graft(saved, source) == {"Summary": "Summary", "Factors": "Factors"}
    book = openpyxl.load_workbook(saved)
    assert book.sheetnames == ["Mine", "Yours", "Summary", "Factors"]
    assert book["Summary"]["B1"].value == "=Factors!A1*2"
