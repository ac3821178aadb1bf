"""The part of a fit's ratings and predictions that sheets can show, and the numbers on it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from xlcf.models.factors import Factors
from xlcf.ratings.ratings import Codes, Ratings
from xlcf.report.fit_report import FitReport

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MATRIX_SIDE = 200
"""Most users, and most items, that a matrix on a sheet shows."""
TABLE_ROWS = 1_000_000
"""Most users, and most items, that the Factors sheet lists; a worksheet has 1,048,576 rows."""


@dataclass(frozen=True)
class RatingsView:
    """Ratings and fitted factors, and which of them the sheets show.

    The matrices show at most `MATRIX_SIDE` users and items, the Factors sheet lists at most `TABLE_ROWS` of each:
    those with most ratings (ties: the first), in their own order.

    Attributes:
        ratings: all ratings.
        factors: the fitted factors.

    """

    ratings: Ratings
    factors: Factors

    @classmethod
    def of(cls, report: FitReport) -> RatingsView:
        """View a report that has ratings and fitted factors; ValueError otherwise."""
        if report.ratings is None or report.fitted is None:
            raise ValueError("this report has no ratings or no fitted factors")
        return cls(report.ratings, report.fitted)

    @cached_property
    def listed_users(self) -> Integers:
        """Codes of the users on the Factors sheet, ascending."""
        return _most_rated(self.ratings.users, self.ratings.n_users, TABLE_ROWS)

    @cached_property
    def listed_items(self) -> Integers:
        """Codes of the items on the Factors sheet, ascending."""
        return _most_rated(self.ratings.items, self.ratings.n_items, TABLE_ROWS)

    @cached_property
    def users(self) -> Integers:
        """Codes of the users in the matrices, ascending."""
        return _most_rated(self.ratings.users, self.ratings.n_users, MATRIX_SIDE)

    @cached_property
    def items(self) -> Integers:
        """Codes of the items in the matrices, ascending."""
        return _most_rated(self.ratings.items, self.ratings.n_items, MATRIX_SIDE)

    @cached_property
    def observed(self) -> Floats:
        """Shape (shown users, shown items): the ratings, NaN where there is none; of repeated pairs the last."""
        user_place = positions(self.users, self.ratings.n_users)[self.ratings.users]
        item_place = positions(self.items, self.ratings.n_items)[self.ratings.items]
        shown = (user_place >= 0) & (item_place >= 0)
        matrix = np.full((len(self.users), len(self.items)), np.nan)
        matrix[user_place[shown], item_place[shown]] = self.ratings.values[shown]
        return matrix

    @cached_property
    def predicted(self) -> Floats:
        """Shape (shown users, shown items): the fitted predictions."""
        return predict_block(self.factors, self.users, self.items)

    @cached_property
    def residual(self) -> Floats:
        """Shape (shown users, shown items): observed - predicted, NaN where there is no rating."""
        return self.observed - self.predicted

    @cached_property
    def complete(self) -> bool:
        """Whether every rating has its own cell in the matrices."""
        return int(np.isfinite(self.observed).sum()) == len(self.ratings)

    def misses(self, factors: Factors | None = None) -> Floats:
        """Give observed - predicted of all ratings, shape (ratings,), by these factors (the fitted ones)."""
        return self.ratings.values - predict_pairs(
            self.factors if factors is None else factors, self.ratings.users, self.ratings.items
        )


def positions(codes: Integers, size: int) -> Integers:
    """Invert a list of codes: shape (size,), each code's place in `codes`, -1 where it is not there."""
    place = np.full(size, -1, dtype=np.int64)
    place[codes] = np.arange(len(codes))
    return place


def predict_block(factors: Factors, users: Integers, items: Integers) -> Floats:
    """Predict every pair of some users and some items: shape (users, items)."""
    part = Factors(
        user_factors=factors.user_factors[users],
        item_factors=factors.item_factors[items],
        user_bias=None if factors.user_bias is None else factors.user_bias[users],
        item_bias=None if factors.item_bias is None else factors.item_bias[items],
        global_bias=factors.global_bias,
        rating_range=factors.rating_range,
    )
    with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is said on the sheet
        return part.predict_all()


def predict_pairs(factors: Factors, users: Codes, items: Codes) -> Floats:
    """Predict for each user the item at the same place, quietly where that is not finite: shape (pairs,)."""
    with np.errstate(over="ignore", invalid="ignore"):
        return factors.predict(users, items)


def rmse(misses: Floats) -> float:
    """Root of the mean square; NaN where there are none."""
    with np.errstate(over="ignore", invalid="ignore"):
        return float(np.sqrt(np.mean(misses**2))) if misses.size else float("nan")


def mae(misses: Floats) -> float:
    """Mean of the absolute values; NaN where there are none."""
    return float(np.mean(np.abs(misses))) if misses.size else float("nan")


def _most_rated(codes: Codes, size: int, limit: int) -> Integers:
    if size <= limit:
        return np.arange(size, dtype=np.int64)
    counts = np.bincount(codes, minlength=size)
    return np.sort(np.argsort(-counts, kind="stable")[:limit]).astype(np.int64)
