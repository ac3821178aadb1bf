"""A linear problem as numbers: costs, matrix and right sides, exact, from the derivatives of its formulas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xlcf.arrays import Floats
from xlcf.solver.problem import Problem


@dataclass(frozen=True)
class LinearProgram:
    """Minimise `costs` times x where `matrix` times x stands in `relations` to `right`, and x within its bounds.

    Attributes:
        costs: shape (variables,), what is to be minimised: for the goal `max` those of the objective, negated.
        sign: by which costs, multipliers and reduced costs are multiplied to be those of the objective cell: 1, or -1
            for the goal `max`.
        matrix: shape (rows, variables).
        relations: shape (rows,), `<=`, `=` or `>=`.
        right: shape (rows,).
        lower: shape (variables,).
        upper: shape (variables,).

    """

    costs: Floats
    sign: float
    matrix: Floats
    relations: NDArray[np.str_]
    right: Floats
    lower: Floats
    upper: Floats

    @property
    def slacks(self) -> Floats:
        """1 for `<=`, -1 for `>=`, 0 for `=`: by which a row's slack enters it; shape (rows,)."""
        return np.select([self.relations == "<=", self.relations == ">="], [1.0, -1.0], 0.0)


def linear_program(problem: Problem) -> LinearProgram:
    """Take the numbers out of a problem whose functions are linear.

    The derivatives of linear functions are the same everywhere; what they are at zero is the constant.
    """
    zero = np.zeros(len(problem.variables))
    at = zero if np.isfinite(problem.constraints.gaps(zero)).all() else problem.start
    matrix = problem.constraints.jacobian(at)
    sign = -1.0 if problem.objective.goal == "max" else 1.0
    return LinearProgram(
        costs=sign * problem.objective.program.value_and_gradient(at)[1] + 0.0,
        sign=sign,
        matrix=matrix,
        relations=problem.constraints.relations,
        right=matrix @ at - problem.constraints.gaps(at) + 0.0,
        lower=problem.variables.lower,
        upper=problem.variables.upper,
    )
