"""The sheets `New user` and `New item`: type ratings, and see weights, predictions and the best ones at once."""

from __future__ import annotations

from xlsxwriter.workbook import Workbook

from xlcf.report.live_book import places as names
from xlcf.report.live_book.cold_start import ColdStart
from xlcf.report.live_book.cold_start_page import ColdStartPage
from xlcf.report.live_book.cold_start_table import write_cold_start_table
from xlcf.report.live_book.constants import write_constants, write_weights
from xlcf.report.live_book.places import CAPTION_ROW, FIRST_ROW, HEADER_ROW, ColdStartPlaces
from xlcf.report.live_book.ranked_list import write_ranked_list
from xlcf.report.page import LEFT


def write_cold_start(book: Workbook, places: ColdStartPlaces) -> None:
    """Add the sheet."""
    page = ColdStartPage(book, places, _sentence(places.cold_start))
    _write_captions(page)
    write_ranked_list(page)
    write_constants(page)
    write_weights(page)
    write_cold_start_table(page)
    _finish(page)


def _sentence(cold_start: ColdStart) -> str:
    if cold_start.kind == "user":
        return (
            "Type your ratings into the yellow column and leave blank what you have not rated: the list of "
            "recommendations, the predictions and your factors follow at once. It ends at your mean rating."
        )
    return (
        "Type the ratings that a new item got into the yellow column and leave the other users blank: the users who "
        "will like it best, the predictions and the item's factors follow at once."
    )


def _write_captions(page: ColdStartPage) -> None:
    places, for_user = page.places, page.cold_start.kind == "user"
    best = "Recommended" if for_user else "Who will like it"
    page.caption(CAPTION_ROW, LEFT, LEFT + len(names.LIST_COLUMNS) - 1, best)
    page.columns([3], places.left - 1)
    typed = places.column(names.PREDICTION).left
    page.caption(CAPTION_ROW, places.left, typed, "What you have rated" if for_user else "Who has rated it")
    worked_out = places.column(names.ERROR).left
    page.caption(CAPTION_ROW, typed + 1, worked_out, "How the predictions come about")
    page.caption(CAPTION_ROW, worked_out + 1, places.right, f"The {page.cold_start.others}s as they were fitted")


def _finish(page: ColdStartPage) -> None:
    sheet, places = page.sheet, page.places
    typed, predicted = places.column(names.RATING), places.column(names.PREDICTION)
    sheet.freeze_panes(FIRST_ROW, 0)
    sheet.set_selection(FIRST_ROW, typed.left, FIRST_ROW, typed.left)
    last = max(predicted.bottom, places.weights(0).bottom)
    page.print_table((CAPTION_ROW, HEADER_ROW), last, predicted.left)
