"""Ratings in a model's own codes, a block at a time: they may be more than fit into memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from xlcf.arrays import Floats, Integers
from xlcf.models.rating_model import RatingModel
from xlcf.ratings.known_ids import check_known_codes
from xlcf.ratings.ratings import Ratings
from xlcf.ratings.row_blocks import row_blocks


@dataclass(frozen=True)
class CodedRatings:
    """Ratings of users and items by the codes that a model gave them, -1 for those that it does not know.

    Attributes:
        model: the model.
        ratings: the ratings, with codes of their own.

    """

    model: RatingModel
    ratings: Ratings

    def blocks(self) -> Iterator[tuple[Integers, Integers, Floats]]:
        """Give users, items and ratings of each block."""
        for part in row_blocks(len(self.ratings)):
            values = np.asarray(self.ratings.values[part], dtype=np.float64)
            yield self._users[self.ratings.users[part]], self._items[self.ratings.items[part]], values

    @property
    def unknown(self) -> int:
        """How many ratings are by users or of items that the model does not know."""
        return sum(int(((users < 0) | (items < 0)).sum()) for users, items, _ in self.blocks())

    def check_known(self, what: str) -> str | None:
        """Say how many are of users or items that the model does not know; None where it knows all.

        Raises:
            InputError: where it knows none.

        """
        return check_known_codes(self._users[self.ratings.users], self._items[self.ratings.items], what)

    def of_users(self, users: list[int]) -> dict[int, tuple[Integers, Floats]]:
        """Give what each of some users has rated: the codes of items that the model knows, and their ratings."""
        found: dict[int, list[tuple[Integers, Floats]]] = {user: [] for user in users}
        for coded_users, items, values in self.blocks():
            chosen = np.isin(coded_users, users) & (items >= 0)
            for user in np.unique(coded_users[chosen]).tolist():
                own = chosen & (coded_users == user)
                found[user].append((items[own], values[own]))
        nothing = (np.empty(0, np.int64), np.empty(0))
        return {
            user: (np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts]))
            for user, parts in ((user, parts or [nothing]) for user, parts in found.items())
        }

    def item_means(self) -> Floats:
        """Average each item's ratings, or targets for a classifier: shape (items,), NaN for an item without."""
        counts, sums = np.zeros(len(self.model.item_ids)), np.zeros(len(self.model.item_ids))
        for _, items, values in self.blocks():
            known = items >= 0
            counts += np.bincount(items[known], minlength=len(counts))
            sums += np.bincount(items[known], self.model.targets(values)[known], minlength=len(counts))
        with np.errstate(invalid="ignore"):
            return sums / counts

    @cached_property
    def _users(self) -> Integers:
        return self.model.user_codes(self.ratings.user_ids)

    @cached_property
    def _items(self) -> Integers:
        return self.model.item_codes(self.ratings.item_ids)
