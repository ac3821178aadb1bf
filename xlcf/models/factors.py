"""Fitted factors as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from xlcf.arrays import Floats, Integers
from xlcf.models.predictor import Predictor
from xlcf.ratings.ratings import Codes
from xlcf.ratings.row_blocks import row_blocks


@dataclass(frozen=True)
class Factors(Predictor):
    """A matrix factorization with optional biases and rating range.

    The prediction for user u and item i is z, or its sigmoid within the rating range (see `Predictor`), with

        z = user_factors[u] . item_factors[i] + user_bias[u] + item_bias[i] + global_bias

    (Koren, Bell, Volinsky 2009, "Matrix Factorization Techniques for Recommender Systems", eq. 2 and 4).

    Attributes:
        user_bias: shape (users,), or None.
        item_bias: shape (items,), or None.
        global_bias: one number added to every prediction.

    """

    user_bias: Floats | None = None
    item_bias: Floats | None = None
    global_bias: float = 0.0

    @property
    def n_parameters(self) -> int:
        """How many numbers were fitted, the global bias left out, which is a mean."""
        arrays = self.user_factors, self.item_factors, self.user_bias, self.item_bias
        return sum(array.size for array in arrays if array is not None)

    def predict_all(self) -> Floats:
        """Predict every pair: shape (users, items)."""
        with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is said where it is shown
            z = self.user_factors @ self.item_factors.T + self.global_bias
            if self.user_bias is not None:
                z = z + self.user_bias[:, None]
            if self.item_bias is not None:
                z = z + self.item_bias[None, :]
            return self.rating_of(z)

    def linear(self, users: Codes, items: Codes) -> Floats:
        """Give z for each user and the item at the same place: shape (pairs,)."""
        z = np.full(len(users), self.global_bias)
        with np.errstate(over="ignore", invalid="ignore"):
            for part in row_blocks(len(users)):  # the gathered factors of 20 million ratings are large
                z[part] += np.einsum("nf,nf->n", self.user_factors[users[part]], self.item_factors[items[part]])
            if self.user_bias is not None:
                z += self.user_bias[users]
            if self.item_bias is not None:
                z += self.item_bias[items]
        return z

    def take(self, users: Integers, items: Integers) -> Factors:
        """Give the factors of some users and of some items, in that order."""
        return replace(
            self,
            user_factors=self.user_factors[users],
            item_factors=self.item_factors[items],
            user_bias=None if self.user_bias is None else self.user_bias[users],
            item_bias=None if self.item_bias is None else self.item_bias[items],
        )
