"""Fits written into workbooks, again and again: what changes, what stays, and what is refused before the work."""

import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from lxml import etree

import xlcf.bridge.fit
from xlcf.bridge.books import OpenBook, open_workbook
from xlcf.bridge.fit import Fit, fit_workbook
from xlcf.bridge.fit_records import FitRecords
from xlcf.bridge.models import read_problem
from xlcf.bridge.outputs import OutputOptions
from xlcf.bridge.verify import verify
from xlcf.errors import InputError
from xlcf.fitting.options import FitOptions
from xlcf.ooxml.editor import WorkbookEditor

BOWL = {"A1": ("=(B1-3)^2+(B2-4)^2", 8.0), "B1": 1.0, "B2": 2.0}
SHEET, OTHER, STRINGS = "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/sharedStrings.xml"
STRICT = "http://purl.oclc.org/ooxml/"

MakeBook = Callable[..., Path]


def stored_start(path):
    with OpenBook(path) as opened:
        return FitRecords(opened.edit(), opened.book).start(read_problem(opened.book))


def fit(path: Path, output: Path | None = None, **options: object) -> Fit:
    kept = {name: options.pop(name) for name in ("from_last_fit", "sheet") if name in options}
    ways = {name: options.pop(name) for name in ("in_place", "report_only", "keep_start") if name in options}
    return fit_workbook(path, FitOptions(**options), output=OutputOptions(output, **ways), **kept)


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def sheets(path: Path) -> list[str]:
    return list(open_workbook(path).sheets)


def rewritten(source: Path, target: Path, change: Callable[[str, bytes], bytes]) -> Path:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return target


@pytest.fixture
def book(solver_book: MakeBook) -> Path:
    return solver_book(BOWL)


def texts(content: bytes) -> list[str]:
    return [str(text) for text in etree.fromstring(content).itertext()]


def test_equal_runs_differ_in_stamp_and_seconds_alone(book: Path, tmp_path: Path) -> None:
    outputs = []
    for _ in range(2):
        fit(book, tmp_path / "out.xlsx")
        outputs.append(parts(tmp_path / "out.xlsx"))
    one, two = outputs
    assert list(one) == list(two)
    differing = {name for name in one if one[name] != two[name]}
    convergence = f"xl/worksheets/sheet{sheets(tmp_path / 'out.xlsx').index('Convergence') + 1}.xml"
    assert differing <= {STRINGS, convergence}
    pairs = zip(texts(one[STRINGS]), texts(two[STRINGS]), strict=True)
    stamps = re.compile(r"[\d.]+ seconds|Sheet S, (?:fitted|solved) [\d-]+ [\d:]+ by .*")
    assert all(stamps.fullmatch(first) for first, second in pairs if first != second)
    seconds = rb'<c r="E\d+"[^>]*><v>[^<]*</v>'
    assert re.sub(seconds, b"", one[convergence]) == re.sub(seconds, b"", two[convergence])


def test_a_rerun_has_the_same_parts_in_the_same_places(book: Path, tmp_path: Path) -> None:
    outputs = [book]
    for number in range(3):
        outputs.append(tmp_path / f"{number}" / "out.xlsx")
        outputs[-1].parent.mkdir()
        fit(outputs[-2], outputs[-1])
    first, second, third = map(parts, outputs[1:])
    assert list(first) == list(second) == list(third)
    for name in ("[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml", SHEET):
        assert first[name] == second[name] == third[name]
    assert sheets(outputs[1]) == sheets(outputs[3])


def test_in_place_twice_keeps_each_state(book: Path) -> None:
    before = book.read_bytes()
    first = fit(book, in_place=True)
    between = book.read_bytes()
    second = fit(book, in_place=True, method="solver", max_iterations=1)
    assert [done.written.backup and done.written.backup.name for done in (first, second)] == [
        "book.backup.xlsx",
        "book.backup-2.xlsx",
    ]
    assert book.with_name("book.backup.xlsx").read_bytes() == before
    assert book.with_name("book.backup-2.xlsx").read_bytes() == between
    assert second.result.objective_start == first.result.objective_start
    assert len(sheets(book)) == len(set(sheets(book)))
    assert verify(book, libreoffice=False).faults == ()


def test_the_start_kept_then_fitted(book: Path, tmp_path: Path) -> None:
    kept, fitted = tmp_path / "kept.xlsx", tmp_path / "fitted.xlsx"
    fit(book, kept, keep_start=True)
    assert parts(kept)[SHEET].count(b"<v>1</v>") == 1
    assert stored_start(kept) is None
    done = fit(kept, fitted)
    assert done.result.objective_start == 8.0
    assert sheets(kept) == sheets(fitted)
    start = stored_start(fitted)
    assert start is not None
    assert start.tolist() == [1.0, 2.0]


def test_a_start_outlives_a_program_that_keeps_15_digits_and_moves_the_document(book: Path, tmp_path: Path) -> None:
    """As LibreOffice does."""
    out = tmp_path / "out.xlsx"
    done = fit(book, out, method="solver", max_iterations=2)
    link = re.search(rb"<Relationship [^>]*customXml[^>]*/>", parts(out)["xl/_rels/workbook.xml.rels"])
    assert link is not None

    def change(name: str, content: bytes) -> bytes:
        if name == SHEET:
            for x in done.result.x.tolist():
                assert f"<v>{x!r}</v>".encode() in content
                content = content.replace(f"<v>{x!r}</v>".encode(), f"<v>{x:.15g}</v>".encode())
        if name == "xl/_rels/workbook.xml.rels":
            return content.replace(link[0], b"")
        if name == "_rels/.rels":
            moved = link[0].replace(b'"../', b'"').replace(b'Id="', b'Id="x')
            return content.replace(b"</Relationships>", moved + b"</Relationships>")
        return content

    start = stored_start(rewritten(out, tmp_path / "saved.xlsx", change))
    assert start is not None
    assert start.tolist() == [1.0, 2.0]


def test_numbers_that_a_person_changed_are_the_next_start(book: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    done = fit(book, out)

    def change(name: str, content: bytes) -> bytes:
        fitted = repr(done.result.x.tolist()[0]).removesuffix(".0")
        return content.replace(f"<v>{fitted}</v>".encode(), b"<v>9</v>") if name == SHEET else content

    changed = rewritten(out, tmp_path / "changed.xlsx", change)
    assert read_problem(changed).start[0] == 9
    assert stored_start(changed) is None


def test_values_beyond_xlcf_are_taken_away_and_named(solver_book: MakeBook, tmp_path: Path) -> None:
    """An unknown function and what depends on it; one that rests on nothing stays. A data table is computed anew."""
    path = solver_book(
        {
            **BOWL,
            **{"D1": ("=NOSUCH(B1)", 5.0), "D2": ("=D1+1", 6.0), "D3": ("=NOSUCH(E1)", 7.0), "E1": 1.0},
            **{"F2": ("=B1*E1", 1.0), "G2": 1.0, "H2": 2.0, "F3": 1.0, "G3": 11.0, "H3": 12.0},
        }
    )

    def add_table(name: str, content: bytes) -> bytes:
        table = b'<c r="G3"><f t="dataTable" ref="G3:H3" dt2D="1" dtr="1" r1="E1" r2="E2"/><v>'
        return content.replace(b'<c r="G3"><v>', table) if name == SHEET else content

    source, out = rewritten(path, tmp_path / "table.xlsx", add_table), tmp_path / "out.xlsx"
    done = fit(source, out)
    assert [cell for cell, _ in done.written.not_recomputed] == ["S!D1", "S!D2"]
    sheet = open_workbook(out)["S"]
    assert [sheet.value(cell) for cell in ("D1", "D2", "D3")] == [None, None, 7.0]
    assert [sheet.value(cell) for cell in ("F2", "G3", "H3")] == pytest.approx([3.0, 3.0, 6.0])
    assert sheet.formula("D2") == "=D1+1"
    assert b'<f t="dataTable"' in parts(out)[SHEET]


def test_a_strict_workbook_is_refused_before_the_fit_and_reported_on(book: Path, tmp_path: Path) -> None:
    def change(_: str, content: bytes) -> bytes:
        for old, new in (("spreadsheetml/2006/main", "spreadsheetml/main"), *RELATIONSHIPS):
            content = content.replace(f"http://schemas.openxmlformats.org/{old}".encode(), (STRICT + new).encode())
        return content

    strict = rewritten(book, tmp_path / "strict.xlsx", change)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(xlcf.bridge.fit, "fit_problem", lambda *_: pytest.fail("fitted in vain"))
        with pytest.raises(InputError, match="Strict Open XML"):
            fit(strict, tmp_path / "out.xlsx", starts=2)
    done = fit(strict, tmp_path / "report.xlsx", report_only=True)
    assert np.allclose(done.result.x, [3, 4])
    assert (tmp_path / "report.xlsx").exists()


RELATIONSHIPS = (("officeDocument/2006/relationships", "officeDocument/relationships"),)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_an_output_that_cannot_be_is_refused_before_the_fit(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "pipe.xlsx")
    monkeypatch.setattr(xlcf.bridge.fit, "fit_problem", lambda *_: pytest.fail("fitted in vain"))
    with pytest.raises(InputError, match="no ordinary file"):
        fit(book, tmp_path / "pipe.xlsx")


def test_a_template_becomes_a_workbook(book: Path, tmp_path: Path) -> None:
    def change(name: str, content: bytes) -> bytes:
        return content.replace(b"sheet.main+xml", b"template.main+xml") if name == "[Content_Types].xml" else content

    done = fit(rewritten(book, tmp_path / "model.xltx", change))
    assert done.written.output.name == "model.fitted.xlsx"
    assert verify(done.written.output, libreoffice=False).faults == ()


def test_a_person_with_a_sheet_named_summary(solver_book: MakeBook, tmp_path: Path) -> None:
    path = solver_book({**BOWL, "Summary!A1": 5.0})
    first, second = tmp_path / "first.xlsx", tmp_path / "second.xlsx"
    assert fit(path, first).written.sheets[0] == "Summary (2)"
    fit(first, second)
    assert sheets(first) == sheets(second)
    assert sheets(second)[:3] == ["S", "Summary", "Summary (2)"]
    assert parts(second)[OTHER] == parts(path)[OTHER]


def test_other_sheets_keep_their_bytes_and_the_tab_that_is_shown(solver_book: MakeBook, tmp_path: Path) -> None:
    """The sheet that is shown bears a mark of that; another shown one would take it away."""
    path, out = solver_book({**BOWL, "Other!A1": 5.0}), tmp_path / "out.xlsx"

    def show_other(name: str, content: bytes) -> bytes:
        if name == "xl/workbook.xml":
            content = content.replace(b"<workbookView ", b'<workbookView activeTab="1" ')
        if name == SHEET:
            content = content.replace(b' tabSelected="1"', b"")
        return content.replace(b"<sheetView ", b'<sheetView tabSelected="1" ') if name == OTHER else content

    fit(path, out)
    assert active(out) == "Summary"
    fit(out, tmp_path / "again.xlsx")
    assert active(tmp_path / "again.xlsx") == "Summary"
    assert parts(out)[OTHER] == parts(path)[OTHER]

    other = rewritten(path, tmp_path / "other.xlsx", show_other)
    fit(other, out)
    assert active(out) == "Other"
    assert parts(out)[OTHER] == parts(other)[OTHER]

    fit(path, out, keep_start=True)
    assert active(out) == "S"
    assert parts(out)[SHEET] == parts(path)[SHEET]


def active(path: Path) -> str:
    with WorkbookEditor(path) as editor:
        return editor.active_sheet
