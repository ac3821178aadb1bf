"""The cells of one worksheet: values as Excel last stored them, and formulas (ECMA-376 Part 1, 18.3.1)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from xlcf.ooxml.package import Package
from xlcf.ooxml.references import Area, address, parse_area, parse_cell, shift_formula


@dataclass(frozen=True)
class ExcelError:
    """An error as a cell's value, e.g. `#DIV/0!`."""

    code: str

    def __str__(self) -> str:
        return self.code


Scalar = float | str | bool | ExcelError
Position = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell's formula.

    Attributes:
        text: without the leading `=`, as written at `origin`.
        origin: (row, column) of the cell for which `text` is written; another one's for a shared formula.
        array: the area of the array formula that the cell belongs to, or None.

    """

    text: str
    origin: Position
    array: Area | None = None


class Worksheet:
    """One sheet: `values` and `formulas` by (row, column), both counted from 1.

    A cell that is missing from `values` is blank. The value of a formula cell is the one that Excel cached.
    """

    def __init__(self, name: str, position: int) -> None:
        self.name = name
        self.position = position
        self.values: dict[Position, Scalar] = {}
        self.formulas: dict[Position, Formula] = {}
        self.n_rows = 0
        self.n_columns = 0

    def value(self, cell: str) -> Scalar | None:
        """Give the value of a cell such as `V41`; None where it is blank."""
        return self.values.get(parse_cell(cell))

    def formula(self, cell: str) -> str | None:
        """Give the formula of a cell such as `V41` as Excel shows it, with `=`; None where it has none."""
        return self.formula_at(*parse_cell(cell))

    def formula_at(self, row: int, column: int) -> str | None:
        """Give the formula of a cell by position; see `formula`."""
        formula = self.formulas.get((row, column))
        if formula is None:
            return None
        if formula.array is not None:
            return f"{{={formula.text}}}"
        return "=" + shift_formula(formula.text, row - formula.origin[0], column - formula.origin[1])

    def _set_extent(self) -> None:
        for cells in (self.values, self.formulas):
            for row, column in cells:
                self.n_rows = max(self.n_rows, row)
                self.n_columns = max(self.n_columns, column)


def read_worksheet(package: Package, part: str, name: str, position: int, strings: Sequence[str]) -> Worksheet:
    """Read a worksheet part; shared formulas and array formulas are resolved to each of their cells."""
    sheet = Worksheet(name, position)
    shared: dict[str, Formula] = {}
    arrays: list[tuple[Area, Formula]] = []
    row = 0
    for row_element in package.iterate(part, "row"):
        row = int(row_element.get("r", row + 1))
        column = 0
        for cell in row_element.iterchildren("{*}c"):
            reference = cell.get("r")
            row, column = parse_cell(reference) if reference else (row, column + 1)
            value = _read_value(cell, strings)
            if value is not None:
                sheet.values[row, column] = value
            element = cell.find("{*}f")
            if element is None:
                continue
            formula = _read_formula(element, (row, column), shared, name)
            if formula is not None:
                sheet.formulas[row, column] = formula
                if formula.array is not None:
                    arrays.append((formula.array, formula))
    for area, formula in arrays:
        for _, at_row, at_column in area.cells():
            sheet.formulas.setdefault((at_row, at_column), formula)
    sheet._set_extent()
    return sheet


def _read_formula(element: etree._Element, at: Position, shared: dict[str, Formula], sheet: str) -> Formula | None:
    kind, text = element.get("t", "normal"), element.text or ""
    if kind == "shared":
        index = element.get("si", "")
        if text:
            shared[index] = Formula(text, at)
        return shared.get(index)
    if kind == "dataTable" or not text:
        return None
    if kind == "array":
        return Formula(text, at, parse_area(element.get("ref") or address(*at), sheet))
    return Formula(text, at)


def _read_value(cell: etree._Element, strings: Sequence[str]) -> Scalar | None:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        inline = cell.find("{*}is")
        return None if inline is None else rich_text(inline)
    text = cell.findtext("{*}v")
    if text is None or (text == "" and kind != "str"):
        return None
    if kind == "n":
        return float(text)
    if kind == "s":
        return strings[int(text)]
    if kind == "b":
        return text.strip() in ("1", "true")
    if kind == "e":
        return ExcelError(text)
    if kind == "d":
        return _serial_date(text)
    return unescape(text)


def rich_text(element: etree._Element) -> str:
    """Join the runs of a string item, without its phonetic guides."""
    return unescape("".join(run.text or "" for run in element.iter("{*}t") if not run.getparent().tag.endswith("}rPh")))


def unescape(text: str) -> str:
    """Undo the `_x000D_` escapes of ST_Xstring (ECMA-376 Part 1, 22.9.2.19)."""
    if "_x" not in text:
        return text
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), text)


def _serial_date(text: str) -> float | str:
    try:
        moment = datetime.fromisoformat(text.replace("Z", ""))
    except ValueError:
        return text
    return (moment - datetime(1899, 12, 30)).total_seconds() / 86400
