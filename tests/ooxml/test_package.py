import contextlib
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xlcf.errors import InputError
from xlcf.ooxml import open_workbook
from xlcf.ooxml.package import Package

Maker = Callable[..., Path]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def small_book() -> bytes:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = book.add_worksheet("one")
    sheet.write_row("A1", [1.5, "text", True])
    sheet.write_formula("B2", "=A1*2", value=3)
    sheet.write_array_formula("A4:B5", "{=A1:B2*2}")
    book.add_worksheet("two").write_string(0, 0, "more text")
    book.define_name("rate", "=one!$A$1")
    book.close()
    return stream.getvalue()


BOOK = small_book()


def refused(path: Path, words: str) -> None:
    with pytest.raises(InputError, match=words):
        open_workbook(path)


def test_missing_file(tmp_path: Path) -> None:
    refused(tmp_path / "none.xlsx", "There is no file .*none.xlsx")


def test_folder(tmp_path: Path) -> None:
    refused(tmp_path, "is a folder")


def test_path_through_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    refused(tmp_path / "file" / "book.xlsx", "cannot be read|no file")


@pytest.mark.parametrize("content", [b"", b"user,item,rating\n1,2,3\n", b"PK\x03\x04 and nothing more", BOOK[:200]])
def test_file_that_is_no_zip(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "text.xlsx"
    path.write_bytes(content)
    refused(path, "text.xlsx is not an Excel workbook")


def test_zip_that_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "archive.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    refused(path, "a zip file, but not an Excel workbook")


def test_opendocument_sheet(tmp_path: Path) -> None:
    path = tmp_path / "sheet.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    refused(path, "an OpenDocument sheet")


def test_binary_workbook(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsb"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.bin", b"\x00")
    refused(path, r"binary workbook \(.xlsb\)")


def test_old_workbook(tmp_path: Path) -> None:
    path = tmp_path / "book.xls"
    path.write_bytes(OLE + bytes(512))
    refused(path, "old .xls format")


def test_workbook_with_a_password(tmp_path: Path) -> None:
    path = tmp_path / "locked.xlsx"
    path.write_bytes(OLE + bytes(512) + "EncryptedPackage".encode("utf-16-le") + bytes(64))
    refused(path, "protected by a password")


def test_document_that_is_no_workbook(raw_book: Maker) -> None:
    refused(raw_book({}, parts={"xl/workbook.xml": "<document/>"}), "not an Excel workbook")


def test_missing_parts(raw_book: Maker) -> None:
    refused(raw_book({"S": ""}, parts={"xl/worksheets/s1.xml": None}), "part xl/worksheets/s1.xml is missing")
    refused(raw_book({"S": ""}, parts={"xl/_rels/workbook.xml.rels": None}), "lacks the sheet 'S'")
    refused(raw_book({"S": ""}, parts={"_rels/.rels": "<Relationships/>"}), "no workbook in it")


def test_strings_may_be_absent(raw_book: Maker) -> None:
    path = raw_book({"S": "<row><c><v>1</v></c></row>"}, parts={"xl/sharedStrings.xml": None})
    assert open_workbook(path)["S"].values == {(1, 1): 1.0}


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/s1.xml", "xl/sharedStrings.xml"])
def test_damaged_xml(raw_book: Maker, part: str) -> None:
    refused(raw_book({"S": ""}, parts={part: "<workbook><sheets>"}), f"{part} is not well-formed XML")


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/s1.xml", "xl/sharedStrings.xml"])
def test_dtd_is_refused(raw_book: Maker, part: str) -> None:
    path = raw_book({"S": "<row><c><v>1</v></c></row>"}, strings="<si><t>a</t></si>")
    with zipfile.ZipFile(path) as archive:
        content = archive.read(part).decode()
    path = raw_book({"S": ""}, parts={part: '<!DOCTYPE x [<!ENTITY e "boom">]>' + content})
    refused(path, "declares a DTD")


def test_entities_in_attributes_stay_small(raw_book: Maker) -> None:
    entities = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 9))
    bomb = f'<!DOCTYPE x [{entities}]><worksheet><sheetData><row r="&a8;"/></sheetData></worksheet>'
    refused(raw_book({"S": ""}, parts={"xl/worksheets/s1.xml": bomb}), "not well-formed XML|DTD")


def test_zip_bomb_is_refused_unread(raw_book: Maker) -> None:
    path = raw_book({"S": ""}, parts={"xl/worksheets/s1.xml": bytes(80 << 20)})
    assert path.stat().st_size < 200_000
    refused(path, "unpacks to 80 MiB")


def test_part_names_match_without_regard_to_case(raw_book: Maker) -> None:
    with Package(raw_book({"S": ""})) as package:
        assert "XL/Workbook.XML" in package
        assert "xl/other.xml" not in package
        assert package.read("XL/WORKBOOK.xml") == package.read("xl/workbook.xml")
        assert "xl/workbook.xml" in package.names


def test_relationships(raw_book: Maker) -> None:
    rels = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="a" Type="http://x/worksheet" Target="../other/s.xml"/>'
        '<Relationship Id="b" Type="http://x/hyperlink" Target="http://host/page" TargetMode="External"/>'
        '<Relationship Id="c" Type="http://x/image" Target="/media/1.png"/></Relationships>'
    )
    with Package(raw_book({}, parts={"xl/_rels/workbook.xml.rels": rels})) as package:
        sheet, page, image = package.relationships("xl/workbook.xml")
        assert package.relationships("xl/nothing.xml") == []
    assert (sheet.id, sheet.kind, sheet.target, sheet.external) == ("a", "worksheet", "other/s.xml", False)
    assert (page.target, page.external) == ("http://host/page", True)
    assert image.target == "media/1.png"


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_bytes_never_give_another_error(tmp_path: Path, data: st.DataObject) -> None:
    """Flip bytes anywhere in the file, or cut it: it opens, or InputError says why not."""
    content = bytearray(BOOK)
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "damaged.xlsx"
    path.write_bytes(content[: data.draw(st.sampled_from([None, None, None, len(content) // 2, len(content) - 30]))])
    opens_or_explains(path)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_xml_never_gives_another_error(tmp_path: Path, data: st.DataObject) -> None:
    """Damage the text of a part inside a sound zip: digits, names, brackets."""
    with zipfile.ZipFile(io.BytesIO(BOOK)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = data.draw(st.sampled_from(sorted(parts)))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(parts[name])))
        inserted = data.draw(st.sampled_from([b"", b"-", b"9", b"99999999999", b"x", b"$", b":", b'"', b"<", b"NaN"]))
        parts[name] = parts[name][:at] + inserted + parts[name][at + data.draw(st.integers(0, 3)) :]
    path = tmp_path / "damaged.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    opens_or_explains(path)


def opens_or_explains(path: Path) -> None:
    with contextlib.suppress(InputError):
        for sheet in open_workbook(path):
            assert all(row >= 1 and column >= 1 for row, column in [*sheet.values, *sheet.formulas])
