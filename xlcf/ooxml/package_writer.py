"""A workbook's package with some of its parts changed; all other parts keep their bytes, order and times."""

from __future__ import annotations

import lzma
import os
import posixpath
import re
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import IO, cast

from lxml import etree

from xlcf.errors import InputError
from xlcf.files.input_files import shown
from xlcf.files.replacing import replacing
from xlcf.ooxml.content_types import CONTENT_TYPES_PART, ContentTypes
from xlcf.ooxml.markup import Reader, serialise
from xlcf.ooxml.package import Package
from xlcf.ooxml.relationships import (
    CONTENT_TYPE,
    LinkedParts,
    add_relationship,
    find_name,
    new_relationships,
    relationships_part,
)

_CHUNK = 1 << 20  # bytes
_IN_MEMORY = 16 << 20  # bytes of a new part that are kept in memory; larger ones wait in a temporary file
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the time that Excel gives every part
_DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError)


class PackageWriter(LinkedParts):
    """A package opened for editing: parts are replaced, added and removed in memory, then saved as a new file.

    The parts that are not touched come out as the same bytes in the same order, each with the compression method and
    the time of its zip entry. Changed parts keep their place; new parts follow at the end.

    It is made from a path, or from a package that is open already, which it then closes.

    Attributes:
        path: the file that is read.

    Raises:
        InputError: where the file is missing or is no workbook.

    """

    def __init__(self, path: str | Path | Package) -> None:
        self._resources = ExitStack()
        self._package = self._resources.enter_context(path if isinstance(path, Package) else Package(path))
        self._entries = {info.filename.lower(): info for info in self._package.entries}
        self._names = {key: info.filename for key, info in self._entries.items()}
        self._contents: dict[str, IO[bytes]] = {}
        self._trees: dict[str, etree._Element] = {}
        self._changed: set[str] = set()
        self.path = self._package.path
        self._mode = self.path.stat().st_mode | stat.S_IRUSR | stat.S_IWUSR

    def __enter__(self) -> PackageWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def find(self, name: str) -> str | None:
        """Give a part's name as the package spells it; None where there is no such part."""
        return find_name(name, self._names.get)

    def close(self) -> None:
        """Close the file that is read, and forget all changes."""
        self._resources.close()

    @cached_property
    def types(self) -> ContentTypes:
        """The content types of the parts."""
        return ContentTypes(self.xml(CONTENT_TYPES_PART), lambda: self.edit(CONTENT_TYPES_PART))

    def parts_of_type(self, content_type: str) -> list[str]:
        """List the parts that are said, each by itself, to have a content type."""
        return [part for name in self.types.declared(content_type) if (part := self.find(name)) is not None]

    @property
    def names(self) -> list[str]:
        """The names of all parts, new ones last."""
        return list(self._names.values())

    def open(self, name: str) -> Reader:
        """Open a part as it is now, to be read before that part is opened again.

        Raises:
            InputError: where the part is missing or damaged, now or while it is read.

        """
        key = name.lower()
        if key in self._changed:
            self._store(key, [serialise(self._trees[key])])
            self._changed.discard(key)
        stream = self._contents.get(key)
        if stream is not None:
            stream.seek(0)
            return stream
        return _PartReader(self._package.open(name), f"{self.path.name} is damaged in {shown(name)}")

    def read(self, name: str) -> bytes:
        """Read a part as it is now."""
        return b"".join(self._chunks(name))

    def xml(self, name: str) -> etree._Element:
        """Give a part as a tree, to be read; the same tree that `edit` gives."""
        key = name.lower()
        if key not in self._trees:
            if key in self._contents:
                self._trees[key] = etree.fromstring(self.read(name), etree.XMLParser(resolve_entities=False))
            else:
                self._trees[key] = self._package.xml(name)
        return self._trees[key]

    def edit(self, name: str) -> etree._Element:
        """Give a part as a tree whose changes are saved."""
        root = self.xml(name)
        self._changed.add(name.lower())
        return root

    def put(self, name: str, content: bytes | Iterable[bytes], content_type: str | None = None) -> None:
        """Replace a part, or add one; a new part needs its content type."""
        key = name.lower()
        self._store(key, [content] if isinstance(content, bytes) else content)
        self._names.setdefault(key, name)
        self._trees.pop(key, None)
        self._changed.discard(key)
        if content_type is not None:
            self.types.declare(name, content_type)

    def remove(self, name: str) -> None:
        """Remove a part with its own relationships and its content type; links to it are the caller's."""
        if name not in self:
            return
        for gone in (name, relationships_part(name)):
            key = gone.lower()
            self._names.pop(key, None)
            self._entries.pop(key, None)
            self._trees.pop(key, None)
            self._changed.discard(key)
            content = self._contents.pop(key, None)
            if content is not None:
                content.close()
            self.types.forget(gone)  # relationships, too: LibreOffice declares each

    def free_name(self, name: str) -> str:
        """Give the first free name of a part's kind: `xl/charts/chart1.xml`, `xl/charts/chart2.xml`, ..."""
        stem, extension = posixpath.splitext(name)
        stem = re.sub(r"\d+$", "", stem)
        number = 1
        while f"{stem}{number}{extension}" in self:
            number += 1
        return f"{stem}{number}{extension}"

    def relate(self, part: str, type_uri: str, target: str) -> str:
        """Link a part to another part, and give the new link's id."""
        name = relationships_part(part)
        if name not in self:
            self.put(name, serialise(new_relationships()))
            self.types.cover("rels", CONTENT_TYPE)
        return add_relationship(self.edit(name), part, type_uri, target)

    def unrelate(self, part: str, link_id: str) -> None:
        """Remove a link; the part that it leads to stays."""
        root = self.edit(relationships_part(part))
        for element in list(root):
            if element.get("Id") == link_id:
                root.remove(element)

    def save(self, target: str | Path, *, backup: Path | None = None) -> None:
        """Write the package beside `target`, then rename it; whatever was there stays whole until then.

        The file that is read may be the target. Afterwards the package is closed.

        Args:
            target: where to write.
            backup: where a copy of what was at `target` goes.

        Raises:
            InputError: where the target cannot be written, or a part that is copied is damaged.

        """
        with replacing(target) as beside:
            beside.chmod(beside.stat().st_mode & self._mode)  # a copy of a private workbook is private
            with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as archive:
                self._write(archive)
            if backup is not None:
                with replacing(backup) as copy:
                    shutil.copyfile(target, str(copy))
                shutil.copystat(target, backup)
            self.close()  # an open file cannot be replaced everywhere

    def _write(self, archive: zipfile.ZipFile) -> None:
        for key, name in self._names.items():
            old = self._entries.get(key)
            info = zipfile.ZipInfo(name, _EPOCH if old is None else old.date_time)
            info.compress_type = zipfile.ZIP_DEFLATED if old is None else old.compress_type
            if old is not None:
                info.external_attr, info.create_system, info.comment = old.external_attr, old.create_system, old.comment
            if name.endswith("/"):
                archive.writestr(info, b"")
                continue
            info.file_size = self._size(key)
            with archive.open(info, "w") as part:
                for chunk in self._chunks(name):
                    part.write(chunk)

    def _size(self, key: str) -> int:
        """Tell how large a part is, or will be at most, so that the zip gets the room for its size."""
        if key in self._changed:
            self.open(self._names[key])
        content = self._contents.get(key)
        return self._entries[key].file_size if content is None else content.seek(0, os.SEEK_END)

    def _chunks(self, name: str) -> Iterator[bytes]:
        stream = self.open(name)
        while chunk := stream.read(_CHUNK):
            yield chunk

    def _store(self, key: str, content: Iterable[bytes]) -> None:
        """Keep new content of a part, which may be made from the content that it replaces."""
        spooled = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 (closed with the package)
        stream = cast(IO[bytes], self._resources.enter_context(spooled))
        for chunk in content:
            try:
                stream.write(chunk)
            except OSError as error:
                raise InputError(
                    f"There is no room for temporary files ({error.strerror}); free some space."
                ) from error
        old = self._contents.get(key)
        if old is not None:
            old.close()
        self._contents[key] = stream


class _PartReader:
    """A stream out of the zip; what is damaged there is said in words."""

    def __init__(self, stream: IO[bytes], complaint: str) -> None:
        self._stream = stream
        self._complaint = complaint

    def read(self, size: int = -1, /) -> bytes:
        try:
            return self._stream.read(size)
        except _DAMAGE as error:
            raise InputError(f"{self._complaint} ({shown(str(error))}); save it again in Excel.") from error
