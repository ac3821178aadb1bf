"""The columns of the table of methods."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from xlcf.comparing.comparison import Comparison, Entry
from xlcf.report.style import NEW_ERROR, error_format

Cell = float | str | None

STATUSES = {
    "converged": "converged",
    "stopped": "stopping rule",
    "limit": "out of steps",
    "no_minimum": "no minimum",
    "failed": "not fitted",
    "infeasible": "infeasible",
    "known": "known",
}
"""How a fit ended, in words."""


@dataclass(frozen=True)
class MethodColumn:
    """One column: its header, its width in characters, what it shows of a row, and the number format."""

    name: str
    width: float
    value: Callable[[Entry], Cell]
    number: str = "General"


def columns(comparison: Comparison) -> list[MethodColumn]:
    """Give the columns that apply, without those for the method's name, the objective and the distance."""
    chosen = [
        MethodColumn("Iterations", 11, _cost("iterations"), "#,##0"),
        MethodColumn("Evaluations", 12, _cost("evaluations"), "#,##0"),
        MethodColumn("of which with gradient", 12, _cost("gradients"), "#,##0"),
        MethodColumn("Seconds", 10, _cost("seconds"), "0.00"),
    ]
    rates = [result.learning_rates for result in comparison.results if result.learning_rates is not None]
    if rates:
        chosen.append(MethodColumn("Learning rate", 10, _learning_rate, "0.0##"))
    if any(len(rate.tried) for rate in rates):
        chosen.append(MethodColumn("Evaluations to find it", 12, _search, "#,##0"))
    if comparison.factorization is not None and comparison.factorization.objective_text != "rmse":
        chosen.append(MethodColumn("RMSE of ratings", 11, comparison.rmse, error_format(1.0)))
    if comparison.hold_out is not None:
        chosen.append(MethodColumn("RMSE of hidden ratings", 12, lambda entry: entry.hold_out_rmse, NEW_ERROR))
    if comparison.options.starts:
        number = objective_format(comparison)
        chosen.append(MethodColumn("Median of random starts", 14, _median, number))
        chosen.append(
            MethodColumn("Random starts that reach the best", 14, lambda entry: _share(comparison, entry), "0%"),
        )
    return [*chosen, MethodColumn("How it ended", 17, lambda entry: STATUSES.get(entry.status, entry.status))]


def objective_format(comparison: Comparison) -> str:
    """Give the number format of objectives, the best one's."""
    return error_format(comparison.best or comparison.objective_start)


def _cost(name: str) -> Callable[[Entry], Cell]:
    return lambda entry: None if entry.result is None else float(getattr(entry.result, name))


def _learning_rate(entry: Entry) -> Cell:
    return None if entry.result is None or entry.result.learning_rates is None else entry.result.learning_rates.chosen


def _search(entry: Entry) -> Cell:
    rates = None if entry.result is None else entry.result.learning_rates
    return rates.evaluations if rates is not None and len(rates.tried) else None


def _median(entry: Entry) -> Cell:
    median = np.nan if entry.starts is None else entry.starts.quantile(0.5)
    return median if np.isfinite(median) else None


def _share(comparison: Comparison, entry: Entry) -> Cell:
    return None if entry.starts is None else comparison.share_best(entry.starts)
