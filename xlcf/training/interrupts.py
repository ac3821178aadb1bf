"""Ctrl+C in a training run: the epoch is finished, so that nothing is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlcf.interrupts import Interrupts
from xlcf.training.callbacks import Callback

if TYPE_CHECKING:
    from xlcf.training.trainer import Trainer


class FinishEpoch(Interrupts, Callback):
    """Within its `with` block the first SIGINT ends the run after the epoch; a second one ends it at once."""

    def on_epoch(self, trainer: Trainer) -> None:
        """End the run if it was interrupted."""
        trainer.stopping = trainer.stopping or self.interrupted
