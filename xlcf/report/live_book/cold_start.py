"""What the sheet of a new user, or of a new item, shows: who is listed on it, and all that its formulas give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from xlcf.arrays import Floats, Integers
from xlcf.models.fold_in import FoldIn
from xlcf.models.rating_model import RatingModel
from xlcf.models.recommendations import choose, least_prediction
from xlcf.models.titles import labels_of
from xlcf.ratings.ratings import Id
from xlcf.report.cells import as_text

Kind = Literal["user", "item"]


@dataclass(frozen=True)
class ColdStart:
    """A new user who rates items, or a new item that users rate.

    Attributes:
        kind: who is new.
        model: the model.
        listed: shape (rows,), codes of those on the other side that the sheet lists, in its order.
        typed: the ratings that stand on the sheet at first, by code.
        ridge: how strongly the new user or item is drawn to the average.

    """

    kind: Kind
    model: RatingModel
    listed: Integers
    typed: Mapping[int, float]
    ridge: float

    @cached_property
    def fold_in(self) -> FoldIn:
        """What finds the weights of the new user or item."""
        return FoldIn.of_users(self.model) if self.kind == "user" else FoldIn.of_items(self.model)

    @property
    def others(self) -> str:
        """What those on the other side are."""
        return "item" if self.kind == "user" else "user"

    @property
    def id_name(self) -> str:
        """What an id of theirs is called."""
        return self.model.item_name if self.kind == "user" else self.model.user_name

    @property
    def ids(self) -> list[Id]:
        """The ids of those listed."""
        ids = self.model.item_ids if self.kind == "user" else self.model.user_ids
        return [ids[code] for code in self.listed.tolist()]

    @cached_property
    def titles(self) -> list[str] | None:
        """The titles of those listed, each but once, so that one may be chosen by its title; None without."""
        if self.kind == "item" or self.model.item_titles is None:
            return None
        # as cells hold them, which may be equal where the titles are not
        labels = labels_of([as_text(title) for title in self.model.item_titles], self.model.item_ids)
        return [as_text(labels[code]) for code in self.listed.tolist()]

    @property
    def counts(self) -> Integers:
        """The ratings of those listed."""
        counts = self.model.item_counts if self.kind == "user" else self.model.user_counts
        return np.asarray(counts)[self.listed]

    @property
    def bias(self) -> Floats | None:
        """The biases of those listed, or None."""
        factors = self.model.factors
        bias = factors.item_bias if self.kind == "user" else factors.user_bias
        return None if bias is None else bias[self.listed]

    @property
    def features(self) -> Floats:
        """A constant where a new user or item has a bias, and factors, of those listed: shape (rows, weights)."""
        return self.fold_in.features[self.listed]

    @property
    def ratings(self) -> list[float | None]:
        """The typed rating of each one listed, or None."""
        return [self.typed.get(code) for code in self.listed.tolist()]

    @cached_property
    def is_rated(self) -> NDArray[np.bool_]:
        """Who of those listed has a typed rating."""
        return np.array([rating is not None for rating in self.ratings], dtype=bool)

    @cached_property
    def weights(self) -> Floats:
        """The weights of the new user or item: a bias where there are some, and factors."""
        return self.fold_in.weights(list(self.typed), list(self.typed.values()), self.ridge)

    @property
    def sums(self) -> Floats:
        """The predictions for the new user or item, before sigmoid and range, for those listed."""
        return self.fold_in.sums(self.weights)[self.listed]

    @property
    def average_sums(self) -> Floats:
        """The same of the average one."""
        return self.fold_in.sums(self.fold_in.average)[self.listed]

    @property
    def least(self) -> float | None:
        """The lowest prediction that is recommended to a new user; None for a new item, which users are to like."""
        if self.kind == "item":
            return None
        typed = np.fromiter(self.typed.values(), dtype=np.float64, count=len(self.typed))
        return least_prediction(typed, self.model.mean, damping=self.ridge)

    @cached_property
    def ranked(self) -> Integers:
        """Places in the list of those who are recommended, the highest sum first."""
        rated = np.flatnonzero(self.is_rated)
        return choose(self.sums, self.model.shown, self.counts, rated, self.least, minimum_count=0).items
