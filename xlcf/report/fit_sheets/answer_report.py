"""The sheet `Answer Report`, laid out as Excel's Solver does: objective, variable cells, constraints with slack."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.workbook import Workbook

from xlcf.report.cells import MAX_ROWS
from xlcf.report.fit_report import FitReport
from xlcf.report.fit_sheets import fit_sheet
from xlcf.report.page import Page
from xlcf.report.table import Column, numbers, write_table
from xlcf.solver.constraint_values import ConstraintValue

_GOALS = {"max": "Max", "min": "Min"}
_KINDS = {"continuous": "Contin", "integer": "Integer", "binary": "Binary"}
_STATUS = {"binding": "Binding", "not binding": "Not Binding", "violated": "Violated", "ignored": "Ignored"}
_WIDTHS = (18.0, 34.0, 16.0, 24.0, 14.0, 14.0)
_NUMBER = "General"


@fit_sheet(
    "Answer Report", "objective, variable cells and constraints, as Solver lists them", when=lambda r: r.as_solver
)
def write_answer_report(book: Workbook, name: str, report: FitReport) -> None:
    """Add the sheet."""
    page = Page(book, name, "Answer Report", f"{report.workbook}, sheet {report.sheet}")
    page.columns(_WIDTHS)
    page.facts("Result", [("Solver", report.solver_message or ""), ("What was checked", report.result.message)])
    result, problem = report.result, report.result.problem
    goal = _GOALS.get(report.goal, f"Value Of {report.target:.15g}" if report.target is not None else "Value Of")
    objective = [
        Column("Cell", _WIDTHS[0], [report.objective_cell], "id"),
        Column("Name", _WIDTHS[1], [report.objective_label], "text"),
        numbers("Original Value", _WIDTHS[2], [result.objective_start], _NUMBER, role="number"),
        numbers("Final Value", _WIDTHS[3], [result.objective_end], _NUMBER, role="number"),
    ]
    page.row = write_table(page, objective, page.row, caption=f"Objective Cell ({goal})") + 1
    variables = report.variables[: MAX_ROWS // 2]
    cells = [
        Column("Cell", _WIDTHS[0], [cell.cell for cell in variables], "id"),
        Column("Name", _WIDTHS[1], [cell.label for cell in variables], "text"),
        numbers("Original Value", _WIDTHS[2], [cell.before for cell in variables], _NUMBER, role="number"),
        numbers("Final Value", _WIDTHS[3], [cell.after for cell in variables], _NUMBER, role="number"),
        Column("Integer", _WIDTHS[4], _kinds(report, len(variables)), "text"),
    ]
    page.row = write_table(page, cells, page.row, caption="Variable Cells") + 1
    _constraints(page, [each for each in result.constraints if each.limit is not None])
    if problem.options.ignore_integers:
        page.note("Whole numbers were not asked for, as Ignore Integer Constraints in Solver's options says.")


def _kinds(report: FitReport, count: int) -> list[str]:
    variables = report.result.problem.variables
    grouped = {at for group in variables.all_different for at in group}
    return ["AllDiff" if at in grouped else _KINDS[kind] for at, kind in enumerate(variables.kinds[:count])]


def _constraints(page: Page, constraints: Sequence[ConstraintValue]) -> None:
    if not constraints:
        page.paragraph("Constraints: none.")
        return
    shown = constraints[: MAX_ROWS // 3]
    columns = [
        Column("Cell", _WIDTHS[0], [each.cell for each in shown], "id"),
        Column("Name", _WIDTHS[1], [each.label for each in shown], "text"),
        numbers("Cell Value", _WIDTHS[2], [each.value for each in shown], _NUMBER, role="number"),
        Column("Formula", _WIDTHS[3], [each.text for each in shown], "text"),
        Column("Status", _WIDTHS[4], [_STATUS[each.status] for each in shown], "text"),
        numbers("Slack", _WIDTHS[5], [each.slack for each in shown], _NUMBER, role="number"),
    ]
    page.row = write_table(page, columns, page.row, caption="Constraints") + 1
