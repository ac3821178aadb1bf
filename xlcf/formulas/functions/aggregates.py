"""Functions that sum over ranges, with Excel's rules for blanks, texts and truth values.

In a range or array, blanks, texts and truth values are skipped. Written directly as an argument, a truth value counts
as 0 or 1 and a text as the number that it spells.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from xlcf.formulas.curves import CONSTANT, KINKED, LINEAR, PRODUCT, PRODUCT_OF_ALL, SQUARES, TOLD_ERROR
from xlcf.formulas.functions.operators import Mask, ratio
from xlcf.formulas.namespace import Array, Namespace
from xlcf.formulas.ranges import Range, ReferenceContext
from xlcf.formulas.registry import function, reference_function
from xlcf.formulas.values import BLANK, ERROR, NUMBER, Value, constant, scalar_value
from xlcf.ooxml.worksheet import ExcelError


def counted(value: Value, *also: int) -> tuple[Array, Mask | None]:
    """Give a value's numbers and which of them count; None for all of them. An error counts, so that it shows."""
    is_direct = value.cells is None and value.shape[-2:] == (1, 1)
    if value.kinds is None or is_direct:
        return value.numbers, None
    mask = value.is_kind(NUMBER, ERROR, *also)
    return value.numbers, None if mask.all() else mask


def count(value: Value, *also: int) -> NDArray[np.float64]:
    """Count the numbers that count, per value: shape (..., 1, 1)."""
    _, mask = counted(value, *also)
    full = np.ones(value.shape, bool) if mask is None else np.broadcast_to(mask, value.shape)
    return np.asarray(full.sum(axis=(-2, -1), keepdims=True), dtype=float)


def total(xp: Namespace, values: tuple[Value, ...], term: Callable[[Array], Array] = lambda x: x) -> Array:
    """Sum a term over all numbers that count; shape (..., 1, 1)."""
    result: Array = None
    for value in values:
        numbers, mask = counted(value)
        if mask is not None:
            numbers = xp.where(xp.asarray(mask), numbers, 0.0)
        part = xp.sum(term(numbers))
        result = part if result is None else result + part
    return np.zeros((1, 1, 1, 1)) if result is None else result


def total_count(values: tuple[Value, ...]) -> NDArray[np.float64]:
    """Count the numbers of several arguments; shape (..., 1, 1)."""
    return np.asarray(sum((count(value) for value in values), np.zeros((1, 1, 1, 1))))


@function("SUM", takes="R+", curve=LINEAR)
def sum_(xp: Namespace, *values: Value) -> Array:
    return total(xp, values)


@function("SUMSQ", takes="R+", curve=SQUARES)
def sumsq(xp: Namespace, *values: Value) -> Array:
    return total(xp, values, xp.square)


@function("COUNT", takes="R+", curve=TOLD_ERROR)
def count_(xp: Namespace, *values: Value) -> Array:
    result: Array = 0.0
    for value in values:
        numbers, mask = counted(value)
        good = abs(numbers) < np.inf  # errors do not count
        if mask is not None:
            good = good & xp.asarray(mask)
        result = result + xp.sum(xp.where(good, 1.0, 0.0))
    return result


@function("COUNTA", takes="R+", curve=CONSTANT)
def counta(xp: Namespace, *values: Value) -> Array:
    result = np.zeros((1, 1, 1, 1))
    for value in values:
        result = result + np.broadcast_to(~value.is_kind(BLANK), value.shape).sum(axis=(-2, -1), keepdims=True)
    return xp.asarray(result)


@reference_function("COUNTBLANK", takes="R")
def countblank(context: ReferenceContext, cells: Range | Value) -> Value:
    value = context.read(cells)
    size = cells.height * cells.width if isinstance(cells, Range) else value.shape[-2] * value.shape[-1]
    filled = ~(value.is_kind(BLANK) | np.asarray(np.equal(value.all_texts(), ""), dtype=bool))
    return constant(size - np.broadcast_to(filled, value.shape).sum(axis=(-2, -1), keepdims=True).astype(float))


def mean(xp: Namespace, values: tuple[Value, ...]) -> Array:
    """Average the numbers that count; shape (..., 1, 1)."""
    return ratio(xp, total(xp, values), xp.asarray(total_count(values)))


@function("AVERAGE", takes="R+", curve=LINEAR, error="#DIV/0!")
def average(xp: Namespace, *values: Value) -> Array:
    return mean(xp, values)


@function("MAX", takes="R+", curve=KINKED)
def max_(xp: Namespace, *values: Value) -> Array:
    return -_least(xp, values, sign=-1.0)


@function("MIN", takes="R+", curve=KINKED)
def min_(xp: Namespace, *values: Value) -> Array:
    return _least(xp, values, sign=1.0)


def _least(xp: Namespace, values: tuple[Value, ...], sign: float) -> Array:
    parts = []
    for value in values:
        if not count(value).any():
            continue
        numbers, mask = counted(value)
        numbers = numbers * sign
        parts.append(xp.amin(numbers if mask is None else xp.where(xp.asarray(mask), numbers, np.inf)))
    if not parts:
        return np.zeros((1, 1, 1, 1))
    least = parts[0]
    for part in parts[1:]:
        least = xp.where(xp.isnan(least) | (least <= part), least, part)
    return xp.where(least == np.inf, 0.0, least)  # no number in that row of the batch: Excel says 0


@function("PRODUCT", takes="R+", curve=PRODUCT_OF_ALL)
def product(xp: Namespace, *values: Value) -> Array:
    result: Array = None
    for value in values:
        numbers, mask = counted(value)
        if mask is not None:
            numbers = xp.where(xp.asarray(mask), numbers, 1.0)
        numbers = xp.broadcast_to(numbers, (*numbers.shape[:-2], *value.shape[-2:]))
        for i in range(value.shape[-2]):
            for j in range(value.shape[-1]):
                factor = numbers[..., i : i + 1, j : j + 1]
                result = factor if result is None else xp.multiply(result, factor)
    return xp.where(xp.asarray(total_count(values) == 0), 0.0, result)  # Excel: the product of nothing is 0


@function("SUMPRODUCT", takes="A+", curve=PRODUCT)
def sumproduct(xp: Namespace, *values: Value) -> Array | Value:
    if len({value.shape[-2:] for value in values}) > 1:
        return scalar_value(ExcelError("#VALUE!"))
    result: Array = None
    for value in values:
        mask = value.is_kind(NUMBER, ERROR)  # anything else counts as 0
        numbers = value.numbers if mask.all() else xp.where(xp.asarray(mask), value.numbers, 0.0)
        result = numbers if result is None else xp.multiply(result, numbers)
    return xp.sum(result)


@function("SUMXMY2", takes="AA", curve=SQUARES)
def sumxmy2(xp: Namespace, x: Value, y: Value) -> Array | Value:
    return _sum_pairs(xp, x, y, lambda a, b: xp.square(a - b))


@function("SUMX2MY2", takes="AA", curve=SQUARES)
def sumx2my2(xp: Namespace, x: Value, y: Value) -> Array | Value:
    return _sum_pairs(xp, x, y, lambda a, b: xp.square(a) - xp.square(b))


@function("SUMX2PY2", takes="AA", curve=SQUARES)
def sumx2py2(xp: Namespace, x: Value, y: Value) -> Array | Value:
    return _sum_pairs(xp, x, y, lambda a, b: xp.square(a) + xp.square(b))


def _sum_pairs(xp: Namespace, x: Value, second: Value, term: Callable[[Array, Array], Array]) -> Array | Value:
    """Sum over pairs, skipping a pair where either is blank, a text or a truth value, as Excel does."""
    y = like(second, x)
    if y is None:
        return scalar_value(ExcelError("#N/A"))
    both = x.is_kind(NUMBER, ERROR) & y.is_kind(NUMBER, ERROR)
    if both.all():
        return xp.sum(term(x.numbers, y.numbers))
    mask = xp.asarray(both)  # before the term, for the sake of its gradient: a text's number is NaN
    return xp.sum(term(xp.where(mask, x.numbers, 0.0), xp.where(mask, y.numbers, 0.0)))


def like(value: Value, other: Value) -> Value | None:
    """Lay a value out as another one, with which it makes pairs row by row; None where it is not of the same size."""
    size = other.shape[-2:]
    if value.shape[-2:] == size:
        return value
    if math.prod(value.shape[-2:]) != math.prod(size):
        return None

    def lay(array: Array) -> Array:
        full = array if array is None or array.shape[-2:] != (1, 1) else np.broadcast_to(array, value.shape)
        return None if full is None else full.reshape((*full.shape[:-2], *size))

    kinds, texts, known = (lay(array) for array in (value.kinds, value.texts, value.known))
    return replace(value, numbers=lay(value.numbers), kinds=kinds, texts=texts, known=known, cells=None)
