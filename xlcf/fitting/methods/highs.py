"""Linear problems, also with whole numbers, by HiGHS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlcf.fitting.registry import method
from xlcf.solver.forms import LINEAR

if TYPE_CHECKING:
    from xlcf.factorization.factorization import Factorization
    from xlcf.fitting.options import FitOptions
    from xlcf.fitting.registry import Run
    from xlcf.solver.problem import Problem


@method("highs", keeps=("bounds", "constraints", "integers", "all different"), solves=(LINEAR,))
def by_highs(problem: Problem, _factorization: Factorization | None, _options: FitOptions) -> Run:
    """Solve with exact coefficients, to the proven optimum."""
    from xlcf.fitting.linear import solve_linear_problem

    return lambda start, observer: solve_linear_problem(problem, start, observer)
