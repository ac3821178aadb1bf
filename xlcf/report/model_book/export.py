"""A trained model out as a workbook: what may be chosen, and what comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from xlcf.errors import InputError
from xlcf.exploring.biases import default_minimum_count
from xlcf.models.coded_ratings import CodedRatings
from xlcf.models.lookup import user_code
from xlcf.models.rating_model import RatingModel
from xlcf.ratings.ratings import Id, Ratings
from xlcf.report.cells import MAX_COLUMNS, MAX_ROWS
from xlcf.report.model_book.book import ModelBook
from xlcf.report.model_book.options import ExportOptions
from xlcf.report.model_book.places import TABLE_ROW, ModelPlaces
from xlcf.report.model_view import ModelView

MOST_ROWS = MAX_ROWS - TABLE_ROW
"""Users, and items, that fit a worksheet."""


@dataclass(frozen=True)
class Exported:
    """What was written.

    Attributes:
        path: the workbook.
        sheets: its sheets' names.
        files: the files beside it.
        listed_users: how many users the sheet Users lists.
        listed_items: how many items the sheet Items lists.
        minimum_count: the least ratings of an item among the best and worst.
        recommended_users: the users with recommendations.
        sentences: what a person should know, such as what was cut.

    """

    path: Path
    sheets: list[str]
    files: list[Path]
    listed_users: int
    listed_items: int
    minimum_count: int
    recommended_users: list[Id]
    sentences: list[str]


def export_model(
    model: RatingModel,
    path: str | Path,
    *,
    ratings: Ratings | None = None,
    test: Ratings | None = None,
    validation: Ratings | None = None,
    users: Sequence[Id] = (),
    top: int = ExportOptions.top,
    minimum_count: int | None = None,
    rows: int = ExportOptions.rows,
    tables: str = ExportOptions.tables,
    created: datetime | None = None,
) -> Exported:
    """Write a trained model as a workbook.

    Its sheets: Summary, Learning curves, Predict (live formulas; not for a net), Users and Items (factors and biases),
    Best and worst, Recommendations, and Predicted against actual (with ratings). Users and items beyond `rows` are cut
    from the sheets, those with fewest ratings first; a file beside the workbook, BOOK.users.csv or BOOK.items.csv, then
    holds all. An existing file is replaced whole or not at all.

    Args:
        model: the model.
        path: the workbook to write.
        ratings: what the users have rated, to leave it out of their recommendations.
        test: ratings to compare predictions with; None: `validation`.
        validation: those that were held out to choose the epoch, to compare with instead; None: `ratings`.
        users: ids of users to make recommendations for; without any, the five with most ratings.
        top: recommendations for each of them.
        minimum_count: the least ratings of an item among the best and worst; None: what the
            3,000 items with most ratings have.
        rows: most users, and most items, on a sheet.
        tables: the format of the files beside: csv or parquet.
        created: the time in the workbook; now, where it is None.

    Raises:
        InputError: where a user is unknown, no rating is of a user and an item of the model's, the model does not fit
            a worksheet, or a file cannot be written.

    """
    if not 1 <= rows <= MOST_ROWS:
        raise InputError(f"A sheet lists from 1 to {MOST_ROWS:,} users or items, not {rows:,}.")
    if Path(path).suffix.lower() != ".xlsx":
        raise InputError(f"{path} is no name for a workbook: let it end in .xlsx.")
    ExportOptions(users, top, minimum_count, rows, tables)  # checks them
    view = ModelView(model, rows)
    if ModelPlaces(view).items.end > MAX_COLUMNS:
        raise InputError(
            f"A model with {model.predictor.n_factors:,} factors does not fit a worksheet of {MAX_COLUMNS:,} columns: "
            "train it with fewer factors."
        )
    book = ModelBook(
        view=view,
        ratings=None if ratings is None else CodedRatings(model, ratings),
        test=None if test is None else CodedRatings(model, test),
        validation=None if validation is None else CodedRatings(model, validation),
        users=_users(view, users),
        top=top,
        minimum_count=default_minimum_count(model.item_counts) if minimum_count is None else minimum_count,
        created=(created or datetime.now()).replace(tzinfo=None),
    )
    unknown = [
        coded.check_known(what) for coded, what in ((book.ratings, "ratings"), (book.test, "test ratings")) if coded
    ]
    files = book.write(Path(path), tables)
    return Exported(
        path=Path(path),
        sheets=book.sheets,
        files=files,
        listed_users=len(view.users),
        listed_items=len(view.items),
        minimum_count=book.minimum_count,
        recommended_users=[model.user_ids[user] for user in book.users],
        sentences=[*filter(None, unknown), *book.cuts(files)],
    )


def _users(view: ModelView, ids: Sequence[Id]) -> list[int]:
    """Give the codes of some users, each once; without any, of the five with most ratings."""
    return list(dict.fromkeys(user_code(view.model, raw_id) for raw_id in ids)) or view.users[:5].tolist()
