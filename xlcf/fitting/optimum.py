"""To the optimum, with SciPy and exact gradients.

L-BFGS-B (Byrd, Lu, Nocedal, Zhu 1995), and BFGS from there where that gave up on a model without bounds; with
constraints: SLSQP (Kraft 1988).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlcf.fitting.loss import Loss, is_endless
from xlcf.fitting.result import FitResult
from xlcf.solver.problem import Problem

Floats = NDArray[np.float64]

_FLAT = 1e-9  # relative to the gradient at the start: one smaller than this is called zero
_NEARLY_FLAT = 1e-5  # where rounding ends a search, a gradient this small still means an optimum
_NOTHING = 1e-9  # relative to the objective at the start: the smallest that a root of squares can be brought to
_LARGEST_MATRIX = 1000  # variables; BFGS keeps a matrix of their square
_FIRST_STEP = 0.3  # length of the first step, relative to that of the start


def fit_to_optimum(problem: Problem, start: Floats, *, max_iterations: int | None = None) -> FitResult:
    """Minimise from `start`, shape (variables,), until the gradient vanishes.

    Args:
        problem: what to fit.
        start: where to begin.
        max_iterations: stop after so many; the default is ample.

    """
    loss = Loss(problem, start)
    loss.scale = _scale(loss)
    limit = max_iterations or 100_000
    algorithm = "L-BFGS-B" if problem.constraints is None else "SLSQP"
    x, outcome = _minimize(algorithm, loss, loss.start, limit)
    slope = _slope(problem, loss, x)
    ran_away = is_endless(problem, loss.objectives[0], loss.objectives[-1])
    if not ran_away and slope > _NEARLY_FLAT and loss.iterations < limit and _suits_bfgs(problem):
        # its line search gave up: the algorithm that keeps the whole matrix goes on from there
        better, other = _minimize("BFGS", loss, x, limit - loss.iterations)
        if problem.loss(loss.objective(better)) <= problem.loss(loss.objective(x)):
            x, outcome, slope = better, other, _slope(problem, loss, better)
    status, message = _verdict(problem, loss, x, slope, limit, outcome)
    return loss.result("scipy", x, status, message, {"algorithm": algorithm})


def _suits_bfgs(problem: Problem) -> bool:
    return problem.constraints is None and not problem.has_bounds and len(problem.cells) <= _LARGEST_MATRIX


def _scale(loss: Loss) -> float:
    """Give what to divide the loss by, so that the first step of a search along the gradient has a sensible length."""
    slope = float(np.linalg.norm(loss.gradient(loss.start)))
    length = float(np.linalg.norm(loss.start)) or 1.0
    return slope / (_FIRST_STEP * length) if np.isfinite(slope) and slope else 1.0


def _minimize(algorithm: str, loss: Loss, start: Floats, limit: int) -> tuple[Floats, Any]:
    from scipy.optimize import minimize

    problem = loss.problem
    options: dict[str, dict[str, Any]] = {
        "BFGS": {"gtol": _FLAT * loss.start_slope, "maxiter": limit},
        "L-BFGS-B": {
            "maxcor": 50,
            "ftol": 1e-16,
            "gtol": _FLAT * loss.start_slope,
            "maxiter": limit,
            "maxfun": 50 * limit,
        },
        "SLSQP": {"ftol": 1e-13, "maxiter": limit},
    }
    more: dict[str, Any] = {}
    if algorithm != "BFGS" and problem.has_bounds:
        more["bounds"] = np.stack([problem.lower, problem.upper], axis=1)
    if problem.constraints is not None:
        more["constraints"] = _scipy_constraints(problem)

    def callback(intermediate_result: Any) -> None:
        loss.record(np.asarray(intermediate_result.x))
        if is_endless(problem, loss.objectives[0], loss.objectives[-1]):
            raise StopIteration

    with np.errstate(all="ignore"):
        outcome = minimize(
            loss.value_and_gradient,
            start,
            jac=True,
            method=algorithm,
            options=options[algorithm],
            callback=callback,
            **more,
        )
    return np.asarray(outcome.x, dtype=np.float64), outcome


def _scipy_constraints(problem: Problem) -> list[dict[str, Any]]:
    constraints = problem.constraints
    assert constraints is not None
    relations = np.array(constraints.relations)
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
    free = np.where(gradient > 0, x > problem.lower, x < problem.upper)
    return float(np.max(np.abs(gradient) * free, initial=0.0)) / loss.start_slope


def _verdict(problem: Problem, loss: Loss, x: Floats, slope: float, limit: int, outcome: Any) -> tuple[str, str]:
    if loss.iterations >= limit:
        return "limit", f"Stopped at the limit of {limit} iterations; raise it to go on."
    if problem.constraints is not None:
        if outcome.success:
            return "converged", "Optimum reached within the constraints."
        return "stopped", (
            f"The search within the constraints found no better point ({str(outcome.message).strip(' .')}); "
            "try other starts."
        )
    bounded = " within the bounds" if problem.has_bounds else ""
    if loss.iterations == 0 and slope <= _NEARLY_FLAT:
        return "converged", (
            f"The start is an optimum already{bounded}: small changes of the variable cells do not improve the "
            "objective. Where formulas move in steps (ROUND, INT, IF), that may be a stair only: try other starts."
        )
    if slope <= _NEARLY_FLAT:
        return "converged", (
            f"Optimum reached{bounded}: small changes of the variable cells no longer improve the objective "
            f"(its gradient is {slope:.1e} of that at the start)."
        )
    start, end = loss.objectives[0], loss.objective(x)
    if problem.model.goal == "min" and abs(end) <= _NOTHING * abs(start):
        return "converged", f"The objective came down to nothing: {end:.1e}, from {start:.3g} at the start."
    return "stopped", (
        "The search found no better point, yet the objective is not flat there "
        f"({str(outcome.message).strip(' .:')}): the formulas may have a kink or a jump at it, so try other starts."
    )
