"""Ratings beside their predictions, added up over groups a block at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from xlcf.arrays import Floats, Integers


class Predicted(NamedTuple):
    """A block of ratings and their predictions.

    Attributes:
        ratings: shape (ratings,), as they were given.
        actual: what is predicted of them: themselves, or targets 0 and 1 for a classifier (`RatingModel.targets`).
        predictions: of `actual`.

    """

    ratings: Floats
    actual: Floats
    predictions: Floats


@dataclass(frozen=True)
class ResidualGroup:
    """The ratings of one group; all means are NaN where it is empty.

    Attributes:
        label: what they have in common.
        count: how many.
        rating: the mean rating.
        actual: the mean of what was to be predicted: of ratings, or of 0 and 1 for a classifier.
        prediction: the mean prediction.
        prediction_sd: the standard deviation of the predictions.
        rmse: the root mean squared residual.

    """

    label: str
    count: int
    rating: float
    actual: float
    prediction: float
    prediction_sd: float
    rmse: float

    @property
    def residual(self) -> float:
        """The mean of actual - prediction: above 0 where the model predicts too little."""
        return self.actual - self.prediction


class GroupSums:
    """Sums of ratings, predictions and residuals over each of some groups, or over each cell of a grid of groups.

    Args:
        shape: (groups,) or (groups down, groups across).
        centre: about what predictions are, to keep digits in the sum of their squares.

    """

    def __init__(self, shape: tuple[int, ...], centre: float) -> None:
        self._centre = centre
        self._sums = np.zeros((6, *shape))  # of 1, rating, actual, prediction, its square, squared residual

    def add(self, block: Predicted, *places: Integers) -> None:
        """Add a block; `places` are the groups of its ratings along each axis, each of shape (ratings,)."""
        shape = self._sums.shape[1:]
        cells = np.ravel_multi_index(places, shape)
        shifted = block.predictions - self._centre
        squares = shifted**2, (block.actual - block.predictions) ** 2
        terms = (np.ones(len(cells)), block.ratings, block.actual, shifted, *squares)
        for total, term in zip(self._sums, terms, strict=True):
            total += np.bincount(cells, term, minlength=total.size).reshape(shape)

    @property
    def counts(self) -> Integers:
        """How many ratings there are in each group, or cell."""
        counts: Integers = self._sums[0].astype(np.int64)
        return counts

    def groups(self, labels: Sequence[str], axis: int = 0) -> list[ResidualGroup]:
        """Give the groups along an axis, over all along the other."""
        others = tuple(1 + other for other in range(self._sums.ndim - 1) if other != axis)
        sums = self._sums.sum(axis=others)
        with np.errstate(invalid="ignore"):
            rating, actual, shifted, square, error = sums[1:] / sums[0]
        means = rating, actual, shifted + self._centre, np.sqrt(np.maximum(square - shifted**2, 0)), np.sqrt(error)
        rows = zip(labels, sums[0].astype(np.int64).tolist(), *(mean.tolist() for mean in means), strict=True)
        return [ResidualGroup(*row) for row in rows]


def group_residuals(block: Predicted, places: Integers, labels: Sequence[str]) -> list[ResidualGroup]:
    """Give the groups of one block of ratings; `places` are the groups of its ratings: shape (ratings,)."""
    sums = GroupSums((len(labels),), float(block.predictions.mean()) if len(places) else 0.0)
    sums.add(block, places)
    return sums.groups(labels)
