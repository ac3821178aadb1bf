"""What Excel's Solver does: quasi-Newton steps, ended by Solver's stopping rule.

GRG Nonlinear (Lasdon, Waren, Jain, Ratner 1978, "Design and Testing of a Generalized Reduced Gradient Code"), on a
model without constraints, is a quasi-Newton method. It stops when the objective changed by less than Convergence,
relatively, in each of the last five iterations.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlcf.arrays import Floats
from xlcf.fitting.loss import Loss
from xlcf.fitting.no_minimum import STATUS, falls_along_a_ray, sentence
from xlcf.fitting.progress import Observer
from xlcf.solver.problem import Problem
from xlcf.solver.solution import Solution

_STEPS = 5
_FLAT = 1e-3  # relative to the slope at the start; numeric derivatives tell no better
_POINT_ELEMENTS = 20_000_000  # numbers held at once for numeric derivatives


def fit_by_solver_rule(
    problem: Problem,
    start: Floats,
    *,
    derivatives: str = "solver",
    convergence: float | None = None,
    max_iterations: int | None = None,
    observer: Observer | None = None,
) -> Solution:
    """Minimise as Solver does.

    Args:
        problem: what to fit, without constraints; its Solver options give the rule and the limits.
        start: shape (variables,), where to begin.
        derivatives: `solver` (numeric, forward or central as the Solver model says), or `exact`.
        convergence: instead of the Solver model's.
        max_iterations: instead of the Solver model's.
        observer: told of each iteration.

    """
    from scipy.optimize import minimize

    options = problem.options
    tolerance = options.convergence if convergence is None else convergence
    limit = max_iterations or options.max_iterations or 1_000_000
    seconds = options.max_seconds
    loss = Loss(problem, start, observer=observer, exact=derivatives == "exact")
    central = options.central
    stopped_by: list[str] = []
    first_slope: list[float] = []

    def callback(intermediate_result: Any) -> None:
        loss.record(np.asarray(intermediate_result.x))
        if _changed_little(loss.objectives, tolerance):
            stopped_by.append("rule")
        elif loss.iterations >= limit:
            stopped_by.append("iterations")
        elif seconds is not None and loss.seconds >= seconds:
            stopped_by.append("seconds")
        if stopped_by or loss.ended is not None:
            raise StopIteration

    def slope(x: Floats) -> tuple[float, Floats]:
        exact = derivatives == "exact"
        value, gradient = loss.value_and_gradient(x) if exact else _differences(loss, x, central=central)
        if not first_slope:
            first_slope.append(float(np.max(np.abs(gradient), initial=0.0)))
        return value, gradient

    bounds = {"bounds": problem.variables.pairs_of_bounds()} if problem.variables.has_bounds else {}
    algorithm = "L-BFGS-B" if bounds or len(problem.variables) > 1000 else "BFGS"
    with np.errstate(all="ignore"):
        outcome = minimize(
            slope,
            loss.start,
            jac=True,
            method=algorithm,
            callback=callback,
            options={"gtol": 0.0, "maxiter": limit} | ({"ftol": 0.0, "maxfun": 50 * limit} if bounds else {}),
            **bounds,
        )
    x = np.asarray(outcome.x, dtype=np.float64)
    is_flat = float(np.max(np.abs(outcome.jac), initial=0.0)) <= _FLAT * max(first_slope, default=0.0)
    if is_flat and not stopped_by and falls_along_a_ray(loss, x):
        status, message = STATUS, sentence(loss, x)
    else:
        status, message = _verdict(stopped_by, tolerance, limit, seconds, is_flat=is_flat)
    used = {
        "derivatives": derivatives if derivatives == "exact" else "central" if central else "forward",
        "convergence": tolerance,
    }
    return loss.result("solver", x, status, message, used)


def _changed_little(objectives: list[float], tolerance: float) -> bool:
    if len(objectives) <= _STEPS:
        return False
    last = np.array(objectives[-_STEPS - 1 :])
    return bool((np.abs(np.diff(last)) < tolerance * np.maximum(np.abs(last[:-1]), 1e-300)).all())


def _verdict(
    stopped_by: list[str], tolerance: float, limit: int, seconds: float | None, *, is_flat: bool
) -> tuple[str, str]:
    match stopped_by[:1]:
        case ["rule"]:
            return "stopped", (
                "Solver's rule ended the fit: in each of the last five iterations the objective changed by less than "
                f"{tolerance:g} of itself (Solver's Convergence)."
            )
        case ["iterations"]:
            return "limit", f"Stopped at the limit of {limit:,} iterations."
        case ["seconds"]:
            return "limit", f"Stopped at the limit of {seconds:g} seconds."
        case _ if is_flat:
            return "converged", (
                f"No step improves the objective any more, and its gradient is below {_FLAT:g} of that at the start."
            )
        case _:
            return "stopped", (
                "The search found no better point, yet the objective is not flat there: the formulas may bend or jump "
                "at it (ABS, MAX, IF), or the objective has no end; try the method scipy, or random starts."
            )


def _differences(loss: Loss, x: Floats, *, central: bool) -> tuple[float, Floats]:
    """Give the loss and its numeric gradient, all points of a chunk evaluated at once."""
    lower, upper = loss.problem.variables.lower, loss.problem.variables.upper
    epsilon = np.finfo(np.float64).eps
    steps = (epsilon ** (1 / 3) if central else epsilon**0.5) * (1 + np.abs(x))
    ahead = np.minimum(x + steps, upper)
    behind = np.maximum(x - steps, lower)
    if not central:  # a bound turns a step round rather than being crossed
        ahead, behind = np.where(x + steps <= upper, ahead, behind), x
    value = loss.value(x)
    chunk = max(1, _POINT_ELEMENTS // loss.problem.objective.program.size)
    gradient = np.empty_like(x)
    for first in range(0, len(x), chunk):
        at = np.arange(first, min(first + chunk, len(x)))
        high = loss.values(_moved(x, at, ahead))
        low = loss.values(_moved(x, at, behind)) if central else value
        moved = ahead[at] - behind[at]
        gradient[at] = np.where(moved == 0, 0.0, (high - low) / np.where(moved == 0, 1.0, moved))
    return value, gradient


def _moved(x: Floats, at: NDArray[np.int64], to: Floats) -> Floats:
    points = np.repeat(x[None], len(at), axis=0)
    points[np.arange(len(at)), at] = to[at]
    return points
