"""Workbooks with harmed bytes, and zip files that lie: each is read, or refused in a sentence, within limits."""

import random
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from xlcf.ooxml.checks import check_package
from xlcf.ooxml.editor import WorkbookEditor
from xlcf.ooxml.hidden_names import HiddenName, add_hidden_names
from xlcf.ooxml.workbook import open_workbook
from xlcf.solver.model import solver_models


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> bytes:
    path = tmp_path_factory.mktemp("whole") / "book.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("S")
    for row in range(8):
        sheet.write_row(row, 0, [row, f"text {row}", row % 2 == 0])
        sheet.write_formula(row, 3, f"=SUM(A1:A{row + 1})", None, 1)
    sheet.write_array_formula("F1:F3", "{=A1:A3*2}")
    sheet.write_comment("A1", "a comment")
    sheet.add_table("H1:I4")
    sheet.conditional_format("A1:A8", {"type": "data_bar"})
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=S!$A$1:$A$8"})
    sheet.insert_chart("K1", chart)
    book.define_name("x", "=S!$A$1")
    book.close()
    names = {"opt": "S!$D$8", "adj": "S!$A$1:$A$3", "typ": "2", "lhs1": "S!$A$1", "rel1": "1", "rhs1": "5", "num": "1"}
    add_hidden_names(path, [HiddenName(f"solver_{key}", text, "S") for key, text in names.items()])
    return path.read_bytes()


@pytest.fixture(scope="module")
def parts(whole: bytes, tmp_path_factory) -> dict[str, bytes]:
    path = tmp_path_factory.mktemp("parts") / "book.xlsx"
    path.write_bytes(whole)
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def read_all(path: Path) -> None:
    solver_models(open_workbook(path))


def change(path: Path) -> None:
    with WorkbookEditor(path) as editor:
        editor.set_values(editor.sheet_names[0], {(1, 1): 2.0, (3, 3): "x"})
        editor.save(path.with_name("changed.xlsx"))


def try_everything(path: Path, refused) -> None:
    for work in (read_all, check_package, change):
        said = refused(lambda work=work: work(path), seconds=5)
        assert said is None or len(said) < 600


Harm = Callable[[bytes, random.Random], bytes]


def flip(content: bytes, rng: random.Random) -> bytes:
    harmed = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 8))):
        harmed[rng.randrange(len(harmed))] ^= 1 << rng.randrange(8)
    return bytes(harmed)


def cut(content: bytes, rng: random.Random) -> bytes:
    return content[: rng.randrange(len(content))]


def drop(content: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(content))
    return content[:start] + content[start + rng.randrange(200) :]


def double(content: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(content))
    return content[: start + rng.randrange(200)] + content[start:]


_TOKENS = [
    *(b"", b" ", b"-1", b"99999999999999999999", b"nan", b"inf", b"1e999", b"A0", b"XFE1048577", b"../../x", b"#REF!"),
    *(
        b"<",
        b"&",
        b"&x;",
        b"&#0;",
        b"&#xD800;",
        b"\x00",
        b"\xff",
        b"\xef\xbb\xbf",
        b"<!--",
        b"<![CDATA[",
        b"<?x",
        b'xmlns=""',
    ),
]


def replace_token(content: bytes, rng: random.Random) -> bytes:
    old = rng.choice(
        [b'"', b"<", b">", b"/", b"=", b"1", b"A1", b"r=", b"<v>", b"</v>", b"<c ", b"S!", b"$", b":", b"rId"]
    )
    new = rng.choice(_TOKENS)
    places = content.count(old)
    if not places:
        return content
    start = -1
    for _ in range(rng.randrange(min(places, 30)) + 1):
        start = content.index(old, start + 1)
    return content[:start] + new + content[start + len(old) :]


HARMS: dict[str, Harm] = {
    "flipped": flip,
    "cut": cut,
    "dropped": drop,
    "doubled": double,
    "replaced": replace_token,
}


def harmed_files(whole: bytes, path: Path, refused, n: int, seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(n):
        path.write_bytes(rng.choice((flip, cut, drop, double))(whole, rng))
        try_everything(path, refused)


def harmed_parts(parts: dict[str, bytes], path: Path, refused, harm: Harm, n: int, seed: int) -> None:
    rng = random.Random(seed)
    likely = [name for name in parts if "workbook" in name or "sheet" in name or "haredStrings" in name]
    for _ in range(n):
        name = rng.choice(likely if rng.random() < 0.6 else list(parts))
        with zipfile.ZipFile(path, "w") as archive:
            for part, content in parts.items():
                archive.writestr(part, harm(content, rng) if part == name else content)
        try_everything(path, refused)


def test_harmed_files(whole: bytes, tmp_path: Path, refused) -> None:
    harmed_files(whole, tmp_path / "book.xlsx", refused, 40, 1)


@pytest.mark.parametrize("harm", HARMS)
def test_harmed_parts(parts: dict[str, bytes], tmp_path: Path, refused, harm: str) -> None:
    harmed_parts(parts, tmp_path / "book.xlsx", refused, HARMS[harm], 30, 2)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_many_harmed_files(whole: bytes, tmp_path: Path, refused, seed: int) -> None:
    harmed_files(whole, tmp_path / "book.xlsx", refused, 400, 100 + seed)


@pytest.mark.slow
@pytest.mark.parametrize("harm", HARMS)
@pytest.mark.parametrize("seed", range(3))
def test_many_harmed_parts(parts: dict[str, bytes], tmp_path: Path, refused, harm: str, seed: int) -> None:
    harmed_parts(parts, tmp_path / "book.xlsx", refused, HARMS[harm], 400, 100 + seed)


@pytest.mark.parametrize("gone", range(14))
def test_missing_parts(parts: dict[str, bytes], tmp_path: Path, refused, gone: int) -> None:
    names = list(parts)
    left = [name for number, name in enumerate(names) if number != gone % len(names)]
    with zipfile.ZipFile(tmp_path / "book.xlsx", "w") as archive:
        for name in left:
            archive.writestr(name, parts[name])
    try_everything(tmp_path / "book.xlsx", refused)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_entries_twice(parts: dict[str, bytes], tmp_path: Path, refused) -> None:
    with zipfile.ZipFile(tmp_path / "book.xlsx", "w") as archive:
        for name, content in [*parts.items(), *parts.items()]:
            archive.writestr(name, content)
    try_everything(tmp_path / "book.xlsx", refused)


def test_a_bomb_of_one_part_and_one_of_many(parts: dict[str, bytes], tmp_path: Path, refused) -> None:
    sheet = b"<worksheet>" + b" " * (100 << 20)
    for name, more in (("one", {"xl/worksheets/sheet1.xml": sheet}), ("many", {})):
        with zipfile.ZipFile(tmp_path / f"{name}.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
            for part, content in (parts | more).items():
                archive.writestr(part, content)
            if name == "many":
                for number in range(8):
                    archive.writestr(f"xl/media/{number}.xml", bytes(60 << 20))
        said = refused(lambda name=name: read_all(tmp_path / f"{name}.xlsx"), seconds=3, memory=1 << 28)
        assert "which no real workbook does" in str(said)


def test_entries_that_share_their_bytes(parts: dict[str, bytes], tmp_path: Path, refused) -> None:
    # a central directory whose entries all point to one large part (D. Fifield, "A better zip bomb", 2019)
    path = tmp_path / "book.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
        archive.writestr("xl/x.xml", random.Random(1).randbytes(1 << 20))
    content = path.read_bytes()
    start = content.index(b"PK\x01\x02", content.rindex(b"xl/x.xml") - 60)
    end = content.rindex(b"PK\x05\x06")
    directory = content[content.index(b"PK\x01\x02") : start]
    entry = content[start:end]
    many = directory + b"".join(entry.replace(b"xl/x.xml", b"xl/%05d" % n) for n in range(9000))
    count, size = len(parts) + 9000, len(many)
    tail = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, size, content.index(b"PK\x01\x02"), 0)
    path.write_bytes(content[: content.index(b"PK\x01\x02")] + many + tail)
    assert "its parts overlap" in str(refused(lambda: read_all(path), seconds=3))
    assert "its parts overlap" in str(refused(lambda: check_package(path), seconds=3))
