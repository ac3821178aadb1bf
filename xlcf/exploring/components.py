"""The directions in which items differ most, and which items stand at their ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlcf.arrays import Floats, Integers
from xlcf.errors import InputError
from xlcf.models.rating_model import RatingModel


@dataclass(frozen=True)
class Directions:
    """Directions in the space of item factors, orthogonal, the one with most variance first.

    Attributes:
        axes: shape (directions, factors), each of length 1.
        scores: shape (items, directions), how far each item lies along them from the mean item.
        explained: shape (directions,), the share of the items' variance along each.
        kind: `principal components`, or `varimax factors`.

    """

    axes: Floats
    scores: Floats
    explained: Floats
    kind: str

    def ends(self, direction: int, items: Integers, n: int) -> tuple[Integers, Integers]:
        """Give the n items at the top and the n at the bottom of a direction, the outermost first, among `items`."""
        order = items[np.argsort(-self.scores[items, direction], kind="stable")]
        n = min(n, (len(order) + 1) // 2)
        return order[:n], order[::-1][: min(n, len(order) - n)]


def principal_components(model: RatingModel, n: int = 3) -> Directions:
    """Give the first n principal components of the item factors (Pearson 1901; Jolliffe 2002).

    Each item weighs as much as it has ratings, in the mean and in the variance: factors that few ratings stand behind
    say little, and most items of a large data set have few.

    Raises:
        InputError: where there are fewer factors than n.

    """
    _check(model, n)
    axes = principal_axes(model.factors.item_factors, model.item_counts)
    return _along(model, axes[:, :n].T, "principal components")


def factor_directions(model: RatingModel, n: int = 3, kind: str = "varimax factors") -> Directions:
    """Give the n axes of the factors themselves along which items differ most: for factors that were rotated.

    Raises:
        InputError: where there are fewer factors than n.

    """
    _check(model, n)
    factors = model.factors.item_factors
    mean = np.average(factors, axis=0, weights=rating_shares(model.item_counts))
    variance = np.average((factors - mean) ** 2, axis=0, weights=rating_shares(model.item_counts))
    first = np.argsort(-variance, kind="stable")[:n]
    return _along(model, np.eye(model.factors.n_factors)[first], kind)


def principal_axes(factors: Floats, counts: Integers) -> Floats:
    """Give the principal axes of factors weighted by counts, most variance first: orthogonal, shape (factors, factors).

    Each points to where the items' longer tail is.
    """
    weights = rating_shares(counts)
    centred = factors - np.average(factors, axis=0, weights=weights)
    # the right singular vectors of the weighted rows; QR first, so that nothing of the size items x items is made
    r = np.linalg.qr(centred * np.sqrt(weights)[:, None], mode="r")
    axes = np.linalg.svd(r, full_matrices=True)[2].T
    return towards_the_tail(axes, centred, weights)


def towards_the_tail(axes: Floats, centred: Floats, weights: Floats) -> Floats:
    """Turn axes, shape (factors, axes), so that the skewness of centred factors along each is positive.

    Which end of an axis is positive means nothing; so the same model always shows the same.
    """
    skew = weights @ (centred @ axes) ** 3
    return np.asarray(axes * np.where(skew < 0, -1.0, 1.0))


def _along(model: RatingModel, axes: Floats, kind: str) -> Directions:
    weights = rating_shares(model.item_counts)
    factors = model.factors.item_factors
    centred = factors - np.average(factors, axis=0, weights=weights)
    scores = centred @ axes.T
    total = float(weights @ (centred**2).sum(axis=1))
    variance = weights @ scores**2
    return Directions(axes, scores, variance / total if total else np.zeros(len(axes)), kind)


def rating_shares(counts: Integers) -> Floats:
    """Give each item's share of all ratings; equal shares where there are none."""
    total = counts.sum()
    return counts / total if total else np.full(len(counts), 1 / len(counts))


def _check(model: RatingModel, n: int) -> None:
    if not 1 <= n <= model.factors.n_factors:
        raise InputError(f"Of {model.factors.n_factors} factors there are 1 to as many components, not {n}.")
