"""A sheet of ratings under construction: what it is made from, its widths and formats."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

from xlcf.arrays import Floats
from xlcf.metrics import rmse
from xlcf.models.factors import Factors
from xlcf.ratings.ratings import Ratings
from xlcf.report.area import Area
from xlcf.report.cells import merge_text, write_text
from xlcf.report.page import LEFT, MARGIN_WIDTH, Page
from xlcf.report.ratings_book.layout import Layout
from xlcf.report.style import ACCENT, ACCENT_PALE, Style

_HEADING_POINTS = 24
_LEFT_WIDTH = 50.0  # of the user factors together: the text above them needs it
_FACTOR_WIDTH = 8.5
_ITEM_WIDTH = 6.8


class RatingsPage(Page):
    """One sheet, its layout, and what is to be written on it.

    Attributes:
        layout: where things stand.
        ratings: the ratings.
        model: the starting numbers.
        weight_decay: the weight of the sum of squares in the objective; 0 where the layout has none.

    """

    def __init__(
        self,
        book: Workbook,
        style: Style,
        layout: Layout,
        ratings: Ratings,
        model: Factors,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(book, layout.sheet, style=style)
        self.layout, self.ratings, self.model, self.weight_decay = layout, ratings, model, weight_decay

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
        return rmse((self.observed - self.predicted)[~np.isnan(self.observed)])

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
        return max(_FACTOR_WIDTH, _LEFT_WIDTH / (self.layout.id_column - LEFT))

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
        return self.factor_width * (self.layout.id_column - LEFT)

    @property
    def left_width(self) -> float:
        """The width of user factors and user ids together."""
        return self.user_block_width + self.id_width

    @property
    def whole_width(self) -> float:
        """The width of all columns together."""
        return MARGIN_WIDTH + self.left_width + self.layout.n_items * self.item_width

    def set_widths(self) -> None:
        """Set the width of every column."""
        layout = self.layout
        self.columns([*[self.factor_width] * (layout.id_column - LEFT), self.id_width])
        self.columns([self.item_width] * layout.n_items, layout.items_column)

    # formats that several parts of the sheet share

    @property
    def factor_format(self) -> Format:
        """A factor: a cell that Solver changes."""
        return self.style("input")

    def bias_format(self, edge: str) -> Format:
        """A bias: a cell that Solver changes, set apart from the factors at the `bottom` or the `right`."""
        return self.style("input", bg_color=ACCENT_PALE, **{edge: 2, f"{edge}_color": ACCENT})

    # writing

    def spread(self, row: int, last_column: int, text: str, style: Format) -> None:
        """Write text over the columns from the first one to `last_column`."""
        if last_column > LEFT:
            merge_text(self.sheet, row, LEFT, last_column, text, style)
        else:
            write_text(self.sheet, row, LEFT, text, style)

    def block(self, row: int, left: int, right: int, text: str) -> None:
        """Write the heading of a block over all of its columns."""
        self.sheet.set_row(row, _HEADING_POINTS)
        self.caption(row, left, right, text)

    def colour(self, area: Area, options: dict[str, object]) -> None:
        """Set a conditional format on an area."""
        self.sheet.conditional_format(area.top, area.left, area.bottom, area.right, options)
