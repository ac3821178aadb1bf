"""What solving a problem gives: the numbers, how they were reached, and what they are worth."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from xlcf.arrays import Floats, Integers
from xlcf.notebook import facts
from xlcf.solver.constraint_values import ConstraintValue, constraint_values
from xlcf.solver.optimality import Sensitivity, sensitivity_at
from xlcf.solver.problem import Problem
from xlcf.solver.ranging import Ranges, ranges_at
from xlcf.solver.variable_values import VariableValue, variable_values


@dataclass(frozen=True)
class History:
    """The course of a fit, one entry an iteration (an epoch for gradient descent), the start first.

    Attributes:
        iteration: shape (steps,), counted from 0 = the start.
        objective: shape (steps,), the objective cell's value.
        evaluations: shape (steps,), objective evaluations used so far, those for derivatives included.
        seconds: shape (steps,), wall time since the search began, libraries loaded and the first gradient taken.

    """

    iteration: Integers
    objective: Floats
    evaluations: Integers
    seconds: Floats

    def __len__(self) -> int:
        return len(self.iteration)


@dataclass(frozen=True)
class LearningRates:
    """The learning rates of a run of gradient descent: those that were tried before it, and those it went by.

    Attributes:
        tried: shape (trials,), ascending; empty where the rate was given.
        losses: shape (trials,), the loss towards the end of each trial, divided by that at the start; inf where the
            trial diverged.
        chosen: the rate of the first epoch.
        schedule: shape (epochs,), the rate with which each epoch began.
        evaluations: objective evaluations that the trials took.
        seconds: wall time that the trials took.

    """

    tried: Floats
    losses: Floats
    chosen: float
    schedule: Floats
    evaluations: int
    seconds: float


@dataclass(frozen=True)
class Solution:
    """The end of a fit, how it was reached, and what it is worth.

    Attributes:
        problem: what was solved.
        method: its name in the table of methods: scipy, solver, adam, ...
        objective_start: the objective cell's value at `x_start`.
        objective_end: the objective cell's value at `x`.
        status: `converged` (at an optimum as far as the method can tell), `stopped` (by the method's own rule),
            `limit` (iterations or time ran out), `no_minimum` (the variables grow without end while the objective still
            falls a little), `interrupted` (by whom the observer speaks for), or `infeasible` (`x` violates the model's
            constraints, by more than Solver's Constraint Precision).
        message: the same in a sentence.
        iterations: steps taken; epochs for gradient descent.
        evaluations: objective evaluations, those used for numeric derivatives included.
        gradients: exact gradient evaluations.
        seconds: wall time of the fit alone.
        history: objective per iteration.
        x_start: shape (variables,), where the kept run began.
        x: shape (variables,), the fitted variable cells, in the order of the problem's variables.
        options: the options that this method was run with, by name.
        seed: the seed of random starts and batches; None where nothing was random.
        starts: how many starts were tried; the best is this one. Fewer than were asked for where it was interrupted.
        command: the command line that repeats this fit.
        learning_rates: those of gradient descent; None for other methods.
        max_violation: by how much a constraint is violated at `x`, the largest; 0 without constraints, infinity where a
            constraint's cell is an error.
        duals: multipliers and reduced gradients, where the method knows them itself; else they are worked out from the
            exact derivatives at `x`, see `sensitivity`.
        gap: how far the objective may at most be from the best value there is, relative to it (beside 1, where that is
            larger), as the method proved it; None where it proved nothing.

    """

    problem: Problem = field(repr=False, compare=False)
    method: str
    objective_start: float
    objective_end: float
    status: str
    message: str
    iterations: int
    evaluations: int
    gradients: int
    seconds: float
    history: History
    x_start: Floats
    x: Floats
    options: dict[str, object] = field(default_factory=dict)
    seed: int | None = None
    starts: int = 1
    command: str = ""
    learning_rates: LearningRates | None = None
    max_violation: float = 0.0
    duals: Sensitivity | None = None
    gap: float | None = None

    @cached_property
    def sensitivity(self) -> Sensitivity | None:
        """What small changes would do to the objective; None where derivatives do not tell (see `sensitivity_at`)."""
        return self.duals if self.duals is not None else sensitivity_at(self.problem, self.x)

    @cached_property
    def ranges(self) -> Ranges | None:
        """How far the numbers of a linear problem may change; None where that is not told (see `ranges_at`)."""
        kind = self.problem.problem_class
        if self.status != "converged" or not kind.is_linear or kind.has_integers or self.sensitivity is None:
            return None
        return ranges_at(self.problem, self.x, self.sensitivity)

    @cached_property
    def variables(self) -> tuple[VariableValue, ...]:
        """The variable cells before and after, with bounds and reduced gradients."""
        return tuple(variable_values(self.problem, self.x_start, self.x, self.sensitivity))

    @cached_property
    def constraints(self) -> tuple[ConstraintValue, ...]:
        """All that the model states, cell by cell in its order, with slacks and multipliers at the end."""
        return tuple(constraint_values(self.problem, self.x, self.sensitivity))

    @property
    def slacks(self) -> Floats:
        """The slack of each of `constraints`: shape (stated,), NaN where there is none."""
        return np.array([np.nan if each.slack is None else each.slack for each in self.constraints])

    @property
    def multipliers(self) -> Floats | None:
        """The multiplier of each of `constraints`: shape (stated,), NaN where there is none.

        None where `sensitivity` is None.
        """
        if self.sensitivity is None:
            return None
        return np.array([np.nan if each.multiplier is None else each.multiplier for each in self.constraints])

    @property
    def reduced_gradients(self) -> Floats | None:
        """The reduced gradient of each variable: shape (variables,); None without `sensitivity`."""
        return None if self.sensitivity is None else self.sensitivity.reduced_gradients

    @property
    def feasible(self) -> bool:
        """Whether `x` meets the model's constraints, as closely as Solver's Constraint Precision asks."""
        return self.status != "infeasible"

    def _repr_html_(self) -> str:
        return facts(f"Fit by {self.method}", self.facts(), [self.message])

    def facts(self) -> list[tuple[str, object]]:
        """Give what a person looks at first, by name."""
        return [
            ("status", self.status),
            ("objective at the start", self.objective_start),
            ("objective at the end", self.objective_end),
            ("variables", len(self.x)),
            ("iterations", self.iterations),
            ("evaluations", self.evaluations),
            ("starts", self.starts if self.starts > 1 else None),
            ("seconds", self.seconds),
        ]
