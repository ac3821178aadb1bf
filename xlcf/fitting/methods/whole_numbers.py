"""Whole numbers and all-different cells in models that are not linear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlcf.fitting.registry import method
from xlcf.solver.forms import FORMS, STEPS

if TYPE_CHECKING:
    from xlcf.factorization.factorization import Factorization
    from xlcf.fitting.options import FitOptions
    from xlcf.fitting.registry import Run
    from xlcf.solver.problem import Problem


@method(
    "branch-and-bound",
    keeps=("bounds", "constraints", "integers"),
    solves=tuple(form for form in FORMS if form != STEPS),
)
def by_branch_and_bound(problem: Problem, _factorization: Factorization | None, options: FitOptions) -> Run:
    """Split the problem where a continuous relaxation ends between whole numbers."""
    from xlcf.fitting.branch_and_bound import solve_by_branch_and_bound

    return lambda start, observer: solve_by_branch_and_bound(
        problem, start, max_iterations=options.max_iterations, observer=observer
    )


def _other_cells(problem: Problem) -> str | None:
    grouped = [variable for group in problem.variables.all_different for variable in group]
    if sorted(grouped) == list(range(len(problem.variables))):
        return None
    return (
        "The method permutations solves models in which each variable cell is one of exactly one group of "
        "all-different cells; this model has others, too."
    )


@method("permutations", keeps=("bounds", "constraints", "integers", "all different"), refuses=_other_cells)
def by_permutations(problem: Problem, _factorization: Factorization | None, options: FitOptions) -> Run:
    """Try the orders of all-different cells."""
    from xlcf.fitting.permutations import solve_permutations

    return lambda start, observer: solve_permutations(problem, start, seed=options.seed, observer=observer)
