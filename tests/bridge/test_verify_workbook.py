"""One verdict on a workbook file: package, values, LibreOffice's values, and what became of the original."""

import random
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import xlsxwriter

from xlcf.bridge import verify as verification
from xlcf.bridge.verify import Verification
from xlcf.bridge.verify import verify as verify_with_libreoffice
from xlcf.errors import FitError, InputError
from xlcf.verifying.libreoffice import require_soffice

SHEET, BOOK = "xl/worksheets/sheet1.xml", "xl/workbook.xml"
Edit = Callable[[bytes], bytes | None]


def verify(path: Path, against: Path | None = None) -> Verification:
    """Verify without LibreOffice, which takes seconds each time."""
    return verify_with_libreoffice(path, against, libreoffice=False)


def swap(old: str, new: str) -> Edit:
    def edit(content: bytes) -> bytes:
        assert old.encode() in content
        return content.replace(old.encode(), new.encode())

    return edit


def edited(source: Path, target: Path, edits: dict[str, Edit]) -> Path:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content: bytes | None = old.read(name)
            if name in edits and content is not None:
                content = edits[name](content)
            if content is not None:
                new.writestr(name, content)
    return target


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "book.xlsx"
    made = xlsxwriter.Workbook(path)
    sheet = made.add_worksheet("My sheet")
    sheet.write_column("A1", [1.5, 2.5, "text"])
    sheet.write_formula("B1", "=A1+A2", None, 4)
    sheet.write_formula("B2", "=B1*2", None, 8)
    sheet.write_formula("B3", '=A3&"s"', None, "texts")
    sheet.write_formula("B4", "=A1>A2", None, False)
    sheet.write_formula("B5", "=A1/A4", None, "#DIV/0!")
    sheet.write_formula("C1", "=NOSUCH(A1)", None, 5)
    sheet.write_formula("C2", "=RAND()+A1", None, 2)
    sheet.write_formula("C3", "=C2*2", None, 4)
    made.add_worksheet("Other").write_formula("A1", "='My sheet'!B1", None, 4)
    made.close()
    return path


def test_a_sound_workbook(book: Path) -> None:
    done = verify(book)
    assert done.findings == ()
    assert (done.values.compared, done.values.volatile, done.values.skipped) == (7, 1, None)
    assert done.values.unsupported == {"the function NOSUCH is not supported": (("My sheet", 1, 3),)}
    assert (done.comparison, done.libreoffice) == (None, None)


def test_a_false_cached_value_is_found_alone(book: Path, tmp_path: Path) -> None:
    done = verify(edited(book, tmp_path / "bad.xlsx", {SHEET: swap("A1+A2</f><v>4<", "A1+A2</f><v>4.00001<")}))
    (fault,) = done.faults
    assert (fault.check, fault.where, fault.count) == ("cached-value", "'My sheet'!B1", 1)
    assert fault.what == "It holds 4.00001, but =A1+A2 gives 4."
    assert done.findings == (fault,)
    (difference,) = done.values.differing
    assert (difference.cell, difference.cached, difference.computed) == (("My sheet", 1, 2), 4.00001, 4.0)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<v>texts<", "<v>text<"),
        ('t="b"><f>A1&gt;A2</f><v>0<', 't="b"><f>A1&gt;A2</f><v>1<'),
        ('t="e"><f>A1/A4</f><v>#DIV/0!<', "><f>A1/A4</f><v>1<"),
        ("<f>B1*2</f><v>8<", "<f>B1*2</f><v>8.0000001<"),
    ],
)
def test_false_values_of_every_kind(old: str, new: str, book: Path, tmp_path: Path) -> None:
    done = verify(edited(book, tmp_path / "bad.xlsx", {SHEET: swap(old, new)}))
    assert [(fault.check, fault.count) for fault in done.faults] == [("cached-value", 1)]


def test_a_changed_input_shows_in_all_that_is_behind_it(book: Path, tmp_path: Path) -> None:
    done = verify(edited(book, tmp_path / "bad.xlsx", {SHEET: swap("<v>1.5<", "<v>1.25<")}))
    assert [(fault.where, fault.count) for fault in done.faults] == [("'My sheet'!B1", 2), ("Other!A1", 1)]


def test_a_placeholder_is_a_note_where_excel_computes_on_load(book: Path, tmp_path: Path) -> None:
    zero = swap("A1+A2</f><v>4<", "A1+A2</f><v>0<")
    done = verify(edited(book, tmp_path / "a.xlsx", {SHEET: zero}))
    assert [(finding.check, finding.severity) for finding in done.findings] == [("cached-value", "note")]
    assert done.faults == ()
    never = swap(' fullCalcOnLoad="1"', "")
    done = verify(edited(book, tmp_path / "b.xlsx", {SHEET: zero, BOOK: never}))
    assert [(fault.check, fault.severity) for fault in done.faults] == [("cached-value", "warning")]


def test_manual_calculation_and_values_as_displayed(book: Path, tmp_path: Path) -> None:
    false = swap("A1+A2</f><v>4<", "A1+A2</f><v>3<")
    manual = swap("<calcPr ", '<calcPr calcMode="manual" ')
    (fault,) = verify(edited(book, tmp_path / "a.xlsx", {SHEET: false, BOOK: manual})).faults
    assert "press F9" in fault.mend
    displayed = swap("<calcPr ", '<calcPr fullPrecision="0" ')
    done = verify(edited(book, tmp_path / "b.xlsx", {SHEET: false, BOOK: displayed}))
    assert done.faults == ()
    assert "as displayed" in str(done.values.skipped)


def test_without_cached_values_there_is_nothing_to_compare(book: Path, tmp_path: Path) -> None:
    def strip(content: bytes) -> bytes:
        return content.replace(b"</f><v>4</v>", b"</f>")

    done = verify(edited(book, tmp_path / "a.xlsx", {SHEET: strip}))
    assert done.faults == ()
    assert (done.values.without_value, done.values.compared) == (2, 5)


def test_a_damaged_sheet_is_not_computed(book: Path, tmp_path: Path) -> None:
    done = verify(edited(book, tmp_path / "a.xlsx", {SHEET: swap("<v>1.5<", "<v>NaN<")}))
    assert [fault.check for fault in done.faults] == ["not-finite"]
    assert "damaged" in str(done.values.skipped)


def test_a_workbook_that_no_reader_opens_is_at_fault_even_where_every_check_passes(book: Path, tmp_path: Path) -> None:
    # an array formula over more cells than anyone can hold
    huge = swap("<f>A1+A2</f>", '<f t="array" ref="B1:XFD1048576">A1+A2</f>')
    (fault,) = verify(edited(book, tmp_path / "a.xlsx", {SHEET: huge})).faults
    assert (fault.check, fault.where) == ("unreadable-workbook", "a.xlsx")


def test_a_lost_part_is_a_fault_and_a_lost_calculation_chain_is_none(book: Path, tmp_path: Path) -> None:
    original = tmp_path / "original.xlsx"
    original.write_bytes(book.read_bytes())
    with zipfile.ZipFile(original, "a") as archive:
        archive.writestr("xl/calcChain.xml", "<calcChain/>")
        archive.writestr("xl/vbaProject.bin", "macros")
    done = verify(book, original)
    assert {(finding.check, finding.where, finding.severity) for finding in done.findings} == {
        ("lost-part", "xl/vbaProject.bin", "warning"),
        ("lost-part", "xl/calcChain.xml", "note"),
    }
    assert done.comparison is not None
    assert done.comparison.cells == {}
    assert verify(book, book).findings == ()


def test_rounding_is_judged_by_what_was_summed(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    made = xlsxwriter.Workbook(path)
    sheet = made.add_worksheet()
    sheet.write_row(0, 0, [1e6 + 0.1, 1e6, 0.1])
    sheet.write_formula("A2", "=A1-B1-C1", None, 0)  # Excel gives 0; arithmetic gives 2e-11
    sheet.write_formula("A3", "=C1*1E-12", None, 2e-13)
    made.close()
    done = verify(path)
    assert [fault.where for fault in done.faults] == ["Sheet1!A3"]
    assert done.values.placeholders == ()


# -- LibreOffice ----------------------------------------------------------------------------------------------------


@pytest.fixture
def soffice() -> str:
    try:
        return require_soffice()
    except InputError:
        pytest.skip("LibreOffice (soffice) is not installed")


@pytest.mark.usefixtures("soffice")
def test_libreoffice_computes_the_same(book: Path, tmp_path: Path) -> None:
    done = verify_with_libreoffice(book, libreoffice=True)
    assert done.findings == ()
    assert done.libreoffice is not None
    # what holds RAND, and what reads it, is left out; NOSUCH is as unknown there
    assert (done.libreoffice.compared, done.libreoffice.volatile) == (6, 2)
    assert done.libreoffice.unsupported == {"LibreOffice gives an error": (("My sheet", 1, 3),)}
    false = swap("A1+A2</f><v>4<", "A1+A2</f><v>3<")
    done = verify_with_libreoffice(edited(book, tmp_path / "bad.xlsx", {SHEET: false}))
    assert [(fault.check, fault.where) for fault in done.faults] == [
        ("cached-value", "'My sheet'!B1"),
        ("libreoffice-value", "'My sheet'!B1"),
    ]


@pytest.mark.usefixtures("soffice")
def test_what_libreoffice_does_not_know_is_no_fault(tmp_path: Path) -> None:
    """A function of a later Excel is an error there, which IFERROR hides behind a value."""
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet("S")
        sheet.write_number("A1", 2)
        sheet.write_formula("B1", "=NOSUCH(A1)", None, 5)  # fails
        sheet.write_formula("B2", "=IFERROR(B1,0)+A1", None, 7)  # depends on it
        sheet.write_formula("B3", '=IFERROR(_xlfn.LATER(A1),"none")', None, 4)
        sheet.write_formula("B4", "=_xlfn.STDEV.S(A1,4)^2", None, 2)  # known, and the same
        sheet.write_formula("B5", "=A1+1", None, 3.5)  # false
    done = verify_with_libreoffice(path, libreoffice=True)
    assert [fault.where for fault in done.faults if fault.check == "libreoffice-value"] == ["S!B5"]
    assert done.libreoffice is not None
    assert done.libreoffice.unsupported == {
        "LibreOffice gives an error": (("S", 1, 2),),
        "LibreOffice may not know a function in it": (("S", 3, 2),),
        "it depends on a formula that LibreOffice cannot compute": (("S", 2, 2),),
    }
    assert done.libreoffice.compared == 2


@pytest.mark.usefixtures("soffice")
def test_repeated_circular_formulas_are_left_out(book: Path, tmp_path: Path) -> None:
    repeated = edited(book, tmp_path / "a.xlsx", {BOOK: swap("<calcPr ", '<calcPr iterate="1" ')})
    done = verify_with_libreoffice(repeated)
    assert done.findings == ()
    assert done.libreoffice is not None
    assert "circular" in str(done.libreoffice.skipped)


def test_libreoffice_asked_for_and_not_there(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(InputError, match="LibreOffice is not installed"):
        verify_with_libreoffice(book, libreoffice=True)
    assert verify_with_libreoffice(book).libreoffice is None


def test_a_libreoffice_that_fails_is_a_note_but_where_it_was_asked_for(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: Path, timeout: float) -> None:
        raise FitError(f"LibreOffice did not finish with {path.name} within {timeout:g} seconds.")

    monkeypatch.setattr(verification, "has_soffice", lambda: True)
    monkeypatch.setattr(verification, "require_soffice", lambda: "soffice")
    monkeypatch.setattr(verification, "recalculate_in_libreoffice", fail)
    done = verify_with_libreoffice(book)
    assert [(finding.check, finding.severity) for finding in done.findings] == [("not-compared", "note")]
    assert done.values.compared == 7
    assert done.libreoffice is not None
    assert done.libreoffice.skipped == "LibreOffice did not finish with book.xlsx within 60 seconds."
    (fault,) = verify_with_libreoffice(book, libreoffice=True).faults
    assert (fault.check, fault.what) == (
        *("not-compared", "LibreOffice did not finish with book.xlsx within 600 seconds."),
    )


@pytest.mark.usefixtures("soffice")
@pytest.mark.parametrize("name", ["collab_filter_2017.xlsx", "graddesc_2017.xlsm"])
def test_the_reference_workbooks_are_sound(name: str, reference: Path) -> None:
    path = reference / "workbooks" / name
    done = verify_with_libreoffice(path, path)
    assert done.faults == ()
    assert done.values.unsupported == {}
    assert done.libreoffice is not None
    assert (done.values.differing, done.libreoffice.differing) == ((), ())
    assert done.values.compared > 2000
    assert done.libreoffice.compared > 2000


def test_the_workbooks_of_the_project_are_sound() -> None:
    for path in (Path(__file__).parents[2] / "workbooks").glob("*.xlsx"):
        done = verify(path)
        assert done.findings == ()
        assert done.values.unsupported == {}
        assert done.values.compared == done.checked.formulas > 100


# -- damage ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(150))
def test_a_damaged_workbook_gives_findings_or_a_sentence(seed: int, book: Path, tmp_path: Path) -> None:
    rng = random.Random(seed)

    def damage(content: bytes) -> bytes:
        swaps = [
            b'"1"',
            b"A1",
            b"<f>",
            b"<v>",
            b'r="',
            b't="',
            b"rId1",
            b"Sheet",
            b"My sheet",
            b"localSheetId",
            b"main",
        ]
        for _ in range(3):
            content = content.replace(rng.choice(swaps), rng.choice([*swaps, b"", b"-1", b"1e999", b"(", b"&lt;"]), 1)
        return content

    with zipfile.ZipFile(book) as archive:
        victims = rng.sample(archive.namelist(), 2)
    bad = edited(book, tmp_path / "bad.xlsx", dict.fromkeys([*victims, SHEET], damage))
    with suppress(InputError):  # any other error is a bug
        verify(bad, book)
