"""Counting the ratings of users and items."""

from __future__ import annotations

import numpy as np

from xlcf.ratings.ratings import Codes, Integers
from xlcf.ratings.row_blocks import row_blocks


def count_codes(codes: Codes, n: int) -> Integers:
    """Count how often each code from 0 to before n occurs: shape (n,)."""
    counts = np.zeros(n, dtype=np.int64)
    for block in row_blocks(len(codes)):  # memory-mapped codes are never held whole
        counts += np.bincount(codes[block], minlength=n)
    return counts
