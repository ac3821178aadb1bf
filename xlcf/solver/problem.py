"""A problem to solve: an objective, variables and constraints, as data and functions; no workbook is needed for it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from xlcf.arrays import Floats
from xlcf.formulas.least_squares import LeastSquares, least_squares
from xlcf.formulas.program import Program
from xlcf.solver.constraints import Constraints, StatedConstraint, tolerance, violation
from xlcf.solver.forms import LINEAR
from xlcf.solver.model import SolverOptions
from xlcf.solver.objective import Objective
from xlcf.solver.problem_class import ProblemClass, form_of, is_convex
from xlcf.solver.variables import Variables


@dataclass(frozen=True)
class Problem:
    """A model that can be solved.

    Attributes:
        objective: what is to be made small or large, or to be brought to a value.
        variables: where they start, what bounds them, which are whole numbers.
        constraints: the constraints that are neither bounds nor ask for whole numbers.
        stated: all that the model asks, cell by cell, in its order.
        options: Solver's options.
        source: the file that it was read from.
        sheet: the sheet that keeps the model.

    """

    objective: Objective
    variables: Variables
    constraints: Constraints
    stated: tuple[StatedConstraint, ...]
    options: SolverOptions
    source: Path
    sheet: str

    @property
    def start(self) -> Floats:
        """The variable cells as they stand in the workbook: shape (variables,)."""
        return self.variables.start

    @cached_property
    def problem_class(self) -> ProblemClass:
        """What kind of problem it is, as its formulas tell."""
        is_squared = self.objective.goal == "value" or self.least_squares is not None
        return ProblemClass(
            objective=form_of(self.objective.program.traits, is_squared=is_squared),
            constraints=form_of(self.constraints.traits) if len(self.constraints) else None,
            has_bounds=self.variables.has_bounds,
            has_integers=self.variables.has_integers,
        )

    @cached_property
    def least_squares(self) -> LeastSquares | None:
        """The residuals whose sum of squares is to be made small; None where the objective is nothing like that."""
        program = self.objective.program
        if self.objective.goal != "min" or not isinstance(program, Program):
            return None
        return least_squares(program)

    @cached_property
    def is_convex(self) -> bool | None:
        """Whether there is no local optimum but the best, as far as linear and quadratic functions go.

        That is an objective that is linear, or bends upwards everywhere, or is a linear least squares, under linear
        constraints. None where it is not known: for other problems, and where there are too many variables to look.
        """
        if self.problem_class.constraints not in (None, LINEAR):
            return None
        if self.least_squares is not None and self.least_squares.residuals.traits.is_linear:
            return True
        return is_convex(self.objective, self.start)

    def violations(self, x: Floats) -> tuple[Floats, Floats]:
        """Tell by how much x, shape (variables,), breaks what is asked of it, and how much of it is tolerated.

        Both of shape (3 * variables + constraints,): lower bounds, upper bounds, whole numbers, constraints. A
        constraint with a side that is an error is broken by infinity. For what is tolerated see `tolerance`.
        """
        n = len(x)
        left, right = self.constraints.sides(x)
        away = self.variables.distance_to_whole(x)
        left = np.concatenate([x, x, away, left])
        right = np.concatenate([self.variables.lower, self.variables.upper, np.zeros(n), right])
        relations = np.concatenate([np.repeat([">=", "<=", "<="], n), self.constraints.relations])
        return violation(relations, left, right), tolerance(self.options.precision, left, right)

    @property
    def computed(self) -> float:
        """The objective at the start as xlcf computes it."""
        return self.objective(self.start)

    @property
    def reproduces_cached(self) -> bool:
        """Whether the computed objective equals the cached one to 1e-9, relatively."""
        cached = self.objective.cached
        if cached is None:
            return False
        # what remains of squares that cancel is rounding, and differs between any two programs
        return abs(self.computed - cached) <= max(1e-9 * abs(cached), 1e-14)
