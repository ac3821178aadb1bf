"""Two versions of a file side by side: parts by their bytes, cells by value and formula."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcf.errors import InputError
from xlcf.ooxml import file_differences
from xlcf.ooxml.file_differences import CellChange, compare_packages
from xlcf.ooxml.references import address

SHEET = "xl/worksheets/sheet1.xml"


def edited(source: Path, target: Path, edits: dict[str, Callable[[bytes], bytes | None]]) -> Path:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content: bytes | None = old.read(name)
            if name in edits:
                assert content is not None
                content = edits.pop(name)(content)
            if content is not None:
                new.writestr(name, content)
        for name, edit in edits.items():
            new.writestr(name, edit(b"") or b"")
    return target


@pytest.fixture
def original(tmp_path: Path) -> Path:
    path = tmp_path / "original.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Data")
    sheet.write_row(0, 0, ["one", "two", 3.5, True])
    sheet.write_formula("A2", "=C1*2", None, 7)
    book.add_worksheet("Other").write(0, 0, "two")
    book.close()
    return path


def test_a_file_is_the_same_as_itself(original: Path) -> None:
    comparison = compare_packages(original, original)
    assert {part.status for part in comparison.parts} == {"same"}
    with zipfile.ZipFile(original) as archive:
        assert [(part.name, part.size) for part in comparison.parts] == [
            (info.filename, info.file_size) for info in archive.infolist()
        ]
    assert (comparison.cells, comparison.sheets_added, comparison.sheets_lost) == ({}, (), ())


def test_cells_changed(original: Path, tmp_path: Path) -> None:
    def change(content: bytes) -> bytes:
        for old, new in ((b"<v>3.5<", b"<v>4.5<"), (b"C1*2</f><v>7<", b"C1*3</f><v>13.5<")):
            assert old in content
            content = content.replace(old, new)
        return content

    comparison = compare_packages(edited(original, tmp_path / "new.xlsx", {SHEET: change}), original)
    assert comparison.cells == {
        "Data": (
            CellChange("C1", 3.5, 4.5, None, None),
            CellChange("A2", 7.0, 13.5, "=C1*2", "=C1*3"),
        )
    }
    assert [part.name for part in comparison.parts if part.status != "same"] == [SHEET]


def test_parts_added_and_lost(original: Path, tmp_path: Path) -> None:
    new = edited(original, tmp_path / "new.xlsx", {"xl/theme/theme1.xml": lambda _: None, "xl/x.bin": lambda _: b"new"})
    comparison = compare_packages(new, original)
    differing = {part.name: (part.status, part.size_before, part.size) for part in comparison.parts}
    with zipfile.ZipFile(original) as archive:
        size = archive.getinfo("xl/theme/theme1.xml").file_size
    assert differing["xl/theme/theme1.xml"] == ("lost", size, None)
    assert differing["xl/x.bin"] == ("added", None, 3)
    assert (comparison.count("added"), comparison.count("lost"), comparison.count("changed")) == (1, 1, 0)


def test_other_texts_behind_the_same_indices_are_changed_cells(original: Path, tmp_path: Path) -> None:
    def swap(content: bytes) -> bytes:
        return content.replace(b">one<", b">ONE<")

    comparison = compare_packages(edited(original, tmp_path / "new.xlsx", {"xl/sharedStrings.xml": swap}), original)
    assert comparison.cells == {"Data": (CellChange("A1", "one", "ONE", None, None),)}


def test_sheets_added_and_lost(original: Path, tmp_path: Path) -> None:
    def rename(content: bytes) -> bytes:
        return content.replace(b'name="Other"', b'name="Another"')

    comparison = compare_packages(edited(original, tmp_path / "new.xlsx", {"xl/workbook.xml": rename}), original)
    assert (comparison.sheets_added, comparison.sheets_lost) == (("Another",), ("Other",))


def test_a_damaged_sheet_is_told(original: Path, tmp_path: Path) -> None:
    new = edited(original, tmp_path / "new.xlsx", {SHEET: lambda content: content[:-30]})
    comparison = compare_packages(new, original)
    assert "not well-formed" in comparison.not_compared["Data"]
    assert comparison.cells == {}


def test_a_missing_file(original: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There is no file"):
        compare_packages(original, tmp_path / "none.xlsx")


SCALARS = st.one_of(st.booleans(), st.floats(-1e9, 1e9), st.sampled_from(["a", "b", "c", "=A1"]))
SHEETS = st.dictionaries(st.tuples(st.integers(1, 6), st.integers(1, 4)), SCALARS, max_size=12)


@settings(max_examples=40, deadline=None)
@given(before=SHEETS, after=SHEETS)
def test_random_sheets(
    before: dict[tuple[int, int], float | str | bool],
    after: dict[tuple[int, int], float | str | bool],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("versions")
    for name, cells in (("before", before), ("after", after)):
        book = xlsxwriter.Workbook(folder / f"{name}.xlsx")
        sheet = book.add_worksheet("S")
        for (row, column), scalar in cells.items():
            write = sheet.write_string if isinstance(scalar, str) else sheet.write
            write(row - 1, column - 1, scalar)
        book.close()
    comparison = compare_packages(folder / "after.xlsx", folder / "before.xlsx")
    found = {change.cell: (change.before, change.after) for change in comparison.cells.get("S", ())}
    expected = {
        address(*at): (before.get(at), after.get(at))
        for at in {*before, *after}
        if (type(before.get(at)), before.get(at)) != (type(after.get(at)), after.get(at))
    }
    assert set(found) == set(expected)
    for cell, pair in found.items():  # XlsxWriter writes 16 digits
        assert pair == tuple(pytest.approx(v, rel=1e-14) if isinstance(v, float) else v for v in expected[cell]), cell


def test_sheets_with_the_same_rows_are_not_read(
    original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sheet of a million rows may differ in which tab is selected."""

    def deselect(content: bytes) -> bytes:
        return content.replace(b' tabSelected="1"', b"")

    def refuse(*_: object) -> None:
        pytest.fail("a sheet was read")

    new = edited(original, tmp_path / "new.xlsx", {SHEET: deselect})
    monkeypatch.setattr(file_differences, "read_worksheet", refuse)
    comparison = compare_packages(new, original)
    assert [part.name for part in comparison.parts if part.status == "changed"] == [SHEET]
    assert (comparison.cells, comparison.not_compared) == ({}, {})


def test_sheets_in_another_encoding_are_read(original: Path, tmp_path: Path) -> None:
    def utf16(content: bytes) -> bytes:
        return content.decode().replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16")

    def change(content: bytes) -> bytes:
        return utf16(content.replace(b"<v>3.5<", b"<v>4.5<"))

    old = edited(original, tmp_path / "old.xlsx", {SHEET: utf16})
    new = edited(original, tmp_path / "new.xlsx", {SHEET: change})
    assert compare_packages(new, old).cells == {"Data": (CellChange("C1", 3.5, 4.5, None, None),)}
