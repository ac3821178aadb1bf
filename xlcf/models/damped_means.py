"""Biases as damped means: the baseline that needs no training, and a good place to start it from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from xlcf.arrays import Floats
from xlcf.ratings.counts import count_codes
from xlcf.ratings.ratings import Codes, Ratings
from xlcf.ratings.row_blocks import row_blocks


@dataclass(frozen=True)
class DampedMeans:
    """The baseline rating = mean + user_bias[u] + item_bias[i].

    Attributes:
        mean: of all ratings.
        user_bias: shape (users,).
        item_bias: shape (items,).

    """

    mean: float
    user_bias: Floats
    item_bias: Floats


def mean_target(ratings: Ratings, threshold: float | None) -> float:
    """Give the mean rating; with a threshold, the share of ratings of that or more."""
    if threshold is None:
        return ratings.mean
    return sum(float(targets.sum()) for _, _, targets in _blocks(ratings, threshold)) / len(ratings)


def damped_means(
    ratings: Ratings,
    threshold: float | None = None,
    user_damping: float = 5.0,
    item_damping: float = 4.0,
    sweeps: int = 5,
) -> DampedMeans:
    """Fit the baseline by alternating sweeps of ridge regression, a closed form each.

        item_bias[i] = sum over i's ratings of (rating - mean - user_bias) / (item_damping + number of them)

    and the same for users (Koren 2010, "Factor in the Neighbors", section 2.1; there in a single sweep).

    Args:
        ratings: the ratings, which may be memory-mapped.
        threshold: a rating of this or more counts as 1 and any other as 0; None: ratings count as they are.
        user_damping: how many ratings of the mean kind a user starts with.
        item_damping: the same for an item.
        sweeps: how often items and users are gone through in turn.

    """
    mean = mean_target(ratings, threshold)
    user_bias, item_bias = np.zeros(ratings.n_users), np.zeros(ratings.n_items)
    user_counts = count_codes(ratings.users, ratings.n_users)
    item_counts = count_codes(ratings.items, ratings.n_items)
    for _ in range(sweeps):
        sums = np.zeros(ratings.n_items)
        for users, items, values in _blocks(ratings, threshold):
            sums += np.bincount(items, values - mean - user_bias[users], minlength=ratings.n_items)
        item_bias = sums / (item_damping + item_counts)
        sums = np.zeros(ratings.n_users)
        for users, items, values in _blocks(ratings, threshold):
            sums += np.bincount(users, values - mean - item_bias[items], minlength=ratings.n_users)
        user_bias = sums / (user_damping + user_counts)
    return DampedMeans(mean, user_bias, item_bias)


def _blocks(ratings: Ratings, threshold: float | None) -> Iterator[tuple[Codes, Codes, Floats]]:
    for part in row_blocks(len(ratings)):
        values = ratings.values[part] if threshold is None else ratings.values[part] >= threshold
        yield ratings.users[part], ratings.items[part], values.astype(np.float64)
