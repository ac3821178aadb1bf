"""A recognised factorization as a program of its own: the objective over all ratings or some, its gradient written out.

It computes what the sheet's formulas compute, about twenty times faster, and unlike those it can leave ratings out.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import numpy as np

from xlcf.arrays import Floats, Integers
from xlcf.factorization.factorization import Factorization, slope_by_squares
from xlcf.formulas.curves import Traits
from xlcf.models.predictor import sigmoid
from xlcf.solver.problem import Problem


def problem_over(problem: Problem, factorization: Factorization) -> Problem:
    """Give the problem with the factorization in the place of its formulas.

    Variables, bounds, constraints and Solver's options stay. Where the factorization's ratings are some of those that
    were recognised, the objective is that of these alone, as if the others had been deleted from the sheet.
    """
    program = FactorizationProgram(factorization, len(problem.variables))
    return replace(problem, objective=replace(problem.objective, program=program, cached=None))


class FactorizationProgram:
    """An `ObjectiveFunction`: the objective of a factorization over its ratings, its gradient by the chain rule.

    The prediction is that of `Factors`; with e = rating - prediction, the objective is the sum of e^2 over the ratings,
    its mean, or the root of either, and weight decay where the sheet has it.

    Attributes:
        factorization: which variable is which factor, and the ratings.
        n_variables: how many variables there are, those included that are no part of the factorization.

    """

    def __init__(self, factorization: Factorization, n_variables: int) -> None:
        self.factorization, self.n_variables = factorization, n_variables
        ratings = factorization.ratings
        # positions in the variables, by rating: shape (ratings, factors), and (ratings,) for each bias
        self._user = factorization.user_index[ratings.users]
        self._item = factorization.item_index[ratings.items]
        self._biases: list[Integers] = []
        if factorization.user_bias_index is not None:
            self._biases.append(factorization.user_bias_index[ratings.users])
        if factorization.item_bias_index is not None:
            self._biases.append(factorization.item_bias_index[ratings.items])
        if factorization.global_bias_index is not None:
            self._biases.append(np.full(len(ratings), factorization.global_bias_index))

    @cached_property
    def size(self) -> int:
        """How many numbers one evaluation holds."""
        return 2 * self._user.size + 4 * self._count

    @cached_property
    def traits(self) -> Traits:
        """How the objective depends on the variables: smoothly."""
        return Traits(degree=None)

    @property
    def _count(self) -> int:
        return len(self.factorization.ratings)

    def __call__(self, x: Floats) -> Floats:
        """Work out the objective, shape (..., 1), at one or many points (..., variables)."""
        with np.errstate(all="ignore"):
            x = np.asarray(x, dtype=np.float64)
            residuals = self.factorization.ratings.values - self.predictions(x)
            squares = np.einsum("...n,...n->...", residuals, residuals)
            return np.asarray(self._of_errors(squares) + self.factorization.penalty(x))[..., None]

    def predictions(self, x: Floats) -> Floats:
        """Predict the ratings at one or many points (..., variables): shape (..., ratings)."""
        z = np.einsum("...nf,...nf->...n", x[..., self._user], x[..., self._item]) + self.factorization.global_bias
        for bias in self._biases:
            z = z + x[..., bias]
        if self.factorization.rating_range is None:
            return np.asarray(z)
        low, high = self.factorization.rating_range
        return low + (high - low) * sigmoid(z)

    def value_and_gradient(self, x: Floats) -> tuple[float, Floats]:
        """Give the objective and its gradient, shape (variables,), at x of shape (variables,)."""
        with np.errstate(all="ignore"):
            predictions = self.predictions(x)
            residuals = self.factorization.ratings.values - predictions
            value = float(self._of_errors(float(residuals @ residuals)))
            slope = slope_by_squares(self.factorization.objective_kind, value, self._count)
            slopes = slope * -2 * residuals * self._slope_of_range(predictions)
            parts = [(self._user, slopes[:, None] * x[self._item]), (self._item, slopes[:, None] * x[self._user])]
            parts += [(bias, slopes) for bias in self._biases]
            places, pulls = (np.concatenate([part[side].ravel() for part in parts]) for side in (0, 1))
            gradient = np.asarray(np.bincount(places, pulls, self.n_variables), dtype=np.float64)
            if self.factorization.weight_decay is not None:
                gradient += 2 * self.factorization.weight_decay * x
            return value + float(self.factorization.penalty(x)), gradient

    def _slope_of_range(self, predictions: Floats) -> Floats | float:
        """Give the derivative of predictions by what goes into the sigmoid."""
        if self.factorization.rating_range is None:
            return 1.0
        low, high = self.factorization.rating_range
        return (predictions - low) * (high - predictions) / (high - low)

    def _of_errors(self, squares: Floats | float) -> Floats | float:
        """Turn the sum of squared errors into the objective without weight decay."""
        match self.factorization.objective_kind:
            case "rmse":
                return np.sqrt(squares / self._count)
            case "root_sse":
                return np.sqrt(squares)
            case "mse":
                return squares / self._count
            case _:
                return squares
