"""Gradient descent over mini-batches of ratings, on the torch module of a recognised factorization.

It minimises the mean squared error of the ratings, which has its optimum where the sheet's RMSE has it.
"""

from __future__ import annotations

import copy
import math

from xlcf.arrays import Floats
from xlcf.errors import FitError
from xlcf.factorization.factorization import Factorization
from xlcf.fitting.gradient_descent import run_descent
from xlcf.fitting.loss import Loss
from xlcf.fitting.progress import Observer
from xlcf.models.dot_product import EmbeddingDot, module_of
from xlcf.solver.problem import Problem
from xlcf.solver.solution import Solution
from xlcf.training.callbacks import Callback
from xlcf.training.objective import SquaredError
from xlcf.training.options import DescentOptions
from xlcf.training.schedules import learning_rate_at
from xlcf.training.trainer import Trainer

EPOCHS = 300
_TRIAL_EPOCHS = 5


def fit_by_mini_batches(
    problem: Problem,
    factorization: Factorization,
    start: Floats,
    method: str,
    *,
    batch_size: int,
    learning_rate: float | None = None,
    epochs: int | None = None,
    weight_decay: float = 0.0,
    seed: int = 0,
    observer: Observer | None = None,
) -> Solution:
    """Train from `start`, shape (variables,); each epoch goes through all ratings once, in an order drawn from `seed`.

    Args:
        problem: the problem that was recognised.
        factorization: its factorization.
        start: where to begin.
        method: a name in `xlcf.optimizers.OPTIMIZERS`.
        batch_size: ratings a step.
        learning_rate: of the mean squared error; None searches one. It falls to 0 along half a cosine.
        epochs: how many; None for 300.
        weight_decay: see `DescentOptions`.
        seed: of the order of ratings.
        observer: told of each epoch.

    """
    loss = Loss(problem, start, observer=observer, exact=False)
    fresh = module_of(factorization.factors(loss.start))
    count = epochs or EPOCHS
    size = abs(loss.objectives[0]) or 1.0

    def train(rate: float, used: list[float] | None) -> float:
        descent = DescentOptions(
            method=method,
            learning_rate=rate,
            epochs=_TRIAL_EPOCHS if used is None else count,
            batch_size=batch_size,
            weight_decay=weight_decay,
            schedule="constant" if used is None else "cosine",
            seed=seed,
            device="cpu",
        )
        return _train(loss, factorization, copy.deepcopy(fresh), descent, used) / size

    return run_descent(
        loss,
        method,
        train,
        learning_rate,
        loss.objectives[0] / size,
        epochs=count,
        weight_decay=weight_decay,
        batch_size=batch_size,
    )


def _train(
    loss: Loss, factorization: Factorization, module: EmbeddingDot, options: DescentOptions, used: list[float] | None
) -> float:
    """Run the epochs and give the last objective; infinity where training broke down.

    The rate with which each epoch began is added to `used`; None makes it a trial, which leaves no record.
    """
    if factorization.global_bias_index is not None:
        module.free_global_bias()
    recorder = _Recorder(loss, factorization, used)
    try:
        Trainer(module, factorization.ratings, SquaredError(), options, callbacks=[recorder]).run()
    except FitError:
        return math.inf
    return recorder.objective


class _Recorder(Callback):
    """Measure the objective on the formulas after each epoch, and record it in a run that counts."""

    def __init__(self, loss: Loss, factorization: Factorization, used: list[float] | None) -> None:
        self.loss, self.factorization, self.used = loss, factorization, used
        self.objective = math.inf

    def on_epoch(self, trainer: Trainer) -> None:
        assert isinstance(trainer.module, EmbeddingDot)
        x = self.factorization.variables(trainer.module.to_predictor(), self.loss.start)
        self.objective = self.loss.measure(x)
        if not math.isfinite(self.objective):
            trainer.stopping = True
        elif self.used is not None:
            self.used.append(learning_rate_at(trainer.options, trainer.epoch - 1))
            self.loss.record(x)
        else:
            self.loss.tell()
        trainer.stopping = trainer.stopping or self.loss.ended is not None
