"""Sheets taken out of a workbook, with the parts that only they need."""

from __future__ import annotations

import re

from xlcf.errors import InputError
from xlcf.ooxml.book_part import BookPart, Tab
from xlcf.ooxml.defined_names import position_of
from xlcf.ooxml.markup import blocks
from xlcf.ooxml.package_writer import PackageWriter
from xlcf.ooxml.strings_merge import count_string_cells, release_strings

_CHAIN_SHEET = re.compile(rb"""\si\s*=\s*["']([0-9]+)""")


def drop_tab(package: PackageWriter, book: BookPart, tab: Tab) -> None:
    """Remove a sheet: its tab, the names local to it, its part and the parts that only it needs.

    Raises:
        InputError: where it is the only sheet.

    """
    if len(book.sheet_elements()) == 1:
        raise InputError(f"{tab.name!r} is the only sheet of {package.path.name}, and a workbook needs one.")
    book.remove_tab(tab)
    _remove_content(package, book, tab)


def empty_tab(package: PackageWriter, book: BookPart, tab: Tab, mark_name: str) -> None:
    """Remove what a sheet holds, to be replaced: its tab stays, leading nowhere until it is linked again.

    Of the names local to it go the built-in ones (print area, titles, filter) and the mark; a person's own stay.
    """
    for element in book.name_elements():
        name = element.get("name", "")
        if position_of(element) == tab.position and (name.startswith("_xlnm.") or name.lower() == mark_name.lower()):
            book.remove_name(element)
    _remove_content(package, book, tab)


def _remove_content(package: PackageWriter, book: BookPart, tab: Tab) -> None:
    strings = book.related("sharedStrings")
    if strings is not None and tab.kind == "worksheet":
        release_strings(package, strings, count_string_cells(package.open(tab.part)))
    _drop_calculation_chain(package, book, tab.sheet_id)
    own = package.reachable(tab.part)
    package.unrelate(book.part, tab.link)
    for name in sorted(own - package.reachable()):
        package.remove(name)


def _drop_calculation_chain(package: PackageWriter, book: BookPart, sheet_id: int) -> None:
    """Drop the calculation chain where it names formulas of a sheet; Excel builds it anew."""
    part = book.related("calcChain")
    if part is None:
        return
    named = {int(number) for block in blocks(package.open(part), b"c") for number in _CHAIN_SHEET.findall(block)}
    if sheet_id not in named:
        return
    for link in package.relationships(book.part):
        if link.kind == "calcChain":
            package.unrelate(book.part, link.id)
    package.remove(part)
