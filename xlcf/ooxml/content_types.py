"""What kind of part each one is: [Content_Types].xml, read and edited (ECMA-376 Part 2, 10.1.2)."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lxml import etree

from xlcf.ooxml.markup import CONTENT_TYPES

if TYPE_CHECKING:
    from xlcf.ooxml.package_writer import PackageWriter

CONTENT_TYPES_PART = "[Content_Types].xml"


class ContentTypes:
    """The content types of a package's parts: an Override for a part, or a Default for its extension."""

    def __init__(self, package: PackageWriter) -> None:
        self._package = package

    def of(self, name: str) -> str:
        """Give the content type of a part; empty where the package names none."""
        override = self._override(name)
        if override is not None:
            return str(override.get("ContentType", ""))
        return self._default(posixpath.splitext(name)[1][1:])

    def parts(self, content_type: str) -> list[str]:
        """List the parts that are said, each by itself, to have a content type."""
        named = [element.get("PartName", "")[1:] for element in self._overrides(content_type)]
        return [name for name in named if name in self._package]

    def declare(self, name: str, content_type: str) -> None:
        """Say what a part is."""
        if self.of(name) == content_type:
            return
        override, extension = self._override(name), posixpath.splitext(name)[1][1:]
        if override is None and extension != "xml" and not self._default(extension):
            self.cover(extension, content_type)
            return
        types = self._package.edit(CONTENT_TYPES_PART)
        if override is None:
            override = etree.SubElement(types, f"{{{CONTENT_TYPES}}}Override", PartName="/" + name)
        override.set("ContentType", content_type)

    def cover(self, extension: str, content_type: str) -> None:
        """Say what the parts with an extension are, where nothing is said yet."""
        if not self._default(extension):
            default = etree.Element(f"{{{CONTENT_TYPES}}}Default", Extension=extension, ContentType=content_type)
            self._package.edit(CONTENT_TYPES_PART).insert(0, default)

    def forget(self, name: str) -> None:
        """Take back what is said of a part."""
        override = self._override(name)
        if override is not None:
            self._package.edit(CONTENT_TYPES_PART).remove(override)

    def _default(self, extension: str) -> str:
        for default in self._package.xml(CONTENT_TYPES_PART).iterchildren("{*}Default"):
            if default.get("Extension", "").lower() == extension.lower():
                return str(default.get("ContentType", ""))
        return ""

    def _override(self, name: str) -> etree._Element | None:
        for element in self._overrides():
            if element.get("PartName", "").lower() == "/" + name.lower():
                return element
        return None

    def _overrides(self, content_type: str | None = None) -> Iterator[etree._Element]:
        for element in self._package.xml(CONTENT_TYPES_PART).iterchildren("{*}Override"):
            if content_type is None or element.get("ContentType") == content_type:
                yield element
