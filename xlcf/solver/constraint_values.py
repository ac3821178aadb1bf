"""What a Solver model's constraints come to at a point, cell by cell, as the reports of Excel's Solver list them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray

from xlcf.ooxml.references import Area, address_seen_from
from xlcf.plain_numbers import plain
from xlcf.solver.cell_labels import CellLabels
from xlcf.solver.constraints import bound_limits, comparison_text, tolerance, violation
from xlcf.solver.model import Constraint
from xlcf.solver.problem import Problem

Floats = NDArray[np.float64]
Cell = tuple[str, int, int]


@dataclass(frozen=True)
class ConstraintValue:
    """One comparison of a constraint at a point.

    Attributes:
        text: the comparison: `C7 <= 600`.
        cell: the address of its left side.
        label: what a person calls that cell; None where nothing beside it says.
        value: the left side.
        relation: `<=`, `=`, `>=`, or what is asked of whole numbers (`integer`, `binary`, `all different`).
        limit: the right side; None where there is none.
        slack: how far the value is from the limit, below 0 where it is on the wrong side; for `=` minus the difference.
        status: `binding` (at the limit), `not binding`, `violated`, or `ignored` (integers, as Solver was told).
        violation: by how much it is violated, 0 where it holds (rounding may remain), infinity for an error.
        excess: the violation in units of what is tolerated; above 1 it counts as violated.

    """

    text: str
    cell: str
    label: str | None
    value: float
    relation: str
    limit: float | None
    slack: float | None
    status: str
    violation: float = 0.0
    excess: float = 0.0


def constraint_values(problem: Problem, x: Floats) -> list[ConstraintValue]:
    """Work out every comparison of the model's constraints at x, shape (variables,), in Solver's order."""
    workbook, model = problem.workbook, problem.model
    labels = CellLabels(workbook)
    number = {cell: at for at, cell in enumerate(problem.cells)}
    rows: list[tuple[str, Cell, str, float, float]] = []
    whole: dict[int, list[ConstraintValue]] = {}  # by the place among the rows that they come before
    sides = None if problem.constraints is None else problem.constraints.sides(x)
    functions = count()
    for constraint in model.constraints:
        if constraint.right is None:
            values = [_ignored(problem, labels, constraint, cell, x, number) for cell in constraint.left.cells()]
            whole.setdefault(len(rows), []).extend(values)
            continue
        limits = bound_limits(workbook, constraint, number)
        others = list(constraint.right.cells()) if isinstance(constraint.right, Area) else []
        for at, cell in enumerate(constraint.left.cells()):
            text = comparison_text(model.sheet, cell, constraint, others[at % len(others)] if others else None)
            if limits is not None:
                left, right = float(x[number[cell]]), limits[at]
            else:
                assert sides is not None
                place = next(functions)
                left, right = float(sides[0][place]), float(sides[1][place])
            rows.append((text, cell, constraint.relation, left, right))
    left_sides, right_sides = np.array([row[3] for row in rows]), np.array([row[4] for row in rows])
    violated = violation(np.array([row[2] for row in rows]), left_sides, right_sides)
    tolerated = tolerance(model.options.precision, left_sides, right_sides)
    found: list[ConstraintValue] = []
    for at, (text, cell, relation, left, right) in enumerate(rows):
        found += whole.get(at, [])
        slack = right - left if relation == "<=" else left - right if relation == ">=" else -abs(left - right)
        excess = float(violated[at] / tolerated[at])
        found.append(
            ConstraintValue(
                text=text,
                cell=address_seen_from(model.sheet, cell),
                label=labels(cell),
                value=left,
                relation=relation,
                limit=right,
                slack=slack + 0.0,  # no minus before a zero
                status="violated" if excess > 1 else "binding" if abs(slack) <= tolerated[at] else "not binding",
                violation=float(violated[at]),
                excess=excess,
            )
        )
    return found + whole.get(len(rows), [])


def _ignored(
    problem: Problem, labels: CellLabels, constraint: Constraint, cell: Cell, x: Floats, number: dict[Cell, int]
) -> ConstraintValue:
    address = address_seen_from(problem.model.sheet, cell)
    value = float(x[number[cell]]) if cell in number else float("nan")
    text = f"{address} {constraint.relation}"
    return ConstraintValue(text, address, labels(cell), value, constraint.relation, None, None, "ignored")


def worst_violation(problem: Problem, x: Floats) -> ConstraintValue | None:
    """Give the comparison that x violates most, in units of what is tolerated; None where all constraints hold."""
    worst = max(constraint_values(problem, x), key=lambda found: found.excess, default=None)
    return worst if worst is not None and worst.status == "violated" else None


def violation_text(found: ConstraintValue) -> str:
    """Say by how much a comparison is violated: `C7 <= 600 (Total, Spend): C7 is 625, which is 25 too much`."""
    called = found.text if found.label is None else f"{found.text} ({found.label})"
    if not np.isfinite(found.violation):
        return f"{called}: one of its sides is an error"
    assert found.limit is not None
    way = {"<=": "too much", ">=": "too little"}.get(found.relation, "off")
    against = "" if found.text.endswith(f" {found.limit:.15g}") else f" against {plain(found.limit, 6)}"
    return f"{called}: {found.cell} is {plain(found.value, 6)}{against}, {plain(found.violation, 6)} {way}"


def infeasible_message(problem: Problem, x: Floats) -> str:
    """Say that x violates the model's constraints, which of them most, and what to do."""
    worst = worst_violation(problem, x)
    most = "" if worst is None else f" The worst is {violation_text(worst)}."
    return (
        f"No point was found that meets all constraints of the model.{most} Check in Solver's dialog that they can "
        "hold together, or try other starts."
    )
