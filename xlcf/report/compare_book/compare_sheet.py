"""The sheet `Compare`: every method on one row, what it comes to in words, and how it was measured."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.chart import Chart
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.workbook import Workbook

from xlcf.comparing.comparison import Comparison, Entry
from xlcf.report.area import Area
from xlcf.report.cells import merge_text, write_formula, write_number, write_text
from xlcf.report.compare_book.columns import MethodColumn, columns, objective_format
from xlcf.report.compare_book.front import AGAIN, front_page
from xlcf.report.compare_book.measuring import how_it_was_measured
from xlcf.report.compare_book.report import CompareNames, Origin, shown
from xlcf.report.compare_book.starts_sheet import ends_of_starts
from xlcf.report.compare_book.verdict import methods_verdict
from xlcf.report.method_colours import method_colour
from xlcf.report.page import LEFT, Page

_SWATCH, _METHOD, _OBJECTIVE, _DISTANCE, _FIRST = LEFT, LEFT + 1, LEFT + 2, LEFT + 3, LEFT + 4
_GOALS = {"min": "smallest is best", "max": "largest is best"}


def write_compare(
    book: Workbook, names: CompareNames, comparison: Comparison, origin: Origin, charts: Sequence[Chart]
) -> None:
    """Add the sheet; `charts` go below its table."""
    table = columns(comparison)
    page = front_page(
        book,
        names.compare,
        f"Ways to solve {origin.workbook}",
        origin,
        comparison.problem.sheet,
        [2.5, 14.0, 17.0, 17.0, *(column.width for column in table)],
        methods_verdict(comparison),
    )
    page.value = _OBJECTIVE
    _MethodTable(page, names, comparison, table).write()
    page.row += 1
    for chart in charts:
        page.chart(chart, (900, 440))
    page.facts("How each one ended", [(shown(entry.method), entry.message) for entry in comparison.entries])
    page.facts("How it was measured", how_it_was_measured(comparison, origin))
    page.code(AGAIN, origin.command)


class _MethodTable:
    def __init__(self, page: Page, names: CompareNames, comparison: Comparison, table: list[MethodColumn]) -> None:
        self.page, self.names, self.comparison, self.columns = page, names, comparison, table
        self.first = page.row + 1
        self.best = xl_rowcol_to_cell(self.first + len(comparison.entries), _OBJECTIVE, True, True)

    def write(self) -> None:
        """Write the header, a row a method, and the best objective known below."""
        self._header()
        for entry in self.comparison.entries:
            self.page.row += 1
            self._entry(entry)
        self.page.row += 1
        self._best()
        self.page.row += 1

    def _header(self) -> None:
        sheet, style, row = self.page.sheet, self.page.style, self.page.row
        goal = _GOALS.get(self.comparison.problem.objective.goal, "nearest to the target is best")
        merge_text(sheet, row, _SWATCH, _METHOD, "Method", style("header_text"))
        names = [f"Objective ({goal})", "Distance to the best known", *(column.name for column in self.columns)]
        for column, name in enumerate(names, _OBJECTIVE):
            write_text(sheet, row, column, name, style("header"))
        sheet.set_row(row, 46)

    def _entry(self, entry: Entry) -> None:
        sheet, style, row = self.page.sheet, self.page.style, self.page.row
        sheet.write_blank(row, _SWATCH, None, style("text", bg_color=method_colour(entry.method)))
        write_text(sheet, row, _METHOD, shown(entry.method), style("id", num_format="General"))
        number = style("number", num_format=objective_format(self.comparison), bold=True)
        write_number(sheet, row, _OBJECTIVE, entry.objective_end, number)
        away = style("number", num_format="0.0E+00")
        distance = self.comparison.distance(entry)
        if distance is None:
            sheet.write_blank(row, _DISTANCE, None, away)
        else:
            here = xl_rowcol_to_cell(row, _OBJECTIVE)
            write_formula(sheet, row, _DISTANCE, _distance(self.comparison, here, self.best), distance, away)
        for place, column in enumerate(self.columns, _FIRST):
            value = column.value(entry)
            if isinstance(value, str):
                write_text(sheet, row, place, value, style("text"))
            else:
                write_number(sheet, row, place, value, style("number", num_format=column.number))

    def _best(self) -> None:
        sheet, style, row, best = self.page.sheet, self.page.style, self.page.row, self.comparison.best
        merge_text(sheet, row, _SWATCH, _METHOD, "Best known", style("total", align="left", indent=1))
        number = style("total", num_format=objective_format(self.comparison), align="right", indent=1)
        function = {"min": "MIN", "max": "MAX"}.get(self.comparison.problem.objective.goal)
        if function is None:
            write_number(sheet, row, _OBJECTIVE, best, number)
            return
        ends = [str(Area("", self.first, _OBJECTIVE, len(self.comparison.entries), 1))]
        if self.comparison.options.starts:
            ends.append(str(ends_of_starts(self.comparison, self.names.starts)))
        write_formula(sheet, row, _OBJECTIVE, f"={function}({','.join(ends)})", best, number)


def _distance(comparison: Comparison, objective: str, best: str) -> str:
    """Write the formula of the distance of one cell's objective to another's, the best."""
    wanted = comparison.problem.objective
    match wanted.goal:
        case "max":
            return f"={best}-{objective}"
        case "value":
            target = f"({wanted.target:.17g})"
            return f"=ABS({objective}-{target})-ABS({best}-{target})"
        case _:
            return f"={objective}-{best}"
