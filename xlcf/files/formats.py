"""What a file is, told by its content: its name decides only where the content cannot."""

from __future__ import annotations

import zipfile
from collections.abc import Collection
from enum import Enum
from pathlib import Path
from typing import IO

from xlcf.files.input_files import CHECK_NAME, explained, open_input

LONGEST_SIGNATURE = 16  # bytes that `format_of_beginning` needs at most


class Format(Enum):
    """The formats that are told apart."""

    WORKBOOK = "an Excel workbook (.xlsx or .xlsm)"
    BINARY_WORKBOOK = "a binary workbook (.xlsb)"
    OPEN_DOCUMENT = "an OpenDocument sheet (.ods)"
    OLD_WORKBOOK = "an old workbook (.xls), or one protected by a password"
    ZIP = "a zip file"
    GZIP = "a gzip file"
    PARQUET = "a Parquet file"
    MODEL = "a model file"
    TEXT = "a text, or something else"

    @property
    def is_spreadsheet(self) -> bool:
        """Whether a spreadsheet program opens it."""
        return self in (Format.WORKBOOK, Format.BINARY_WORKBOOK, Format.OPEN_DOCUMENT, Format.OLD_WORKBOOK)


_SIGNATURES = (
    (b"PK\x03\x04", Format.ZIP),
    (b"PK\x05\x06", Format.ZIP),  # an empty one
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Format.OLD_WORKBOOK),
    (b"\x1f\x8b", Format.GZIP),
    (b"PAR1", Format.PARQUET),
)


def format_of(path: str | Path, *, kind: str = "file", if_missing: str = CHECK_NAME) -> Format:
    """Tell what a file is; a file in which nothing is recognised counts as text.

    Args:
        path: the file.
        kind: what it should be, as a sentence names it.
        if_missing: what to do where there is none.

    Raises:
        InputError: where it cannot be read; see `open_input`.

    """
    with explained(path, kind), open_input(path, kind=kind, if_missing=if_missing) as stream:
        return format_of_stream(stream)


def format_of_stream(stream: IO[bytes]) -> Format:
    """Tell what a stream holds, which must be able to go back to its beginning and is left there."""
    told = format_of_beginning(stream.read(LONGEST_SIGNATURE))
    if told is Format.ZIP:
        try:
            with zipfile.ZipFile(stream) as archive:
                told = format_of_zip(archive.namelist())
        except (zipfile.BadZipFile, NotImplementedError, ValueError):
            pass  # damaged: a zip file all the same
    stream.seek(0)
    return told


def format_of_beginning(beginning: bytes) -> Format:
    """Tell what a file is by its first bytes, `LONGEST_SIGNATURE` of them; all that is zipped is a zip file here."""
    for signature, told in _SIGNATURES:
        if beginning.startswith(signature):
            return told
    # safetensors: the length of a header in eight bytes, then the header in JSON (with what pads it)
    is_header = len(beginning) > 8 and beginning[8:9] == b"{" and beginning[4:8] == bytes(4)
    return Format.MODEL if is_header else Format.TEXT


def format_of_zip(names: Collection[str]) -> Format:
    """Tell what a zip file is by the names of what it holds."""
    names = {name.lower() for name in names}
    if "xl/workbook.bin" in names:
        return Format.BINARY_WORKBOOK
    if "[content_types].xml" in names and "_rels/.rels" in names:
        return Format.WORKBOOK
    return Format.OPEN_DOCUMENT if "mimetype" in names else Format.ZIP
