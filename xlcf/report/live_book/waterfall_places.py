"""Where everything stands on the sheet `Waterfall`, and what its formulas give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import isclose

import numpy as np

from xlcf.arrays import Floats
from xlcf.models.factors import Factors
from xlcf.report.area import Area, cell_name
from xlcf.report.live_book.places import ColdStartPlaces
from xlcf.report.page import LEFT

USER_ROW, ITEM_ROW = 4, 5
CHOSEN, PLACE, RATINGS = LEFT + 1, LEFT + 3, LEFT + 4
"""The columns of the two cells to choose in (merged with the next), of their places, and of their ratings."""
PARTS_ROW = 9
"""The row of the first part of a prediction."""
SHOWN_FACTORS = 10
"""Most factors with a bar of their own."""
CHART_LEFT = LEFT + 6
BARS_ROW = 31
"""The row of the first bar's numbers, below the chart."""
BAR_COLUMNS = (
    "Bar",
    "Factor",
    "Change",
    "From",
    "To",
    "Base",
    "Up",
    "Up below 0",
    "Down",
    "Down below 0",
    "Total",
)

MEAN, GLOBAL_BIAS, USER_BIAS, ITEM_BIAS = "Mean", "Global bias", "User's bias", "Item's bias"
FACTORS, OTHERS, SUM, CLIPPED, PREDICTION = "All factors", "Other factors", "Sum", "Kept within range", "Prediction"


@dataclass(frozen=True)
class WaterfallPlaces:
    """The cells of the sheet, and the prediction that it shows at first.

    Attributes:
        users: the sheet that lists users and their factors.
        items: the one that lists items.
        user: the code of the user it shows at first; one that is listed.
        item: the item's.

    """

    users: ColdStartPlaces
    items: ColdStartPlaces
    user: int
    item: int

    @property
    def factors(self) -> Factors:
        """The model's factors."""
        return self.users.cold_start.model.factors

    @property
    def has_sigmoid(self) -> bool:
        """Whether the sum goes through a sigmoid."""
        return self.factors.rating_range is not None

    @property
    def clip(self) -> tuple[float, float] | None:
        """The range that the bars are kept within; None where it has none, or a sigmoid comes first."""
        return None if self.has_sigmoid else self.users.cold_start.model.shown_range

    @cached_property
    def products(self) -> Floats:
        """What each factor adds: shape (factors,)."""
        return np.asarray(self.factors.user_factors[self.user] * self.factors.item_factors[self.item])

    @property
    def base(self) -> str:
        """What a prediction begins with is called: the mean where it is the mean rating."""
        model = self.users.cold_start.model
        return MEAN if isclose(self.factors.global_bias, model.mean, rel_tol=1e-6) else GLOBAL_BIAS

    @cached_property
    def parts(self) -> dict[str, float]:
        """What is added up, by name."""
        factors = self.factors
        parts = {self.base: factors.global_bias} if factors.global_bias else {}
        if factors.user_bias is not None:
            parts[USER_BIAS] = float(factors.user_bias[self.user])
        if factors.item_bias is not None:
            parts[ITEM_BIAS] = float(factors.item_bias[self.item])
        return parts | {FACTORS: float(self.products.sum())}

    @property
    def total(self) -> float:
        """Their sum."""
        return sum(self.parts.values())

    @property
    def prediction(self) -> float:
        """The prediction."""
        return float(self.users.cold_start.model.shown(np.array(self.total)))

    def part(self, name: str) -> str:
        """Name the cell of a part, of the sum or of the prediction."""
        row = PARTS_ROW + [*self.parts, SUM, PREDICTION].index(name)
        return cell_name(row, LEFT + 1)

    @property
    def factor_table(self) -> Area:
        """The table of factors: number, the user's, the item's, their product, its size."""
        top = PARTS_ROW + len(self.parts) + 2 + 3
        return Area("", top, LEFT, self.factors.n_factors, 5)

    @cached_property
    def order(self) -> list[int]:
        """The factors with bars of their own, that with the largest product first."""
        order = np.argsort(-np.abs(self.products), kind="stable")
        return [int(factor) for factor in order[:SHOWN_FACTORS]]

    @property
    def has_others(self) -> bool:
        """Whether some factors share a bar."""
        return self.factors.n_factors > SHOWN_FACTORS

    def changes(self) -> Iterator[tuple[str, float]]:
        """Give the name of each bar but the last, and how far it goes, from left to right."""
        yield from ((name, change) for name, change in self.parts.items() if name in (USER_BIAS, ITEM_BIAS))
        yield from ((f"Factor {factor + 1}", float(self.products[factor])) for factor in self.order)
        if self.has_others:
            yield OTHERS, float(self.products.sum() - self.products[self.order].sum())
        if self.clip is not None:
            yield CLIPPED, self.prediction - self.total

    @property
    def last(self) -> tuple[str, float]:
        """The name of the last bar, and its value."""
        return (SUM, self.total) if self.has_sigmoid else (PREDICTION, self.prediction)

    @property
    def has_base(self) -> bool:
        """Whether the first bar is the mean, or global bias."""
        return self.base in self.parts

    @property
    def bars(self) -> Area:
        """The table of bars."""
        rows = self.has_base + sum(1 for _ in self.changes()) + 1
        return Area("", BARS_ROW, CHART_LEFT, rows, len(BAR_COLUMNS))
