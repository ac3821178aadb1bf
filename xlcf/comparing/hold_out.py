"""Hiding some ratings from a fit, to see how well it predicts what it has not seen."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from xlcf.arrays import Floats
from xlcf.factorization.factorization import Factorization
from xlcf.factorization.program import FactorizationProgram
from xlcf.metrics import rmse
from xlcf.ratings.splits import Split, all_trained_on, random_split

HIDDEN = 0.1
"""The share of ratings that is hidden."""


@dataclass(frozen=True)
class HoldOut:
    """Ratings in two parts: those that a fit may see, and those it is asked for afterwards.

    Attributes:
        seen: the factorization over the ratings that stay.
        hidden: the same over those that are hidden.

    """

    seen: Factorization
    hidden: Factorization

    @classmethod
    def of(cls, factorization: Factorization, split: Split) -> HoldOut:
        """Hide the hold-out of a split of the factorization's ratings.

        A rating stays where it is the last of its user or its item: what has no rating cannot be predicted.
        """
        ratings = factorization.ratings
        parts = all_trained_on(ratings, split)
        positions = np.sort(parts.train), np.sort(parts.hold_out)
        return cls(*(replace(factorization, ratings=ratings.take(part)) for part in positions))

    def residuals(self, x: Floats) -> Floats:
        """Give rating - prediction of each hidden rating at x, shape (variables,).

        Predictions are cut off at the lowest and the highest rating that the fit saw, as whoever shows them to a person
        would do: without penalties, factors that few ratings hold may predict anything.
        """
        predictions = FactorizationProgram(self.hidden, len(x)).predictions(x)
        seen = self.seen.ratings.values
        return np.asarray(self.hidden.ratings.values - np.clip(predictions, seen.min(), seen.max()))

    def rmse(self, x: Floats) -> float:
        """Give the root mean squared error of the hidden ratings at x, shape (variables,)."""
        return rmse(self.residuals(x))


def hide_some(factorization: Factorization, seed: int) -> HoldOut | None:
    """Hide a tenth of the ratings, drawn at random; None where there are too few to hide any."""
    hold_out = HoldOut.of(factorization, random_split(len(factorization.ratings), HIDDEN, seed))
    return hold_out if len(hold_out.hidden.ratings) else None
