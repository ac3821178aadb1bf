"""The problem that a Solver model states: an objective as a function of the variables, bounds, constraints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xlcf.errors import InputError
from xlcf.formulas.compiler import compile_cells
from xlcf.formulas.errors import FormulaError, UnsupportedFormulaError
from xlcf.formulas.program import Program
from xlcf.ooxml.references import address, address_seen_from, quote_sheet
from xlcf.ooxml.workbook import Workbook
from xlcf.solver.cell_labels import CellLabels
from xlcf.solver.constraints import Cell, Constraints, compile_constraints, split_bounds, tolerance, violation
from xlcf.solver.model import SolverModel

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Problem:
    """A model that can be fitted.

    Attributes:
        workbook: where it was read from.
        model: the Solver model that states it.
        program: the objective cell as a function of the variables.
        cells: (sheet, row, column) of each variable.
        lower: shape (variables,), -inf where there is no bound.
        upper: shape (variables,), inf where there is no bound.
        constraints: the constraints that are not bounds, or None.
        cached: the objective cell's value that Excel had stored; None where it is no number.

    """

    workbook: Workbook
    model: SolverModel
    program: Program
    cells: tuple[Cell, ...]
    lower: Floats
    upper: Floats
    constraints: Constraints | None
    cached: float | None

    @property
    def start(self) -> Floats:
        """The variable cells as they stand in the workbook: shape (variables,)."""
        return self.program.start

    @property
    def has_bounds(self) -> bool:
        """Whether any variable has a bound."""
        return bool(np.isfinite(self.lower).any() or np.isfinite(self.upper).any())

    def objective(self, x: Floats) -> float:
        """Work out the objective cell at x, shape (variables,); NaN for an error."""
        return float(self.program(x)[0])

    def violations(self, x: Floats) -> tuple[Floats, Floats]:
        """Tell by how much x, shape (variables,), breaks bounds and constraints, and how much of it is tolerated.

        Both of shape (2 * variables + constraints,): lower bounds, upper bounds, constraints. A constraint whose cell
        is an error is broken by infinity. For what is tolerated see `tolerance`.
        """
        left, right = np.concatenate([x, x]), np.concatenate([self.lower, self.upper])
        relations = np.repeat([">=", "<="], len(x))
        if self.constraints is not None:
            sides = self.constraints.sides(x)
            left, right = np.concatenate([left, sides[0]]), np.concatenate([right, sides[1]])
            relations = np.concatenate([relations, self.constraints.relations])
        return violation(relations, left, right), tolerance(self.model.options.precision, left, right)

    def loss_and_gradient_of(self, objective: float, gradient: Floats) -> tuple[float, Floats]:
        """Turn the objective's value and gradient into those of what is to be minimised."""
        return self.loss(objective), self._loss_slope(objective) * gradient

    def loss(self, objective: float) -> float:
        """Turn an objective value into what is to be minimised."""
        match self.model.goal:
            case "max":
                return -objective
            case "value":
                return (objective - self.model.target) ** 2
            case _:
                return objective

    def _loss_slope(self, objective: float) -> float:
        match self.model.goal:
            case "max":
                return -1.0
            case "value":
                return 2 * (objective - self.model.target)
            case _:
                return 1.0

    @property
    def computed(self) -> float:
        """The objective at the start as xlcf computes it."""
        return self.objective(self.start)

    @property
    def reproduces_cached(self) -> bool:
        """Whether the computed objective equals the cached one to 1e-9, relatively."""
        if self.cached is None:
            return False
        # what remains of squares that cancel is rounding, and differs between any two programs
        return abs(self.computed - self.cached) <= max(1e-9 * abs(self.cached), 1e-14)

    def variable_addresses(self) -> list[str]:
        """Name each variable cell, with its sheet where that is not the model's own."""
        return [address_seen_from(self.model.sheet, cell) for cell in self.cells]


def compile_problem(workbook: Workbook, model: SolverModel) -> Problem:
    """Compile a Solver model.

    Raises:
        InputError: where the model cannot be solved; the sentence says why.

    """
    if model.problem is not None or model.objective is None:
        raise InputError(f"The Solver model on {model.sheet} cannot be solved. {model.problem}")
    cells = tuple(model.variable_cells())
    _require_numbers(workbook, cells)
    try:
        program = compile_cells(workbook, [model.objective], cells)
    except FormulaError as error:
        mend = "write it with other functions" if isinstance(error, UnsupportedFormulaError) else "mend that formula"
        raise type(error)(f"{error.reason}; {mend} and try again.", error.cell, error.formula) from error
    if not np.isfinite(program(program.start)[0]):
        raise InputError(
            f"The objective {model.objective_address()} on {model.sheet} is an error. It begins in the cell "
            f"{program.first_error or model.objective_address()}; mend that cell, or those that it reads "
            "(blank cells, numbers stored as text)."
        )
    if not program.varies:
        raise InputError(
            f"The objective {model.objective_address()} on {model.sheet} does not depend on any of the variable "
            f"cells {model.variables_text()}; check both in Solver's dialog."
        )
    lower, upper, others = split_bounds(workbook, model, cells)
    cached = workbook.sheets[model.objective[0]].values.get(model.objective[1:])
    return Problem(
        workbook=workbook,
        model=model,
        program=program,
        cells=cells,
        lower=lower,
        upper=upper,
        constraints=compile_constraints(workbook, model, others, cells) if others else None,
        cached=cached if isinstance(cached, float) else None,
    )


def _require_numbers(workbook: Workbook, cells: Sequence[Cell]) -> None:
    for sheet, row, column in cells:
        value = workbook.sheets[sheet].values.get((row, column))
        if value is not None and not isinstance(value, float):
            kind = f"the text {value!r}" if isinstance(value, str) else str(value).upper()
            named = CellLabels(workbook).named((sheet, row, column), f"{quote_sheet(sheet)}!{address(row, column)}")
            raise InputError(
                f"The variable cell {named} holds {kind}; "
                "put a number there, or leave the cell out of the variable cells."
            )
