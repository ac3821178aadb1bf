"""Going through long columns a part at a time, so that what is worked out on the way stays small."""

from __future__ import annotations

from collections.abc import Iterator

ROWS = 1 << 19
"""Rows in a block: megabytes of what is worked out for them, and long enough for NumPy to be quick."""


def row_blocks(n_rows: int) -> Iterator[slice]:
    """Cut so many rows into blocks of `ROWS`, the last one shorter."""
    for start in range(0, n_rows, ROWS):
        yield slice(start, min(start + ROWS, n_rows))
