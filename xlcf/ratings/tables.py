"""Text tables: lines of separated fields, of which the first line usually names the columns."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from xlcf.errors import InputError
from xlcf.files.formats import Format
from xlcf.ratings.encodings import is_utf8, utf8_stream, utf16_of
from xlcf.ratings.line_blocks import line_blocks
from xlcf.ratings.source import Source

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_SEPARATOR_LINE = re.compile(r'"?sep=([,;|\t])"?', re.IGNORECASE)

_NO_HEADER = re.compile(r"[0-9]+(::|\|)")  # MovieLens's releases of 1998 to 2009; no header begins with a number


def separator_without_header(source: Source) -> str | None:
    """Give what stands between the fields of a file of MovieLens's older releases, which have no header line.

    `::` or `|`, told by the first line; None where it is neither.
    """
    with source.open() as stream:
        match = _NO_HEADER.match(stream.readline(1000).decode("latin-1"))
    return match[1] if match else None


class TextTable:
    """A table in a text file, in UTF-8, UTF-16 or cp1252.

    UTF-16 shows at the beginning. Else the first block of lines with a character that is not in ASCII tells: it is in
    UTF-8, or else the file is in cp1252, as Excel's "CSV (comma delimited)" is where Windows is set to a Western
    language.

    Args:
        source: the file, or where in a zip file it is.
        header: the names of the columns, where the file has no line that says them.
        separator: what stands between fields, where it is known: one character, or `::`.

    Attributes:
        source: where it lies.
        name: what a sentence calls it.
        separator: one character, or `::`; where it was not given, what Excel's line `sep=;` above the header says, else
            that of `,`, `;` and tab which the header uses most.
        header: the names of the columns, as written.
        encoding: utf-8, utf-16 (or -le, -be) or cp1252; None as long as all that was read is in ASCII.

    Raises:
        InputError: where there is no such file, it is no text, it is empty, or names a column twice.

    """

    def __init__(
        self, source: Source | Path, header: Sequence[str] | None = None, separator: str | None = None
    ) -> None:
        self.source = source if isinstance(source, Source) else Source(source)
        self.name = self.source.name
        content = self.source.format()
        if content is not Format.TEXT:
            raise InputError(
                f"{self.name} is {content.value}, not a text table; save the table as CSV UTF-8 (comma delimited)."
            )
        self.encoding: str | None = None
        self._has_header = header is None
        first, self._lines_before, told = self._first_line()
        self.separator = separator or told or max(",;\t", key=first.count)
        self.header = list(header) if header is not None else self._fields_of(first)
        if len(set(self.header)) < len(self.header):
            raise InputError(f"{self.name} names a column twice ({', '.join(self.header)}): rename one of them.")

    def blocks(self, lead: bytes = b"") -> Iterator[bytes]:
        """Go through the lines of data in blocks of whole lines (see `line_blocks`), `lead` before each.

        They are in UTF-8 or, where `to_utf8` says so, still in cp1252.
        """
        with self._open() as stream:
            for _ in range(self._lines_before):
                stream.readline()
            yield from line_blocks(stream, self.name, lead)

    def tell_encoding(self, block: bytes) -> None:
        """Tell the encoding, where it is not known yet, by a block; blocks are to come in the order of the file."""
        if self.encoding is None and not block.isascii():
            self.encoding = "utf-8" if is_utf8(block) else "cp1252"

    def to_utf8(self, block: bytes) -> bytes:
        """Give a block in UTF-8, once the encoding is known.

        Raises:
            InputError: where it is no text.

        """
        if self.encoding != "cp1252":
            return block
        try:
            return block.decode("cp1252").encode()
        except UnicodeDecodeError:
            raise self._no_text() from None

    def notes(self) -> list[str]:
        """Say in a sentence in which encoding the file was read, where that is not UTF-8."""
        if self.encoding in (None, "utf-8"):
            return []
        if self.encoding == "cp1252":
            return [f"{self.name} is not in UTF-8: read as cp1252 (Western European Windows)."]
        return [f"{self.name}: read as UTF-16."]

    def rows(self, names: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
        """Go through the lines of data as (line number counted from 1, the named fields without outer blanks).

        Blank lines are skipped.

        Raises:
            InputError: where a line has more or fewer fields than the header.

        """
        line = self.first_data_line
        for block in self.blocks():
            self.tell_encoding(block)
            yield from self.rows_of_block(self.to_utf8(block), line, names)
            line += block.count(b"\n")

    @property
    def first_data_line(self) -> int:
        """The number, counted from 1, of the first line below the header."""
        return self._lines_before + 1

    def rows_of_block(self, block: bytes, first_line: int, names: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
        """Go through one of `blocks`, in UTF-8, whose first line has the number `first_line`, as `rows` does."""
        places = [self.header.index(name) for name in names]
        try:
            for line, fields in self._split(self._decoded(block)):
                if len(fields) != len(self.header):
                    needs = "its header names" if self._has_header else "a line needs"
                    raise InputError(
                        f"{self.name} has {len(fields)} fields on line {first_line - 1 + line}, but {needs} "
                        f"{len(self.header)} columns: mend that line."
                    )
                yield first_line - 1 + line, [fields[place].strip() for place in places]
        except csv.Error:
            raise self._no_text() from None

    def _split(self, text: str) -> Iterator[tuple[int, list[str]]]:
        if len(self.separator) > 1:
            lines = ((line, fields.split(self.separator)) for line, fields in enumerate(text.split("\n"), 1))
        else:
            reader = csv.reader(io.StringIO(text, newline=""), delimiter=self.separator)
            lines = ((reader.line_num, fields) for fields in reader)
        return ((line, fields) for line, fields in lines if len(fields) > 1 or "".join(fields).strip())

    def _fields_of(self, line: str) -> list[str]:
        try:
            return next(csv.reader([line], delimiter=self.separator))
        except csv.Error:
            raise self._no_text() from None

    def _first_line(self) -> tuple[str, int, str | None]:
        """Give the first line with content, how many lines are above the data, and the separator if a line says it."""
        above = 0
        separator = None
        with self.source.open() as stream:
            beginning = stream.read(32)  # within the first line, which is in ASCII or shows its encoding by a mark
        self.encoding = "utf-8" if beginning.startswith(_BYTE_ORDER_MARK) else utf16_of(beginning)
        with self._open() as stream:
            while line := stream.readline(1 << 20):
                above += 1
                self.tell_encoding(line)
                text = self._decoded(self.to_utf8(line.removeprefix(_BYTE_ORDER_MARK))).strip("\r\n")
                if self._has_header and separator is None and (told := _SEPARATOR_LINE.fullmatch(text)):
                    separator = told[1]
                elif text.strip():
                    return text, above if self._has_header else 0, separator
        needs = "a line that names the columns, and lines of data" if self._has_header else "lines of data"
        raise InputError(f"{self.name} is empty: it needs {needs}.")

    @contextmanager
    def _open(self) -> Iterator[IO[bytes]]:
        with self.source.open() as stream:
            if self.encoding is None or not self.encoding.startswith("utf-16"):
                yield stream
                return
            try:
                yield utf8_stream(stream, self.encoding)
            except UnicodeDecodeError:
                raise InputError(f"{self.name} is not a whole text in UTF-16; save or download it again.") from None

    def _decoded(self, text: bytes) -> str:
        try:
            if b"\0" not in text:
                return text.decode()
        except UnicodeDecodeError:
            pass
        raise self._no_text()

    def _no_text(self) -> InputError:
        return InputError(f"{self.name} is not a text table in one encoding; save it as CSV UTF-8 (comma delimited).")
