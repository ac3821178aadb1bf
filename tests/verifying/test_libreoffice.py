"""The copy that LibreOffice recalculates is prepared so that it computes what Excel does."""

import http.server
import os
import subprocess
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from xlcf.errors import FitError, InputError
from xlcf.verifying import libreoffice
from xlcf.verifying.libreoffice import convert_to_xlsx, prepare, recalculate_in_libreoffice, require_soffice, translate


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


def test_no_room_for_the_copy(pairs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(libreoffice, "require_soffice", lambda: "soffice")
    monkeypatch.setattr(libreoffice, "prepare", refuse)
    with pytest.raises(FitError, match=r"copy of pairs\.xlsx \(No space left on device\); free some space"):
        recalculate_in_libreoffice(pairs)


@pytest.fixture
def fake_soffice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Give a function that puts a shell script in LibreOffice's place."""
    if os.name == "nt":
        pytest.skip("no /bin/sh")

    def replace(script: str) -> None:
        fake = tmp_path / "soffice"
        fake.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        fake.chmod(0o755)
        monkeypatch.setattr(libreoffice, "require_soffice", lambda: str(fake))

    return replace


def test_a_conversion_that_fails(pairs: Path, fake_soffice: Callable[[str], None]) -> None:
    fake_soffice("exit 1")
    with pytest.raises(FitError, match="could not open"):
        recalculate_in_libreoffice(pairs)
    fake_soffice("kill -SEGV $$")
    with pytest.raises(FitError, match="could not open"):
        recalculate_in_libreoffice(pairs)


def test_a_program_that_cannot_be_run(pairs: Path, tmp_path: Path, fake_soffice: Callable[[str], None]) -> None:
    fake_soffice("")
    (tmp_path / "soffice").chmod(0o644)
    with pytest.raises(FitError, match="could not be started"):
        recalculate_in_libreoffice(pairs)


def test_a_conversion_that_hangs_ends_with_all_its_processes(
    pairs: Path, tmp_path: Path, fake_soffice: Callable[[str], None]
) -> None:
    fake_soffice(f"sleep 60 &\necho $! > {tmp_path}/pid\nwait")
    with pytest.raises(FitError, match=r"within 0\.5 seconds"):
        recalculate_in_libreoffice(pairs, timeout=0.5)
    child = int((tmp_path / "pid").read_text())
    for _ in range(100):
        try:
            os.kill(child, 0)
        except ProcessLookupError:
            break
        if _is_zombie(child):
            break
        time.sleep(0.02)
    else:
        pytest.fail("a process is left")


def _is_zombie(process: int) -> bool:
    """Tell whether a process has ended, but nobody has asked for its exit code yet."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False)
    return state.stdout.strip()[:1] in ("Z", "")


def test_linked_pictures_are_not_fetched(tmp_path: Path) -> None:
    """Neither where a copy is recalculated, nor where another format is converted."""
    if not _installed():
        pytest.skip("LibreOffice (soffice) is not installed")
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def handle_one_request(self) -> None:
            super().handle_one_request()
            asked.append(self.path)

        def do_OPTIONS(self) -> None:
            self.send_error(404)

        do_GET = do_HEAD = do_OPTIONS  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    image, drawn = tmp_path / "one.png", tmp_path / "drawn.xlsx"
    image.write_bytes(bytes.fromhex(PNG))
    with xlsxwriter.Workbook(drawn) as book:
        sheet = book.add_worksheet("S")
        sheet.write_number("A1", 1)
        sheet.insert_image("B2", str(image))
    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        picture = f"http://127.0.0.1:{server.server_port}/picture.png"
        linked, flat = tmp_path / "linked.xlsx", tmp_path / "linked.fods"
        with zipfile.ZipFile(drawn) as old, zipfile.ZipFile(linked, "w") as new:
            for name in old.namelist():
                content = old.read(name)
                if name == "xl/drawings/drawing1.xml":
                    content = content.replace(b"r:embed=", b"r:link=")
                if name == "xl/drawings/_rels/drawing1.xml.rels":
                    target = f'"{picture}" TargetMode="External"'.encode()
                    content = content.replace(b'"../media/image1.png"', target)
                    assert target in content
                new.writestr(name, content)
        assert recalculate_in_libreoffice(linked)["S"].value("A1") == 1
        flat.write_text(FLAT.format(picture=picture), encoding="utf-8")
        assert convert_to_xlsx(flat, tmp_path / "out").exists()
        server.shutdown()
    assert asked == []


PNG = (
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63606060000000040001"
    "f61738550000000049454e44ae426082"
)
FLAT = """<?xml version="1.0" encoding="UTF-8"?>
<office:document office:version="1.2" office:mimetype="application/vnd.oasis.opendocument.spreadsheet"
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"
 xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"
 xmlns:xlink="http://www.w3.org/1999/xlink">
<office:body><office:spreadsheet><table:table table:name="S"><table:table-row>
<table:table-cell office:value-type="float" office:value="1"><text:p>1</text:p>
<draw:frame svg:width="1cm" svg:height="1cm"><draw:image xlink:href="{picture}"/></draw:frame>
</table:table-cell></table:table-row></table:table></office:spreadsheet></office:body></office:document>
"""


def test_nothing_is_left_beside_a_workbook_that_is_converted(tmp_path: Path) -> None:
    """LibreOffice puts a lock file beside what it opens; in a folder that cannot be written it would complain."""
    if not _installed():
        pytest.skip("LibreOffice (soffice) is not installed")
    folder = tmp_path / "kept"
    folder.mkdir()
    (folder / "book.csv").write_text("1,2\n", encoding="utf-8")
    seen: set[str] = set()
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.002):
            seen.update(path.name for path in folder.iterdir())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        convert_to_xlsx(folder / "book.csv", tmp_path / "out")
    finally:
        done.set()
        watcher.join()
    assert seen == {"book.csv"}
    with pytest.raises(InputError, match="cannot be read"):
        convert_to_xlsx(folder / "none.csv", tmp_path / "out")


def _installed() -> bool:
    try:
        require_soffice()
    except InputError:
        return False
    return True
