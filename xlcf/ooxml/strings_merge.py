"""The shared strings of one workbook appended to those of another (ECMA-376 Part 1, 18.4)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from xlcf.ooxml.markup import ATTRIBUTES, NO_ELEMENT, Reader, blocks, root_prefix
from xlcf.ooxml.package_writer import PackageWriter

_OPENING = re.compile(rb"<(?=[^/!?])")
_CLOSING = re.compile(rb"</")


def merge_strings(target: PackageWriter, part: str, source: PackageWriter, source_part: str, uses: int) -> list[int]:
    """Append the strings that a book made by XlsxWriter has and `target` has not; give each string's new index.

    `uses` is the number of cells that show them.
    """
    prefix = root_prefix(target.open(part).read(1 << 20))
    items = [_prefixed(item, prefix) for item in _items(source.open(source_part), b"")]
    added = dict.fromkeys(items, -1)
    length = 0
    for index, item in enumerate(_items(target.open(part), prefix)):
        if added.get(item, 0) < 0:
            added[item] = index
        length = index + 1
    new = [item for item, index in added.items() if index < 0]
    for index, item in enumerate(new, length):
        added[item] = index
    target.put(part, _with_items(target.open(part), prefix, new, length + len(new), uses))
    return [added[item] for item in items]


def release_strings(package: PackageWriter, part: str, uses: int) -> None:
    """Count fewer uses of the shared strings, after cells were removed."""
    head = package.open(part).read(4096)
    if uses and _count_attribute(head):
        stream = package.open(part)
        package.put(part, _with_counts(_chunks(stream), -uses, None))


def count_string_cells(stream: Reader) -> int:
    """Count the cells of a worksheet part that show a shared string."""
    cell = re.compile(rb"""<(?:[^\s:<>/]+:)?c\s[^<>]*\bt\s*=\s*["']s["']""")
    return sum(len(cell.findall(block)) for block in blocks(stream, b"row"))


def string_count(stream: Reader) -> int:
    """Count the strings of a part written by XlsxWriter."""
    return sum(1 for _ in _items(stream, b""))


def _items(stream: Reader, prefix: bytes) -> Iterator[bytes]:
    """Give the string items as they are written, comments left out."""
    item = re.compile(
        NO_ELEMENT + rb"|(?P<this><%bsi%b(?:/>|>(?>.*?</%bsi\s*+>)))" % (prefix, ATTRIBUTES, prefix), re.DOTALL
    )
    for block in blocks(stream, b"si"):
        for match in item.finditer(block):
            if match["this"] is not None:
                yield match["this"]


def _prefixed(item: bytes, prefix: bytes) -> bytes:
    """Give the elements of an item the prefix that the target's part uses."""
    if not prefix:
        return item
    return _CLOSING.sub(b"</" + prefix, _OPENING.sub(b"<" + prefix, item))


def _with_items(stream: Reader, prefix: bytes, new: list[bytes], unique: int, uses: int) -> Iterator[bytes]:
    end = re.compile(
        rb"</%bsst\s*+>\s*+(?:<!--(?>.*?-->)\s*+)*+\Z|(<%bsst%b)/>" % (prefix, prefix, ATTRIBUTES), re.DOTALL
    )
    held = b""
    for block in _with_counts(blocks(stream, b"si"), uses, unique):
        yield held
        held = block
    match = end.search(held)
    if match is None or not new:
        yield held
    elif match[1]:  # the list was empty
        yield held[: match.start()] + match[1] + b">" + b"".join(new) + b"</%bsst>" % prefix + held[match.end() :]
    else:
        yield held[: match.start()]
        yield from new
        yield held[match.start() :]


def _with_counts(content: Iterator[bytes], uses: int, unique: int | None) -> Iterator[bytes]:
    """Change the counts on the root element; where there are none, none are added."""
    first = True
    for block in content:
        if first:
            first = False
            count = max(_count_attribute(block) + uses, 0)
            block = re.sub(rb"""(\scount\s*=\s*["'])\d+""", rb"\g<1>%d" % count, block, count=1)
            if unique is not None:
                block = re.sub(rb"""(\suniqueCount\s*=\s*["'])\d+""", rb"\g<1>%d" % unique, block, count=1)
        yield block


def _chunks(stream: Reader) -> Iterator[bytes]:
    while chunk := stream.read(1 << 20):
        yield chunk


def _count_attribute(head: bytes) -> int:
    match = re.search(rb"""\scount\s*=\s*["'](\d+)""", head)
    return int(match[1]) if match else 0
