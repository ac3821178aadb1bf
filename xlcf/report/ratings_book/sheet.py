"""Writing one sheet of a ratings workbook: the ratings, the factors, live predictions and their RMSE."""

from __future__ import annotations

from math import ceil, isnan

import numpy as np
from xlsxwriter.format import Format

from xlcf.ooxml.references import Area, address
from xlcf.ratings.ratings import Values
from xlcf.report.ratings_book.canvas import Canvas
from xlcf.report.ratings_book.head import write_head, write_item_ids
from xlcf.report.ratings_book.texts import item_noun
from xlcf.report.style import ACCENT, ACCENT_PALE, MUTED, sequential_scale, set_up_page

UNRATED = {"bold": True, "italic": True, "font_color": ACCENT}
"""How a prediction looks that has no rating to be compared with; for a conditional format, so without a font."""

_MOST_FROZEN_WIDTH = 90.0  # characters: with more columns frozen nothing would be left to scroll
_PAGE_WIDTH = 220.0  # characters that can still be read on a page
_ONE_PAGE = 25  # users that fit on one printed page


def write_sheet(canvas: Canvas, unrated: Format) -> None:
    """Write all of the sheet; `unrated` is the workbook's format for `UNRATED`."""
    canvas.set_widths()
    write_head(canvas)
    _write_ratings(canvas)
    _write_legend(canvas)
    _write_item_factors(canvas)
    _write_user_factors(canvas)
    _write_predictions(canvas, unrated)
    _set_up_view(canvas)


def _write_ratings(canvas: Canvas) -> None:
    area = canvas.layout.ratings
    canvas.section(area.row1 - 1, canvas.layout.id_column, area.column2, "Ratings: what each user gave")
    _write_user_ids(canvas, area)
    cell = canvas.style("cell", num_format=_rating_format(canvas.ratings.values))
    for row, values in enumerate(canvas.observed, area.row1):
        for column, value in enumerate(values, area.column1):
            canvas.number(row, column, None if isnan(value) else float(value), cell)
    _color(canvas, area)


def _write_item_factors(canvas: Canvas) -> None:
    area, model = canvas.layout.item_block, canvas.model
    item = item_noun(canvas.ratings)
    what = f"{item} bias and {item} factors" if canvas.layout.bias else f"{item} factors"
    canvas.section(
        area.row1 - 1,
        canvas.layout.id_column,
        area.column2,
        f"{what.capitalize()}: variable cells",
    )
    rows = [(f"factor {n}", numbers, canvas.factor_format) for n, numbers in enumerate(model.item_factors.T, 1)]
    if model.item_bias is not None:
        rows.insert(0, ("bias", model.item_bias, canvas.bias_format("bottom")))
    label = canvas.style("id", align="right", indent=1, bold=False, font_color=MUTED)
    for row, (text, numbers, cell) in enumerate(rows, area.row1):
        canvas.text(row, canvas.layout.id_column, text, label)
        for column, number in enumerate(numbers, area.column1):
            canvas.number(row, column, float(number), cell)


def _write_user_factors(canvas: Canvas) -> None:
    area, model = canvas.layout.user_block, canvas.model
    what = "User bias and user factors" if canvas.layout.bias else "User factors"
    canvas.section(area.row1 - 2, area.column1, area.column2, f"{what}: variable cells")
    columns = [(f"factor {n}", numbers, canvas.factor_format) for n, numbers in enumerate(model.user_factors.T, 1)]
    if model.user_bias is not None:
        columns.insert(0, ("bias", model.user_bias, canvas.bias_format("right")))
    header = canvas.style("header", font_size=9, bold=False, font_color=MUTED)
    for column, (text, numbers, cell) in enumerate(columns, area.column1):
        canvas.text(area.row1 - 1, column, text, header)
        for row, number in enumerate(numbers, area.row1):
            canvas.number(row, column, float(number), cell)


def _write_predictions(canvas: Canvas, unrated: Format) -> None:
    layout, area = canvas.layout, canvas.layout.predictions
    canvas.section(area.row1 - 2, layout.id_column, area.column2, "Predictions: one for every pair")
    write_item_ids(canvas, layout.second_header_row)
    _write_user_ids(canvas, area)
    cell = canvas.style("cell")
    for row, values in enumerate(canvas.predicted, area.row1):
        for column, value in enumerate(values, area.column1):
            canvas.formula(row, column, layout.prediction_formula(row, column), float(value), cell)
    rating = address(layout.ratings.row1, layout.ratings.column1)
    canvas.conditional_format(area, {"type": "formula", "criteria": f'={rating}=""', "format": unrated})
    _color(canvas, area)


def _write_user_ids(canvas: Canvas, area: Area) -> None:
    style = canvas.style("id", align="right", indent=1)
    for row, raw_id in enumerate(canvas.ratings.user_ids, area.row1):
        canvas.id(row, canvas.layout.id_column, raw_id, style)


def _write_legend(canvas: Canvas) -> None:
    """Say what the formats mean, each in its own format, in the empty place left of the ratings."""
    left = {"align": "left", "indent": 1}
    entries = [
        ("a factor: Solver changes it", canvas.style("input", **left)),
        ("a prediction of a pair without a rating", canvas.style("cell", **left, **UNRATED)),
    ]
    if canvas.layout.bias:
        entries.insert(1, ("a bias: Solver changes it, too", canvas.style("input", **left, bg_color=ACCENT_PALE)))
    if canvas.layout.n_users >= len(entries):
        for row, (text, style) in enumerate(entries, canvas.layout.ratings.row1):
            canvas.spread(row, canvas.layout.id_column - 1, text, style)


def _set_up_view(canvas: Canvas) -> None:
    layout, sheet = canvas.layout, canvas.sheet
    set_up_page(sheet)
    sheet.center_horizontally()
    pages_wide = ceil(canvas.width / _PAGE_WIDTH)
    sheet.fit_to_pages(pages_wide, 1 if pages_wide == 1 and layout.n_users <= _ONE_PAGE else 0)
    sheet.repeat_rows(0, layout.header_row - 1)
    if pages_wide > 1:
        sheet.repeat_columns(layout.id_column - 1)
    sheet.freeze_panes(layout.header_row, layout.id_column if canvas.left_width <= _MOST_FROZEN_WIDTH else 0)
    sheet.set_selection(layout.objective)


def _color(canvas: Canvas, area: Area) -> None:
    """Colour ratings and predictions by one scale, so that a good fit looks like the ratings."""
    values = canvas.ratings.values
    low, high = canvas.model.rating_range or (float(values.min()), float(values.max()))
    canvas.conditional_format(area, sequential_scale(low, high))


def _rating_format(values: Values) -> str:
    """Give the number format with as few decimals, up to two, as show every rating as it is."""
    for decimals in (0, 1):
        if np.array_equal(np.round(values, decimals), values):
            return "0." + "0" * decimals if decimals else "0"
    return "0.00"
