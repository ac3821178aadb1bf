"""The sheet `Components` (or `Factors`, rotated): which items stand at the ends of each direction."""

from __future__ import annotations

from xlsxwriter.workbook import Workbook

from xlcf.arrays import Integers
from xlcf.exploring.exploration import Exploration
from xlcf.exploring.words import rotated
from xlcf.report.explore_book.lists import item_columns, of_equal_widths
from xlcf.report.page import LEFT, Page
from xlcf.report.style import signed_format
from xlcf.report.table import Column, numbers, write_table

NAME = "Components"

_GAP = 3.0  # the width of the column between the two lists
_SCORE = signed_format("0.000")


def write_directions_sheet(book: Workbook, found: Exploration) -> None:
    """Add the sheet: for each direction the items at its top and, beside them, those at its bottom."""
    directions, known = found.directions, found.biases.items
    page = Page(book, NAME, directions.kind.capitalize())
    pairs = [
        tuple(_list(found, k, end) for end in directions.ends(k, known, found.options.top))
        for k in range(len(directions.explained))
    ]
    tops, bottoms = (of_equal_widths(*(pair[side] for pair in pairs)) for side in (0, 1))
    page.columns([*(column.width for column in tops[0]), _GAP, *(column.width for column in bottoms[0])])
    second = LEFT + len(tops[0]) + 1
    page.row = 1
    page.note(_explanation(found))
    row, breaks = page.row + 1, []
    for k, (top, bottom) in enumerate(zip(tops, bottoms, strict=True)):
        share = f"{directions.kind[:-1].capitalize()} {k + 1}: {directions.explained[k]:.1%} of the variance"
        below = write_table(page, top, row, caption=f"{share}, the top")
        write_table(page, bottom, row, second, caption="The bottom")
        row = below + 1
        if k % 2:
            breaks.append(row)
    page.sheet.set_h_pagebreaks(breaks)


def _list(found: Exploration, k: int, items: Integers) -> list[Column]:
    scores = found.directions.scores[items, k]
    return item_columns(found.model, items, [numbers("Score", 10.0, scores, _SCORE, bold=True)])


def _explanation(found: Exploration) -> str:
    weighted = "Items count by their ratings. The score is how far an item lies from the mean item."
    if found.rotation is None:
        return f"The directions in which the items' factors differ most. {weighted} Which end is the top means nothing."
    return f"{rotated(found)} {weighted}"
