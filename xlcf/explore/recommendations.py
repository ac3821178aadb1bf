"""What to show a user next: the items with the highest predictions among those that are not rated yet."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, nan
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from xlcf.errors import InputError
from xlcf.explore.fold_in import RIDGE, FoldIn, check_no_classifier
from xlcf.explore.lookup import find_items
from xlcf.models.rating_model import RatingModel
from xlcf.ooxml.replacing import replacing
from xlcf.ratings.ratings import Id

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Recommended:
    """An item for a user.

    Attributes:
        item_id: the raw id.
        title: its title, or its id where items have none.
        prediction: the rating that the model expects, or a classifier's probability.
        count: how many ratings the item was fitted to.

    """

    item_id: Id
    title: str
    prediction: float
    count: int


def recommend(fitted: RatingModel, user: int, top: int = 20, minimum_count: int = 1) -> list[Recommended]:
    """Recommend items to a user who was fitted, the best first; those known to be rated are left out.

    Args:
        fitted: the model; what the user has rated is known where it has ratings.
        user: the user's code.
        top: how many items at most.
        minimum_count: the least ratings of an item.

    """
    rated = np.zeros(0, dtype=np.int64)
    if fitted.ratings is not None:
        rated = fitted.ratings.items[fitted.ratings.users == user].astype(np.int64)
    everything = np.arange(fitted.n_items)
    z = fitted.factors.linear(np.full(fitted.n_items, user), everything)
    return _best(fitted, z, rated, top, minimum_count)


def recommend_new(
    fitted: RatingModel, ratings: Mapping[int, float], top: int = 20, minimum_count: int = 1, ridge: float = RIDGE
) -> list[Recommended]:
    """Recommend items to a new user, the best first; see `FoldIn`.

    Args:
        fitted: the model.
        ratings: what the new user has rated, by the item's code.
        top: how many items at most.
        minimum_count: the least ratings of an item.
        ridge: how strongly the user is drawn to the average one.

    Raises:
        InputError: where a rating is outside the range of ratings, or the model is a classifier.

    """
    check_no_classifier(fitted)
    check_range(fitted, ratings)
    fold_in = FoldIn.of_users(fitted)
    rated = np.fromiter(ratings, dtype=np.int64, count=len(ratings))
    weights = fold_in.weights(rated, np.fromiter(ratings.values(), dtype=np.float64, count=len(ratings)), ridge)
    return _best(fitted, fold_in.sums(weights), rated, top, minimum_count)


def parse_ratings(fitted: RatingModel, texts: Sequence[str]) -> dict[int, float]:
    """Read ratings such as `Toy Story=5`: the rating by the item's code. Titles are found by `find_items`.

    Raises:
        InputError: where a text is no rating of an item, an item comes twice, or its title is unknown or ambiguous.

    """
    titles, values = [], []
    for text in texts:
        title, _, value = text.rpartition("=")
        try:
            values.append(float(value))
        except ValueError:
            values.append(nan)
        if not title.strip() or not isfinite(values[-1]):
            raise InputError(f"{text!r} is no rating: write a title, = and a number, such as 'Toy Story=5'.")
        titles.append(title.strip())
    items = find_items(fitted, titles)
    for place, item in enumerate(items):
        if item in items[:place]:
            raise InputError(f"{fitted.item_labels()[item]} is rated twice: give it one rating.")
    return dict(zip(items, values, strict=True))


def check_range(fitted: RatingModel, ratings: Mapping[int, float]) -> None:
    """Check that ratings, by the item's code, are such as the model was fitted to.

    Raises:
        InputError: where one is not.

    """
    ends = fitted.clip or fitted.factors.rating_range or _ends_of_ratings(fitted)
    for item, rating in ratings.items():
        if ends is not None and not ends[0] <= rating <= ends[1]:
            raise InputError(
                f"{fitted.item_labels()[item]} is rated {rating:g}, but ratings go from {ends[0]:g} to {ends[1]:g}."
            )


def _ends_of_ratings(fitted: RatingModel) -> tuple[float, float] | None:
    return fitted.ratings.rating_range if fitted.ratings is not None and len(fitted.ratings) else None


def write_recommended(path: Path, recommended: Sequence[Recommended], item_name: str = "item") -> None:
    """Write recommendations as CSV with the columns rank, the item's id, title, prediction and ratings."""
    with replacing(path) as unfinished, unfinished.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["rank", item_name, "title", "prediction", "ratings"])
        for rank, item in enumerate(recommended, 1):
            table.writerow([rank, item.item_id, item.title, item.prediction, item.count])


def _best(fitted: RatingModel, z: Floats, rated: Integers, top: int, minimum_count: int) -> list[Recommended]:
    """Take the items of highest z, which unlike predictions are not equal at the end of the range."""
    counts = np.asarray(fitted.item_counts)
    eligible = counts >= minimum_count
    eligible[rated] = False
    items = np.flatnonzero(eligible)
    # of equal ones those with more ratings come first, and then those that come first in the data
    order = items[np.lexsort((items, -counts[items], -z[items]))][:top]
    titles, predictions = fitted.item_titles or fitted.item_ids, fitted.rating_of(z[order])
    return [
        Recommended(fitted.item_ids[item], str(titles[item]), float(prediction), int(counts[item]))
        for item, prediction in zip(order.tolist(), predictions.tolist(), strict=True)
    ]
