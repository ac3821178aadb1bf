"""Which sheet is selected: an attribute of each sheet's view, changed without touching the part's other bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from xlcf.ooxml.book_part import BookPart, Tab
from xlcf.ooxml.markup import ATTRIBUTES, NO_ELEMENT, Reader, attribute, blocks, root_prefix, without_attribute
from xlcf.ooxml.package_writer import PackageWriter

_SELECTED = b"tabSelected"


def select_only(package: PackageWriter, book: BookPart, active: Tab, own: Iterable[str]) -> None:
    """Leave one tab selected; Excel would type into all that are.

    `own` are the parts that may be changed at will: where the active tab is one of them, it is marked as selected.
    Of the other parts only those change that are selected beside it.
    """
    own = {part.lower() for part in own}
    for tab in book.tabs:
        wanted = tab.position == active.position
        if not tab.part:
            continue
        if is_selected(package.open(tab.part)) == wanted or (wanted and tab.part.lower() not in own):
            continue
        package.put(tab.part, with_selection(package.open(tab.part), wanted))


def is_selected(stream: Reader) -> bool:
    """Tell whether a sheet's part says that the sheet is selected."""
    head = next(blocks(stream, b"row"), b"")
    views = [view["attributes"] for view in _views(head) if view["attributes"] is not None]
    return any(attribute(view, _SELECTED) in (b"1", b"true") for view in views)


def with_selection(stream: Reader, selected: bool) -> Iterator[bytes]:
    """Give the chunks of a sheet's part with its views selected or not."""
    content = blocks(stream, b"row")
    head = next(content, b"")
    done = 0
    for view in _views(head):
        if view["attributes"] is None:
            continue
        attributes = without_attribute(view["attributes"], _SELECTED)
        yield head[done : view.start("attributes")]
        yield b' tabSelected="1"' + attributes if selected else attributes
        done = view.end("attributes")
    yield head[done:]
    yield from content


def _views(head: bytes) -> Iterator[re.Match[bytes]]:
    view = re.compile(NO_ELEMENT + b"|<%bsheetView(?P<attributes>%b)/?>" % (root_prefix(head), ATTRIBUTES), re.DOTALL)
    return view.finditer(head, 0, _end_of_views(head))


def _end_of_views(head: bytes) -> int:
    end = re.search(rb"</(?:[^\s:<>/]+:)?sheetViews\s*+>", head)
    return end.end() if end else len(head)
