"""The live sheets of a fitted model, into a workbook under construction or as a workbook of their own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from xlsxwriter.workbook import Workbook

from xlcf.errors import InputError
from xlcf.models.fold_in import check_no_classifier
from xlcf.models.rating_model import RatingModel
from xlcf.models.recommendations import check_range
from xlcf.options import check
from xlcf.ratings.counts import most_rated
from xlcf.report.cells import MAX_COLUMNS, MAX_ROWS
from xlcf.report.live_book.cold_start import ColdStart
from xlcf.report.live_book.cold_start_sheet import write_cold_start
from xlcf.report.live_book.options import LiveOptions
from xlcf.report.live_book.places import FIRST_ROW, ColdStartPlaces
from xlcf.report.live_book.waterfall import write_waterfall
from xlcf.report.live_book.waterfall_places import WaterfallPlaces
from xlcf.report.new_book import new_book


@dataclass(frozen=True)
class LiveNames:
    """The names of the sheets."""

    new_user: str = "New user"
    new_item: str = "New item"
    waterfall: str = "Waterfall"


@dataclass(frozen=True)
class LiveSheets:
    """What was written.

    Attributes:
        sheets: the names of the sheets.
        users: how many users are listed.
        items: how many items.

    """

    sheets: list[str]
    users: int
    items: int


def write_live_sheets(
    book: Workbook, model: RatingModel, options: LiveOptions | None = None, names: LiveNames | None = None
) -> LiveSheets:
    """Add the sheets New user, New item and Waterfall.

    On New user the reader types ratings beside a list of items; array formulas find the user's bias and factors as
    `FoldIn` does, and predictions and a ranked list follow. On New item the reader types what users gave. Waterfall
    shows what a prediction is made of, for a user and an item from the two lists. Nothing needs a macro.

    Raises:
        InputError: where the model is a classifier, or does not fit worksheets, or a rating is out of range.

    """
    options, names = options or LiveOptions(), names or LiveNames()
    _check(model, options)
    user = int(np.argmax(model.user_counts)) if options.user is None else options.user
    item = int(np.argmax(model.item_counts)) if options.item is None else options.item
    listed_users = most_rated(model.user_counts, options.rows, [user])
    listed_items = most_rated(model.item_counts, options.rows, [item, *options.ratings])
    items = ColdStartPlaces(names.new_user, ColdStart("user", model, listed_items, options.ratings, options.ridge))
    users = ColdStartPlaces(names.new_item, ColdStart("item", model, listed_users, {}, options.ridge))
    write_cold_start(book, items)
    write_cold_start(book, users)
    write_waterfall(book, names.waterfall, WaterfallPlaces(users, items, user, item))
    return LiveSheets([names.new_user, names.new_item, names.waterfall], len(listed_users), len(listed_items))


def write_live_book(
    path: str | Path, model: RatingModel, options: LiveOptions | None = None, created: datetime | None = None
) -> LiveSheets:
    """Write a workbook with the live sheets alone; an existing file is replaced whole or not at all.

    Args:
        path: the workbook.
        model: the model.
        options: what the sheets show at first.
        created: the time in the workbook; now, where it is None.

    Raises:
        InputError: as `write_live_sheets`, and where the file cannot be written.

    """
    if Path(path).suffix.lower() != ".xlsx":
        raise InputError(f"{path} is no name for a workbook: let it end in .xlsx.")
    title = f"New users and items for the model of {model.source or 'ratings'}"
    with new_book(Path(path), title, created or datetime.now(UTC)) as book:
        return write_live_sheets(book, model, options)


def _check(model: RatingModel, options: LiveOptions) -> None:
    most = MAX_ROWS - FIRST_ROW - len(options.ratings) - 1
    if not 1 <= options.rows <= most:
        raise InputError(f"A sheet lists from 1 to {most:,} items or users, not {options.rows:,}.")
    if model.factors.n_factors > MAX_COLUMNS // 2:
        raise InputError(f"{model.factors.n_factors:,} factors do not fit a worksheet: train a model with fewer.")
    check(options)
    check_no_classifier(model)
    check_range(model, options.ratings)
