"""The sheet `Recommendations`: for chosen users the items with the highest predictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from xlsxwriter.workbook import Workbook

from xlcf.report.cells import write_text
from xlcf.report.model_book.coded_ratings import CodedRatings
from xlcf.report.model_book.places import LEFT, RECOMMENDATIONS, ModelPlaces
from xlcf.report.model_book.view import ModelView
from xlcf.report.recommendation_table import Recommendation, RecommendationColumns, RecommendationTable
from xlcf.report.sheet_names import Area
from xlcf.report.style import Style, set_up_page, write_heading

Integers = NDArray[np.int64]

_HEADER_ROW = 3


@dataclass(frozen=True)
class Recommended:
    """What is recommended to a user.

    Attributes:
        user: the user's code.
        items: codes, the best first.

    """

    user: int
    items: Integers


def recommend(view: ModelView, users: Sequence[int], count: int, ratings: CodedRatings | None) -> list[Recommended]:
    """Choose for each user the `count` items with the highest predictions.

    Left out are items without a training rating, of which the model knows nothing, and those that the user has rated
    as far as `ratings` tells.
    """
    known = view.model.item_counts > 0
    rated = {} if ratings is None else ratings.items_of(list(users))
    found = []
    for user in users:
        candidates = known.copy()
        seen = rated.get(user, np.empty(0, np.int64))
        candidates[seen[seen >= 0]] = False
        items = np.flatnonzero(candidates)
        found.append(
            Recommended(
                user,
                items[
                    np.argsort(-view.model.predictor.linear(np.full(len(items), user), items), kind="stable")[:count]
                ],
            )
        )
    return found


def write_recommendations(
    book: Workbook, places: ModelPlaces, recommended: Sequence[Recommended], ratings: CodedRatings | None
) -> None:
    """Add the sheet; predictions are live over the sheets Users and Items where these list the pair."""
    view, model, style = places.view, places.view.model, Style(book)
    sheet = book.add_worksheet(RECOMMENDATIONS)
    set_up_page(sheet, landscape=False)
    what = "items that they have not rated" if ratings is not None else "items"
    write_heading(sheet, style, RECOMMENDATIONS, f"For each user the {what} with the highest predictions.")
    if ratings is None:
        note = "Items that a user has rated are among them: they are left out where export is given --ratings DATA."
        write_text(sheet, 2, LEFT, note, style("subtitle"))
    items = np.concatenate([each.items for each in recommended]).tolist() if recommended else []
    columns = RecommendationColumns(
        model.user_name,
        [model.user_ids[each.user] for each in recommended],
        model.item_name,
        [model.item_ids[item] for item in items],
        None if model.item_titles is None else [view.title(item) for item in items],
        has_mean=ratings is not None,
        number=view.number,
        ends=model.prediction_range,
    )
    table = RecommendationTable(sheet, style, _HEADER_ROW, LEFT, columns)
    means = None if ratings is None else ratings.item_means()
    listed_users, listed_items = set(view.users.tolist()), set(view.items.tolist())
    for each in recommended:
        predictions = view.model.predict_codes(np.full(len(each.items), each.user), each.items).tolist()
        rows = []
        for rank, (item, prediction) in enumerate(zip(each.items.tolist(), predictions, strict=True), 1):
            live = view.factors is not None and each.user in listed_users and item in listed_items
            cells = Area("", table.row + rank, LEFT, 1, 3)
            rows.append(
                Recommendation(
                    item_id=model.item_ids[item],
                    title=view.title(item),
                    prediction=prediction,
                    formula=places.prediction(cells.cell(0, 0), cells.cell(0, 2)) if live else None,
                    mean=None if means is None or np.isnan(means[item]) else float(means[item]),
                    ratings=int(model.item_counts[item]),
                )
            )
        table.write_user(model.user_ids[each.user], rows)
    table.finish()
