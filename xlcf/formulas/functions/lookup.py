"""Functions that give cells by their place: INDEX, OFFSET, and what a reference says of itself.

Where INDEX looks may depend on variable cells: its value then jumps from one cell to another.
"""

from __future__ import annotations

import numpy as np

from xlcf.arrays import Integers
from xlcf.formulas.curves import LINEAR
from xlcf.formulas.errors import UnsupportedFormulaError
from xlcf.formulas.namespace import Array, Namespace
from xlcf.formulas.ranges import RaggedBatchError, Range, ReferenceContext, Union, positions, uniform
from xlcf.formulas.registry import function, reference_function
from xlcf.formulas.values import BOOLEAN, ERROR, TEXT, Value, constant, scalar_value
from xlcf.ooxml.references import MAX_COLUMNS, MAX_ROWS

Operand = Range | Value

_MOST_CANDIDATES = 100_000  # cells that one formula chooses among


def require_constant(what: str, *values: Value | None) -> None:
    """Raise UnsupportedFormulaError where an argument depends on variable cells."""
    if any(value is not None and value.varies for value in values):
        raise UnsupportedFormulaError(f"{what} looks up a place that depends on variable cells")


def first_error(*values: Value | None) -> str | None:
    """Give the code of the first argument that is an error, the same for all cells of a batch; else None.

    Raises:
        RaggedBatchError: where only some cells have it; they are traced one by one.

    """
    for value in values:
        if value is None or value.known is None:
            continue
        wrong = np.isnan(value.known)
        if wrong.any():
            codes = set(np.where(wrong & value.is_kind(ERROR), value.all_texts(), "#VALUE!")[wrong].tolist())
            if not wrong.all() or len(codes) > 1:
                raise RaggedBatchError
            return str(codes.pop())
    return None


@reference_function("OFFSET", takes="PVVV?V?")
def offset(
    context: ReferenceContext,
    start: Operand,
    rows: Value | None,
    columns: Value | None,
    height: Value | None = None,
    width: Value | None = None,
) -> Operand:
    require_constant("OFFSET", rows, columns, height, width)
    if not isinstance(start, Range):
        raise UnsupportedFormulaError("OFFSET needs a reference to start from")
    if code := first_error(rows, columns, height, width):
        return context.error(code)
    tall = uniform(_size(height, start.height))
    wide = uniform(_size(width, start.width))
    row = start.row + positions(rows, 0) + min(tall + 1, 0)
    column = start.column + positions(columns, 0) + min(wide + 1, 0)
    tall, wide = abs(tall), abs(wide)
    outside = (row < 1) | (column < 1) | (row + tall - 1 > MAX_ROWS) | (column + wide - 1 > MAX_COLUMNS)
    if outside.any() or not tall or not wide:
        if outside.size > 1 and not outside.all():
            raise RaggedBatchError
        return context.error("#REF!")
    return Range(start.sheet, row, column, tall, wide)


def _size(value: Value | None, default: int) -> Integers:
    """Read a height or width; a part of one row or column is a whole one."""
    if value is None or value.known is None:
        return positions(None, default)
    whole = np.trunc(value.known)
    small = (whole == 0) & (value.known != 0)
    return positions(constant(np.where(small, np.sign(value.known), whole)), default)


def _error_or_refused(name: str, value: Value) -> Value:
    """Give an error that stands in place of a reference."""
    if value.known is not None and first_error(value):
        return value
    raise UnsupportedFormulaError(f"{name} needs a reference")


def _chosen(context: ReferenceContext, source: Operand | Union, rows: Value | None, columns: Value | None) -> Value:
    """Give the element at a place that depends on variables: exact, but the choice itself has no gradient."""
    table = context.read(source)
    height, width = table.shape[-2:]
    if height * width > _MOST_CANDIDATES:
        raise UnsupportedFormulaError(
            f"INDEX chooses among {height * width:,} cells by variable cells, more than {_MOST_CANDIDATES:,}"
        )
    if table.has_kind(BOOLEAN, TEXT):
        raise UnsupportedFormulaError("INDEX chooses among texts or truth values by variable cells")
    one = scalar_value(1.0)
    if columns is None and height == 1:
        rows, columns = one, rows
    elif columns is None and width > 1:
        raise UnsupportedFormulaError("INDEX chooses a whole row by variable cells")
    return context.apply("element", table, one if rows is None else rows, one if columns is None else columns)


@function("element", takes="RVV", curve=LINEAR.switched_by(1, 2), error="#REF!")
def element(xp: Namespace, table: Value, row: Value, column: Value) -> Array:
    """The element of an array at a place, whose decimals do not count; it has the gradient of what stands there."""
    height, width = table.shape[-2:]
    at_row = np.arange(1, height + 1)[:, None] == np.trunc(xp.values(row.numbers))
    at_column = np.arange(1, width + 1) == np.trunc(xp.values(column.numbers))
    here = at_row & at_column
    chosen = xp.sum(xp.where(xp.asarray(here), table.numbers, 0.0))
    return xp.where(xp.asarray(here.any(axis=(-2, -1), keepdims=True)), chosen, np.nan)


@reference_function("INDEX", takes="RVV?V?", of_unions=True)
def index(
    context: ReferenceContext,
    source: Operand | Union,
    rows: Value | None,
    columns: Value | None = None,
    area: Value | None = None,
) -> Operand:
    require_constant("INDEX of several areas", area)
    if area is None and any(place is not None and place.varies for place in (rows, columns)):
        return _chosen(context, source, rows, columns)
    if code := first_error(rows, columns, area):
        return context.error(code)
    number = uniform(positions(area, 1))
    members = source.ranges if isinstance(source, Union) else (source,)
    if not 1 <= number <= len(members):
        return context.error("#REF!")
    source = members[number - 1]
    height, width = (source.height, source.width) if isinstance(source, Range) else source.shape[-2:]
    if columns is None and height == 1:  # INDEX(row, n) counts along the row
        row, column = np.ones((1, 1), np.int64), positions(rows, 0)
    else:
        row, column = positions(rows, 0), positions(columns, 0 if width > 1 else 1)
    if (row < 0).any() or (column < 0).any():
        if not ((row < 0) | (column < 0)).all():
            raise RaggedBatchError
        return context.error("#VALUE!")
    outside = (row > height) | (column > width)
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


@reference_function("ROW", takes="P?")
def row(context: ReferenceContext, reference: Operand | None = None) -> Value:
    if reference is None:
        return constant((context.host_rows[..., None, None] + np.arange(context.host_size[0])[:, None]).astype(float))
    if not isinstance(reference, Range):
        return _error_or_refused("ROW", reference)
    return constant((reference.row[..., None, None] + np.arange(reference.height)[:, None]).astype(float))


@reference_function("COLUMN", takes="P?")
def column(context: ReferenceContext, reference: Operand | None = None) -> Value:
    if reference is None:
        return constant((context.host_columns[..., None, None] + np.arange(context.host_size[1])).astype(float))
    if not isinstance(reference, Range):
        return _error_or_refused("COLUMN", reference)
    return constant((reference.column[..., None, None] + np.arange(reference.width)).astype(float))


@reference_function("ROWS", takes="P")
def rows(context: ReferenceContext, reference: Operand) -> Value:
    height = reference.height if isinstance(reference, Range) else reference.shape[-2]
    return constant(np.full((1, 1, 1, 1), float(height)))


@reference_function("COLUMNS", takes="P")
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
