"""Other fits that are as good as one: from random starts, each followed until its objective is as low.

A fit from a random start that runs to the optimum shows other optima only. What the ratings leave open shows before it:
where the objective has nearly reached that of the fit, and the variables still differ from the fit's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlcf.arrays import Floats
from xlcf.factorization.factorization import Factorization
from xlcf.factorization.program import problem_over
from xlcf.fitting.starts import random_starts
from xlcf.solver.problem import Problem

STARTS = 8
"""Random starts that are tried."""
TOLERANCE = 0.01
"""How much higher, relatively, the objective of an equally good fit may be."""

_OF_START = 0.001  # the same, relative to the objective at the random start: where the fit's own is nearly 0
_ITERATIONS = 200  # most from one start; MovieLens's 15 by 15 sheet takes 20 to 70
_MOST_NUMBERS = 2e8  # that all evaluations may hold: about two seconds
_FEWEST_STARTS = 2
_OUT_OF_DOMAIN = 1e10  # times the objective at the start, where the objective is an error
_SAME = 1e-9  # relative: the factorization's objective is that of the sheet's formulas


@dataclass(frozen=True)
class EqualFits:
    """Fits whose objective is as low as that of a given one, or lower, up to `TOLERANCE`.

    Attributes:
        points: shape (fits, variables), the given fit first, and then one for each start that got there.
        starts: random starts that were tried.
        seed: of these.
        why_none: where none was tried, the reason in words, to stand after "because"; else None.

    """

    points: Floats
    starts: int
    seed: int
    why_none: str | None = None

    @property
    def found(self) -> int:
        """How many of the random starts led to such a fit."""
        return len(self.points) - 1


def equal_fits(
    problem: Problem, factorization: Factorization, x: Floats, seed: int = 0, starts: int = STARTS
) -> EqualFits:
    """Look for fits as good as x, shape (variables,), from random starts by L-BFGS-B.

    The result depends on the seed alone: what is too large is told by its size, not by the clock.

    Args:
        problem: what was fitted.
        factorization: the ratings behind it.
        x: the fit.
        seed: of the random starts, which are those of a fit from random starts with that seed.
        starts: how many at most; fewer where an evaluation takes long.

    """
    given = x[None, :]
    if problem.constraints or problem.objective.goal != "min":
        why = "the model has constraints" if problem.constraints else "the model's goal is not Min"
        return EqualFits(given, 0, seed, why)
    objective = problem.objective(x)
    faster = problem_over(problem, factorization)
    if abs(faster.objective(x) - objective) <= _SAME * abs(objective):
        problem = faster
    starts = min(starts, int(_MOST_NUMBERS / (_ITERATIONS * max(1, problem.objective.program.size))))
    if starts < _FEWEST_STARTS:
        return EqualFits(given, 0, seed, "the model is too large to be fitted several times in passing")
    points = [_descend(problem, start, objective) for start in random_starts(problem, starts, seed, unit=True)]
    return EqualFits(np.vstack([given, *(point for point in points if point is not None)]), starts, seed)


def _descend(problem: Problem, start: Floats, objective: float) -> Floats | None:
    """Minimise until the objective is as low as the given one, or nearly; None where that takes too long."""
    from scipy.optimize import minimize

    at_start = problem.objective(start)
    if not np.isfinite(at_start):
        return None
    enough = objective + max(TOLERANCE * abs(objective), _OF_START * abs(at_start))
    if at_start <= enough:
        return start
    reached: list[Floats] = []

    def value_and_gradient(x: Floats) -> tuple[float, Floats]:
        value, gradient = problem.objective.program.value_and_gradient(x)
        if not np.isfinite(value):
            return _OUT_OF_DOMAIN * max(1.0, abs(at_start)), np.zeros_like(x)
        return value, np.where(np.isfinite(gradient), gradient, 0.0)

    def callback(intermediate_result: object) -> None:
        if intermediate_result.fun <= enough:  # type: ignore[attr-defined]
            reached.append(np.array(intermediate_result.x))  # type: ignore[attr-defined]
            raise StopIteration

    with np.errstate(all="ignore"):
        minimize(
            value_and_gradient,
            start,
            jac=True,
            method="L-BFGS-B",
            bounds=problem.variables.pairs_of_bounds() if problem.variables.has_bounds else None,
            options={"maxcor": 20, "ftol": 0.0, "gtol": 0.0, "maxiter": _ITERATIONS, "maxfun": 3 * _ITERATIONS},
            callback=callback,
        )
    return reached[0] if reached else None
