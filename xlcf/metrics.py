"""How far predictions are from ratings. A residual is rating - prediction, everywhere."""

from __future__ import annotations

from math import sqrt

import numpy as np

from xlcf.arrays import Floats


def rmse(residuals: Floats) -> float:
    """Give the root of the mean square of residuals, of any shape; NaN where there are none."""
    if not residuals.size:
        return float("nan")
    with np.errstate(over="ignore", invalid="ignore"):
        return sqrt(np.mean(np.square(residuals, dtype=np.float64)))


def sse(residuals: Floats) -> float:
    """Give the sum of the squares of residuals, of any shape."""
    with np.errstate(over="ignore", invalid="ignore"):
        return float(np.sum(np.square(residuals, dtype=np.float64)))


def rmse_of_sums(squares: float, count: float) -> float:
    """Give the same from the sum of squared residuals and their number, as for ratings that come in parts."""
    return sqrt(squares / count) if count else float("nan")


def mae(residuals: Floats) -> float:
    """Give the mean absolute residual, of any shape; NaN where there are none."""
    return float(np.mean(np.abs(residuals))) if residuals.size else float("nan")


def r_squared(ratings: Floats, predictions: Floats) -> float:
    """Give R^2, the coefficient of determination: both of shape (ratings,).

    Of equal ratings it is 1 where they are all predicted and else 0, and of fewer than two NaN.
    """
    if len(ratings) < 2:
        return float("nan")
    residual = float(((ratings - predictions) ** 2).sum())
    total = float(((ratings - ratings.mean()) ** 2).sum())
    return 1 - residual / total if total else float(not residual)


def log_loss(probabilities: Floats, targets: Floats) -> float:
    """Give the mean cross entropy (natural logarithm) of probabilities of the target 1: both of shape (pairs,).

    A probability of 0 of what came true counts as 1e-15.
    """
    kept = np.clip(probabilities, 1e-15, 1 - 1e-15)
    return float(-np.mean(targets * np.log(kept) + (1 - targets) * np.log1p(-kept)))


def log_loss_of_logits(logits: Floats, targets: Floats) -> float:
    """Give the same for probabilities that are the sigmoids of logits, of which none is rounded to 0 or 1."""
    losses = np.maximum(logits, 0) - logits * targets + np.log1p(np.exp(-np.abs(logits)))
    return float(np.mean(losses))


def area_under_curve(scores: Floats, targets: Floats) -> float:
    """Give the area under the ROC curve: the chance that a 1 scores above a 0, ties counted half.

    By ranks (Mann, Whitney 1947). NaN where all targets are equal. Scores and targets are of shape (pairs,).
    """
    ones = float(targets.sum())
    zeros = len(targets) - ones
    if not ones or not zeros:
        return float("nan")
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - (counts - 1) / 2
    return float((ranks[inverse][targets == 1].sum() - ones * (ones + 1) / 2) / (ones * zeros))
