"""Options that suit the data, where none are given."""

from __future__ import annotations

from dataclasses import replace
from math import log2
from typing import TypeVar

from xlcf.optimizers import OPTIMIZERS
from xlcf.ratings.counts import count_codes
from xlcf.ratings.ratings import Ratings
from xlcf.training.options import DescentOptions

Options = TypeVar("Options", bound=DescentOptions)


def with_defaults(options: Options, ratings: Ratings, curvature: float) -> Options:
    """Fill in what is None.

    Args:
        options: the options.
        ratings: what to train on.
        curvature: the second derivative of a rating's loss by the prediction: 2 for the squared error.

    """
    rate, decay = options.learning_rate, options.weight_decay
    batch_size = options.batch_size or default_batch_size(len(ratings))
    if rate is None:
        rate = default_learning_rate(options.method, ratings, batch_size, options.momentum)
    return replace(
        options,
        learning_rate=rate,
        epochs=options.epochs or (5 if OPTIMIZERS[options.method].is_adaptive else 10),
        batch_size=batch_size,
        weight_decay=default_weight_decay(options.method, len(ratings), curvature) if decay is None else decay,
    )


def default_batch_size(n_ratings: int) -> int:
    """Give the power of two that makes an epoch about fifty steps (35 to 71); from 64 to 131,072."""
    size = 1 << round(log2(max(1.0, n_ratings / 50)))
    return min(max(size, 64), 1 << 17)


def default_learning_rate(method: str, ratings: Ratings, batch_size: int, momentum: float) -> float:
    """Give 0.02 for adaptive optimizers; for the others half of what the busiest user or item can bear.

    A bias with a share s of all ratings sees 2 s of curvature in the mean squared error, so that steps along it grow
    from a rate of 1 / s. In a small batch its share may by chance be several times as large: a 24th of the batch size
    is the most (measured; a few times that diverges). Momentum m multiplies a rate by 1 / (1 - m).
    """
    if OPTIMIZERS[method].is_adaptive:
        return 0.02
    counts = count_codes(ratings.users, ratings.n_users), count_codes(ratings.items, ratings.n_items)
    busiest = max(int(count.max()) for count in counts)
    rate = min(0.5 * len(ratings) / busiest, batch_size / 24)
    return rate * (1 - momentum) if OPTIMIZERS[method].takes_momentum else rate


def default_weight_decay(method: str, n_ratings: int, curvature: float) -> float:
    """Give the weight decay of a ridge worth nine ratings; 1/2 where decay is decoupled from them.

    With weight decay d, the sum of losses over N ratings is minimised with N d / 2 times the squared weights added, so
    that each user and item is drawn to the mean as by N d / curvature ratings. More than 1e-3 would flatten a data
    set of a few thousand.
    """
    if OPTIMIZERS[method].decouples_decay:
        return 0.5
    return min(9.0 * curvature / max(1, n_ratings), 1e-3)
