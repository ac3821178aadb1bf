"""Writing one sheet of a ratings workbook: the ratings, the factors, live predictions and their RMSE."""

from __future__ import annotations

from math import ceil, isnan

import numpy as np
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell

from xlcf.ratings.ratings import Values
from xlcf.report.area import Area
from xlcf.report.cells import write_formula, write_id, write_number, write_text
from xlcf.report.ratings_book.head import write_head, write_item_ids
from xlcf.report.ratings_book.ratings_page import RatingsPage
from xlcf.report.ratings_book.texts import item_noun
from xlcf.report.style import ACCENT, ACCENT_PALE, MUTED, sequential_scale

UNRATED = {"bold": True, "italic": True, "font_color": ACCENT}
"""How a prediction looks that has no rating to be compared with; for a conditional format, so without a font."""

_MOST_FROZEN_WIDTH = 90.0  # characters: with more columns frozen nothing would be left to scroll
_PAGE_WIDTH = 220.0  # characters that can still be read on a page
_ONE_PAGE = 25  # users that fit on one printed page


def write_sheet(page: RatingsPage, unrated: Format) -> None:
    """Write all of the sheet; `unrated` is the workbook's format for `UNRATED`."""
    page.set_widths()
    write_head(page)
    _write_ratings(page)
    _write_legend(page)
    _write_item_factors(page)
    _write_user_factors(page)
    _write_predictions(page, unrated)
    _set_up_view(page)


def _write_ratings(page: RatingsPage) -> None:
    area = page.layout.ratings
    page.block(area.top - 1, page.layout.id_column, area.right, "Ratings: what each user gave")
    _write_user_ids(page, area)
    cell = page.style("cell", num_format=_rating_format(page.ratings.values))
    for row, values in enumerate(page.observed, area.top):
        for column, value in enumerate(values, area.left):
            write_number(page.sheet, row, column, None if isnan(value) else float(value), cell)
    _colour(page, area)


def _write_item_factors(page: RatingsPage) -> None:
    area, model = page.layout.item_block, page.model
    item = item_noun(page.ratings)
    what = f"{item} bias and {item} factors" if page.layout.bias else f"{item} factors"
    page.block(
        area.top - 1,
        page.layout.id_column,
        area.right,
        f"{what.capitalize()}: variable cells",
    )
    rows = [(f"factor {n}", numbers, page.factor_format) for n, numbers in enumerate(model.item_factors.T, 1)]
    if model.item_bias is not None:
        rows.insert(0, ("bias", model.item_bias, page.bias_format("bottom")))
    label = page.style("id", align="right", indent=1, bold=False, font_color=MUTED)
    for row, (text, numbers, cell) in enumerate(rows, area.top):
        write_text(page.sheet, row, page.layout.id_column, text, label)
        for column, number in enumerate(numbers, area.left):
            write_number(page.sheet, row, column, float(number), cell)


def _write_user_factors(page: RatingsPage) -> None:
    area, model = page.layout.user_block, page.model
    what = "User bias and user factors" if page.layout.bias else "User factors"
    page.block(area.top - 2, area.left, area.right, f"{what}: variable cells")
    columns = [(f"factor {n}", numbers, page.factor_format) for n, numbers in enumerate(model.user_factors.T, 1)]
    if model.user_bias is not None:
        columns.insert(0, ("bias", model.user_bias, page.bias_format("right")))
    header = page.style("header", font_size=9, bold=False, font_color=MUTED)
    for column, (text, numbers, cell) in enumerate(columns, area.left):
        write_text(page.sheet, area.top - 1, column, text, header)
        for row, number in enumerate(numbers, area.top):
            write_number(page.sheet, row, column, float(number), cell)


def _write_predictions(page: RatingsPage, unrated: Format) -> None:
    layout, area = page.layout, page.layout.predictions
    page.block(area.top - 2, layout.id_column, area.right, "Predictions: one for every pair")
    write_item_ids(page, layout.second_header_row)
    _write_user_ids(page, area)
    cell = page.style("cell")
    for row, values in enumerate(page.predicted, area.top):
        for column, value in enumerate(values, area.left):
            write_formula(page.sheet, row, column, layout.prediction_formula(row, column), float(value), cell)
    rating = xl_rowcol_to_cell(layout.ratings.top, layout.ratings.left)
    page.colour(area, {"type": "formula", "criteria": f'={rating}=""', "format": unrated})
    _colour(page, area)


def _write_user_ids(page: RatingsPage, area: Area) -> None:
    style = page.style("id", align="right", indent=1)
    for row, raw_id in enumerate(page.ratings.user_ids, area.top):
        write_id(page.sheet, row, page.layout.id_column, raw_id, style)


def _write_legend(page: RatingsPage) -> None:
    """Say what the formats mean, each in its own format, in the empty place left of the ratings."""
    left = {"align": "left", "indent": 1}
    entries = [
        ("a factor: Solver changes it", page.style("input", **left)),
        ("a prediction of a pair without a rating", page.style("cell", **left, **UNRATED)),
    ]
    if page.layout.bias:
        entries.insert(1, ("a bias: Solver changes it, too", page.style("input", **left, bg_color=ACCENT_PALE)))
    if page.layout.n_users >= len(entries):
        for row, (text, style) in enumerate(entries, page.layout.ratings.top):
            page.spread(row, page.layout.id_column - 1, text, style)


def _set_up_view(page: RatingsPage) -> None:
    layout, sheet = page.layout, page.sheet
    sheet.center_horizontally()
    pages_wide = ceil(page.whole_width / _PAGE_WIDTH)
    sheet.fit_to_pages(pages_wide, 1 if pages_wide == 1 and layout.n_users <= _ONE_PAGE else 0)
    sheet.repeat_rows(0, layout.header_row)
    if pages_wide > 1:
        sheet.repeat_columns(layout.id_column)
    sheet.freeze_panes(layout.header_row + 1, layout.id_column + 1 if page.left_width <= _MOST_FROZEN_WIDTH else 0)
    sheet.set_selection(layout.objective)


def _colour(page: RatingsPage, area: Area) -> None:
    """Colour ratings and predictions by one scale, so that a good fit looks like the ratings."""
    values = page.ratings.values
    low, high = page.model.rating_range or (float(values.min()), float(values.max()))
    page.colour(area, sequential_scale(low, high))


def _rating_format(values: Values) -> str:
    """Give the number format with as few decimals, up to two, as show every rating as it is."""
    for decimals in (0, 1):
        if np.array_equal(np.round(values, decimals), values):
            return "0." + "0" * decimals if decimals else "0"
    return "0.00"
