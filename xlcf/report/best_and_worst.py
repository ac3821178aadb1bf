"""The sheet `Best and worst`: items by bias, each with its interval and the ratings behind it."""

from __future__ import annotations

from xlsxwriter.workbook import Workbook

from xlcf.arrays import Integers
from xlcf.exploring.biases import ItemBiases
from xlcf.exploring.words import interval, listing
from xlcf.models.rating_model import RatingModel
from xlcf.report.explore_book.lists import item_columns, of_equal_widths
from xlcf.report.page import LEFT, Page
from xlcf.report.style import HIGH, LOW, decimals_format, diverging_scale, sequential_scale, signed_format
from xlcf.report.table import Column, numbers, write_table

NAME = "Best and worst"
LISTED = 20
"""Items in each of the two lists, where nobody has chosen."""


def write_best_and_worst(book: Workbook, model: RatingModel, biases: ItemBiases, top: int) -> None:
    """Add the sheet with the `top` best items and as many of the worst."""
    page = Page(book, NAME, NAME, landscape=False)
    best, worst = of_equal_widths(*(_list(model, biases, places) for places in (biases.best(top), biases.worst(top))))
    page.columns(column.width for column in best)
    page.row = 1
    page.note(listing(model, biases))
    page.note(interval(model, biases))
    first = page.row + 1
    below = write_table(page, best, first, caption="The best")
    end = write_table(page, worst, below + 1, caption="The worst")
    column, level = LEFT + [each.name for each in best].index(_what(biases)), biases.level
    scale = diverging_scale(level, LOW, HIGH) if biases.is_bias else sequential_scale(level.min(), level.max())
    page.sheet.conditional_format(first + 2, column, end - 1, column, scale)


def _what(biases: ItemBiases) -> str:
    return biases.measure.capitalize()


def _list(model: RatingModel, biases: ItemBiases, places: Integers) -> list[Column]:
    number = signed_format("0.000") if biases.is_bias else decimals_format(float(abs(biases.level).max()), 4)
    columns = [
        numbers(_what(biases), 16.0, biases.level[places], number, bold=True),
        numbers("from", 10.0, biases.low[places], number),
        numbers("to", 10.0, biases.high[places], number),
    ]
    return item_columns(model, biases.items[places], columns)
