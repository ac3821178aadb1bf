"""The sheet `Variables`: every variable cell before and after, for a Solver model without ratings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from xlsxwriter.workbook import Workbook

from xlcf.arrays import Floats
from xlcf.report.area import Area
from xlcf.report.cells import MAX_ROWS, Formula
from xlcf.report.fit_report import FitReport
from xlcf.report.page import LEFT, Page
from xlcf.report.sheet_names import SheetNames
from xlcf.report.style import decimals_format, diverging_scale, signed_format, title_width
from xlcf.report.table import Column, numbers, write_table
from xlcf.solver.variable_values import VariableValue

_HEADER_ROW = 3
_WIDTH = 15.0
_CHANGE = "Change"
_AT_BOUND = {"lower": "lower", "upper": "upper", "both": "lower and upper"}
_LEAST_CHANGE = 1e-3  # of the largest variable: smaller changes are rounding or next to nothing, and stay pale


def write_variables(book: Workbook, names: SheetNames, report: FitReport) -> None:
    """Add the sheet with address, name, numbers before and after, change and bounds of each variable cell."""
    count = min(len(report.variables), MAX_ROWS - _HEADER_ROW - 1)
    variables = report.variables[:count]
    note = f"The variable cells of the Solver model on sheet {report.sheet}: {report.variable_areas}"
    page = Page(book, names.variables, "Variables", note, landscape=False)
    if count < len(report.variables):
        page.note_above(f"The first {count:,} of {len(report.variables):,}.")
    before, after = (np.array([getattr(variable, name) for variable in variables]) for name in ("before", "after"))
    size = np.abs(np.concatenate([before, after]))
    largest = float(size[np.isfinite(size)].max(initial=0.0))
    with np.errstate(invalid="ignore"):
        change = after - before
    columns = _columns(variables, change, decimals_format(largest, 7))
    below = write_table(page, columns, _HEADER_ROW)
    if np.isfinite(change).any():
        at = LEFT + [column.name for column in columns].index(_CHANGE)
        scale = diverging_scale(change, least=_LEAST_CHANGE * largest)
        page.sheet.conditional_format(_HEADER_ROW + 1, at, below - 1, at, scale)
    page.sheet.freeze_panes(_HEADER_ROW + 1, 0)
    page.print_table((_HEADER_ROW, _HEADER_ROW), below - 1, page.last)


def _columns(variables: Sequence[VariableValue], change: Floats, number: str) -> list[Column]:
    cells = [variable.cell for variable in variables]
    width = min(40, max([10, *(len(cell) + 3 for cell in cells)]))
    columns = [Column("Cell", width, cells, "id", {"num_format": "General"})]
    if any(variable.label for variable in variables):
        labels = [variable.label or None for variable in variables]
        columns.append(Column("Name", title_width([label or "" for label in labels], 40), labels, "text"))
    values = Area("", _HEADER_ROW + 1, LEFT + len(columns), max(len(cells), 1), 2)
    changes = [
        Formula(f"={values.cell(place, 1)}-{values.cell(place, 0)}", float(value)) for place, value in enumerate(change)
    ]
    columns += [
        numbers("Before", _WIDTH, [variable.before for variable in variables], number, role="number"),
        numbers("After", _WIDTH, [variable.after for variable in variables], number, role="number"),
        numbers(_CHANGE, _WIDTH, changes, signed_format(number), role="number"),
    ]
    if any(variable.lower is not None or variable.upper is not None for variable in variables):
        at_bound = [_AT_BOUND.get(variable.at_bound or "") for variable in variables]
        columns += [
            numbers("Lower bound", _WIDTH, [variable.lower for variable in variables], "General", role="number"),
            numbers("Upper bound", _WIDTH, [variable.upper for variable in variables], "General", role="number"),
            Column("At a bound", _WIDTH, at_bound, "text"),
        ]
    return columns
