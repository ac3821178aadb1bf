"""What predicts ratings, as plain arrays: the same for sheets, model files, torch modules and reports."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field

import numpy as np

from xlcf.arrays import Floats
from xlcf.ratings.ratings import Codes


@dataclass(frozen=True)
class Predictor(ABC):
    """Factors of users and of items, and a rule that makes a number z of a user's and an item's.

        prediction = z                                         without a rating range
        prediction = low + (high - low) / (1 + exp(-z))        with rating_range = (low, high)

    A code is a row of the factors.

    Attributes:
        user_factors: shape (users, factors).
        item_factors: shape (items, factors).
        rating_range: (low, high) of the sigmoid, or None.

    """

    user_factors: Floats
    item_factors: Floats
    rating_range: tuple[float, float] | None = field(default=None, kw_only=True)

    @property
    def n_factors(self) -> int:
        """How many factors a user and an item have."""
        return int(self.user_factors.shape[1])

    @property
    @abstractmethod
    def n_parameters(self) -> int:
        """How many numbers were fitted."""

    @abstractmethod
    def linear(self, users: Codes, items: Codes) -> Floats:
        """Give z for each user and the item at the same place: shape (pairs,)."""

    def predict(self, users: Codes, items: Codes) -> Floats:
        """Predict for each user the item at the same place: shape (pairs,)."""
        return self.rating_of(self.linear(users, items))

    def predict_std(self, users: Codes, items: Codes) -> Floats | None:  # noqa: ARG002
        """Give the standard deviation of each prediction: shape (pairs,); None, as here, where it is not known.

        One set of fitted numbers does not know it; a predictor that holds many draws of them does.
        """
        return None

    def rating_of(self, z: Floats) -> Floats:
        """Give the prediction of each z: z itself, or its sigmoid within the rating range."""
        if self.rating_range is None:
            return z
        low, high = self.rating_range
        return low + (high - low) * sigmoid(z)


def sigmoid(z: Floats) -> Floats:
    """Give 1 / (1 + exp(-z)), element by element."""
    # exp of a negative number only, so that nothing overflows
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, e) / (1.0 + e)
