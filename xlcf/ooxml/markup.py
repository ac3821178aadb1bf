"""Namespaces, and XML as the parts of a workbook hold it: as small trees, and as bytes too large for a tree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Protocol
from xml.sax.saxutils import escape, unescape

from lxml import etree

from xlcf.errors import InputError

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
CONTENT_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"

DECLARATION = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# Patterns take no character back (possessive quantifiers), so that each takes time in proportion to what it reads.
_ATTRIBUTE = rb"""\s++[^\s=<>"'/]++\s*+=\s*+(?:"[^"]*+"|'[^']*+')"""
# attributes of a start tag, whose values may hold a ">"
ATTRIBUTES = rb"(?:" + _ATTRIBUTE + rb")*+\s*+"
# what may stand between elements and look like one inside
NO_ELEMENT = rb"<!--(?>.*?-->)|<!\[CDATA\[(?>.*?\]\]>)|<\?(?>.*?\?>)"

_BLOCK = 1 << 20  # bytes
_DECLARATION_ENDS = 5  # bytes after which none begins, a byte order mark before it or not
_LONGEST_HEAD = 16 << 20  # bytes before a part's root element, and of its tag
_ROOT = re.compile(rb"<(?:(?P<prefix>[^\s:<>/?!]+):)?(?P<tag>[^\s:<>/?!]+)" + ATTRIBUTES + rb"/?>")
_QUOTES = {'"': "&quot;"}
_UNQUOTES = {"&quot;": '"', "&apos;": "'"}


class Reader(Protocol):
    """What bytes are read from."""

    def read(self, size: int = -1, /) -> bytes:
        """Give the next bytes, at most `size`; none at the end."""
        ...


def main_tag(tag: str) -> str:
    """Give the full name of an element of SpreadsheetML."""
    return f"{{{MAIN}}}{tag}"


def serialise(root: etree._Element) -> bytes:
    """Write a tree as the bytes of a part."""
    content: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=False)
    return DECLARATION + content


def child_in_order(parent: etree._Element, tag: str, order: tuple[str, ...]) -> etree._Element:
    """Find the child with a SpreadsheetML tag, made at the place that the schema's `order` gives it if need be."""
    child = parent.find(main_tag(tag))
    if child is None:
        child = etree.SubElement(parent, main_tag(tag))
        later = {main_tag(name) for name in order[order.index(tag) + 1 :]}
        successor = next((element for element in parent if element.tag in later), None)
        if successor is not None:
            successor.addprevious(child)
    return child


def leads_nowhere(sheet: etree._Element) -> bool:
    """Tell of an element of the list of sheets whether it stands for a module sheet of Excel 5.

    Excel writes `r:id=""` for one, since its code is kept elsewhere; the file has no part for it, and is sound.
    """
    return any(value == "" for key, value in sheet.items() if key.endswith("}id"))


def integer(element: etree._Element, attribute: str, default: int = 0) -> int:
    """Read a number from an attribute; `default` where it is missing or damaged."""
    text = element.get(attribute, "")
    return int(text) if text.isdecimal() else default


def escape_text(text: str) -> bytes:
    """Write text as the content of an element or of an attribute in double quotes."""
    return escape(text, _QUOTES).encode()


def unescape_text(content: bytes) -> str:
    """Read the content of an element or attribute that holds no markup."""
    text = re.sub(r"&#(?:x([0-9A-Fa-f]+)|([0-9]+));", _character, content.decode())
    return unescape(text, _UNQUOTES)


def _character(match: re.Match[str]) -> str:
    return escape(chr(int(match[1], 16) if match[1] else int(match[2])), _QUOTES)


@lru_cache
def _finder(name: bytes) -> re.Pattern[bytes]:
    """Compile what finds an attribute of this name among attributes, and not inside the value of another."""
    return re.compile(
        rb"(?:<[^\s/>]++)?+(?:" + _ATTRIBUTE + rb""")*?(?P<before>\s++%b\s*+=\s*+)(?P<value>"[^"]*+"|'[^']*+')""" % name
    )


def attribute(attributes: bytes, name: bytes) -> bytes | None:
    """Give the value, as it is written, of one of a start tag's attributes; None without it."""
    match = _finder(name).match(attributes)
    return None if match is None else match["value"][1:-1]


def with_attribute(markup: bytes, name: bytes, value: bytes) -> bytes:
    """Give a start tag, or its attributes, with another value of an attribute that it has."""
    match = _finder(name).match(markup)
    if match is None:
        return markup
    return markup[: match.start("value")] + b'"' + value + b'"' + markup[match.end() :]


def without_attribute(attributes: bytes, name: bytes) -> bytes:
    """Give a start tag's attributes without one of them."""
    match = _finder(name).match(attributes)
    return attributes if match is None else attributes[: match.start("before")] + attributes[match.end() :]


def root_prefix(head: bytes) -> bytes:
    """Give the namespace prefix, with its colon, of a part's root element; empty for the default namespace.

    Raises:
        InputError: where the part is not in UTF-8, declares a DTD, or holds no element.

    """
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or re.match(
        rb"""(?i)<\?xml[^>]*encoding\s*=\s*["']UTF-?(?:16|32)""", head
    ):
        raise InputError("A part of the workbook is not written in UTF-8; open it in Excel and save it again.")
    if b"<!DOCTYPE" in head:
        raise InputError("A part of the workbook declares a DTD, which no workbook needs; save it again in Excel.")
    match = _root(head)
    if match is None:
        raise InputError("A part of the workbook holds no XML; open it in Excel and save it again.")
    return match["prefix"] + b":" if match["prefix"] else b""


def _root(head: bytes) -> re.Match[bytes] | None:
    return _ROOT.search(re.sub(rb"<!--(?>.*?-->)", b"", head, flags=re.DOTALL))


def blocks(stream: Reader, tag: bytes) -> Iterator[bytes]:
    """Cut a part into blocks of about a megabyte that end just before a start tag `tag`, or at the part's end.

    Where comments, CDATA sections or processing instructions occur, in which such a tag would be none, the rest comes
    as one block.
    """
    head = b""
    while _root(head) is None and (chunk := stream.read(_BLOCK)):
        head += chunk
        if len(head) > _LONGEST_HEAD:
            raise InputError("A part of the workbook has no root element in its first 16 MB; save it again in Excel.")
    marker = b"<" + root_prefix(head) + tag if head else b""
    held: list[bytes] = []  # what waits for the end of its block
    tail = b""
    start = _DECLARATION_ENDS  # the XML declaration is no processing instruction
    chunk = head
    while chunk:
        searched = tail + chunk  # a marker may lie across two chunks
        if b"<!" in searched or searched.find(b"<?", start) >= 0:
            yield b"".join([*held, chunk, *iter(lambda: stream.read(_BLOCK), b"")])
            return
        cut = searched.rfind(marker) - len(tail)
        if cut + len(tail) >= 0 and cut + sum(map(len, held)) > 0:
            pending = b"".join([*held, chunk])
            cut += len(pending) - len(chunk)
            yield pending[:cut]
            held = [pending[cut:]]
        else:
            held.append(chunk)
        tail, start = searched[-len(marker) + 1 :], 0
        chunk = stream.read(_BLOCK)
    if held:
        yield b"".join(held)
