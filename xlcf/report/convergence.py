"""The sheet `Convergence`: the objective at each iteration, and the chart of it."""

from __future__ import annotations

from math import floor, isfinite, log10

import numpy as np
from xlsxwriter.chart import Chart
from xlsxwriter.workbook import Workbook

from xlcf.arrays import Floats, Integers
from xlcf.report.fit_report import FitReport
from xlcf.report.line_chart import Axis, Points, add_line, line_chart
from xlcf.report.page import CURVE_ROWS, LEFT, Page
from xlcf.report.sheet_names import SheetNames
from xlcf.report.style import ACCENT, error_format
from xlcf.report.table import numbers, write_table
from xlcf.solver.solution import History

MOST_POINTS = 1000

_HEADER_ROW = 3
_SMALL = 1e-3
_DOTS_UP_TO = 60  # points
_LOG_FROM = 20.0  # a fall by this factor or more is clearer on a log scale


def thin(history: History, most: int = MOST_POINTS) -> Integers:
    """Choose at most `most` evenly spread entries of a history, the first and the last among them."""
    if len(history) <= most:
        return np.arange(len(history))
    return np.unique(np.linspace(0, len(history) - 1, most).round().astype(np.int64))


def write_convergence(book: Workbook, names: SheetNames, report: FitReport) -> None:
    """Add the sheet with iteration, objective, evaluations and seconds."""
    history = report.result.history
    rows = thin(history)
    note = "The objective after each iteration; iteration 0 is the start."
    if len(rows) < len(history):
        note += f" {len(rows):,} of {len(history):,} iterations are listed, the first and the last among them."
    page = Page(book, names.convergence, "Convergence", note, landscape=False)
    objective = _objective_format(history.objective)
    columns = [
        numbers("Iteration", 14, history.iteration[rows].tolist(), "#,##0", role="number"),
        numbers("Objective", 20, history.objective[rows].tolist(), objective, role="number"),
        numbers("Evaluations", 16, history.evaluations[rows].tolist(), "#,##0", role="number"),
        numbers("Seconds", 14, history.seconds[rows].tolist(), "0.000", role="number"),
    ]
    below = write_table(page, columns, _HEADER_ROW)
    page.sheet.freeze_panes(_HEADER_ROW + 1, 0)
    page.print_table((_HEADER_ROW, _HEADER_ROW), below - 1, page.last, CURVE_ROWS)


def _objective_format(objective: Floats) -> str:
    size = np.abs(objective[np.isfinite(objective) & (objective != 0)])
    return error_format(float(size.min()) if size.size else 0.0)


def convergence_chart(book: Workbook, names: SheetNames, report: FitReport) -> Chart | None:
    """Make the chart of objective by iteration; None where fewer than two points can be drawn."""
    history = report.result.history
    shown = history.objective[thin(history)]
    finite = shown[np.isfinite(shown)]
    if finite.size < 2:
        return None
    log = bool(finite.min() > 0) and float(finite.max() / finite.min()) >= _LOG_FROM
    iterations = Axis("Iteration", 0, _axis_end(int(history.iteration[-1])), number="#,##0")
    title = f"{report.objective_cell} at each iteration"
    chart = line_chart(book, title, iterations, _objective_axis(finite, log), legend=False)
    points = Points(names.convergence, _HEADER_ROW + 1, _HEADER_ROW + len(shown), LEFT, LEFT + 1)
    add_line(chart, "Objective", points, ACCENT, dots=len(shown) <= _DOTS_UP_TO)
    return chart


def _objective_axis(finite: Floats, log: bool) -> Axis:
    lowest = float(finite.min())
    if log:
        number = "0E+0" if lowest < _SMALL else "General"
        return Axis("Objective", 10.0 ** floor(log10(lowest)), log=True, number=number)
    # 0 belongs on the axis where the objective comes near it; else the fall, or rise, would be a flat line
    from_0 = 0 <= lowest <= float(finite.max()) / 2
    return Axis("Objective", 0 if from_0 else None)


def _axis_end(last: int) -> int | None:
    """Give the right end of the iteration axis: tight where the spreadsheet's own choice would leave a gap."""
    return last if last > 0 and isfinite(last) else None
