"""Fitted factors as plain arrays: the common tongue of sheets, torch modules and reports."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xlcf.ratings.ratings import Codes
from xlcf.ratings.row_blocks import row_blocks

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Factors:
    """A matrix factorization with optional biases and rating range.

    The prediction for user u and item i is

        z = user_factors[u] . item_factors[i] + user_bias[u] + item_bias[i] + global_bias
        prediction = z                                         without a rating range
        prediction = low + (high - low) / (1 + exp(-z))        with rating_range = (low, high)

    (Koren, Bell, Volinsky 2009, "Matrix Factorization Techniques for Recommender Systems", eq. 2 and 4).

    Attributes:
        user_factors: shape (users, factors).
        item_factors: shape (items, factors).
        user_bias: shape (users,), or None.
        item_bias: shape (items,), or None.
        global_bias: one number added to every prediction.
        rating_range: (low, high) of the sigmoid, or None.

    """

    user_factors: Floats
    item_factors: Floats
    user_bias: Floats | None = None
    item_bias: Floats | None = None
    global_bias: float = 0.0
    rating_range: tuple[float, float] | None = None

    @property
    def n_factors(self) -> int:
        """How many factors a user and an item have."""
        return int(self.user_factors.shape[1])

    def predict_all(self) -> Floats:
        """Predict every pair: shape (users, items)."""
        z = self.user_factors @ self.item_factors.T + self.global_bias
        if self.user_bias is not None:
            z = z + self.user_bias[:, None]
        if self.item_bias is not None:
            z = z + self.item_bias[None, :]
        return self.rating_of(z)

    def linear(self, users: Codes, items: Codes) -> Floats:
        """Give z for each user and the item at the same place: shape (pairs,)."""
        z = np.full(len(users), self.global_bias)
        for part in row_blocks(len(users)):  # the gathered factors of 20 million ratings are large
            z[part] += np.einsum("nf,nf->n", self.user_factors[users[part]], self.item_factors[items[part]])
        if self.user_bias is not None:
            z += self.user_bias[users]
        if self.item_bias is not None:
            z += self.item_bias[items]
        return z

    def predict(self, users: Codes, items: Codes) -> Floats:
        """Predict for each user the item at the same place: shape (pairs,)."""
        return self.rating_of(self.linear(users, items))

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
