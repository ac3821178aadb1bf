"""Ctrl+C in a training run: the epoch is finished, so that nothing is lost."""

from __future__ import annotations

import signal
from types import FrameType
from typing import TYPE_CHECKING, Any, Self

from xlcf.training.callbacks import Callback

if TYPE_CHECKING:
    from xlcf.training.trainer import Trainer


class FinishEpoch(Callback):
    """Within its `with` block the first SIGINT ends the run after the epoch; a second one ends it at once.

    Attributes:
        interrupted: whether there was a SIGINT.

    """

    def __init__(self) -> None:
        self.interrupted = False
        self._before: Any = None

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGINT, self._interrupt)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def on_epoch(self, trainer: Trainer) -> None:
        """End the run if it was interrupted."""
        trainer.stopping = trainer.stopping or self.interrupted

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        if self.interrupted:
            raise KeyboardInterrupt
        self.interrupted = True
