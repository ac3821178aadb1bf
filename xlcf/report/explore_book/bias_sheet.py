"""The sheet `Best and worst`: items by bias, each with its interval and the ratings behind it."""

from __future__ import annotations

from xlsxwriter.workbook import Workbook

from xlcf.exploring.biases import Integers
from xlcf.exploring.exploration import Exploration
from xlcf.exploring.words import interval, listing
from xlcf.report.cells import merge_text, write_text
from xlcf.report.explore_book.lists import LEFT, Column, ItemList
from xlcf.report.style import HIGH, LOW, Style, decimals_format, diverging_scale, line_count, set_up_page, signed_format

NAME = "Best and worst"


def write_bias_sheet(book: Workbook, found: Exploration) -> None:
    """Add the sheet."""
    sheet, style, biases = book.add_worksheet(NAME), Style(book), found.biases
    set_up_page(sheet, landscape=False)
    sheet.set_column(0, 0, 2)
    best, worst = (_list(found, places) for places in (biases.best(found.options.top), biases.worst(found.options.top)))
    widths = [max(pair) for pair in zip(best.widths(), worst.widths(), strict=True)]
    for column, width in enumerate(widths, LEFT):
        sheet.set_column(column, column, width)
    sheet.set_row(0, 34)
    write_text(sheet, 0, LEFT, NAME, style("title"))
    last = LEFT + len(widths) - 1
    for row, text in enumerate((listing(found), interval(found)), 1):
        merge_text(sheet, row, LEFT, last, text, style("note", valign="vcenter"))
        sheet.set_row(row, 6 + 13.5 * line_count(text, 0.95 * sum(widths)))
    below = best.write(sheet, style, 4, "The best")
    end = worst.write(sheet, style, below + 1, "The worst")
    column = LEFT + best.heads.index(_what(found))
    if biases.is_bias:
        scale = diverging_scale(biases.level, LOW, HIGH)
        sheet.conditional_format(6, column, end - 1, column, scale)


def _what(found: Exploration) -> str:
    return found.biases.measure.capitalize()


def _list(found: Exploration, places: Integers) -> ItemList:
    biases = found.biases
    number = signed_format("0.000") if biases.is_bias else decimals_format(float(abs(biases.level).max()), 4)
    columns = [
        Column(_what(found), 16.0, biases.level[places], number, bold=True),
        Column("from", 10.0, biases.low[places], number),
        Column("to", 10.0, biases.high[places], number),
    ]
    return ItemList(found.fitted, biases.items[places], columns)
