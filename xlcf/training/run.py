"""What stands around a training run and does not change the model that it gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xlcf.training.callbacks import Callback
    from xlcf.training.distributed import Processes


@dataclass(frozen=True)
class Run:
    """How a training run is carried out.

    Attributes:
        source: what the ratings were read from, for the record.
        callbacks: told how it goes, by estimators that go in epochs.
        checkpoint: where to write a checkpoint after each epoch.
        resume: go on from the checkpoint, to the same end as without an interruption (bit for bit on a CPU).
        processes: those that train together (`xlcf.training.distributed`); None for this one alone. Each is given the
            same arguments, all ratings included, and gets the same model; only the first writes the checkpoint.
        shard_items: share out among the processes not only the users' tables but the items' too, and look up rows
            over the network: for tables that are too large for one device. The model is the same.

    """

    source: str = ""
    callbacks: Sequence[Callback] = ()
    checkpoint: Path | None = None
    resume: bool = False
    processes: Processes | None = None
    shard_items: bool = False
