"""What all torch models of ratings have in common: codes in, ratings out, through an optional sigmoid."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn

from xlcf.arrays import Floats
from xlcf.models.predictor import Predictor


class RatingModule(nn.Module, ABC):
    """A model that rates items for users.

    `linear` gives z, and the rating is z itself, or low + (high - low) / (1 + exp(-z)) with rating_range = (low, high).
    With the range (0, 1) the rating is a probability and z its logit: that is the classifier's head.

    Attributes:
        n_users: how many users the model knows.
        n_items: how many items.
        rating_range: (low, high) of the sigmoid, or None.

    """

    def __init__(self, n_users: int, n_items: int, rating_range: tuple[float, float] | None) -> None:
        super().__init__()
        self.n_users, self.n_items = n_users, n_items
        self.rating_range = rating_range

    @abstractmethod
    def to_predictor(self) -> Predictor:
        """Give the same model as NumPy arrays in double precision."""

    @abstractmethod
    def linear(self, users: Tensor, items: Tensor) -> Tensor:
        """Give z, before the sigmoid: integer codes (batch,), (batch,) -> (batch,)."""

    def forward(self, users: Tensor, items: Tensor) -> Tensor:
        """Predict: integer codes (batch,), (batch,) -> ratings (batch,)."""
        z = self.linear(users, items)
        if self.rating_range is None:
            return z
        low, high = self.rating_range
        return low + (high - low) * torch.sigmoid(z)


def to_numpy(weight: Tensor) -> Floats:
    """Give a weight as a NumPy array of its own, in double precision."""
    array: Floats = weight.detach().cpu().double().numpy().copy()
    return array
