"""Predictions against actual ratings, added up into bins of both."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from xlcf.arrays import Integers
from xlcf.exploring.bins import MOST, Bins
from xlcf.exploring.residual_groups import GroupSums, Predicted, ResidualGroup
from xlcf.models.coded_ratings import CodedRatings
from xlcf.models.rating_model import RatingModel
from xlcf.ratings.ratings import Values
from xlcf.ratings.row_blocks import row_blocks

Blocks = Callable[[], Iterable[Predicted]]
"""Gives the ratings and their predictions block by block, from the first again at each call."""


@dataclass(frozen=True)
class PredictedActual:
    """Predictions against ratings, in groups by rating and by prediction, some of which may be empty.

    Attributes:
        ratings: bins of ratings, as they were given (a classifier's too).
        predictions: bins of predictions.
        by_rating: for each bin of ratings.
        by_prediction: for each bin of predictions. They are calibrated where the mean of the actual is that of the
            predictions; of a classifier the share of 1s should be the probability (a reliability diagram; Murphy,
            Winkler 1977).
        counts: shape (bins of predictions, bins of ratings), how many ratings.

    """

    ratings: Bins
    predictions: Bins
    by_rating: list[ResidualGroup]
    by_prediction: list[ResidualGroup]
    counts: Integers

    @classmethod
    def of(cls, model: RatingModel, values: Values, blocks: Blocks) -> PredictedActual:
        """Add up ratings, `values`, and a model's predictions of them, which `blocks` gives in the same order."""
        ratings, predictions = _rating_bins(values), _prediction_bins(model, blocks)
        sums = GroupSums((len(predictions), len(ratings)), model.mean)
        for block in blocks():
            sums.add(block, predictions.places(block.predictions), ratings.places(block.ratings))
        return cls(
            ratings,
            predictions,
            sums.groups(ratings.labels, axis=1),
            sums.groups(predictions.labels, axis=0),
            sums.counts,
        )


def predicted_actual(ratings: CodedRatings) -> PredictedActual:
    """Predict every rating and add up, block by block: ratings may be more than fit into memory."""
    model = ratings.model

    def blocks() -> Iterable[Predicted]:
        for users, items, values in ratings.blocks():
            yield Predicted(values, model.targets(values), model.predict_codes(users, items))

    return PredictedActual.of(model, ratings.ratings.values, blocks)


def _rating_bins(values: Values) -> Bins:
    distinct = np.empty(0)
    for part in row_blocks(len(values)):
        distinct = np.union1d(distinct, values[part])
        if len(distinct) > MOST:
            return Bins.of_range(float(np.min(values)), float(np.max(values)))
    return Bins.of_values(distinct)


def _prediction_bins(model: RatingModel, blocks: Blocks) -> Bins:
    """Divide the range that predictions are kept in; where they are not, that of those that were made."""
    ends = model.prediction_range if model.is_clipped else model.predictor.rating_range
    if ends is None:
        extremes = [(block.predictions.min(), block.predictions.max()) for block in blocks() if len(block.predictions)]
        ends = float(np.min(extremes)), float(np.max(extremes))
    return Bins.of_range(*ends, number=".0%" if model.is_classifier else "g")
