"""First-order conditions of an optimum (Karush 1939; Kuhn and Tucker 1951), and what they say of its worth.

At an optimum the gradient of the objective is a sum of those of the constraints that hold with equality and of the
bounds that are reached, each with a multiplier of the right sign. Where a point is no optimum, something remains.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlcf.arrays import Floats
from xlcf.solver.problem import Problem

_REACHED = 1e-6  # relative to what the side of a constraint is made of
_AT_BOUND = 1e-9  # relative to the variable
_LARGEST_MATRIX = 20_000_000  # numbers


@dataclass(frozen=True)
class Balance:
    """A gradient as a sum of those of constraints and bounds, as far as it is one.

    Lengths are in units in which each variable is 1, or is measured in 1 where it is 0.

    Attributes:
        multipliers: shape (rows,), by which each constraint's gradient is taken; 0 where it is not reached.
        reduced: shape (variables,), the gradient less these: at an optimum bounds hold it back, or it is 0.
        rest: the length of what nothing holds back.
        size: the length of the gradient.
        is_free: whether no constraint and no bound is reached.

    """

    multipliers: Floats
    reduced: Floats
    rest: float
    size: float
    is_free: bool


def balance(problem: Problem, x: Floats, gradient: Floats) -> Balance | None:
    """Balance the gradient of what is minimised, shape (variables,), at x, by non-negative least squares.

    None where there are too many constraints and variables to do it.
    """
    variables, constraints = problem.variables, problem.constraints
    unit = np.where(x != 0, np.abs(x), 1.0)
    low = x <= variables.lower + _AT_BOUND * unit
    high = x >= variables.upper - _AT_BOUND * unit
    multipliers = np.zeros(len(constraints))
    pull = gradient * unit
    size = float(np.linalg.norm(pull))
    gaps, rows = constraints.gaps(x), constraints.jacobian(x)
    near = _REACHED * np.maximum(1.0, np.abs(rows) @ np.abs(x))
    reached = (np.abs(gaps) <= near) | (constraints.relations == "=")
    if not reached.any():
        free = np.where(low & (pull > 0) | high & (pull < 0), 0.0, pull)
        return Balance(multipliers, gradient, float(np.linalg.norm(free)), size, not (low | high).any())
    above = np.flatnonzero(reached & (constraints.relations != "<="))
    below = np.flatnonzero(reached & (constraints.relations != ">="))
    at_low, at_high = np.flatnonzero(low), np.flatnonzero(high)
    count = len(above) + len(below) + len(at_low) + len(at_high)
    if count * len(x) > _LARGEST_MATRIX:
        return None
    normals = np.zeros((count, len(x)))
    normals[: len(above)], normals[len(above) : len(above) + len(below)] = rows[above], -rows[below]
    first = len(above) + len(below)
    normals[np.arange(first, count), np.concatenate([at_low, at_high])] = np.repeat(
        [1.0, -1.0], [len(at_low), len(at_high)]
    )
    normals *= unit
    lengths = np.linalg.norm(normals, axis=1)
    weights, rest = _as_a_sum(normals, lengths, pull, size)
    multipliers[above] += weights[: len(above)]
    multipliers[below] -= weights[len(above) : first]
    return Balance(multipliers, gradient - multipliers @ rows, rest, size, is_free=False)


def _as_a_sum(normals: Floats, lengths: Floats, pull: Floats, size: float) -> tuple[Floats, float]:
    """Give the weights, none below 0, of rows whose sum is nearest to a vector, and the length of what remains."""
    from scipy.optimize import nnls

    weights = np.zeros(len(normals))
    usable = np.isfinite(lengths) & (lengths > 0)
    if size == 0.0 or not np.isfinite(size):
        return weights, size
    shares, rest = nnls((normals[usable] / lengths[usable][:, None]).T, pull / size)
    weights[usable] = shares * size / lengths[usable]
    return weights, float(rest * size)


@dataclass(frozen=True)
class Sensitivity:
    """What a small change would do to the objective at a point, by its exact derivatives.

    Attributes:
        multipliers: shape (rows,), by how much the objective changes for each unit that is added to a constraint's
            right side (Lagrange multipliers; of linear problems, shadow prices).
        reduced_gradients: shape (variables,), by how much it changes for each unit of a variable, when the constraints
            that are reached go on being met with equality (of linear problems, reduced costs). At an optimum it is 0
            for a variable that no bound holds.
        residual: what remains of the gradient, relative to it: 0 at an optimum. The multipliers hold as closely.

    """

    multipliers: Floats
    reduced_gradients: Floats
    residual: float


def sensitivity_at(problem: Problem, x: Floats) -> Sensitivity | None:
    """Work out multipliers and reduced gradients at x, shape (variables,).

    None where there are none: functions with kinks or steps, variables that must be whole numbers, a goal that is a
    value, an error at x, and problems too large.
    """
    kind = problem.problem_class
    if not kind.is_smooth or kind.has_integers or problem.objective.goal == "value":
        return None
    value, slopes = problem.objective.program.value_and_gradient(x)
    _, gradient = problem.objective.loss_and_gradient(value, slopes)
    if not np.isfinite(gradient).all():
        return None
    balanced = balance(problem, x, gradient)
    if balanced is None or not (np.isfinite(balanced.reduced).all() and np.isfinite(balanced.rest)):
        return None
    sign = -1.0 if problem.objective.goal == "max" else 1.0
    return Sensitivity(
        multipliers=sign * balanced.multipliers + 0.0,  # no minus before a zero
        reduced_gradients=sign * balanced.reduced + 0.0,
        residual=balanced.rest / balanced.size if balanced.size else 0.0,
    )
