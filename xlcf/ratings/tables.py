"""Text tables: CSV and TSV files, plain or gzipped, whose first line names the columns."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from xlcf.errors import InputError


class TextTable:
    """A table in a text file.

    Attributes:
        path: where it lies.
        separator: `,`, `;` or a tab, whichever the header line uses most.
        header: the names of the columns, as written.

    Raises:
        InputError: where there is no such file, it is no text in UTF-8, it is empty, or names a column twice.

    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with self.open() as stream:
            first = next((line for line in stream if line.strip()), "")
        if not first:
            raise InputError(f"{path.name} is empty: it needs a line that names the columns, and lines of data.")
        self.separator = max(",;\t", key=first.count)
        self.header: list[str] = next(csv.reader([first], delimiter=self.separator))
        if len(set(self.header)) < len(self.header):
            raise InputError(f"{path.name} names a column twice ({', '.join(self.header)}): rename one of them.")

    def rows(self, names: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
        """Go through the lines of data as (line number counted from 1, the named fields without outer blanks).

        Blank lines are skipped.

        Raises:
            InputError: where a line has more or fewer fields than the header.

        """
        places = [self.header.index(name) for name in names]
        with self.open() as stream:
            reader = csv.reader(stream, delimiter=self.separator)
            lines = (fields for fields in reader if len(fields) > 1 or "".join(fields).strip())
            next(lines)  # the header
            for fields in lines:
                if len(fields) != len(self.header):
                    raise InputError(
                        f"{self.path.name} has {len(fields)} fields on line {reader.line_num}, but its header "
                        f"names {len(self.header)} columns: mend that line."
                    )
                yield reader.line_num, [fields[place].strip() for place in places]

    @contextmanager
    def open(self) -> Iterator[IO[str]]:
        """Open the file as a stream of text, unzipped where its name ends in .gz."""
        path = self.path
        try:
            with _open_binary(path) as binary, io.TextIOWrapper(binary, encoding="utf-8-sig", newline="") as stream:
                yield stream
        except FileNotFoundError:
            raise InputError(f"There is no file {path}; check the name and the folder.") from None
        except (IsADirectoryError, PermissionError):
            what = "is a folder; give the file inside it" if path.is_dir() else "may not be read; copy it elsewhere"
            raise InputError(f"{path} {what}.") from None
        except (UnicodeDecodeError, csv.Error):
            raise InputError(
                f"{path.name} is not a text table in UTF-8; save it as CSV UTF-8 (comma delimited)."
            ) from None
        except (gzip.BadGzipFile, EOFError, zlib.error):
            raise InputError(f"{path.name} is not a whole gzip file; download or compress it again.") from None


def _open_binary(path: Path) -> gzip.GzipFile | io.BufferedReader:
    return gzip.GzipFile(path) if path.suffix.lower() == ".gz" else path.open("rb")
