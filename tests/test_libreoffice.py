"""The copy that LibreOffice recalculates is prepared so that it computes what Excel does."""

import subprocess
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from xlcf import libreoffice
from xlcf.errors import FitError, InputError
from xlcf.libreoffice import prepare, recalculate_in_libreoffice, require_soffice, translate


@pytest.mark.parametrize(
    ("formula", "translated"),
    [
        ("SUM(A1:B2)", "SUM(A1:B2)"),
        ("_xlfn.SINGLE(A1:A3)+1", "(A1:A3)+1"),
        ("SUMXMY2(A1:A3,B1:B3)", "SUMPRODUCT(IF(ISNUMBER(A1:A3)*ISNUMBER(B1:B3),((A1:A3)-(B1:B3))^2,0))"),
        ("sumx2my2(A1,B1)*2", "SUMPRODUCT(IF(ISNUMBER(A1)*ISNUMBER(B1),(A1)^2-(B1)^2,0))*2"),
        ("SUMX2PY2(A1,B1)", "SUMPRODUCT(IF(ISNUMBER(A1)*ISNUMBER(B1),(A1)^2+(B1)^2,0))"),
        (
            "SQRT(SUMXMY2('a, b'!A1,_xlfn.SINGLE(B1))/COUNT(A1))",
            "SQRT(SUMPRODUCT(IF(ISNUMBER('a, b'!A1)*ISNUMBER((B1)),(('a, b'!A1)-((B1)))^2,0))/COUNT(A1))",
        ),
        ('IF(A1="SUMXMY2(1,2)",{1,2;3,4},(A1,B1))', 'IF(A1="SUMXMY2(1,2)",{1,2;3,4},(A1,B1))'),
        ("SUM((A1:A2,B1:B2), -1%)", "SUM((A1:A2,B1:B2), -1%)"),
    ],
)
def test_translate(formula: str, translated: str) -> None:
    assert translate(formula) == translated


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    """Make a workbook in which pairs lack one number: Excel skips them."""
    path = tmp_path / "pairs.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("S & T")
    for row, (x, y) in enumerate([(1, 4), (None, 9), (5, None), (7, "text"), (2, 2.5)]):
        sheet.write(row, 0, x)
        sheet.write(row, 1, y)
    # (1 - 4)^2 + (2 - 2.5)^2; 1 - 16 + 4 - 6.25; 1 + 16 + 4 + 6.25
    for row, (name, value) in enumerate([("SUMXMY2", 9.25), ("SUMX2MY2", -17.25), ("SUMX2PY2", 27.25)]):
        sheet.write_formula(row, 3, f'=IF("<&>"="","",{name}(A1:A5,B1:B5))', None, value)
    book.close()
    return path


def test_pairs_without_two_numbers_are_skipped_as_in_excel(pairs: Path) -> None:
    if not _installed():
        pytest.skip("LibreOffice (soffice) is not installed")
    sheet = recalculate_in_libreoffice(pairs)["S & T"]
    assert [sheet.value(f"D{row}") for row in (1, 2, 3)] == [9.25, -17.25, 27.25]


def test_what_needs_no_preparation_keeps_its_bytes(pairs: Path, tmp_path: Path) -> None:
    prepare(pairs, tmp_path / "copy.xlsx")
    with zipfile.ZipFile(pairs) as old, zipfile.ZipFile(tmp_path / "copy.xlsx") as new:
        assert old.namelist() == new.namelist()
        changed = {name for name in old.namelist() if old.read(name) != new.read(name)}
    assert changed == {"xl/worksheets/sheet1.xml"}


def test_pivot_tables_are_left_out(reference: Path, tmp_path: Path) -> None:
    prepare(reference / "workbooks" / "collab_filter_2017.xlsx", tmp_path / "copy.xlsx")
    with zipfile.ZipFile(tmp_path / "copy.xlsx") as archive:
        links = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/_rels/")]
        assert len(links) == 4
        assert not any(b"/pivotTable" in content for content in links)
        assert any(b"/drawing" in content for content in links)


def test_not_installed(pairs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(InputError, match="LibreOffice is not installed"):
        recalculate_in_libreoffice(pairs)


@pytest.mark.parametrize(("program", "said"), [("exit 1", "could not open"), ("exec sleep 9", "within 0.2 seconds")])
def test_a_conversion_that_fails(
    program: str, said: str, pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = tmp_path / "soffice"
    fake.write_text(f"#!/bin/sh\n{program}\n", encoding="utf-8")
    fake.chmod(0o755)
    try:
        subprocess.run([str(fake)], timeout=0.1, check=False)
    except subprocess.TimeoutExpired:
        pass
    except OSError:
        pytest.skip("no /bin/sh")
    monkeypatch.setattr(libreoffice, "require_soffice", lambda: str(fake))
    with pytest.raises(FitError, match=said):
        recalculate_in_libreoffice(pairs, timeout=0.2)


def _installed() -> bool:
    try:
        require_soffice()
    except InputError:
        return False
    return True
