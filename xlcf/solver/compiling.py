"""From a workbook's Solver model to a `Problem`: what it states is compiled, bounds are told apart from functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np

from xlcf.arrays import Floats
from xlcf.errors import InputError
from xlcf.formulas.compiler import Compiler, Output, TextFormula
from xlcf.formulas.errors import FormulaError, UnsupportedFormulaError
from xlcf.formulas.program import Program
from xlcf.ooxml.references import Area, address, address_seen_from, quote_sheet
from xlcf.ooxml.workbook import Workbook
from xlcf.ooxml.worksheet import ExcelError
from xlcf.solver.cell_labels import CellLabels
from xlcf.solver.constraints import Constraints, StatedConstraint
from xlcf.solver.model import Constraint, SolverModel
from xlcf.solver.objective import Objective
from xlcf.solver.problem import Problem
from xlcf.solver.variables import BINARY, CONTINUOUS, INTEGER, Variables

Cell = tuple[str, int, int]


def compile_problem(workbook: Workbook, model: SolverModel) -> Problem:
    """Compile a Solver model.

    Raises:
        InputError: where the model cannot be solved; the sentence says why.

    """
    if model.problem is not None or model.objective is None:
        raise InputError(f"The Solver model on {model.sheet} cannot be solved. {model.problem}")
    cells = tuple(model.variable_cells())
    labels = CellLabels(workbook)
    _require_numbers(workbook, labels, cells)
    compiler = Compiler(workbook, cells)
    program = _compile_objective(compiler, model, model.objective)
    bounds = _Bounds(cells, model)
    stated, constraints = _read_constraints(workbook, model, compiler, bounds, labels)
    lower, upper = bounds.ends(labels)
    cached = workbook.sheets[model.objective[0]].values.get(model.objective[1:])
    return Problem(
        objective=Objective(
            program=program,
            goal=model.goal,
            target=model.target,
            cell=model.objective,
            address=address_seen_from(model.sheet, model.objective),
            label=labels(model.objective),
            cached=cached if isinstance(cached, float) else None,
        ),
        variables=Variables(
            cells=cells,
            addresses=tuple(address_seen_from(model.sheet, cell) for cell in cells),
            labels=tuple(labels(cell) for cell in cells),
            text=model.variables_text(),
            start=program.start,
            is_blank=np.array([cell[1:] not in workbook.sheets[cell[0]].values for cell in cells]),
            lower=lower,
            upper=upper,
            kinds=tuple(bounds.kinds),
            all_different=tuple(bounds.all_different),
        ),
        constraints=constraints,
        stated=stated,
        options=model.options,
        source=workbook.source,
        sheet=model.sheet,
    )


def _read_constraints(
    workbook: Workbook, model: SolverModel, compiler: Compiler, bounds: _Bounds, labels: CellLabels
) -> tuple[tuple[StatedConstraint, ...], Constraints]:
    """Tell bounds and whole numbers, which are entered, from functions of the variables, which are given back."""
    stated: list[StatedConstraint] = []
    functions: list[int] = []  # which of those that are compared with something
    comparisons = _comparisons(model)
    compared = [each for each in comparisons if each.right is not None]
    right_sides = [each.right for each in compared if each.right is not None]
    sides = _compile(compiler, [*(each.cell for each in compared), *right_sides])
    places = count()
    for each in comparisons:
        variable, limit, row = bounds.number.get(each.cell), None, None
        if each.right is None:
            bounds.whole(each)
        else:
            place = next(places)
            right = sides.constant(len(compared) + place)
            _refuse_texts(workbook, each, right)
            if variable is not None and right is not None:
                limit = right
                bounds.bound(variable, each.relation, limit)
            else:
                variable, row = None, len(functions)
                functions.append(place)
        address = address_seen_from(model.sheet, each.cell)
        stated.append(
            StatedConstraint(each.text(model.sheet), address, labels(each.cell), each.relation, variable, limit, row)
        )
    relations = np.array([compared[place].relation for place in functions], dtype="<U2")
    both = [*functions, *(len(compared) + place for place in functions)]
    return tuple(stated), Constraints(relations, sides.taking(both) if functions else None)


@dataclass(frozen=True)
class _Comparison:
    """What a constraint asks of one cell of its left side.

    Attributes:
        constraint: the constraint.
        cell: the cell.
        relation: as the constraint's.
        right: what it is compared with: a cell, a number or a formula; None where it is to be a whole number.

    """

    constraint: Constraint
    cell: Cell
    relation: str
    right: Cell | float | TextFormula | None

    def text(self, sheet: str) -> str:
        """Write it as seen from a sheet: `C7 <= 600`, `C7 <= D7`, `C7 <= 2*D7`, `C7 integer`."""
        left = f"{address_seen_from(sheet, self.cell)} {self.relation}"
        match self.right:
            case None:
                return left
            case float():
                return f"{left} {self.right:.15g}"
            case TextFormula():
                return f"{left} {self.right.text}"
            case _:
                return f"{left} {address_seen_from(sheet, self.right)}"


def _comparisons(model: SolverModel) -> list[_Comparison]:
    """Take the constraints apart, in Solver's order.

    Raises:
        InputError: where the sides of one do not fit together.

    """
    result: list[_Comparison] = []
    for constraint in model.constraints:
        left = list(constraint.left.cells())
        right: Sequence[Cell | float | TextFormula | None]
        match constraint.right:
            case Area():
                right = list(constraint.right.cells())
                if len(right) not in (1, len(left)):
                    raise InputError(
                        f"The constraint {constraint} compares {len(left)} cells with {len(right)}; "
                        "mend it in Solver's dialog."
                    )
                right = [*right] * (len(left) // len(right))
            case str() if not constraint.right.removeprefix("=").strip():
                stated = f"{constraint.left.local()} {constraint.relation}"
                raise InputError(f"The constraint {stated} has no right side; mend it in Solver's dialog.")
            case str():
                right = [TextFormula(model.sheet, constraint.right.removeprefix("="))] * len(left)
            case _:
                right = [constraint.right] * len(left)
        result += [
            _Comparison(constraint, cell, constraint.relation, other) for cell, other in zip(left, right, strict=True)
        ]
    return result


class _Bounds:
    """Bounds and kinds of the variables, gathered from comparisons one by one.

    Attributes:
        number: the position of each variable cell.
        kinds: the kind of each variable so far.
        all_different: the groups so far, by constraint.

    """

    def __init__(self, cells: Sequence[Cell], model: SolverModel) -> None:
        self._cells, self._options = cells, model.options
        self.number = {cell: at for at, cell in enumerate(cells)}
        self._lower, self._upper = np.full(len(cells), -np.inf), np.full(len(cells), np.inf)
        self._has_own_lower = np.zeros(len(cells), bool)
        self.kinds = [CONTINUOUS] * len(cells)
        self._groups: dict[Constraint, list[int]] = {}

    @property
    def all_different(self) -> list[tuple[int, ...]]:
        return [tuple(group) for group in self._groups.values()]

    def bound(self, at: int, relation: str, limit: float) -> None:
        """Enter that a variable is compared with a number."""
        if relation in (">=", "="):
            self._lower[at] = max(self._lower[at], limit)
            self._has_own_lower[at] = True
        if relation in ("<=", "="):
            self._upper[at] = min(self._upper[at], limit)

    def whole(self, comparison: _Comparison) -> None:
        """Enter that a cell must be a whole number, unless Solver was told to ignore that.

        Raises:
            InputError: where it is no variable cell.

        """
        if self._options.ignore_integers:
            return
        at = self.number.get(comparison.cell)
        if at is None:
            raise InputError(
                f"The constraint {comparison.constraint} asks for {comparison.relation} cells that are not all "
                "variable cells; mend it in Solver's dialog."
            )
        if comparison.relation == "binary":
            self._lower[at], self._upper[at] = max(self._lower[at], 0.0), min(self._upper[at], 1.0)
            self.kinds[at] = BINARY
        elif self.kinds[at] == CONTINUOUS:
            self.kinds[at] = INTEGER
        if comparison.relation == "all different":
            group = self._groups.setdefault(comparison.constraint, [])
            group.append(at)
            size = comparison.constraint.left.size
            self._lower[at], self._upper[at] = max(self._lower[at], 1.0), min(self._upper[at], float(size))

    def ends(self, labels: CellLabels) -> tuple[Floats, Floats]:
        """Give lower and upper bounds, each of shape (variables,).

        Make Unconstrained Variables Non-Negative holds at 0 or above the variables that no constraint gives a lower
        bound of their own, be it below 0; where the right side depends on variables, it is no bound.

        Raises:
            InputError: where they contradict each other.

        """
        lower, upper = self._lower.copy(), self._upper
        if self._options.non_negative:
            lower[~self._has_own_lower] = np.maximum(lower[~self._has_own_lower], 0.0)
        crossed = np.flatnonzero(lower > upper)
        if len(crossed):
            cell = self._cells[crossed[0]]
            named = labels.named(cell, f"{cell[0]}!{address(*cell[1:])}")
            raise InputError(
                f"The constraints on {named} contradict each other: at least {lower[crossed[0]]:g} "
                f"and at most {upper[crossed[0]]:g}; mend them in Solver's dialog."
            )
        return lower, upper


def _refuse_texts(workbook: Workbook, comparison: _Comparison, limit: float | None) -> None:
    """Refuse a comparison with what is no number, and never will be one."""
    what = None if limit is None or np.isfinite(limit) else "a text or an error"
    if isinstance(comparison.right, tuple):
        sheet, row, column = comparison.right
        value = workbook.sheets[sheet].values.get((row, column))
        is_formula = (row, column) in workbook.sheets[sheet].formulas
        if isinstance(value, str | ExcelError) and not is_formula:
            what = str(value)
    if what is not None:
        raise InputError(f"The constraint {comparison.constraint} compares with {what}, which is no number; mend it.")


def _compile(compiler: Compiler, outputs: Sequence[Output]) -> Program:
    try:
        return compiler.compile(outputs)
    except FormulaError as error:
        mend = "write it with other functions" if isinstance(error, UnsupportedFormulaError) else "mend that formula"
        raise type(error)(f"{error.reason}; {mend} and try again.", error.cell, error.formula) from error


def _compile_objective(compiler: Compiler, model: SolverModel, objective: Cell) -> Program:
    program = _compile(compiler, [objective])
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
    return program


def _require_numbers(workbook: Workbook, labels: CellLabels, cells: Sequence[Cell]) -> None:
    for sheet, row, column in cells:
        value = workbook.sheets[sheet].values.get((row, column))
        if value is not None and not isinstance(value, float):
            kind = f"the text {value!r}" if isinstance(value, str) else str(value).upper()
            named = labels.named((sheet, row, column), f"{quote_sheet(sheet)}!{address(row, column)}")
            raise InputError(
                f"The variable cell {named} holds {kind}; "
                "put a number there, or leave the cell out of the variable cells."
            )
