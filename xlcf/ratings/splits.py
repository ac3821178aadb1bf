"""Splits of ratings into those to train on and those held out, as positions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlcf.arrays import Integers
from xlcf.errors import InputError
from xlcf.ratings.ratings import Ratings


@dataclass(frozen=True)
class Split:
    """Two sets of positions in the same ratings, with nothing in common and nothing left over.

    Attributes:
        train: shape (ratings to train on,).
        hold_out: shape (ratings held out,).

    """

    train: Integers
    hold_out: Integers


def random_split(n_ratings: int, fraction: float, seed: int = 42) -> Split:
    """Hold out a fraction of the ratings, drawn at random.

    Held out are the first int(fraction * n_ratings) of NumPy's RandomState(seed).permutation(n_ratings), the
    definition of fast.ai's course (there with fraction 0.2 and seed 42); the rest is trained on, in that order.

    Raises:
        InputError: where `fraction` is not between 0 and 1.

    """
    _check(fraction)
    order = np.random.RandomState(seed).permutation(n_ratings).astype(np.int64, copy=False)
    n_held_out = int(fraction * n_ratings)
    return Split(train=order[n_held_out:], hold_out=order[:n_held_out])


def split_by_time(ratings: Ratings, fraction: float) -> Split:
    """Hold out the latest int(fraction * ratings) ratings; both sets are in the order of time.

    Of ratings of the same second, those that stand later in the data count as later.

    Raises:
        InputError: where the ratings have no timestamps, or `fraction` is not between 0 and 1.

    """
    _check(fraction)
    order = np.argsort(_timestamps(ratings), kind="stable")
    n_train = len(order) - int(fraction * len(order))
    return Split(train=order[:n_train], hold_out=order[n_train:])


def leave_last_out(ratings: Ratings) -> Split:
    """Hold out the latest rating of every user with at least two; positions ascend in both sets.

    Of ratings of the same second, the one that stands last in the data counts as the latest. Without timestamps the
    order of the data is taken for the order of time.
    """
    times = np.arange(len(ratings)) if ratings.timestamps is None else ratings.timestamps
    order = np.lexsort((times, ratings.users))  # user by user, each in the order of time
    counts = np.bincount(ratings.users, minlength=ratings.n_users)
    ends = np.cumsum(counts) - 1
    held_out = np.zeros(len(ratings), dtype=bool)
    held_out[order[ends[counts >= 2]]] = True
    return Split(train=np.flatnonzero(~held_out), hold_out=np.flatnonzero(held_out))


def k_folds(n_ratings: int, k: int, seed: int = 42) -> list[Split]:
    """Cut the ratings at random into k parts of equal size (to within one); each is held out once.

    Raises:
        InputError: where k is less than 2 or more than there are ratings.

    """
    if not 2 <= k <= n_ratings:
        raise InputError(f"{n_ratings:,} ratings cannot be cut into {k} folds: choose from 2 to {n_ratings:,}.")
    parts = np.array_split(np.random.RandomState(seed).permutation(n_ratings).astype(np.int64, copy=False), k)
    return [
        Split(train=np.concatenate([part for other, part in enumerate(parts) if other != fold]), hold_out=parts[fold])
        for fold in range(k)
    ]


def all_trained_on(ratings: Ratings, split: Split) -> Split:
    """Give the split in which every user and every item has a rating to train on, as far as it has any.

    A rating that is held out goes to those to train on where it is the last of its user or its item: what has no
    rating cannot be predicted.
    """
    users = np.bincount(ratings.users[split.train], minlength=ratings.n_users)
    items = np.bincount(ratings.items[split.train], minlength=ratings.n_items)
    is_needed = np.zeros(len(split.hold_out), dtype=bool)
    for place, position in enumerate(split.hold_out.tolist()):
        user, item = ratings.users[position], ratings.items[position]
        if not users[user] or not items[item]:
            is_needed[place] = True
            users[user] += 1
            items[item] += 1
    return Split(np.concatenate([split.train, split.hold_out[is_needed]]), split.hold_out[~is_needed])


def _check(fraction: float) -> None:
    if not 0 <= fraction <= 1:
        raise InputError(f"the fraction to hold out must lie between 0 and 1, not {fraction}.")


def _timestamps(ratings: Ratings) -> NDArray[np.integer[Any]]:
    if ratings.timestamps is None:
        if ratings.why_no_times is not None:
            raise InputError(
                f"these ratings cannot be split by time, as {ratings.why_no_times}: mend that, or split "
                "them at random instead."
            )
        raise InputError("these ratings have no timestamps to split by: split them at random instead.")
    return ratings.timestamps
