"""A schedule for the learning rate, and a search for one that suits."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR

from xlcf.fitting.loss import Loss
from xlcf.fitting.result import LearningRates

_ABOUT = 0.15  # relatively: runs that end so close count as equally good
# powers of ten by halves; the loss is divided by that at the start, so these serve any objective
_TRIED = tuple(float(10 ** (exponent / 2)) for exponent in range(-10, 7))


def cosine(optimizer: torch.optim.Optimizer, steps: int) -> CosineAnnealingLR:
    """Let the learning rate fall to 0 along half a cosine (Loshchilov, Hutter 2017, SGDR, without restarts)."""
    return CosineAnnealingLR(optimizer, T_max=max(1, steps))


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
