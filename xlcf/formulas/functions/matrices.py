"""Matrix functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from xlcf.formulas.curves import CONSTANT, LINEAR, PRODUCT, SMOOTH, SMOOTH_INSIDE
from xlcf.formulas.differentiable import with_slopes
from xlcf.formulas.namespace import Array, Namespace
from xlcf.formulas.ranges import positions, uniform
from xlcf.formulas.registry import function
from xlcf.formulas.values import BLANK, BOOLEAN, ERROR, TEXT, Value, require_array_size, scalar_value
from xlcf.ooxml.worksheet import ExcelError


@function("MMULT", takes="AA", curve=PRODUCT)
def mmult(xp: Namespace, left: Value, right: Value) -> Array | Value:
    a, b = _matrix(xp, left), _matrix(xp, right)
    if a.shape[-1] != b.shape[-2]:
        return scalar_value(ExcelError("#VALUE!"))
    require_array_size((a.shape[-2], b.shape[-1]))
    if a.shape[-3] == 1 and b.shape[-4] == 1 and (a.shape[-4] > 1 or b.shape[-3] > 1):
        product = _outer_matmul(xp, a, b)
    else:
        product = xp.matmul(a, b)
    return _spoiled_as_value_error((left, right), product)


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
def minverse(xp: Namespace, value: Value) -> Array | Value:
    matrix = _matrix(xp, value)
    if matrix.shape[-1] != matrix.shape[-2]:
        return scalar_value(ExcelError("#VALUE!"))
    return _spoiled_as_value_error((value,), xp.inverse(matrix))


@function("MDETERM", takes="A", curve=SMOOTH)
def mdeterm(xp: Namespace, value: Value) -> Array | Value:
    matrix = _matrix(xp, value)
    if matrix.shape[-1] != matrix.shape[-2]:
        return scalar_value(ExcelError("#VALUE!"))
    known = xp.values(matrix)
    spoiled = np.isnan(known).any(axis=(-2, -1), keepdims=True)
    determinant, cofactors = _determinant(np.where(spoiled, 0.0, known))
    first_order = xp.sum(with_slopes(xp, np.zeros(known.shape), (matrix, cofactors)))
    return _spoiled_as_value_error((value,), first_order + xp.asarray(np.where(spoiled, np.nan, determinant)))


def _determinant(matrix: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the determinants, shape (..., 1, 1), and the derivatives by the elements: the cofactors.

    The cofactors come from the singular value decomposition, A = U S V': det(U V') U diag(product of the other s) V'.
    """
    u, s, v = np.linalg.svd(matrix)
    others = np.repeat(s[..., None, :], s.shape[-1], axis=-2)
    others[..., np.arange(s.shape[-1]), np.arange(s.shape[-1])] = 1.0
    sign = np.linalg.det(u @ v)[..., None, None]
    cofactors = sign * (u * others.prod(axis=-1)[..., None, :]) @ v
    determinant = np.linalg.det(matrix)
    if (np.abs(matrix) < 2**31).all() and (matrix == np.trunc(matrix)).all():
        whole = np.round(determinant)
        determinant = np.where(np.abs(determinant - whole) < 1e-9 * np.maximum(1, np.abs(whole)), whole, determinant)
    return determinant[..., None, None], cofactors


@function("MUNIT", takes="V", curve=CONSTANT, error="#VALUE!")
def munit(xp: Namespace, size: Value) -> Array | Value:
    if not np.isfinite(xp.values(size.numbers)).all():
        return np.full((1, 1, 1, 1), np.nan)
    n = uniform(positions(size, 1))
    if n < 1:
        return scalar_value(ExcelError("#VALUE!"))
    require_array_size((n, n))
    return np.eye(n)[None, None]


def _matrix(xp: Namespace, value: Value) -> Array:
    """Give a matrix's numbers; a blank, text or truth value in it makes the whole an error, as in Excel."""
    bad = value.is_kind(BLANK, TEXT, BOOLEAN)
    if not bad.any():
        return value.numbers
    spoiled = np.broadcast_to(bad, value.shape).any(axis=(-2, -1), keepdims=True)
    return xp.where(xp.asarray(spoiled), np.nan, value.numbers)


def _spoiled_as_value_error(values: Sequence[Value], result: Array) -> Array | Value:
    """Make the results for matrices with a blank, text or truth value #VALUE!; an error among them goes before."""
    bad, errors = (
        reduce(np.logical_or, [value.is_kind(*kinds).any(axis=(-2, -1), keepdims=True) for value in values])
        for kinds in ((BLANK, TEXT, BOOLEAN), (ERROR,))
    )
    if not bad.any():
        return result
    shape = (*np.broadcast_shapes(bad.shape[:2], result.shape[-4:-2]), *result.shape[-2:])
    spoiled = np.broadcast_to(bad & ~errors, shape)
    texts = np.where(spoiled, "#VALUE!", np.full(shape, None, dtype=object))
    return Value(result, np.where(spoiled, np.int8(ERROR), np.int8(0)), texts)
