"""To the optimum, with SciPy and exact gradients.

Without bounds and with up to 1000 variables: BFGS; otherwise L-BFGS-B (Byrd, Lu, Nocedal, Zhu 1995); with constraints:
SLSQP (Kraft 1988).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlcf.fitting.loss import Loss
from xlcf.fitting.result import FitResult
from xlcf.solver.problem import Problem

Floats = NDArray[np.float64]

_FLAT = 1e-9  # relative to the gradient at the start: one smaller than this is called zero
_NEARLY_FLAT = 1e-5  # where rounding ends a search, a gradient this small still means an optimum
_FIRST_STEP = 0.3  # length of the first step, relative to that of the start


def fit_to_optimum(problem: Problem, start: Floats, *, max_iterations: int | None = None) -> FitResult:
    """Minimise from `start`, shape (variables,), until the gradient vanishes.

    Args:
        problem: what to fit.
        start: where to begin.
        max_iterations: stop after so many; the default is ample.

    """
    loss = Loss(problem, start, _scale(problem, start))
    limit = max_iterations or 100_000
    algorithm = _algorithm(problem)
    x, outcome = _minimize(algorithm, loss, loss.start, limit)
    slope = _slope(problem, loss, x)
    if algorithm == "BFGS" and slope > _FLAT and loss.iterations < limit:
        # its line search gave up for rounding: the other algorithm goes on from there
        better, other = _minimize("L-BFGS-B", loss, x, limit - loss.iterations)
        if problem.loss(loss.objective(better)) <= problem.loss(loss.objective(x)):
            x, outcome, slope = better, other, _slope(problem, loss, better)
    status, message = _verdict(problem, algorithm, loss, x, slope, limit, outcome)
    return loss.result("scipy", x, status, message, {"algorithm": algorithm})


def _algorithm(problem: Problem) -> str:
    if problem.constraints is not None:
        return "SLSQP"
    return "L-BFGS-B" if problem.has_bounds or len(problem.cells) > 1000 else "BFGS"


def _scale(problem: Problem, start: Floats) -> float:
    """Give what to divide the loss by, so that the first step of a search along the gradient has a sensible length."""
    value, gradient = problem.program.value_and_gradient(np.clip(start, problem.lower, problem.upper))
    _, gradient = problem.loss_and_gradient_of(value, gradient)
    slope = float(np.linalg.norm(gradient))
    length = float(np.linalg.norm(start)) or 1.0
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
        loss.record(loss.objective(np.asarray(intermediate_result.x)))

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


def _verdict(
    problem: Problem, algorithm: str, loss: Loss, x: Floats, slope: float, limit: int, outcome: Any
) -> tuple[str, str]:
    if loss.iterations >= limit:
        return "limit", f"Stopped at the limit of {limit} iterations; raise it to go on."
    if problem.constraints is not None:
        worst = float(np.max(problem.constraints.violation(x), initial=0.0))
        precision = problem.model.options.precision
        if worst > max(precision, 1e-9) * 10:
            return "stopped", f"No point was found that meets all constraints; the worst is violated by {worst:.3g}."
        if outcome.success:
            return "converged", f"Optimum reached within the constraints ({algorithm}: {outcome.message})."
        return "stopped", f"The search stopped: {outcome.message}."
    if slope <= _NEARLY_FLAT:
        bounded = " within the bounds" if problem.has_bounds else ""
        return "converged", f"Optimum reached{bounded}: the gradient is {slope:.1e} of that at the start."
    return "stopped", (
        f"The search stopped before the gradient vanished ({outcome.message}); "
        "the model may not be smooth there, so try other starts."
    )
