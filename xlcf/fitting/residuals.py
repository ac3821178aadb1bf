"""Searches that know the residuals whose squares are added up: they see how the sum bends without trying.

Residuals that are linear in the variables are solved at once (`solve_linear`); others step by step, each time as if
they were linear nearby: Gauss-Newton steps within a trust region, as Levenberg (1944) and Marquardt (1963) take them.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from xlcf.arrays import Floats
from xlcf.fitting.loss import Loss

_LARGEST_MATRIX = 4_000_000  # residuals times variables
_QUICK = 10_000  # residuals times variables: so many derivatives are taken just to look at a point
_NOT_TOLD = 1e-10  # relative: directions in which the residuals change less are rounding
_EXACTLY = 1e-15  # relative: the search goes on as long as rounding lets it


class _EndedError(Exception):
    """The run is to end where it is."""


def suits(loss: Loss) -> bool:
    """Tell whether there are residuals behind a loss, and few enough to take all their derivatives."""
    residuals = loss.problem.least_squares
    return residuals is not None and len(residuals.residuals.outputs) * len(loss.start) <= _LARGEST_MATRIX


def are_linear(loss: Loss) -> bool:
    """Tell whether the residuals are linear in the variables."""
    residuals = loss.problem.least_squares
    return residuals is not None and residuals.residuals.traits.is_linear


def gain_together(loss: Loss, x: Floats) -> float | None:
    """Tell what moving all variables together would take off the loss, were the residuals linear around x.

    Where single variables have next to nothing to gain, several together may: in a valley that is narrow and long. The
    variables stay within their bounds. None where there are no residuals, or too many to look.
    """
    behind = loss.problem.least_squares
    if behind is None or len(behind.residuals.outputs) * len(x) > _QUICK:
        return None
    variables = loss.problem.variables
    residuals, slopes = behind.residuals(x), behind.residuals.jacobian(x)
    if not (np.isfinite(residuals).all() and np.isfinite(slopes).all()):
        return None
    size = np.linalg.norm(slopes, axis=0)
    moved, scaled = size > 0, slopes[:, size > 0] / size[size > 0]
    if variables.has_bounds and moved.any():
        gain = _gain_within(
            scaled, residuals, ((end - x)[moved] * size[moved] for end in (variables.lower, variables.upper))
        )
    else:
        left, lengths, _ = np.linalg.svd(scaled, full_matrices=False)
        told = lengths > _NOT_TOLD * lengths.max(initial=0.0)
        gain = float(np.sum((left[:, told].T @ residuals) ** 2))
    total = behind.offset + float(residuals @ residuals)
    if behind.is_root:
        gain = float(np.sqrt(max(total, 0.0)) - np.sqrt(max(total - gain, 0.0)))
    return gain / loss.scale


def _gain_within(matrix: Floats, residuals: Floats, room: Iterable[Floats]) -> float:
    """Tell what a step, from its lower to its upper ends, takes off the sum of squares of linear residuals."""
    from scipy.optimize import lsq_linear

    low, high = room
    free = high > low
    if not free.any():
        return 0.0
    step = lsq_linear(matrix[:, free], -residuals, (low[free], high[free]), method="bvls").x
    left = residuals + matrix[:, free] @ step
    return max(float(residuals @ residuals - left @ left), 0.0)


def solve_linear(loss: Loss) -> Floats | None:
    """Give the point with the least sum of squares of linear residuals, within the bounds: shape (variables,).

    Of several, the one nearest to the start, in units in which the columns are of one size. None where the residuals
    are no numbers.
    """
    from scipy.optimize import lsq_linear

    assert loss.problem.least_squares is not None
    program, start = loss.problem.least_squares.residuals, loss.start
    matrix, residuals = program.jacobian(start), program(start)
    loss.evaluations += 1
    loss.gradients += 1
    if not (np.isfinite(matrix).all() and np.isfinite(residuals).all()):
        return None
    size = np.linalg.norm(matrix, axis=0)
    size[size == 0] = 1.0
    lower, upper = loss.problem.variables.lower, loss.problem.variables.upper
    if loss.problem.variables.has_bounds:
        free = upper > lower
        step = np.zeros_like(start)
        low, high = ((end - start)[free] * size[free] for end in (lower, upper))
        outcome = lsq_linear(matrix[:, free] / size[free], -residuals, (low, high), method="bvls", tol=_EXACTLY)
        step[free] = outcome.x / size[free]
    else:
        step = np.linalg.lstsq(matrix / size, -residuals, rcond=None)[0] / size
    x = np.clip(start + step, lower, upper)
    loss.record(x)
    return x


def search(loss: Loss, start: Floats, limit: int) -> Floats:
    """Search from `start`, shape (variables,), for at most `limit` iterations, each recorded."""
    from scipy.optimize import least_squares

    assert loss.problem.least_squares is not None
    program, variables = loss.problem.least_squares.residuals, loss.problem.variables
    first = loss.iterations

    def residuals(x: Floats) -> Floats:
        loss.evaluations += 1
        return program(x)

    def jacobian(x: Floats) -> Floats:  # taken at each point that is kept
        if not np.array_equal(x, start):
            loss.record(x)
        if loss.ended is not None or loss.iterations - first >= limit:
            raise _EndedError
        loss.gradients += 1
        slopes = program.jacobian(x)
        return np.where(np.isfinite(slopes), slopes, 0.0)

    free = variables.upper > variables.lower  # SciPy takes no variable that is fixed
    if not np.isfinite(program(start)).all() or not free.all():
        return start
    with np.errstate(all="ignore"):
        try:
            outcome = least_squares(
                residuals,
                start,
                jac=jacobian,
                bounds=(variables.lower, variables.upper),
                x_scale="jac",
                ftol=_EXACTLY,
                xtol=_EXACTLY,
                gtol=None,
                max_nfev=10 * limit,
            )
        except _EndedError:
            return loss.last
    x = np.asarray(outcome.x, dtype=np.float64)
    if not np.array_equal(x, loss.last):
        loss.record(x)
    return x
