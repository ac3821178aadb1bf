"""The sheet `Best and worst`: items by bias, each with its interval and the ratings behind it."""

from __future__ import annotations

from xlsxwriter.workbook import Workbook

from xlcf.exploring.biases import Integers
from xlcf.exploring.exploration import Exploration
from xlcf.exploring.words import interval, listing
from xlcf.report.explore_book.lists import item_columns, of_equal_widths
from xlcf.report.page import LEFT, Page
from xlcf.report.style import HIGH, LOW, decimals_format, diverging_scale, signed_format
from xlcf.report.table import Column, numbers, write_table

NAME = "Best and worst"


def write_bias_sheet(book: Workbook, found: Exploration) -> None:
    """Add the sheet."""
    page, biases, top = Page(book, NAME, NAME, landscape=False), found.biases, found.options.top
    best, worst = of_equal_widths(*(_list(found, places) for places in (biases.best(top), biases.worst(top))))
    page.columns(column.width for column in best)
    page.row = 1
    page.note(listing(found))
    page.note(interval(found))
    first = page.row + 1
    below = write_table(page, best, first, caption="The best")
    end = write_table(page, worst, below + 1, caption="The worst")
    if biases.is_bias:
        column = LEFT + [each.name for each in best].index(_what(found))
        page.sheet.conditional_format(first + 2, column, end - 1, column, diverging_scale(biases.level, LOW, HIGH))


def _what(found: Exploration) -> str:
    return found.biases.measure.capitalize()


def _list(found: Exploration, places: Integers) -> list[Column]:
    biases = found.biases
    number = signed_format("0.000") if biases.is_bias else decimals_format(float(abs(biases.level).max()), 4)
    columns = [
        numbers(_what(found), 16.0, biases.level[places], number, bold=True),
        numbers("from", 10.0, biases.low[places], number),
        numbers("to", 10.0, biases.high[places], number),
    ]
    return item_columns(found.fitted, biases.items[places], columns)
