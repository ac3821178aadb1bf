"""Ratings as batches of tensors: resident on the device, or read block by block from a memory-mapped store."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from xlcf.ratings.ratings import Ratings

BLOCK = 1 << 23  # ratings of a memory-mapped store held at a time: 96 MB of codes and values
_LARGE = 1 << 18  # ratings a batch, where nothing is trained

Batch = tuple[Tensor, Tensor, Tensor]


class Batches:
    """Batches of ratings in a new random order each epoch.

    Ratings in memory go to the device once and stay there; a batch is picked out of them by indexing. Memory-mapped
    ratings are read block by block, in a random order of blocks and shuffled within each: `write_store` has put
    them in a random order, so that a block is a fair sample.

    Args:
        ratings: the ratings.
        batch_size: ratings a batch; the last of a block may be smaller.
        device: where the tensors live.
        dtype: of the values.
        block: ratings a block, for memory-mapped ratings.

    """

    def __init__(
        self, ratings: Ratings, batch_size: int, device: torch.device, dtype: torch.dtype, block: int = BLOCK
    ) -> None:
        self.n_ratings = len(ratings)
        self.batch_size = batch_size
        self._ratings, self._device, self._dtype = ratings, device, dtype
        streamed = isinstance(ratings.values, np.memmap)
        size = block if streamed else max(1, self.n_ratings)
        self._blocks = [slice(start, start + size) for start in range(0, self.n_ratings, size)]
        self.resident: Batch | None = None if streamed else self._load(slice(None))

    def __len__(self) -> int:
        """How many batches an epoch has."""
        sizes = [len(range(*block.indices(self.n_ratings))) for block in self._blocks]
        return sum(-(-size // self.batch_size) for size in sizes)

    def epoch(self, generator: torch.Generator) -> Iterator[Batch]:
        """Go through all ratings once: users, items and values of each batch."""
        for data, positions, _ in self.positions(generator):
            yield data[0][positions], data[1][positions], data[2][positions]

    def positions(self, generator: torch.Generator) -> Iterator[tuple[Batch, Tensor, int]]:
        """Go through all ratings once: a block of them, the positions of a batch within it, and the batch's size."""
        for block in permutation(len(self._blocks), generator).tolist():
            data = self.resident or self._load(self._blocks[block])
            order = permutation(len(data[2]), generator).to(self._device)
            for positions in torch.split(order, self.batch_size):
                yield data, positions, len(positions)

    @property
    def n_in_order(self) -> int:
        """How many batches `in_order` gives."""
        return -(-self.n_ratings // _LARGE)

    def in_order(self, at_least: int = 0) -> Iterator[Batch]:
        """Go through all ratings once, in the order of the data, in large batches; then empty ones up to `at_least`."""
        for batch in range(max(at_least, self.n_in_order)):
            part = slice(batch * _LARGE, (batch + 1) * _LARGE)
            yield tuple(array[part] for array in self.resident) if self.resident else self._load(part)  # type: ignore[misc]

    def _load(self, part: slice) -> Batch:
        ratings = self._ratings
        users, items = (
            torch.from_numpy(np.array(codes[part], dtype=np.int32)).to(self._device)
            for codes in (ratings.users, ratings.items)
        )
        return users, items, torch.from_numpy(np.array(ratings.values[part])).to(self._device, self._dtype)


def permutation(n: int, generator: torch.Generator) -> Tensor:
    """Draw an order of n things, where the generator is."""
    return torch.randperm(n, generator=generator, device=generator.device)
