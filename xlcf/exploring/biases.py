"""Items by bias: which are good, and which bad, once it is taken into account who rated them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from xlcf.arrays import Floats, Integers
from xlcf.errors import InputError
from xlcf.metrics import rmse
from xlcf.models.factors import Factors
from xlcf.models.rating_model import RatingModel

KNOWN = 3_000
"""Items that are listed where no least number of ratings is given: those with most ratings."""

MOST_USERS = 2_000
"""Users, at most, whose predictions by a net are averaged."""

_95_PERCENT = 1.959964  # of a normal distribution lie within so many standard deviations


@dataclass(frozen=True)
class ItemBiases:
    """The items with enough ratings, how good each is, and how sure that is.

    The interval is that of a bias alone, all else as fitted, by the normal approximation:

        bias +- 1.96 sd / sqrt(count + ridge)

    the 95 % posterior interval of a ridge regression (Hoerl, Kennard 1970) on `count` ratings with errors of standard
    deviation sd, drawn to 0 by the weight decay as by `ridge` ratings (`RatingModel.ridge`). Before a sigmoid, sd is
    divided by its slope.

    Without weight decay a bias alone means nothing: b + p . q stays the same where p grows by c and b shrinks by c . q.
    Then, and where a model has no biases, the measure is the mean prediction over all users, which stays the same too
    (with a sigmoid, the prediction for the mean user). For a net it is the mean over its users, at most 2,000 of them,
    and nothing is known of how weight decay draws it: ridge is 0.

    Attributes:
        items: shape (listed,), their codes.
        level: shape (listed,), the bias, as the model adds it, or the mean prediction.
        low: shape (listed,), the lower end of its interval.
        high: shape (listed,), the upper end.
        counts: shape (listed,), the ratings of each.
        measure: what `level` is: `bias` or `mean prediction`.
        minimum_count: the least of the counts.
        sd: the standard deviation of a rating's error that the intervals rest on, in ratings.
        sd_source: what it was measured on, in words.

    """

    items: Integers
    level: Floats
    low: Floats
    high: Floats
    counts: Integers
    measure: str
    minimum_count: int
    sd: float
    sd_source: str

    @property
    def is_bias(self) -> bool:
        """Whether items are measured by their biases."""
        return self.measure == "bias"

    def best(self, n: int) -> Integers:
        """Give places of the n best, by the lower end of the interval: an item must prove to be good.

        They are of the upper half by level, so that none is among the worst too; a single item is the best.
        """
        upper = self._descending[: max(1, len(self.items) // 2)]
        return upper[np.argsort(-self.low[upper], kind="stable")][:n]

    def worst(self, n: int) -> Integers:
        """Give places of the n worst, the worst first, by the upper end of the interval; of the lower half by level."""
        lower = self._descending[(len(self.items) + 1) // 2 :]
        return lower[np.argsort(self.high[lower], kind="stable")][:n]

    @cached_property
    def _descending(self) -> Integers:
        return np.argsort(-self.level, kind="stable")


def default_minimum_count(counts: Integers) -> int:
    """Give the least number of ratings that the 3,000 items with most ratings have; 1 where there are fewer items."""
    return max(1, int(np.sort(counts)[-KNOWN])) if len(counts) >= KNOWN else 1


def item_biases(model: RatingModel, minimum_count: int | None = None) -> ItemBiases:
    """Give the biases of the items with at least `minimum_count` ratings (`default_minimum_count`).

    Raises:
        InputError: where no item has so many ratings.

    """
    least = default_minimum_count(model.item_counts) if minimum_count is None else minimum_count
    items = np.flatnonzero(model.item_counts >= least)
    if not items.size:
        most = int(model.item_counts.max(initial=0))
        raise InputError(f"No item has {least:,} ratings, the most are {most:,}: lower `minimum_count`.")
    counts = model.item_counts[items]
    sd, source = error_of_a_rating(model)
    deviations = _95_PERCENT / np.sqrt(np.maximum(counts, 1) + model.ridge)
    bias = model.predictor.item_bias if isinstance(model.predictor, Factors) else None
    if bias is not None and model.has_weight_decay:
        level, half_width, measure = bias[items], sd / model.slope() * deviations, "bias"
    else:
        level, half_width, measure = _mean_predictions(model, items), sd * deviations, "mean prediction"
    return ItemBiases(
        items=items,
        level=level,
        low=level - half_width,
        high=level + half_width,
        counts=counts,
        measure=measure,
        minimum_count=least,
        sd=sd,
        sd_source=source,
    )


def _mean_predictions(model: RatingModel, items: Integers) -> Floats:
    """Predict what the mean user thinks of some items, or average what users think by a net: shape (items,)."""
    factors = model.predictor
    if not isinstance(factors, Factors):
        return mean_over_users(model, items)
    factors = factors.take(np.arange(model.n_users), items)
    z = factors.item_factors @ factors.user_factors.mean(axis=0) + factors.global_bias
    if factors.user_bias is not None:
        z = z + factors.user_bias.mean()
    if factors.item_bias is not None:
        z = z + factors.item_bias
    return factors.rating_of(z)


def mean_over_users(model: RatingModel, items: Integers, most: int = MOST_USERS) -> Floats:
    """Average what users are predicted to rate: shape (items,).

    Args:
        model: the model.
        items: shape (items,), codes.
        most: so many users at most, drawn at random, but always the same.

    """
    users = np.arange(model.n_users)
    if most < len(users):
        users = np.sort(np.random.default_rng(0).choice(len(users), most, replace=False))
    total = np.zeros(len(items))
    for user in users:
        total += model.predict_codes(np.full(len(items), user), items)
    return total / len(users)


def error_of_a_rating(model: RatingModel) -> tuple[float, str]:
    """Give the standard deviation of a rating's error as well as it is known, and what it was measured on.

    Raises:
        InputError: where nothing was measured and no ratings are known.

    """
    if model.threshold is not None:
        return float(np.sqrt(model.mean * (1 - model.mean))), "the base rate"
    if model.held_out_rmse is not None:
        return model.held_out_rmse, "ratings that were held out"
    if model.ratings is not None:
        return rmse(model.residuals()), "the known ratings"
    if model.train_rmse is not None:
        return model.train_rmse, "the ratings of the training"
    raise InputError("How far predictions err is not known for this model: give its ratings as `ratings`.")
