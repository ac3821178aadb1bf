"""The sheet `Recommendations`: for chosen users the items with the highest predictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from xlsxwriter.workbook import Workbook

from xlcf.arrays import Floats, Integers
from xlcf.models.coded_ratings import CodedRatings
from xlcf.models.recommendations import LIKELY, Recommendations, recommend_unrated
from xlcf.report.area import Area
from xlcf.report.cells import write_text
from xlcf.report.model_book.places import RECOMMENDATIONS, ModelPlaces
from xlcf.report.model_view import ModelView
from xlcf.report.page import LEFT, Page
from xlcf.report.recommendation_table import Recommendation, RecommendationColumns, RecommendationTable

_NOTES_ROW = 2


@dataclass(frozen=True)
class UserRecommendations:
    """What is recommended to a user.

    Attributes:
        user: the user's code.
        mean: the mean of the user's ratings, or of a classifier's targets; None where there are none.
        items: the recommendations.

    """

    user: int
    mean: float | None
    items: Recommendations


def recommend(
    view: ModelView, users: Sequence[int], count: int, ratings: CodedRatings | None
) -> list[UserRecommendations]:
    """Choose for each user the `count` items with the highest predictions (`recommend_unrated`).

    Left out are items without a training rating, of which the model knows nothing, and, as far as `ratings` tells,
    those that the user has rated and those predicted below the user's mean rating.
    """
    rated = None if ratings is None else ratings.of_users(list(users))
    return [_of_user(view, user, count, None if rated is None else rated[user]) for user in users]


def _of_user(view: ModelView, user: int, count: int, rated: tuple[Integers, Floats] | None) -> UserRecommendations:
    own = None
    if rated is not None and len(rated[1]):
        own = float(view.model.targets(rated[1]).mean())
    return UserRecommendations(user, own, recommend_unrated(view.model, user, rated, count))


def write_recommendations(
    book: Workbook, places: ModelPlaces, recommended: Sequence[UserRecommendations], ratings: CodedRatings | None
) -> None:
    """Add the sheet; predictions are live over the sheets Users and Items where these list the pair."""
    view, model = places.view, places.view.model
    page = Page(book, RECOMMENDATIONS, RECOMMENDATIONS, _sentence(view, ratings), landscape=False)
    notes = _notes(view, ratings)
    for row, note in enumerate(notes, _NOTES_ROW):
        write_text(page.sheet, row, LEFT, note, page.style("subtitle"))
    codes = [code for each in recommended for code in each.items.codes.tolist()]
    columns = RecommendationColumns(
        model.user_name,
        [model.user_ids[each.user] for each in recommended],
        model.item_name,
        [model.item_ids[item] for item in codes],
        None if model.item_titles is None else [view.title(item) for item in codes],
        has_mean=ratings is not None,
        has_spread=False,
        number=view.number,
        ends=model.prediction_range,
    )
    table = RecommendationTable(page, _NOTES_ROW + len(notes) + 1, columns)
    means = None if ratings is None else ratings.item_means()
    listed_users, listed_items = set(view.users.tolist()), set(view.items.tolist())
    for each in recommended:
        rows = []
        for rank, (code, item) in enumerate(zip(each.items.codes.tolist(), each.items, strict=True), 1):
            live = view.factors is not None and each.user in listed_users and code in listed_items
            cells = Area("", table.row + rank, LEFT, 1, 3)
            rows.append(
                Recommendation(
                    item=item,
                    title=view.title(code),
                    formula=places.prediction(cells.cell(0, 0), cells.cell(0, 2)) if live else None,
                    mean=None if means is None or np.isnan(means[code]) else float(means[code]),
                )
            )
        table.add_user(model.user_ids[each.user], rows, each.mean, each.items.why_empty())
    table.write()


def _sentence(view: ModelView, ratings: CodedRatings | None) -> str:
    what = "unrated items" if ratings is not None else "items"
    if view.model.is_classifier:
        return f"For each user the {what} with a probability of {LIKELY:.0%} or more, the best first."
    if ratings is None:
        return "For each user the items with the highest predictions, the best first."
    return "For each user the unrated items that are predicted at or above the user's own mean rating, the best first."


def _notes(view: ModelView, ratings: CodedRatings | None) -> list[str]:
    notes = []
    if ratings is None:
        notes.append(
            "What users have rated is not known. So it may be among these, and so may items predicted below a user's "
            "mean rating: export the model together with its ratings."
        )
    if not view.model.is_classifier:
        low, high = view.model.prediction_range
        notes.append(
            f"Predictions are kept within the range of the ratings, {low:g} to {high:g}; their order is that before."
        )
    return notes
