"""The processes that train one model together: on several GPUs, or on the cores of a CPU."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import torch
import torch.distributed as dist
from torch import Tensor

from xlcf.errors import InputError

_SET_BY_TORCHRUN = ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")

T = TypeVar("T")


@dataclass(frozen=True)
class Processes:
    """The processes that train one model, seen from one of them.

    What they exchange, they exchange all at the same point of the program; a process alone exchanges nothing.

    Attributes:
        rank: which one this is; 0 for the first.
        size: how many there are.

    """

    rank: int = 0
    size: int = 1

    @property
    def is_first(self) -> bool:
        """Whether this is the one that prints and writes."""
        return self.rank == 0

    def all_reduce(self, *tensors: Tensor) -> None:
        """Replace each tensor by its sum over the processes."""
        if self.size > 1:
            running = [dist.all_reduce(tensor, async_op=True) for tensor in tensors]
            for work in running:
                work.wait()

    def gather(self, thing: T) -> list[T]:
        """Give every process what each of them has, in the order of rank."""
        if self.size == 1:
            return [thing]
        things: list[T | None] = [None] * self.size
        dist.all_gather_object(things, thing)
        return things  # type: ignore[return-value]

    def gather_to_first(self, thing: T) -> list[T] | None:
        """Give the first process what each of them has, in the order of rank, and the others None."""
        if self.size == 1:
            return [thing]
        things: list[T | None] | None = [None] * self.size if self.is_first else None
        dist.gather_object(thing, things)
        return things  # type: ignore[return-value]

    def exchange(self, rows: Tensor, sent: Sequence[int], received: Sequence[int]) -> Tensor:
        """Send rows to each process and give those that came from each, in the order of rank.

        Args:
            rows: shape (sum of `sent`, ...), those for the first process first.
            sent: how many go to each process, this one included.
            received: how many come from each.

        """
        if self.size == 1:
            return rows
        came = rows.new_empty(sum(received), *rows.shape[1:])
        dist.all_to_all_single(came, rows, list(received), list(sent))
        return came

    def any(self, flag: bool) -> bool:
        """Tell whether any of them raises the flag."""
        return any(self.gather(flag))


ALONE = Processes()


@contextmanager
def process_group(device: str = "auto") -> Iterator[Processes]:
    """Join the processes that torchrun started together, within a `with` block; a program started alone stays alone.

    They talk by NCCL where each has a GPU, else by gloo. With GPUs each process gets the one of its local rank.

    Args:
        device: auto, cpu or cuda, as in `DescentOptions`.

    Raises:
        InputError: where there are fewer GPUs than processes on this machine.

    """
    if any(name not in os.environ for name in _SET_BY_TORCHRUN) or os.environ["WORLD_SIZE"] == "1":
        yield ALONE
        return
    on_gpus = device != "cpu" and torch.cuda.is_available()
    if on_gpus:
        torch.cuda.set_device(_own_gpu())
    # the second backend is for what lies in the CPU's memory
    dist.init_process_group("cpu:gloo,cuda:nccl" if on_gpus else "gloo")
    try:
        yield Processes(dist.get_rank(), dist.get_world_size())
        dist.barrier()  # torchrun ends all of them where one fails in leaving, also the first while it writes
    finally:
        dist.destroy_process_group()


def _own_gpu() -> int:
    rank, gpus = int(os.environ.get("LOCAL_RANK", "0")), torch.cuda.device_count()
    if rank >= gpus:
        raise InputError(
            f"There are {gpus} GPUs for at least {rank + 1} processes: start as many as there are GPUs "
            "(--nproc-per-node=gpu), or take `device` cpu."
        )
    return rank
