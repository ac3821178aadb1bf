"""The course of each method, ready to be drawn: distance to the best known objective against what it cost."""

from __future__ import annotations

from dataclasses import dataclass
from math import log10

import numpy as np

from xlcf.arrays import Floats, Integers
from xlcf.comparing.comparison import Comparison

_NEAR = 1e-8  # of the distance at the start, roughly: closer than that is rounding


@dataclass(frozen=True)
class Curve:
    """The course of one method, one entry a step, the start first.

    A search for a learning rate is part of the cost: where there was one, the curve begins after it.

    Attributes:
        method: its name.
        step: shape (steps,), from 0 = the start.
        objective: shape (steps,).
        distance: shape (steps,), to the best known objective, in its units; at least `floor`, so that it can be drawn
            on a log scale; NaN where the objective is no number.
        evaluations: shape (steps,), of the objective, used up to here.
        seconds: shape (steps,), used up to here.

    """

    method: str
    step: Integers
    objective: Floats
    distance: Floats
    evaluations: Integers
    seconds: Floats

    def __len__(self) -> int:
        return len(self.step)


def curves(comparison: Comparison) -> list[Curve]:
    """Give the curve of every method that was fitted."""
    least = floor(comparison)
    found = []
    for result in comparison.results:
        history, rates = result.history, result.learning_rates
        evaluations, seconds = history.evaluations.copy(), history.seconds.copy()
        if rates is not None:
            evaluations[0] += rates.evaluations
            seconds[0] += rates.seconds
        distance = np.maximum(comparison.distances(history.objective), least)
        distance[~np.isfinite(distance)] = np.nan
        found.append(Curve(result.method, history.iteration, history.objective, distance, evaluations, seconds))
    return found


def floor(comparison: Comparison) -> float:
    """Give the distance to the best known objective under which differences are rounding: a power of ten.

    It is 0 where the start is the best known, so that there is nothing to draw.
    """
    way = float(comparison.distances(np.array(comparison.objective_start)))
    return 10.0 ** round(log10(_NEAR * way)) if way > 0 else 0.0
