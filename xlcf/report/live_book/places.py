"""Where everything stands on the sheet of a new user or a new item."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from xlcf.report.area import Area, cell_name
from xlcf.report.live_book.cold_start import ColdStart
from xlcf.report.page import LEFT

CAPTION_ROW, HEADER_ROW, FIRST_ROW = 3, 4, 5
LISTED = 25
"""Most recommendations on the sheet."""

ID, TITLE, RATINGS, RATING, PREDICTION = "Id", "Title", "Ratings", "Rating", "Prediction"
TO_RANK, SUM, AVERAGE_SUM, AVERAGE = "To rank", "Sum", "Average's sum", "Average's prediction"
WEIGHT, ERROR, BIAS, CONSTANT = "Weight", "Error", "Bias", "Constant"
RANK, PLACE = "Rank", "Place"
LIST_COLUMNS = (RANK, TITLE, PREDICTION, RATINGS, SUM, PLACE)
_TABLE_LEFT = LEFT + len(LIST_COLUMNS) + 1
RIDGE, TYPED, GLOBAL_BIAS = "Ridge", "Ratings typed", "Global bias"
SIGMOID_ENDS = ("Sigmoid's low end", "Sigmoid's high end")
RANGE_ENDS = ("Lowest rating", "Highest rating")
MEAN, LEAST = "Mean of all ratings", "Your mean rating"
NOTHING = "nothing is predicted at or above your mean rating"
"""In the place of the first recommendation where there is none."""


@dataclass(frozen=True)
class ColdStartPlaces:
    """The cells of one sheet: a ranked list, constants and weights below it, and right of it the table of the others.

    Attributes:
        sheet: the sheet's name.
        cold_start: what it shows.

    """

    sheet: str
    cold_start: ColdStart

    @property
    def rows(self) -> int:
        """How many the table lists."""
        return len(self.cold_start.listed)

    @property
    def list_rows(self) -> int:
        """How many the ranked list has room for."""
        return min(LISTED, self.rows)

    def list_column(self, name: str) -> Area:
        """Give a column of the ranked list."""
        return Area("", FIRST_ROW, LEFT + LIST_COLUMNS.index(name), self.list_rows, 1)

    @cached_property
    def columns(self) -> list[str]:
        """The names of the table's columns before the factors."""
        cold_start = self.cold_start
        has_sigmoid = cold_start.model.factors.rating_range is not None
        return [
            ID,
            *([TITLE] if cold_start.titles is not None else []),
            *(RATINGS, RATING, PREDICTION, TO_RANK, SUM),
            *([AVERAGE_SUM] if has_sigmoid else []),
            *(AVERAGE, WEIGHT, ERROR),
            *([BIAS] if cold_start.bias is not None else []),
            *([CONSTANT] if cold_start.fold_in.has_bias else []),
        ]

    def column(self, name: str) -> Area:
        """Give a column of the table, as formulas on this sheet name it."""
        return Area("", FIRST_ROW, _TABLE_LEFT + self.columns.index(name), self.rows, 1)

    def beyond(self, name: str) -> Area:
        """Give a column of the table, as formulas on other sheets name it."""
        area = self.column(name)
        return Area(self.sheet, area.top, area.left, area.rows, area.columns)

    @property
    def features(self) -> Area:
        """The constant, where there is one, and the factors."""
        has_bias = self.cold_start.fold_in.has_bias
        left = _TABLE_LEFT + len(self.columns) - has_bias
        return Area("", FIRST_ROW, left, self.rows, len(self.cold_start.fold_in.average))

    @property
    def factors(self) -> Area:
        """The factors, as formulas on other sheets name them."""
        n_factors = self.cold_start.model.factors.n_factors
        return Area(self.sheet, FIRST_ROW, _TABLE_LEFT + len(self.columns), self.rows, n_factors)

    @property
    def left(self) -> int:
        """The table's first column."""
        return _TABLE_LEFT

    @property
    def right(self) -> int:
        """The table's last column."""
        return self.features.right

    @cached_property
    def constants(self) -> list[str]:
        """What the numbers below the list are called, top down."""
        model = self.cold_start.model
        names = [RIDGE, TYPED, GLOBAL_BIAS]
        names += SIGMOID_ENDS if model.factors.rating_range is not None else []
        names += RANGE_ENDS if model.shown_range is not None else []
        return [*names, *((MEAN, LEAST) if self.cold_start.least is not None else ())]

    @property
    def constants_row(self) -> int:
        """The row of the first of them; a caption stands above."""
        return FIRST_ROW + self.list_rows + 2

    def constant(self, name: str) -> str:
        """Name the cell of one of them."""
        return cell_name(self.constants_row + self.constants.index(name), LEFT + 2)

    def weights(self, column: int) -> Area:
        """Give a column of the table of weights: 0 the average's, 1 the difference, 2 those of the new user or item."""
        top = self.constants_row + len(self.constants) + 3
        return Area("", top, LEFT + 2 + column, len(self.cold_start.fold_in.average), 1)
