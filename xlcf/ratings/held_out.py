"""Which ratings a training run held out, and of ratings given later, which those were."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlcf.errors import InputError
from xlcf.ratings.ratings import Ratings
from xlcf.ratings.splits import leave_last_out, random_split, split_by_time

Positions = NDArray[np.int64] | slice


def hold_out(ratings: Ratings, fraction: float, split: str, seed: int) -> tuple[Positions, Positions]:
    """Give the positions of the ratings to train on, and of those held out.

    Args:
        ratings: the ratings.
        fraction: the share to hold out; `last` holds out one of each user instead.
        split: `random`, `time` (the latest) or `last` (each user's last).
        seed: of a random split.

    Raises:
        InputError: where one of both is empty, or there are no times to split by.

    """
    n_held_out = int(fraction * len(ratings))
    if split == "random" and isinstance(ratings.values, np.memmap):
        # a store is in random order; its slices stay memory-mapped
        train: Positions = slice(n_held_out, len(ratings))
        held_out: Positions = slice(0, n_held_out)
        sizes = len(ratings) - n_held_out, n_held_out
    else:
        if split == "time":
            found = split_by_time(ratings, fraction)
        elif split == "last":
            found = leave_last_out(ratings)
        else:
            found = random_split(len(ratings), fraction, seed)
        train, held_out = found.train, found.hold_out
        sizes = len(found.train), len(found.hold_out)
    if not all(sizes):
        raise InputError(
            f"{len(ratings):,} ratings are too few to hold out {fraction:g} of them: hold out another part, or none."
        )
    return train, held_out


def trained_on(ratings: Ratings, fingerprint: str, training: Mapping[str, Any]) -> NDArray[np.bool_] | None:
    """Tell of each rating whether a model was trained on it: shape (ratings,); None where that cannot be told.

    The split of the training run is done again, and believed where what remains has the fingerprint of the ratings
    that the model was trained on.

    Args:
        ratings: the ratings.
        fingerprint: of the ratings that the model was trained on.
        training: the options of the training run.

    """
    positions, rest = np.arange(len(ratings)), ratings
    for name in ("test_fraction", "hold_out"):
        if fingerprint == rest.fingerprint():
            break
        if not training.get(name):
            continue
        try:
            train, _ = hold_out(rest, training[name], training["split"], training["split_seed"])
        except (InputError, KeyError):  # other ratings, or a model that does not say how it was split
            return None
        positions, rest = positions[train], rest.take(train)
    if fingerprint != rest.fingerprint():
        return None
    result = np.zeros(len(ratings), dtype=bool)
    result[positions] = True
    return result
