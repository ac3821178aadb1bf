"""The left side of a sheet of steps: hyperparameters to change, where they lead, and the charts."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.chart import Chart
from xlsxwriter.utility import quote_sheetname, xl_range_abs, xl_rowcol_to_cell

from xlcf.lab.columns import Columns, Track
from xlcf.lab.step_table import LOSS, NAME_ROW, NUMBER, START_ROW
from xlcf.report.area import cell_name
from xlcf.report.cells import write_formula, write_number, write_text
from xlcf.report.page import Page, chart_rows

WIDTHS = (19, 14, 34, 3)
"""Widths in characters of its columns: names, values, remarks, a gap before the table."""

_NAME, _VALUE, _REMARK = 1, 2, 3
_CHART_PIXELS = (486, 286)


def setting_cell(place: int) -> tuple[int, int]:
    """Give 0-based row and column of a hyperparameter's value, by its place among the method's."""
    return START_ROW + place, _VALUE


class SidePanel:
    """Writes from the top: what may be changed, a chart, the results, the other charts."""

    def __init__(self, page: Page, columns: Columns, tracks: Sequence[Track]) -> None:
        self._page, self._sheet, self._style = page, page.sheet, page.style
        self._columns = columns
        self._tracks = tracks
        self._row = START_ROW

    def write(self, charts: Sequence[Chart]) -> int:
        """Write all of it; give the row below."""
        self._page.columns(WIDTHS)
        self._write_settings()
        self._insert(charts[0])
        self._write_results()
        for chart in charts[1:]:
            self._insert(chart)
        return self._row

    def _write_settings(self) -> None:
        self._page.caption(NAME_ROW, _NAME, _REMARK, "Change these and watch")
        for place, each in enumerate(self._tracks[0].rule.hyperparameters):
            row, column = setting_cell(place)
            self._name(row, each.name)
            write_number(
                self._sheet,
                row,
                column,
                self._tracks[0].settings[each.name],
                self._style("input", num_format="General"),
            )
            self._sheet.data_validation(row, column, row, column, each.validation())
            self._remark(row, each.meaning)
            sheet = self._sheet.get_name()
            self._page.book.define_name(f"{quote_sheetname(sheet)}!{each.name}", f"={cell_name(row, column, sheet)}")
            self._row = row + 1
        self._row += 1

    def _insert(self, chart: Chart) -> None:
        self._page.chart_at(self._row, _NAME, chart, _CHART_PIXELS)
        self._row += chart_rows(_CHART_PIXELS)

    def _write_results(self) -> None:
        """Write loss and parameters after the last step: of the one method and the best ones, or of both methods."""
        first, *others = self._tracks
        problem, steps = first.problem, len(first.trajectory.loss) - 1
        self._page.caption(self._row, _NAME, _REMARK, f"After {steps:,} steps")
        self._row += 1
        heads = [track.rule.title for track in self._tracks] if others else ["here", "the best there is"]
        for column, head in enumerate(heads, _VALUE):
            write_text(self._sheet, self._row, column, head, self._style("header"))
        self._row += 1
        best = problem.best()
        rows = [("loss", None, LOSS, problem.least_name, problem.least_loss())] + [
            (parameter.name, parameter.name, NUMBER, parameter.best_name, float(value))
            for parameter, value in zip(problem.parameters, best, strict=True)
        ]
        for title, parameter, number, best_name, least in rows:
            self._name(self._row, title)
            cell = self._style("cell", num_format=number)
            for column, track in enumerate(self._tracks, _VALUE):
                name = "new" if parameter else "loss"
                place = self._columns.find(name, parameter, track.rule.method)
                value = float(self._columns.all[place - self._columns.left].values[-1])
                end = xl_rowcol_to_cell(START_ROW + steps, place)
                write_formula(self._sheet, self._row, column, f"={end}", value, cell)
            if not others:
                write_formula(self._sheet, self._row, _REMARK, f"={best_name}", least, cell)
            self._row += 1
        self._write_gradient_check(steps)

    def _write_gradient_check(self, steps: int) -> None:
        """Write how far gradients and finite differences lie apart, as a root mean square."""
        self._name(self._row, "gradient check")
        for column, track in enumerate(self._tracks, _VALUE):
            names, method = track.problem.names, track.rule.method
            areas = [
                xl_range_abs(
                    START_ROW + 1,
                    self._columns.find(quantity, names[0], method),
                    START_ROW + steps,
                    self._columns.find(quantity, names[-1], method),
                )
                for quantity in ("gradient", "slope")
            ]
            values = track.trajectory.values
            apart = values["gradient"][1:] - values["slope"][1:]
            formula = f"=SQRT(SUMXMY2({areas[0]},{areas[1]})/COUNT({areas[0]}))"
            value = float((apart**2).mean() ** 0.5)
            write_formula(self._sheet, self._row, column, formula, value, self._style("cell", num_format="0.0E+00"))
        if len(self._tracks) == 1:
            self._remark(self._row, "apart from finite differences")
        self._row += 2

    def _name(self, row: int, text: str) -> None:
        write_text(self._sheet, row, _NAME, text, self._style("label", valign="vcenter"))

    def _remark(self, row: int, text: str) -> None:
        write_text(self._sheet, row, _REMARK, text, self._style("subtitle", indent=1))
