"""The sheet `Recommendations`: for each user the unrated items that the model predicts at or above the user's mean."""

from __future__ import annotations

import numpy as np
from xlsxwriter.workbook import Workbook

from xlcf.arrays import Floats, Integers
from xlcf.models.rating_model import RatingModel
from xlcf.models.recommendations import Recommendations, disagreement, recommend
from xlcf.ratings.ratings import Ratings
from xlcf.report.cells import write_text
from xlcf.report.fit_report import FitReport
from xlcf.report.model_view import ModelView
from xlcf.report.page import LEFT, Page
from xlcf.report.predictions import PredictedCells, scale_ends
from xlcf.report.recommendation_table import Recommendation, RecommendationColumns, RecommendationTable
from xlcf.report.sheet_names import SheetNames
from xlcf.report.style import AMBER, decimals_format

PER_USER = 10
"""Most recommendations for one user."""

_NOTES_ROW = 2


def write_recommendations(book: Workbook, names: SheetNames, report: FitReport) -> None:
    """Add the sheet with up to ten recommendations for each user of the matrices."""
    view = report.view
    model, ratings = view.model, view.ratings
    recommended = {user: recommend(model, user, PER_USER) for user in view.matrix_users.tolist()}
    sentence = (
        "For each user the unrated items that the model predicts at or above the user's own mean rating, the best "
        f"first, {PER_USER} at most."
    )
    page = Page(book, names.recommendations, "Recommendations", sentence, landscape=model.spread is not None)
    style = page.style
    warnings = _warnings(report, model, list(recommended.values()))
    notes = [(text, style("subtitle", bold=True, font_color=AMBER)) for text in warnings]
    notes += [(text, style("subtitle")) for text in _notes(view, model)]
    for row, (text, look) in enumerate(notes, _NOTES_ROW):
        write_text(page.sheet, row, LEFT, text, look)

    low, high = scale_ends(view)
    columns = RecommendationColumns(
        ratings.user_name,
        ratings.user_ids,
        ratings.item_name,
        ratings.item_ids,
        ratings.item_titles,
        has_mean=True,
        has_spread=model.spread is not None and model.spread.is_known,
        number=decimals_format(max(abs(low), abs(high))),
        ends=(low, high),
    )
    table = RecommendationTable(page, _NOTES_ROW + len(notes) + 1, columns)
    counts, means = ratings_of_items(ratings)
    cells = PredictedCells(view, names)
    user_means = _user_means(ratings)
    for user, items in recommended.items():
        rows = [
            Recommendation(
                item=item,
                title="" if ratings.item_titles is None else ratings.item_titles[code],
                formula=cells.shown(user, code, model.shown_range),
                mean=float(means[code]) if counts[code] else None,
            )
            for code, item in zip(items.codes.tolist(), items, strict=True)
        ]
        mean = float(user_means[user])
        table.add_user(ratings.user_ids[user], rows, None if np.isnan(mean) else mean, items.why_empty())
    table.write()


def ratings_of_items(ratings: Ratings) -> tuple[Integers, Floats]:
    """Count and average the ratings of each item, both of shape (items,); the mean of none is 0."""
    counts = np.bincount(ratings.items, minlength=ratings.n_items)
    sums = np.bincount(ratings.items, weights=ratings.values, minlength=ratings.n_items)
    return counts, sums / np.maximum(counts, 1)


def _user_means(ratings: Ratings) -> Floats:
    """Average the ratings of each user: shape (users,), NaN where there are none."""
    counts = np.bincount(ratings.users, minlength=ratings.n_users)
    with np.errstate(invalid="ignore"):
        return np.bincount(ratings.users, weights=ratings.values, minlength=ratings.n_users) / counts


def _warnings(report: FitReport, model: RatingModel, recommended: list[Recommendations]) -> list[str]:
    """Say first what these recommendations are not worth."""
    warnings = []
    if report.has_few_ratings:
        warnings.append(
            f"There are {len(report.ratings or ()):,} ratings for {len(report.result.x):,} variable cells, fewer than "
            "three for each: a small error of the fit does not mean that predictions of unrated items are good."
        )
    items = [item for each in recommended for item in each]
    doubtful = sum(item.fits_agree is False for item in items)
    if doubtful:
        warnings.append(
            f"Equally good fits disagree by {disagreement(model):.2g} or more on {doubtful:,} of the "
            f"{len(items):,} predictions below: these numbers mean nothing, and are marked."
        )
    return warnings


def _notes(view: ModelView, model: RatingModel) -> list[str]:
    """Say what the numbers are."""
    notes: list[str] = []
    if not len(view.ratings):
        return notes
    if model.shown_range is not None:
        low, high = model.shown_range
        notes.append(
            f"Predictions are kept within the range of the ratings, {low:g} to {high:g}; their order is that of the "
            "numbers on the Predictions sheet, which are not."
        )
    else:
        low, high = model.allowed_range
        notes.append(f"Predictions lie between {low:g} and {high:g}, by the model's sigmoid.")
    if model.spread is not None:
        notes.append(model.spread.describe())
    if len(view.matrix_users) < view.ratings.n_users:
        notes.append(f"Shown are the {len(view.matrix_users)} users with most ratings, of {view.ratings.n_users:,}.")
    return notes
