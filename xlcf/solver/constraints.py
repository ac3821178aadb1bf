"""A Solver model's constraints: bounds on variables, and functions of them that are compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xlcf.errors import InputError
from xlcf.formulas.compiler import compile_cells
from xlcf.formulas.program import Program
from xlcf.ooxml.references import Area, address, address_seen_from
from xlcf.ooxml.workbook import Workbook
from xlcf.ooxml.worksheet import ExcelError
from xlcf.solver.cell_labels import CellLabels
from xlcf.solver.model import Constraint, SolverModel

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Cell = tuple[str, int, int]

_LEAST_PRECISION = 1e-9  # a search in double precision cannot promise more


@dataclass(frozen=True)
class Constraints:
    """Comparisons of functions of the variables: left side against right side, one a row.

    Attributes:
        relations: `<=`, `=` or `>=`.
        cells: (sheet, row, column) of each left side.
        texts: each as a person would write it.

    """

    relations: tuple[str, ...]
    cells: tuple[Cell, ...]
    texts: tuple[str, ...]
    _program: Program
    _left: Integers
    _right: Integers  # an output of the program, or -1 where the right side is a number
    _numbers: Floats

    def sides(self, x: Floats) -> tuple[Floats, Floats]:
        """Give left and right sides: each of shape (constraints,)."""
        outputs = self._program(x)
        return outputs[self._left], np.where(self._right < 0, self._numbers, outputs[self._right])

    def gaps(self, x: Floats) -> Floats:
        """Give left side minus right side: shape (constraints,)."""
        left, right = self.sides(x)
        return np.asarray(left - right)

    def jacobian(self, x: Floats) -> Floats:
        """Give the gradients of `gaps`: shape (constraints, variables)."""
        rows = self._program.jacobian(x)
        return np.asarray(rows[self._left] - np.where(self._right[:, None] < 0, 0.0, rows[self._right]))

    def violation(self, x: Floats) -> Floats:
        """Tell by how much each constraint is violated: shape (constraints,), 0 where it holds.

        A side that is an error violates its constraint by infinity.
        """
        return violation(np.array(self.relations), *self.sides(x))


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


def split_bounds(
    workbook: Workbook, model: SolverModel, cells: tuple[Cell, ...]
) -> tuple[Floats, Floats, list[Constraint]]:
    """Read constraints of variable cells against constants as bounds; give the others back.

    Raises:
        InputError: where constraints contradict each other, or ask for what gradients cannot give.

    """
    number = {cell: at for at, cell in enumerate(cells)}
    lower, upper = np.full(len(cells), -np.inf), np.full(len(cells), np.inf)
    others = []
    for constraint in model.constraints:
        if constraint.right is None:
            if model.options.ignore_integers:
                continue
            raise InputError(
                f"The Solver model on {model.sheet} asks for {constraint.relation} cells ({constraint.left.local()}), "
                "which gradients cannot give; tick Ignore Integer Constraints in Solver's options, or delete it."
            )
        left = list(constraint.left.cells())
        limits = bound_limits(workbook, constraint, number)
        if limits is None:
            others.append(constraint)
            continue
        for cell, limit in zip(left, limits, strict=True):
            if constraint.relation in (">=", "="):
                lower[number[cell]] = max(lower[number[cell]], limit)
            if constraint.relation in ("<=", "="):
                upper[number[cell]] = min(upper[number[cell]], limit)
    if model.options.non_negative:
        lower[np.isneginf(lower)] = 0.0
    crossed = np.flatnonzero(lower > upper)
    if len(crossed):
        sheet, row, column = cells[crossed[0]]
        named = CellLabels(workbook).named(cells[crossed[0]], f"{sheet}!{address(row, column)}")
        raise InputError(
            f"The constraints on {named} contradict each other: at least {lower[crossed[0]]:g} "
            f"and at most {upper[crossed[0]]:g}; mend them in Solver's dialog."
        )
    return lower, upper, others


def bound_limits(workbook: Workbook, constraint: Constraint, number: Mapping[Cell, int]) -> list[float] | None:
    """Give the right side of a constraint that compares variable cells with constants, one number for each of them.

    None where it is another kind of constraint; `number` has the variable cells.

    Raises:
        InputError: where the sides do not fit together, or a constant is no number.

    """
    if not all(cell in number for cell in constraint.left.cells()):
        return None
    if isinstance(constraint.right, float):
        return [constraint.right] * constraint.left.size
    if not isinstance(constraint.right, Area):
        return None
    right = list(constraint.right.cells())
    if any(cell in number or cell[1:] in workbook.sheets[cell[0]].formulas for cell in right):
        return None
    _require_fit(constraint, len(right))
    values: list[float] = []
    for sheet, row, column in right:
        value = workbook.sheets[sheet].values.get((row, column), 0.0)
        if isinstance(value, str | ExcelError):
            raise InputError(f"The constraint {constraint} compares with {value!s}, which is no number; mend it.")
        values.append(float(value))
    return values * (constraint.left.size // len(right))


def _require_fit(constraint: Constraint, right: int) -> None:
    if right not in (1, constraint.left.size):
        raise InputError(
            f"The constraint {constraint} compares {constraint.left.size} cells with {right}; "
            "mend it in Solver's dialog."
        )


def compile_constraints(
    workbook: Workbook, model: SolverModel, constraints: Sequence[Constraint], cells: Sequence[Cell]
) -> Constraints:
    """Compile constraints that are not bounds.

    Raises:
        InputError: where a constraint's sides do not fit together, or a cell cannot be evaluated.

    """
    outputs: list[Cell] = []
    left: list[int] = []
    right: list[int] = []
    numbers: list[float] = []
    relations: list[str] = []
    texts: list[str] = []
    left_cells: list[Cell] = []
    for constraint in constraints:
        if isinstance(constraint.right, str) or constraint.right is None:
            raise InputError(
                f"The constraint {constraint} compares with a formula; put the formula into a cell and name that cell."
            )
        others: list[Cell] = []
        if isinstance(constraint.right, Area):
            others = list(constraint.right.cells())
            _require_fit(constraint, len(others))
            others *= constraint.left.size // len(others)
        for at, cell in enumerate(constraint.left.cells()):
            left.append(len(outputs))
            outputs.append(cell)
            if others:
                right.append(len(outputs))
                outputs.append(others[at])
            else:
                right.append(-1)
            numbers.append(constraint.right if isinstance(constraint.right, float) else 0.0)
            relations.append(constraint.relation)
            left_cells.append(cell)
            texts.append(comparison_text(model.sheet, cell, constraint, others[at] if others else None))
    program = compile_cells(workbook, outputs, cells)
    return Constraints(
        tuple(relations),
        tuple(left_cells),
        tuple(texts),
        program,
        np.array(left),
        np.array(right),
        np.array(numbers, dtype=float),
    )


def comparison_text(sheet: str, cell: Cell, constraint: Constraint, right: Cell | None) -> str:
    """Write the comparison of one cell of a constraint's left side as seen from a sheet: `C7 <= 600`, `C7 <= D7`."""
    limit = f"{constraint.right:.15g}" if right is None else address_seen_from(sheet, right)
    return f"{address_seen_from(sheet, cell)} {constraint.relation} {limit}"
