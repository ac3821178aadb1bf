"""Excel's operators: arithmetic, joining, comparison."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from xlcf.formulas.errors import UnsupportedFormulaError
from xlcf.formulas.namespace import Array, Namespace
from xlcf.formulas.registry import function
from xlcf.formulas.values import BLANK, BOOLEAN, TEXT, Value, constant, decode
from xlcf.ooxml.worksheet import ExcelError


@function("+", takes="VV")
def add(xp: Namespace, left: Value, right: Value) -> Array:
    return left.numbers + right.numbers


@function("-", takes="VV")
def subtract(xp: Namespace, left: Value, right: Value) -> Array:
    return left.numbers - right.numbers


@function("*", takes="VV")
def multiply(xp: Namespace, left: Value, right: Value) -> Array:
    return xp.multiply(left.numbers, right.numbers)


@function("/", takes="VV")
def divide(xp: Namespace, left: Value, right: Value) -> Array:
    return xp.where(right.numbers == 0, np.nan, xp.divide(left.numbers, right.numbers))


@function("^", "POWER", takes="VV")
def power(xp: Namespace, base: Value, exponent: Value) -> Array:
    if exponent.known is not None and (exponent.known == 2).all():
        return xp.square(base.numbers)
    result = xp.power(base.numbers, exponent.numbers)
    return xp.where((base.numbers == 0) & (exponent.numbers <= 0), np.nan, result)


@function("u-", takes="V")
def negate(xp: Namespace, value: Value) -> Array:
    return -value.numbers


@function("%", takes="V")
def percent(xp: Namespace, value: Value) -> Array:
    return value.numbers / 100


@function("&", takes="VV")
def join(xp: Namespace, left: Value, right: Value) -> Value:
    pieces = np.frompyfunc(lambda a, b: a + b, 2, 1)
    texts = pieces(as_texts(left), as_texts(right))
    return constant(np.full(texts.shape, np.nan), np.full(texts.shape, TEXT, np.int8), texts)


def as_texts(value: Value) -> NDArray[np.object_]:
    """Write a constant's elements as Excel's & does.

    Raises:
        UnsupportedFormulaError: where the value varies: texts cannot follow variables.

    """
    if value.known is None:
        raise UnsupportedFormulaError("a text that depends on variable cells is not supported")
    texts = value.all_texts()
    numbers, kinds = (np.broadcast_to(array, value.shape) for array in (value.known, value.all_kinds()))
    texts = np.broadcast_to(texts, value.shape)
    result = np.empty(value.shape, dtype=object)
    for at in np.ndindex(value.shape):
        result[at] = _as_text(decode(float(numbers[at]), int(kinds[at]), texts[at]))
    return result


def _as_text(scalar: float | str | bool | ExcelError | None) -> str:
    if scalar is None:
        return ""
    if isinstance(scalar, bool):
        return str(scalar).upper()
    if isinstance(scalar, float):
        return f"{scalar:.15G}"
    return str(scalar)


def _comparison(sign: str, compare: Callable[[Array, Array], Array]) -> None:
    @function(sign, takes="VV")
    def operator(xp: Namespace, left: Value, right: Value) -> Value:
        if left.has_kind(TEXT, BOOLEAN) or right.has_kind(TEXT, BOOLEAN):
            result = _compare_kinds(xp, left, right, compare)
        else:
            result = compare(left.numbers, right.numbers)
        errors = xp.isnan(left.numbers) & ~_mask(xp, left, TEXT) | xp.isnan(right.numbers) & ~_mask(xp, right, TEXT)
        numbers = xp.where(errors, np.nan, xp.where(result, 1.0, 0.0))
        return Value(numbers, np.full((1, 1, 1, 1), BOOLEAN, np.int8))


def _mask(xp: Namespace, value: Value, kind: int) -> Array:
    return xp.asarray(value.is_kind(kind))


def _compare_kinds(xp: Namespace, left: Value, right: Value, compare: Callable[[Array, Array], Array]) -> Array:
    """Compare where kinds differ: number < text < truth value; a blank takes the other's kind."""
    ranks = []
    for one, other in ((left, right), (right, left)):
        rank = one.is_kind(TEXT) * 1 + one.is_kind(BOOLEAN) * 2
        other_rank = other.is_kind(TEXT) * 1 + other.is_kind(BOOLEAN) * 2
        ranks.append(np.where(one.is_kind(BLANK), other_rank, rank))
    same, both_texts = ranks[0] == ranks[1], (ranks[0] == 1) & (ranks[1] == 1)
    result = xp.where(xp.asarray(same), compare(left.numbers, right.numbers), xp.asarray(compare(ranks[0], ranks[1])))
    if not both_texts.any():
        return result
    lower = [np.frompyfunc(lambda text: (text or "").lower(), 1, 1)(value.all_texts()) for value in (left, right)]
    return xp.where(xp.asarray(both_texts), xp.asarray(np.asarray(compare(*lower), dtype=bool)), result)


_comparison("=", lambda a, b: a == b)
_comparison("<>", lambda a, b: a != b)
_comparison("<", lambda a, b: a < b)
_comparison(">", lambda a, b: a > b)
_comparison("<=", lambda a, b: a <= b)
_comparison(">=", lambda a, b: a >= b)
