"""The sheet `Random starts`: where each method ended from each of them, and how these ends spread."""

from __future__ import annotations

import numpy as np
from xlsxwriter.workbook import Workbook

from xlcf.comparing.comparison import Comparison, Entry, Starts
from xlcf.report.area import Area
from xlcf.report.cells import Formula
from xlcf.report.compare_book.columns import objective_format
from xlcf.report.compare_book.report import CompareNames, shown
from xlcf.report.page import LEFT, Page
from xlcf.report.table import Column, numbers, write_table

_HEADER_ROW = 3
_LABEL_WIDTH, _WIDTH = 18.0, 15.0
_SUMMARY = (("Best", 0.0), ("Lower quartile", 0.25), ("Median", 0.5), ("Upper quartile", 0.75), ("Worst", 1.0))
_FUNCTIONS = {0.0: "MIN", 0.5: "MEDIAN", 1.0: "MAX"}  # quartiles go out as numbers
_MORE = ("Reached the best", "Evaluations", "Seconds")


def compared_starts(comparison: Comparison) -> list[tuple[Entry, Starts]]:
    """Give the rows of a comparison that have random starts."""
    return [(entry, entry.starts) for entry in comparison.entries if entry.starts is not None]


def ends_of_starts(comparison: Comparison, sheet: str = "") -> Area:
    """Give the cells of the ends on the sheet: a row a start, a column a method."""
    top = _HEADER_ROW + 1 + len(_SUMMARY) + len(_MORE) + 2
    return Area(sheet, top, LEFT + 1, comparison.options.starts, max(1, len(compared_starts(comparison))))


def write_starts(book: Workbook, names: CompareNames, comparison: Comparison) -> None:
    """Add the sheet where there were random starts."""
    count = comparison.options.starts
    if not count:
        return
    ends, entries, number = ends_of_starts(comparison), compared_starts(comparison), objective_format(comparison)
    note = f"The objective at the end of each of {count:,} fits a method, from the same starts."
    page = Page(book, names.starts, "Random starts", note, landscape=False)
    labels = [*(name for name, _ in _SUMMARY), *_MORE]
    columns = [Column("", _LABEL_WIDTH, labels, "id", {"num_format": "General"})]
    columns += [
        Column(shown(entry.method), _WIDTH, _summary(comparison, starts, ends.column(place)), "number")
        for place, (entry, starts) in enumerate(entries)
    ]
    looks = [*[number] * len(_SUMMARY), "0%", "#,##0", "0.00"]
    write_table(page, columns, _HEADER_ROW, row_look=lambda place: {"num_format": looks[place]})
    columns = [Column("Start", _LABEL_WIDTH, range(1, count + 1), "id")]
    for entry, starts in entries:
        objectives = [end if np.isfinite(end) else None for end in starts.objectives.tolist()]
        columns.append(numbers(shown(entry.method), _WIDTH, objectives, number, role="number"))
    write_table(page, columns, ends.top - 1)
    page.sheet.freeze_panes(_HEADER_ROW + 1, LEFT + 1)


def _summary(comparison: Comparison, starts: Starts, cells: str) -> list[Formula | float]:
    """Give how the ends of a method spread, and what they took."""
    backwards, values = comparison.problem.objective.goal == "max", list[Formula | float]()
    for _, share in _SUMMARY:
        quantile = 1 - share if backwards else share
        value, function = starts.quantile(quantile), _FUNCTIONS.get(quantile)
        values.append(value if function is None else Formula(f"={function}({cells})", value))
    return [*values, comparison.share_best(starts), starts.evaluations, starts.seconds]
