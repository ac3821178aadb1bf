"""What Excel's Solver does: quasi-Newton steps, ended by Solver's own rule.

GRG Nonlinear (Lasdon, Waren, Jain, Ratner 1978, "Design and Testing of a Generalized Reduced Gradient Code"), on a
model without constraints, is a quasi-Newton method. It stops when the objective changed by less than Convergence,
relatively, in each of the last five iterations.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlcf.errors import InputError
from xlcf.fitting.loss import Loss
from xlcf.fitting.result import FitResult
from xlcf.solver.problem import Problem

Floats = NDArray[np.float64]

_STEPS = 5
_POINT_ELEMENTS = 20_000_000  # numbers held at once for numeric derivatives


def fit_by_solver_rule(
    problem: Problem,
    start: Floats,
    *,
    derivatives: str = "solver",
    convergence: float | None = None,
    max_iterations: int | None = None,
) -> FitResult:
    """Minimise as Solver does.

    Args:
        problem: what to fit; its Solver options give the rule and the limits.
        start: shape (variables,), where to begin.
        derivatives: `solver` (numeric, forward or central as the Solver model says), or `exact`.
        convergence: instead of the Solver model's.
        max_iterations: instead of the Solver model's.

    Raises:
        InputError: where the model has constraints other than bounds.

    """
    if problem.constraints is not None:
        raise InputError(
            "The method solver follows Solver on models without constraints (bounds are fine); use --method scipy."
        )
    from scipy.optimize import minimize

    options = problem.model.options
    tolerance = options.convergence if convergence is None else convergence
    limit = max_iterations or options.max_iterations or 1_000_000
    seconds = options.max_seconds
    loss = Loss(problem, start)
    central = options.central
    stopped_by: list[str] = []

    def callback(intermediate_result: Any) -> None:
        loss.record(loss.objective(np.asarray(intermediate_result.x)))
        if _changed_little(loss.objectives, tolerance):
            stopped_by.append("rule")
        elif loss.iterations >= limit:
            stopped_by.append("iterations")
        elif seconds is not None and loss.seconds >= seconds:
            stopped_by.append("seconds")
        if stopped_by:
            raise StopIteration

    def numeric(x: Floats) -> tuple[float, Floats]:
        return _differences(loss, x, central=central)

    bounds = {"bounds": np.stack([problem.lower, problem.upper], axis=1)} if problem.has_bounds else {}
    algorithm = "L-BFGS-B" if bounds or len(problem.cells) > 1000 else "BFGS"
    with np.errstate(all="ignore"):
        outcome = minimize(
            loss.value_and_gradient if derivatives == "exact" else numeric,
            loss.start,
            jac=True,
            method=algorithm,
            callback=callback,
            options={"gtol": 0.0, "maxiter": limit} | ({"ftol": 0.0, "maxfun": 50 * limit} if bounds else {}),
            **bounds,
        )
    x = np.asarray(outcome.x, dtype=np.float64)
    status, message = _verdict(stopped_by, tolerance, limit, seconds)
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


def _verdict(stopped_by: list[str], tolerance: float, limit: int, seconds: float | None) -> tuple[str, str]:
    match stopped_by[:1]:
        case ["rule"]:
            return "stopped", (
                f"Solver's rule ended the fit: the objective changed by less than {tolerance:g}, relatively, "
                "in each of the last five iterations."
            )
        case ["iterations"]:
            return "limit", f"Stopped at the limit of {limit} iterations."
        case ["seconds"]:
            return "limit", f"Stopped at the limit of {seconds:g} seconds."
        case _:
            return "converged", "No step improves the objective any more."


def _differences(loss: Loss, x: Floats, *, central: bool) -> tuple[float, Floats]:
    """Give the loss and its numeric gradient, all points of a chunk evaluated at once."""
    lower, upper = loss.problem.lower, loss.problem.upper
    epsilon = np.finfo(np.float64).eps
    steps = (epsilon ** (1 / 3) if central else epsilon**0.5) * (1 + np.abs(x))
    # a bound turns a step round rather than being crossed
    ahead = np.where(x + steps <= upper, x + steps, x - steps if not central else upper)
    behind = np.maximum(x - steps, lower) if central else x
    value = float(loss.values(x[None])[0])
    chunk = max(1, _POINT_ELEMENTS // loss.problem.program.size)
    gradient = np.empty_like(x)
    for first in range(0, len(x), chunk):
        at = np.arange(first, min(first + chunk, len(x)))
        high = loss.values(_moved(x, at, ahead))
        low = loss.values(_moved(x, at, behind)) if central else value
        gradient[at] = (high - low) / (ahead[at] - behind[at])
    return value, gradient


def _moved(x: Floats, at: NDArray[np.int64], to: Floats) -> Floats:
    points = np.repeat(x[None], len(at), axis=0)
    points[np.arange(len(at)), at] = to[at]
    return points
