"""The sheet `Components` (or `Factors`, rotated): which items stand at the ends of each direction."""

from __future__ import annotations

from xlsxwriter.workbook import Workbook

from xlcf.exploring.components import Integers
from xlcf.exploring.exploration import Exploration
from xlcf.exploring.words import rotated
from xlcf.report.cells import merge_text, write_text
from xlcf.report.explore_book.lists import LEFT, Column, ItemList
from xlcf.report.style import Style, line_count, set_up_page, signed_format

NAME = "Components"

_SCORE = signed_format("0.000")


def write_directions_sheet(book: Workbook, found: Exploration) -> None:
    """Add the sheet: for each direction the items at its top and, beside them, those at its bottom."""
    sheet, style, directions = book.add_worksheet(NAME), Style(book), found.directions
    set_up_page(sheet)
    sheet.set_column(0, 0, 2)
    known = found.biases.items
    pairs = [
        tuple(_list(found, k, end) for end in directions.ends(k, known, found.options.top))
        for k in range(len(directions.explained))
    ]
    tops, bottoms = (
        [max(widths) for widths in zip(*(pair[side].widths() for pair in pairs), strict=True)] for side in (0, 1)
    )
    second = LEFT + len(tops) + 1
    for left, widths in ((LEFT, tops), (second, bottoms)):
        for column, width in enumerate(widths, left):
            sheet.set_column(column, column, width)
    sheet.set_column(second - 1, second - 1, 3)
    sheet.set_row(0, 34)
    write_text(sheet, 0, LEFT, directions.kind.capitalize(), style("title"))
    text = _explanation(found)
    merge_text(sheet, 1, LEFT, second + len(bottoms) - 1, text, style("note", valign="vcenter"))
    sheet.set_row(1, 6 + 13.5 * line_count(text, 0.95 * (sum(tops) + sum(bottoms))))
    row, breaks = 3, []
    for k, (top, bottom) in enumerate(pairs):
        share = f"{directions.kind[:-1].capitalize()} {k + 1}: {directions.explained[k]:.1%} of the variance"
        below = top.write(sheet, style, row, f"{share}, the top")
        bottom.write(sheet, style, row, "The bottom", second)
        row = below + 1
        if k % 2:
            breaks.append(row)
    sheet.set_h_pagebreaks(breaks)


def _list(found: Exploration, k: int, items: Integers) -> ItemList:
    scores = found.directions.scores[items, k]
    return ItemList(found.fitted, items, [Column("Score", 10.0, scores, _SCORE, bold=True)])


def _explanation(found: Exploration) -> str:
    weighted = "Items count by their ratings. The score is how far an item lies from the mean item."
    if found.rotation is None:
        return f"The directions in which the items' factors differ most. {weighted} Which end is the top means nothing."
    return f"{rotated(found)} {weighted}"
