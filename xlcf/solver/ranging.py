"""How far single numbers of a linear problem may change before its answer or a shadow price does.

Both follow from the basis of the optimum (Dantzig 1963, chapter 12), as long as only one basis belongs to it. At a
degenerate optimum, where more limits meet than there are variables, several bases describe it, and what one of them
allows is not what the model allows: there the ranges are not given.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xlcf.arrays import Floats, Integers
from xlcf.solver.linear_program import LinearProgram, linear_program
from xlcf.solver.optimality import Sensitivity
from xlcf.solver.problem import Problem

_REACHED = 1e-7  # relative to a limit
_NONE = 1e-9  # relative to the largest number of a row: no effect
_MOST = 3000  # variables between their bounds


@dataclass(frozen=True)
class Ranges:
    """What the numbers of a linear problem may become, each alone; all are 0 or above, infinity where nothing ends it.

    Attributes:
        coefficients: shape (variables,), those of the objective cell.
        coefficient_increase: shape (variables,), by how much each may grow while the same answer stays the best.
        coefficient_decrease: likewise, fall.
        right: shape (rows,), the right sides.
        right_increase: shape (rows,), by how much each may grow while its shadow price holds; where several answers are
            equally good, it may hold further.
        right_decrease: likewise, fall.

    """

    coefficients: Floats
    coefficient_increase: Floats
    coefficient_decrease: Floats
    right: Floats
    right_increase: Floats
    right_decrease: Floats


def ranges_at(problem: Problem, x: Floats, sensitivity: Sensitivity) -> Ranges | None:
    """Work out the ranges at the optimum x, shape (variables,), with its shadow prices.

    None where the optimum is degenerate, no corner of what the constraints allow, or too large.
    """
    program = linear_program(problem)
    left = program.matrix @ x
    near = _REACHED * np.maximum(1.0, np.abs(program.right))
    tight = (np.abs(left - program.right) <= near) | (program.relations == "=")
    unit = _REACHED * np.maximum(1.0, np.abs(x))
    low, high = x <= program.lower + unit, x >= program.upper - unit
    free = ~(low | high)
    rows, between = np.flatnonzero(tight), np.flatnonzero(free)
    if len(rows) != len(between) or len(rows) > _MOST:
        return None
    basis = program.matrix[np.ix_(rows, between)]
    if len(rows) and np.linalg.cond(basis) > 1e12:
        return None
    inverse: Floats = np.asarray(np.linalg.inv(basis), dtype=np.float64) if len(rows) else np.zeros((0, 0))
    with np.errstate(all="ignore"):
        up, down = _of_coefficients(program, sensitivity, inverse, rows, between, low, high)
        more, less = _of_right_sides(program, x, left, inverse, rows, between)
    if program.sign < 0:
        up, down = down, up
    return Ranges(program.sign * program.costs + 0.0, up, down, program.right, more, less)


def _of_coefficients(
    program: LinearProgram,
    sensitivity: Sensitivity,
    inverse: Floats,
    rows: Integers,
    between: Integers,
    low: NDArray[np.bool_],
    high: NDArray[np.bool_],
) -> tuple[Floats, Floats]:
    """Give by how much each cost may grow and fall, that of the minimised objective."""
    reduced = program.sign * sensitivity.reduced_gradients
    weights = program.sign * sensitivity.multipliers
    fixed = low & high
    up = np.where(low, np.inf, np.where(high, np.maximum(-reduced, 0.0), 0.0))
    down = np.where(high, np.inf, np.where(low, np.maximum(reduced, 0.0), 0.0))
    up[fixed] = down[fixed] = np.inf
    at_bound = np.flatnonzero(low ^ high)
    signs = np.where(low[at_bound], 1.0, -1.0)
    held = np.maximum(signs * reduced[at_bound], 0.0)  # must stay 0 or above
    moved = -signs * (inverse @ program.matrix[np.ix_(rows, at_bound)])  # (between, at bound) a unit of cost
    dual_signs = np.where(program.relations[rows] == "<=", -1.0, 1.0)
    with_sign = program.relations[rows] != "="
    prices = np.maximum(dual_signs * weights[rows], 0.0)[with_sign]
    changed = (inverse * dual_signs[None, :])[:, with_sign]  # of the prices, (between, rows with a sign)
    slopes = np.concatenate([moved, changed], axis=1)
    room = np.concatenate([held, prices])
    up[between], down[between] = _ends(room, slopes), _ends(room, -slopes)
    return up, down


def _of_right_sides(
    program: LinearProgram, x: Floats, left: Floats, inverse: Floats, rows: Integers, between: Integers
) -> tuple[Floats, Floats]:
    """Give by how much each right side may grow and fall."""
    gap = program.right - left
    more = np.where(program.relations == "<=", np.inf, np.maximum(-gap, 0.0))
    less = np.where(program.relations == "<=", np.maximum(gap, 0.0), np.inf)
    loose = np.setdiff1d(np.arange(len(left)), rows)
    below, above = (x - program.lower)[between], (program.upper - x)[between]
    signs = program.slacks[loose]
    through = signs[:, None] * (program.matrix[np.ix_(loose, between)] @ inverse)
    slopes = np.concatenate([inverse.T, -inverse.T, -through.T], axis=1)  # (rows, rooms) a unit of right side
    room = np.concatenate([below, above, signs * gap[loose]])
    more[rows], less[rows] = _ends(room, slopes), _ends(room, -slopes)
    return more, less


def _ends(room: Floats, slopes: Floats) -> Floats:
    """Tell how far one can go in each row of slopes until a room, shape (rooms,), is used up: shape (rows,)."""
    if not slopes.shape[1]:
        return np.full(len(slopes), np.inf)
    size = np.maximum(np.abs(slopes).max(axis=1, keepdims=True), 1.0)
    falls = slopes < -_NONE * size
    steps = np.where(falls, room[None, :] / np.where(falls, -slopes, 1.0), np.inf)
    return np.asarray(steps.min(axis=1))
