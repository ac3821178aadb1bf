"""The mini net as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlcf.arrays import Floats
from xlcf.models.predictor import Predictor
from xlcf.ratings.ratings import Codes
from xlcf.ratings.row_blocks import row_blocks


@dataclass(frozen=True)
class Net(Predictor):
    """A user's and an item's factors side by side, through one hidden layer.

        z = output_weight . relu(hidden_weight [user_factors[u], item_factors[i]] + hidden_bias) + output_bias

    Attributes:
        hidden_weight: shape (hidden, 2 * factors).
        hidden_bias: shape (hidden,).
        output_weight: shape (hidden,).
        output_bias: one number.

    """

    hidden_weight: Floats
    hidden_bias: Floats
    output_weight: Floats
    output_bias: float

    @property
    def n_hidden(self) -> int:
        """How many hidden units there are."""
        return len(self.hidden_bias)

    @property
    def n_parameters(self) -> int:
        """How many numbers were fitted."""
        arrays = self.user_factors, self.item_factors, self.hidden_weight, self.hidden_bias, self.output_weight
        return sum(array.size for array in arrays) + 1

    def linear(self, users: Codes, items: Codes) -> Floats:
        """Give z for each user and the item at the same place: shape (pairs,)."""
        z = np.empty(len(users))
        of_user, of_item = np.split(self.hidden_weight.T, 2)
        for part in row_blocks(len(users)):
            hidden = self.user_factors[users[part]] @ of_user + self.item_factors[items[part]] @ of_item
            z[part] = np.maximum(hidden + self.hidden_bias, 0.0) @ self.output_weight + self.output_bias
        return z
