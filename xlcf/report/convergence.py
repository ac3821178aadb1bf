"""The sheet `Convergence`: the objective at each iteration, and the chart of it."""

from __future__ import annotations

from math import isfinite

import numpy as np
from numpy.typing import NDArray
from xlsxwriter.chart import Chart
from xlsxwriter.workbook import Workbook

from xlcf.fitting.result import History
from xlcf.report.cells import write_number, write_text
from xlcf.report.fit_report import FitReport
from xlcf.report.sheet_names import SheetNames
from xlcf.report.style import ACCENT, FONT, HAIRLINE, INK, MUTED, Style, decimals_format, set_up_page, write_heading

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MOST_POINTS = 1000

_LEFT = 1
_HEADER_ROW = 3
_SMALL = 1e-3
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
    style = Style(book)
    sheet = book.add_worksheet(names.convergence)
    set_up_page(sheet, landscape=False)
    note = "The objective after each iteration; iteration 0 is the start."
    if len(rows) < len(history):
        note += f" {len(rows):,} of {len(history):,} iterations are listed, the first and the last among them."
    write_heading(sheet, style, "Convergence", note)
    columns = (
        ("Iteration", 14, "#,##0", history.iteration),
        ("Objective", 20, _objective_format(history.objective), history.objective),
        ("Evaluations", 16, "#,##0", history.evaluations),
        ("Seconds", 14, "0.000", history.seconds),
    )
    for column, (name, width, number, values) in enumerate(columns, _LEFT):
        sheet.set_column(column, column, width)
        write_text(sheet, _HEADER_ROW, column, name, style("header"))
        for row, value in enumerate(values[rows].tolist(), _HEADER_ROW + 1):
            write_number(sheet, row, column, value, style("number", num_format=number))
    sheet.freeze_panes(_HEADER_ROW + 1, 0)
    sheet.repeat_rows(_HEADER_ROW)


def _objective_format(objective: Floats) -> str:
    size = np.abs(objective[np.isfinite(objective) & (objective != 0)])
    return decimals_format(float(size.min()) if size.size else 0.0, 7)


def convergence_chart(book: Workbook, names: SheetNames, report: FitReport) -> Chart | None:
    """Make the chart of objective by iteration; None where fewer than two points can be drawn."""
    history = report.result.history
    shown = history.objective[thin(history)]
    finite = shown[np.isfinite(shown)]
    if finite.size < 2:
        return None
    first, last = _HEADER_ROW + 1, _HEADER_ROW + len(shown)
    few = len(shown) <= 60
    chart = book.add_chart({"type": "scatter", "subtype": "straight_with_markers" if few else "straight"})
    series: dict[str, object] = {
        "name": "Objective",
        "categories": [names.convergence, first, _LEFT, last, _LEFT],
        "values": [names.convergence, first, _LEFT + 1, last, _LEFT + 1],
        "line": {"color": ACCENT, "width": 2},
    }
    if few:
        marker = {"type": "circle", "size": 5, "fill": {"color": ACCENT}, "border": {"color": "white"}}
        series["marker"] = marker
    chart.add_series(series)
    text = {"name": FONT, "size": 9, "color": MUTED}
    log = bool(finite.min() > 0) and float(finite.max() / finite.min()) >= _LOG_FROM
    title = f"{report.objective_cell} at each iteration" + (", log scale" if log else "")
    chart.set_title(
        {"name": title, "name_font": {"name": FONT, "size": 12, "color": INK, "bold": True}, "overlay": False}
    )
    chart.set_legend({"none": True})
    chart.set_x_axis(
        {
            "name": "Iteration",
            "name_font": {**text, "bold": False},
            "num_font": text,
            "num_format": "#,##0",
            "min": 0,
            "max": _axis_end(int(history.iteration[-1])),
            "line": {"color": HAIRLINE},
            "major_gridlines": {"visible": False},
            "crossing": "min",
        }
    )
    y_axis: dict[str, object] = {
        "num_font": text,
        "num_format": "0E+0" if log and finite.min() < _SMALL else "General",
        "line": {"none": True},
        "major_gridlines": {"visible": True, "line": {"color": HAIRLINE, "width": 0.75}},
        "crossing": "min",
    }
    if log:
        y_axis["log_base"] = 10
        y_axis["min"] = 10.0 ** np.floor(np.log10(finite.min()))
    elif finite.min() >= 0:
        y_axis["min"] = 0
    chart.set_y_axis(y_axis)
    chart.set_chartarea({"border": {"color": HAIRLINE}})
    return chart


def _axis_end(last: int) -> int | None:
    """Give the right end of the iteration axis: tight where the spreadsheet's own choice would leave a gap."""
    return last if last > 0 and isfinite(last) else None
