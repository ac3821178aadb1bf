"""The objective of a problem: a function of the variables, and what is wanted of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from xlcf.arrays import Floats
from xlcf.formulas.curves import Traits

Cell = tuple[str, int, int]


class ObjectiveFunction(Protocol):
    """A function of the variables with its gradient: compiled formulas (`Program`), or what computes the same."""

    @property
    def n_variables(self) -> int:
        """How many variables there are."""

    @property
    def size(self) -> int:
        """How many numbers one evaluation holds."""

    @property
    def traits(self) -> Traits:
        """How it depends on the variables."""

    def __call__(self, x: Floats) -> Floats:
        """Work it out at one or many points (..., variables): shape (..., 1)."""

    def value_and_gradient(self, x: Floats) -> tuple[float, Floats]:
        """Give value and gradient, shape (variables,), at x of shape (variables,)."""


@dataclass(frozen=True)
class Objective:
    """What is to be made small or large, or to be brought to a value.

    Attributes:
        program: the objective cell as a function of the variables.
        goal: `min`, `max` or `value`.
        target: the value to reach where the goal is `value`.
        cell: (sheet, row, column) of the objective cell.
        address: its address, with its sheet where that is not the model's own.
        label: what a person calls it; None where nothing beside it says.
        cached: the value that Excel had stored in it; None where that is no number.

    """

    program: ObjectiveFunction
    goal: str
    target: float
    cell: Cell
    address: str
    label: str | None
    cached: float | None

    def __call__(self, x: Floats) -> float:
        """Work out the objective cell at x, shape (variables,); NaN for an error."""
        return float(self.program(x)[0])

    def loss(self, value: float) -> float:
        """Turn an objective value into what is to be minimised."""
        match self.goal:
            case "max":
                return -value
            case "value":
                return (value - self.target) ** 2
            case _:
                return value

    def loss_and_gradient(self, value: float, gradient: Floats) -> tuple[float, Floats]:
        """Turn the objective's value and gradient into those of what is to be minimised."""
        return self.loss(value), self._loss_slope(value) * gradient

    def _loss_slope(self, value: float) -> float:
        match self.goal:
            case "max":
                return -1.0
            case "value":
                return 2 * (value - self.target)
            case _:
                return 1.0
