"""What may happen around the steps of a training run."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from xlcf.training.trainer import Trainer


class Callback:
    """Something that is told how training goes; each method may be overridden, and does nothing here."""

    def on_start(self, trainer: Trainer) -> None:
        """Be told before the first step."""

    def on_step(self, trainer: Trainer) -> None:
        """Be told after each step; this is called often, so be quick."""

    def on_epoch(self, trainer: Trainer) -> None:
        """Be told after each epoch; `trainer.stopping = True` ends the run here."""

    def on_end(self, trainer: Trainer) -> None:
        """Be told after the last epoch."""


class BestWeights(Callback):
    """Keep the weights of the epoch with the lowest validation error, and put them back at the end.

    Args:
        patience: stop after so many epochs without a lower error; None: never.

    Attributes:
        best: the lowest error.
        epoch: the epoch that had it; 0 before there was one.

    """

    def __init__(self, patience: int | None = None) -> None:
        self.patience = patience
        self.best = math.inf
        self.epoch = 0
        self.weights: dict[str, Tensor] = {}

    def on_epoch(self, trainer: Trainer) -> None:
        """Compare with the best so far."""
        error = trainer.history[-1].metrics[trainer.objective.metric]
        if error < self.best:
            self.best, self.epoch = error, trainer.epoch
            self.weights = {name: weight.detach().clone() for name, weight in trainer.module.state_dict().items()}
        elif self.gives_up(trainer):
            trainer.stopping = True

    def gives_up(self, trainer: Trainer) -> bool:
        """Tell whether patience is at its end."""
        return self.patience is not None and trainer.epoch - self.epoch >= self.patience

    def on_end(self, trainer: Trainer) -> None:
        """Put the best weights back."""
        if self.weights:
            trainer.module.load_state_dict(self.weights)
