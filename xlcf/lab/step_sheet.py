"""A sheet of steps: hyperparameters and charts on the left, one row a step on the right."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from xlsxwriter.chart import Chart
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from xlcf.lab.charts import Line
from xlcf.lab.columns import Columns, Track
from xlcf.lab.side_panel import WIDTHS, SidePanel, setting_cell
from xlcf.lab.step_table import GROUP_ROW, NAME_ROW, START_ROW, column_width, write_step_table
from xlcf.report.area import cell_name
from xlcf.report.line_chart import Points
from xlcf.report.method_colours import method_colour
from xlcf.report.page import CURVE_ROWS, LEFT, MARGIN_WIDTH, Page

FRONT = "Lab"
"""The name of the first sheet."""

_PAGE_WIDTH = 380.0  # characters on a page: small, but the table and the charts beside it belong together


class StepSheet:
    """One sheet, of one method or of several side by side with the same settings.

    Attributes:
        name: the sheet's name.
        tracks: the methods on it.
        steps: how many steps it shows.

    """

    def __init__(self, book: Workbook, name: str, tracks: Sequence[Track]) -> None:
        self.name = name
        self.tracks = tuple(tracks)
        self.steps = len(self.tracks[0].trajectory.loss) - 1
        self._columns = Columns(self.tracks, LEFT + len(WIDTHS), START_ROW)
        self._book = book
        self._sheet: Worksheet = book.add_worksheet(name)

    def last(self, name: str, parameter: str | None = None) -> str:
        """Name the cell of a quantity after the last step, as formulas on other sheets do."""
        column = self._columns.find(name, parameter, self.tracks[0].rule.method)
        return self._address(START_ROW + self.steps, column)

    def setting(self, name: str) -> str:
        """Name the cell of a hyperparameter, as formulas on other sheets do."""
        names = [each.name for each in self.tracks[0].rule.hyperparameters]
        return self._address(*setting_cell(names.index(name)))

    def line(self, label: str, name: str, parameter: str | None = None, track: int = 0, dash: str = "solid") -> Line:
        """Give the line of a quantity against the step, in its method's colour."""
        method = self.tracks[track].rule.method
        x, y = self._columns.find("step"), self._columns.find(name, parameter, method)
        points = Points(self.name, START_ROW, START_ROW + self.steps, x, y)
        return Line(label, points, method_colour(method), dash)

    def write(self, title: str, subtitle: str, charts: Sequence[Chart]) -> None:
        """Write all of it."""
        right = self._columns.left + len(self._columns.all) - 1
        pages_wide = ceil((MARGIN_WIDTH + sum(WIDTHS) + sum(map(column_width, self._columns.all))) / _PAGE_WIDTH)
        page = Page(self._book, self.name, title, subtitle, pages=(pages_wide, 1), sheet=self._sheet)
        sheet = page.sheet
        sheet.set_tab_color(method_colour(self.tracks[-1].rule.method))
        page.link(2, LEFT, FRONT, f"Back to {FRONT}")
        end = SidePanel(page, self._columns, self.tracks).write(charts)
        write_step_table(page, self._columns)
        sheet.freeze_panes(START_ROW, 0)
        # as many steps as stand beside the charts
        page.print_table((GROUP_ROW, NAME_ROW), START_ROW + self.steps, right, max(CURVE_ROWS, end - START_ROW))
        if pages_wide > 1:
            sheet.repeat_columns(self._columns.find("step"))

    def _address(self, row: int, column: int) -> str:
        return cell_name(row, column, self.name)
