"""The sheet `Convergence`: each method's course, one row a step, and the charts of it."""

from __future__ import annotations

from math import ceil, floor, log10

import numpy as np
from xlsxwriter.chart import Chart
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from xlcf.arrays import Integers
from xlcf.comparing import curves as courses
from xlcf.comparing.comparison import EXCEL, Comparison
from xlcf.comparing.curves import Curve
from xlcf.report.cells import merge_text, write_number, write_text
from xlcf.report.compare_book.columns import objective_format
from xlcf.report.compare_book.report import CompareNames, shown
from xlcf.report.line_chart import Axis, Points, add_line, add_mark, line_chart, line_dash
from xlcf.report.method_colours import method_colour
from xlcf.report.page import CURVE_ROWS, LEFT, Page
from xlcf.report.style import Style

MOST_STEPS = 1000

_CHART_PIXELS, _CHART_GAP = (560, 420), 8
_COLUMN_PIXELS = 89
_HEADER_ROW = 23  # below the charts
_TOP = _HEADER_ROW + 2
_GROUPS = ("Objective", "Distance to the best known", "Evaluations so far", "Seconds so far")


class ConvergenceSheet:
    """The sheet: its charts can be made before it is written, for another sheet."""

    def __init__(self, book: Workbook, names: CompareNames, comparison: Comparison) -> None:
        self.book, self.names, self.comparison = book, names, comparison
        self.curves = courses.curves(comparison)
        self.least = courses.floor(comparison)
        self.steps = _steps(self.curves)

    def write(self) -> None:
        """Add the sheet."""
        page = Page(self.book, self.names.convergence, "Convergence", self._note())
        sheet, style = page.sheet, page.style
        sheet.repeat_columns(0, LEFT)
        page.columns([9, *[12] * (self._column(len(_GROUPS), 0) + 1 - LEFT)])
        write_text(sheet, _HEADER_ROW + 1, LEFT, "Step", style("header"))
        for group, title in enumerate(_GROUPS):
            first, last = self._column(group, 0), self._column(group, len(self.curves) - 1)
            if last > first:
                merge_text(sheet, _HEADER_ROW, first, last, title, style("header"))
            else:
                write_text(sheet, _HEADER_ROW, first, title, style("header"))
        for row, step in enumerate(self.steps.tolist(), _TOP):
            write_number(sheet, row, LEFT, step, style("number", num_format="#,##0"))
        for place, curve in enumerate(self.curves):
            self._write_curve(sheet, style, place, curve)
        self._write_excel(sheet, style)
        page.charts(self.charts(), _CHART_PIXELS, _CHART_GAP)
        self._print(page)

    def _print(self, page: Page) -> None:
        """Print charts and the groups of columns below them on one page, the other groups on another."""
        last_row = page.print_headings((_HEADER_ROW, _TOP - 1), _TOP - 1 + len(self.steps), CURVE_ROWS)
        charts = ceil(2 * (_CHART_PIXELS[0] + _CHART_GAP) / _COLUMN_PIXELS)
        ends = [self._column(group + 1, 0) - 1 for group in range(len(_GROUPS))]
        split, last = next((end for end in ends if end >= charts), charts), ends[-1]
        areas = [(0, 0, last_row, split)]
        if last > split:
            areas.append((_HEADER_ROW, split + 1, last_row, last))
        page.print_areas(areas)

    def charts(self) -> list[Chart]:
        """Make the charts: distance against evaluations, and against seconds; none where no distance can be drawn."""
        distances = np.concatenate([curve.distance for curve in self.curves])
        distances = distances[np.isfinite(distances)]
        if distances.size < 2 or not self.least:
            return []
        high = _decade(distances.max(), up=True)
        y = Axis("distance to the best known", self.least, high, log=True, number="0E+0")
        wanted = (
            ("What it takes: evaluations of the objective", "evaluations", 2, "#,##0"),
            ("What it takes: seconds", "seconds", 3, "General"),
        )
        charts = []
        for title, name, group, number in wanted:
            costs = np.concatenate([getattr(curve, name) for curve in self.curves])
            x = Axis(name, _decade(costs[costs > 0].min()), _decade(costs.max(), up=True), log=True, number=number)
            chart = line_chart(self.book, title, x, y, unlisted=[len(self.curves)] if self._solver() else [])
            self._draw(chart, group)
            charts.append(chart)
        return charts

    def _draw(self, chart: Chart, group: int) -> None:
        for place, curve in enumerate(self.curves):
            colour, heavy = method_colour(curve.method), curve.method == "solver"
            points = self._points(place, curve, group)
            add_line(chart, curve.method, points, colour, dash=line_dash(curve.method), width=2.75 if heavy else 2)
        for place in self._solver():
            point = self._points(place, self.curves[place], group).end()
            add_mark(chart, "Solver stops", point, method_colour("solver"), "Solver stops here", below=True)
        if self._excel_distance() is not None:
            column = self._column(len(_GROUPS), 0) + 1
            points = Points(self.names.convergence, _TOP, _TOP + 1, column + group - 2, column + 2)
            add_line(chart, shown(EXCEL), points, method_colour(EXCEL), dash=line_dash(EXCEL))

    def _solver(self) -> list[int]:
        """Find the curve whose end is Solver's stopping point: none or one."""
        return [
            place
            for place, curve in enumerate(self.curves)
            if curve.method == "solver" and np.isfinite(curve.distance[-1])
        ]

    def _note(self) -> str:
        most = max(int(curve.step[-1]) for curve in self.curves)
        note = "A row a step (an epoch of gradient descent); step 0 comes after any search for a learning rate. "
        if len(self.steps) <= most:
            note += f"{len(self.steps):,} of {most + 1:,} steps are listed. "
        return note + f"Distances under {self.least:.0e} are shown as that."

    def _column(self, group: int, place: int) -> int:
        return LEFT + 1 + group * len(self.curves) + place

    def _points(self, place: int, curve: Curve, group: int) -> Points:
        last = _TOP + int(np.searchsorted(self.steps, curve.step[-1]))
        return Points(self.names.convergence, _TOP, last, self._column(group, place), self._column(1, place))

    def _write_curve(self, sheet: Worksheet, style: Style, place: int, curve: Curve) -> None:
        columns = [self._column(group, place) for group in range(len(_GROUPS))]
        for column in columns:
            write_text(sheet, _HEADER_ROW + 1, column, curve.method, style("header"))
        objective = style("number", num_format=objective_format(self.comparison))
        away = style("number", num_format="0.0E+00")
        whole, seconds = style("number", num_format="#,##0"), style("number", num_format="0.000")
        for row, step in enumerate(self.steps[self.steps <= curve.step[-1]].tolist(), _TOP):
            write_number(sheet, row, columns[0], float(curve.objective[step]), objective)
            distance = float(curve.distance[step])
            write_number(sheet, row, columns[1], distance if np.isfinite(distance) else None, away)
            write_number(sheet, row, columns[2], int(curve.evaluations[step]), whole)
            write_number(sheet, row, columns[3], float(curve.seconds[step]), seconds)

    def _excel_distance(self) -> float | None:
        entry = next((entry for entry in self.comparison.entries if entry.method == EXCEL), None)
        distance = None if entry is None else self.comparison.distance(entry)
        return distance if distance is not None and distance > self.least else None

    def _write_excel(self, sheet: Worksheet, style: Style) -> None:
        """Write the ends of the line that marks Excel's result on the charts."""
        distance = self._excel_distance()
        if distance is None:
            return
        column = self._column(len(_GROUPS), 0) + 1
        merge_text(sheet, _HEADER_ROW, column, column + 2, "Excel's line on the charts", style("header"))
        for place, name in enumerate(("Evaluations", "Seconds", "Distance")):
            write_text(sheet, _HEADER_ROW + 1, column + place, name, style("header"))
        for place, name in enumerate(("evaluations", "seconds")):
            costs = np.concatenate([getattr(curve, name) for curve in self.curves])
            ends = _decade(costs[costs > 0].min()), _decade(costs.max(), up=True)
            for row, end in enumerate(ends, _TOP):
                write_number(sheet, row, column + place, end, style("number", num_format="General"))
        for row in (_TOP, _TOP + 1):
            write_number(sheet, row, column + 2, distance, style("number", num_format="0.0E+00"))


def _steps(curves: list[Curve]) -> Integers:
    """Choose the steps to list: evenly spread, with the first hundred and the last of every method among them."""
    most = max(int(curve.step[-1]) for curve in curves)
    if most < MOST_STEPS:
        return np.arange(most + 1)
    spread = np.linspace(0, most, MOST_STEPS - 100).round().astype(np.int64)
    return np.unique(np.concatenate([np.arange(100), spread, [int(curve.step[-1]) for curve in curves]]))


def _decade(size: float, *, up: bool = False) -> float:
    """Give the power of ten below a size, or above it."""
    return float(10.0 ** (ceil(log10(size)) if up else floor(log10(size))))
