"""Tables on sheets: a caption, headers, and a row each of ids, texts, numbers or formulas."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from xlcf.report.cells import Formula, write_formula, write_id, write_number, write_text
from xlcf.report.page import LEFT, SECTION_POINTS, Page

Look = Mapping[str, object] | Callable[[int], Mapping[str, object]]

Values = Sequence[Any] | NDArray[Any]

_TEXTS = ("id", "text")


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        name: its header.
        width: its width in characters.
        values: one a row: an id, a text, a number, a `Formula`, or None for a blank cell.
        role: how it looks (`Style`); of `id` and `text` the header stands left, too.
        look: changes of that look, such as `num_format`; or a function that gives those of a row by its place, from 0.

    """

    name: str
    width: float
    values: Values
    role: str = "cell"
    look: Look = field(default_factory=dict)


def numbers(name: str, width: float, values: Values, number: str, *, role: str = "cell", bold: bool = False) -> Column:
    """Make a column of numbers with their number format."""
    return Column(name, width, values, role, {"num_format": number} | ({"bold": True} if bold else {}))


def write_table(
    page: Page,
    columns: Sequence[Column],
    top: int,
    left: int = LEFT,
    *,
    caption: str = "",
    row_look: Look | None = None,
) -> int:
    """Write a table row by row.

    Args:
        page: the page.
        columns: the columns.
        top: 0-based, the row of the caption, or of the headers where there is none.
        left: 0-based, the first column.
        caption: what stands above the headers.
        row_look: changes of the look of all cells of a row, which come after those of their columns.

    Returns:
        The 0-based row after the last.

    """
    page.columns((column.width for column in columns), left)
    if caption:
        page.caption(top, left, left + len(columns) - 1, caption)
        page.sheet.set_row(top, SECTION_POINTS)
        top += 1
    write_headers(page, columns, top, left)
    rows = max(len(column.values) for column in columns)
    styles = [_styles(page, column, row_look or {}) for column in columns]
    for place in range(rows):
        for number, (column, style) in enumerate(zip(columns, styles, strict=True), left):
            if place < len(column.values):
                write_cell(page.sheet, top + 1 + place, number, column.values[place], column.role, style(place))
    return top + 1 + rows


def _styles(page: Page, column: Column, row_look: Look) -> Callable[[int], Format]:
    """Give the format of a cell of a column by its place."""
    if not callable(column.look) and not callable(row_look):
        style = page.style(column.role, **{**column.look, **row_look})
        return lambda _: style

    def of(place: int) -> Format:
        looks = (look(place) if callable(look) else look for look in (column.look, row_look))
        return page.style(column.role, **{name: value for look in looks for name, value in look.items()})

    return of


def write_headers(page: Page, columns: Sequence[Column], row: int, left: int = LEFT) -> None:
    """Write the names of columns."""
    for number, column in enumerate(columns, left):
        style = page.style("header_text" if column.role in _TEXTS else "header")
        write_text(page.sheet, row, number, column.name, style)


def write_cell(sheet: Worksheet, row: int, column: int, value: Any, role: str, style: Format) -> None:
    """Write an id, a text, a number, a formula with its value, or, for None, a blank cell."""
    if value is None:
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, Formula):
        write_formula(sheet, row, column, value.text, value.value, style)
    elif isinstance(value, str):
        write_text(sheet, row, column, value, style)
    elif role in _TEXTS:
        write_id(sheet, row, column, value, style)
    else:
        write_number(sheet, row, column, float(value), style)
