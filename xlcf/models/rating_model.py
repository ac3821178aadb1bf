"""One fitted model of ratings, whoever fitted it: a workbook's factorization or a training run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from xlcf.arrays import Floats, Integers
from xlcf.errors import InputError
from xlcf.models.factors import Factors
from xlcf.models.fold_in import FoldIn
from xlcf.models.lookup import item_code, user_code
from xlcf.models.neighbours import Neighbour, named_items, named_users, similar_items, similar_users
from xlcf.models.net import Net
from xlcf.models.predictor import Predictor, sigmoid
from xlcf.models.query_options import NeighbourOptions, RecommendOptions
from xlcf.models.recommendations import Recommendations, recommend
from xlcf.models.titles import labels_of
from xlcf.notebook import facts
from xlcf.optimizers import OPTIMIZERS
from xlcf.ratings.counts import count_codes
from xlcf.ratings.ids import id_text
from xlcf.ratings.ratings import Codes, Id, Ratings, Values
from xlcf.ratings.vocabulary import Vocabulary

if TYPE_CHECKING:
    from xlcf.models.prediction_spread import PredictionSpread


@dataclass(frozen=True)
class RatingModel:
    """A fitted model of ratings, and what a person needs to use and to judge it.

    A code is a position in `user_ids` or `item_ids`, and a row of the factors. Predictions are in double precision.

    Attributes:
        predictor: the fitted numbers: `Factors`, or a `Net`.
        user_ids: the raw user ids, one a code; any sequence of ids becomes a `Vocabulary`.
        item_ids: the raw item ids, one a code; the same.
        item_titles: the items' titles, one a code, or None.
        user_counts: shape (users,), the ratings that each user was fitted to.
        item_counts: shape (items,), the same for items.
        mean: the mean of the ratings that were fitted (of the 0/1 targets for a classifier).
        rating_range: the lowest and the highest rating of the data.
        is_clipped: whether predictions are kept within their range; a workbook's are as its formulas give them.
        threshold: a rating of this or more is the 1 of a classifier, whose predictions are probabilities; else None.
        ratings: the known ratings in these codes, or None; those of a workbook, or what `with_ratings` was given.
        metrics: valid_rmse, test_rmse, ... as far as measured.
        history: one mapping an epoch: epoch, loss, learning_rate, seconds, and the validation metrics.
        training: the options of the training run, by name; empty for a workbook.
        source: what the ratings were read from.
        fingerprint: of the ratings it was trained on (`Ratings.fingerprint`).
        versions: of xlcf, torch and Python at the time of training.
        user_name: what a user id is called in the source.
        item_name: what an item id is called in the source.
        spread: how far equally good fits disagree; None where that is not known, as of a trained model.

    """

    predictor: Predictor
    user_ids: Vocabulary
    item_ids: Vocabulary
    item_titles: Sequence[str] | None
    user_counts: Integers
    item_counts: Integers
    mean: float
    rating_range: tuple[float, float]
    is_clipped: bool = True
    threshold: float | None = None
    ratings: Ratings | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    history: Sequence[Mapping[str, float]] = ()
    training: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""
    fingerprint: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    user_name: str = "user"
    item_name: str = "item"
    spread: PredictionSpread | None = None

    @classmethod
    def of_factors(
        cls, ratings: Ratings, factors: Factors, source: str = "", spread: PredictionSpread | None = None
    ) -> RatingModel:
        """Give the model of factors that were fitted in a workbook to these ratings, in their codes."""
        return cls.fitted_to(
            ratings, factors, mean=ratings.mean, is_clipped=False, ratings=ratings, source=source, spread=spread
        )

    def __post_init__(self) -> None:
        for side in ("user_ids", "item_ids"):
            object.__setattr__(self, side, Vocabulary.of(getattr(self, side)))

    @classmethod
    def fitted_to(cls, ratings: Ratings, predictor: Predictor, /, **known: Any) -> RatingModel:
        """Give the model with the ids, titles, counts and range of the ratings that it was fitted to.

        Args:
            ratings: the ratings, in whose codes the predictor is.
            predictor: the fitted numbers.
            known: the other attributes by name.

        """
        return cls(
            predictor=predictor,
            user_ids=ratings.user_ids,
            item_ids=ratings.item_ids,
            item_titles=ratings.item_titles,
            user_counts=count_codes(ratings.users, ratings.n_users),
            item_counts=count_codes(ratings.items, ratings.n_items),
            rating_range=ratings.rating_range if len(ratings) else (0.0, 0.0),
            user_name=ratings.user_name,
            item_name=ratings.item_name,
            **known,
        )

    @property
    def n_users(self) -> int:
        """How many users there are."""
        return len(self.user_ids)

    @property
    def n_items(self) -> int:
        """How many items there are."""
        return len(self.item_ids)

    def _repr_html_(self) -> str:
        return facts(
            f"Rating model of {self.source}" if self.source else "Rating model",
            [
                ("kind", self.kind),
                ("users", self.n_users),
                ("items", self.n_items),
                ("factors", self.predictor.n_factors),
                ("mean rating", float(self.mean)),
                ("predictions", f"from {self.allowed_range[0]:g} to {self.allowed_range[1]:g}"),
                *((name.replace("_", " "), float(value)) for name, value in self.metrics.items()),
            ],
        )

    @property
    def kind(self) -> str:
        """Which model it is: `dot`, `dot-bias` or `net`; without factors `bias` or `mean`."""
        if isinstance(self.predictor, Net):
            return "net"
        has_bias = self.factors.user_bias is not None or self.factors.item_bias is not None
        if not self.factors.n_factors:
            return "bias" if has_bias else "mean"
        return "dot-bias" if has_bias else "dot"

    @property
    def factors(self) -> Factors:
        """Factors and biases.

        Raises:
            InputError: where the model is a net, which has more than factors.

        """
        if not isinstance(self.predictor, Factors):
            raise InputError("A net is more than its factors: train the model dot or dot-bias for this.")
        return self.predictor

    @property
    def is_classifier(self) -> bool:
        """Whether predictions are probabilities."""
        return self.threshold is not None

    @property
    def prediction_range(self) -> tuple[float, float]:
        """Where predictions belong: 0 to 1 for a classifier, else the range of the ratings."""
        return (0.0, 1.0) if self.is_classifier else self.rating_range

    @property
    def clip(self) -> tuple[float, float] | None:
        """The range that predictions must be cut at; None where there is none, or a sigmoid keeps them within it."""
        outer, inner = self.prediction_range, self.predictor.rating_range
        is_within = inner is not None and outer[0] <= inner[0] and inner[1] <= outer[1]
        return outer if self.is_clipped and not is_within else None

    @property
    def shown_range(self) -> tuple[float, float] | None:
        """The range that predictions shown to a person must be cut at: `clip`, or for a workbook the ratings' range.

        None where a sigmoid keeps them within a range.
        """
        if self.is_clipped or self.predictor.rating_range is not None:
            return self.clip
        return self.prediction_range

    @property
    def allowed_range(self) -> tuple[float, float]:
        """The lowest and the highest prediction that is shown, and rating that may be typed."""
        return self.shown_range or self.predictor.rating_range or self.prediction_range

    def shown(self, z: Floats) -> Floats:
        """Give the prediction of each z as it is shown to a person, kept within `shown_range`."""
        rating = self.predictor.rating_of(z)
        return rating if self.shown_range is None else rating.clip(*self.shown_range)

    @property
    def held_out_rmse(self) -> float | None:
        """The RMSE of ratings that were not fitted, where some were held out; None for a classifier, too."""
        return self.metrics.get("test_rmse", self.metrics.get("valid_rmse"))

    @property
    def train_rmse(self) -> float | None:
        """The RMSE of the last epoch of training; None for a classifier or a workbook."""
        loss = self.history[-1].get("loss") if self.history and not self.is_classifier else None
        return None if loss is None else float(np.sqrt(loss))

    @property
    def has_known_error(self) -> bool:
        """Whether it is known how far predictions err: measured, or to be measured on known ratings."""
        known = (self.held_out_rmse, self.train_rmse, self.ratings)
        return self.is_classifier or any(part is not None for part in known)

    def item_labels(self) -> list[str]:
        """Give what a person would call each item: its title where there is one, else its id.

        Items with equal titles have their ids behind these: `Emma (1996) [838]`.
        """
        if self.item_titles is None:
            return [id_text(raw_id) for raw_id in self.item_ids]
        return labels_of(self.item_titles, self.item_ids)

    def user_codes(self, ids: Sequence[Id]) -> Integers:
        """Give the code of each user id, -1 for one that the model does not know."""
        return self.user_ids.codes(ids)

    def item_codes(self, ids: Sequence[Id]) -> Integers:
        """Give the code of each item id, -1 for one that the model does not know."""
        return self.item_ids.codes(ids)

    def predict(self, users: Sequence[Id], items: Sequence[Id]) -> Floats:
        """Predict ratings of pairs of raw ids, kept within the range: shape (pairs,).

        A user or item that the model does not know counts as one without factors and with the mean's bias.
        """
        return self.predict_codes(self.user_codes(users), self.item_codes(items))

    def predict_std(self, users: Sequence[Id], items: Sequence[Id]) -> Floats | None:
        """Give the standard deviation of each prediction of pairs of raw ids: shape (pairs,), NaN for unknown ids.

        None where the predictor does not know it (`Predictor.predict_std`).
        """
        user_codes, item_codes = self.user_codes(users), self.item_codes(items)
        is_known = (user_codes >= 0) & (item_codes >= 0)
        known = self.predictor.predict_std(user_codes[is_known], item_codes[is_known])
        if known is None:
            return None
        deviations = np.full(len(user_codes), np.nan)
        deviations[is_known] = known
        return deviations

    def fold_in(
        self, items: Sequence[Id], ratings: Sequence[float], *, ridge: float = RecommendOptions.ridge
    ) -> Floats:
        """Predict every item for a new user from some ratings, kept within the range: shape (items,); see `FoldIn`.

        Args:
            items: the raw ids of the items that the new user has rated.
            ratings: the rating of each.
            ridge: how strongly the user is drawn to the average one; above 0.

        Raises:
            InputError: where the model does not know an item, is a classifier or a net, or a number is none.

        """
        codes = self.item_codes(items)
        if (codes < 0).any():
            raise InputError(f"The model does not know the item {items[int((codes < 0).argmax())]}: leave it out.")
        fold_in = FoldIn.of_users(self)
        return self.rating_of(fold_in.sums(fold_in.weights(codes, ratings, ridge)))

    def recommend(
        self,
        user: Id,
        *,
        top: int = RecommendOptions.top,
        minimum_count: int = RecommendOptions.minimum_count,
        ratings: Ratings | None = None,
    ) -> Recommendations:
        """Recommend items to a user by the raw id, the best first; see `xlcf.models.recommendations.recommend`.

        Args:
            user: the raw id.
            top: how many items at most.
            minimum_count: the least ratings of an item.
            ratings: the known ratings; those items of them that the user has rated are left out.

        Raises:
            InputError: where the model does not know the user, or is a net.

        """
        model = self if ratings is None else self.with_ratings(ratings)
        return recommend(model, user_code(model, user), top, minimum_count)

    def similar(
        self,
        item: Id | None = None,
        *,
        user: Id | None = None,
        top: int = NeighbourOptions.top,
        minimum_count: int = NeighbourOptions.minimum_count,
    ) -> list[Neighbour]:
        """Find the items that the same users like, or the users with the same taste; see `similar_items`.

        Args:
            item: the raw id of an item, or its title as `xlcf.models.lookup.find_item` takes it.
            user: the raw id of a user instead.
            top: most neighbours to give.
            minimum_count: the least ratings of a neighbour.

        Raises:
            InputError: where the model does not know the item or user, both or none are given, or it is a net.

        """
        if (item is None) == (user is None):
            raise InputError("Give either an item or a user.")
        if item is not None:
            code = item_code(self, item)
            return named_items(self, similar_items(self, code, top, minimum_count=minimum_count))
        assert user is not None
        code = user_code(self, user)
        return named_users(self, similar_users(self, code, top, minimum_count=minimum_count))

    def predict_codes(self, users: Codes, items: Codes) -> Floats:
        """Predict ratings of pairs of codes, -1 for unknown, kept within the range: shape (pairs,)."""
        if len(users) != len(items):
            raise InputError(f"There are {len(users):,} users for {len(items):,} items: give as many of both.")
        is_known = (users >= 0) & (items >= 0)
        if is_known.all():
            return self._within(self.predictor.predict(users, items))
        predictions = np.empty(len(users))
        predictions[is_known] = self.predictor.predict(users[is_known], items[is_known])
        predictions[~is_known] = self._predict_unknown(users[~is_known], items[~is_known])
        return self._within(predictions)

    def rating_of(self, z: Floats) -> Floats:
        """Give the prediction of each z: its sigmoid where there is one, kept within the range."""
        return self._within(self.predictor.rating_of(z))

    def slope(self) -> float:
        """Give the derivative of a prediction by z at the mean rating: 1 without a sigmoid.

        It turns a bias, which is added before the sigmoid, into ratings.
        """
        if self.factors.rating_range is None:
            return 1.0
        low, high = self.factors.rating_range
        share = float(sigmoid(np.asarray(self.factors.global_bias)))
        return (high - low) * share * (1 - share)

    @property
    def has_weight_decay(self) -> bool:
        """Whether it is known to be trained with weight decay, which leaves nothing but rotations of factors open."""
        return bool(self.training.get("weight_decay"))

    @property
    def ridge(self) -> float:
        """How many ratings weigh as much as the weight decay that draws a user's or an item's numbers to 0.

        With weight decay d, N ratings and a squared error, training minimises the sum of squared errors plus N d / 2
        times each squared weight: as N d / (2 slope^2) ratings of 0 would. 0 where no decay is known, for decoupled
        decay (adamw), which is none of the loss, and for a net, whose weights a prediction does not add up.
        """
        is_decayed = self.has_weight_decay and not _decouples_decay(self.training)
        if not is_decayed or not isinstance(self.predictor, Factors):
            return 0.0
        slope = self.slope()
        curvature = 2 * slope**2 if self.threshold is None else slope  # of one rating's loss by z
        return float(self.user_counts.sum()) * float(self.training["weight_decay"]) / curvature

    def with_ratings(self, ratings: Ratings) -> RatingModel:
        """Give the same with these ratings, in its codes; those by unknown users or of unknown items are left out.

        Raises:
            InputError: where no rating is of a user and an item that were fitted.

        """
        if len(ratings) and ratings.user_ids is self.user_ids and ratings.item_ids is self.item_ids:
            return replace(self, ratings=ratings)  # those that were fitted: in its codes already
        known = ratings.recoded(self.user_ids, self.item_ids, self.item_titles)
        if not len(known):
            raise InputError(
                "None of the ratings is of a user and an item that were fitted: give the data that the model was "
                "trained on."
            )
        return replace(self, ratings=replace(known, user_name=self.user_name, item_name=self.item_name))

    def targets(self, ratings: Values) -> Floats:
        """Turn ratings into what the model predicts: themselves, or 0 and 1 for a classifier: shape (ratings,)."""
        values = np.asarray(ratings, dtype=np.float64)
        return values if self.threshold is None else (values >= self.threshold).astype(np.float64)

    def residuals(self) -> Floats:
        """Give rating - prediction of each known rating (target - probability for a classifier): shape (ratings,).

        Raises:
            InputError: where no ratings are known.

        """
        if self.ratings is None:
            raise InputError("Without ratings there are no residuals: give them as `ratings`.")
        predictions = self.predict_codes(self.ratings.users, self.ratings.items)
        with np.errstate(invalid="ignore"):
            return self.targets(self.ratings.values) - predictions

    def _within(self, predictions: Floats) -> Floats:
        return predictions.clip(*self.prediction_range) if self.is_clipped else predictions

    def _predict_unknown(self, users: Codes, items: Codes) -> Floats:
        """Predict pairs with an unknown side from the mean and the known side's bias."""
        factors = self.predictor
        if not isinstance(factors, Factors) or factors.user_bias is None or factors.item_bias is None:
            return np.full(len(users), self.mean)
        sides = ((factors.user_bias, users), (factors.item_bias, items))
        z = factors.global_bias + sum(np.where(codes < 0, bias.mean(), bias[codes]) for bias, codes in sides)
        return factors.rating_of(np.asarray(z))


def _decouples_decay(training: Mapping[str, Any]) -> bool:
    optimizer = OPTIMIZERS.get(training.get("method", ""))
    return optimizer is not None and optimizer.decouples_decay
