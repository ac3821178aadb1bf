"""Embeddings whose rows come in the precision of an enclosing `torch.autocast`."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class Embedding(nn.Embedding):
    """An `nn.Embedding` that autocast reaches: within it, rows and their gradients are in its lower precision.

    PyTorch's own is not on autocast's list, so that products of rows would stay in float32.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Look up rows: integer codes of any shape (...) -> (..., embedding_dim)."""
        return functional.embedding(input, in_autocast_precision(self.weight))


def in_autocast_precision(weight: Tensor) -> Tensor:
    """Give a weight in the precision of the enclosing autocast; itself where there is none."""
    kind = weight.device.type
    return weight.to(torch.get_autocast_dtype(kind)) if torch.is_autocast_enabled(kind) else weight
