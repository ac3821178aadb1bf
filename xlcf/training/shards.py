"""A model in shards: each process has some of the users, their ratings and their rows of the tables.

Rows of users meet only their own ratings, so that nothing about them has to be exchanged. The items' tables are the
same in every process, and their gradients are added up before each step; or they are sharded too
(`xlcf.training.row_wise`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from xlcf.errors import InputError
from xlcf.models.embedding import Embedding
from xlcf.models.rating_module import RatingModule
from xlcf.ratings.counts import count_codes
from xlcf.ratings.ratings import Ratings
from xlcf.training.batches import Batch, Batches, permutation
from xlcf.training.distributed import Processes
from xlcf.training.row_wise import RowOwners, RowWiseEmbedding, cut_rows

_USER_TABLES = ("user_factors", "user_bias")
_ITEM_TABLES = ("item_factors", "item_bias")


@dataclass(frozen=True)
class Shard:
    """The users of one process: those with the codes from `first` to before `last`."""

    first: int
    last: int

    def ratings(self, ratings: Ratings) -> Ratings:
        """Give these users' ratings, held in memory; their codes count from 0."""
        positions = np.flatnonzero((ratings.users >= self.first) & (ratings.users < self.last))
        own = ratings.take(positions)
        return replace(own, users=own.users - self.first, user_ids=ratings.user_ids[self.first : self.last])

    def cut(self, module: RatingModule) -> RatingModule:
        """Leave in the module only the rows of these users."""
        for table in _USER_TABLES:
            if hasattr(module, table):
                rows = getattr(module, table).weight.detach()[self.first : self.last].clone()
                setattr(module, table, Embedding(len(rows), rows.shape[1], _weight=rows))
        module.n_users = self.last - self.first
        return module


def shard_tables(module: RatingModule, processes: Processes) -> RatingModule:
    """Leave in the module only this process's run of the items' rows; those of the others are looked up there."""
    owners = RowOwners(module.n_items, processes)
    for table in _ITEM_TABLES:
        if hasattr(module, table):
            setattr(module, table, cut_rows(getattr(module, table), owners))
    return module


def own_tables(module: RatingModule) -> dict[str, int]:
    """Give the tables of which a process has only its own rows, and how many those are."""
    tables = [table for table in _USER_TABLES if hasattr(module, table)]
    tables += [table for table in _ITEM_TABLES if isinstance(getattr(module, table, None), RowWiseEmbedding)]
    return {table: len(getattr(module, table).weight) for table in tables}


def table_of(name: str, tables: Iterable[str]) -> str | None:
    """Tell which of the tables a tensor of this name has the rows of."""
    return next((table for table in tables if table in name.split(".")), None)


def cut_users(ratings: Ratings, processes: Processes) -> Shard:
    """Give the users of this process: runs of codes with about equal numbers of ratings.

    Raises:
        InputError: where a process would have no ratings.

    """
    up_to = np.concatenate(([0], np.cumsum(count_codes(ratings.users, ratings.n_users))))  # ratings before a code
    aims = np.arange(1, processes.size) * (len(ratings) / processes.size)
    bounds = [0, *np.searchsorted(up_to, aims).tolist(), ratings.n_users]
    if not np.diff(up_to[bounds]).all():
        raise InputError(
            f"The ratings of {ratings.n_users:,} users cannot be shared out among {processes.size} processes: "
            "start fewer of them."
        )
    return Shard(*bounds[processes.rank : processes.rank + 2])


class ShardBatches(Batches):
    """Batches of the ratings of one process, as many as in every other, so that all of them step together.

    Args:
        ratings: of this process.
        sizes: how many ratings each process has.
        batch_size: ratings a step, over all processes; the steps of an epoch share its ratings out evenly.
        device: where the tensors live.
        dtype: of the values.

    Raises:
        InputError: where there are not as many ratings a step as processes, so that a step might have none at all.

    """

    def __init__(
        self, ratings: Ratings, sizes: Sequence[int], batch_size: int, device: torch.device, dtype: torch.dtype
    ) -> None:
        if batch_size < len(sizes):
            raise InputError(f"A batch must have at least {len(sizes)} ratings, one for each process.")
        super().__init__(ratings, batch_size, device, dtype)
        self._sizes = sizes

    def __len__(self) -> int:
        """How many batches an epoch has."""
        return -(-sum(self._sizes) // self.batch_size)

    def positions(self, generator: torch.Generator) -> Iterator[tuple[Batch, Tensor, int]]:
        """Go through this process's ratings once; a batch's size is that of all processes together."""
        assert self.resident is not None
        order = permutation(self.n_ratings, generator).to(self.resident[2].device)
        for index, positions in enumerate(torch.tensor_split(order, len(self))):
            yield self.resident, positions, sum(self._part(size, index) for size in self._sizes)

    def _part(self, size: int, index: int) -> int:
        # as torch.tensor_split cuts
        return size // len(self) + (index < size % len(self))


def join_rows(parts: Sequence[Mapping[str, Tensor]], tables: Collection[str]) -> dict[str, Tensor]:
    """Put the tensors of all processes together: rows of `tables` one below the other, all else as in the first."""
    return {
        name: torch.cat([part[name] for part in parts]) if tensor.ndim and table_of(name, tables) else tensor
        for name, tensor in parts[0].items()
    }


def own_rows(tensors: Mapping[str, Tensor], module: RatingModule, processes: Processes) -> dict[str, Tensor]:
    """Take from joined tensors those of this process, which has `module`."""
    tables = own_tables(module)
    before = processes.gather(tables)[: processes.rank]
    own = dict(tensors)
    for name, tensor in tensors.items():
        table = table_of(name, tables)
        if table and tensor.ndim:
            first = sum(rows[table] for rows in before)
            own[name] = tensor[first : first + tables[table]]
    return own
