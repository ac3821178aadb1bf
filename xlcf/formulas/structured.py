"""References to tables: `Sales[Price]`, `Sales[[#This Row],[a]:[b]]`, `[@Price]`.

In names of columns an apostrophe takes their meaning from `[`, `]`, `#`, `@` and `'`.
"""

from __future__ import annotations

import re

from xlcf.formulas.errors import FormulaError
from xlcf.formulas.syntax import TableReference

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
