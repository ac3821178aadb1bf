"""Whether methods agree: how far apart the predictions (or the variables) are that they ended at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from xlcf.arrays import Floats
from xlcf.factorization.factorization import Factorization


@dataclass(frozen=True)
class Agreement:
    """Differences between every two of the methods, each of shape (methods, methods), symmetric with a zero diagonal.

    Attributes:
        methods: their names.
        of: what is compared: `predictions` of the rated pairs, or `variables` where there are no ratings.
        largest: the largest absolute difference.
        mean: the mean absolute difference.
        largest_unrated: the largest absolute difference among predictions of pairs that nobody rated; None without.

    """

    methods: tuple[str, ...]
    of: str
    largest: Floats
    mean: Floats
    largest_unrated: Floats | None


def agreement(ends: Mapping[str, Floats], factorization: Factorization | None) -> Agreement | None:
    """Compare the ends of methods, each of shape (variables,); None where there are fewer than two."""
    if len(ends) < 2:
        return None
    if factorization is None:
        return Agreement(tuple(ends), "variables", *_differences(np.stack(list(ends.values()))), None)
    predictions = np.stack([factorization.factors(x).predict_all() for x in ends.values()])
    rated = np.zeros(predictions.shape[1:], bool)
    rated[factorization.ratings.users, factorization.ratings.items] = True
    unseen = None if rated.all() else _differences(predictions[:, ~rated])[0]
    return Agreement(tuple(ends), "predictions", *_differences(predictions[:, rated]), unseen)


def _differences(rows: Floats) -> tuple[Floats, Floats]:
    """Give the largest and the mean absolute difference between every two rows: (methods, n) -> (methods, methods)."""
    largest, mean = np.zeros((2, len(rows), len(rows)))
    for one, other in combinations(range(len(rows)), 2):
        away = np.abs(rows[one] - rows[other])
        largest[one, other] = largest[other, one] = away.max()
        mean[one, other] = mean[other, one] = away.mean()
    return largest, mean
