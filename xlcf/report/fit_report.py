"""What the report sheets are made from: everything known about one fit, gathered by the bridge."""

from __future__ import annotations

from dataclasses import dataclass

from xlcf.fitting.result import FitResult
from xlcf.models.factors import Factors
from xlcf.ratings.ratings import Ratings


@dataclass(frozen=True)
class FitReport:
    """One fit of one Solver model, ready to be written as sheets.

    Attributes:
        workbook: file name of the workbook that was read, without its folder.
        sheet: name of the sheet that holds the Solver model.
        objective_cell: its address, e.g. `V41`.
        objective_formula: its formula as text, with the leading `=`.
        goal: `min`, `max` or `value`.
        objective_kind: what the objective is in terms of the ratings: `rmse`, `root_sse` (root of the sum of
            squared errors), `sse`, `mse`; None where no ratings were recognised.
        variable_areas: the variable cells as text, e.g. `H19:V23, B25:F39`.
        variable_cells: one address a variable (with its sheet where that is another), in the order of
            `result.x`.
        cached_objective: the value that Excel had stored in the objective cell, or None.
        result: the fit.
        ratings: the ratings behind the model, or None for a Solver model without ratings.
        start: factors at the kept start, or None.
        fitted: fitted factors, or None.
        created: time of writing, as `YYYY-MM-DD HH:MM`.
        version: xlcf's version.
        warnings: sentences that the reader must see.

    """

    workbook: str
    sheet: str
    objective_cell: str
    objective_formula: str
    goal: str
    objective_kind: str | None
    variable_areas: str
    variable_cells: list[str]
    cached_objective: float | None
    result: FitResult
    ratings: Ratings | None
    start: Factors | None
    fitted: Factors | None
    created: str
    version: str
    warnings: tuple[str, ...] = ()
