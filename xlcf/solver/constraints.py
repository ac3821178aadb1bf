"""The constraints of a problem: what its model states, cell by cell, and the functions of the variables among them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xlcf.arrays import Floats
from xlcf.formulas.curves import Traits, combined
from xlcf.formulas.program import Program

Cell = tuple[str, int, int]

_LEAST_PRECISION = 1e-9  # a search in double precision cannot promise more


@dataclass(frozen=True)
class StatedConstraint:
    """What a model asks of one cell, as a person would write it, and where the problem has it.

    Attributes:
        text: `C7 <= 600`, `B2 integer`.
        address: the cell's, with its sheet where that is not the model's own.
        label: what a person calls that cell; None where nothing beside it says.
        relation: `<=`, `=`, `>=`, `integer`, `binary` or `all different`.
        variable: the position of the variable that it bounds, or asks to be a whole number; None where it does neither.
        limit: the number on the right side where it bounds a variable; else None.
        row: its row among the problem's `Constraints`; None where it is a bound or asks for whole numbers.

    """

    text: str
    address: str
    label: str | None
    relation: str
    variable: int | None
    limit: float | None
    row: int | None


@dataclass(frozen=True)
class Constraints:
    """Comparisons of functions of the variables: left side against right side, one a row. There may be none.

    Attributes:
        relations: shape (rows,), `<=`, `=` or `>=`.
        program: the functions: all left sides in order, then all right sides; None where there are no rows.

    """

    relations: NDArray[np.str_]
    program: Program | None

    def __len__(self) -> int:
        return len(self.relations)

    @property
    def traits(self) -> Traits:
        """How the sides depend on the variables, all together."""
        return combined(() if self.program is None else [self.program.traits])

    def sides(self, x: Floats) -> tuple[Floats, Floats]:
        """Give left and right sides at x, shape (variables,): each of shape (rows,)."""
        if self.program is None:
            return np.zeros(0), np.zeros(0)
        sides = self.program(x)
        return sides[: len(self)], sides[len(self) :]

    def gaps(self, x: Floats) -> Floats:
        """Give left side minus right side: shape (rows,)."""
        left, right = self.sides(x)
        return np.asarray(left - right)

    def jacobian(self, x: Floats) -> Floats:
        """Give the gradients of `gaps`: shape (rows, variables)."""
        if self.program is None:
            return np.zeros((0, len(x)))
        slopes = self.program.jacobian(x)
        return np.asarray(slopes[: len(self)] - slopes[len(self) :])

    def violation(self, x: Floats) -> Floats:
        """Tell by how much each row is violated: shape (rows,), 0 where it holds, infinity where a side is an error."""
        return violation(self.relations, *self.sides(x))


def violation(relations: NDArray[np.str_], left: Floats, right: Floats) -> Floats:
    """Tell by how much comparisons of numbers are violated: same shape, 0 where they hold, infinity for an error."""
    with np.errstate(invalid="ignore"):
        gaps = left - right
    by = np.select([relations == "<=", relations == ">="], [np.maximum(gaps, 0), np.maximum(-gaps, 0)], np.abs(gaps))
    return np.where(np.isnan(by), np.inf, by)


def tolerance(precision: float, left: Floats, right: Floats) -> Floats:
    """Give by how much comparisons may be violated and still count as met: same shape as the sides.

    That is Solver's Constraint Precision, taken relative to the larger side where that is above 1: numbers of a million
    carry more rounding than numbers of one.
    """
    size = np.maximum(np.abs(left), np.abs(right))
    return np.asarray(max(precision, _LEAST_PRECISION) * np.maximum(1.0, np.where(np.isfinite(size), size, 1.0)))
