"""How many ratings users and items have, and who has most."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xlcf.arrays import Integers
from xlcf.ratings.ratings import Codes
from xlcf.ratings.row_blocks import row_blocks


def count_codes(codes: Codes, n: int) -> Integers:
    """Count how often each code from 0 to before n occurs: shape (n,)."""
    counts = np.zeros(n, dtype=np.int64)
    for block in row_blocks(len(codes)):  # memory-mapped codes are never held whole
        counts += np.bincount(codes[block], minlength=n)
    return counts


def most_rated(counts: Integers, limit: int | None = None, wanted: Sequence[int] = ()) -> Integers:
    """Give the codes of those with most ratings, the most first; of equal ones the first in the data.

    Args:
        counts: shape (codes,), the ratings of each.
        limit: how many to give; None for all.
        wanted: codes to give besides.

    """
    order = np.argsort(-np.asarray(counts), kind="stable").astype(np.int64)
    if limit is None:
        return order
    chosen = np.zeros(len(order), dtype=bool)
    chosen[order[:limit]] = True
    chosen[list(wanted)] = True
    return order[chosen[order]]
