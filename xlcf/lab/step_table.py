"""The table on a sheet of steps: one row a step, each cell a formula."""

from __future__ import annotations

from itertools import groupby

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from xlcf.lab.columns import Columns, SheetColumn
from xlcf.report.cells import merge_text, write_formula, write_number, write_text
from xlcf.report.page import Page
from xlcf.report.style import ACCENT_PALE, BAND, HEADER, MUTED, Style, decimals_of, line_count

GROUP_ROW, WORDS_ROW, NAME_ROW, START_ROW = 3, 4, 5, 6
"""0-based rows: what a column is, how it is computed, whose it is, and the first row of numbers, the start."""

NUMBER, LOSS = "0.0000", "0.000000"

_COUNTS = ("step", "example", "place", "length")
_WIDTH, _COUNT_WIDTH, _LONG_WIDTH = 11.0, 8.0, 24.0
_SMALL = 0.9  # the width of a letter in the row of words


def column_width(column: SheetColumn) -> float:
    """Give the width in characters of a column."""
    if column.name in _COUNTS and len(column.words) < _LONG_WIDTH:
        return _COUNT_WIDTH
    alone = column.parameter is None
    return _LONG_WIDTH if alone and len(column.words) > 3 * _WIDTH else _WIDTH


def write_step_table(page: Page, columns: Columns) -> None:
    """Write headings and cells, the values that formulas give among them."""
    _write_headings(page, columns)
    for place, column in enumerate(columns.all, columns.left):
        _write_column(page.sheet, page.style, columns, place, column)


def _write_headings(page: Page, columns: Columns) -> None:
    sheet, style = page.sheet, page.style
    left, lines = columns.left, 1
    for number, (_, each) in enumerate(groupby(columns.all, lambda column: (column.group, column.name))):
        group = list(each)
        right = left + len(group) - 1
        fill = HEADER if number % 2 else BAND
        title = style("header", bg_color=fill, bottom=1)
        words = style("header", bg_color=fill, bottom=1, bold=False, font_size=8, font_color=MUTED)
        name = style("header", bg_color=fill)
        widths = [column_width(column) for column in group]
        for row, text, look in ((GROUP_ROW, group[0].group, title), (WORDS_ROW, group[0].words, words)):
            if len(group) > 1:
                merge_text(sheet, row, left, right, text, look)
            else:
                write_text(sheet, row, left, text, look)
        for place, (column, width) in enumerate(zip(group, widths, strict=True), left):
            write_text(sheet, NAME_ROW, place, column.parameter or "", name)
            sheet.set_column(place, place, width)
        lines = max(lines, line_count(group[0].words, sum(widths) * _SMALL))
        left = right + 1
    sheet.set_row(GROUP_ROW, 31)
    sheet.set_row(WORDS_ROW, 6 + 11.5 * lines)


def _write_column(sheet: Worksheet, style: Style, columns: Columns, place: int, column: SheetColumn) -> None:
    look = _look(style, column)
    for step, value in enumerate(column.values.tolist()):
        row = columns.top + step
        formula = columns.formula(column, step)
        if formula is not None:
            write_formula(sheet, row, place, formula, value, look)
        else:
            write_number(sheet, row, place, None if column.start is None else value, look)


def _look(style: Style, column: SheetColumn) -> Format:
    if column.name in _COUNTS:
        return style("id" if column.name == "step" else "cell", num_format="0", align="center", indent=0)
    if column.name == "loss":
        return style("cell", num_format=LOSS, bold=True)
    if column.name == "new":
        return style("cell", num_format=NUMBER, bg_color=ACCENT_PALE)
    return style("cell", num_format=decimals_of(column.values[1:]) if column.method is None else NUMBER)
