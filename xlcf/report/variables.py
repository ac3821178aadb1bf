"""The sheet `Variables`: every variable cell before and after, for a Solver model without ratings."""

from __future__ import annotations

import numpy as np
from xlsxwriter.workbook import Workbook

from xlcf.report.cells import MAX_ROWS, write_formula, write_number, write_text
from xlcf.report.fit_report import FitReport
from xlcf.report.sheet_names import Area, SheetNames
from xlcf.report.style import Style, decimals_format, diverging_scale, set_up_page, signed_format, write_heading

_LEFT = 1
_HEADER_ROW = 3


def write_variables(book: Workbook, names: SheetNames, report: FitReport) -> None:
    """Add the sheet with address, start, fitted value and change of each variable cell."""
    result = report.result
    count = min(len(report.variable_cells), MAX_ROWS - _HEADER_ROW - 1)
    style = Style(book)
    sheet = book.add_worksheet(names.variables)
    set_up_page(sheet, landscape=False)
    note = f"The variable cells of the Solver model on sheet {report.sheet}: {report.variable_areas}"
    write_heading(sheet, style, "Variables", note)
    if count < len(report.variable_cells):
        write_text(sheet, 2, _LEFT, f"The first {count:,} of {len(report.variable_cells):,}.", style("subtitle"))
    width = max([14, *(len(address) + 2 for address in report.variable_cells[:count])])
    sheet.set_column(_LEFT, _LEFT, min(40, width))
    sheet.set_column(_LEFT + 1, _LEFT + 3, 18)
    write_text(sheet, _HEADER_ROW, _LEFT, "Cell", style("header_text"))
    for column, name in enumerate(("Start", "Fitted", "Change"), _LEFT + 1):
        write_text(sheet, _HEADER_ROW, column, name, style("header"))
    size = np.abs(np.concatenate([result.x_start, result.x]))
    decimals = decimals_format(float(size[np.isfinite(size)].max(initial=0.0)), 7)
    number = style("number", num_format=decimals)
    change = result.x - result.x_start
    cells = Area("", _HEADER_ROW + 1, _LEFT + 1, max(1, count), 3)
    for place in range(count):
        row = cells.top + place
        write_text(sheet, row, _LEFT, report.variable_cells[place], style("id", num_format="General"))
        write_number(sheet, row, cells.left, float(result.x_start[place]), number)
        write_number(sheet, row, cells.left + 1, float(result.x[place]), number)
        formula = f"={cells.cell(place, 1)}-{cells.cell(place, 0)}"
        signed = style("number", num_format=signed_format(decimals))
        write_formula(sheet, row, cells.right, formula, float(change[place]), signed)
    if np.isfinite(change[:count]).any():
        sheet.conditional_format(cells.top, cells.right, cells.bottom, cells.right, diverging_scale(change[:count]))
    sheet.freeze_panes(_HEADER_ROW + 1, 0)
    sheet.repeat_rows(_HEADER_ROW)
