"""References to tables: `Sales[Price]`, `Sales[[#This Row],[a]:[b]]`, `[@Price]`.

In names of columns an apostrophe takes their meaning from `[`, `]`, `#`, `@` and `'`.
"""

from __future__ import annotations

import re

from xlcf.formulas.errors import CellError, FormulaError
from xlcf.formulas.syntax import AreaReference, Coordinate, TableReference
from xlcf.ooxml.tables import Table
from xlcf.ooxml.workbook import Workbook

_ROWS = {"#ALL", "#DATA", "#HEADERS", "#TOTALS", "#THIS ROW"}
_PART = re.compile(r"\[(?P<name>(?:'.|[^\[\]'])*+)\]|(?P<sign>[,:])|(?P<space>\s+)", re.DOTALL)


def table_reference(table: str | None, text: str) -> TableReference:
    """Read a table's name, None for the formula's own, and the brackets behind it.

    Raises:
        FormulaError: where the brackets hold no reference to a table.

    """
    inside = text[1:-1].strip()
    if inside.startswith("@"):
        named = inside[1:].strip()
        if named and not named.startswith("["):
            return TableReference(table, ("#THIS ROW",), (_unescaped(named),) * 2)
        rows, columns = _parts(named, text)
        return TableReference(table, ("#THIS ROW", *rows), columns)
    if inside.startswith("["):
        return TableReference(table, *_parts(inside, text))
    if inside.upper() in _ROWS:
        return TableReference(table, (inside.upper(),), None)
    # a single column's name keeps its blanks
    return TableReference(table, (), (_unescaped(text[1:-1]),) * 2 if text[1:-1] else None)


def _parts(inside: str, text: str) -> tuple[tuple[str, ...], tuple[str, str] | None]:
    rows: list[str] = []
    columns: list[str] = []
    position, is_range = 0, False
    while position < len(inside):
        match = _PART.match(inside, position)
        if match is None:
            raise FormulaError(f"{text} is no part of a table")
        position = match.end()
        if match["sign"]:
            is_range = is_range or match["sign"] == ":"
        elif match["name"] is not None and match["name"].upper().strip() in _ROWS:
            rows.append(match["name"].upper().strip())
        elif match["name"] is not None:
            columns.append(_unescaped(match["name"]))
    if len(columns) > 2 or (len(columns) == 2 and not is_range):
        raise FormulaError(f"{text} names columns of a table that do not stand side by side")
    return tuple(rows), (columns[0], columns[-1]) if columns else None


def _unescaped(name: str) -> str:
    return re.sub(r"'(.)", r"\1", name, flags=re.DOTALL)


def resolve(reference: TableReference, workbook: Workbook, host: tuple[str, int, int]) -> AreaReference:
    """Find the cells that a reference to a table means, as seen from the cell (sheet, row, column) of its formula.

    Raises:
        CellError: #REF! where the table has no such part, #VALUE! where the formula does not stand in a row of the data
            though it means its own.

    """
    sheet, row, _ = host
    table = workbook.table_at(*host) if reference.table is None else workbook.table(reference.table)
    if table is None:
        raise CellError("#NAME?" if reference.table else "#REF!")
    columns = [table.area.column1, table.area.column2]
    if reference.columns is not None:
        found = [table.column(name) for name in reference.columns]
        if None in found:
            raise CellError("#REF!")
        columns = sorted(each for each in found if each is not None)
    first, last = (Coordinate(number, True) for number in columns)
    if "#THIS ROW" in reference.rows:
        if not (sheet == table.area.sheet and table.data_rows[0] <= row <= table.data_rows[1]):
            raise CellError("#VALUE!")
        return AreaReference(table.area.sheet, Coordinate(0, False), first, Coordinate(0, False), last)
    top, bottom = _rows(table, reference.rows)
    return AreaReference(table.area.sheet, Coordinate(top, True), first, Coordinate(bottom, True), last)


def _rows(table: Table, wanted: tuple[str, ...]) -> tuple[int, int]:
    if "#ALL" in wanted:
        return table.area.row1, table.area.row2
    top, bottom = table.data_rows
    ends = []
    if not wanted or "#DATA" in wanted:
        ends.append((top, bottom))
    if "#HEADERS" in wanted:
        ends.append((table.area.row1, table.area.row1) if table.header_rows else (0, -1))
    if "#TOTALS" in wanted:
        ends.append((table.area.row2, table.area.row2) if table.totals_rows else (0, -1))
    there = [end for end in ends if end[0] <= end[1]]
    if not there:
        raise CellError("#REF!")
    return min(end[0] for end in there), max(end[1] for end in there)
