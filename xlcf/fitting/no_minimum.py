"""Objectives that fall for ever without falling far: models that have no best values.

Predictions through a sigmoid come nearer to a rating at the end of their range the larger the factors are, and never
arrive; so do the probabilities of a logistic regression whose two groups can be told apart without a mistake. The
lowest value then lies at infinity. Towards it the loss falls like exp(-|x|) along a straight line, or, where the way
bends, like a small power of the number of iterations, and the gradient becomes as small as an optimum's.
"""

from __future__ import annotations

import numpy as np

from xlcf.arrays import Floats
from xlcf.fitting.loss import Loss

STATUS = "no_minimum"

_LEAST_ITERATIONS = 200
_ITERATIONS_A_VARIABLE = 2  # a quadratic function takes about one
_MOST = 0.95  # of the whole drop
_LITTLE = 0.01  # likewise
_FAR = 3.0  # times the length of the vector when most of the drop was done
_GROWING = 1.01
_RAY = (1.0, 10.0, 100.0)  # times the length of the vector of variables
_ROUNDING = 1000 * float(np.finfo(np.float64).eps)


def grows_without_end(loss: Loss, lengths: Floats | None = None) -> bool:
    """Tell whether the variables go on growing although there is little left to gain.

    After two iterations a variable and 200 more, far more than a search with curvature needs where there is an optimum
    near: the last quarter of the iterations took less than a hundredth of the whole drop off the loss; 95 % of the drop
    was done in the first quarter; since then the length of the vector of variables has become three times as large, and
    it is still growing.

    Args:
        loss: the run.
        lengths: shape (variables,), the units in which each variable is measured; None for 1.

    """
    count = loss.iterations
    if count < _LEAST_ITERATIONS + _ITERATIONS_A_VARIABLE * len(loss.start):
        return False
    losses = np.array([loss.problem.objective.loss(objective) for objective in loss.objectives])
    drop = losses[0] - losses[-1]
    before = count - count // 4
    gain = losses[before] - losses[-1]
    if not (np.isfinite(drop) and 0 < gain <= _LITTLE * drop):
        return False
    mostly_done = int(np.argmax(losses[0] - losses >= _MOST * drop))
    if mostly_done > count // 4 or loss.norms[-1] < _GROWING * loss.norms[before]:
        return False
    then = loss.snapshot(mostly_done)
    unit = np.ones_like(loss.start) if lengths is None else lengths
    far, near = (float(np.linalg.norm(x / unit)) for x in (loss.last, then))
    return far >= _FAR * near


def falls_along_a_ray(loss: Loss, x: Floats) -> bool:
    """Tell whether the loss goes on falling however far a straight line through x is followed.

    Looked along are the lines from the start, from the middle of the run, and from zero.
    """
    return any(_falls(loss, x, x - origin) for origin in (loss.start, loss.snapshot(loss.iterations // 2), 0.0 * x))


def _falls(loss: Loss, x: Floats, direction: Floats) -> bool:
    length = float(np.linalg.norm(direction))
    if length == 0.0:
        return False
    direction = direction * (max(float(np.linalg.norm(x)), length) / length)
    points = np.clip(
        x + np.array(_RAY)[:, None] * direction, loss.problem.variables.lower, loss.problem.variables.upper
    )
    if not (np.diff(np.vstack([x, points]), axis=0) != 0).any(axis=1).all():
        return False  # the bounds end it
    here = loss.value(x)
    values = loss.values(points)
    return bool(values[0] < here - _ROUNDING * abs(here) and (np.diff(values) <= _ROUNDING * np.abs(values[:-1])).all())


def sentence(loss: Loss, x: Floats) -> str:
    """Say what happens, and what to do."""
    first, largest = (float(np.max(np.abs(point))) for point in (loss.start, x))
    is_max = loss.problem.objective.goal == "max"
    what, size = "the variable cells' sum of squares", "such as 0.0001*SUMSQ(cells)"
    decay = (
        f"subtract a small multiple of {what}, {size}, from the objective"
        if is_max
        else f"add a small multiple of {what}, {size}, to the objective"
    )
    return (
        f"The variable cells grow without end (the largest from {first:.3g} to {largest:.3g}) while the objective "
        f"still {'rises' if is_max else 'falls'} a little: the model has no best values, and these are where the "
        f"fit was ended. Give it weight decay ({decay}), or give the cells bounds in Solver's dialog."
    )
