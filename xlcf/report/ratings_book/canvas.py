"""A sheet under construction: what it is made from, its widths and formats, and writing at rows and columns from 1."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import sqrt

import numpy as np
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from xlcf.models.factors import Factors
from xlcf.ooxml.references import Area
from xlcf.ratings.ratings import Floats, Ratings
from xlcf.report.cells import write_formula, write_id, write_number, write_text
from xlcf.report.ratings_book.layout import Layout
from xlcf.report.style import ACCENT, ACCENT_PALE, Style

_MARGIN_WIDTH = 2.0
_LEFT_WIDTH = 50.0  # of the user factors together: the text above them needs it
_FACTOR_WIDTH = 8.5
_ITEM_WIDTH = 6.8


@dataclass(frozen=True)
class Canvas:
    """One sheet, its layout, and what is to be written on it.

    Attributes:
        sheet: the empty sheet.
        style: the workbook's formats.
        layout: where things stand.
        ratings: the ratings.
        model: the starting numbers.
        weight_decay: the weight of the sum of squares in the objective; 0 where the layout has none.

    """

    sheet: Worksheet
    style: Style
    layout: Layout
    ratings: Ratings
    model: Factors
    weight_decay: float = 0.0

    @cached_property
    def observed(self) -> Floats:
        """Shape (users, items): the ratings, NaN where there is none."""
        return self.ratings.matrix()

    @cached_property
    def predicted(self) -> Floats:
        """Shape (users, items): the predictions at the starting numbers."""
        return self.model.predict_all()

    @property
    def rmse(self) -> float:
        """The RMSE at the starting numbers."""
        return sqrt(np.nanmean((self.observed - self.predicted) ** 2))

    @property
    def objective(self) -> float:
        """The objective at the starting numbers."""
        if not self.layout.decayed:
            return self.rmse
        model = self.model
        parts = (model.user_factors, model.item_factors, model.user_bias, model.item_bias)
        squares = sum(float(np.sum(part**2)) for part in parts if part is not None)
        return self.rmse**2 + self.weight_decay * squares / len(self.ratings)

    # widths, in characters

    @property
    def factor_width(self) -> float:
        """The width of a column of user factors or biases."""
        return max(_FACTOR_WIDTH, _LEFT_WIDTH / (self.layout.id_column - self.layout.first_column))

    @property
    def id_width(self) -> float:
        """The width of the column of user ids; the objective stands in it, too."""
        texts = [self.ratings.user_name + " ↓", "factor 10", "0.00000", *map(str, self.ratings.user_ids)]
        return min(30, 3 + max(len(text) for text in texts))

    @property
    def item_width(self) -> float:
        """The width of an item's column."""
        largest = max(abs(float(part.min())) for part in (self.ratings.values, -self.ratings.values))
        return max(_ITEM_WIDTH, len(f"{-largest:.2f}") + 1)

    @property
    def user_block_width(self) -> float:
        """The width of all columns of user factors and biases together."""
        return self.factor_width * (self.layout.id_column - self.layout.first_column)

    @property
    def left_width(self) -> float:
        """The width of user factors and user ids together."""
        return self.user_block_width + self.id_width

    @property
    def width(self) -> float:
        """The width of all columns together."""
        return _MARGIN_WIDTH + self.left_width + self.layout.n_items * self.item_width

    def set_widths(self) -> None:
        """Set the width of every column."""
        layout, set_column = self.layout, self.sheet.set_column
        set_column(0, 0, _MARGIN_WIDTH)
        set_column(layout.first_column - 1, layout.id_column - 2, self.factor_width)
        set_column(layout.id_column - 1, layout.id_column - 1, self.id_width)
        set_column(layout.items_column - 1, layout.predictions.column2 - 1, self.item_width)

    # formats that several parts of the sheet share

    @property
    def factor_format(self) -> Format:
        """A factor: a cell that Solver changes."""
        return self.style("input")

    def bias_format(self, edge: str) -> Format:
        """A bias: a cell that Solver changes, set apart from the factors at the `bottom` or the `right`."""
        return self.style("input", bg_color=ACCENT_PALE, **{edge: 2, f"{edge}_color": ACCENT})

    # writing

    def text(self, row: int, column: int, text: str, style: Format) -> None:
        """Write text."""
        write_text(self.sheet, row - 1, column - 1, text, style)

    def id(self, row: int, column: int, raw_id: object, style: Format) -> None:
        """Write a raw id."""
        write_id(self.sheet, row - 1, column - 1, raw_id, style)

    def number(self, row: int, column: int, value: float | None, style: Format) -> None:
        """Write a number; None leaves the cell blank."""
        write_number(self.sheet, row - 1, column - 1, value, style)

    def formula(self, row: int, column: int, formula: str, value: float, style: Format) -> None:
        """Write a formula with its cached value."""
        write_formula(self.sheet, row - 1, column - 1, formula, value, style)

    def spread(self, row: int, last_column: int, text: str, style: Format) -> None:
        """Write text over the columns from the layout's first one to `last_column`."""
        first = self.layout.first_column
        if last_column > first:
            self.sheet.merge_range(row - 1, first - 1, row - 1, last_column - 1, "", style)
        self.text(row, first, text, style)

    def section(self, row: int, first_column: int, last_column: int, text: str) -> None:
        """Write the heading of a block over all of its columns."""
        style = self.style("section")
        self.sheet.set_row(row - 1, 24)
        for column in range(first_column, last_column + 1):
            self.sheet.write_blank(row - 1, column - 1, None, style)
        self.text(row, first_column, text, style)

    def conditional_format(self, area: Area, options: dict[str, object]) -> None:
        """Set a conditional format on an area."""
        self.sheet.conditional_format(area.row1 - 1, area.column1 - 1, area.row2 - 1, area.column2 - 1, options)
