"""The sheet `Sensitivity Report` of a linear model, laid out as Excel's Solver does."""

from __future__ import annotations

import numpy as np
from xlsxwriter.workbook import Workbook

from xlcf.arrays import Floats
from xlcf.report.cells import MAX_ROWS
from xlcf.report.fit_report import FitReport
from xlcf.report.fit_sheets import fit_sheet
from xlcf.report.page import Page
from xlcf.report.table import Column, numbers, write_table

_WIDTHS = (16.0, 34.0, 14.0, 16.0, 23.0, 21.0, 21.0)
_NO_END = 1e30  # as Excel writes it
_NUMBER = "General"


def _is_linear(report: FitReport) -> bool:
    if not report.as_solver:
        return False
    result = report.result
    kind = result.problem.problem_class
    return result.status == "converged" and kind.is_linear and not kind.has_integers and result.sensitivity is not None


@fit_sheet("Sensitivity Report", "reduced costs, shadow prices, and how far they hold", when=_is_linear)
def write_sensitivity_report(book: Workbook, name: str, report: FitReport) -> None:
    """Add the sheet."""
    page = Page(book, name, "Sensitivity Report", f"{report.workbook}, sheet {report.sheet}")
    page.columns(_WIDTHS)
    result, problem = report.result, report.result.problem
    sensitivity, ranges = result.sensitivity, result.ranges
    if sensitivity is None:
        raise ValueError("there are no shadow prices")
    count = min(len(report.variables), MAX_ROWS // 2)
    variables = report.variables[:count]
    cells = [
        Column("Cell", _WIDTHS[0], [cell.cell for cell in variables], "id"),
        Column("Name", _WIDTHS[1], [cell.label for cell in variables], "text"),
        _numbers("Final Value", 2, result.x[:count]),
        _numbers("Reduced Cost", 3, sensitivity.reduced_gradients[:count]),
        _numbers("Objective Coefficient", 4, problem.objective.program.value_and_gradient(problem.start)[1][:count]),
    ]
    if ranges is not None:
        cells += [
            _numbers("Allowable Increase", 5, ranges.coefficient_increase[:count]),
            _numbers("Allowable Decrease", 6, ranges.coefficient_decrease[:count]),
        ]
    page.row = write_table(page, cells, page.row, caption="Variable Cells") + 1
    stated = [
        (each, row.row) for each, row in zip(result.constraints, problem.stated, strict=True) if row.row is not None
    ]
    rows = np.array([row for _, row in stated], dtype=np.int64)
    if len(rows):
        constraints = [
            Column("Cell", _WIDTHS[0], [each.cell for each, _ in stated], "id"),
            Column("Name", _WIDTHS[1], [each.label for each, _ in stated], "text"),
            _numbers("Final Value", 2, np.array([each.value for each, _ in stated])),
            _numbers("Shadow Price", 3, sensitivity.multipliers[rows]),
            _numbers("Constraint R.H. Side", 4, np.array([each.limit for each, _ in stated], dtype=np.float64)),
        ]
        if ranges is not None:
            constraints += [
                _numbers("Allowable Increase", 5, ranges.right_increase[rows]),
                _numbers("Allowable Decrease", 6, ranges.right_decrease[rows]),
            ]
        page.row = write_table(page, constraints, page.row, caption="Constraints") + 1
    page.note(
        "Bounds of single variable cells show in the reduced costs. 1E+30 stands for no end."
        if ranges is not None
        else "The optimum is degenerate (more limits meet in it than there are variables), or no corner: how far "
        "coefficients and right sides may change is then not one number for each, and is left out. There may be other "
        "shadow prices that fit as well."
    )


def _numbers(name: str, place: int, values: Floats) -> Column:
    return numbers(name, _WIDTHS[place], np.clip(values, -_NO_END, _NO_END), _NUMBER, role="number")
