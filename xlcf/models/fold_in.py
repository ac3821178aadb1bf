"""New users and items without training again: their factors by ridge regression on the factors that were fitted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from xlcf.arrays import Floats, Integers
from xlcf.errors import InputError
from xlcf.models.factors import Factors
from xlcf.models.query_options import RecommendOptions

if TYPE_CHECKING:
    from xlcf.models.rating_model import RatingModel


_SETTLED = 1e12  # largest condition number of the normal equations that leaves digits to weights


def check_no_classifier(model: RatingModel) -> None:
    """Refuse a classifier, which takes no ratings.

    Raises:
        InputError: where the model is one.

    """
    if model.threshold is not None:
        raise InputError(
            "The model is a classifier; new users and items are folded in by ratings: train one without `threshold`."
        )


def average_weights(factors: Floats, bias: Floats | None, counts: Integers) -> Floats:
    """Give the mean weights, bias first where there is one, of the users or items with ratings: shape (weights,).

    They are the weights of a new user or item of which nothing is known.
    """
    weights = factors if bias is None else np.column_stack([bias, factors])
    has_ratings = np.asarray(counts) > 0
    return np.asarray(weights[has_ratings].mean(axis=0) if has_ratings.any() else weights.mean(axis=0))


@dataclass(frozen=True)
class FoldIn:
    """Finds the weights of cold starts: of new users from their ratings of items, or of new items from users' ratings.

    The weights w of a new user or item are its bias, where the model has biases, and its factors. For a new user the
    prediction of item i is

        z[i] = features[i] . w + offsets[i],   features[i] = (1, item_factors[i]),   offsets[i] = item_bias[i] + mean

    and its sigmoid within the rating range, where the model has one; for a new item, users stand in place of items.
    From the ratings r of the items R the weights are those that minimise

        sum over i in R of (r[i] - prediction[i])^2 + ridge |w - average|^2

    where `average` are the mean weights of those who were fitted: who has rated nothing is taken for the average one.
    This is ridge regression (Hoerl, Kennard 1970) towards a mean, and with a mean of 0 a step of alternating least
    squares (Koren, Bell, Volinsky 2009, "Matrix Factorization Techniques for Recommender Systems"). Its solution is

        w = average + (X' X + ridge I)^-1 X' (r - prediction of the average)

    with the rows features[i] of the rated in X. A sigmoid is replaced by its tangent at the average's prediction: the
    rows of X are slope[i] features[i]. That is the first step of Gauss and Newton's method; further steps change the
    RMSE on MovieLens by less than 0.001.

    Attributes:
        features: shape (others, weights), of the other side: a column of ones where the model has biases, and factors.
        offsets: shape (others,), what a prediction has without the new user or item.
        average: shape (weights,), the mean weights of those of this side who have ratings.
        factors: the model, for its sigmoid.
        has_bias: whether the first weight is a bias.

    """

    features: Floats
    offsets: Floats
    average: Floats
    factors: Factors
    has_bias: bool

    @classmethod
    def of_users(cls, model: RatingModel) -> FoldIn:
        """Prepare to fold in new users.

        Raises:
            InputError: where the model is a classifier.

        """
        factors = model.factors
        users, items = (factors.user_factors, factors.user_bias), (factors.item_factors, factors.item_bias)
        return cls._prepare(model, users, model.user_counts, items)

    @classmethod
    def of_items(cls, model: RatingModel) -> FoldIn:
        """Prepare to fold in new items.

        Raises:
            InputError: where the model is a classifier.

        """
        factors = model.factors
        users, items = (factors.user_factors, factors.user_bias), (factors.item_factors, factors.item_bias)
        return cls._prepare(model, items, model.item_counts, users)

    @classmethod
    def _prepare(
        cls,
        model: RatingModel,
        own: tuple[Floats, Floats | None],
        own_counts: Integers,
        others: tuple[Floats, Floats | None],
    ) -> FoldIn:
        """Take the weights of the side of the new user or item, and those of the other side."""
        check_no_classifier(model)
        own_factors, own_bias = own
        features, other_bias = others
        if own_bias is not None:
            features = np.column_stack([np.ones(len(features)), features])
        offsets = np.full(len(features), model.factors.global_bias)
        return cls(
            features=features,
            offsets=offsets if other_bias is None else offsets + other_bias,
            average=average_weights(own_factors, own_bias, own_counts),
            factors=model.factors,
            has_bias=own_bias is not None,
        )

    def weights(
        self, others: Sequence[int] | Integers, ratings: Sequence[float] | Floats, ridge: float = RecommendOptions.ridge
    ) -> Floats:
        """Find the weights of a new user or item: shape (weights,).

        Args:
            others: codes of the items that the new user has rated, or of the users who have rated the new item.
            ratings: the rating of each.
            ridge: how strongly the new user or item is drawn to the average; above 0.

        Raises:
            InputError: where ratings or ridge are no such numbers, or the ridge is too small to settle the weights.

        """
        if not (isfinite(ridge) and ridge > 0):
            raise InputError(f"The ridge must be above 0, not {ridge}.")
        codes, given = np.asarray(others, dtype=np.int64), np.asarray(ratings, dtype=np.float64)
        if codes.shape != given.shape:
            raise InputError(f"There are {given.size:,} ratings of {codes.size:,}: give one rating each.")
        if not np.isfinite(given).all():
            raise InputError("A rating is not a finite number: leave it out.")
        z = self.sums(self.average)[codes]
        tangent = self.features[codes] * self.slopes(z)[:, None]
        normal = tangent.T @ tangent + ridge * np.eye(len(self.average))
        if np.isfinite(normal).all() and np.linalg.cond(normal) > _SETTLED:
            raise InputError(
                f"A ridge of {ridge:g} is too small to find {len(normal):,} weights from so few ratings: raise it; "
                f"{RecommendOptions.ridge:g} is usual."
            )
        change = np.linalg.solve(normal, tangent.T @ (given - self.factors.rating_of(z)))
        return np.asarray(self.average + change)

    def sums(self, weights: Floats) -> Floats:
        """Give z, a prediction before the sigmoid, for the new one and each of the others: shape (others,)."""
        return np.asarray(self.features @ weights + self.offsets)

    def slopes(self, z: Floats) -> Floats:
        """Give the derivative of the prediction by z, element by element: 1 without a sigmoid."""
        if self.factors.rating_range is None:
            return np.ones_like(z)
        low, high = self.factors.rating_range
        rating = self.factors.rating_of(z)
        return np.asarray((rating - low) * (high - rating) / (high - low))
