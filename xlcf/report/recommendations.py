"""The sheet `Recommendations`: for each user the unrated items with the highest predictions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from xlsxwriter.workbook import Workbook

from xlcf.ratings.ratings import Ratings
from xlcf.report.cells import write_formula, write_id, write_number, write_text
from xlcf.report.fit_report import FitReport
from xlcf.report.predictions import PredictedCells, scale_ends
from xlcf.report.ratings_view import RatingsView, predict_block
from xlcf.report.sheet_names import SheetNames
from xlcf.report.style import (
    MUTED,
    Style,
    decimals_format,
    id_width,
    sequential_scale,
    set_up_page,
    title_width,
    write_heading,
)

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

PER_USER = 10
"""Most recommendations for one user."""

_LEFT = 1
_HEADER_ROW = 3
_TITLE_WIDTH = 72.0
_QUIET: dict[str, object] = {"italic": True, "font_color": MUTED}


def recommend(view: RatingsView, user: int, count: int = PER_USER) -> tuple[Integers, Floats]:
    """Give codes and predictions of the unrated items that a user would rate highest, the best first."""
    rated = view.ratings.items[view.ratings.users == user]
    candidates = np.setdiff1d(view.listed_items, rated)
    predicted = predict_block(view.factors, np.array([user]), candidates)[0]
    candidates, predicted = candidates[np.isfinite(predicted)], predicted[np.isfinite(predicted)]
    best = np.argsort(-predicted, kind="stable")[:count]
    return candidates[best], predicted[best]


def write_recommendations(book: Workbook, names: SheetNames, report: FitReport) -> None:
    """Add the sheet with up to ten recommendations for each user of the matrices."""
    view = RatingsView.of(report)
    ratings = view.ratings
    style = Style(book)
    sheet = book.add_worksheet(names.recommendations)
    set_up_page(sheet, landscape=False)
    sentence = (
        f"For each user the unrated items with the highest predictions, {PER_USER} at most. The order is as fitted."
    )
    write_heading(sheet, style, "Recommendations", sentence)
    if len(view.users) < ratings.n_users:
        note = f"Shown are the {len(view.users)} users with most ratings, of {ratings.n_users:,}."
        write_text(sheet, 2, _LEFT, note, style("subtitle"))

    columns = _columns(ratings)
    for column, (name, width, role) in enumerate(columns, _LEFT):
        sheet.set_column(column, column, width)
        write_text(sheet, _HEADER_ROW, column, name, style(role))
    sheet.freeze_panes(_HEADER_ROW + 1, 0)
    sheet.repeat_rows(_HEADER_ROW)

    low, high = scale_ends(view)
    number = decimals_format(max(abs(low), abs(high)))
    counts, means = _ratings_of_items(ratings)
    cells = PredictedCells(view, names)
    title_column = _LEFT + 3
    prediction_column = _LEFT + len(columns) - 3
    row = _HEADER_ROW
    for user in view.users.tolist():
        items, predicted = recommend(view, user)
        for rank, (item, value) in enumerate(zip(items.tolist(), predicted.tolist(), strict=True), 1):
            row += 1
            edge = _edge(rank)
            write_id(sheet, row, _LEFT, ratings.user_ids[user], style("id", **edge))
            write_number(sheet, row, _LEFT + 1, rank, style("cell", num_format="0", **edge))
            write_id(sheet, row, _LEFT + 2, ratings.item_ids[item], style("id", bold=False, **edge))
            if ratings.item_titles is not None:
                write_text(sheet, row, title_column, ratings.item_titles[item], style("text", **edge))
            shown = style("cell", num_format=number, bold=True, **edge)
            write_formula(sheet, row, prediction_column, cells.formula(user, item), value, shown)
            mean = float(means[item]) if counts[item] else None
            write_number(sheet, row, prediction_column + 1, mean, style("cell", num_format=number, **edge))
            write_number(
                sheet, row, prediction_column + 2, int(counts[item]), style("cell", num_format="#,##0", **edge)
            )
        if not items.size:
            row += 1
            write_id(sheet, row, _LEFT, ratings.user_ids[user], style("id", **_edge(1)))
            for column in range(_LEFT + 1, _LEFT + len(columns)):
                sheet.write_blank(row, column, None, style("text", **_edge(1)))
            write_text(sheet, row, _LEFT + 2, "has rated everything here", style("text", **_edge(1), **_QUIET))
    if row > _HEADER_ROW:
        sheet.autofilter(_HEADER_ROW, _LEFT, row, _LEFT + len(columns) - 1)
        sheet.conditional_format(
            _HEADER_ROW + 1, prediction_column, row, prediction_column, sequential_scale(low, high)
        )


def _columns(ratings: Ratings) -> list[tuple[str, float, str]]:
    """Give name, width and header style of each column."""
    columns = [
        (ratings.user_name, id_width(ratings.user_name, ratings.user_ids), "header_text"),
        ("Rank", 9.0, "header"),
        (ratings.item_name, id_width(ratings.item_name, ratings.item_ids), "header_text"),
        ("Title", title_width(ratings.item_titles or [], _TITLE_WIDTH), "header_text"),
        ("Prediction", 13.0, "header"),
        ("Others' mean", 15.0, "header"),
        ("Ratings", 11.0, "header"),
    ]
    if ratings.item_titles is None:
        del columns[3]
    return columns


def _ratings_of_items(ratings: Ratings) -> tuple[Integers, Floats]:
    """Count and average the ratings of each item, both of shape (items,); the mean of none is 0."""
    counts = np.bincount(ratings.items, minlength=ratings.n_items)
    sums = np.bincount(ratings.items, weights=ratings.values, minlength=ratings.n_items)
    return counts, sums / np.maximum(counts, 1)


def _edge(rank: int) -> dict[str, object]:
    """Give the line that parts a user from the one above."""
    return {"top": 1, "top_color": MUTED} if rank == 1 else {}
