"""What the report sheets are made from: everything known about one fit, gathered by the bridge."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from xlcf.models.rating_model import RatingModel
from xlcf.ratings.ratings import Ratings
from xlcf.report.model_view import ModelView
from xlcf.solver.constraint_values import ConstraintValue
from xlcf.solver.solution import Solution
from xlcf.solver.variable_values import VariableValue

_FEW_RATINGS = 3  # ratings a variable cell


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
            squared errors), `sse`, `mse`, with ` + weight decay` where it adds that; None where no ratings were
            recognised.
        variable_areas: the variable cells as text, e.g. `H19:V23, B25:F39`.
        variables: the variable cells with their numbers before and after, in the order of `result.x`.
        cached_objective: the value that Excel had stored in the objective cell, or None.
        result: the fit.
        start: the model of ratings at the kept start, or None.
        fitted: the fitted model of ratings, with these; None for a Solver model without ratings.
        created: time of writing, as `YYYY-MM-DD HH:MM`.
        version: xlcf's version.
        warnings: sentences that the reader must see.
        objective_label: what a person calls the objective cell; None where nothing beside it says.
        target: the value to reach; None for other goals.
        constraints: the model's constraints at the end, in Solver's order.
        as_solver: whether to add the reports that Excel's Solver writes.
        solver_message: how the search ended, in Solver's words, for these.

    """

    workbook: str
    sheet: str
    objective_cell: str
    objective_formula: str
    goal: str
    objective_kind: str | None
    variable_areas: str
    variables: tuple[VariableValue, ...]
    cached_objective: float | None
    result: Solution
    start: RatingModel | None
    fitted: RatingModel | None
    created: str
    version: str
    warnings: tuple[str, ...] = ()
    objective_label: str | None = None
    target: float | None = None
    constraints: tuple[ConstraintValue, ...] = ()
    as_solver: bool = False
    solver_message: str | None = None

    @property
    def of_ratings(self) -> bool:
        """Whether a model of ratings was recognised, so that the report shows its factors and predictions."""
        return self.fitted is not None

    @property
    def ratings(self) -> Ratings | None:
        """The ratings behind the model, or None."""
        return None if self.fitted is None else self.fitted.ratings

    @cached_property
    def view(self) -> ModelView:
        """The model of ratings as the sheets show it; ValueError where there is none."""
        if self.fitted is None:
            raise ValueError("this report has no model of ratings")
        return ModelView(self.fitted)

    @property
    def objective_name(self) -> str:
        """The objective cell as sentences name it: `D7 (Total, Return)`."""
        return (
            self.objective_cell if self.objective_label is None else f"{self.objective_cell} ({self.objective_label})"
        )

    @property
    def has_few_ratings(self) -> bool:
        """Whether there are so few ratings for so many variable cells that the model can follow nearly every one."""
        return self.ratings is not None and 0 < len(self.ratings) < _FEW_RATINGS * len(self.result.x)
