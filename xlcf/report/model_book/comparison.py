"""Predictions against actual ratings, added up into bins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xlcf.report.model_book.bins import MOST, Bins
from xlcf.report.model_book.coded_ratings import CodedRatings
from xlcf.report.model_view import ModelView

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Group:
    """What predictions and ratings come to in each of several bins; NaN where a bin is empty.

    Attributes:
        count: shape (bins,), how many ratings.
        prediction: their mean prediction.
        spread: the standard deviation of the predictions.
        rating: the mean rating.
        actual: the mean of what was to be predicted: ratings, or 0 and 1 for a classifier.
        residual: the mean of actual - prediction.
        rmse: the root of the mean squared residual.

    """

    count: Integers
    prediction: Floats
    spread: Floats
    rating: Floats
    actual: Floats
    residual: Floats
    rmse: Floats


@dataclass(frozen=True)
class PredictedActual:
    """Predictions against ratings.

    Attributes:
        ratings: bins of ratings.
        predictions: bins of predictions.
        by_rating: for each bin of ratings.
        by_prediction: for each bin of predictions.
        counts: shape (bins of predictions, bins of ratings), how many ratings.
        unknown: ratings of or by whom the model does not know; their predictions come from means.

    """

    ratings: Bins
    predictions: Bins
    by_rating: Group
    by_prediction: Group
    counts: Integers
    unknown: int


def compare(view: ModelView, ratings: CodedRatings) -> PredictedActual:
    """Predict every rating and add up, block by block."""
    rating_bins, prediction_bins = _rating_bins(ratings), Bins.of_range(*view.model.prediction_range)
    shape = len(prediction_bins), len(rating_bins)
    # sums over each cell of the grid: 1, prediction, its square, rating, residual, its square
    sums, unknown = np.zeros((6, shape[0] * shape[1])), 0
    for users, items, values in ratings.blocks():
        predictions = view.model.predict_codes(users, items)
        residuals = ratings.model.targets(values) - predictions
        shifted = predictions - view.model.mean  # to keep digits in the sum of squares
        cell = prediction_bins.places(predictions) * shape[1] + rating_bins.places(values)
        terms = (np.ones(len(values)), shifted, shifted**2, values, residuals, residuals**2)
        sums += [np.bincount(cell, term, minlength=sums.shape[1]) for term in terms]
        unknown += int(((users < 0) | (items < 0)).sum())
    grid = sums.reshape(6, *shape)
    return PredictedActual(
        rating_bins,
        prediction_bins,
        _group(grid.sum(axis=1), view.model.mean),
        _group(grid.sum(axis=2), view.model.mean),
        grid[0].astype(np.int64),
        unknown,
    )


def _group(sums: Floats, shift: float) -> Group:
    with np.errstate(invalid="ignore"):
        prediction, square, rating, residual, squared = sums[1:] / sums[0]
    return Group(
        count=sums[0].astype(np.int64),
        prediction=prediction + shift,
        spread=np.sqrt(np.maximum(square - prediction**2, 0)),
        rating=rating,
        actual=prediction + shift + residual,
        residual=residual,
        rmse=np.sqrt(squared),
    )


def _rating_bins(ratings: CodedRatings) -> Bins:
    distinct = np.empty(0)
    for _, _, values in ratings.blocks():
        distinct = np.union1d(distinct, values)
        if len(distinct) > MOST:
            return Bins.of_range(*ratings.ratings.rating_range)
    return Bins.of_values(distinct)
