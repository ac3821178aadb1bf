"""The mini net: a user's and an item's embedding side by side, through one hidden layer."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from xlcf.models.embedding import Embedding
from xlcf.models.net import Net
from xlcf.models.rating_module import RatingModule, to_numpy


class EmbeddingNet(RatingModule):
    """A neural net on embeddings: z = w2 . relu(W1 [user_factors[u], item_factors[i]] + b1) + b2.

    Dropout is applied to the embeddings and to the hidden layer, in training only (Srivastava and others 2014,
    "Dropout").

    Attributes:
        user_factors: embedding of shape (users, factors).
        item_factors: embedding of shape (items, factors).
        hidden: linear layer, 2 * factors -> hidden.
        output: linear layer, hidden -> 1.

    """

    def __init__(
        self,
        n_users: int,
        n_items: int,
        n_factors: int,
        rating_range: tuple[float, float] | None = None,
        n_hidden: int = 10,
        dropout: tuple[float, float] = (0.2, 0.2),
        dtype: torch.dtype = torch.float32,
    ) -> None:
        super().__init__(n_users, n_items, rating_range)
        self.user_factors = Embedding(n_users, n_factors, dtype=dtype)
        self.item_factors = Embedding(n_items, n_factors, dtype=dtype)
        self.hidden = nn.Linear(2 * n_factors, n_hidden, dtype=dtype)
        self.output = nn.Linear(n_hidden, 1, dtype=dtype)
        self.embedding_dropout, self.hidden_dropout = map(nn.Dropout, dropout)
        for embedding in (self.user_factors, self.item_factors):
            nn.init.uniform_(embedding.weight, -0.01, 0.01)  # as the course starts them

    def to_predictor(self) -> Net:
        """Give the net as NumPy arrays."""
        return Net(
            user_factors=to_numpy(self.user_factors.weight),
            item_factors=to_numpy(self.item_factors.weight),
            hidden_weight=to_numpy(self.hidden.weight),
            hidden_bias=to_numpy(self.hidden.bias),
            output_weight=to_numpy(self.output.weight)[0],
            output_bias=float(self.output.bias.detach()),
            rating_range=self.rating_range,
        )

    def linear(self, users: Tensor, items: Tensor) -> Tensor:
        """Give z, before the sigmoid."""
        pairs = torch.cat([self.user_factors(users), self.item_factors(items)], dim=1)
        hidden = torch.relu(self.hidden(self.embedding_dropout(pairs)))
        z: Tensor = self.output(self.hidden_dropout(hidden))
        return z[:, 0].to(self.output.weight.dtype)  # which autocast lowers
