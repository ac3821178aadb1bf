"""The sheets `New user` and `New item`: type ratings, and see weights, predictions and the best ones at once."""

from __future__ import annotations

from xlsxwriter.workbook import Workbook

from xlcf.report.live_book import places as names
from xlcf.report.live_book.canvas import Canvas
from xlcf.report.live_book.constants import write_constants, write_weights
from xlcf.report.live_book.newcomer_table import write_newcomer_table
from xlcf.report.live_book.places import CAPTION_ROW, FIRST_ROW, HEADER_ROW, LEFT, NewcomerPlaces
from xlcf.report.live_book.ranked_list import write_ranked_list
from xlcf.report.style import Style, print_table, set_up_page, write_heading


def write_newcomer(book: Workbook, places: NewcomerPlaces) -> None:
    """Add the sheet."""
    canvas = Canvas(book.add_worksheet(places.sheet), Style(book), places)
    set_up_page(canvas.sheet)
    write_heading(canvas.sheet, canvas.style, places.sheet, _sentence(canvas))
    _write_captions(canvas)
    write_ranked_list(canvas)
    write_constants(canvas)
    write_weights(canvas)
    write_newcomer_table(canvas)
    _finish(canvas)


def _sentence(canvas: Canvas) -> str:
    if canvas.newcomer.kind == "user":
        return (
            "Type your ratings into the yellow column and leave blank what you have not rated: the list of "
            "recommendations, the predictions and your factors follow at once. It ends at your mean rating."
        )
    return (
        "Type the ratings that a new item got into the yellow column and leave the other users blank: the users who "
        "will like it best, the predictions and the item's factors follow at once."
    )


def _write_captions(canvas: Canvas) -> None:
    places, for_user = canvas.places, canvas.newcomer.kind == "user"
    best = "Recommended" if for_user else "Who will like it"
    canvas.caption(CAPTION_ROW, LEFT, LEFT + len(names.LIST_COLUMNS) - 1, best)
    canvas.sheet.set_column(places.left - 1, places.left - 1, 3)
    typed = places.column(names.PREDICTION).left
    canvas.caption(CAPTION_ROW, places.left, typed, "What you have rated" if for_user else "Who has rated it")
    worked_out = places.column(names.ERROR).left
    canvas.caption(CAPTION_ROW, typed + 1, worked_out, "How the predictions come about")
    canvas.caption(CAPTION_ROW, worked_out + 1, places.right, f"The {canvas.newcomer.others}s as they were fitted")


def _finish(canvas: Canvas) -> None:
    sheet, places = canvas.sheet, canvas.places
    typed, predicted = places.column(names.RATING), places.column(names.PREDICTION)
    sheet.freeze_panes(FIRST_ROW, 0)
    sheet.set_selection(FIRST_ROW, typed.left, FIRST_ROW, typed.left)
    last = max(predicted.bottom, places.weights(0).bottom)
    print_table(sheet, (CAPTION_ROW, HEADER_ROW), last, predicted.left)
