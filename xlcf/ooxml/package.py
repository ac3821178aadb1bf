"""A workbook file as a zip package of parts and relationships (ECMA-376 Part 2, Open Packaging Conventions)."""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO

from lxml import etree

from xlcf.errors import InputError, OtherFormatError
from xlcf.files.formats import LONGEST_SIGNATURE, Format, format_of_beginning, format_of_zip
from xlcf.files.input_files import explained, open_input, shown
from xlcf.ooxml.relationships import LinkedParts, find_name

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_CHUNK = 1 << 20  # bytes
_LARGEST_BOOK = 2 << 30  # bytes of the file
_TOO_LARGE = 4 << 30  # bytes of one uncompressed part
_SUSPICIOUS_SIZE, _SUSPICIOUS_RATIO = 64 << 20, 400  # a real sheet of this size compresses 5 to 100 times
_SUSPICIOUS_TOTAL = 4 * _SUSPICIOUS_SIZE
# What zipfile raises on damaged bytes, depending on where the damage is. RuntimeError: an encrypted part;
# NotImplementedError (one, too): an unknown compression.
_DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError, ValueError)
# No entities, no network. Without huge_tree, libxml2 keeps its own limits on nesting and on entities in attributes.
_SAFELY = {"resolve_entities": False, "no_network": True}


class Package(LinkedParts):
    """A workbook's zip package, opened for reading.

    Attributes:
        path: the file.
        entries: what the zip lists; of several entries with one name the last counts.

    Raises:
        InputError: where there is no such file, it is a pipe or a device, is larger than 2 GiB, is no Excel workbook,
            is protected by a password, or unpacks to an absurd size.

    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._resources = ExitStack()
        with ExitStack() as resources:
            self._zip = _open_zip(self.path, resources)
            self.entries = self._zip.infolist()
            _check_sizes(self.path, self.entries)
            self._resources = resources.pop_all()
        self._infos = {info.filename.lower(): info for info in self.entries}
        self._spelling = {key: info.filename for key, info in self._infos.items()}

    def __enter__(self) -> Package:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._resources.close()

    def find(self, name: str) -> str | None:
        """Give a part's name as the zip spells it; None where there is no such part."""
        return find_name(name, self._spelling.get)

    @property
    def names(self) -> list[str]:
        """The part names in the order of the zip."""
        return [info.filename for info in self._infos.values()]

    def open(self, name: str) -> IO[bytes]:
        """Open a part as a stream of its uncompressed bytes; names match without regard to case."""
        info = self._infos.get(name.lower())
        if info is None:
            raise InputError(f"{self.path.name} is damaged: its part {name} is missing; open and save it in Excel.")
        if info.file_size > _TOO_LARGE or (
            info.file_size > _SUSPICIOUS_SIZE and info.file_size > _SUSPICIOUS_RATIO * info.compress_size
        ):
            raise InputError(
                f"{self.path.name} is refused: its part {name} unpacks to {info.file_size / 2**20:,.0f} MiB from "
                f"{info.compress_size / 2**20:,.2f} MiB, which no real workbook does."
            )
        with self._explained(name):
            return self._zip.open(info)

    def read(self, name: str) -> bytes:
        """Read a part whole."""
        with self.open(name) as stream, self._explained(name):
            return stream.read()

    def chunks(self, name: str) -> Iterator[bytes]:
        """Read a part in chunks of about a megabyte."""
        with self.open(name) as stream:
            while True:
                with self._explained(name):
                    chunk = stream.read(_CHUNK)
                if not chunk:
                    return
                yield chunk

    def xml(self, name: str) -> etree._Element:
        """Parse a part as XML: no entities, no network."""
        content = io.BytesIO(self.read(name))
        with self._explained(name):
            root = etree.parse(content, etree.XMLParser(**_SAFELY)).getroot()
        self._refuse_dtd(name, root)
        return root

    def iterate(self, name: str, *tags: str) -> Iterator[etree._Element]:
        """Stream the finished elements with these local names, each cleared after use."""
        wanted = tuple("{*}" + tag for tag in tags)
        with self.open(name) as stream:
            with self._explained(name):
                elements = etree.iterparse(stream, events=("end",), tag=wanted, **_SAFELY)
            checked = False
            while True:
                with self._explained(name):
                    _, element = next(elements, (None, None))
                if element is None:
                    return
                if not checked:
                    self._refuse_dtd(name, element)
                    checked = True
                yield element
                element.clear()
                parent = element.getparent()
                while parent is not None and element.getprevious() is not None:
                    del parent[0]

    @contextmanager
    def _explained(self, name: str) -> Iterator[None]:
        """Say of what goes wrong while a part is read that the file is damaged."""
        try:
            yield
        except etree.XMLSyntaxError as error:
            what = " ".join(str(error).split())  # libxml2 ends some lines
            raise InputError(f"{self.path.name} is damaged: {name} is not well-formed XML ({what}).") from error
        except _DAMAGE as error:
            raise InputError(
                f"{self.path.name} is damaged in {shown(name)} ({shown(str(error))}); save it again in Excel."
            ) from error

    def _refuse_dtd(self, name: str, element: etree._Element) -> None:
        if element.getroottree().docinfo.internalDTD is not None:
            raise InputError(f"{self.path.name} is refused: {name} declares a DTD, which no workbook needs.")


def _open_zip(path: Path, resources: ExitStack) -> zipfile.ZipFile:
    """Open a workbook's zip file; what is open is closed with `resources`."""
    stream = resources.enter_context(open_input(path, most_bytes=_LARGEST_BOOK, kind="workbook"))
    try:
        with explained(path, "workbook"):
            if format_of_beginning(stream.read(LONGEST_SIGNATURE)) is Format.OLD_WORKBOOK:
                raise _explain_ole(path, stream)
            archive = resources.enter_context(zipfile.ZipFile(stream))
    except InputError:
        raise
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        raise InputError(
            f"{path.name} is not an Excel workbook, whatever its name says; open it in a spreadsheet program "
            "and save it as .xlsx."
        ) from None
    told = format_of_zip(archive.namelist())
    mend = "open it in a spreadsheet program and save it as .xlsx"
    if told is Format.BINARY_WORKBOOK:
        raise OtherFormatError(f"{path.name} is a binary workbook (.xlsb); save it as .xlsx in Excel and try again.")
    if told is Format.OPEN_DOCUMENT:
        raise OtherFormatError(f"{path.name} is an OpenDocument sheet; {mend}.")
    if told is not Format.WORKBOOK:
        raise InputError(f"{path.name} is a zip file, but not an Excel workbook; {mend}.")
    return archive


def _check_sizes(path: Path, entries: Sequence[zipfile.ZipInfo]) -> None:
    """Refuse many entries that share bytes, or that unpack to what no workbook holds, as `open` does a single one."""
    packed, unpacked = (sum(getattr(entry, name) for entry in entries) for name in ("compress_size", "file_size"))
    if packed > path.stat().st_size:
        raise InputError(f"{path.name} is refused: its parts overlap in the zip file; open and save it in Excel.")
    if unpacked > _SUSPICIOUS_TOTAL and unpacked > _SUSPICIOUS_RATIO * packed:
        raise InputError(
            f"{path.name} is refused: its {len(entries):,} parts unpack to {unpacked / 2**20:,.0f} MiB from "
            f"{packed / 2**20:,.2f} MiB, which no real workbook does."
        )


def _explain_ole(path: Path, stream: IO[bytes]) -> InputError:
    overlap, before = len(_ENCRYPTED), b""
    while chunk := stream.read(_CHUNK):
        if _ENCRYPTED in before + chunk:
            return InputError(
                f"{path.name} is protected by a password; open it in Excel, remove the password under "
                "File > Info > Protect Workbook, save, and try again."
            )
        before = chunk[-overlap:]
    return OtherFormatError(f"{path.name} is in the old .xls format; save it as .xlsx in Excel and try again.")
