"""The learning-rate range test: the loss at ever higher learning rates, and the rate that it suggests.

It is one run of a few steps, for data of any size. Fits of formulas search by whole trials instead, and
`xlcf.fitting.learning_rate` says why.
"""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass, replace

import numpy as np
import torch

from xlcf.arrays import Floats
from xlcf.models.rating_module import RatingModule
from xlcf.ratings.ratings import Ratings
from xlcf.training.batches import Batch
from xlcf.training.distributed import ALONE, Processes
from xlcf.training.gradient_descent import make_trainer
from xlcf.training.options import TrainOptions
from xlcf.training.trainer import Trainer

_LOWEST, _HIGHEST = 1e-5, 100.0
_SMOOTHING = 0.9
_BLOWN_UP = 4.0  # times the loss at the start
_UNHARMED = 0.03  # of the loss at the start: as much above the lowest is no harm yet


@dataclass(frozen=True)
class RangeTest:
    """The outcome of a range test.

    Attributes:
        learning_rates: shape (steps,), rising by a constant factor.
        losses: shape (steps,), the loss after the steps up to that rate: the untrained model's mean loss, plus a
            running average of how far the trained one's is from it on the same batches, so that luck with batches
            cancels.
        suggestion: a tenth of the highest rate at which the loss was still within 3 % of the untrained model's from
            its lowest. (Where the biases start from means there may be little left to gain in a few steps, and the
            lowest loss alone would say nothing.)

    """

    learning_rates: Floats
    losses: Floats
    suggestion: float


def range_test(
    ratings: Ratings,
    options: TrainOptions,
    steps: int = 150,
    processes: Processes = ALONE,
    *,
    shard_items: bool = False,
) -> RangeTest:
    """Train a fresh model for a few steps, the learning rate rising from 1e-5 to 100.

    It ends early where the loss has risen to four times the untrained model's. The model is thrown away. (Smith 2017,
    "Cyclical Learning Rates for Training Neural Networks", section 3.3.) Several processes find the same rate together.
    """
    at_first = replace(options, epochs=1, learning_rate=_LOWEST, schedule="constant", cycle_len=None, patience=None)
    trainer = make_trainer(ratings, at_first, processes=processes, shard_items=shard_items)
    untrained = copy.deepcopy(trainer.module)
    factor = (_HIGHEST / _LOWEST) ** (1 / max(1, steps - 1))
    rates: list[float] = []
    starts: list[float] = []
    differences: list[float] = []  # running, not debiased
    while len(rates) < steps:
        for data, positions, size in trainer.batches.positions(trainer.random.order):
            rate = _LOWEST * factor ** len(rates)
            with trainer.random.in_use():
                start = _loss(trainer, untrained, data, positions, size)
                loss = float(trainer.take_step(data, positions, size, rate))
            if not math.isfinite(loss) or (starts and loss > _BLOWN_UP * float(np.mean(starts))):
                return _outcome(rates, starts, differences)
            rates.append(rate)
            starts.append(start)
            before = differences[-1] if differences else 0.0
            differences.append(before + (1 - _SMOOTHING) * (loss - start - before))
            if len(rates) == steps:
                break
    return _outcome(rates, starts, differences)


@torch.no_grad()
def _loss(trainer: Trainer, module: RatingModule, data: Batch, positions: torch.Tensor, size: int) -> float:
    users, items, values = (array[positions] for array in data)
    loss = trainer.objective.sum(module, users, items, values) / size
    trainer.processes.all_reduce(loss)
    return float(loss)


def _outcome(rates: list[float], starts: list[float], differences: list[float]) -> RangeTest:
    if not rates:
        return RangeTest(np.array([]), np.array([]), _LOWEST / 10)
    start = float(np.mean(starts))
    losses = start + np.array(differences) / (1 - _SMOOTHING ** np.arange(1, len(rates) + 1))
    unharmed = np.flatnonzero(losses <= losses.min() + _UNHARMED * start)
    return RangeTest(np.array(rates), losses, rates[unharmed[-1]] / 10)
