"""The torch optimizers by name, a schedule for the learning rate, and a search for one that suits."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import torch
from torch.optim.lr_scheduler import CosineAnnealingLR

METHODS = ("sgd", "momentum", "adam", "adamw")

_ABOUT = 0.15  # relatively: runs that end so close count as equally good
# powers of ten by halves; the loss is divided by that at the start, so these serve any objective
_TRIED = tuple(float(10 ** (exponent / 2)) for exponent in range(-10, 7))


def make_optimizer(
    method: str, parameters: Iterable[torch.Tensor], learning_rate: float, weight_decay: float
) -> torch.optim.Optimizer:
    """Make a torch optimizer.

    sgd and momentum (0.9) couple weight decay with the gradient, as adam does; adamw decouples it (Loshchilov, Hutter
    2019, "Decoupled Weight Decay Regularization").
    """
    parameters = list(parameters)
    match method:
        case "sgd":
            return torch.optim.SGD(parameters, lr=learning_rate, weight_decay=weight_decay)
        case "momentum":
            return torch.optim.SGD(parameters, lr=learning_rate, momentum=0.9, weight_decay=weight_decay)
        case "adam":
            return torch.optim.Adam(parameters, lr=learning_rate, weight_decay=weight_decay)
        case _:
            return torch.optim.AdamW(parameters, lr=learning_rate, weight_decay=weight_decay)


def cosine(optimizer: torch.optim.Optimizer, steps: int) -> CosineAnnealingLR:
    """Let the learning rate fall to 0 along half a cosine (Loshchilov, Hutter 2017, SGDR, without restarts)."""
    return CosineAnnealingLR(optimizer, T_max=max(1, steps))


def find_learning_rate(trial: Callable[[float], float], start: float) -> float:
    """Find the largest learning rate whose short trial run ends about as low as the best.

    Small rates win a short run by a hair and lose the long one, hence the largest. Tried are powers of ten by halves.

    Args:
        trial: runs a few steps from the start with a learning rate, and gives the loss towards their end.
        start: the loss at the start.

    """
    losses = [trial(rate) for rate in _TRIED]
    finite = [loss if math.isfinite(loss) else math.inf for loss in losses]
    best = min(finite)
    # about as low: beside what is left of the loss, and beside what the best run took off it
    good = best + _ABOUT * min(abs(best), max(0.0, start - best))
    return max((rate for rate, loss in zip(_TRIED, finite, strict=True) if loss <= good), default=_TRIED[0])
