"""The container for ratings: integer codes plus the raw ids they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xlcf.errors import InputError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Id = int | float | str


@dataclass(frozen=True)
class Ratings:
    """Ratings of items by users, in long form.

    Attributes:
        users: shape (ratings,), the user's code: a position in `user_ids`.
        items: shape (ratings,), the item's code: a position in `item_ids`.
        values: shape (ratings,), the ratings.
        user_ids: the raw user ids, one a code.
        item_ids: the raw item ids, one a code.
        item_titles: the items' titles, one a code, or None.
        timestamps: shape (ratings,), seconds since 1970, or None.
        user_name: what a user id is called in the source, e.g. `userId`.
        item_name: what an item id is called in the source, e.g. `movieId`.

    Raises:
        InputError: where shapes, codes or values do not fit together.

    """

    users: Integers
    items: Integers
    values: Floats
    user_ids: Sequence[Id]
    item_ids: Sequence[Id]
    item_titles: Sequence[str] | None = None
    timestamps: Integers | None = None
    user_name: str = "user"
    item_name: str = "item"

    def __post_init__(self) -> None:
        if not len(self.users) == len(self.items) == len(self.values):
            raise InputError("users, items and values must have the same length")
        if self.item_titles is not None and len(self.item_titles) != len(self.item_ids):
            raise InputError("item_titles must have one title per item id")
        for codes, ids, what in ((self.users, self.user_ids, "user"), (self.items, self.item_ids, "item")):
            if len(codes) and (codes.min() < 0 or codes.max() >= len(ids)):
                raise InputError(f"a {what} code lies outside 0..{len(ids) - 1}")
        if not np.isfinite(self.values).all():
            raise InputError("a rating is not a finite number")

    def __len__(self) -> int:
        return len(self.values)

    @property
    def n_users(self) -> int:
        """How many users there are, those without a rating included."""
        return len(self.user_ids)

    @property
    def n_items(self) -> int:
        """How many items there are, those without a rating included."""
        return len(self.item_ids)

    def item_labels(self) -> list[str]:
        """Give what a person would call each item: its title where there is one, else its id."""
        return [str(label) for label in (self.item_titles or self.item_ids)]

    def matrix(self) -> Floats:
        """Lay out as shape (users, items), NaN where there is no rating; the last of repeated pairs counts."""
        dense = np.full((self.n_users, self.n_items), np.nan)
        dense[self.users, self.items] = self.values
        return dense
