"""The dot-product models as torch modules: for mini-batches, GPUs, and everything that formulas are too slow for."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from xlcf.models.embedding import Embedding
from xlcf.models.factors import Factors
from xlcf.models.rating_module import RatingModule, to_numpy


class DotProduct(nn.Module):
    """The dot product of two batches of vectors: (batch, factors), (batch, factors) -> (batch,)."""

    def forward(self, left: Tensor, right: Tensor) -> Tensor:
        """Multiply element by element and sum over the factors; the sum of bfloat16 products is in float32."""
        products = left * right
        return products.sum(dim=-1, dtype=torch.promote_types(products.dtype, torch.float32))


class EmbeddingDot(RatingModule):
    """Matrix factorization: prediction = user_factors[u] . item_factors[i] + global_bias.

    With a rating range, a sigmoid takes it into (low, high); see `Factors`.

    Attributes:
        user_factors: embedding of shape (users, factors).
        item_factors: embedding of shape (items, factors).
        global_bias: buffer of shape (), added to every prediction.

    """

    def __init__(
        self,
        n_users: int,
        n_items: int,
        n_factors: int,
        rating_range: tuple[float, float] | None = None,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        super().__init__(n_users, n_items, rating_range)
        self.user_factors = Embedding(n_users, n_factors, dtype=dtype)
        self.item_factors = Embedding(n_items, n_factors, dtype=dtype)
        self.dot = DotProduct()
        self.global_bias: Tensor
        self.register_buffer("global_bias", torch.zeros((), dtype=dtype))
        for embedding in (self.user_factors, self.item_factors):
            nn.init.uniform_(embedding.weight, 0.0, 0.05)  # as the course starts them

    def linear(self, users: Tensor, items: Tensor) -> Tensor:
        """Give z, before the sigmoid."""
        product: Tensor = self.dot(self.user_factors(users), self.item_factors(items))
        return product + self.global_bias

    def to_predictor(self) -> Factors:
        """Give the factors as NumPy arrays."""
        return Factors(
            user_factors=to_numpy(self.user_factors.weight),
            item_factors=to_numpy(self.item_factors.weight),
            global_bias=float(self.global_bias.detach()),
            rating_range=self.rating_range,
        )

    def free_global_bias(self) -> None:
        """Let the global bias be trained too, which is else a constant."""
        start = self.global_bias
        del self.global_bias
        self.register_parameter("global_bias", nn.Parameter(start.clone()))

    @torch.no_grad()
    def load_factors(self, factors: Factors) -> None:
        """Take over factors of the same shapes."""
        self.user_factors.weight.copy_(torch.from_numpy(factors.user_factors))
        self.item_factors.weight.copy_(torch.from_numpy(factors.item_factors))
        self.global_bias.fill_(factors.global_bias)


class EmbeddingDotBias(EmbeddingDot):
    """Matrix factorization with biases: prediction = dot product + user_bias[u] + item_bias[i] + global_bias.

    Attributes:
        user_bias: embedding of shape (users, 1).
        item_bias: embedding of shape (items, 1).

    """

    def __init__(
        self,
        n_users: int,
        n_items: int,
        n_factors: int,
        rating_range: tuple[float, float] | None = None,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        super().__init__(n_users, n_items, n_factors, rating_range, dtype)
        self.user_bias = Embedding(n_users, 1, dtype=dtype)
        self.item_bias = Embedding(n_items, 1, dtype=dtype)
        for embedding in (self.user_factors, self.item_factors, self.user_bias, self.item_bias):
            nn.init.uniform_(embedding.weight, -0.01, 0.01)

    def linear(self, users: Tensor, items: Tensor) -> Tensor:
        """Give z, before the sigmoid."""
        biases: Tensor = self.user_bias(users)[:, 0] + self.item_bias(items)[:, 0]
        return super().linear(users, items) + biases

    def to_predictor(self) -> Factors:
        """Give the factors and biases as NumPy arrays."""
        return Factors(
            user_factors=to_numpy(self.user_factors.weight),
            item_factors=to_numpy(self.item_factors.weight),
            user_bias=to_numpy(self.user_bias.weight)[:, 0],
            item_bias=to_numpy(self.item_bias.weight)[:, 0],
            global_bias=float(self.global_bias.detach()),
            rating_range=self.rating_range,
        )

    @torch.no_grad()
    def load_factors(self, factors: Factors) -> None:
        """Take over factors and biases of the same shapes; a bias that is missing becomes 0."""
        super().load_factors(factors)
        for embedding, bias in ((self.user_bias, factors.user_bias), (self.item_bias, factors.item_bias)):
            if bias is None:
                embedding.weight.zero_()
            else:
                embedding.weight.copy_(torch.from_numpy(bias)[:, None])


def module_of(factors: Factors) -> EmbeddingDot:
    """Make the float64 torch module that predicts as these factors do; a bias that is missing stays 0 for good."""
    kind = EmbeddingDot if factors.user_bias is None and factors.item_bias is None else EmbeddingDotBias
    module = kind(
        len(factors.user_factors), len(factors.item_factors), factors.n_factors, factors.rating_range, torch.float64
    )
    module.load_factors(factors)
    if isinstance(module, EmbeddingDotBias):
        module.user_bias.weight.requires_grad_(factors.user_bias is not None)
        module.item_bias.weight.requires_grad_(factors.item_bias is not None)
    return module
