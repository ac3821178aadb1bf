"""A Solver model's variable cells before and after, as the reports of Excel's Solver list them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xlcf.solver.cell_labels import CellLabels
from xlcf.solver.constraints import tolerance
from xlcf.solver.problem import Problem

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class VariableValue:
    """One variable cell.

    Attributes:
        cell: its address, with its sheet where that is not the model's own.
        label: what a person calls it; None where nothing beside it says.
        before: its number at the start.
        after: its number at the end.
        lower: its lower bound; None where it has none.
        upper: its upper bound; None where it has none.
        at_bound: `lower`, `upper` or `both` where the end is at a bound; else None.

    """

    cell: str
    label: str | None
    before: float
    after: float
    lower: float | None = None
    upper: float | None = None
    at_bound: str | None = None


def variable_values(problem: Problem, before: Floats, after: Floats) -> list[VariableValue]:
    """List the variable cells with their numbers before and after, each of shape (variables,), and their bounds."""
    labels = CellLabels(problem.workbook)
    precision = problem.model.options.precision
    low = np.abs(after - problem.lower) <= tolerance(precision, after, problem.lower)
    high = np.abs(after - problem.upper) <= tolerance(precision, after, problem.upper)
    return [
        VariableValue(
            cell=address,
            label=labels(cell),
            before=float(before[at]),
            after=float(after[at]),
            lower=float(problem.lower[at]) if np.isfinite(problem.lower[at]) else None,
            upper=float(problem.upper[at]) if np.isfinite(problem.upper[at]) else None,
            at_bound={(True, True): "both", (True, False): "lower", (False, True): "upper"}.get(
                (bool(low[at]), bool(high[at]))
            ),
        )
        for at, (cell, address) in enumerate(zip(problem.cells, problem.variable_addresses(), strict=True))
    ]
