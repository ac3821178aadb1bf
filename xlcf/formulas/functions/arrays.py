"""Functions that cut arrays, put them together and lay them out anew."""

from __future__ import annotations

from xlcf.formulas.errors import CellError
from xlcf.formulas.moving import Block, Places, moving_function


@moving_function("TAKE", takes="RV?V?")
def take(block: Block, rows: int | None = None, columns: int | None = None) -> Places:
    """Keep the first rows and columns, or the last where the number is negative."""
    return block.places[_part(rows, keep=True), _part(columns, keep=True)]


@moving_function("DROP", takes="RV?V?")
def drop(block: Block, rows: int | None = None, columns: int | None = None) -> Places:
    """Leave out the first rows and columns, or the last where the number is negative."""
    return block.places[_part(rows, keep=False), _part(columns, keep=False)]


def _part(count: int | None, *, keep: bool) -> slice:
    if count is None:
        return slice(None)
    if keep and count == 0:
        raise CellError("#CALC!")
    return slice(None, count) if (count > 0) == keep and count else slice(count, None)
