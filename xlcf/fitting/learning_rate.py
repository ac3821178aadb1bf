"""The search for a learning rate that suits a fit of formulas.

It runs many short trials from the same start, and so reads the rate off the objective itself, whatever its size; a
sheet's few hundred ratings can afford that. Training on millions cannot, and takes the rate from a single short run
whose rate rises (`xlcf.training.range_test`), which in turn would need more steps than a full batch of a sheet gives.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from xlcf.fitting.loss import Loss
from xlcf.solver.solution import LearningRates

_ABOUT = 0.15  # relatively: runs that end so close count as equally good
# powers of ten by halves; the loss is divided by that at the start, so these serve any objective
_TRIED = tuple(float(10 ** (exponent / 2)) for exponent in range(-10, 7))


def choose_learning_rate(
    loss: Loss, given: float | None, trial: Callable[[float], float], start: float
) -> LearningRates:
    """Take the rate that was given, or find the largest whose short trial run ends about as low as the best.

    Small rates win a short run by a hair and lose the long one, hence the largest. Tried are powers of ten by halves.

    Args:
        loss: counts what the trials cost.
        given: the rate, where it needs no search.
        trial: runs a few steps from the start with a learning rate, and gives the loss towards their end, divided by
            that at the start.
        start: the loss at the start, divided by its size.

    Returns:
        The trials and the choice, as yet without a schedule.

    """
    nothing = np.zeros(0)
    if given is not None:
        return LearningRates(nothing, nothing, given, nothing, 0, 0.0)
    evaluations, seconds = loss.evaluations, loss.seconds
    losses = [trial(rate) for rate in _TRIED]
    finite = [end if math.isfinite(end) else math.inf for end in losses]
    best = min(finite)
    # about as low: beside what is left of the loss, and beside what the best run took off it
    good = best + _ABOUT * min(abs(best), max(0.0, start - best))
    chosen = max((rate for rate, end in zip(_TRIED, finite, strict=True) if end <= good), default=_TRIED[0])
    return LearningRates(
        tried=np.array(_TRIED),
        losses=np.array(finite),
        chosen=chosen,
        schedule=nothing,
        evaluations=loss.evaluations - evaluations,
        seconds=loss.seconds - seconds,
    )
