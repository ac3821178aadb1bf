"""The container for ratings: integer codes plus the raw ids they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import InitVar, dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlcf.arrays import Floats, Integers
from xlcf.errors import InputError
from xlcf.notebook import MOST_ROWS, facts, table
from xlcf.ratings.fingerprint import ColumnDigest, fingerprint
from xlcf.ratings.ids import Id as Id
from xlcf.ratings.row_blocks import row_blocks
from xlcf.ratings.vocabulary import Vocabulary

Codes = NDArray[np.integer[Any]]
Values = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Ratings:
    """Ratings of items by users, in long form.

    The arrays may be memory-mapped (`xlcf.ratings.store`): nothing here copies them whole.

    Attributes:
        users: shape (ratings,), the user's code: a position in `user_ids`; int32 or int64.
        items: shape (ratings,), the item's code: a position in `item_ids`; int32 or int64.
        values: shape (ratings,), the ratings; float32 or float64.
        user_ids: the raw user ids, one a code; any sequence or array of ids becomes a `Vocabulary`.
        item_ids: the raw item ids, one a code; the same.
        item_titles: the items' titles, one a code, or None.
        timestamps: shape (ratings,), seconds since 1970, or None.
        user_name: what a user id is called in the source, e.g. `userId`.
        item_name: what an item id is called in the source, e.g. `movieId`.
        superseded: how many lines of the source were dropped, as a later one is of the same user and item.
        why_no_times: what and where in the source is no time, if that is why there are no timestamps.
        notes: sentences about the reading that a person should see: which rows were left out, which encoding was taken.

    Args:
        checked: whether codes and values are known to be sound, so that nobody need look through them again.

    Raises:
        InputError: where shapes, codes or values do not fit together.

    """

    users: Codes
    items: Codes
    values: Values
    user_ids: Vocabulary
    item_ids: Vocabulary
    item_titles: Sequence[str] | None = None
    timestamps: NDArray[np.integer[Any]] | None = None
    user_name: str = "user"
    item_name: str = "item"
    superseded: int = field(default=0, kw_only=True)
    why_no_times: str | None = field(default=None, kw_only=True)
    notes: Sequence[str] = field(default=(), kw_only=True)
    checked: InitVar[bool] = False

    def __post_init__(self, checked: bool) -> None:
        for side in ("user_ids", "item_ids"):
            object.__setattr__(self, side, Vocabulary.of(getattr(self, side)))
        if not len(self.users) == len(self.items) == len(self.values):
            raise InputError("users, items and values must have the same length")
        if self.timestamps is not None and len(self.timestamps) != len(self.values):
            raise InputError("timestamps must have one time per rating")
        if self.item_titles is not None and len(self.item_titles) != len(self.item_ids):
            raise InputError("item_titles must have one title per item id")
        for codes, ids, what in ((self.users, self.user_ids, "user"), (self.items, self.item_ids, "item")):
            if codes.dtype.kind not in "iu":
                raise InputError(f"{what} codes must be whole numbers, not {codes.dtype}")
            if not checked and len(codes) and (codes.min() < 0 or codes.max() >= len(ids)):
                raise InputError(f"a {what} code lies outside 0..{len(ids) - 1}")
        # NaN and infinity show in the smallest or the largest value
        if not checked and len(self.values) and not np.isfinite(self.rating_range).all():
            raise InputError("a rating is not a finite number")

    def __len__(self) -> int:
        return len(self.values)

    def _repr_html_(self) -> str:
        first = slice(0, MOST_ROWS // 2)
        columns = (self.users[first].tolist(), self.items[first].tolist(), self.values[first].tolist())
        titles = self.item_titles
        rows = [
            (str(self.user_ids[user]), str(self.item_ids[item]), *(() if titles is None else (titles[item],)), value)
            for user, item, value in zip(*columns, strict=True)
        ]
        pairs = [
            ("users", self.n_users),
            ("items", self.n_items),
            ("mean", self.mean),
            ("range", "{:g} to {:g}".format(*self.rating_range) if len(self) else None),
        ]
        names = (self.user_name, self.item_name, *(() if titles is None else ("title",)), "rating")
        return facts(f"{len(self):,} ratings", pairs) + table(names, rows)

    @property
    def n_users(self) -> int:
        """How many users there are, those without a rating included."""
        return len(self.user_ids)

    @property
    def n_items(self) -> int:
        """How many items there are, those without a rating included."""
        return len(self.item_ids)

    @cached_property
    def mean(self) -> float:
        """The mean rating; 0 where there are no ratings."""
        return float(self.values.mean(dtype=np.float64)) if len(self) else 0.0

    @cached_property
    def rating_range(self) -> tuple[float, float]:
        """The lowest and the highest rating.

        Raises:
            InputError: where there are no ratings.

        """
        if not len(self):
            raise InputError("there are no ratings, so there is no lowest and no highest one")
        return float(self.values.min()), float(self.values.max())

    def take(self, positions: Codes | slice) -> Ratings:
        """Give the ratings at some positions, in that order; users, items and their codes stay the same."""
        return replace(
            self,
            users=self.users[positions],
            items=self.items[positions],
            values=self.values[positions],
            timestamps=None if self.timestamps is None else self.timestamps[positions],
            checked=True,
        )

    def codes_in(self, user_ids: Vocabulary, item_ids: Vocabulary) -> tuple[Integers, Integers]:
        """Give each rating's user and item by the codes of other vocabularies, -1 for one that they lack.

        Both are of shape (ratings,).
        """
        return user_ids.codes(self.user_ids)[self.users], item_ids.codes(self.item_ids)[self.items]

    def recoded(self, user_ids: Vocabulary, item_ids: Vocabulary, item_titles: Sequence[str] | None = None) -> Ratings:
        """Give the ratings of users and items that are in other vocabularies, in their codes; the others are left out.

        Args:
            user_ids: the other users' ids.
            item_ids: the other items' ids.
            item_titles: their titles, one a code, or None.

        """
        users, items = self.codes_in(user_ids, item_ids)
        known = np.flatnonzero((users >= 0) & (items >= 0))
        return replace(
            self.take(known),
            users=users[known].astype(np.int32),
            items=items[known].astype(np.int32),
            user_ids=user_ids,
            item_ids=item_ids,
            item_titles=item_titles,
            checked=True,
        )

    def fingerprint(self) -> str:
        """Give the SHA-256 of codes, values and ids, in hexadecimal: the same for the same ratings in the same order.

        It does not depend on the container: int32 or int64 codes, values in single or double precision, lists or
        arrays of ids. Timestamps, titles and names are not part of it.
        """
        users, items, values = (ColumnDigest(dtype) for dtype in ("<i4", "<i4", "<f4"))
        for block in row_blocks(len(self)):
            users.add(self.users[block])
            items.add(self.items[block])
            values.add(self.values[block])
        return fingerprint(users, items, values, self.user_ids, self.item_ids)

    def item_labels(self) -> list[str]:
        """Give what a person would call each item: its title where there is one, else its id."""
        return [str(label) for label in (self.item_titles or self.item_ids)]

    def matrix(self) -> Floats:
        """Lay out as shape (users, items), NaN where there is no rating; the last of repeated pairs counts."""
        dense = np.full((self.n_users, self.n_items), np.nan)
        dense[self.users, self.items] = self.values
        return dense
