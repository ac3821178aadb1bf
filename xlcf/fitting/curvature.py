"""How the loss bends along each variable: what tells whether a point is an optimum, whatever the variables' sizes.

A gradient alone does not tell: of a regression's coefficients, one on a column of millions has a gradient of millions
a hair away from its best value, and one on a column of thousandths has next to none far away from it. With the second
derivative h, what could still be gained by moving the variable alone is g^2 / (2 h), in the units of the loss.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xlcf.arrays import Floats
from xlcf.fitting.loss import Loss

MOST_VARIABLES = 1000
"""More are not examined one by one: it takes three evaluations or more of each."""

_ROUNDS = 10
_FIRST_STEP = 1e-4  # relative to the variable
_SMALL_RISE, _LARGE_RISE = (
    1e-10,
    1e-2,
)  # relative to the loss: a second difference between these is neither noise nor far
_ROUNDING = 8 * float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class Curvature:
    """The loss near a point, along one variable at a time.

    Attributes:
        second: shape (variables,), second derivatives; NaN where the loss does not bend measurably, or a variable is
            fixed by its bounds.
        gain: shape (variables,), what moving the variable alone would take off the loss, as far as a parabola tells.
        better: the best of the points looked at, where it is better than the point itself by more than rounding; else
            None.

    """

    second: Floats
    gain: Floats
    better: Floats | None

    def scales(self, x: Floats) -> Floats:
        """Give a length for each variable such that equal steps in these lengths bend the loss alike."""
        known = np.isfinite(self.second) & (self.second > 0)
        lengths = np.where(known, 1 / np.sqrt(np.where(known, self.second, 1.0)), np.nan)
        usual = float(np.median(lengths[known])) if known.any() else 1.0
        return np.where(known, lengths, np.where(x != 0, np.abs(x), usual))


def curvature(loss: Loss, x: Floats, size: float) -> Curvature:
    """Examine the loss around x, shape (variables,), by second differences.

    The steps are lengthened or shortened, for each variable by itself, until the differences stand out of rounding and
    are still small beside the loss. A variable that a bound stops is looked at on its inner side.

    Args:
        loss: what is minimised.
        x: the point.
        size: of the loss, beside which a change counts as large or small; in the units of `Loss.value`.

    """
    lower, upper = loss.problem.variables.lower, loss.problem.variables.upper
    count = len(x)
    here, gradient = loss.value_and_gradient(x)
    noise = _ROUNDING * max(abs(here), size * 1e-3)
    steps = _FIRST_STEP * np.where(x != 0, np.abs(x), 1.0)
    second = np.full(count, np.nan)
    best, better = here - 100 * noise, None
    open_ = np.flatnonzero(upper > lower)
    for _ in range(_ROUNDS):
        if not open_.size:
            break
        step = np.minimum(steps[open_], (upper - lower)[open_] / 2)
        centre = np.clip(x[open_], lower[open_] + step, upper[open_] - step)
        inside = centre == x[open_]
        behind, ahead = (_along(loss, x, open_, place) for place in (centre - step, centre + step))
        middle = np.full(open_.size, here)
        middle[~inside] = _along(loss, x, open_[~inside], centre[~inside])
        for places, values in ((centre - step, behind), (centre + step, ahead)):
            lowest = int(np.argmin(values))
            if values[lowest] < best:
                best, better = float(values[lowest]), x.copy()
                better[open_[lowest]] = places[lowest]
        rise = behind + ahead - 2 * middle
        outside = np.maximum(behind, ahead) >= loss.outside
        good = (np.abs(rise) > max(_SMALL_RISE * size, 100 * noise)) & ~outside
        second[open_[good]] = rise[good] / step[good] / step[good]
        far = outside | (np.abs(rise) > _LARGE_RISE * size)
        steps[open_] *= np.where(far, 0.1, 30.0)
        narrow = step >= (upper - lower)[open_] / 2
        open_ = open_[far | (~good & ~narrow)]
    return Curvature(second, _gains(x, gradient, second, lower, upper), better)


def _along(loss: Loss, x: Floats, variables: NDArray[np.int64], places: Floats) -> Floats:
    """Give the loss at x with one variable moved, for each of some variables: all have the shape (moved,)."""
    if not variables.size:
        return np.zeros(0)
    points = np.repeat(x[None], variables.size, axis=0)
    points[np.arange(variables.size), variables] = places
    return loss.values(points)


def _gains(x: Floats, gradient: Floats, second: Floats, lower: Floats, upper: Floats) -> Floats:
    bends = np.isfinite(second) & (second > 0)
    step = np.where(bends, -gradient / np.where(bends, second, 1.0), -np.sign(gradient) * np.maximum(np.abs(x), 1.0))
    step = np.clip(x + step, lower, upper) - x
    return np.asarray(-(gradient * step + np.where(bends, second, 0.0) * step**2 / 2))
