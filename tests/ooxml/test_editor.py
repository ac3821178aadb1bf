import contextlib
import os
import random
import re
import signal
import subprocess
import sys
import time
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from xlcf.errors import InputError
from xlcf.ooxml import open_workbook
from xlcf.ooxml.checks import check_package
from xlcf.ooxml.editor import WorkbookEditor
from xlcf.solver import solver_models

LISTS = {
    *("[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml", "xl/sharedStrings.xml"),
    "docProps/app.xml",
}


def entries(path: Path) -> dict[str, tuple[bytes, tuple[int, ...], int]]:
    """Give each part of a zip: its bytes, its time, its compression method."""
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {info.filename: (archive.read(info), info.date_time, info.compress_type) for info in archive.infolist()}


def faults(path: Path) -> list[str]:
    return [str(finding) for finding in check_package(path).findings if finding.is_fault]


def hidden_names(path: Path) -> list[str]:
    text = entries(path)["xl/workbook.xml"][0].decode()
    return [name for name in re.findall(r"<definedName .*?</definedName>", text) if 'hidden="1"' in name]


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """Give a workbook made by XlsxWriter with what xlcf's own sheets hold, and more."""
    path = tmp_path / "report.xlsx"
    with xlsxwriter.Workbook(path) as book:
        title = book.add_format({"bold": True, "font_size": 20, "font_color": "#1F6F8B"})
        bad = book.add_format({"font_color": "#9C0006", "bg_color": "#FFC7CE"})
        summary, data = book.add_worksheet("Summary"), book.add_worksheet("Factors")
        summary.write_string("A1", "The fit", title)
        summary.write_formula("A2", "=SUM(Factors!A2:A5)", None, 10)
        summary.write_dynamic_array_formula("A3", "=SORT(Factors!A2:A5)", None, 1)
        summary.write_comment("A1", "a comment")
        summary.write_url("A9", "internal:Factors!A1", string="factors")
        data.add_table("A1:B5", {"name": "Factors_table", "columns": [{"header": "n"}, {"header": "m"}]})
        for row in range(1, 5):
            data.write_number(row, 0, row)
        data.conditional_format("A2:A5", {"type": "cell", "criteria": ">", "value": 3, "format": bad})
        data.conditional_format("B2:B5", {"type": "data_bar", "data_bar_2010": True})
        data.repeat_rows(0)
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=Factors!$A$2:$A$5"})
        summary.insert_chart("D2", chart)
    return path


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("Model")
        sheet.write_number("A1", 1)
        sheet.write_formula("A2", "=A1*2", None, 2)
        chart = workbook.add_chart({"type": "line"})
        chart.add_series({"values": "=Model!$A$1:$A$2"})
        workbook.add_chartsheet("Chart").set_chart(chart)
    return path


# ------------------------------------------------------------------ the reference workbooks


def test_the_courses_workbook_fitted(reference: Path, report: Path, tmp_path: Path) -> None:
    original, out = reference / "workbooks" / "collab_filter_2017.xlsx", tmp_path / "out.xlsx"
    with WorkbookEditor(original) as editor:
        editor.set_values("dotprod", {(19, 8): 0.5, (41, 22): 0.3929, (25, 8): None})
        editor.graft(report)
        editor.store("xlcf", {"start": [0.25, 0.5]})
        editor.save(out)
    before, after = entries(original), entries(out)
    assert [name for name in after if name in before] == list(before)  # none lost, all in their places
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= LISTS | {"xl/worksheets/sheet1.xml"}
    assert all(before[name][1:] == after[name][1:] for name in before)
    assert len([name for name in before if "pivotTables/pivotTable" in name]) == 3
    assert len(hidden_names(original)) == 81
    assert hidden_names(out)[:81] == hidden_names(original)

    sheet, old = before["xl/worksheets/sheet1.xml"][0], after["xl/worksheets/sheet1.xml"][0]
    cell = re.compile(rb'<c r="([A-Z]+\d+)".*?(?:</c>|/>)', re.DOTALL)
    cells = [{match[1]: match[0] for match in cell.finditer(part)} for part in (sheet, old)]
    assert {at for at in cells[0] if cells[0][at] != cells[1][at]} == {b"H19", b"V41", b"H25"}
    assert cell.sub(b"", sheet).replace(b' tabSelected="1"', b"") == cell.sub(b"", old)

    written, read = open_workbook(out), open_workbook(original)
    assert written["dotprod"].value("H19") == 0.5
    assert written["dotprod"].value("V41") == 0.3929
    assert written["dotprod"].value("H25") is None
    assert written["dotprod"].formulas == read["dotprod"].formulas
    for name in ("movielens_emb", "bias", "word_emb"):
        assert (written[name].values, written[name].formulas) == (read[name].values, read[name].formulas)
    assert [(m.sheet, m.objective) for m in solver_models(written)] == [
        (m.sheet, m.objective) for m in solver_models(read)
    ]
    assert list(written.sheets) == [*read.sheets, "Summary", "Factors"]
    assert faults(out) == []


def test_a_workbook_with_macros_and_controls(reference: Path, report: Path, tmp_path: Path) -> None:
    original, out = reference / "workbooks" / "graddesc_2017.xlsm", tmp_path / "out.xlsm"
    with WorkbookEditor(original) as editor:
        editor.graft(report, active=False)
        editor.save(out)
    before, after = entries(original), entries(out)
    assert [name for name in after if name in before] == list(before)
    assert {name for name in before if before[name] != after[name]} <= LISTS
    for kind in ("xl/vbaProject.bin", "xl/ctrlProps/", "xl/drawings/", "xl/charts/", "xl/worksheets/"):
        kept = [name for name in before if name.startswith(kind)]
        assert kept
        assert all(before[name] == after[name] for name in kept)
    assert b"sheet.macroEnabled.main+xml" in after["[Content_Types].xml"][0]
    assert faults(out) == []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        opened = openpyxl.load_workbook(out, keep_vba=True)
    assert opened["Summary"]["A2"].value == "=SUM(Factors!A2:A5)"
    assert opened.active.title == "Intro"


def test_libreoffice_opens_the_courses_workbook(
    reference: Path, report: Path, tmp_path: Path, recalculate: Callable[[Path], Path]
) -> None:
    out = tmp_path / "out.xlsx"
    with WorkbookEditor(reference / "workbooks" / "collab_filter_2017.xlsx") as editor:
        editor.set_values("bias", {(19, 8): 0.5})
        editor.graft(report)
        editor.save(out)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(recalculate(out), data_only=True)
    assert book.sheetnames == ["dotprod", "movielens_emb", "bias", "word_emb", "Summary", "Factors"]
    assert book["Summary"]["A2"].value == 10
    assert book["bias"]["H19"].value == 0.5


@pytest.mark.parametrize("name", ["collab_filter_2017.xlsx", "graddesc_2017.xlsm"])
def test_a_validator_of_the_field_finds_nothing_new(name: str, reference: Path, report: Path, tmp_path: Path) -> None:
    audit = pytest.importorskip("openxml_audit", reason="openxml-audit is not installed")
    original, out = reference / "workbooks" / name, tmp_path / name
    with WorkbookEditor(original) as editor:
        editor.set_values(editor.sheet_names[0], {(1, 1): 1.0, (500, 3): "text"})
        editor.graft(report)
        editor.store("xlcf", {"start": [1]})
        editor.save(out)

    def errors(path: Path) -> set[str]:
        return {str(error) for error in audit.OpenXmlValidator(max_errors=1000).validate(path).errors}

    assert errors(out) == errors(original)  # one of Excel's own charts has negative ids


# ------------------------------------------------------------------ documents


def test_a_document_is_kept(book: Path) -> None:
    document = {"start": [0.1, 1e-300, -3], "text": 'é <&> "]]>" \u2028', "none": None}
    with WorkbookEditor(book) as editor:
        assert editor.load("xlcf") is None
        editor.store("xlcf", {"old": 1})
        editor.store("xlcf", document)
        editor.store("other", [1])
        assert editor.load("xlcf") == document
        editor.save(book)
    assert faults(book) == []
    with WorkbookEditor(book) as editor:
        assert editor.load("xlcf") == document
        assert editor.load("other") == [1]
        assert editor.load("third") is None
    names = [name for name in entries(book) if name.startswith("customXml/item")]
    assert sorted(names) == [f"customXml/item{end}.xml" for end in ("1", "2", "Props1", "Props2")]


def test_storing_alone_leaves_the_workbook_part(book: Path) -> None:
    before = entries(book)
    with WorkbookEditor(book) as editor:
        editor.store("xlcf", {})
        editor.save(book)
    after = entries(book)
    assert {name for name in before if before[name] != after[name]} == {
        *("[Content_Types].xml", "xl/_rels/workbook.xml.rels")
    }


def test_a_document_that_somebody_spoilt_is_none(book: Path) -> None:
    with WorkbookEditor(book) as editor:
        editor.store("xlcf", {"a": 1})
        editor._package.edit("customXml/item1.xml").text = "{not json"
        assert editor.load("xlcf") is None
    with WorkbookEditor(book) as editor, pytest.raises(ValueError, match="JSON"):
        editor.store("xlcf", {"a": float("nan")})


# ------------------------------------------------------------------ values


def test_values_are_found_by_sheet_name_without_regard_to_case(book: Path) -> None:
    with WorkbookEditor(book) as editor:
        editor.set_values("MODEL", {(1, 1): 3.0})
        editor.set_values("Model", {(2, 1): 6.0})
        editor.save(book)
    assert open_workbook(book)["Model"].values == {(1, 1): 3.0, (2, 1): 6.0}
    assert b'fullCalcOnLoad="1"' in entries(book)["xl/workbook.xml"][0]


def test_sheets_without_cells(book: Path) -> None:
    with WorkbookEditor(book) as editor:
        assert editor.sheet_names == ["Model", "Chart"]
        with pytest.raises(InputError, match=r"no sheet 'None'.*Model, Chart"):
            editor.set_values("None", {})
        with pytest.raises(InputError, match="'Chart' has no cells"):
            editor.set_values("Chart", {(1, 1): 1.0})


def test_a_refused_value_changes_nothing(book: Path) -> None:
    before = entries(book)
    with WorkbookEditor(book) as editor:
        with pytest.raises(InputError, match="A1 cannot hold nan"):
            editor.set_values("Model", {(1, 1): float("nan")})
        editor.save(book)
    assert entries(book) == before


# ------------------------------------------------------------------ files


@pytest.mark.parametrize("content", [b"", b"text", b"PK\x05\x06" + b"\0" * 18])
def test_no_workbook(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(content)
    with pytest.raises(InputError, match="not an Excel workbook"):
        WorkbookEditor(path)
    with pytest.raises(InputError, match="no file"):
        WorkbookEditor(tmp_path / "none.xlsx")


def test_a_damaged_part_is_said_and_nothing_is_written(book: Path, tmp_path: Path) -> None:
    content = bytearray(book.read_bytes())
    with zipfile.ZipFile(book) as archive:
        info = archive.getinfo("xl/theme/theme1.xml")
    content[info.header_offset + 200] ^= 0xFF
    book.write_bytes(content)
    with WorkbookEditor(book) as editor, pytest.raises(InputError, match=r"damaged in xl/theme/theme1.xml"):
        editor.save(tmp_path / "out.xlsx")
    assert [path.name for path in tmp_path.iterdir()] == ["book.xlsx"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damage_of_any_kind_is_said(report: Path, data: st.DataObject) -> None:
    """Bytes of a part are cut out, doubled or replaced: the edit works or is refused in words."""
    damaged, out = report.with_name("damaged.xlsx"), report.with_name("out.xlsx")
    contents = {name: content for name, (content, _, _) in entries(report).items()}
    name = data.draw(st.sampled_from([name for name in contents if name.endswith((".xml", ".rels"))]))
    content = contents[name]
    start = data.draw(st.integers(0, len(content)))
    end = min(len(content), start + data.draw(st.integers(0, 40)))
    filling = data.draw(st.sampled_from([b"", content[start:end] * 2, b'"', b"<", b"-1", b"9999999", b"x"]))
    with zipfile.ZipFile(damaged, "w") as archive:
        for part, old in contents.items():
            archive.writestr(part, old[:start] + filling + old[end:] if part == name else old)
    with contextlib.suppress(InputError), WorkbookEditor(damaged) as editor:
        editor.set_values("Summary", {(1, 1): 1.0, (30, 3): "x"})
        editor.graft(report)
        editor.remove_marked_sheets()
        editor.store("xlcf", {})
        editor.save(out)


def test_saving_in_place_keeps_the_files_permissions_and_links(book: Path, tmp_path: Path) -> None:
    book.chmod(0o640)
    link = tmp_path / "link.xlsx"
    link.symlink_to(book.name)
    with WorkbookEditor(link) as editor:
        editor.set_values("Model", {(1, 1): 9.0})
        editor.save(link)
    assert link.is_symlink()
    assert open_workbook(book)["Model"].value("A1") == 9
    assert book.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["book.xlsx", "link.xlsx"]


def test_equal_edits_give_equal_files(book: Path, report: Path, tmp_path: Path) -> None:
    outputs = []
    for name in ("one.xlsx", "two.xlsx"):
        with WorkbookEditor(book) as editor:
            editor.set_values("Model", {(1, 1): 9.0, (7, 7): "x"})
            editor.graft(report)
            editor.store("xlcf", {"b": 1, "a": 2})
            editor.save(tmp_path / name)
        outputs.append((tmp_path / name).read_bytes())
        time.sleep(0.01)
    assert outputs[0] == outputs[1]


def test_places_that_cannot_be_written(book: Path, tmp_path: Path) -> None:
    before = book.read_bytes()
    for place, said in ((tmp_path, "is a folder"), (tmp_path / "none" / "out.xlsx", "no folder")):
        with WorkbookEditor(book) as editor, pytest.raises(InputError, match=said):
            editor.save(place)
    assert book.read_bytes() == before


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may write anywhere")
def test_no_permission(book: Path, tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o555)
    with WorkbookEditor(book) as editor, pytest.raises(InputError, match="cannot be written"):
        editor.save(folder / "out.xlsx")
    assert list(folder.iterdir()) == []


def test_a_file_that_another_program_holds(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, target: Path) -> Path:
        raise PermissionError(13, "in use", str(self), None, str(target))

    before = book.read_bytes()
    monkeypatch.setattr(Path, "replace", refuse)
    with WorkbookEditor(book) as editor:
        editor.set_values("Model", {(1, 1): 9.0})
        with pytest.raises(InputError, match="close it in Excel"):
            editor.save(book)
    assert book.read_bytes() == before
    assert [path.name for path in book.parent.iterdir()] == ["book.xlsx"]


LARGE = 30_000  # rows


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "large.xlsx"
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Model")
        for row in range(LARGE):
            sheet.write_number(row, 0, row / 7)
    return path


FULL_DISK = """
import resource, signal, sys
from xlcf.errors import InputError
from xlcf.ooxml.editor import WorkbookEditor
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with WorkbookEditor(sys.argv[1]) as editor:
    editor.set_values("Model", {(1, 1): 9.0})
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
    try:
        editor.save(sys.argv[2])
    except InputError as error:
        print(error)
"""


def test_a_full_disk(large: Path, tmp_path: Path) -> None:
    pytest.importorskip("resource", reason="needs a limit on file sizes")
    before = large.read_bytes()
    for target in (large, tmp_path / "out.xlsx"):
        command = [sys.executable, "-c", FULL_DISK, str(large), str(target)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert "cannot be written" in done.stdout
    assert large.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["large.xlsx"]


SAVE_AGAIN_AND_AGAIN = """
import sys
from xlcf.ooxml.editor import WorkbookEditor
while True:
    with WorkbookEditor(sys.argv[1]) as editor:
        editor.set_values("Model", {(1, 1): 1.5})
        editor.save(sys.argv[1])
    print("saved", flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_killed_at_any_moment(large: Path) -> None:
    chance = random.Random(1)
    killed_in_writing = 0
    for _ in range(40):
        command = [sys.executable, "-c", SAVE_AGAIN_AND_AGAIN, str(large)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            while not list(large.parent.glob(".*.tmp")):
                time.sleep(0.0005)
            time.sleep(chance.uniform(0, 0.1))
            process.send_signal(signal.SIGKILL)
        with zipfile.ZipFile(large) as archive:
            assert archive.testzip() is None
            sheet = archive.read("xl/worksheets/sheet1.xml")
        assert sheet.count(b"<row ") == LARGE
        assert b'<c r="A1"><v>1.5</v></c>' in sheet
        left = [path for path in large.parent.iterdir() if path != large]
        assert all(re.fullmatch(r"\.xlcf-\w+\.tmp", path.name) for path in left)
        for path in left:
            path.unlink()
        killed_in_writing += bool(left)
        if killed_in_writing == 2:
            return
    pytest.fail("it was hardly ever killed while it wrote")


# ------------------------------------------------------------------ what becomes of the file


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rights for files")
def test_a_copy_of_a_private_workbook_is_private(book: Path, tmp_path: Path) -> None:
    book.chmod(0o600)
    with WorkbookEditor(book) as editor:
        editor.save(tmp_path / "out.xlsx")
    assert (tmp_path / "out.xlsx").stat().st_mode & 0o777 == 0o600


def test_a_backup_is_what_was_there(book: Path, tmp_path: Path) -> None:
    before, written = book.read_bytes(), book.stat().st_mtime
    with WorkbookEditor(book) as editor:
        editor.set_values("Model", {(1, 1): 9.0})
        editor.save(book, backup=tmp_path / "backup.xlsx")
    assert (tmp_path / "backup.xlsx").read_bytes() == before != book.read_bytes()
    assert (tmp_path / "backup.xlsx").stat().st_mtime == pytest.approx(written, abs=0.01)


def test_where_the_backup_cannot_be_written_nothing_is(book: Path, tmp_path: Path) -> None:
    before = book.read_bytes()
    with WorkbookEditor(book) as editor:
        editor.set_values("Model", {(1, 1): 9.0})
        with pytest.raises(InputError, match="no folder"):
            editor.save(book, backup=tmp_path / "none" / "backup.xlsx")
    assert book.read_bytes() == before
    assert list(tmp_path.iterdir()) == [book]


SHEET, TEMPLATE = (
    f"application/vnd.openxmlformats-officedocument.spreadsheetml.{kind}.main+xml" for kind in ("sheet", "template")
)
MACRO_SHEET, MACRO_TEMPLATE = (
    f"application/vnd.ms-excel.{kind}.macroEnabled.main+xml" for kind in ("sheet", "template")
)


@pytest.mark.parametrize(
    ("before", "suffix", "after"),
    [
        (SHEET, ".xlsx", SHEET),
        (TEMPLATE, ".xlsx", SHEET),
        (MACRO_SHEET, ".xlsm", MACRO_SHEET),
        (MACRO_TEMPLATE, ".xlsm", MACRO_SHEET),
        (SHEET, ".xlsm", MACRO_SHEET),
        (MACRO_SHEET, ".xlsx", None),
        (MACRO_TEMPLATE, ".XLSX", None),
    ],
)
def test_the_content_type_is_that_of_the_suffix(
    before: str, suffix: str, after: str | None, book: Path, tmp_path: Path
) -> None:
    types = "[Content_Types].xml"
    source, out = tmp_path / "source", tmp_path / f"out{suffix}"
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(source, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, content.replace(SHEET.encode(), before.encode()) if name == types else content)
    with WorkbookEditor(source) as editor:
        if after is None:
            with pytest.raises(InputError, match=r"holds macros, so the name of its copy must end in \.xlsm"):
                editor.save(out)
            return
        editor.save(out)
    assert f'"/xl/workbook.xml" ContentType="{after}"' in entries(out)[types][0].decode()
    assert faults(out) == []


# ------------------------------------------------------------------ the document properties


def test_the_properties_list_new_sheets_and_the_names_on_them(tmp_path: Path) -> None:
    """Excel lists sheets, chart sheets and names in groups, in an order that it chooses."""
    with_name, report, out = (tmp_path / name for name in ("named.xlsx", "report.xlsx", "out.xlsx"))
    with xlsxwriter.Workbook(with_name) as workbook:
        workbook.add_worksheet("Model").write_number("A1", 1)
        workbook.define_name("total", "=Model!$A$1")
    with xlsxwriter.Workbook(report) as workbook:
        workbook.add_worksheet("Data").repeat_rows(0)
    with WorkbookEditor(with_name) as editor:
        editor.graft(report)
        editor.save(out)
    properties = etree.fromstring(entries(out)["docProps/app.xml"][0])
    counts = [int(element.text) for element in properties.iterfind("{*}HeadingPairs/{*}vector/{*}variant/{*}i4")]
    titles = [element.text for element in properties.iterfind("{*}TitlesOfParts/{*}vector/{*}lpstr")]
    assert counts == [2, 2]
    assert titles == ["Model", "Data", "total", "Data!Print_Titles"]
