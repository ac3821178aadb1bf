"""Functions that cut arrays, put them together, sort and filter them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlcf.formulas.curves import LINEAR
from xlcf.formulas.errors import CellError
from xlcf.formulas.moving import Block, Places, moving_function
from xlcf.formulas.namespace import Array, Namespace
from xlcf.formulas.ordering import sort_key
from xlcf.formulas.ranges import positions, uniform
from xlcf.formulas.registry import function
from xlcf.formulas.scalars import as_integer, as_truth, first_error
from xlcf.formulas.values import BLANK, ERROR, Value, require_array_size, scalar_value
from xlcf.ooxml.worksheet import ExcelError, Scalar

_NOT_AVAILABLE = -1


@moving_function("TAKE", takes="AV?V?")
def take(block: Block, rows: int | None = None, columns: int | None = None) -> Places:
    """Keep the first rows and columns, or the last where the number is negative."""
    return block.places[_part(rows, keep=True), _part(columns, keep=True)]


@moving_function("DROP", takes="AV?V?")
def drop(block: Block, rows: int | None = None, columns: int | None = None) -> Places:
    """Leave out the first rows and columns, or the last where the number is negative."""
    return block.places[_part(rows, keep=False), _part(columns, keep=False)]


def _part(count: int | None, *, keep: bool) -> slice:
    if count is None:
        return slice(None)
    if keep and count == 0:
        raise CellError("#CALC!")
    return slice(None, count) if (count > 0) == keep and count else slice(count, None)


@moving_function("CHOOSEROWS", takes="AA+")
def chooserows(block: Block, *rows: Block) -> Places:
    """Keep the rows with these numbers, counted from the last where negative."""
    return block.places[_chosen(rows, block.height)]


@moving_function("CHOOSECOLS", takes="AA+")
def choosecols(block: Block, *columns: Block) -> Places:
    """Keep the columns with these numbers, counted from the last where negative."""
    return block.places[:, _chosen(columns, block.width)]


def _chosen(numbers: Sequence[Block], size: int) -> list[int]:
    chosen = []
    for block in numbers:
        if block.height > 1 and block.width > 1:
            raise CellError("#VALUE!")
        chosen += [as_integer(scalar) for row in block.cells for scalar in row]
    if any(number == 0 or abs(number) > size for number in chosen):
        raise CellError("#VALUE!")
    return [number - 1 if number > 0 else number for number in chosen]


@moving_function("HSTACK", takes="A+")
def hstack(*blocks: Block) -> Places:
    """Put arrays side by side; the shorter are filled up with #N/A."""
    height = max(block.height for block in blocks)
    return np.hstack([_filled(block.places, height, block.width, _NOT_AVAILABLE) for block in blocks])


@moving_function("VSTACK", takes="A+")
def vstack(*blocks: Block) -> Places:
    """Put arrays one below the other; the narrower are filled up with #N/A."""
    width = max(block.width for block in blocks)
    return np.vstack([_filled(block.places, block.height, width, _NOT_AVAILABLE) for block in blocks])


@moving_function("EXPAND", takes="AV?V?A?")
def expand(block: Block, rows: int | None = None, columns: int | None = None, pad: Block | None = None) -> Places:
    """Fill an array up to a size, with #N/A or a value."""
    height, width = rows or block.height, columns or block.width
    if height < block.height or width < block.width:
        raise CellError("#VALUE!")
    require_array_size((height, width))
    return _filled(block.places, height, width, _pad(pad))


def _pad(block: Block | None) -> int:
    if block is not None and block.places.size > 1:
        raise CellError("#VALUE!")
    return _NOT_AVAILABLE if block is None else int(block.places[0, 0])


def _filled(places: Places, height: int, width: int, pad: int) -> Places:
    room = ((0, height - places.shape[0]), (0, width - places.shape[1]))
    return np.pad(places, room, constant_values=pad)


@moving_function("TOCOL", takes="AV?V?")
def tocol(block: Block, ignore: int | None = None, by_column: bool | None = None) -> Places:
    """Lay all elements out in one column, row by row or column by column."""
    return _in_line(block, ignore, by_column)[:, None]


@moving_function("TOROW", takes="AV?V?")
def torow(block: Block, ignore: int | None = None, by_column: bool | None = None) -> Places:
    """Lay all elements out in one row, row by row or column by column."""
    return _in_line(block, ignore, by_column)[None, :]


def _in_line(block: Block, ignore: int | None, by_column: bool | None) -> Places:
    if ignore not in (None, 0, 1, 2, 3):
        raise CellError("#VALUE!")
    dropped = np.zeros(block.places.shape, bool)
    if ignore in (1, 3):
        dropped |= block.kinds == BLANK
    if ignore in (2, 3):
        dropped |= block.kinds == ERROR
    places = block.places.T if by_column else block.places
    return places[~(dropped.T if by_column else dropped)]


@moving_function("WRAPROWS", takes="AVA?")
def wraprows(block: Block, count: int, pad: Block | None = None) -> Places:
    """Break a row or column into rows of so many elements."""
    return _wrapped(block, count, pad)


@moving_function("WRAPCOLS", takes="AVA?")
def wrapcols(block: Block, count: int, pad: Block | None = None) -> Places:
    """Break a row or column into columns of so many elements."""
    return _wrapped(block, count, pad).T


def _wrapped(block: Block, count: int, pad: Block | None) -> Places:
    if block.height > 1 and block.width > 1:
        raise CellError("#VALUE!")
    if count < 1:
        raise CellError("#NUM!")
    line = block.places.reshape(1, -1)
    count = min(count, line.size)
    return _filled(line, 1, -(-line.size // count) * count, _pad(pad)).reshape(-1, count)


@moving_function("TRIMRANGE", takes="AV?V?")
def trimrange(block: Block, rows: int | None = None, columns: int | None = None) -> Places:
    """Leave out blank rows and columns at the edges: 1 the leading ones, 2 the trailing ones, 3 both, 0 none."""
    filled = block.kinds != BLANK
    if not filled.any():
        raise CellError("#REF!")
    return block.places[_trimmed(filled.any(axis=1), rows), _trimmed(filled.any(axis=0), columns)]


def _trimmed(filled: NDArray[np.bool_], sides: int | None) -> slice:
    sides = 3 if sides is None else sides
    if sides not in (0, 1, 2, 3):
        raise CellError("#VALUE!")
    used = np.flatnonzero(filled)
    return slice(int(used[0]) if sides & 1 else None, int(used[-1]) + 1 if sides & 2 else None)


@moving_function("SORT", takes="AA?A?V?")
def sort(block: Block, index: Block | None = None, order: Block | None = None, by_column: bool | None = None) -> Places:
    """Sort rows by one of the columns or several, or columns by rows."""
    lines = block.cells if not by_column else _turned(block.cells)
    indices = [1] if index is None else [as_integer(scalar) for row in index.cells for scalar in row]
    orders = [1] if order is None else [as_integer(scalar) for row in order.cells for scalar in row]
    if any(not 1 <= number <= len(lines[0]) for number in indices) or len(orders) not in (1, len(indices)):
        raise CellError("#VALUE!")
    orders = orders * len(indices) if len(orders) == 1 else orders
    keys = [([line[number - 1] for line in lines], order) for number, order in zip(indices, orders, strict=True)]
    sorted_lines = _sorted(keys, len(lines))
    return block.places[:, sorted_lines] if by_column else block.places[sorted_lines]


@moving_function("SORTBY", takes="AA+")
def sortby(block: Block, *by: Block | None) -> Places:
    """Sort rows by columns of the same height, or columns by rows of the same width, each with its order."""
    keys: list[tuple[list[Scalar | None], int]] = []
    by_column = None
    for key, order in zip(by[::2], (*by[1::2], None), strict=False):
        if key is None or (key.height > 1 and key.width > 1) or (order is not None and order.places.size > 1):
            raise CellError("#VALUE!")
        is_row = key.height == 1 and (block.height > 1 or block.width > 1) and key.width == block.width
        if by_column not in (None, is_row) or key.places.size != (block.width if is_row else block.height):
            raise CellError("#VALUE!")
        by_column = is_row
        direction = 1 if order is None else as_integer(order.cells[0][0])
        keys.append(([scalar for row in key.cells for scalar in row], direction))
    if by_column:
        return block.places[:, _sorted(keys, block.width)]
    return block.places[_sorted(keys, block.height)]


def _sorted(keys: Sequence[tuple[list[Scalar | None], int]], count: int) -> list[int]:
    """Order lines by keys, the first before the others; blanks come last in either direction."""
    lines = list(range(count))
    for key, direction in reversed(keys):
        if direction not in (1, -1):
            raise CellError("#VALUE!")
        filled = [line for line in lines if key[line] is not None]
        filled.sort(key=lambda line: sort_key(key[line]), reverse=direction < 0)
        lines = filled + [line for line in lines if key[line] is None]
    return lines


@moving_function("FILTER", takes="AAA?")
def filter_(block: Block, include: Block, if_empty: Block | None = None) -> Places:
    """Keep the rows (or columns) for which `include` is true."""
    first_error(include.cells)
    keep = [as_truth(scalar) for row in include.cells for scalar in row]
    if include.width == 1 and include.height == block.height:
        kept = block.places[keep]
    elif include.height == 1 and include.width == block.width:
        kept = block.places[:, keep]
    else:
        raise CellError("#VALUE!")
    if any(keep):
        return kept
    if if_empty is None:
        raise CellError("#CALC!")
    return if_empty.places


@moving_function("UNIQUE", takes="AV?V?")
def unique(block: Block, by_column: bool | None = None, exactly_once: bool | None = None) -> Places:
    """Keep the first of rows (or columns) that are equal, or those that have no equal."""
    lines = block.cells if not by_column else _turned(block.cells)
    found: dict[Any, list[int]] = {}
    for number, line in enumerate(lines):
        found.setdefault(tuple(sort_key(scalar) for scalar in line), []).append(number)
    kept = [numbers[0] for numbers in found.values() if not exactly_once or len(numbers) == 1]
    return block.places[:, kept] if by_column else block.places[kept]


def _turned(rows: list[list[Scalar | None]]) -> list[list[Scalar | None]]:
    return [list(column) for column in zip(*rows, strict=True)]


@function("SEQUENCE", takes="VV?V?V?", curve=LINEAR, error="#VALUE!")
def sequence(
    xp: Namespace, rows: Value, columns: Value | None = None, start: Value | None = None, step: Value | None = None
) -> Array | Value:
    """Count from `start` by `step`, row by row."""
    sizes = []
    for value in (rows, columns):
        size = 1 if value is None or _is_left_out(value) else uniform(positions(value, 1))
        if value is not None and not np.isfinite(xp.values(value.numbers)).all():
            return np.full((1, 1, 1, 1), np.nan)
        sizes.append(size)
    if min(sizes) < 1:
        return scalar_value(ExcelError("#CALC!" if min(sizes) == 0 else "#VALUE!"))
    require_array_size(tuple(sizes))
    first = 1.0 if start is None or _is_left_out(start) else start.numbers
    by = 1.0 if step is None or _is_left_out(step) else step.numbers
    steps = np.arange(sizes[0] * sizes[1], dtype=float).reshape(1, 1, *sizes)
    return xp.multiply(xp.asarray(steps), by) + first


def _is_left_out(value: Value) -> bool:
    """Tell whether an argument is empty, as in =SEQUENCE(3,,5)."""
    return value.cells is None and value.kinds is not None and bool((value.kinds == BLANK).all())
