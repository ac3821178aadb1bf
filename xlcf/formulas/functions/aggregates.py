"""Functions that sum over ranges, with Excel's rules for blanks, texts and truth values.

In a range or array, blanks, texts and truth values are skipped. Written directly as an argument, a truth value counts
as 0 or 1 and a text as the number that it spells.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from xlcf.formulas.errors import FormulaError
from xlcf.formulas.namespace import Array, Namespace
from xlcf.formulas.registry import function
from xlcf.formulas.values import BLANK, ERROR, NUMBER, Value

Mask = NDArray[np.bool_]


def counted(value: Value, *also: int) -> tuple[Array, Mask | None]:
    """Give a value's numbers and which of them count; None for all of them. An error counts, so that it shows."""
    is_direct = value.cells is None and value.shape[-2:] == (1, 1)
    if value.kinds is None or is_direct:
        return value.numbers, None
    mask = value.is_kind(NUMBER, ERROR, *also)
    return value.numbers, None if mask.all() else mask


def count(value: Value) -> NDArray[np.float64]:
    """Count the numbers that count, per value: shape (..., 1, 1)."""
    _, mask = counted(value)
    full = np.ones(value.shape, bool) if mask is None else np.broadcast_to(mask, value.shape)
    return np.asarray(full.sum(axis=(-2, -1), keepdims=True), dtype=float)


def total(xp: Namespace, values: tuple[Value | None, ...], term: Callable[[Array], Array] = lambda x: x) -> Array:
    """Sum a term over all numbers that count; shape (..., 1, 1)."""
    result: Array = None
    for value in values:
        if value is None:
            continue
        numbers, mask = counted(value)
        if mask is not None:
            numbers = xp.where(xp.asarray(mask), numbers, 0.0)
        part = xp.sum(term(numbers))
        result = part if result is None else result + part
    return np.zeros((1, 1, 1, 1)) if result is None else result


def total_count(values: tuple[Value | None, ...]) -> NDArray[np.float64]:
    """Count the numbers of several arguments; shape (..., 1, 1)."""
    return np.asarray(sum((count(value) for value in values if value is not None), np.zeros((1, 1, 1, 1))))


@function("SUM", takes="R+")
def sum_(xp: Namespace, *values: Value | None) -> Array:
    return total(xp, values)


@function("SUMSQ", takes="R+")
def sumsq(xp: Namespace, *values: Value | None) -> Array:
    return total(xp, values, xp.square)


@function("COUNT", takes="R+")
def count_(xp: Namespace, *values: Value | None) -> Array:
    result = np.zeros((1, 1, 1, 1))
    for value in values:
        if value is None:
            continue
        _, mask = counted(value)
        good = ~np.isnan(value.known) if value.known is not None else np.ones(value.shape, bool)
        good = good & (True if mask is None else mask)
        result = result + np.broadcast_to(good, value.shape).sum(axis=(-2, -1), keepdims=True)
    return xp.asarray(result)


@function("COUNTA", takes="R+")
def counta(xp: Namespace, *values: Value | None) -> Array:
    return xp.asarray(_count_where(values, lambda value: ~value.is_kind(BLANK)))


@function("COUNTBLANK", takes="R")
def countblank(xp: Namespace, value: Value) -> Array:
    empty_text = np.equal(value.texts, "") if value.texts is not None else False
    return xp.asarray(_count_where((value,), lambda v: v.is_kind(BLANK) | empty_text))


def _count_where(values: tuple[Value | None, ...], holds: Callable[[Value], Mask]) -> NDArray[np.float64]:
    result = np.zeros((1, 1, 1, 1))
    for value in values:
        if value is not None:
            result = result + np.broadcast_to(holds(value), value.shape).sum(axis=(-2, -1), keepdims=True)
    return result


@function("AVERAGE", takes="R+")
def average(xp: Namespace, *values: Value | None) -> Array:
    n = total_count(values)
    return total(xp, values) / xp.asarray(np.where(n == 0, np.nan, n))


@function("MAX", takes="R+")
def max_(xp: Namespace, *values: Value | None) -> Array:
    return -_least(xp, values, sign=-1.0)


@function("MIN", takes="R+")
def min_(xp: Namespace, *values: Value | None) -> Array:
    return _least(xp, values, sign=1.0)


def _least(xp: Namespace, values: tuple[Value | None, ...], sign: float) -> Array:
    parts = []
    for value in values:
        if value is None or not count(value).any():
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


@function("PRODUCT", takes="R+")
def product(xp: Namespace, *values: Value | None) -> Array:
    result: Array = None
    for value in values:
        if value is None:
            continue
        numbers, mask = counted(value)
        if mask is not None:
            numbers = xp.where(xp.asarray(mask), numbers, 1.0)
        numbers = xp.broadcast_to(numbers, (*numbers.shape[:-2], *value.shape[-2:]))
        for i in range(value.shape[-2]):
            for j in range(value.shape[-1]):
                factor = numbers[..., i : i + 1, j : j + 1]
                result = factor if result is None else xp.multiply(result, factor)
    return np.zeros((1, 1, 1, 1)) if result is None else result


@function("SUMPRODUCT", takes="A+")
def sumproduct(xp: Namespace, *values: Value) -> Array:
    _require_equal_shapes("SUMPRODUCT", values)
    result: Array = None
    for value in values:
        mask = value.is_kind(NUMBER, ERROR)  # anything else counts as 0
        numbers = value.numbers if mask.all() else xp.where(xp.asarray(mask), value.numbers, 0.0)
        result = numbers if result is None else xp.multiply(result, numbers)
    return xp.sum(result)


@function("SUMXMY2", takes="AA")
def sumxmy2(xp: Namespace, x: Value, y: Value) -> Array:
    return _sum_pairs("SUMXMY2", xp, x, y, lambda a, b: xp.square(a - b))


@function("SUMX2MY2", takes="AA")
def sumx2my2(xp: Namespace, x: Value, y: Value) -> Array:
    return _sum_pairs("SUMX2MY2", xp, x, y, lambda a, b: xp.square(a) - xp.square(b))


@function("SUMX2PY2", takes="AA")
def sumx2py2(xp: Namespace, x: Value, y: Value) -> Array:
    return _sum_pairs("SUMX2PY2", xp, x, y, lambda a, b: xp.square(a) + xp.square(b))


def _sum_pairs(name: str, xp: Namespace, x: Value, y: Value, term: Callable[[Array, Array], Array]) -> Array:
    """Sum over pairs, skipping a pair where either is blank, a text or a truth value, as Excel does."""
    _require_equal_shapes(name, (x, y))
    both = x.is_kind(NUMBER, ERROR) & y.is_kind(NUMBER, ERROR)
    terms = term(x.numbers, y.numbers)
    return xp.sum(terms if both.all() else xp.where(xp.asarray(both), terms, 0.0))


def _require_equal_shapes(name: str, values: tuple[Value, ...]) -> None:
    shapes = {value.shape[-2:] for value in values}
    if len(shapes) > 1:
        listed = " and ".join(f"{rows} x {columns}" for rows, columns in sorted(shapes))
        raise FormulaError(f"{name} needs ranges of one size, not {listed}")
