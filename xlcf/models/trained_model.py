"""A trained model of ratings with all that is known about it: ids, titles, options, metrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from xlcf.errors import InputError
from xlcf.models.build import ModelOptions
from xlcf.models.dot_product import EmbeddingDot
from xlcf.models.factors import Factors
from xlcf.models.rating_module import RatingModule
from xlcf.ratings.ids import code_of_id, codes_of
from xlcf.ratings.ratings import Id, Ratings

if TYPE_CHECKING:
    from xlcf.explore.fitted import Fitted
    from xlcf.explore.neighbours import Neighbour
    from xlcf.explore.recommendations import Recommended

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_PAIRS = 1 << 18  # predicted at a time


@dataclass(frozen=True)
class TrainedModel:
    """A trained torch model, and what a person needs to use and to judge it.

    Attributes:
        module: the torch module, on the CPU, in evaluation mode.
        options: which model it is.
        user_ids: the raw user ids, one a code.
        item_ids: the raw item ids, one a code.
        item_titles: the items' titles, one a code, or None.
        user_counts: shape (users,), the ratings that each user was trained on.
        item_counts: shape (items,), the same for items.
        rating_range: the lowest and the highest rating of the data; predictions are kept within it.
        mean: the mean of the ratings (of the 0/1 targets for a classifier).
        metrics: valid_rmse, test_rmse, ... as far as measured.
        history: one mapping an epoch: epoch, loss, learning_rate, seconds, and the validation metrics.
        training: the options of the training run, by name.
        source: what the ratings were read from.
        fingerprint: of the ratings it was trained on (`Ratings.fingerprint`).
        versions: of xlcf, torch and Python at the time of training.
        user_name: what a user id is called in the source.
        item_name: what an item id is called in the source.

    """

    module: RatingModule
    options: ModelOptions
    user_ids: Sequence[Id]
    item_ids: Sequence[Id]
    item_titles: Sequence[str] | None
    user_counts: Integers
    item_counts: Integers
    rating_range: tuple[float, float]
    mean: float
    metrics: Mapping[str, float] = field(default_factory=dict)
    history: Sequence[Mapping[str, float]] = ()
    training: Mapping[str, object] = field(default_factory=dict)
    source: str = ""
    fingerprint: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    user_name: str = "user"
    item_name: str = "item"

    @property
    def is_classifier(self) -> bool:
        """Whether predictions are probabilities."""
        return self.options.threshold is not None

    @property
    def prediction_range(self) -> tuple[float, float]:
        """Where predictions lie: 0 to 1 for a classifier, else the range of the ratings."""
        return (0.0, 1.0) if self.is_classifier else self.rating_range

    def factors(self) -> Factors:
        """Give factors and biases as NumPy arrays.

        Raises:
            InputError: where the model is a net, which has more than factors.

        """
        if not isinstance(self.module, EmbeddingDot):
            raise InputError("A net is more than its factors: train the model dot or dot-bias for this.")
        return self.module.to_factors()

    def item_labels(self) -> list[str]:
        """Give what a person would call each item: its title where there is one, else its id."""
        return [str(label) for label in (self.item_titles or self.item_ids)]

    def user_codes(self, ids: Sequence[Id]) -> Integers:
        """Give the code of each user id, -1 for one that the model does not know."""
        return codes_of(self._user_code, ids)

    def item_codes(self, ids: Sequence[Id]) -> Integers:
        """Give the code of each item id, -1 for one that the model does not know."""
        return codes_of(self._item_code, ids)

    def predict(self, users: Sequence[Id], items: Sequence[Id]) -> Floats:
        """Predict ratings of pairs of raw ids, kept within the range: shape (pairs,).

        A user or item that the model does not know counts as one without factors and with the mean's bias.
        """
        return self.predict_codes(self.user_codes(users), self.item_codes(items))

    def recommend(
        self, user: Id, *, top: int = 20, minimum_count: int = 1, ratings: Ratings | None = None
    ) -> list[Recommended]:
        """Recommend items to a user by the raw id, the best first; see `xlcf.explore.recommend`.

        Args:
            user: the raw id.
            top: how many items at most.
            minimum_count: the least ratings of an item.
            ratings: the known ratings; those items of them that the user has rated are left out.

        Raises:
            InputError: where the model does not know the user, or is a net.

        """
        from xlcf.explore.lookup import user_code
        from xlcf.explore.recommendations import recommend

        fitted = self._explored if ratings is None else self._explored.with_ratings(ratings)
        return recommend(fitted, user_code(fitted, user), top, minimum_count)

    def similar(
        self, item: Id | None = None, *, user: Id | None = None, top: int = 10, minimum_count: int = 1
    ) -> list[Neighbour]:
        """Find the items that the same users like, or the users with the same taste; see `xlcf.explore.similar_items`.

        Args:
            item: the raw id of an item, or its title as `xlcf.explore.find_item` takes it.
            user: the raw id of a user instead.
            top: most neighbours to give.
            minimum_count: the least ratings of a neighbour.

        Raises:
            InputError: where the model does not know the item or user, both or none are given, or it is a net.

        """
        from xlcf.explore.lookup import item_code, user_code
        from xlcf.explore.neighbours import named_items, named_users, similar_items, similar_users

        if (item is None) == (user is None):
            raise InputError("Give either an item or a user.")
        fitted = self._explored
        if item is not None:
            code = item_code(fitted, item)
            return named_items(fitted, similar_items(fitted, code, top, minimum_count=minimum_count))
        assert user is not None
        code = user_code(fitted, user)
        return named_users(fitted, similar_users(fitted, code, top, minimum_count=minimum_count))

    @torch.no_grad()
    def predict_codes(self, users: Integers, items: Integers) -> Floats:
        """Predict ratings of pairs of codes, -1 for unknown: shape (pairs,)."""
        if len(users) != len(items):
            raise InputError(f"There are {len(users):,} users for {len(items):,} items: give as many of both.")
        predictions = np.empty(len(users))
        for start in range(0, len(users), _PAIRS):
            part = slice(start, start + _PAIRS)
            known = np.maximum(users[part], 0), np.maximum(items[part], 0)
            predictions[part] = self.module(*map(torch.from_numpy, known)).double().numpy()
        unknown = np.flatnonzero((users < 0) | (items < 0))
        if unknown.size:
            predictions[unknown] = self._predict_unknown(users[unknown], items[unknown])
        return predictions.clip(*self.prediction_range)

    def _predict_unknown(self, users: Integers, items: Integers) -> Floats:
        """Predict pairs with an unknown side from the mean and the known side's bias."""
        factors = self.module.to_factors() if isinstance(self.module, EmbeddingDot) else None
        if factors is None or factors.user_bias is None or factors.item_bias is None:
            return np.full(len(users), self.mean)
        sides = ((factors.user_bias, users), (factors.item_bias, items))
        z = factors.global_bias + sum(np.where(codes < 0, bias.mean(), bias[codes]) for bias, codes in sides)
        return factors.rating_of(np.asarray(z))

    @cached_property
    def _explored(self) -> Fitted:
        # imported here: explore stands above models
        from xlcf.explore.fitted import Fitted

        return Fitted.of_model(self)

    @cached_property
    def _user_code(self) -> dict[Id, int]:
        return code_of_id(self.user_ids)

    @cached_property
    def _item_code(self) -> dict[Id, int]:
        return code_of_id(self.item_ids)
