"""Gradient descent over mini-batches of ratings, on the torch module of a recognised factorization.

It minimises the mean squared error of the ratings, which has its optimum where the sheet's RMSE has it.
"""

from __future__ import annotations

import copy
import math

import numpy as np
import torch
from numpy.typing import NDArray

from xlcf.factorization.factorization import Factorization
from xlcf.fitting.gradient_descent import verdict
from xlcf.fitting.loss import Loss
from xlcf.fitting.optimizers import cosine, find_learning_rate, make_optimizer
from xlcf.fitting.result import FitResult
from xlcf.models.dot_product import EmbeddingDot, module_of
from xlcf.solver.problem import Problem

Floats = NDArray[np.float64]

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
) -> FitResult:
    """Train from `start`, shape (variables,); each epoch goes through all ratings once, in an order drawn from `seed`.

    What is kept of the epochs' ends is the best; with weight decay the last, for the objective knows nothing of decay.

    Args:
        problem: the problem that was recognised.
        factorization: its factorization.
        start: where to begin.
        method: sgd, momentum, adam or adamw.
        batch_size: ratings a step.
        learning_rate: of the mean squared error; None searches one. It falls to 0 along half a cosine.
        epochs: how many; None for 300.
        weight_decay: see `make_optimizer`.
        seed: of the order of ratings.

    """
    loss = Loss(problem, start)
    fresh = module_of(factorization.factors(loss.start))
    count = epochs or EPOCHS

    def train(rate: float, epochs: int, *, trial: bool) -> float:
        module = copy.deepcopy(fresh)
        return _train(loss, factorization, module, method, rate, epochs, batch_size, weight_decay, seed, trial=trial)

    rate = learning_rate or find_learning_rate(lambda rate: train(rate, _TRIAL_EPOCHS, trial=True), loss.objectives[0])
    train(rate, count, trial=False)
    status, message = verdict(loss, count, rate)
    options: dict[str, object] = {
        "learning_rate": rate,
        "epochs": count,
        "batch_size": batch_size,
        "weight_decay": weight_decay,
    }
    x = loss.last if weight_decay and loss.iterations == count else loss.best
    return loss.result(method, x, status, message, options)


def _train(
    loss: Loss,
    factorization: Factorization,
    module: EmbeddingDot,
    method: str,
    rate: float,
    epochs: int,
    batch_size: int,
    weight_decay: float,
    seed: int,
    *,
    trial: bool,
) -> float:
    ratings = factorization.ratings
    users, items = torch.from_numpy(ratings.users), torch.from_numpy(ratings.items)
    values = torch.from_numpy(ratings.values)
    generator = torch.Generator().manual_seed(seed)
    parameters: list[torch.Tensor] = [parameter for parameter in module.parameters() if parameter.requires_grad]
    if factorization.global_bias_index is not None:
        parameters.append(module.global_bias.requires_grad_())
    optimizer = make_optimizer(method, parameters, rate, weight_decay)
    schedule = None if trial else cosine(optimizer, epochs * math.ceil(len(ratings) / batch_size))
    objective = math.inf
    for _ in range(epochs):
        for batch in torch.split(torch.randperm(len(ratings), generator=generator), batch_size):
            optimizer.zero_grad()
            errors = module(users[batch], items[batch]) - values[batch]
            errors.square().mean().backward()
            optimizer.step()
            if schedule is not None:
                schedule.step()
        x = factorization.variables(module.to_factors(), loss.start)
        objective = loss.measure(x)
        if not math.isfinite(objective):
            break
        if not trial:
            loss.record(x)
    return objective
