"""Ratings as they come from a file: some thousand lines at a time, with ids as they are written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlcf.arrays import Floats, Integers

MOST_RATING = float(np.finfo(np.float32).max)
"""No rating may be larger: models and stores keep ratings in single precision."""


@dataclass(frozen=True)
class TextColumn:
    """A column of texts of which many are the same.

    Attributes:
        places: shape (rows,), each row's place in `texts`.
        texts: the different texts, without outer blanks.

    """

    places: NDArray[np.integer[Any]]
    texts: Sequence[str]

    def __len__(self) -> int:
        return len(self.places)

    def at(self, row: int) -> str:
        """Give the text of a row."""
        return self.texts[int(self.places[row])]

    def take(self, rows: NDArray[Any]) -> TextColumn:
        """Give some of the rows, with the texts that occur in them."""
        used, places = np.unique(self.places[rows], return_inverse=True)
        return TextColumn(places, [self.texts[place] for place in used.tolist()])


@dataclass(frozen=True)
class Batch:
    """Consecutive rows of a table of ratings.

    Attributes:
        users: shape (rows,), the users' ids: whole numbers, or texts.
        items: shape (rows,), the items' ids.
        values: shape (rows,), the ratings.
        timestamps: shape (rows,), seconds since 1970, or None.
        titles: the items' titles, one a row, or None.
        why_no_times: what in a column of times is no time, and where; told with the first such batch.
        n_missing: how many rows were left out before, as they lack a user, an item or a rating.
        missing: the numbers of those rows, worked out as one goes through them.

    """

    users: Integers | TextColumn
    items: Integers | TextColumn
    values: Floats
    timestamps: Integers | None = None
    titles: TextColumn | None = None
    why_no_times: str | None = None
    n_missing: int = 0
    missing: Iterable[int] = ()

    def __len__(self) -> int:
        return len(self.values)
