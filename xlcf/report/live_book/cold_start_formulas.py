"""The formulas of a new user's or a new item's sheet, each beside what the library computes."""

from __future__ import annotations

from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

from xlcf.models.recommendations import ROUNDING
from xlcf.report.area import Area
from xlcf.report.factor_table import sigmoid_formula
from xlcf.report.live_book.places import (
    AVERAGE,
    AVERAGE_SUM,
    BIAS,
    ERROR,
    FIRST_ROW,
    GLOBAL_BIAS,
    ID,
    LEAST,
    MEAN,
    NOTHING,
    PREDICTION,
    RANGE_ENDS,
    RATING,
    RIDGE,
    SIGMOID_ENDS,
    SUM,
    TITLE,
    TO_RANK,
    WEIGHT,
    ColdStartPlaces,
)


class ColdStartFormulas:
    """The formulas of one sheet; they name cells of their own row of the table by `place`, counted from 0."""

    def __init__(self, places: ColdStartPlaces) -> None:
        self.places = places
        factors = places.cold_start.model.factors
        self.has_sigmoid = factors.rating_range is not None
        self.has_least = places.cold_start.least is not None
        self.has_clip = places.cold_start.model.shown_range is not None

    def difference(self) -> str:
        """Give the array formula of how far the new user's or item's weights are from the average's: ridge regression.

        A row of X without a rating has the weight 0.
        """
        places = self.places
        x = f"{places.features}*{places.column(WEIGHT)}"
        rows = f"ROW({places.weights(1)})"
        normal = f"MMULT(TRANSPOSE({x}),{x})+{places.constant(RIDGE)}*({rows}=TRANSPOSE({rows}))"
        return f"=MMULT(MINVERSE({normal}),MMULT(TRANSPOSE({x}),{places.column(ERROR)}))"

    def weight(self, place: int) -> str:
        """Give the formula of one of the weights of the new user or item."""
        return f"={self.places.weights(0).cell(place, 0)}+{self.places.weights(1).cell(place, 0)}"

    def total(self, place: int, column: int) -> str:
        """Give the formula of a prediction before sigmoid and range, by the average's weights (0) or own (2)."""
        places, features = self.places, self.places.features
        bias = f"{self._cell(BIAS, place)}+" if BIAS in places.columns else ""
        row = xl_range(FIRST_ROW + place, features.left, FIRST_ROW + place, features.right)
        return f"={bias}{places.constant(GLOBAL_BIAS)}+SUMPRODUCT(MMULT({row},{places.weights(column)}))"

    def average_prediction(self, place: int) -> str:
        """Give the formula of the average's prediction, not kept within the range."""
        return f"={self._rating(self._cell(AVERAGE_SUM, place))}" if self.has_sigmoid else self.total(place, 0)

    def prediction(self, place: int) -> str:
        """Give the formula of the prediction for the new user or item."""
        rating = self._rating(self._cell(SUM, place))
        if not self.has_clip:
            return f"={rating}"
        low, high = map(self.places.constant, RANGE_ENDS)
        return f"=MIN({high},MAX({low},{rating}))"

    def row_weight(self, place: int) -> str:
        """Give the formula of a row's weight: the slope of its prediction where there is a rating, else 0."""
        slope = "1"
        if self.has_sigmoid:
            low, high = map(self.places.constant, SIGMOID_ENDS)
            average = self._cell(AVERAGE, place)
            slope = f"({average}-{low})*({high}-{average})/({high}-{low})"
        return f"=IF({self._is_rated(place)},{slope},0)"

    def error(self, place: int) -> str:
        """Give the formula of what the average's prediction misses of a rating."""
        return f"=IF({self._is_rated(place)},{self._cell(RATING, place)}-{self._cell(AVERAGE, place)},0)"

    def to_rank(self, place: int) -> str:
        """Give the formula of what is ranked: the sum, nothing where there is a rating or the prediction is too low."""
        total = self._cell(SUM, place)
        if self.has_least:
            enough = f"{self._cell(PREDICTION, place)}>={self.places.constant(LEAST)}-{ROUNDING:g}"
            total = f'IF({enough},{total},"")'
        return f'=IF({self._is_rated(place)},"",{total})'

    def least(self) -> str:
        """Give the formula of the mean of the typed ratings, with as many of the overall mean as the ridge says."""
        typed, ridge = self.places.column(RATING), self.places.constant(RIDGE)
        return f"=(SUM({typed})+{ridge}*{self.places.constant(MEAN)})/(COUNT({typed})+{ridge})"

    def ranked_sum(self, rank: int) -> str:
        """Give the formula of the sum at a rank, counted from 0."""
        return f'=IFERROR(LARGE({self.places.column(TO_RANK)},{self._listed("Rank", rank)}),"")'

    def ranked_place(self, rank: int) -> str:
        """Give the array formula of the place in the table of the one at a rank; of equal ones each has its turn."""
        ranked, total = self.places.column(TO_RANK), self._listed("Sum", rank)
        before = self.places.list_column("Sum")
        turn = f"SUM(IF({Area('', before.top, before.left, rank + 1, 1)}={total},1,0))"
        places = f"ROW({ranked})-ROW({ranked.cell(0, 0)})+1"
        return f'=IF({total}="","",SMALL(IF({ranked}={total},{places}),{turn}))'

    def ranked(self, name: str, rank: int) -> str:
        """Give the formula of what the table has in a column for the one at a rank."""
        place = self._listed("Place", rank)
        nothing = f'"{NOTHING}"' if self.has_least and rank == 0 and name in (ID, TITLE) else '""'
        return f'=IF({place}="",{nothing},INDEX({self.places.column(name)},{place}))'

    def _rating(self, z: str) -> str:
        if not self.has_sigmoid:
            return z
        low, high = map(self.places.constant, SIGMOID_ENDS)
        return sigmoid_formula(z, low, high)

    def _is_rated(self, place: int) -> str:
        return f"ISNUMBER({self._cell(RATING, place)})"

    def _cell(self, column: str, place: int) -> str:
        """Name a cell of the same row, not fixed, so that rows may be sorted."""
        return str(xl_rowcol_to_cell(FIRST_ROW + place, self.places.column(column).left))

    def _listed(self, column: str, rank: int) -> str:
        return self.places.list_column(column).cell(rank, 0)
