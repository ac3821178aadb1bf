"""The sheet `Random starts`: where each method ended from each of them, and how these ends spread."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.workbook import Workbook

from xlcf.comparing.comparison import Comparison, Entry, Starts
from xlcf.report.cells import write_formula, write_number, write_text
from xlcf.report.compare_book.columns import objective_format
from xlcf.report.compare_book.report import CompareNames, shown
from xlcf.report.sheet_names import Area
from xlcf.report.style import Style, set_up_page, write_heading

_LEFT = 1
_HEADER_ROW = 3
_SUMMARY = (("Best", 0.0), ("Lower quartile", 0.25), ("Median", 0.5), ("Upper quartile", 0.75), ("Worst", 1.0))
_FUNCTIONS = {0.0: "MIN", 0.5: "MEDIAN", 1.0: "MAX"}  # quartiles go out as numbers
_MORE = ("Reached the best", "Evaluations", "Seconds")


@dataclass(frozen=True)
class StartsPlaces:
    """Where the ends stand on the sheet."""

    comparison: Comparison

    @property
    def entries(self) -> list[tuple[Entry, Starts]]:
        """The rows of the comparison that have random starts."""
        return [(entry, entry.starts) for entry in self.comparison.entries if entry.starts is not None]

    def ends(self, sheet: str) -> Area:
        """Give the cells of the ends: a row a start, a column a method."""
        top = _HEADER_ROW + 1 + len(_SUMMARY) + len(_MORE) + 2
        return Area(sheet, top, _LEFT + 1, self.comparison.options.starts, max(1, len(self.entries)))


def write_starts(book: Workbook, names: CompareNames, comparison: Comparison) -> None:
    """Add the sheet where there were random starts."""
    if not comparison.options.starts:
        return
    places = StartsPlaces(comparison)
    ends = places.ends("")
    style = Style(book)
    sheet = book.add_worksheet(names.starts)
    set_up_page(sheet, landscape=False)
    note = f"The objective at the end of each of {comparison.options.starts:,} fits a method, from the same starts."
    write_heading(sheet, style, "Random starts", note)
    sheet.set_column(_LEFT, _LEFT, 18)
    sheet.set_column(ends.left, ends.right, 15)
    for row in (_HEADER_ROW, ends.top - 1):
        write_text(sheet, row, _LEFT, "Start" if row > _HEADER_ROW else "", style("header_text"))
        for column, (entry, _) in enumerate(places.entries, ends.left):
            write_text(sheet, row, column, shown(entry.method), style("header"))
    labels = [name for name, _ in _SUMMARY] + list(_MORE)
    for row, label in enumerate(labels, _HEADER_ROW + 1):
        write_text(sheet, row, _LEFT, label, style("id", num_format="General"))
    number = style("number", num_format=objective_format(comparison))
    backwards = comparison.problem.model.goal == "max"
    for place, (_, starts) in enumerate(places.entries):
        column = ends.left + place
        cells = f"{xl_col_to_name(column)}${ends.top + 1}:{xl_col_to_name(column)}${ends.bottom + 1}"
        for row, (_, share) in enumerate(_SUMMARY, _HEADER_ROW + 1):
            quantile = 1 - share if backwards else share
            value = starts.quantile(quantile)
            if quantile in _FUNCTIONS:
                write_formula(sheet, row, column, f"={_FUNCTIONS[quantile]}({cells})", value, number)
            else:
                write_number(sheet, row, column, value, number)
        row = _HEADER_ROW + 1 + len(_SUMMARY)
        write_number(sheet, row, column, comparison.share_best(starts), style("number", num_format="0%"))
        write_number(sheet, row + 1, column, starts.evaluations, style("number", num_format="#,##0"))
        write_number(sheet, row + 2, column, starts.seconds, style("number", num_format="0.00"))
        for row, end in enumerate(starts.objectives.tolist(), ends.top):
            write_number(sheet, row, column, end if np.isfinite(end) else None, number)
    for start in range(comparison.options.starts):
        write_number(sheet, ends.top + start, _LEFT, start + 1, style("id"))
    sheet.freeze_panes(_HEADER_ROW + 1, _LEFT + 1)
