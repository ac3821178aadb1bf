"""The sheet `Variables`: every variable cell before and after, for a Solver model without ratings."""

from __future__ import annotations

import numpy as np
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from xlcf.report.cells import MAX_ROWS, write_formula, write_number, write_text
from xlcf.report.fit_report import FitReport
from xlcf.report.sheet_names import Area, SheetNames
from xlcf.report.style import (
    Style,
    decimals_format,
    diverging_scale,
    print_table,
    set_up_page,
    signed_format,
    title_width,
    write_heading,
)

_LEFT = 1
_HEADER_ROW = 3
_AT_BOUND = {"lower": "lower", "upper": "upper", "both": "lower and upper"}
_LEAST_CHANGE = 1e-3  # of the largest variable: smaller changes are rounding or next to nothing, and stay pale


def write_variables(book: Workbook, names: SheetNames, report: FitReport) -> None:
    """Add the sheet with address, name, numbers before and after, change and bounds of each variable cell."""
    count = min(len(report.variables), MAX_ROWS - _HEADER_ROW - 1)
    variables = report.variables[:count]
    style = Style(book)
    sheet = book.add_worksheet(names.variables)
    set_up_page(sheet, landscape=False)
    note = f"The variable cells of the Solver model on sheet {report.sheet}: {report.variable_areas}"
    write_heading(sheet, style, "Variables", note)
    if count < len(report.variables):
        write_text(sheet, 2, _LEFT, f"The first {count:,} of {len(report.variables):,}.", style("subtitle"))
    named = any(variable.label for variable in variables)
    bounded = any(variable.lower is not None or variable.upper is not None for variable in variables)
    first = _LEFT + (2 if named else 1)
    sheet.set_column(_LEFT, _LEFT, min(40, max([10, *(len(variable.cell) + 3 for variable in variables)])))
    write_text(sheet, _HEADER_ROW, _LEFT, "Cell", style("header_text"))
    if named:
        sheet.set_column(_LEFT + 1, _LEFT + 1, title_width([variable.label or "" for variable in variables], 40))
        write_text(sheet, _HEADER_ROW, _LEFT + 1, "Name", style("header_text"))
    heads = ["Before", "After", "Change", *(["Lower bound", "Upper bound", "At a bound"] if bounded else [])]
    sheet.set_column(first, first + len(heads) - 1, 15)
    for column, name in enumerate(heads, first):
        write_text(sheet, _HEADER_ROW, column, name, style("header"))
    before, after = (np.array([getattr(variable, name) for variable in variables]) for name in ("before", "after"))
    size = np.abs(np.concatenate([before, after]))
    decimals = decimals_format(float(size[np.isfinite(size)].max(initial=0.0)), 7)
    number, signed = style("number", num_format=decimals), style("number", num_format=signed_format(decimals))
    cells = Area("", _HEADER_ROW + 1, first, max(count, 1), 3)
    with np.errstate(invalid="ignore"):
        change = after - before
    for place, variable in enumerate(variables):
        row = cells.top + place
        write_text(sheet, row, _LEFT, variable.cell, style("id", num_format="General"))
        if named:
            _write_if_any(sheet, row, _LEFT + 1, variable.label, style("text"))
        write_number(sheet, row, first, variable.before, number)
        write_number(sheet, row, first + 1, variable.after, number)
        formula = f"={cells.cell(place, 1)}-{cells.cell(place, 0)}"
        write_formula(sheet, row, first + 2, formula, float(change[place]), signed)
        if bounded:
            bound = style("number", num_format="General")
            write_number(sheet, row, first + 3, variable.lower, bound)
            write_number(sheet, row, first + 4, variable.upper, bound)
            _write_if_any(sheet, row, first + 5, _AT_BOUND.get(variable.at_bound or ""), style("text"))
    if np.isfinite(change).any():
        scale = diverging_scale(change, least=_LEAST_CHANGE * float(size[np.isfinite(size)].max(initial=0.0)))
        sheet.conditional_format(cells.top, cells.right, cells.bottom, cells.right, scale)
    sheet.freeze_panes(_HEADER_ROW + 1, 0)
    print_table(sheet, (_HEADER_ROW, _HEADER_ROW), _HEADER_ROW + count, first + len(heads) - 1)


def _write_if_any(sheet: Worksheet, row: int, column: int, text: str | None, style: Format) -> None:
    if text:
        write_text(sheet, row, column, text, style)
    else:
        sheet.write_blank(row, column, None, style)
