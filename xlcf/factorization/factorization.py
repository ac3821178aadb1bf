"""A recognised factorization: which variable cell is which factor of which user or item."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from xlcf.arrays import Floats, Integers
from xlcf.metrics import rmse
from xlcf.models.factors import Factors
from xlcf.models.rating_model import RatingModel
from xlcf.ratings.ratings import Ratings


@dataclass(frozen=True)
class Factorization:
    """The ratings behind a Solver model, and where its variables stand in the factorization of them.

    Attributes:
        ratings: what the objective compares predictions with; users and items are labelled as the sheet labels them.
        user_index: shape (users, factors), positions in the problem's variables.
        item_index: shape (items, factors), likewise.
        user_bias_index: shape (users,), or None.
        item_bias_index: shape (items,), or None.
        global_bias_index: the variable added to every prediction, or None.
        global_bias: a constant added to every prediction.
        rating_range: (low, high) of a sigmoid around the predictions, or None.
        objective_kind: `rmse`, `root_sse` (root of the sum of squared errors), `sse` or `mse`.
        weight_decay: what the objective adds to that: shape (variables,), the weight of each variable's square in a
            sum; None where it adds nothing.
        number_texts: (sheet, row, column) of cells among the ratings that hold a number as text, which is no rating.

    """

    ratings: Ratings
    user_index: Integers
    item_index: Integers
    user_bias_index: Integers | None
    item_bias_index: Integers | None
    global_bias_index: int | None
    global_bias: float
    rating_range: tuple[float, float] | None
    objective_kind: str
    number_texts: tuple[tuple[str, int, int], ...] = ()
    weight_decay: Floats | None = None

    @property
    def objective_text(self) -> str:
        """What the objective is: `objective_kind`, and ` + weight decay` after it where it adds that."""
        return self.objective_kind if self.weight_decay is None else f"{self.objective_kind} + weight decay"

    @property
    def n_factors(self) -> int:
        """How many factors a user and an item have."""
        return int(self.user_index.shape[1])

    def factors(self, x: Floats) -> Factors:
        """Give the factors that the variables x, shape (variables,), stand for."""
        return Factors(
            user_factors=x[self.user_index],
            item_factors=x[self.item_index],
            user_bias=None if self.user_bias_index is None else x[self.user_bias_index],
            item_bias=None if self.item_bias_index is None else x[self.item_bias_index],
            global_bias=self.global_bias
            + (0.0 if self.global_bias_index is None else float(x[self.global_bias_index])),
            rating_range=self.rating_range,
        )

    def variables(self, factors: Factors, x: Floats) -> Floats:
        """Give the variables for these factors; those that are no part of the factorization stay as in x."""
        result = x.copy()
        result[self.user_index] = factors.user_factors
        result[self.item_index] = factors.item_factors
        if self.user_bias_index is not None:
            result[self.user_bias_index] = factors.user_bias
        if self.item_bias_index is not None:
            result[self.item_bias_index] = factors.item_bias
        if self.global_bias_index is not None:
            result[self.global_bias_index] = factors.global_bias - self.global_bias
        return result

    def model(self, x: Floats, source: str = "") -> RatingModel:
        """Give the fitted model with the variables at x, shape (variables,).

        Args:
            x: the variables.
            source: what the ratings were read from.

        """
        model = RatingModel.of_factors(self.ratings, self.factors(x), source)
        return replace(model, fingerprint=self.ratings.fingerprint())

    def residuals(self, factors: Factors) -> Floats:
        """Give rating minus prediction of each rating: shape (ratings,)."""
        predictions = factors.predict_all()[self.ratings.users, self.ratings.items]
        return np.asarray(self.ratings.values - predictions)

    def penalty(self, x: Floats) -> Floats | float:
        """Give what weight decay adds to the objective, at one or many points (..., variables): shape (...)."""
        return 0.0 if self.weight_decay is None else np.asarray(x**2 @ self.weight_decay)

    def objective(self, x: Floats) -> float:
        """Work out the objective from the variables x, shape (variables,), as the sheet's formulas do."""
        return objective_of(self.objective_kind, self.residuals(self.factors(x))) + float(self.penalty(x))


def objective_of(kind: str, residuals: Floats) -> float:
    """Work out an objective of this kind from residuals, shape (ratings,)."""
    squares = float(np.sum(residuals**2))
    match kind:
        case "rmse":
            return rmse(residuals)
        case "root_sse":
            return float(np.sqrt(squares))
        case "mse":
            return squares / len(residuals)
        case _:
            return squares


def slope_by_squares(kind: str, value: float, count: int) -> float:
    """Give the derivative of an objective of this kind, which is `value`, by the sum of `count` squared errors."""
    match kind:
        case "rmse":
            return 0.5 / (count * value) if value else np.nan
        case "root_sse":
            return 0.5 / value if value else np.nan
        case "mse":
            return 1 / count
        case _:
            return 1.0


OBJECTIVE_KINDS = ("rmse", "root_sse", "sse", "mse")
