"""Residuals (rating - prediction): by rating, by prediction, by how active the user and how popular the item is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from xlcf.errors import InputError
from xlcf.metrics import mae, rmse
from xlcf.models.rating_model import RatingModel
from xlcf.ratings.held_out import trained_on

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_DISTINCT = 12  # most distinct ratings, or counts, that get a group each
_RANGES = 10  # of predictions, and of ratings that are many
_STEPS = (1, 2, 5)  # times powers of ten: where groups of counts begin


@dataclass(frozen=True)
class Group:
    """The ratings of one group.

    Attributes:
        label: what they have in common.
        ratings: how many.
        rating: the mean rating (target of a classifier).
        prediction: the mean prediction.
        rmse: the root mean squared residual.

    """

    label: str
    ratings: int
    rating: float
    prediction: float
    rmse: float

    @property
    def residual(self) -> float:
        """The mean of rating - prediction: above 0 where the model predicts too little."""
        return self.rating - self.prediction


@dataclass(frozen=True)
class Grouping:
    """The ratings shared out to groups, none of which is empty.

    Attributes:
        places: shape (ratings,), the place of each rating's group in `labels`.
        labels: what the ratings of each group have in common.

    """

    places: Integers
    labels: list[str]


@dataclass(frozen=True)
class PartError:
    """How far predictions are off on a part of the known ratings.

    Attributes:
        ratings: how many.
        rmse: the root mean squared residual.
        mae: the mean absolute residual.
        spread: the standard deviation of what is predicted.

    """

    ratings: int
    rmse: float
    mae: float
    spread: float


@dataclass(frozen=True)
class Misses:
    """Known ratings beside their predictions.

    Attributes:
        fitted: the model, with ratings.
        predictions: shape (ratings,).
        actual: shape (ratings,), the ratings, or a classifier's targets 0 and 1.
        is_trained_on: shape (ratings,), whether the model was fitted to each; None where it cannot be told.

    """

    fitted: RatingModel
    predictions: Floats
    actual: Floats
    is_trained_on: NDArray[np.bool_] | None = None

    @classmethod
    def of(cls, fitted: RatingModel) -> Misses:
        """Predict the known ratings.

        Raises:
            InputError: where there are none.

        """
        ratings = fitted.ratings
        if ratings is None or not len(ratings):
            raise InputError("Without ratings there are no residuals: give them as `ratings`.")
        actual = fitted.targets(ratings.values)
        known = trained_on(ratings, fitted.fingerprint, fitted.training)
        return cls(fitted, fitted.predict_codes(ratings.users, ratings.items), actual, known)

    @property
    def trained(self) -> PartError | None:
        """The error on the ratings that the model was fitted to; None where there are none, or it cannot be told."""
        return None if self.is_trained_on is None else self._error(self.is_trained_on)

    @property
    def held_out(self) -> PartError | None:
        """The error on the other ratings; None where there are none, or it cannot be told."""
        return None if self.is_trained_on is None else self._error(~self.is_trained_on)

    @property
    def all(self) -> PartError:
        """The error on all known ratings."""
        error = self._error(np.ones(len(self.actual), dtype=bool))
        assert error is not None
        return error

    def _error(self, part: NDArray[np.bool_]) -> PartError | None:
        residuals = self.residuals[part]
        if not len(residuals):
            return None
        return PartError(len(residuals), rmse(residuals), mae(residuals), float(self.actual[part].std()))

    @cached_property
    def residuals(self) -> Floats:
        """Rating - prediction: shape (ratings,)."""
        return self.actual - self.predictions

    @property
    def rmse(self) -> float:
        """The root mean squared residual of all."""
        return self.all.rmse

    @property
    def mae(self) -> float:
        """The mean absolute residual of all."""
        return self.all.mae

    @property
    def correlation(self) -> float:
        """The correlation of ratings and predictions; NaN where one of them does not vary."""
        if not (self.actual.std() and self.predictions.std()):
            return float("nan")
        return float(np.corrcoef(self.actual, self.predictions)[0, 1])

    @cached_property
    def rating_groups(self) -> Grouping:
        """A group for each rating; ranges, where they are more than 12."""
        distinct, places = np.unique(self.actual, return_inverse=True)
        if len(distinct) <= _DISTINCT:
            return Grouping(places, [f"{value:g}" for value in distinct])
        return _ranges(self.actual)

    @cached_property
    def activity_groups(self) -> Grouping:
        """Groups by how many ratings the user was fitted to."""
        assert self.fitted.ratings is not None
        return _counts(self.fitted.user_counts[self.fitted.ratings.users])

    @cached_property
    def popularity_groups(self) -> Grouping:
        """Groups by how many ratings the item was fitted to."""
        assert self.fitted.ratings is not None
        return _counts(self.fitted.item_counts[self.fitted.ratings.items])

    @cached_property
    def by_rating(self) -> list[Group]:
        """What each of `rating_groups` comes to."""
        return self._groups(self.rating_groups)

    @cached_property
    def by_prediction(self) -> list[Group]:
        """Ten ranges of predictions: how well they are calibrated. In each, the mean rating should be the prediction.

        For a classifier it is the share of 1s that should be the probability (a reliability diagram; Murphy, Winkler
        1977).
        """
        return self._groups(_ranges(self.predictions))

    @cached_property
    def by_activity(self) -> list[Group]:
        """What each of `activity_groups` comes to."""
        return self._groups(self.activity_groups)

    @cached_property
    def by_popularity(self) -> list[Group]:
        """What each of `popularity_groups` comes to."""
        return self._groups(self.popularity_groups)

    def _groups(self, grouping: Grouping) -> list[Group]:
        n = np.bincount(grouping.places)
        rating, prediction, square = (
            np.bincount(grouping.places, values) / n for values in (self.actual, self.predictions, self.residuals**2)
        )
        return [
            Group(label, int(n[k]), float(rating[k]), float(prediction[k]), float(np.sqrt(square[k])))
            for k, label in enumerate(grouping.labels)
        ]


def _ranges(values: Floats) -> Grouping:
    low, high = float(values.min()), float(values.max())
    edges = np.linspace(low, high if high > low else low + 1.0, _RANGES + 1)
    places = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, _RANGES - 1)
    return _without_empty(places, [f"{start:.2f} to {end:.2f}" for start, end in pairwise(edges)])


def _counts(counts: Integers) -> Grouping:
    distinct, places = np.unique(counts, return_inverse=True)
    if len(distinct) <= _DISTINCT:
        return Grouping(places, [f"{count:,}" for count in distinct.tolist()])
    starts = _starts(int(counts.max()))
    ends = [start - 1 for start in starts[1:]] + [int(counts.max())]
    labels = [
        f"{start:,}" if start == end else f"{start:,} to {end:,}" for start, end in zip(starts, ends, strict=True)
    ]
    return _without_empty(np.searchsorted(starts, counts, side="right") - 1, labels)


def _without_empty(places: Integers, labels: list[str]) -> Grouping:
    taken = np.bincount(places, minlength=len(labels)) > 0
    return Grouping((np.cumsum(taken) - 1)[places], [labels[place] for place in np.flatnonzero(taken).tolist()])


def _starts(most: int) -> list[int]:
    """Give 0, 1, 2, 5, 10, 20, 50, ... up to the largest count."""
    starts = [0]
    power = 1
    while power <= most:
        starts += [step * power for step in _STEPS if step * power <= most]
        power *= 10
    return starts
