"""Where a user rated an item several times: the last line counts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlcf.ratings.ratings import Ratings
from xlcf.ratings.row_blocks import row_blocks

Codes = NDArray[np.integer[Any]]

_SAMPLE = 1 << 15  # rows


def without_repeated(ratings: Ratings) -> Ratings:
    """Drop the ratings that a later one of the same user and item supersedes, and count them."""
    counting = rows_that_count(ratings.users, ratings.items, ratings.n_items)
    if counting is None:
        return ratings
    kept = ratings.take(np.flatnonzero(counting))
    return replace(kept, superseded=ratings.superseded + len(ratings) - len(kept), checked=True)


def are_mostly_repeated(users: Codes, items: Codes, rng: np.random.Generator) -> bool:
    """Tell by a sample whether less than half of the rows are the only ones of their pair.

    Among m rows drawn from d pairs about m^2 / 2d draws are repeated (the birthday problem).
    """
    sample = rng.integers(0, len(users), _SAMPLE)
    sample = np.unique(sample)
    kept = last_of_each_pair(users[sample], items[sample])
    n_repeated = len(sample) - len(kept)
    return n_repeated > 0 and len(sample) ** 2 / (2 * n_repeated) < len(users) / 2


def last_of_each_pair(users: Codes, items: Codes) -> NDArray[np.intp]:
    """Give the rows that count, ascending: of each pair of user and item the last one."""
    order = np.lexsort((items, users))  # stable: rows of a pair stay in order
    users, items = users[order], items[order]
    is_last = np.ones(len(users), dtype=bool)
    is_last[:-1] = (users[1:] != users[:-1]) | (items[1:] != items[:-1])
    rows: NDArray[np.intp] = np.sort(order[is_last])
    return rows


def rows_that_count(users: Codes, items: Codes, n_items: int) -> NDArray[np.bool_] | None:
    """Tell which rows count, shape (rows,): of each pair of user and item the last one; None where all do.

    Rows that stand by user and then by item, as MovieLens's do, are seen to have no repeated pairs without sorting.
    """
    if _ascend(users, items, n_items):
        return None
    pairs = users.astype(np.int64) * n_items + items
    in_order = np.sort(pairs)
    repeated = np.unique(in_order[1:][in_order[1:] == in_order[:-1]])
    if not len(repeated):
        return None
    place = np.searchsorted(repeated, pairs)
    rows = np.flatnonzero(repeated[np.minimum(place, len(repeated) - 1)] == pairs)
    last = np.full(len(repeated), -1)
    np.maximum.at(last, place[rows], rows)
    counts = np.ones(len(pairs), dtype=bool)
    counts[rows] = False
    counts[last] = True
    return counts


def _ascend(users: Codes, items: Codes, n_items: int) -> bool:
    before = -1
    for block in row_blocks(len(users)):
        pairs = users[block].astype(np.int64) * n_items + items[block]
        if pairs[0] <= before or not (pairs[1:] > pairs[:-1]).all():
            return False
        before = int(pairs[-1])
    return True
