"""Residuals (rating - prediction): by rating, by prediction, by how active the user and how popular the item is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from xlcf.arrays import Floats, Integers
from xlcf.errors import InputError
from xlcf.exploring.bins import Bins
from xlcf.exploring.predicted_actual import PredictedActual
from xlcf.exploring.residual_groups import Predicted, ResidualGroup, group_residuals
from xlcf.metrics import mae, rmse
from xlcf.models.rating_model import RatingModel
from xlcf.ratings.held_out import trained_on
from xlcf.ratings.ratings import Ratings


@dataclass(frozen=True)
class Grouping:
    """The ratings shared out to groups, none of which is empty.

    Attributes:
        places: shape (ratings,), the place of each rating's group in `labels`.
        labels: what the ratings of each group have in common.

    """

    places: Integers
    labels: list[str]

    @classmethod
    def of(cls, bins: Bins, values: Floats | Integers) -> Grouping:
        """Give the bins that hold some of the values."""
        places = bins.places(values)
        taken = np.bincount(places, minlength=len(bins)) > 0
        labels = [label for label, is_taken in zip(bins.labels, taken.tolist(), strict=True) if is_taken]
        return cls((np.cumsum(taken) - 1)[places], labels)


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
class Residuals:
    """Known ratings beside their predictions.

    Attributes:
        model: the model, with ratings.
        predictions: shape (ratings,).
        actual: shape (ratings,), the ratings, or a classifier's targets 0 and 1.
        is_trained_on: shape (ratings,), whether the model was fitted to each; None where it cannot be told.

    """

    model: RatingModel
    predictions: Floats
    actual: Floats
    is_trained_on: NDArray[np.bool_] | None = None

    @classmethod
    def of(cls, model: RatingModel) -> Residuals:
        """Predict the known ratings.

        Raises:
            InputError: where there are none.

        """
        ratings = model.ratings
        if ratings is None or not len(ratings):
            raise InputError("Without ratings there are no residuals: give them as `ratings`.")
        actual = model.targets(ratings.values)
        known = trained_on(ratings, model.fingerprint, model.training)
        return cls(model, model.predict_codes(ratings.users, ratings.items), actual, known)

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
        residuals = self.values[part]
        if not len(residuals):
            return None
        return PartError(len(residuals), rmse(residuals), mae(residuals), float(self.actual[part].std()))

    @cached_property
    def values(self) -> Floats:
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
    def predicted_actual(self) -> PredictedActual:
        """The residuals by rating and by prediction."""
        return PredictedActual.of(self.model, self._ratings.values, lambda: [self._block])

    @cached_property
    def rating_groups(self) -> Grouping:
        """A group for each rating, as it was given; ranges, where they are more than 12."""
        return Grouping.of(self.predicted_actual.ratings, self._block.ratings)

    @cached_property
    def activity_groups(self) -> Grouping:
        """Groups by how many ratings the user was fitted to."""
        counts = self.model.user_counts[self._ratings.users]
        return Grouping.of(Bins.of_counts(counts), counts)

    @cached_property
    def popularity_groups(self) -> Grouping:
        """Groups by how many ratings the item was fitted to."""
        counts = self.model.item_counts[self._ratings.items]
        return Grouping.of(Bins.of_counts(counts), counts)

    @property
    def by_rating(self) -> list[ResidualGroup]:
        """What each of `rating_groups` comes to."""
        return [group for group in self.predicted_actual.by_rating if group.count]

    @property
    def by_prediction(self) -> list[ResidualGroup]:
        """About ten ranges of predictions, without empty ones: how well they are calibrated (`PredictedActual`)."""
        return [group for group in self.predicted_actual.by_prediction if group.count]

    @cached_property
    def by_activity(self) -> list[ResidualGroup]:
        """What each of `activity_groups` comes to."""
        return self._groups(self.activity_groups)

    @cached_property
    def by_popularity(self) -> list[ResidualGroup]:
        """What each of `popularity_groups` comes to."""
        return self._groups(self.popularity_groups)

    def _groups(self, grouping: Grouping) -> list[ResidualGroup]:
        return group_residuals(self._block, grouping.places, grouping.labels)

    @property
    def _ratings(self) -> Ratings:
        assert self.model.ratings is not None
        return self.model.ratings

    @property
    def _block(self) -> Predicted:
        return Predicted(np.asarray(self._ratings.values, dtype=np.float64), self.actual, self.predictions)
