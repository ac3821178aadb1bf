"""Where bytes come from: a file, plain or gzipped, or a file inside a zip file."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from xlcf.errors import InputError
from xlcf.files.formats import LONGEST_SIGNATURE, Format, format_of_beginning, format_of_stream
from xlcf.files.input_files import explained, open_input

_BROKEN_ZIP = "is not a whole zip file; download it again."


@dataclass(frozen=True)
class Source:
    """A file to read from, decompressed on the way.

    Attributes:
        path: where it lies; whether it is gzipped shows in its content.
        member: the name inside the zip file at `path`, or None for the file itself.

    """

    path: Path
    member: str | None = None

    @property
    def name(self) -> str:
        """What a sentence calls it: `ratings.csv`, or `ml-25m/ratings.csv in ml-25m.zip`."""
        return self.path.name if self.member is None else f"{self.member} in {self.path.name}"

    @property
    def file_name(self) -> str:
        """The last part of its name, without folders."""
        return self.path.name if self.member is None else self.member.rsplit("/", 1)[-1]

    def beside(self, names: Sequence[str]) -> Source | None:
        """Find a file in the same folder that has one of these names, the first that is there."""
        if self.member is None:
            others = [Source(self.path.with_name(name)) for name in names]
            return next((other for other in others if other.path.is_file()), None)
        folder = self.member.removesuffix(self.file_name)
        with open_zip(self.path) as archive:
            members = set(archive.namelist())
        return next((Source(self.path, folder + name) for name in names if folder + name in members), None)

    def size(self) -> int | None:
        """Give the number of bytes after decompression; None where the file does not say."""
        if self.member is not None:
            with open_zip(self.path) as archive:
                n_bytes = archive.getinfo(self.member).file_size
        else:
            n_bytes = self.path.stat().st_size
        return None if self.is_gzipped() else n_bytes

    def format(self) -> Format:
        """Tell what it is, after decompression.

        Raises:
            InputError: as `open` does.

        """
        with self.open() as stream:
            return format_of_stream(stream)

    def is_gzipped(self) -> bool:
        """Tell whether it is decompressed on the way."""
        with _sentences(self.path), self._open_bytes() as stream:
            return format_of_beginning(stream.read(LONGEST_SIGNATURE)) is Format.GZIP

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """Open it as a stream of bytes.

        Raises:
            InputError: where there is no such file, or it is a pipe, which cannot be opened again; or, while reading,
                where it turns out to be cut off or damaged.

        """
        with _sentences(self.path), self._open_bytes() as stream:
            told = format_of_beginning(stream.read(LONGEST_SIGNATURE))
            stream.seek(0)
            if told is Format.GZIP:
                with gzip.GzipFile(fileobj=stream) as inner:
                    yield inner  # type: ignore[misc]
            else:
                yield stream

    @contextmanager
    def _open_bytes(self) -> Iterator[IO[bytes]]:
        if self.member is None:
            with open_input(self.path) as stream:
                yield stream
        else:
            with open_zip(self.path) as archive, archive.open(self.member) as stream:
                yield stream


@contextmanager
def open_zip(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open a zip file to read from.

    Raises:
        InputError: where it is missing, a pipe, cut off, damaged or locked by a password.

    """
    with _sentences(path):
        try:
            with open_input(path) as stream, zipfile.ZipFile(stream) as archive:
                yield archive
        except (zipfile.BadZipFile, zlib.error, EOFError):
            raise InputError(f"{path.name} {_BROKEN_ZIP}") from None
        except (RuntimeError, NotImplementedError):  # a password; a compression that zipfile does not know
            raise InputError(
                f"{path.name} is locked or packed in an unusual way; unzip it and give the folder."
            ) from None


@contextmanager
def _sentences(path: Path) -> Iterator[None]:
    with explained(path):
        try:
            yield
        except (gzip.BadGzipFile, EOFError, zlib.error):
            raise InputError(f"{path.name} is not a whole gzip file; download or compress it again.") from None
