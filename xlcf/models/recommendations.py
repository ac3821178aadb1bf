"""What to show a user next: the items with the highest predictions among those that are not rated yet.

One rule for every command and sheet: the items are in the order of their predictions before these are kept within the
range of ratings, which makes the best ones equal; and the list ends at the user's own mean rating, since what is
predicted below it is, to that user, rather a warning.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite, nan
from pathlib import Path
from typing import TYPE_CHECKING, overload

import numpy as np

from xlcf.arrays import Floats, Integers
from xlcf.errors import InputError
from xlcf.files.replacing import replacing
from xlcf.models.fold_in import FoldIn, check_no_classifier
from xlcf.models.lookup import find_items
from xlcf.models.predictor import Predictor
from xlcf.models.query_options import RecommendOptions
from xlcf.ratings.ratings import Id

if TYPE_CHECKING:
    from xlcf.models.rating_model import RatingModel


LIKELY = 0.5
"""The least probability of a recommendation by a classifier."""
DISAGREEMENT = 0.2
"""Fits disagree on a prediction where they lie apart by this share of the range of ratings: about a star of five."""
ROUNDING = 1e-9
"""By so little a prediction may be below the least one, and is still listed."""


@dataclass(frozen=True)
class Recommended:
    """An item for a user.

    Attributes:
        item_id: the raw id.
        title: its title, or its id where items have none.
        prediction: the rating that the model expects, within the range of ratings, or a classifier's probability.
        count: how many ratings the item was fitted to.
        lowest: the lowest prediction of all equally good fits; None where these are not known.
        highest: the highest one.
        fits_agree: whether these lie less than `DISAGREEMENT` of the range of ratings apart. Where they do not, the
            prediction means nothing.

    """

    item_id: Id
    title: str
    prediction: float
    count: int
    lowest: float | None = None
    highest: float | None = None
    fits_agree: bool | None = None


@dataclass(frozen=True, eq=False)
class Recommendations(Sequence[Recommended]):
    """What is recommended to one user, the best first.

    Attributes:
        items: the recommendations.
        codes: shape (recommendations,), their codes.
        least: the prediction at which the list ends: the user's mean rating, or `LIKELY` for a classifier; None where
            the user's ratings are not known.
        left_out: unrated items that are predicted below it.
        least_text: what it is and how much, in words.

    """

    items: tuple[Recommended, ...]
    codes: Integers
    least: float | None
    left_out: int
    least_text: str = ""

    def __len__(self) -> int:
        return len(self.items)

    @overload
    def __getitem__(self, index: int) -> Recommended: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Recommended, ...]: ...
    def __getitem__(self, index: int | slice) -> Recommended | tuple[Recommended, ...]:
        """Give one of them, or some."""
        return self.items[index]

    def why_empty(self) -> str:
        """Say, in a clause, why nothing is recommended."""
        if not self.left_out:
            return "nothing is left to recommend: every item is rated, or has too few ratings"
        return f"nothing unrated is predicted at or above {self.least_text}"


@dataclass(frozen=True)
class Choice:
    """Which items are recommended.

    Attributes:
        items: codes, the best first.
        predictions: shape (items,), what is predicted for them, as shown.
        left_out: how many others are unrated and predicted below the least prediction.

    """

    items: Integers
    predictions: Floats
    left_out: int


def choose(
    scores: Floats,
    shown: Callable[[Floats], Floats],
    counts: Integers,
    rated: Integers,
    least: float | None = None,
    top: int | None = None,
    minimum_count: int = 1,
) -> Choice:
    """Choose the items to recommend to one user.

    Args:
        scores: shape (items,), what is predicted before it is kept within the range of ratings: it gives the order. One
            that is not finite is never chosen.
        shown: turns scores into predictions within the range.
        counts: shape (items,), the ratings of each item.
        rated: codes of the items that the user has rated.
        least: the lowest prediction to choose; None for any.
        top: how many items at most; None for all.
        minimum_count: the least ratings of an item.

    """
    eligible = (counts >= minimum_count) & np.isfinite(scores)
    eligible[rated] = False
    items = np.flatnonzero(eligible)
    predictions = shown(scores[items])
    good = np.full(len(items), fill_value=True) if least is None else predictions >= least - ROUNDING
    left_out = int(len(items) - good.sum())
    items, predictions = items[good], predictions[good]
    # of equal ones those with more ratings come first, and then those that come first in the data
    order = np.lexsort((items, -counts[items], -scores[items]))[:top]
    return Choice(items[order], predictions[order], left_out)


def least_in_words(least: float | None, threshold: float | None = None, damping: float = 0.0) -> str:
    """Say what the least prediction is; see `least_prediction`."""
    if least is None:
        return ""
    if threshold is not None:
        return f"a probability of {least:.0%}"
    if damping:
        return f"the new user's mean rating of {least:.2f} (drawn toward the mean of all while ratings are few)"
    return f"this user's mean rating of {least:.2f}"


def least_prediction(ratings: Floats, mean: float, threshold: float | None = None, damping: float = 0.0) -> float:
    """Give the prediction at which a user's recommendations end: the user's mean rating, `LIKELY` for a classifier.

    Args:
        ratings: the user's, shape (ratings,); may be empty.
        mean: of all ratings; taken where the user has none.
        threshold: of a classifier, or None.
        damping: that many ratings of the overall mean are counted in. A user who is folded in has the ridge here, by
            which the user's weights are drawn to the average in the same way: after one rating of 5 the mean is not 5.

    """
    if threshold is not None:
        return LIKELY
    weight = len(ratings) + damping
    return float((ratings.sum() + damping * mean) / weight) if weight else mean


def recommend(
    model: RatingModel,
    user: int,
    top: int = RecommendOptions.top,
    minimum_count: int = RecommendOptions.minimum_count,
) -> Recommendations:
    """Recommend items to a user who was fitted, the best first.

    Left out are those known to be rated, and those predicted below the user's mean rating. Where the ratings are not
    known, nothing is.

    Args:
        model: the model; what the user has rated is known where it has ratings.
        user: the user's code.
        top: how many items at most.
        minimum_count: the least ratings of an item.

    """
    rated = None
    if model.ratings is not None:
        own = model.ratings.users == user
        rated = model.ratings.items[own].astype(np.int64), np.asarray(model.ratings.values[own], dtype=np.float64)
    return recommend_unrated(model, user, rated, top, minimum_count)


def recommend_unrated(
    model: RatingModel,
    user: int,
    rated: tuple[Integers, Floats] | None,
    top: int = RecommendOptions.top,
    minimum_count: int = RecommendOptions.minimum_count,
) -> Recommendations:
    """Recommend items to a user who was fitted, the best first; see `recommend`.

    Args:
        model: the model.
        user: the user's code.
        rated: codes of the items that the user has rated, and their ratings; None where that is not known.
        top: how many items at most.
        minimum_count: the least ratings of an item.

    """
    items, values = (np.zeros(0, dtype=np.int64), np.zeros(0)) if rated is None else rated
    is_known = rated is not None or model.is_classifier
    least = least_prediction(values, model.mean, model.threshold) if is_known else None
    everything = np.arange(model.n_items)

    def scores(predictor: Predictor) -> Floats:
        return predictor.linear(np.full(len(everything), user), everything)

    text = least_in_words(least, model.threshold)
    return _recommendations(model, scores, items, (least, text), top, minimum_count)


def recommend_new(
    model: RatingModel,
    ratings: Mapping[int, float],
    top: int = RecommendOptions.top,
    minimum_count: int = RecommendOptions.minimum_count,
    ridge: float = RecommendOptions.ridge,
) -> Recommendations:
    """Recommend items to a new user, the best first; see `FoldIn`.

    Left out are those predicted below the new user's mean rating, which few ratings leave near the mean of all
    (`least_prediction`).

    Args:
        model: the model.
        ratings: what the new user has rated, by the item's code.
        top: how many items at most.
        minimum_count: the least ratings of an item.
        ridge: how strongly the user is drawn to the average one.

    Raises:
        InputError: where a rating is outside the range of ratings, or the model is a classifier.

    """
    check_no_classifier(model)
    check_range(model, ratings)
    rated = np.fromiter(ratings, dtype=np.int64, count=len(ratings))
    values = np.fromiter(ratings.values(), dtype=np.float64, count=len(ratings))

    def scores(predictor: Predictor) -> Floats:
        fold_in = FoldIn.of_users(replace(model, predictor=predictor))
        return fold_in.sums(fold_in.weights(rated, values, ridge))

    least = least_prediction(values, model.mean, damping=ridge)
    text = least_in_words(least, damping=ridge)
    return _recommendations(model, scores, rated, (least, text), top, minimum_count)


def parse_ratings(model: RatingModel, texts: Sequence[str]) -> dict[int, float]:
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
    items = find_items(model, titles)
    for place, item in enumerate(items):
        if item in items[:place]:
            raise InputError(f"{model.item_labels()[item]} is rated twice: give it one rating.")
    return dict(zip(items, values, strict=True))


def check_range(model: RatingModel, ratings: Mapping[int, float]) -> None:
    """Check that ratings, by the item's code, are such as the model was fitted to.

    Raises:
        InputError: where one is not.

    """
    low, high = model.allowed_range
    for item, rating in ratings.items():
        if not low <= rating <= high:
            raise InputError(
                f"{model.item_labels()[item]} is rated {rating:g}, but ratings go from {low:g} to {high:g}."
            )


def write_recommended(path: Path, recommended: Sequence[Recommended], item_name: str = "item") -> None:
    """Write recommendations as CSV with the columns rank, the item's id, title, prediction and ratings.

    Where equally good fits are known, there follow lowest, highest and fits_agree (`Recommended`).
    """
    spread = ["lowest", "highest", "fits_agree"] if any(item.fits_agree is not None for item in recommended) else []
    with replacing(path) as unfinished, unfinished.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["rank", item_name, "title", "prediction", "ratings", *spread])
        for rank, item in enumerate(recommended, 1):
            more = [getattr(item, name) for name in spread]
            table.writerow([rank, item.item_id, item.title, item.prediction, item.count, *more])


def _recommendations(
    model: RatingModel,
    scores: Callable[[Predictor], Floats],
    rated: Integers,
    least: tuple[float | None, str],
    top: int,
    minimum_count: int,
) -> Recommendations:
    """Recommend by the scores of all items, which any fit's numbers give."""
    chosen = choose(
        scores(model.predictor), model.shown, np.asarray(model.item_counts), rated, least[0], top, minimum_count
    )
    spread, known = model.spread, None
    if len(chosen.items) and spread is not None and spread.is_known:
        known = spread.ends(lambda factors: model.shown(scores(factors)[chosen.items]))
    titles = model.item_titles or model.item_ids
    items = []
    for place, (item, prediction) in enumerate(zip(chosen.items.tolist(), chosen.predictions.tolist(), strict=True)):
        found = Recommended(model.item_ids[item], str(titles[item]), prediction, int(model.item_counts[item]))
        if known is not None:
            lowest, highest = float(known[0][place]), float(known[1][place])
            found = replace(found, lowest=lowest, highest=highest, fits_agree=highest - lowest < disagreement(model))
        items.append(found)
    return Recommendations(tuple(items), chosen.items, least[0], chosen.left_out, least[1])


def disagreement(model: RatingModel) -> float:
    """Give how far apart the predictions of equally good fits must lie to disagree: `DISAGREEMENT` of the range."""
    low, high = model.allowed_range
    return DISAGREEMENT * (high - low)
