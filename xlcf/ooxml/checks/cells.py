"""The cells of worksheets, streamed: their order, and the indices and values in them (ECMA-376 Part 1, 18.3.1.4)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from lxml import etree

from xlcf.errors import InputError
from xlcf.ooxml.checks.calc_chain import CalcChain
from xlcf.ooxml.checks.contents import Contents, ListedSheet, Scan, local_name
from xlcf.ooxml.checks.element_order import ELEMENT_ORDER
from xlcf.ooxml.checks.finding import Check, Finding, Tally
from xlcf.ooxml.checks.metadata import METADATA, Metadata
from xlcf.ooxml.checks.styles import STYLE, Styles
from xlcf.ooxml.references import MAX_COLUMNS, MAX_ROWS, Area, address, column_number, parse_area, quote_sheet
from xlcf.ooxml.schema_order import WORKSHEET, OrderCheck

ORDER = Check(
    "cell-order",
    "error",
    "rows and cells out of order, twice, or outside the sheet",
    "Sort the rows by number and the cells by column, and keep one of each.",
)
SHARED_STRING = Check(
    "shared-string-index",
    "error",
    "cells that use a shared string that is not there",
    "Type the text again, or set the index to one that exists.",
)
NOT_FINITE = Check(
    "not-finite", "error", "NaN and infinities as numbers", "Empty the cell, or write an error such as #N/A (t='e')."
)
VALUE = Check(
    "cell-value", "error", "values that do not fit the type of their cell", "Type the value again, or mend the type."
)

_DIGITS = "0123456789"
# Whatever may stand beside the rows; relationships and formats may be named in many of these.
_AROUND = (*WORKSHEET, "drawingHF", "slicerList", "timelineRefs", "AlternateContent")


@dataclass
class Counts:
    """What there is to compute: cells with something in them, and formulas."""

    cells: int = 0
    formulas: int = 0


class CellChecker:
    """Checks worksheet after worksheet, against the lists that their cells point into."""

    def __init__(self, book: Contents, styles: Styles) -> None:
        self._book = book
        self._metadata = Metadata(book)
        self.calc_chain = CalcChain(book)
        self.counts = Counts()
        self._strings = _count_strings(book)
        self._styles = styles
        self._known_styles = {str(number) for number in range(max(styles.cell_formats, 1))}

    def check(self, tab: ListedSheet) -> Iterator[Finding]:
        """Read one worksheet through."""
        assert tab.part is not None
        scan = self._book.scans[tab.part] = Scan()
        sheet = _Sheet(tab, Tally(), quote_sheet(tab.name))
        last_row, order = 0, OrderCheck(WORKSHEET)
        try:
            for element in self._book.package.iterate(tab.part, "row", *_AROUND):
                name = local_name(element.tag)
                parent = element.getparent()
                if name != "row":
                    scan.add(element)
                    if parent is not None and local_name(parent.tag) == "worksheet" and order.is_late(name):
                        what = f"Its {name} stands after its {order.before}, where Excel does not look for it."
                        sheet.tally.add(ELEMENT_ORDER, tab.part, what)
                    if name == "cols":
                        self._check_columns(element, sheet)
                elif parent is not None and local_name(parent.tag) == "sheetData":  # drawing anchors have rows, too
                    last_row = self._check_row(element, last_row, sheet)
        except InputError as error:
            self._book.report_unreadable(tab.part, error)
        yield from sheet.tally

    def _check_columns(self, columns: etree._Element, sheet: _Sheet) -> None:
        for column in columns.iterchildren("{*}col"):
            self._check_style(column.get("style"), f"{sheet.name} column {column.get('min')}", sheet)

    def _check_row(self, row: etree._Element, last_row: int, sheet: _Sheet) -> int:
        """Check a row and its cells; give the number of the last row so far."""
        text = row.get("r")
        number = last_row + 1 if text is None else _whole(text)
        if not last_row < number <= MAX_ROWS:
            sheet.tally.add(ORDER, f"{sheet.name} row {text}", f"Row {text} follows row {last_row}.")
        self._check_style(row.get("s"), f"{sheet.name} row {number}", sheet)
        last_column = 0
        digits, tags = str(number), _Tags.of(row.tag)
        for cell in row:
            if cell.tag != tags.cell:
                continue
            reference = cell.get("r")
            if reference is None:
                column = last_column + 1
            else:
                letters = reference.rstrip(_DIGITS)
                column = _column(letters)
                if reference[len(letters) :] != digits and _whole(reference[len(letters) :]) != number:
                    sheet.tally.add(ORDER, f"{sheet.name}!{reference}", f"The cell {reference} stands in row {number}.")
            if not last_column < column <= MAX_COLUMNS:
                before = f"follows {address(number, last_column)}" if last_column else "stands first in its row"
                sheet.tally.add(ORDER, f"{sheet.name}!{reference}", f"The cell {reference} {before}.")
            last_column = max(last_column, min(column, MAX_COLUMNS))
            self._check_cell(cell, number, column, sheet, tags)
        return max(last_row, min(number, MAX_ROWS))

    def _check_cell(self, cell: etree._Element, row: int, column: int, sheet: _Sheet, tags: _Tags) -> None:
        style = cell.get("s")
        if style is not None and style not in self._known_styles:
            self._check_style(style, f"{sheet.name}!{address(row, column)}", sheet)
        for attribute in ("cm", "vm"):
            index = cell.get(attribute)
            if index is not None and not self._metadata.has(attribute, index):
                what = f"Its {attribute} is {index}, but the workbook has no such metadata."
                sheet.tally.add(METADATA, f"{sheet.name}!{address(row, column)}", what)
        value = None
        for child in cell:
            if child.tag == tags.value:
                value = child.text
            elif child.tag == tags.formula:
                self.counts.formulas += 1
                self.calc_chain.meet(sheet.tab.sheet_id, _formula_area(child, row, column))
        if value is not None:
            self.counts.cells += 1
            found = self._judge(cell.get("t", "n"), value)
            if found is not None:
                sheet.tally.add(found[0], f"{sheet.name}!{address(row, column)}", found[1])

    def _check_style(self, style: str | None, where: str, sheet: _Sheet) -> None:
        if style is None or style in self._known_styles or not self._styles.known:
            return
        length = self._styles.cell_formats
        if not 0 <= _whole(style) < max(length, 1):
            sheet.tally.add(STYLE, where, f"Its cell format is number {style} (from 0), but there are {length}.")

    def _judge(self, kind: str, value: str) -> tuple[Check, str] | None:
        """Say what is wrong with a value."""
        if kind == "n":
            try:
                if math.isfinite(float(value)):
                    return None
            except ValueError:
                return (VALUE, f"{value!r} stands where a number belongs.") if value.strip() else None
            return NOT_FINITE, f"{value} stands where a number belongs."
        if kind == "s":
            if 0 <= _whole(value) < self._strings:
                return None
            return SHARED_STRING, f"It shows shared string number {value} (from 0), but there are {self._strings:,}."
        if kind == "b" and value.strip() not in ("0", "1", "true", "false"):
            return VALUE, f"{value!r} stands where a truth value (0 or 1) belongs."
        if kind not in ("b", "e", "str", "inlineStr", "d"):
            return VALUE, f"Its type {kind!r} does not exist."
        return None


@dataclass(frozen=True)
class _Sheet:
    tab: ListedSheet
    tally: Tally
    name: str  # quoted, as before a !


@dataclass(frozen=True)
class _Tags:
    """The tags in a row, in the row's own namespace."""

    cell: str
    value: str
    formula: str

    @staticmethod
    @cache
    def of(row: str) -> _Tags:
        namespace = row.removesuffix("row")
        return _Tags(namespace + "c", namespace + "v", namespace + "f")


def _count_strings(book: Contents) -> float:
    """Count the shared strings. Where they cannot be read, that is one finding, not one for each cell that uses one."""
    part = book.sheet_part("sharedStrings")
    if part is None:
        return 0
    return book.scans[part].records if part in book.scans else math.inf


@cache
def _column(letters: str) -> int:
    """Number a column; 0 where the letters are none."""
    return column_number(letters) if letters.isascii() and letters.isalpha() and len(letters) <= 3 else 0


def _whole(text: str) -> int:
    """Read a whole number; -1 where the text is none."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else -1


def _formula_area(formula: etree._Element, row: int, column: int) -> Area:
    """Give the cells that a formula fills: more than its own for array formulas and data tables."""
    if formula.get("t") in ("array", "dataTable"):
        try:
            return parse_area(formula.get("ref", ""), "")
        except ValueError:
            pass  # then at least its own cell
    return Area("", row, column, row, column)
