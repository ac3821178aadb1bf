"""Matrix functions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from xlcf.formulas.curves import LINEAR, PRODUCT, SMOOTH_INSIDE
from xlcf.formulas.errors import FormulaError
from xlcf.formulas.namespace import Array, Namespace
from xlcf.formulas.registry import function
from xlcf.formulas.values import BLANK, TEXT, Value, require_array_size


@function("MMULT", takes="AA", curve=PRODUCT)
def mmult(xp: Namespace, left: Value, right: Value) -> Array:
    a, b = _matrix(xp, left), _matrix(xp, right)
    if a.shape[-1] != b.shape[-2]:
        raise FormulaError(
            f"MMULT cannot multiply {a.shape[-2]} x {a.shape[-1]} by {b.shape[-2]} x {b.shape[-1]}: "
            "the first's columns must be as many as the second's rows"
        )
    require_array_size((a.shape[-2], b.shape[-1]))
    if a.shape[-3] == 1 and b.shape[-4] == 1 and (a.shape[-4] > 1 or b.shape[-3] > 1):
        return _outer_matmul(xp, a, b)
    return xp.matmul(a, b)


def _outer_matmul(xp: Namespace, a: Array, b: Array) -> Array:
    """Multiply each of a's matrices, one a batch row, by each of b's, one a batch column: one matrix product.

    a: (..., rows, 1, m, k); b: (..., 1, columns, k, n); the result: (..., rows, columns, m, n).
    """
    rows, m, k = a.shape[-4], a.shape[-2], a.shape[-1]
    columns, n = b.shape[-3], b.shape[-1]
    stacked = a.reshape((*a.shape[:-4], rows * m, k))
    side_by_side = xp.swap_last(xp.swap_last(b).reshape((*b.shape[:-4], columns * n, k)))
    product = xp.matmul(stacked, side_by_side)
    if m == n == 1:
        return product[..., None, None]
    return product.reshape((*product.shape[:-2], rows, m, columns, n)).swapaxes(-3, -2)


@function("TRANSPOSE", takes="A", curve=LINEAR)
def transpose(xp: Namespace, value: Value) -> Value:
    def swap(array: Array) -> Array:
        return None if array is None else np.swapaxes(array, -1, -2)

    return replace(
        value,
        numbers=xp.swap_last(value.numbers),
        kinds=swap(value.kinds),
        texts=swap(value.texts),
        cells=None,
        known=swap(value.known),
    )


@function("MINVERSE", takes="A", curve=SMOOTH_INSIDE)
def minverse(xp: Namespace, value: Value) -> Array:
    matrix = _matrix(xp, value)
    if matrix.shape[-1] != matrix.shape[-2]:
        raise FormulaError(f"MINVERSE needs a square matrix, not {matrix.shape[-2]} x {matrix.shape[-1]}")
    return xp.inverse(matrix)


def _matrix(xp: Namespace, value: Value) -> Array:
    """Give a matrix's numbers; a blank or a text in it makes the whole an error, as in Excel."""
    bad = value.is_kind(BLANK, TEXT)
    if not bad.any():
        return value.numbers
    spoiled = np.broadcast_to(bad, value.shape).any(axis=(-2, -1), keepdims=True)
    return xp.where(xp.asarray(spoiled), np.nan, value.numbers)
