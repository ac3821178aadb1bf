"""Functions that find cells: INDEX, MATCH, OFFSET, and what a reference says of itself.

Where they look must not depend on variable cells: a model whose wiring changes with its variables has no gradient.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlcf.formulas.errors import UnsupportedFormulaError
from xlcf.formulas.namespace import Namespace
from xlcf.formulas.ranges import RaggedBatchError, Range, ReferenceContext, positions, uniform
from xlcf.formulas.registry import function, reference_function
from xlcf.formulas.values import BLANK, ERROR, NUMBER, TEXT, Value, constant, decode, scalar_value
from xlcf.ooxml.references import MAX_COLUMNS, MAX_ROWS
from xlcf.ooxml.worksheet import ExcelError

Operand = Range | Value


def _require_constant(what: str, *values: Value | None) -> None:
    if any(value is not None and value.varies for value in values):
        raise UnsupportedFormulaError(f"{what} looks up a place that depends on variable cells")


def _has_error(*values: Value | None) -> bool:
    """Tell whether an argument is an error everywhere; where only some cells have one, they are traced one by one."""
    for value in values:
        if value is not None and value.known is not None:
            bad = np.isnan(value.known)
            if bad.all():
                return True
            if bad.any():
                raise RaggedBatchError
    return False


@reference_function("OFFSET", takes="RVVV?V?")
def offset(
    context: ReferenceContext,
    start: Operand,
    rows: Value | None,
    columns: Value | None,
    height: Value | None = None,
    width: Value | None = None,
) -> Operand:
    _require_constant("OFFSET", rows, columns, height, width)
    if not isinstance(start, Range):
        raise UnsupportedFormulaError("OFFSET needs a reference to start from")
    if _has_error(rows, columns, height, width):
        return context.error("#VALUE!")
    tall = uniform(positions(height, start.height))
    wide = uniform(positions(width, start.width))
    row = start.row + positions(rows, 0) + min(tall + 1, 0)
    column = start.column + positions(columns, 0) + min(wide + 1, 0)
    tall, wide = abs(tall), abs(wide)
    outside = (row < 1) | (column < 1) | (row + tall - 1 > MAX_ROWS) | (column + wide - 1 > MAX_COLUMNS)
    if outside.any() or not tall or not wide:
        if outside.size > 1 and not outside.all():
            raise RaggedBatchError
        return context.error("#REF!")
    return Range(start.sheet, row, column, tall, wide)


@reference_function("INDEX", takes="RVV?")
def index(context: ReferenceContext, source: Operand, rows: Value | None, columns: Value | None = None) -> Operand:
    _require_constant("INDEX", rows, columns)
    if _has_error(rows, columns):
        return context.error("#VALUE!")
    height, width = (source.height, source.width) if isinstance(source, Range) else source.shape[-2:]
    if columns is None and height == 1:  # INDEX(row, n) counts along the row
        row, column = np.ones((1, 1), np.int64), positions(rows, 0)
    else:
        row, column = positions(rows, 0), positions(columns, 0 if width > 1 else 1)
    outside = (row < 0) | (row > height) | (column < 0) | (column > width)
    if outside.any():
        if not outside.all():
            raise RaggedBatchError
        return context.error("#REF!")
    whole_column, whole_row = uniform((row == 0).astype(np.int64)), uniform((column == 0).astype(np.int64))
    if isinstance(source, Range):
        return Range(
            source.sheet,
            source.row + np.maximum(row, 1) - 1,
            source.column + np.maximum(column, 1) - 1,
            source.height if whole_column else 1,
            source.width if whole_row else 1,
        )
    if whole_column or whole_row:
        at_row = np.arange(height)[:, None] if whole_column else np.array([[uniform(row) - 1]])
        at_column = np.arange(width)[None, :] if whole_row else np.array([[uniform(column) - 1]])
        return context.index(source, at_row[None, None], at_column[None, None])
    return context.index(source, (row - 1)[..., None, None], (column - 1)[..., None, None])


@reference_function("ROW", takes="R?")
def row(context: ReferenceContext, reference: Operand | None = None) -> Value:
    if reference is None:
        return constant(context.host_rows[..., None, None].astype(float))
    if not isinstance(reference, Range):
        raise UnsupportedFormulaError("ROW needs a reference")
    return constant((reference.row[..., None, None] + np.arange(reference.height)[:, None]).astype(float))


@reference_function("COLUMN", takes="R?")
def column(context: ReferenceContext, reference: Operand | None = None) -> Value:
    if reference is None:
        return constant(context.host_columns[..., None, None].astype(float))
    if not isinstance(reference, Range):
        raise UnsupportedFormulaError("COLUMN needs a reference")
    return constant((reference.column[..., None, None] + np.arange(reference.width)).astype(float))


@reference_function("ROWS", takes="R")
def rows(context: ReferenceContext, reference: Operand) -> Value:
    height = reference.height if isinstance(reference, Range) else reference.shape[-2]
    return constant(np.full((1, 1, 1, 1), float(height)))


@reference_function("COLUMNS", takes="R")
def columns(context: ReferenceContext, reference: Operand) -> Value:
    width = reference.width if isinstance(reference, Range) else reference.shape[-1]
    return constant(np.full((1, 1, 1, 1), float(width)))


@reference_function("SINGLE", takes="R")
def single(context: ReferenceContext, operand: Operand) -> Operand:
    """The @ of newer Excel: a range gives the formula's own row or column, an array its first element."""
    if isinstance(operand, Range):
        return context.intersect(operand)
    return context.index(operand, np.zeros((1, 1, 1, 1), np.int64), np.zeros((1, 1, 1, 1), np.int64))


@reference_function("ANCHORARRAY", takes="R")
def anchorarray(context: ReferenceContext, anchor: Operand) -> Operand:
    """The # of newer Excel: all that a dynamic array formula fills."""
    if not isinstance(anchor, Range):
        raise UnsupportedFormulaError("# needs the cell of a dynamic array formula before it")
    return context.spill(anchor)


@function("MATCH", takes="VRV?")
def match(xp: Namespace, sought: Value, places: Value, how: Value | None = None) -> Value:
    _require_constant("MATCH", sought, places, how)
    assert sought.known is not None
    assert places.known is not None
    kind = 1 if how is None or how.known is None else int(np.sign(how.known.flat[0]))
    if 1 not in places.shape[-2:]:
        return scalar_value(ExcelError("#N/A"))
    batch = np.broadcast_shapes(sought.shape[:2], places.shape[:2])
    keys = _keys(sought)
    shape = (*batch, *sought.shape[2:])
    keys = np.broadcast_to(keys, shape)
    columns: dict[tuple[int, int], _Column] = {}
    all_places = _keys(places)
    numbers = np.full(shape, np.nan)
    for at in np.ndindex(shape):
        where = tuple(min(i, n - 1) for i, n in zip(at[:2], places.shape[:2], strict=True))
        if where not in columns:
            columns[where] = _Column([all_places[where][i] for i in np.ndindex(places.shape[2:])])
        found = columns[where].find(keys[at], kind)
        if found is not None:
            numbers[at] = found + 1
    missing = np.isnan(numbers)
    codes = np.full(shape, None, dtype=object)
    codes[missing] = "#N/A"
    return constant(numbers, np.where(missing, ERROR, NUMBER).astype(np.int8), codes)


def _keys(value: Value) -> NDArray[np.object_]:
    """Give each element as (kind, comparable), where only equal kinds compare; None for a blank or an error."""
    assert value.known is not None
    result = np.empty(value.shape, dtype=object)
    texts = value.all_texts()
    numbers, kinds = (np.broadcast_to(array, value.shape) for array in (value.known, value.all_kinds()))
    texts = np.broadcast_to(texts, value.shape)
    for at in np.ndindex(value.shape):
        scalar = decode(float(numbers[at]), int(kinds[at]), texts[at])
        if kinds[at] == TEXT:
            result[at] = ("text", str(scalar).lower())
        elif kinds[at] not in (BLANK, ERROR) and not np.isnan(numbers[at]):
            result[at] = ("boolean" if isinstance(scalar, bool) else "number", float(numbers[at]))
    return result


class _Column:
    """The places of one MATCH, by kind of value; keys are pairs (kind, value), or None."""

    def __init__(self, keys: list[Any]) -> None:
        self._first: dict[tuple[str, Any], int] = {}
        self._sorted: dict[str, tuple[list[Any], list[int]]] = {}
        for position, key in enumerate(keys):
            if key is not None:
                self._first.setdefault(key, position)
                held = self._sorted.setdefault(key[0], ([], []))
                held[0].append(key[1])
                held[1].append(position)

    def find(self, key: Any, how: int) -> int | None:
        if key is None:
            return None
        if how == 0:
            if key[0] == "text" and re.search(r"[*?~]", key[1]):
                pattern = _wildcard(key[1])
                return next(
                    (at for (kind, text), at in self._first.items() if kind == "text" and pattern.fullmatch(text)), None
                )
            return self._first.get(key)
        keys, places = self._sorted.get(key[0], ([], []))
        # ascending: the last that is not greater; descending: the last that is not smaller
        at = bisect_right(keys, key[1]) - 1 if how > 0 else len(keys) - bisect_left(keys[::-1], key[1]) - 1
        return places[at] if at >= 0 else None


def _wildcard(text: str) -> re.Pattern[str]:
    pieces = re.findall(r"~[*?~]|.", text, flags=re.DOTALL)
    special = {"*": ".*", "?": "."}
    return re.compile("".join(special.get(piece) or re.escape(piece[-1]) for piece in pieces), flags=re.DOTALL)
