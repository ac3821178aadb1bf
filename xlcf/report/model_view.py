"""A fitted model as sheets show it: who is listed, and the matrices of ratings and predictions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from xlcf.arrays import Floats, Integers
from xlcf.models.factors import Factors
from xlcf.models.rating_model import RatingModel
from xlcf.ratings.counts import most_rated
from xlcf.ratings.ratings import Ratings

MATRIX_SIDE = 200
"""Most users, and most items, that a matrix on a sheet shows."""
TABLE_ROWS = 1_000_000
"""Most users, and most items, that a sheet lists; a worksheet has 1,048,576 rows."""


@dataclass(frozen=True)
class ModelView:
    """A model, and which of its users and items the sheets show: those with most ratings (ties: the first).

    Tables list at most `rows` of each, matrices at most `MATRIX_SIDE`.

    Attributes:
        model: the model.
        rows: most users, and most items, that a table lists.

    """

    model: RatingModel
    rows: int = TABLE_ROWS

    @cached_property
    def all_users(self) -> Integers:
        """Codes of all users, those with most ratings first (ties: the first in the data)."""
        return most_rated(self.model.user_counts)

    @cached_property
    def all_items(self) -> Integers:
        """Codes of all items, those with most ratings first."""
        return most_rated(self.model.item_counts)

    @property
    def users(self) -> Integers:
        """Codes of the listed users, in that order."""
        return self.all_users[: self.rows]

    @property
    def items(self) -> Integers:
        """Codes of the listed items, in that order."""
        return self.all_items[: self.rows]

    @cached_property
    def listed_users(self) -> Integers:
        """Codes of the listed users, ascending."""
        return np.sort(self.users)

    @cached_property
    def listed_items(self) -> Integers:
        """Codes of the listed items, ascending."""
        return np.sort(self.items)

    @cached_property
    def factors(self) -> Factors | None:
        """Factors and biases; None where predictions take more than these, as those of a net do."""
        return self.model.predictor if isinstance(self.model.predictor, Factors) else None

    @property
    def biases(self) -> tuple[Floats | None, Floats | None]:
        """The users' and the items' biases, shapes (users,) and (items,), or None."""
        return (None, None) if self.factors is None else (self.factors.user_bias, self.factors.item_bias)

    @property
    def number(self) -> str:
        """The number format of a prediction."""
        from xlcf.report.style import decimals_format  # with xlsxwriter, which only writing needs

        if self.model.is_classifier:
            return "0.0%"
        return decimals_format(max(map(abs, self.model.prediction_range)))

    def title(self, item: int) -> str:
        """Give the title of an item; empty where items have none."""
        return "" if self.model.item_titles is None else self.model.item_titles[item]

    # matrices

    @property
    def ratings(self) -> Ratings:
        """The known ratings; ValueError where the model has none."""
        if self.model.ratings is None:
            raise ValueError("this model has no ratings")
        return self.model.ratings

    @cached_property
    def matrix_users(self) -> Integers:
        """Codes of the users in the matrices, ascending."""
        return np.sort(self.all_users[:MATRIX_SIDE])

    @cached_property
    def matrix_items(self) -> Integers:
        """Codes of the items in the matrices, ascending."""
        return np.sort(self.all_items[:MATRIX_SIDE])

    @cached_property
    def observed(self) -> Floats:
        """Shape (matrix users, matrix items): the ratings, NaN where there is none; of repeated pairs the last."""
        user_place = positions(self.matrix_users, self.ratings.n_users)[self.ratings.users]
        item_place = positions(self.matrix_items, self.ratings.n_items)[self.ratings.items]
        shown = (user_place >= 0) & (item_place >= 0)
        matrix = np.full((len(self.matrix_users), len(self.matrix_items)), np.nan)
        matrix[user_place[shown], item_place[shown]] = self.ratings.values[shown]
        return matrix

    @cached_property
    def predicted(self) -> Floats:
        """Shape (matrix users, matrix items): the predictions."""
        return self.model.factors.take(self.matrix_users, self.matrix_items).predict_all()

    @cached_property
    def residual(self) -> Floats:
        """Shape (matrix users, matrix items): observed - predicted, NaN where there is no rating."""
        return self.observed - self.predicted

    @cached_property
    def complete(self) -> bool:
        """Whether every rating has its own cell in the matrices."""
        return int(np.isfinite(self.observed).sum()) == len(self.ratings)


def positions(codes: Integers, size: int) -> Integers:
    """Invert a list of codes: shape (size,), each code's place in `codes`, -1 where it is not there."""
    place = np.full(size, -1, dtype=np.int64)
    place[codes] = np.arange(len(codes))
    return place
