"""The sheet `Recommendations`: for each user the unrated items with the highest predictions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from xlsxwriter.workbook import Workbook

from xlcf.ratings.ratings import Ratings
from xlcf.report.cells import write_text
from xlcf.report.fit_report import FitReport
from xlcf.report.predictions import PredictedCells, scale_ends
from xlcf.report.ratings_view import RatingsView, predict_block
from xlcf.report.recommendation_table import Recommendation, RecommendationColumns, RecommendationTable
from xlcf.report.sheet_names import SheetNames
from xlcf.report.style import Style, decimals_format, set_up_page, write_heading

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

PER_USER = 10
"""Most recommendations for one user."""

_LEFT = 1
_HEADER_ROW = 3


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

    low, high = scale_ends(view)
    columns = RecommendationColumns(
        ratings.user_name,
        ratings.user_ids,
        ratings.item_name,
        ratings.item_ids,
        ratings.item_titles,
        has_mean=True,
        number=decimals_format(max(abs(low), abs(high))),
        ends=(low, high),
    )
    table = RecommendationTable(sheet, style, _HEADER_ROW, _LEFT, columns)
    counts, means = ratings_of_items(ratings)
    cells = PredictedCells(view, names)
    for user in view.users.tolist():
        items, predicted = recommend(view, user)
        recommendations = [
            Recommendation(
                item_id=ratings.item_ids[item],
                title="" if ratings.item_titles is None else ratings.item_titles[item],
                prediction=value,
                formula=cells.formula(user, item),
                mean=float(means[item]) if counts[item] else None,
                ratings=int(counts[item]),
            )
            for item, value in zip(items.tolist(), predicted.tolist(), strict=True)
        ]
        table.write_user(ratings.user_ids[user], recommendations)
    table.finish()


def ratings_of_items(ratings: Ratings) -> tuple[Integers, Floats]:
    """Count and average the ratings of each item, both of shape (items,); the mean of none is 0."""
    counts = np.bincount(ratings.items, minlength=ratings.n_items)
    sums = np.bincount(ratings.items, weights=ratings.values, minlength=ratings.n_items)
    return counts, sums / np.maximum(counts, 1)
