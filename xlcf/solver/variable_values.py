"""A problem's variable cells before and after, as the reports of Excel's Solver list them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlcf.arrays import Floats
from xlcf.solver.constraints import tolerance
from xlcf.solver.optimality import Sensitivity
from xlcf.solver.problem import Problem


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
        reduced_gradient: see `Sensitivity`; None where there is none.

    """

    cell: str
    label: str | None
    before: float
    after: float
    lower: float | None = None
    upper: float | None = None
    at_bound: str | None = None
    reduced_gradient: float | None = None


def variable_values(
    problem: Problem, before: Floats, after: Floats, sensitivity: Sensitivity | None = None
) -> list[VariableValue]:
    """List the variable cells with their numbers before and after, each of shape (variables,), and their bounds."""
    variables, precision = problem.variables, problem.options.precision
    low = np.abs(after - variables.lower) <= tolerance(precision, after, variables.lower)
    high = np.abs(after - variables.upper) <= tolerance(precision, after, variables.upper)
    return [
        VariableValue(
            cell=cell,
            label=variables.labels[at],
            before=float(before[at]),
            after=float(after[at]),
            lower=float(variables.lower[at]) if np.isfinite(variables.lower[at]) else None,
            upper=float(variables.upper[at]) if np.isfinite(variables.upper[at]) else None,
            at_bound={(True, True): "both", (True, False): "lower", (False, True): "upper"}.get(
                (bool(low[at]), bool(high[at]))
            ),
            reduced_gradient=None if sensitivity is None else float(sensitivity.reduced_gradients[at]),
        )
        for at, cell in enumerate(variables.addresses)
    ]
