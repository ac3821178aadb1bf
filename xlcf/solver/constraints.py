"""A Solver model's constraints: bounds on variables, and functions of them that are compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xlcf.errors import InputError
from xlcf.formulas.compiler import compile_cells
from xlcf.formulas.program import Program
from xlcf.ooxml.references import Area, address
from xlcf.ooxml.workbook import Workbook
from xlcf.ooxml.worksheet import ExcelError
from xlcf.solver.model import Constraint, SolverModel

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Cell = tuple[str, int, int]


@dataclass(frozen=True)
class Constraints:
    """Comparisons of functions of the variables: left side against right side, one a row.

    Attributes:
        relations: `<=`, `=` or `>=`.
        texts: each as a person would write it.

    """

    relations: tuple[str, ...]
    texts: tuple[str, ...]
    _program: Program
    _left: Integers
    _right: Integers  # an output of the program, or -1 where the right side is a number
    _numbers: Floats

    def gaps(self, x: Floats) -> Floats:
        """Give left side minus right side: shape (constraints,)."""
        outputs = self._program(x)
        return np.asarray(outputs[self._left] - np.where(self._right < 0, self._numbers, outputs[self._right]))

    def jacobian(self, x: Floats) -> Floats:
        """Give the gradients of `gaps`: shape (constraints, variables)."""
        rows = self._program.jacobian(x)
        return np.asarray(rows[self._left] - np.where(self._right[:, None] < 0, 0.0, rows[self._right]))

    def violation(self, x: Floats) -> Floats:
        """Tell by how much each constraint is violated: shape (constraints,), 0 where it holds."""
        gaps, relations = self.gaps(x), np.array(self.relations)
        return np.select(
            [relations == "<=", relations == ">="], [np.maximum(gaps, 0), np.maximum(-gaps, 0)], np.abs(gaps)
        )


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
        right = _constants(workbook, constraint, number)
        if right is None or not all(cell in number for cell in left):
            others.append(constraint)
            continue
        for cell, limit in zip(left, right, strict=True):
            if constraint.relation in (">=", "="):
                lower[number[cell]] = max(lower[number[cell]], limit)
            if constraint.relation in ("<=", "="):
                upper[number[cell]] = min(upper[number[cell]], limit)
    if model.options.non_negative:
        lower[np.isneginf(lower)] = 0.0
    crossed = np.flatnonzero(lower > upper)
    if len(crossed):
        sheet, row, column = cells[crossed[0]]
        raise InputError(
            f"The constraints on {sheet}!{address(row, column)} contradict each other: at least {lower[crossed[0]]:g} "
            f"and at most {upper[crossed[0]]:g}; mend them in Solver's dialog."
        )
    return lower, upper, others


def _constants(workbook: Workbook, constraint: Constraint, number: dict[Cell, int]) -> list[float] | None:
    """Give a constraint's right side where it is all constants, one for each cell of its left side."""
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


def compile_constraints(workbook: Workbook, constraints: Sequence[Constraint], cells: Sequence[Cell]) -> Constraints:
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
            texts.append(str(constraint))
    program = compile_cells(workbook, outputs, cells)
    return Constraints(
        tuple(relations), tuple(texts), program, np.array(left), np.array(right), np.array(numbers, dtype=float)
    )
