"""Cell metadata, which marks dynamic arrays and rich values (ECMA-376 Part 1, 18.9)."""

from __future__ import annotations

from lxml import etree

from xlcf.ooxml.checks.contents import Contents
from xlcf.ooxml.checks.finding import Check

METADATA = Check(
    "cell-metadata",
    "error",
    "cells with cm or vm whose metadata is not there",
    "Delete the attribute, or put the metadata part back.",
)


class Metadata:
    """How many records there are for `cm` and for `vm`, both counted from 1; None where that cannot be known."""

    def __init__(self, book: Contents) -> None:
        part = book.sheet_part("sheetMetadata")
        root = book.tree(part)
        unknown = part is not None and root is None
        self.lengths: dict[str, int | None] = {
            "cm": None if unknown else _records(root, "cellMetadata"),
            "vm": None if unknown else _records(root, "valueMetadata"),
        }

    def has(self, attribute: str, index: str) -> bool:
        """Tell whether a cell's `cm` or `vm` has its record; 0 means none."""
        length = self.lengths[attribute]
        return length is None or (index.isdecimal() and int(index) <= length)


def _records(root: etree._Element | None, name: str) -> int:
    return 0 if root is None else sum(1 for _ in root.iterfind(f"{{*}}{name}/{{*}}bk"))
