"""What kind of problem a model states, told from its formulas: linear, least squares, smooth, with steps; integer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlcf.arrays import Floats
from xlcf.formulas.curves import Traits
from xlcf.solver.forms import KINKS, LEAST_SQUARES, LINEAR, QUADRATIC, SMOOTH, STEPS
from xlcf.solver.objective import Objective

_MOST_VARIABLES = 500  # of which a matrix of second derivatives is taken
_NO_BEND = 1e-10  # relative to the largest second derivative


@dataclass(frozen=True)
class ProblemClass:
    """The class of a problem.

    Attributes:
        objective: the form of the objective: `linear`, `quadratic`, `least squares`, `smooth`, `kinks` or `steps`.
            Where it is to be brought to a value, that of its squared distance from it.
        constraints: the worst form of a constraint's side; None where there are no constraints (bounds are none).
        has_bounds: whether a variable has a bound.
        has_integers: whether a variable must be a whole number.

    """

    objective: str
    constraints: str | None
    has_bounds: bool
    has_integers: bool

    @property
    def is_smooth(self) -> bool:
        """Whether all functions are smooth where they are defined."""
        return not {self.objective, self.constraints} & {KINKS, STEPS}

    @property
    def is_linear(self) -> bool:
        """Whether all functions are linear, but for a constant."""
        return self.objective == LINEAR and self.constraints in (None, LINEAR)

    def __str__(self) -> str:
        objective, constraints = (
            f"not smooth ({form})" if form in (KINKS, STEPS) else form for form in (self.objective, self.constraints)
        )
        whole = ", integers" if self.has_integers else ""
        bounds = ", bounds" if self.has_bounds else ""
        return f"{objective} objective, {constraints or 'no'} constraints{bounds}{whole}"


def form_of(traits: Traits, *, is_squared: bool = False) -> str:
    """Name the form of functions by their traits; `is_squared` where they are a sum of squares to be minimised."""
    if traits.steps:
        return STEPS
    if traits.kinks:
        return KINKS
    if is_squared:
        return LEAST_SQUARES
    return LINEAR if traits.is_linear else QUADRATIC if traits.is_quadratic else SMOOTH


def is_convex(objective: Objective, start: Floats) -> bool | None:
    """Tell whether what is minimised bends upwards everywhere; None where it is not known to be quadratic at most.

    The second derivatives of a quadratic function are differences of its exact gradients.
    """
    traits = objective.program.traits
    if objective.goal == "value" or not traits.is_quadratic or len(start) > _MOST_VARIABLES:
        return None
    if traits.is_linear:
        return True

    def gradient(x: Floats) -> Floats:
        return objective.loss_and_gradient(*objective.program.value_and_gradient(x))[1]

    zero = np.zeros_like(start)
    here = gradient(zero)
    hessian = np.array([gradient(unit) - here for unit in np.eye(len(start))])
    bends = np.linalg.eigvalsh((hessian + hessian.T) / 2)
    return bool(bends[0] >= -_NO_BEND * max(abs(bends[0]), abs(bends[-1])))
