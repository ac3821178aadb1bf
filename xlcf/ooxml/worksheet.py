"""The cells of one worksheet: values as Excel last stored them, and formulas (ECMA-376 Part 1, 18.3.1)."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from lxml import etree

from xlcf.errors import InputError
from xlcf.ooxml.filters import area_in_use, filtered_rows
from xlcf.ooxml.package import Package
from xlcf.ooxml.references import (
    MAX_COLUMNS,
    MAX_ROWS,
    Area,
    address,
    parse_area,
    parse_cell,
    quote_sheet,
    shift_formula,
)

_MOST_ARRAY_CELLS = 1 << 22  # cells of the array formulas of a sheet: four whole columns

_TRUE = ("1", "true")
_LONGEST_CAUSE = 100  # characters that an error shows of what is wrong


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
        dynamic: whether that area is as large as the result, as newer Excel has it, and not chosen by a person.

    """

    text: str
    origin: Position
    array: Area | None = None
    dynamic: bool = False


class Worksheet:
    """One sheet: `values` and `formulas` by (row, column), both counted from 1.

    A cell that is missing from `values` is blank. The value of a formula cell is the one that Excel cached.
    `hidden_rows` are hidden by hand or by a filter, `filtered_rows` are those of them that a filter hides.
    """

    def __init__(self, name: str, position: int) -> None:
        self.name = name
        self.position = position
        self.values: dict[Position, Scalar] = {}
        self.formulas: dict[Position, Formula] = {}
        self.n_rows = 0
        self.n_columns = 0
        self.hidden_rows: frozenset[int] = frozenset()
        self.filtered_rows: frozenset[int] = frozenset()

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

    def set_extent(self) -> None:
        """Find the last row and column in use."""
        for cells in (self.values, self.formulas):
            for row, column in cells:
                self.n_rows = max(self.n_rows, row)
                self.n_columns = max(self.n_columns, column)


def read_worksheet(
    package: Package,
    part: str,
    name: str,
    position: int,
    strings: Sequence[str],
    errors: Mapping[str, ExcelError] = MappingProxyType({}),
) -> Worksheet:
    """Read a worksheet part; shared formulas and array formulas are resolved to each of their cells.

    Args:
        package: the workbook's.
        part: the part's name.
        name: the sheet's name.
        position: its place among the sheets.
        strings: the shared strings.
        errors: the rich values that are errors, see `rich_errors`.

    Raises:
        InputError: where the part, or a cell in it, is damaged.

    """
    sheet = Worksheet(name, position)
    shared: dict[str, Formula] = {}
    row = 0
    hidden: set[int] = set()
    filter_in_use: Area | None = None
    for element in package.iterate(part, "row", "autoFilter"):
        if etree.QName(element).localname == "autoFilter":
            if element.getparent().getparent() is None:  # not one of another view of the sheet
                filter_in_use = area_in_use(element, name)
            continue
        row = _read_row(element, row, sheet, strings, errors, shared, package.path.name)
        if element.get("hidden") in ("1", "true"):
            hidden.add(row)
    sheet.hidden_rows = frozenset(hidden)
    sheet.filtered_rows = filtered_rows(package, part, name, filter_in_use, sheet.hidden_rows)
    arrays = [formula for formula in sheet.formulas.values() if formula.array is not None and formula.array.size > 1]
    if sum(formula.array.size for formula in arrays if formula.array is not None) > _MOST_ARRAY_CELLS:
        raise InputError(
            f"{package.path.name} has array formulas over more than {_MOST_ARRAY_CELLS:,} cells on the sheet {name}; "
            "make them smaller in Excel."
        )
    for formula in arrays:
        assert formula.array is not None
        for _, at_row, at_column in formula.array.cells():
            sheet.formulas.setdefault((at_row, at_column), formula)
    sheet.set_extent()
    return sheet


def _read_row(
    element: etree._Element,
    row: int,
    sheet: Worksheet,
    strings: Sequence[str],
    errors: Mapping[str, ExcelError],
    shared: dict[str, Formula],
    book: str,
) -> int:
    """Read a row that follows the row numbered `row`, and give its number.

    As a function, so that no cell is held afterwards: lxml takes quadratic time to clear an element whose child is.
    """
    column = 0
    try:
        row = int(element.get("r", row + 1))
        for cell in element.iterchildren("{*}c"):
            reference = cell.get("r")
            row, column = parse_cell(reference) if reference else (row, column + 1)
            _read_cell(cell, (row, column), sheet, strings, errors, shared)
    except InputError:
        raise
    except (ValueError, IndexError) as error:
        near = f"{quote_sheet(sheet.name)}!{address(max(row, 1), max(column, 1))}"
        what = str(error) if len(str(error)) <= _LONGEST_CAUSE else f"{str(error)[:_LONGEST_CAUSE]}..."
        raise InputError(f"{book} is damaged at or after {near} ({what}); open and save it in Excel.") from error
    return row


def _read_cell(
    cell: etree._Element,
    at: Position,
    sheet: Worksheet,
    strings: Sequence[str],
    errors: Mapping[str, ExcelError],
    shared: dict[str, Formula],
) -> None:
    if not (1 <= at[0] <= MAX_ROWS and 1 <= at[1] <= MAX_COLUMNS):
        raise ValueError("a cell outside the sheet")
    value = _read_value(cell, strings)
    if isinstance(value, ExcelError):
        value = errors.get(cell.get("vm", ""), value)
    if value is not None:
        sheet.values[at] = value
    element = cell.find("{*}f")
    formula = None if element is None else _read_formula(element, at, shared, sheet.name)
    if formula is not None:
        is_dynamic = formula.array is not None and cell.get("cm", "0") != "0"
        sheet.formulas[at] = replace(formula, dynamic=True) if is_dynamic else formula


def _read_formula(element: etree._Element, at: Position, shared: dict[str, Formula], sheet: str) -> Formula | None:
    kind, text = element.get("t", "normal"), (element.text or "").removeprefix("=")
    if kind == "shared":
        index = element.get("si", "")
        if text:
            shared[index] = Formula(text, at)
        return shared.get(index)
    if kind == "dataTable":
        return _data_table(element, at, sheet)
    if not text:
        return None
    return Formula(text, at, _array(element, at, sheet) if kind == "array" else None)


def _array(element: etree._Element, at: Position, sheet: str) -> Area:
    area = parse_area(element.get("ref") or address(*at), sheet)
    if area.size > _MOST_ARRAY_CELLS:
        raise ValueError(f"an array formula over {area.local()}")
    return area


def _data_table(element: etree._Element, at: Position, sheet: str) -> Formula | None:
    """Read a what-if data table as the array formula that Excel shows, TABLE(row input, column input).

    The row above it and the column to its left, which hold its formulas and what goes into the inputs, are named as
    well: it depends on them.
    """
    area = _array(element, at, sheet)
    if area.row1 == 1 or area.column1 == 1:
        return None
    above = Area("", area.row1 - 1, area.column1 - 1, area.row1 - 1, area.column2)
    left = Area("", area.row1 - 1, area.column1 - 1, area.row2, area.column1 - 1)
    first, second = ("" if element.get(f"del{n}") in _TRUE else element.get(f"r{n}", "") for n in (1, 2))
    if element.get("dt2D") in _TRUE:
        inputs = first, second
    elif element.get("dtr") in _TRUE:
        inputs = first, ""
    else:
        inputs = "", first
    return Formula(f"TABLE({','.join([*inputs, above.local(), left.local()])})", at, area)


def _read_value(cell: etree._Element, strings: Sequence[str]) -> Scalar | None:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        inline = cell.find("{*}is")
        return None if inline is None else rich_text(inline)
    text = cell.findtext("{*}v")
    if text is None or (text == "" and kind != "str"):
        return None
    if kind == "n":
        number = float(text)
        if not math.isfinite(number):
            raise ValueError(f"{text!r} is no number")
        return number
    if kind == "s":
        index = int(text)
        if not 0 <= index < len(strings):
            raise ValueError(f"there is no shared string {text}")
        return strings[index]
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
    text = re.sub(r"_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), text)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # joins escaped surrogate pairs


def _serial_date(text: str) -> float | str:
    try:
        moment = datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return text
    days = (moment - datetime(1899, 12, 30)).total_seconds() / 86400
    return days if days >= 61 else days - 1  # Excel counts a 29 February 1900
