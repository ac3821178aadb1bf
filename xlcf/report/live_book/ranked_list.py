"""The list of the best ones for a new user or item, left on the sheet; it follows the ratings that are typed."""

from __future__ import annotations

from collections.abc import Sequence

from xlcf.report.cells import write_formula, write_number, write_text
from xlcf.report.live_book import places as names
from xlcf.report.live_book.cold_start_page import NUMBER_WIDTH, ColdStartPage
from xlcf.report.live_book.places import FIRST_ROW, HEADER_ROW
from xlcf.report.page import LEFT
from xlcf.report.style import MUTED, id_width, title_width

_TITLE_WIDTH = 44.0


def write_ranked_list(page: ColdStartPage) -> None:
    """Write the list: rank, title or id, prediction, ratings, and how it was found: the sum, and its place."""
    cold_start = page.cold_start
    _write_headers(page)
    best = cold_start.ranked
    for rank in range(page.places.list_rows):
        _write_rank(page, rank, int(best[rank]) if rank < len(best) else None)
    page.colour(page.places.list_column(names.PREDICTION))


def _write_headers(page: ColdStartPage) -> None:
    cold_start = page.cold_start
    if cold_start.titles is None:
        label, width = cold_start.id_name, max(24.0, id_width(cold_start.id_name, cold_start.ids))
    else:
        label, width = names.TITLE, max(24.0, title_width(cold_start.titles, _TITLE_WIDTH))
    widths = (7.0, width, NUMBER_WIDTH, NUMBER_WIDTH, NUMBER_WIDTH, 9.0)
    for column, (name, wide) in enumerate(zip(names.LIST_COLUMNS, widths, strict=True), LEFT):
        page.sheet.set_column(column, column, wide)
        text, role = (label, "header_text") if name == names.TITLE else (name, "header")
        write_text(page.sheet, HEADER_ROW, column, text, page.style(role))


def _write_rank(page: ColdStartPage, rank: int, place: int | None) -> None:
    """Write a row; without a place there is nobody left for it."""
    cold_start, formulas, row = page.cold_start, page.formulas, FIRST_ROW + rank
    labels: Sequence[object] = cold_start.titles or cold_start.ids
    label = names.TITLE if cold_start.titles is not None else names.ID
    write_number(page.sheet, row, LEFT, rank + 1, page.style("cell", num_format="0"))
    text = page.style("text", num_format="General")
    for name, formula, values, cell in (
        (names.TITLE, formulas.ranked(label, rank), labels, text),
        (names.PREDICTION, formulas.ranked(names.PREDICTION, rank), page.predictions, page.rating(bold=True)),
        (names.RATINGS, formulas.ranked(names.RATINGS, rank), cold_start.counts, page.count),
        (names.SUM, formulas.ranked_sum(rank), cold_start.sums, page.quiet),
    ):
        value = _nothing(page, rank, name) if place is None else values[place]
        value = value if isinstance(value, str) else float(value)  # type: ignore[arg-type]
        write_formula(page.sheet, row, page.places.list_column(name).left, formula, value, cell)
    at = page.places.list_column(names.PLACE).left
    found = "" if place is None else place + 1
    quiet = page.style("cell", num_format="#,##0", font_color=MUTED)
    page.sheet.write_array_formula(row, at, row, at, formulas.ranked_place(rank), quiet, found)


def _nothing(page: ColdStartPage, rank: int, name: str) -> str:
    """Give what stands in a cell of a rank for which nobody is left."""
    return names.NOTHING if page.formulas.has_least and rank == 0 and name == names.TITLE else ""
