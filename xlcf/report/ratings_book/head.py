"""The part of a sheet that stays in view: title, text, the objective, the counts, and the items' titles and ids."""

from __future__ import annotations

import numpy as np

from xlcf.report.cells import write_formula, write_id, write_number, write_text
from xlcf.report.ratings_book.ratings_page import RatingsPage
from xlcf.report.ratings_book.texts import how_to_fit, title, what_it_shows
from xlcf.report.style import ACCENT, AMBER, text_points

_TITLE_HEIGHT = 24  # points, as all heights
_PLAIN_ROW = 15
_TURNED_LINE = 11
_TURNED_CHARACTER = 4.4
_MOST_FOR_TITLES = 250
_NARROWER = 1.3  # the letters of 9 points, to those of the usual size


def write_head(page: RatingsPage) -> None:
    """Write all rows down to the first row of item ids."""
    _write_texts(page)
    _write_objective(page)
    _write_counts(page)
    _write_range(page)
    _write_decay(page)
    _write_titles(page)
    item_ids = page.style("label", align="right", valign="vcenter", indent=1)
    page.spread(page.layout.header_row, page.layout.id_column - 1, f"{page.ratings.item_name} →", item_ids)
    write_item_ids(page, page.layout.header_row)


def write_item_ids(page: RatingsPage, row: int) -> None:
    """Write the heading of the user ids and the item ids; ids that are wider than a column stand upright."""
    layout, ratings = page.layout, page.ratings
    header = page.style("header", font_size=9, num_format="0", text_wrap=False)
    write_text(page.sheet, row, layout.id_column, f"{ratings.user_name} ↓", header)
    longest = max(len(str(raw_id)) for raw_id in ratings.item_ids)
    if longest > page.item_width:
        header = page.style("header", font_size=9, num_format="0", text_wrap=False, rotation=90, valign="bottom")
        page.sheet.set_row(row, min(_MOST_FOR_TITLES, 4.8 * longest + 10))
    for column, raw_id in enumerate(ratings.item_ids, layout.items_column):
        write_id(page.sheet, row, column, raw_id, header)


def _write_texts(page: RatingsPage) -> None:
    layout = page.layout
    page.spread(layout.title_row, layout.id_column, title(layout, page.ratings), page.style("title", font_size=16))
    page.sheet.set_row(layout.title_row, _TITLE_HEIGHT)
    texts = {layout.what_row: what_it_shows(layout, page.ratings), layout.how_row: how_to_fit(layout)}
    last_column = layout.id_column - 1  # the ids' column is repeated on every printed page: no text into it
    width = _NARROWER * page.user_block_width
    heights = {row: text_points(text, width) for row, text in texts.items()}
    heights[layout.how_row] += max(0.0, _points_for_titles(page) - sum(heights.values()))
    for row, text in texts.items():
        page.spread(row, last_column, text, page.style("note", font_size=9))
        page.sheet.set_row(row, heights[row])


def _points_for_titles(page: RatingsPage) -> float:
    """Give the height that the rows of text must have together, so that the longest title fits beside all rows."""
    if page.ratings.item_titles is None:
        return 0.0
    points_per_width = 5.5
    lines = max(1, int(page.item_width * points_per_width / _TURNED_LINE))
    longest = max(len(item_title) for item_title in page.ratings.item_titles)
    other_rows = _TITLE_HEIGHT + _PLAIN_ROW * (page.layout.header_row - page.layout.objective_row)
    return min(_MOST_FOR_TITLES, _TURNED_CHARACTER * longest / lines + 16) - other_rows


def _write_objective(page: RatingsPage) -> None:
    layout = page.layout
    label = page.style("label", **_RIGHT, font_color=AMBER, bold=True)
    what = "objective, with weight decay" if layout.decayed else "RMSE, the objective"
    page.spread(layout.objective_row, layout.id_column - 1, f"{what}: Solver makes it small", label)
    cell = page.style("value", **_RIGHT, bold=True, num_format="0.00000", border=2, border_color=AMBER)
    write_formula(page.sheet, layout.objective_row, layout.id_column, layout.objective_formula(), page.objective, cell)


def _write_counts(page: RatingsPage) -> None:
    layout, area = page.layout, page.layout.ratings.local()
    blanks = int(np.isnan(page.observed).sum())
    for row, text, formula, count in (
        (layout.ratings_count_row, "ratings", f"=COUNT({area})", page.observed.size - blanks),
        (layout.blanks_count_row, "blanks: pairs without a rating", f"=COUNTBLANK({area})", blanks),
    ):
        page.spread(row, layout.id_column - 1, text, page.style("label", **_RIGHT))
        write_formula(
            page.sheet, row, layout.id_column, formula, count, page.style("value", **_RIGHT, num_format="#,##0")
        )


def _write_range(page: RatingsPage) -> None:
    if page.model.rating_range is None:
        return
    layout, (low, high) = page.layout, page.model.rating_range
    for row, text, bound in (
        (layout.low_row, "low: no prediction is below it", low),
        (layout.high_row, "high: no prediction is above it", high),
    ):
        page.spread(row, layout.id_column - 1, text, page.style("label", **_RIGHT))
        write_number(page.sheet, row, layout.id_column, bound, page.style("value", **_RIGHT))


def _write_decay(page: RatingsPage) -> None:
    layout = page.layout
    if not layout.decayed:
        return
    label = page.style("label", **_RIGHT)
    page.spread(layout.decay_row, layout.id_column - 1, "weight decay: the larger, the smaller the factors", label)
    write_number(page.sheet, layout.decay_row, layout.id_column, page.weight_decay, page.style("value", **_RIGHT))
    page.spread(layout.rmse_row, layout.id_column - 1, "RMSE of the ratings", label)
    cell = page.style("value", **_RIGHT, num_format="0.00000")
    write_formula(page.sheet, layout.rmse_row, layout.id_column, layout.rmse_formula(), page.rmse, cell)


def _write_titles(page: RatingsPage) -> None:
    """Write the titles upright above their columns, over all rows of the head."""
    layout = page.layout
    turned = page.style(
        "value", rotation=90, font_size=8, valign="bottom", align="center", font_color=ACCENT, text_wrap=True
    )
    for column, item_title in enumerate(page.ratings.item_titles or (), layout.items_column):
        page.sheet.merge_range(layout.title_row, column, layout.header_row - 1, column, "", turned)
        write_text(page.sheet, layout.title_row, column, item_title, turned)


_RIGHT = {"align": "right", "valign": "vcenter", "indent": 1}
