"""Cell formats: the lists in the styles part, and the indices into them (ECMA-376 Part 1, 18.8)."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from xlcf.ooxml.checks.contents import Contents
from xlcf.ooxml.checks.finding import Check, Finding

STYLE = Check(
    "style-index",
    "error",
    "cells, rows, columns and formats that use a format that is not there",
    "Format the cells anew, or set the index to one that exists.",
)
DXF = Check(
    "dxf-index",
    "error",
    "conditional formats and tables that use a differential format (dxf) that is not there",
    "Make the rule or the table's format anew, or set dxfId to one that exists.",
)

# attribute of a format -> the list that it points into
_PARTS_OF_A_FORMAT = {"fontId": "fonts", "fillId": "fills", "borderId": "borders", "xfId": "cellStyleXfs"}


class Styles:
    """The lists of the styles part: how long each is."""

    def __init__(self, book: Contents) -> None:
        self.part = book.sheet_part("styles")
        self.root = book.tree(self.part)
        # where the part cannot be read, nothing can be said of indices into it
        self.known = self.part is None or self.root is not None
        self.cell_formats = self.length("cellXfs") or 0

    def length(self, name: str) -> int | None:
        """Give how many formats a list holds; None where the part has no such list."""
        found = None if self.root is None else self.root.find(f"{{*}}{name}")
        return None if found is None else sum(1 for _ in found.iterchildren(etree.Element))


def check_styles(book: Contents, styles: Styles) -> Iterator[Finding]:
    """Check the formats themselves, and every dxfId of the package."""
    if not styles.known:
        return
    if styles.root is not None and styles.part is not None:
        yield from _formats(styles, styles.root, styles.part)
    dxfs = styles.length("dxfs") or 0
    for part, scan in book.scans.items():
        for index, user in scan.formats.items():
            if not _is_index(index, dxfs):
                yield DXF.found(part, f"The {user} is {index}, but the workbook has {dxfs} differential formats.")


def _formats(styles: Styles, root: etree._Element, part: str) -> Iterator[Finding]:
    lengths = {attribute: styles.length(name) for attribute, name in _PARTS_OF_A_FORMAT.items()}
    for place in ("cellStyleXfs/{*}xf", "cellXfs/{*}xf", "cellStyles/{*}cellStyle"):
        for number, element in enumerate(root.iterfind(f"{{*}}{place}")):
            for attribute, length in lengths.items():
                index = element.get(attribute)
                if index is not None and length is not None and not _is_index(index, length):
                    owner = f"number {number} of the {place.partition('/')[0]}"
                    yield STYLE.found(part, f"The {attribute} of {owner} is {index}, but there are {length}.")


def _is_index(text: str, length: int) -> bool:
    return text.strip().isdecimal() and int(text) < length
