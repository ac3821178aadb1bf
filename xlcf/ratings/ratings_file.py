"""Ratings that can be read in a stream, and what their columns are, before any of them is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from xlcf.arrays import Integers
from xlcf.ratings.batches import Batch, TextColumn
from xlcf.ratings.columns import RatingColumns
from xlcf.ratings.missing import MissingRows
from xlcf.ratings.ratings import Codes, Id, Ratings
from xlcf.ratings.row_blocks import ROWS, row_blocks
from xlcf.ratings.source import Source


@dataclass(frozen=True)
class RatingsFile:
    """Ratings in a file that can be read in a stream.

    Attributes:
        name: what a sentence calls it.
        source: where it lies; None for ratings that are in memory.
        columns: which of its columns are the user, the item, ...
        batches: starts to read it; may be called again.
        n_batches: about how many batches there will be; 0 where that is not known.
        superseded: how many lines were dropped before, as a later one is of the same user and item.
        missing: what becomes of rows that lack something; see `ReadOptions.missing`.
        unit: what a row is called: line, or row.
        notes: gives, once it was read, sentences about it that a person should see.

    """

    name: str
    source: Source | None
    columns: RatingColumns
    batches: Callable[[], Iterator[Batch]]
    n_batches: float
    superseded: int = 0
    missing: str = "error"
    unit: str = "line"
    notes: Callable[[], Sequence[str]] = tuple

    def missing_rows(self) -> MissingRows:
        """Start to count the rows that lack something."""
        return MissingRows(self.name, self.columns.needed(), self.missing, self.unit)


def in_memory(ratings: Ratings) -> RatingsFile:
    """Give ratings that are in memory, to be gone through as if they came from a file."""
    columns = RatingColumns(
        user=ratings.user_name,
        item=ratings.item_name,
        rating="rating",
        title=None if ratings.item_titles is None else "title",
        timestamp=None if ratings.timestamps is None else "timestamp",
    )
    user_texts, item_texts = (
        None if ids.is_array else list(map(str, ids)) for ids in (ratings.user_ids, ratings.item_ids)
    )

    def column(codes: Codes, ids: Sequence[Id], texts: list[str] | None) -> Integers | TextColumn:
        return TextColumn(codes, texts) if texts is not None else np.asarray(ids, dtype=np.int64)[codes]

    def batches() -> Iterator[Batch]:
        for block in row_blocks(len(ratings)):
            users, items = ratings.users[block], ratings.items[block]
            yield Batch(
                users=column(users, ratings.user_ids, user_texts),
                items=column(items, ratings.item_ids, item_texts),
                values=ratings.values[block].astype(np.float64),
                timestamps=None if ratings.timestamps is None else ratings.timestamps[block].astype(np.int64),
                titles=None if ratings.item_titles is None else TextColumn(items, ratings.item_titles),
                why_no_times=ratings.why_no_times,
            )

    return RatingsFile(
        "the ratings in memory",
        None,
        columns,
        batches,
        len(ratings) / ROWS,
        ratings.superseded,
        notes=lambda: ratings.notes,
    )
