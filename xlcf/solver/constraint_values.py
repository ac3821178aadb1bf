"""What a problem's constraints come to at a point, cell by cell, as the reports of Excel's Solver list them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlcf.arrays import Floats
from xlcf.plain_numbers import plain
from xlcf.solver.constraints import StatedConstraint, tolerance, violation
from xlcf.solver.optimality import Sensitivity
from xlcf.solver.problem import Problem


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
        status: `binding` (at the limit, or a whole number where one is asked for), `not binding`, `violated`, or
            `ignored` (whole numbers, where Solver was told to ignore them).
        violation: by how much it is violated, 0 where it holds (rounding may remain), infinity for an error.
        excess: the violation in units of what is tolerated; above 1 it counts as violated.
        multiplier: by how much the objective changes for each unit that is added to the limit; see `Sensitivity`. None
            where there is none.

    """

    text: str
    cell: str
    label: str | None
    value: float
    relation: str
    limit: float | None
    slack: float | None
    status: str
    violation: float
    excess: float
    multiplier: float | None = None


def constraint_values(problem: Problem, x: Floats, sensitivity: Sensitivity | None = None) -> list[ConstraintValue]:
    """Work out all that the model states at x, shape (variables,), in Solver's order.

    Args:
        problem: the problem.
        x: the point.
        sensitivity: at x, for the multipliers.

    """
    left, right = problem.constraints.sides(x)
    away = problem.variables.distance_to_whole(x)
    return [_value(problem, stated, x, (left, right, away), sensitivity) for stated in problem.stated]


def _value(
    problem: Problem,
    stated: StatedConstraint,
    x: Floats,
    found: tuple[Floats, Floats, Floats],
    sensitivity: Sensitivity | None,
) -> ConstraintValue:
    left, right, away = found
    at, row = stated.variable, stated.row
    value = float("nan") if row is None and at is None else float(left[row] if at is None else x[at])
    limit = stated.limit if row is None else float(right[row])
    slack, status, by, excess, multiplier = None, "ignored", 0.0, 0.0, None
    if limit is not None:
        by, excess = _violation(problem, stated.relation, value, limit)
        tolerated = tolerance(problem.options.precision, np.array(value), np.array(limit))
        gap = limit - value
        slack = gap if stated.relation == "<=" else -gap if stated.relation == ">=" else -abs(gap)
        slack += 0.0  # no minus before a zero
        status = "violated" if excess > 1 else "binding" if abs(slack) <= tolerated else "not binding"
        if sensitivity is not None and row is not None:
            multiplier = float(sensitivity.multipliers[row])
        elif sensitivity is not None and at is not None:
            multiplier = float(sensitivity.reduced_gradients[at]) if status == "binding" else 0.0
    elif at is not None and not problem.options.ignore_integers:
        by, excess = _violation(problem, "<=", float(away[at]), 0.0)
        status = "violated" if excess > 1 else "binding"
    return ConstraintValue(
        text=stated.text,
        cell=stated.address,
        label=stated.label,
        value=value,
        relation=stated.relation,
        limit=limit,
        slack=slack,
        status=status,
        violation=by,
        excess=excess,
        multiplier=multiplier,
    )


def _violation(problem: Problem, relation: str, value: float, limit: float) -> tuple[float, float]:
    """Tell by how much a comparison is violated, and that in units of what is tolerated."""
    sides = np.array([value]), np.array([limit])
    by = float(violation(np.array([relation]), *sides)[0])
    return by, by / float(tolerance(problem.options.precision, *sides)[0])


def worst_violation(problem: Problem, x: Floats) -> ConstraintValue | None:
    """Give the comparison that x violates most, in units of what is tolerated; None where all constraints hold."""
    worst = max(constraint_values(problem, x), key=lambda found: found.excess, default=None)
    return worst if worst is not None and worst.status == "violated" else None


def violation_text(found: ConstraintValue) -> str:
    """Say by how much a comparison is violated: `C7 <= 600 (Total, Spend): C7 is 625, which is 25 too much`."""
    called = found.text if found.label is None else f"{found.text} ({found.label})"
    if not np.isfinite(found.violation):
        return f"{called}: one of its sides is an error"
    if found.limit is None:
        return f"{called}: {found.cell} is {plain(found.value, 6)}"
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
