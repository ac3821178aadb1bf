"""Tables too large for one device: each process holds a run of the rows, and asks the others for theirs.

This is the row-wise sharding of embeddings that TorchRec names so (D. Ivchenko and others, "TorchRec: a PyTorch domain
library for recommendation systems", RecSys 2022).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from xlcf.models.embedding import Embedding, in_autocast_precision
from xlcf.training.distributed import Processes


@dataclass(frozen=True)
class _Route:
    """How the rows of a batch come to a process.

    Attributes:
        asked: the rows that each process asks of this one, one after the other, counted from its first.
        sent: how many rows go to each process.
        received: how many come from each.
        places: which of the rows that came belongs to each code.

    """

    asked: Tensor
    sent: list[int]
    received: list[int]
    places: Tensor


class RowOwners:
    """Which process holds which rows: runs of as many rows each, but for one.

    Args:
        n_rows: rows of the whole table.
        processes: those that share it out.

    Attributes:
        first: the first row of this process.
        last: the row after its last.

    """

    def __init__(self, n_rows: int, processes: Processes) -> None:
        self.processes = processes
        self._bounds = torch.tensor([n_rows * rank // processes.size for rank in range(processes.size + 1)])
        self.first, self.last = self._bounds[processes.rank : processes.rank + 2].tolist()
        self._codes: Tensor | None = None
        self._route: _Route | None = None

    def route(self, codes: Tensor) -> _Route:
        """Find out, together with the other processes, which rows go where: integer codes (batch,), perhaps none.

        Each row is asked for once, however often the batch has it.
        """
        if self._route is None or codes is not self._codes:  # factors and biases of a batch go the same way
            rows, places = torch.unique(codes, return_inverse=True)
            cuts = torch.searchsorted(rows, self._bounds.to(rows))
            wanted = cuts.diff()
            ones = [1] * self.processes.size
            sent = self.processes.exchange(wanted, ones, ones).tolist()
            received = wanted.tolist()
            asked = self.processes.exchange(rows, received, sent) - self.first
            self._codes, self._route = codes, _Route(asked, sent, received, places)
        return self._route


class RowWiseEmbedding(Embedding):
    """An embedding of which each process holds a run of rows; it looks up any row, from whoever holds it.

    All processes must look up at the same points of the program, also those that have nothing to look up. A row's
    gradient is the sum over the processes, at its owner.

    Args:
        rows: those of this process, shape (last - first, dimensions).
        owners: of the rows.

    """

    def __init__(self, rows: Tensor, owners: RowOwners) -> None:
        super().__init__(rows.shape[0], rows.shape[1], _weight=rows)
        self.owners = owners

    def forward(self, input: Tensor) -> Tensor:
        """Look up rows: integer codes of the whole table (batch,) -> (batch, dimensions)."""
        route = self.owners.route(input)
        rows = functional.embedding(route.asked, in_autocast_precision(self.weight))
        received: Tensor = _Exchange.apply(rows, self.owners.processes, route.sent, route.received)  # type: ignore[no-untyped-call]
        return functional.embedding(route.places, received)


class _Exchange(torch.autograd.Function):
    """Exchange rows; their gradients go back the same way."""

    @staticmethod
    def forward(ctx: Any, rows: Tensor, processes: Processes, sent: list[int], received: list[int]) -> Tensor:
        ctx.processes, ctx.sent, ctx.received = processes, sent, received
        return processes.exchange(rows, sent, received)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None, None]:
        return ctx.processes.exchange(gradient.contiguous(), ctx.received, ctx.sent), None, None, None


def cut_rows(table: nn.Embedding, owners: RowOwners) -> RowWiseEmbedding:
    """Give a whole table with only the rows of this process left."""
    return RowWiseEmbedding(table.weight.detach()[owners.first : owners.last].clone(), owners)
