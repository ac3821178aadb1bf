"""The loop of PyTorch tutorials, for comparison: Dataset, DataLoader, batches of 64, plain Adam."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from xlcf.ratings.ratings import Ratings


class RatingsDataset(Dataset[tuple[Tensor, Tensor, Tensor]]):
    def __init__(self, ratings: Ratings) -> None:
        self.users = torch.tensor(np.asarray(ratings.users), dtype=torch.long)
        self.items = torch.tensor(np.asarray(ratings.items), dtype=torch.long)
        self.values = torch.tensor(np.asarray(ratings.values), dtype=torch.float32)

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor, Tensor]:
        return self.users[index], self.items[index], self.values[index]


class MatrixFactorization(nn.Module):
    def __init__(self, n_users: int, n_items: int, n_factors: int = 50) -> None:
        super().__init__()
        self.user_factors, self.item_factors = nn.Embedding(n_users, n_factors), nn.Embedding(n_items, n_factors)
        self.user_bias, self.item_bias = nn.Embedding(n_users, 1), nn.Embedding(n_items, 1)
        for embedding in (self.user_factors, self.item_factors, self.user_bias, self.item_bias):
            nn.init.uniform_(embedding.weight, -0.01, 0.01)

    def forward(self, users: Tensor, items: Tensor) -> Tensor:
        product = (self.user_factors(users) * self.item_factors(items)).sum(1)
        z = product + self.user_bias(users)[:, 0] + self.item_bias(items)[:, 0]
        return 0.5 + 4.5 * torch.sigmoid(z)


class TutorialLoop:
    """The model and its loop; `seconds` is the time spent on steps."""

    def __init__(self, ratings: Ratings, learning_rate: float = 1e-3, weight_decay: float = 1e-5) -> None:
        torch.manual_seed(0)
        self.loader = DataLoader(RatingsDataset(ratings), batch_size=64, shuffle=True)
        self.model = MatrixFactorization(ratings.n_users, ratings.n_items)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=learning_rate, weight_decay=weight_decay)
        self.seconds = 0.0

    def epoch(self) -> Iterator[int]:
        """Go through the ratings once; gives the number of ratings of each step after it."""
        began = time.perf_counter()
        for users, items, values in self.loader:
            self.optimizer.zero_grad()
            loss = nn.functional.mse_loss(self.model(users, items), values)
            loss.backward()
            self.optimizer.step()
            loss.item()
            self.seconds += time.perf_counter() - began
            yield len(values)
            began = time.perf_counter()

    @torch.no_grad()
    def rmse(self, ratings: Ratings) -> float:
        users, items = (torch.tensor(np.asarray(codes), dtype=torch.long) for codes in (ratings.users, ratings.items))
        errors = self.model(users, items).clamp(0.5, 5).numpy() - ratings.values
        return float(np.sqrt(np.mean(errors**2)))
