"""What kind of part each one is: [Content_Types].xml, read and edited (ECMA-376 Part 2, 10.1.2)."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from urllib.parse import unquote

from lxml import etree

from xlcf.ooxml.markup import CONTENT_TYPES

CONTENT_TYPES_PART = "[Content_Types].xml"


def _nothing() -> None:
    pass


class ContentTypes:
    """The content types of a package's parts: an Override for a part, or a Default for its extension.

    Names and extensions match without regard to case, names with escaped characters also those without; of several
    elements for one part the first counts.

    Args:
        root: the root of the part that holds them; None where it cannot be read, which counts as empty.
        before_edit: called before the tree changes.

    Attributes:
        known: whether the part could be read.

    """

    def __init__(self, root: etree._Element | None, before_edit: Callable[[], object] = _nothing) -> None:
        self.known = root is not None
        self._root = etree.Element(f"{{{CONTENT_TYPES}}}Types") if root is None else root
        self._before_edit = before_edit
        self._defaults: dict[str, etree._Element] = {}
        self._overrides: dict[str, etree._Element] = {}
        for element in self._root.iterchildren("{*}Default"):
            self._defaults.setdefault(element.get("Extension", "").lower(), element)
        for element in self._root.iterchildren("{*}Override"):
            self._overrides.setdefault(_key(element.get("PartName", "")), element)

    def of(self, name: str) -> str:
        """Give the content type of a part; empty where the package names none."""
        return _type(self._overrides.get(_key(name))) or _type(self._defaults.get(_extension(name)))

    def declared(self, content_type: str | None = None) -> list[str]:
        """List the parts that are said, each by itself, to have a content type; without one, to have any."""
        return [
            element.get("PartName", "").removeprefix("/")
            for element in self._overrides.values()
            if content_type is None or _type(element) == content_type
        ]

    def declare(self, name: str, content_type: str) -> None:
        """Say what a part is."""
        if self.of(name) == content_type:
            return
        override, extension = self._overrides.get(_key(name)), _extension(name)
        if override is None and extension not in ("", "xml") and extension not in self._defaults:
            self.cover(extension, content_type)
            return
        self._before_edit()
        if override is None:
            override = etree.SubElement(self._root, f"{{{CONTENT_TYPES}}}Override", PartName="/" + name)
            self._overrides[_key(name)] = override
        override.set("ContentType", content_type)

    def cover(self, extension: str, content_type: str) -> None:
        """Say what the parts with an extension are, where nothing is said yet."""
        if extension.lower() in self._defaults:
            return
        self._before_edit()
        default = etree.Element(f"{{{CONTENT_TYPES}}}Default", Extension=extension, ContentType=content_type)
        self._root.insert(0, default)
        self._defaults[extension.lower()] = default

    def forget(self, name: str) -> None:
        """Take back what is said of a part."""
        override = self._overrides.pop(_key(name), None)
        if override is not None:
            self._before_edit()
            self._root.remove(override)


def _key(name: str) -> str:
    return unquote(name.removeprefix("/")).lower()


def _extension(name: str) -> str:
    _, dot, extension = posixpath.basename(name).rpartition(".")
    return extension.lower() if dot else ""


def _type(element: etree._Element | None) -> str:
    return "" if element is None else str(element.get("ContentType", ""))
