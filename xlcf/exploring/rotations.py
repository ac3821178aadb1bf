"""Rotations of factors: axes that can be read, and not one prediction changed.

The dot product of a user's and an item's factors stays the same when both are turned by the same orthogonal matrix R,
since p R (q R)' = p R R' q' = p q'. So the axes that training ends with mean nothing, and others may be chosen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from xlcf.arrays import Floats, Integers
from xlcf.errors import InputError
from xlcf.exploring.components import principal_axes, rating_shares, towards_the_tail
from xlcf.models.factors import Factors
from xlcf.models.rating_model import RatingModel

ROTATIONS = ("varimax", "pca")

_ITERATIONS, _TOLERANCE = 300, 1e-6
_PAIRS = 20_000_000  # most predictions that are compared
_BLOCK = 1 << 22  # predictions compared at a time


@dataclass(frozen=True)
class Rotation:
    """Factors in new axes.

    Attributes:
        model: the same model with users' and items' factors rotated.
        matrix: shape (factors, factors), orthogonal; factors are multiplied by it from the right.
        largest_difference: between predictions before and after, over `compared` pairs.
        compared: all pairs of a user and an item, or where they are more than 20 million, so many drawn at random.

    """

    model: RatingModel
    matrix: Floats
    largest_difference: float
    compared: int


def rotate(model: RatingModel, kind: str) -> Rotation:
    """Rotate users' and items' factors together.

    Args:
        model: the model.
        kind: `pca`: onto the principal axes of the item factors; `varimax`: onto axes on which each item has few
            large entries (`varimax`). Items weigh as much as they have ratings. The axis with most variance is first.

    Raises:
        InputError: where there is no such rotation.

    """
    if kind not in ROTATIONS:
        raise InputError(f"The rotation {kind!r} is none of {', '.join(ROTATIONS)}.")
    items, counts = model.factors.item_factors, model.item_counts
    matrix = principal_axes(items, counts)
    if kind == "varimax":
        matrix = _most_variance_first(matrix @ varimax(items @ matrix, counts), items, counts)
    factors = replace(model.factors, user_factors=model.factors.user_factors @ matrix, item_factors=items @ matrix)
    difference, compared = largest_difference(model.factors, factors)
    return Rotation(replace(model, predictor=factors), matrix, difference, compared)


def varimax(loadings: Floats, counts: Integers) -> Floats:
    """Give the orthogonal matrix R, shape (factors, factors), that maximises Kaiser's (1958) raw varimax criterion.

        sum over factors k of the variance over items i of (loadings R)[i, k]^2

    Items weigh by their counts. Each step takes the orthogonal matrix nearest to the criterion's gradient, by singular
    values, until the criterion grows by less than 1e-6 of itself (Horst 1965; the SVD form as in R's `varimax`).
    """
    weights = rating_shares(counts)
    rotation = np.eye(loadings.shape[1])
    before = -np.inf
    for _ in range(_ITERATIONS):
        rotated = loadings @ rotation
        squares = rotated**2
        gradient = loadings.T @ (weights[:, None] * rotated * (squares - weights @ squares))
        left, singular, right = np.linalg.svd(gradient)
        rotation = left @ right
        reached = float(singular.sum())
        if reached <= before * (1 + _TOLERANCE):
            break
        before = reached
    return np.asarray(rotation)


def varimax_criterion(loadings: Floats, counts: Integers) -> float:
    """Work out what `varimax` maximises."""
    weights = rating_shares(counts)
    return float((weights @ loadings**4 - (weights @ loadings**2) ** 2).sum())


def largest_difference(before: Factors, after: Factors) -> tuple[float, int]:
    """Give the largest difference between predictions of two sets of factors, and of how many pairs."""
    n_users, n_items = len(before.user_factors), len(before.item_factors)
    users = np.arange(n_users)
    most = max(1, _PAIRS // max(1, n_items))
    if most < n_users:
        users = np.sort(np.random.default_rng(0).choice(n_users, most, replace=False))
    step = max(1, _BLOCK // max(1, n_items))
    difference = 0.0
    for start in range(0, len(users), step):
        part = users[start : start + step]
        one, other = (_of_users(factors, part).predict_all() for factors in (before, after))
        difference = max(difference, float(np.abs(one - other).max(initial=0.0)))
    return difference, len(users) * n_items


def _of_users(factors: Factors, users: Integers) -> Factors:
    bias = None if factors.user_bias is None else factors.user_bias[users]
    return replace(factors, user_factors=factors.user_factors[users], user_bias=bias)


def _most_variance_first(matrix: Floats, items: Floats, counts: Integers) -> Floats:
    """Order the axes by the items' variance."""
    weights = rating_shares(counts)
    centred = items - weights @ items
    order = np.argsort(-(weights @ (centred @ matrix) ** 2), kind="stable")
    return towards_the_tail(matrix[:, order], centred, weights)
