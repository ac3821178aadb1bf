"""Lists of items on a sheet: a caption, headers, a row an item."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from xlsxwriter.worksheet import Worksheet

from xlcf.models.rating_model import RatingModel
from xlcf.report.cells import write_id, write_number, write_text
from xlcf.report.style import Style, id_width, title_width

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

LEFT = 1
TITLE = "Title"
TITLE_WIDTH = 60.0


@dataclass(frozen=True)
class Column:
    """A column of numbers: its header, its width in characters, one value a row, and the number format."""

    name: str
    width: float
    values: Sequence[float] | Floats | Integers
    number: str
    bold: bool = False


def write_list(
    sheet: Worksheet,
    style: Style,
    top: int,
    left: int,
    caption: str,
    write: Callable[[int], None],
    heads: list[str],
    rows: int,
) -> None:
    """Write a caption and headers at `top`, and let `write` fill each row below by its number on the sheet."""
    section = style("section")
    write_text(sheet, top, left, caption, section)
    for column in range(left + 1, left + len(heads)):
        sheet.write_blank(top, column, None, section)
    sheet.set_row(top, 20)
    for column, head in enumerate(heads, left):
        write_text(sheet, top + 1, column, head, style("header_text" if column == left or head == TITLE else "header"))
    for row in range(rows):
        write(top + 2 + row)


class ItemList:
    """Items with their ids, titles and numbers of ratings, and further columns of numbers.

    Attributes:
        fitted: whose items they are.
        items: shape (rows,), codes.
        columns: further columns.

    """

    def __init__(self, fitted: RatingModel, items: Integers, columns: Sequence[Column]) -> None:
        self.fitted, self.items, self.columns = fitted, items, columns

    @property
    def heads(self) -> list[str]:
        """The headers."""
        titles = [] if self.fitted.item_titles is None else [TITLE]
        return [self.fitted.item_name, *titles, *(column.name for column in self.columns), "Ratings"]

    def widths(self) -> list[float]:
        """Give the widths of the columns in characters."""
        fitted = self.fitted
        ids = [fitted.item_ids[item] for item in self.items.tolist()]
        titles = []
        if fitted.item_titles is not None:
            titles = [title_width([fitted.item_titles[item] for item in self.items.tolist()], TITLE_WIDTH)]
        return [id_width(fitted.item_name, ids), *titles, *(column.width for column in self.columns), 10.0]

    def write(self, sheet: Worksheet, style: Style, top: int, caption: str, left: int = LEFT) -> int:
        """Write the list from a row on; give the first row below it."""

        def row(number: int) -> None:
            place = number - top - 2
            item = int(self.items[place])
            column = left
            write_id(sheet, number, column, self.fitted.item_ids[item], style("id", bold=False))
            if self.fitted.item_titles is not None:
                column += 1
                write_text(sheet, number, column, self.fitted.item_titles[item], style("text"))
            for numbers in self.columns:
                column += 1
                shown = style("cell", num_format=numbers.number, bold=numbers.bold)
                write_number(sheet, number, column, float(numbers.values[place]), shown)
            count = int(self.fitted.item_counts[item])
            write_number(sheet, number, column + 1, count, style("cell", num_format="#,##0"))

        write_list(sheet, style, top, left, caption, row, self.heads, len(self.items))
        return top + 2 + len(self.items)
