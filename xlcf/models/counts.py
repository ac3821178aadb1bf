"""Counting the ratings of users and items."""

from __future__ import annotations

import numpy as np

from xlcf.ratings.ratings import Codes, Integers

_BLOCK = 1 << 22  # codes counted at a time, so that memory-mapped ones are never held whole


def count_codes(codes: Codes, n: int) -> Integers:
    """Count how often each code from 0 to before n occurs: shape (n,)."""
    counts = np.zeros(n, dtype=np.int64)
    for start in range(0, len(codes), _BLOCK):
        counts += np.bincount(codes[start : start + _BLOCK], minlength=n)
    return counts
