"""To the optimum, with SciPy and exact gradients.

A linear least-squares problem is solved at once. Others go by L-BFGS-B (Byrd, Lu, Nocedal, Zhu 1995); where that ends
short of an optimum, a search that knows the residuals goes on from there, where there are any, and then BFGS (L-BFGS-B
where there are bounds), the variables scaled by the curvature. With constraints: SLSQP (Kraft 1988).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from xlcf.arrays import Floats
from xlcf.fitting import residuals
from xlcf.fitting.curvature import MOST_VARIABLES, curvature
from xlcf.fitting.loss import Loss, at_a_step, is_endless
from xlcf.fitting.no_minimum import STATUS, falls_along_a_ray, grows_without_end, sentence
from xlcf.fitting.progress import Observer
from xlcf.solver.optimality import balance
from xlcf.solver.problem import Problem
from xlcf.solver.solution import Solution

_FLAT = 1e-9  # relative to the gradient at the start: one smaller than this is called zero
_NEARLY_FLAT = 1e-5  # likewise, where there are too many variables to look at each
_LITTLE_TO_GAIN = 1e-10  # relative to the objective: an optimum has no more left
_NONE_TO_GAIN = 1e-16  # relative to the whole drop: likewise, where the objective itself comes down to zero
_ROUNDING = 1e-14  # relative to the objective
_BALANCED = 1e-5  # relative to the gradient: what constraints may leave of it
_RESCUES = 4
_LOOKS_EVERY = 50  # iterations
_NOTHING = 1e-9  # relative to the objective at the start: the smallest that a root of squares can be brought to
_LARGEST_MATRIX = 1000  # variables; BFGS keeps a matrix of their square
_FIRST_STEP = 0.3  # length of the first step, relative to that of the start


def fit_to_optimum(
    problem: Problem, start: Floats, *, max_iterations: int | None = None, observer: Observer | None = None
) -> Solution:
    """Minimise from `start`, shape (variables,), until the gradient vanishes.

    Where the first search ends short of an optimum, another goes on from there in units in which the loss bends alike
    along all variables.

    Args:
        problem: what to fit.
        start: where to begin.
        max_iterations: stop after so many; the default is ample.
        observer: told of each iteration.

    """
    import scipy.optimize  # noqa: F401  (loaded before the time is taken)

    loss = Loss(problem, start, observer=observer)
    loss.scale = _scale(loss)
    limit = max_iterations or 100_000
    if problem.constraints:
        x = _minimize("SLSQP", loss, loss.start, limit)
        status, message = _verdict_within_constraints(problem, loss, x, limit)
        return loss.result("scipy", x, status, message, {"algorithm": "SLSQP"})
    solved = residuals.solve_linear(loss) if residuals.suits(loss) and residuals.are_linear(loss) else None
    if solved is not None:
        x, algorithm = solved, "linear least squares"
    else:
        x, algorithm = _minimize("L-BFGS-B", loss, loss.start, limit), "L-BFGS-B"
    near = _examine(loss, x)
    for _ in range(_RESCUES):
        if loss.iterations >= limit or loss.ended is not None or near.is_flat:
            break
        if near.grows or is_endless(problem, loss.objectives[0], loss.objectives[-1]) or loss.steps:
            break
        begin = near.better if near.better is not None else x
        if algorithm == "L-BFGS-B" and residuals.suits(loss):
            algorithm = "Levenberg-Marquardt"
            further = residuals.search(loss, begin, limit - loss.iterations)
        else:
            algorithm = "BFGS" if _suits_bfgs(problem) else "L-BFGS-B"
            further = _minimize(algorithm, loss, begin, limit - loss.iterations, near.lengths)
        gained = loss.value(x) - loss.value(further)
        if not gained >= 0:
            break
        x, near = further, _examine(loss, further)
        if gained <= _ROUNDING * abs(loss.value(x)):
            break
    status, message = _verdict(problem, loss, x, near, limit)
    return loss.result("scipy", x, status, message, {"algorithm": algorithm})


@dataclass(frozen=True)
class _Surroundings:
    """What an end of a search looks like.

    Attributes:
        gain: the most that moving a single variable could still take off the loss; in units of the objective.
        variable: which variable that is; None where there are too many to look at each.
        together: what moving all variables together could take off, where residuals tell; else 0.
        is_flat: whether both are next to nothing.
        lengths: shape (variables,), units in which the loss bends alike.
        better: a better point nearby, where one was met.
        grows: whether the variables grow without end.

    """

    gain: float
    variable: int | None
    together: float
    is_flat: bool
    lengths: Floats
    better: Floats | None
    grows: bool


def _examine(loss: Loss, x: Floats) -> _Surroundings:
    here = loss.value(x)
    drop = max(0.0, loss.problem.objective.loss(loss.objectives[0]) / loss.scale - here)
    size = max(abs(here), _NOTHING * drop)
    recedes = falls_along_a_ray(loss, x)
    if len(x) > MOST_VARIABLES:
        slope = _slope(loss.problem, loss, x)
        return _Surroundings(
            np.nan, None, 0.0, slope <= _NEARLY_FLAT, np.ones_like(x), None, recedes or grows_without_end(loss)
        )
    near = curvature(loss, x, size)
    at = int(np.argmax(near.gain))
    gain = max(0.0, float(near.gain[at]))
    grows = recedes or (grows_without_end(loss) and grows_without_end(loss, _lengths_at_start(loss)))
    together = residuals.gain_together(loss, x) or 0.0
    little = _LITTLE_TO_GAIN * abs(here) + _NONE_TO_GAIN * drop
    is_flat = max(gain, together) <= little and near.better is None
    return _Surroundings(gain * loss.scale, at, together * loss.scale, is_flat, near.scales(x), near.better, grows)


def _lengths_at_start(loss: Loss) -> Floats:
    return curvature(loss, loss.start, abs(loss.value(loss.start))).scales(loss.start)


def _suits_bfgs(problem: Problem) -> bool:
    return not problem.constraints and not problem.variables.has_bounds and len(problem.variables) <= _LARGEST_MATRIX


def _scale(loss: Loss) -> float:
    """Give what to divide the loss by, so that the first step of a search along the gradient has a sensible length."""
    slope = float(np.linalg.norm(loss.gradient(loss.start)))
    length = float(np.linalg.norm(loss.start)) or 1.0
    return slope / (_FIRST_STEP * length) if np.isfinite(slope) and slope else 1.0


def _minimize(algorithm: str, loss: Loss, start: Floats, limit: int, lengths: Floats | None = None) -> Floats:
    """Search from `start`; `lengths`, shape (variables,), are the units in which the search sees the variables."""
    from scipy.optimize import minimize

    problem = loss.problem
    unit = np.ones_like(start) if lengths is None else lengths
    flat = _FLAT * loss.start_slope if lengths is None else 0.0
    options: dict[str, dict[str, Any]] = {
        "BFGS": {"gtol": flat, "maxiter": limit},
        "L-BFGS-B": {"maxcor": 50, "ftol": 1e-16, "gtol": flat, "maxiter": limit, "maxfun": 50 * limit},
        "SLSQP": {"ftol": 1e-13, "maxiter": limit},
    }
    more: dict[str, Any] = {}
    if algorithm != "BFGS" and problem.variables.has_bounds:
        more["bounds"] = problem.variables.pairs_of_bounds() / unit[:, None]
    if problem.constraints:
        more["constraints"] = _scipy_constraints(problem)

    def value_and_gradient(y: Floats) -> tuple[float, Floats]:
        value, gradient = loss.value_and_gradient(y * unit)
        return value, gradient * unit

    def callback(intermediate_result: Any) -> None:
        loss.record(np.asarray(intermediate_result.x) * unit)
        due = not problem.constraints and loss.iterations % _LOOKS_EVERY == 0
        if (
            loss.ended is not None
            or is_endless(problem, loss.objectives[0], loss.objectives[-1])
            or (due and grows_without_end(loss, lengths))
        ):
            raise StopIteration

    with np.errstate(all="ignore"):
        outcome = minimize(
            value_and_gradient,
            start / unit,
            jac=True,
            method=algorithm,
            options=options[algorithm],
            callback=callback,
            **more,
        )
    x = np.asarray(outcome.x, dtype=np.float64) * unit
    return np.clip(x, problem.variables.lower, problem.variables.upper)


def _scipy_constraints(problem: Problem) -> list[dict[str, Any]]:
    constraints = problem.constraints
    relations = constraints.relations
    signs = np.where(relations == "<=", -1.0, 1.0)
    stated = []
    for kind, rows in (("eq", relations == "="), ("ineq", relations != "=")):
        if rows.any():
            stated.append(
                {
                    "type": kind,
                    "fun": lambda x, rows=rows: (signs * constraints.gaps(x))[rows],
                    "jac": lambda x, rows=rows: (signs[:, None] * constraints.jacobian(x))[rows],
                }
            )
    return stated


def _slope(problem: Problem, loss: Loss, x: Floats) -> float:
    """Give the largest component of the gradient that no bound stops, relative to the gradient at the start."""
    _, gradient = loss.value_and_gradient(x)
    free = np.where(gradient > 0, x > problem.variables.lower, x < problem.variables.upper)
    return float(np.max(np.abs(gradient) * free, initial=0.0)) / loss.start_slope


def _verdict_within_constraints(problem: Problem, loss: Loss, x: Floats, limit: int) -> tuple[str, str]:
    if loss.iterations >= limit:
        return "limit", _at_the_limit(limit)
    if loss.steps:
        return "stopped", at_a_step(loss.steps)
    is_balanced = _is_balanced(problem, loss, x)
    if is_balanced is None:
        return "stopped", (
            "The search found no better point that keeps the constraints; whether that is an optimum was not checked, "
            "for there are too many constraints."
        )
    if is_balanced:
        return "converged", (
            "Optimum reached: the constraints hold, and no small step that keeps them improves the objective: the "
            f"gradient is balanced by theirs and the bounds' to {_BALANCED:g} (Karush, Kuhn, Tucker)."
        )
    return "stopped", (
        "The search found no better point that keeps the constraints, yet the gradient there does not balance with "
        "theirs, as it does at an optimum; try random starts."
    )


def _is_balanced(problem: Problem, loss: Loss, x: Floats) -> bool | None:
    """Tell whether the gradient is a sum of those of the constraints and bounds that are reached, or next to nothing.

    None where there are too many of them to tell.
    """
    value, gradient = loss.value_and_gradient(x)
    balanced = balance(problem, x, gradient)
    if balanced is None:
        return None
    beside = loss.start_slope if balanced.is_free else balanced.size
    return balanced.rest <= _BALANCED * max(beside, abs(value))


def _at_the_limit(limit: int) -> str:
    return f"Stopped at the limit of {limit:,} iterations; raise it to go on."


def _verdict(problem: Problem, loss: Loss, x: Floats, near: _Surroundings, limit: int) -> tuple[str, str]:
    if loss.iterations >= limit and not near.is_flat:
        return "limit", _at_the_limit(limit)
    if near.grows:
        return STATUS, sentence(loss, x)
    if loss.steps:
        return "stopped", at_a_step(loss.steps)
    bounded = " within the bounds" if problem.variables.has_bounds else ""
    start, end = loss.objectives[0], loss.objective(x)
    if near.is_flat:
        if near.variable is None:
            what = f"the gradient is below {_NEARLY_FLAT:g} of that at the start"
        else:
            small = _LITTLE_TO_GAIN * abs(end)
            what = "by gradient and curvature, moving any one variable cell would improve the objective by less than "
            what += f"{_LITTLE_TO_GAIN:g} of it" if near.gain <= small else f"{_NONE_TO_GAIN:g} of its whole change"
        return "converged", f"Optimum reached{bounded}: {what}."
    if problem.objective.goal == "min" and abs(end) <= _NOTHING * abs(start):
        return "converged", f"The objective came down to nothing: {end:.1e}, from {start:.3g} at the start."
    gain = ""
    if near.variable is not None:
        cell = problem.variables.addresses[near.variable]
        gain = f" (by it, moving {cell} should still gain {near.gain:.1e})"
        if near.together > near.gain:
            gain = f" (by it, moving several cells together should still gain {near.together:.1e})"
    kinks = problem.objective.program.traits.kinks
    why = f"the formulas bend sharply somewhere ({', '.join(kinks)}), perhaps here. Try" if kinks else "try"
    return (
        "stopped",
        f"The search found no better point, but the gradient is not zero there{gain}: {why} random starts.",
    )
