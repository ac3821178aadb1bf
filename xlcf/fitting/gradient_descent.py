"""Gradient descent with torch's optimizers, full batch, on the compiled formulas.

Optimizers, schedules and their options are those of training (`xlcf.optimizers`, `xlcf.training`). The loop is one of
its own, beside that of `xlcf.training.trainer.Trainer`: a problem has a vector of variables and no module, no ratings
and no batches; its gradient comes from the compiled program; each step is clipped to the bounds; and the evaluation
that gives a step its gradient is the one that records the point, so that evaluations are counted once.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch

from xlcf.arrays import Floats
from xlcf.fitting.learning_rate import choose_learning_rate
from xlcf.fitting.loss import Loss
from xlcf.fitting.no_minimum import STATUS, falls_along_a_ray, sentence
from xlcf.fitting.progress import Observer
from xlcf.solver.problem import Problem
from xlcf.solver.solution import Solution
from xlcf.training.options import DescentOptions
from xlcf.training.schedules import learning_rate_at
from xlcf.training.steps import optimizer_of, set_learning_rate

EPOCHS = 2000
_TRIAL_EPOCHS = 30
_DIVERGED = 1e6  # times the loss at the start
_GROWING = 1.02  # times the length of the vector of variables in the middle of a run
_SETTLED = 1e-6  # relative change of the objective in the last tenth of a run


def fit_by_gradient_descent(
    problem: Problem,
    start: Floats,
    method: str,
    *,
    learning_rate: float | None = None,
    epochs: int | None = None,
    weight_decay: float = 0.0,
    observer: Observer | None = None,
) -> Solution:
    """Descend from `start`, shape (variables,), one step an epoch.

    Args:
        problem: what to fit, without constraints; bounds are kept by clipping after each step.
        start: where to begin.
        method: a name in `xlcf.optimizers.OPTIMIZERS`.
        learning_rate: of the loss divided by that at the start; None searches one, whose cost is counted. It falls to 0
            along half a cosine.
        epochs: how many; None for 2000.
        weight_decay: see `DescentOptions`.
        observer: told of each epoch.

    """
    loss = Loss(problem, start, observer=observer)
    at_start = problem.objective.loss(loss.objectives[0])
    loss.scale = abs(at_start) if np.isfinite(at_start) and at_start else 1.0
    count = epochs or EPOCHS

    def descend(rate: float, used: list[float] | None) -> float:
        descent = DescentOptions(
            method=method,
            learning_rate=rate,
            epochs=_TRIAL_EPOCHS if used is None else count,
            weight_decay=weight_decay,
            schedule="constant" if used is None else "cosine",
        )
        return _descend(loss, descent, used)

    return run_descent(
        loss, method, descend, learning_rate, at_start / loss.scale, epochs=count, weight_decay=weight_decay
    )


def _descend(loss: Loss, options: DescentOptions, used: list[float] | None) -> float:
    """Run the epochs and give the last loss; infinity where one of the last ten lies above the start.

    Each epoch's learning rate is added to `used`; None makes it a trial, which leaves no record.
    """
    x = torch.tensor(loss.start, dtype=torch.float64, requires_grad=True)
    lower, upper = torch.tensor(loss.problem.variables.lower), torch.tensor(loss.problem.variables.upper)
    epochs = options.total_epochs
    optimizer = optimizer_of([x], options, learning_rate_at(options, 0))
    losses: list[float] = []
    for epoch in range(epochs + 1):
        point = x.detach().numpy().copy()
        value, gradient = loss.value_and_gradient(point)
        losses.append(value)
        if value > _DIVERGED:
            break
        if used is not None and epoch > 0:
            loss.record(point)
        else:
            loss.tell()
        if epoch == epochs or loss.ended is not None:
            break
        x.grad = torch.from_numpy(gradient)
        rate = learning_rate_at(options, epoch)
        set_learning_rate(optimizer, rate)
        if used is not None:
            used.append(rate)
        optimizer.step()
        if loss.problem.variables.has_bounds:
            with torch.no_grad():
                x.clamp_(lower, upper)
    return losses[-1] if max(losses[-10:]) <= losses[0] else math.inf


def run_descent(
    loss: Loss,
    method: str,
    descend: Callable[[float, list[float] | None], float],
    learning_rate: float | None,
    start: float,
    *,
    epochs: int,
    weight_decay: float,
    batch_size: int | None = None,
) -> Solution:
    """Find a learning rate, descend with it, and say how that ended.

    What is kept is the best point; with weight decay the last one, for the best objective knows nothing of decay.

    Args:
        loss: the run.
        method: the name of the optimizer.
        descend: goes through the epochs with a learning rate and gives the loss at their end, inf where it broke down.
            It adds each epoch's rate to the list; without one it is a short trial, which leaves no record.
        learning_rate: where it is given.
        start: the loss at the start, as `descend` gives it.
        epochs: how many.
        weight_decay: see `DescentOptions`.
        batch_size: ratings a step; None for all at once.

    """
    rates = choose_learning_rate(loss, learning_rate, lambda rate: descend(rate, None), start)
    used: list[float] = []
    descend(rates.chosen, used)
    x = loss.last if weight_decay and loss.iterations == epochs else loss.best
    status, message = _verdict(loss, epochs, rates.chosen)
    batches = {} if batch_size is None else {"batch_size": batch_size}
    options: dict[str, object] = {
        "learning_rate": rates.chosen,
        "epochs": epochs,
        **batches,
        "weight_decay": weight_decay,
    }
    solution = loss.result(method, x, status, message, options)
    return replace(solution, learning_rates=replace(rates, schedule=np.array(used)))


def _verdict(loss: Loss, epochs: int, rate: float) -> tuple[str, str]:
    """Say how a run of gradient descent ended."""
    objectives = np.array(loss.objectives)
    if loss.iterations < epochs:
        return "stopped", (
            f"Gradient descent diverged in epoch {loss.iterations + 1}; the best point before is kept. "
            f"Try a learning rate well below {rate:g}."
        )
    tail = objectives[-max(2, len(objectives) // 10) :]
    # beside an objective that went down to nothing, what it was at the start
    size = max(abs(tail[-1]), 1e-9 * abs(objectives[0]), 1e-300)
    change = float(np.ptp(tail) / size)
    if change < _SETTLED:
        if falls_along_a_ray(loss, loss.best):
            return STATUS, sentence(loss, loss.best)
        return "converged", (
            "The objective has settled: over the last tenth of the epochs it changed by less than a millionth."
        )
    done = (
        f"All {epochs:,} epochs are done, and over the last tenth of them the objective still changed by {change:.1e} "
        "of itself"
    )
    if loss.norms[-1] > _GROWING * loss.norms[len(objectives) // 2]:
        largest = float(np.max(np.abs(loss.best)))
        return "limit", (
            f"{done}, while the variable cells went on growing (the largest is {largest:.3g}): the model may have no "
            "best values. The method scipy can tell; weight decay in the objective would give it some."
        )
    return "limit", f"{done}; more epochs, or polishing, may improve it."
