"""A fingerprint of ratings, which does not depend on how they are kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlcf.ratings.ids import plain_id


class ColumnDigest:
    """The SHA-256 of a column, taken part by part.

    Args:
        dtype: the type in which its numbers are taken, whatever they are kept in.

    """

    def __init__(self, dtype: str) -> None:
        self._dtype = dtype
        self._sha256 = hashlib.sha256()

    def add(self, part: NDArray[Any]) -> None:
        """Add numbers, shape (numbers,)."""
        with np.errstate(over="ignore"):  # beyond 3e38 single precision has infinity: such numbers count as equal
            self._sha256.update(part.astype(self._dtype).tobytes())

    def digest(self) -> bytes:
        """Give the SHA-256 of what was added so far."""
        return self._sha256.digest()


def fingerprint(
    users: ColumnDigest,
    items: ColumnDigest,
    values: ColumnDigest,
    user_ids: Sequence[int | float | str],
    item_ids: Sequence[int | float | str],
) -> str:
    """Put the digests of the columns and the ids together: a SHA-256, in hexadecimal."""
    whole = hashlib.sha256(users.digest() + items.digest() + values.digest())
    for ids in (user_ids, item_ids):
        whole.update(json.dumps([plain_id(raw_id) for raw_id in ids]).encode())
    return whole.hexdigest()
