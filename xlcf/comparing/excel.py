"""What Excel's own Solver reached: a value that a person read off, or a second workbook with the solution in it."""

from __future__ import annotations

from math import isfinite

import numpy as np

from xlcf.comparing.comparison import EXCEL, Entry
from xlcf.errors import InputError
from xlcf.ooxml.references import address, quote_sheet
from xlcf.ooxml.workbook import Workbook
from xlcf.solver.constraint_values import violation_text, worst_violation
from xlcf.solver.problem import Problem

_SAME = 1e-6  # relatively: the objective that the other workbook shows, and what its variables give here


def excel_value(value: float) -> Entry:
    """Make the row of an objective that Excel showed.

    Raises:
        InputError: where it is no number.

    """
    if not isfinite(value):
        raise InputError(f"Excel's value must be a finite number, not {value}; copy it from the objective cell.")
    return Entry(EXCEL, "known", "The value of the objective cell in Excel, as it was given.", objective_end=value)


def excel_solution(problem: Problem, solved: Workbook) -> Entry:
    """Make the row of the solution in another copy of the problem's workbook: the objective at its variable cells.

    Raises:
        InputError: where the other workbook lacks the variable cells, or they give no objective.

    """
    x = np.array([_number(solved, *cell) for cell in problem.variables.cells])
    objective = problem.objective(x)
    if not isfinite(objective):
        raise InputError(
            f"With the variable cells of {solved.source.name} the objective {problem.objective.address} is an "
            "error; check that both workbooks hold the same model."
        )
    by, tolerated = problem.violations(x)
    if not (by <= tolerated).all():
        worst = worst_violation(problem, x)
        most = "a bound of a variable cell" if worst is None else violation_text(worst)
        return Entry(
            EXCEL,
            "infeasible",
            f"The variable cells of {solved.source.name} violate the model's constraints, so they do not count; "
            f"the worst is {most}.",
        )
    message = f"The objective at the variable cells of {solved.source.name}."
    shown = _shown(problem, solved)
    if shown is not None and abs(shown - objective) > _SAME * max(abs(shown), abs(objective)):
        message += f" The objective cell there shows {shown:.10g}: the two workbooks differ in data or formulas."
    return Entry(EXCEL, "known", message, objective_end=objective, x=x)


def _number(solved: Workbook, sheet: str, row: int, column: int) -> float:
    value = solved[sheet].values.get((row, column), 0.0)  # as in any formula, a blank is 0
    if not isinstance(value, float):
        raise InputError(
            f"The variable cell {quote_sheet(sheet)}!{address(row, column)} of {solved.source.name} holds no number; "
            "save that workbook after Solver has solved it."
        )
    return value


def _shown(problem: Problem, solved: Workbook) -> float | None:
    sheet, row, column = problem.objective.cell
    value = solved[sheet].values.get((row, column))
    return value if isinstance(value, float) else None
