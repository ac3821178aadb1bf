"""The part of a sheet that stays in view: title, text, the objective, the counts, and the items' titles and ids."""

from __future__ import annotations

import numpy as np

from xlcf.report.ratings_book.canvas import Canvas
from xlcf.report.ratings_book.texts import how_to_fit, title, what_it_shows
from xlcf.report.style import ACCENT, AMBER, line_count

_TITLE_HEIGHT = 24  # points, as all heights
_TEXT_LINE = 12.75
_PLAIN_ROW = 15
_TURNED_LINE = 11
_TURNED_CHARACTER = 4.4
_MOST_FOR_TITLES = 250
_CHARACTERS_PER_WIDTH = 1.45  # of the 9 point text, in a column's unit of width


def write_head(canvas: Canvas) -> None:
    """Write all rows down to the first row of item ids."""
    _write_texts(canvas)
    _write_objective(canvas)
    _write_counts(canvas)
    _write_range(canvas)
    _write_decay(canvas)
    _write_titles(canvas)
    item_ids = canvas.style("label", align="right", valign="vcenter", indent=1)
    canvas.spread(canvas.layout.header_row, canvas.layout.id_column - 1, f"{canvas.ratings.item_name} →", item_ids)
    write_item_ids(canvas, canvas.layout.header_row)


def write_item_ids(canvas: Canvas, row: int) -> None:
    """Write the heading of the user ids and the item ids; ids that are wider than a column stand upright."""
    layout, ratings = canvas.layout, canvas.ratings
    header = canvas.style("header", font_size=9, num_format="0", text_wrap=False)
    canvas.text(row, layout.id_column, f"{ratings.user_name} ↓", header)
    longest = max(len(str(raw_id)) for raw_id in ratings.item_ids)
    if longest > canvas.item_width:
        header = canvas.style("header", font_size=9, num_format="0", text_wrap=False, rotation=90, valign="bottom")
        canvas.sheet.set_row(row - 1, min(_MOST_FOR_TITLES, 4.8 * longest + 10))
    for column, raw_id in enumerate(ratings.item_ids, layout.items_column):
        canvas.id(row, column, raw_id, header)


def _write_texts(canvas: Canvas) -> None:
    layout = canvas.layout
    canvas.spread(
        layout.title_row, layout.id_column, title(layout, canvas.ratings), canvas.style("title", font_size=16)
    )
    canvas.sheet.set_row(layout.title_row - 1, _TITLE_HEIGHT)
    texts = {layout.what_row: what_it_shows(layout, canvas.ratings), layout.how_row: how_to_fit(layout)}
    last_column = layout.id_column - 1  # the ids' column is repeated on every printed page: no text into it
    width = _CHARACTERS_PER_WIDTH * canvas.user_block_width
    heights = {row: 4 + _TEXT_LINE * line_count(text, width) for row, text in texts.items()}
    heights[layout.how_row] += max(0.0, _points_for_titles(canvas) - sum(heights.values()))
    for row, text in texts.items():
        canvas.spread(row, last_column, text, canvas.style("note", font_size=9))
        canvas.sheet.set_row(row - 1, heights[row])


def _points_for_titles(canvas: Canvas) -> float:
    """Give the height that the rows of text must have together, so that the longest title fits beside all rows."""
    if canvas.ratings.item_titles is None:
        return 0.0
    points_per_width = 5.5
    lines = max(1, int(canvas.item_width * points_per_width / _TURNED_LINE))
    longest = max(len(item_title) for item_title in canvas.ratings.item_titles)
    other_rows = _TITLE_HEIGHT + _PLAIN_ROW * (canvas.layout.header_row - canvas.layout.objective_row)
    return min(_MOST_FOR_TITLES, _TURNED_CHARACTER * longest / lines + 16) - other_rows


def _write_objective(canvas: Canvas) -> None:
    layout = canvas.layout
    label = canvas.style("label", **_RIGHT, font_color=AMBER, bold=True)
    what = "objective, with weight decay" if layout.decayed else "RMSE, the objective"
    canvas.spread(layout.objective_row, layout.id_column - 1, f"{what}: Solver makes it small", label)
    cell = canvas.style("value", **_RIGHT, bold=True, num_format="0.00000", border=2, border_color=AMBER)
    canvas.formula(layout.objective_row, layout.id_column, layout.objective_formula(), canvas.objective, cell)


def _write_counts(canvas: Canvas) -> None:
    layout, area = canvas.layout, canvas.layout.ratings.local()
    blanks = int(np.isnan(canvas.observed).sum())
    for row, text, formula, count in (
        (layout.ratings_count_row, "ratings", f"=COUNT({area})", canvas.observed.size - blanks),
        (layout.blanks_count_row, "blanks: pairs without a rating", f"=COUNTBLANK({area})", blanks),
    ):
        canvas.spread(row, layout.id_column - 1, text, canvas.style("label", **_RIGHT))
        canvas.formula(row, layout.id_column, formula, count, canvas.style("value", **_RIGHT, num_format="#,##0"))


def _write_range(canvas: Canvas) -> None:
    if canvas.model.rating_range is None:
        return
    layout, (low, high) = canvas.layout, canvas.model.rating_range
    for row, text, bound in (
        (layout.low_row, "low: no prediction is below it", low),
        (layout.high_row, "high: no prediction is above it", high),
    ):
        canvas.spread(row, layout.id_column - 1, text, canvas.style("label", **_RIGHT))
        canvas.number(row, layout.id_column, bound, canvas.style("value", **_RIGHT))


def _write_decay(canvas: Canvas) -> None:
    layout = canvas.layout
    if not layout.decayed:
        return
    label = canvas.style("label", **_RIGHT)
    canvas.spread(layout.decay_row, layout.id_column - 1, "weight decay: the larger, the smaller the factors", label)
    canvas.number(layout.decay_row, layout.id_column, canvas.weight_decay, canvas.style("value", **_RIGHT))
    canvas.spread(layout.rmse_row, layout.id_column - 1, "RMSE of the ratings", label)
    cell = canvas.style("value", **_RIGHT, num_format="0.00000")
    canvas.formula(layout.rmse_row, layout.id_column, layout.rmse_formula(), canvas.rmse, cell)


def _write_titles(canvas: Canvas) -> None:
    """Write the titles upright above their columns, over all rows of the head."""
    layout = canvas.layout
    turned = canvas.style(
        "value", rotation=90, font_size=8, valign="bottom", align="center", font_color=ACCENT, text_wrap=True
    )
    for column, item_title in enumerate(canvas.ratings.item_titles or (), layout.items_column):
        canvas.sheet.merge_range(layout.title_row - 1, column - 1, layout.header_row - 2, column - 1, "", turned)
        canvas.text(layout.title_row, column, item_title, turned)


_RIGHT = {"align": "right", "valign": "vcenter", "indent": 1}
