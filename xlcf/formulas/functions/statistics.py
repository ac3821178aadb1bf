"""Spread and order of numbers in ranges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from xlcf.formulas.curves import KINKED, LINEAR, SMOOTH_INSIDE, SQUARES, Curve
from xlcf.formulas.functions.aggregates import average, counted, max_, mean, min_, total_count
from xlcf.formulas.functions.operators import ratio
from xlcf.formulas.namespace import Array, Namespace
from xlcf.formulas.registry import function
from xlcf.formulas.values import BOOLEAN, NUMBER, TEXT, Value


@function("DEVSQ", takes="R+", curve=SQUARES)
def devsq(xp: Namespace, *values: Value) -> Array:
    center = mean(xp, values)
    result: Array = None
    for value in values:
        numbers, mask = counted(value)
        deviations = numbers - center
        part = xp.sum(xp.square(deviations if mask is None else xp.where(xp.asarray(mask), deviations, 0.0)))
        result = part if result is None else result + part
    return xp.where(xp.asarray(total_count(values) == 0), np.nan, result)


def _variance(xp: Namespace, values: tuple[Value, ...], lost: int) -> Array:
    n = total_count(values) - lost
    return ratio(xp, devsq(xp, *values), xp.asarray(np.maximum(n, 0)))


@function("VAR", "VAR.S", takes="R+", curve=SQUARES, error="#DIV/0!")
def var_s(xp: Namespace, *values: Value) -> Array:
    return _variance(xp, values, 1)


@function("VARP", "VAR.P", takes="R+", curve=SQUARES, error="#DIV/0!")
def var_p(xp: Namespace, *values: Value) -> Array:
    return _variance(xp, values, 0)


@function("STDEV", "STDEV.S", takes="R+", curve=SMOOTH_INSIDE, error="#DIV/0!")
def stdev_s(xp: Namespace, *values: Value) -> Array:
    return xp.elementwise("sqrt", _variance(xp, values, 1))


@function("STDEVP", "STDEV.P", takes="R+", curve=SMOOTH_INSIDE, error="#DIV/0!")
def stdev_p(xp: Namespace, *values: Value) -> Array:
    return xp.elementwise("sqrt", _variance(xp, values, 0))


@function("LARGE", takes="RV", curve=KINKED.switched_by(1))
def large(xp: Namespace, value: Value, rank: Value) -> Array:
    return -ranked(xp, -flat(xp, (value,), -np.inf), xp.elementwise("ceil", rank.numbers), total_count((value,)))


@function("SMALL", takes="RV", curve=KINKED.switched_by(1))
def small(xp: Namespace, value: Value, rank: Value) -> Array:
    return ranked(xp, flat(xp, (value,), np.inf), xp.elementwise("trunc", rank.numbers), total_count((value,)))


@function("MEDIAN", takes="R+", curve=KINKED)
def median(xp: Namespace, *values: Value) -> Array:
    n = total_count(values)
    numbers = flat(xp, values, np.inf)
    lower, upper = (ranked(xp, numbers, xp.asarray(rank), n) for rank in (np.floor((n + 1) / 2), np.ceil((n + 1) / 2)))
    return (lower + upper) / 2


@function("AVEDEV", takes="R+", curve=KINKED)
def avedev(xp: Namespace, *values: Value) -> Array:
    n = xp.asarray(total_count(values))
    return ratio(xp, _sum_of(xp, values, lambda x, average: xp.elementwise("abs", x - average)), n)


@function("GEOMEAN", takes="R+", curve=SMOOTH_INSIDE)
def geomean(xp: Namespace, *values: Value) -> Array:
    logs = _sum_of(xp, values, lambda x, _: xp.elementwise("log", xp.where(x > 0, x, np.nan)))
    return xp.elementwise("exp", ratio(xp, logs, xp.asarray(total_count(values))))


@function("HARMEAN", takes="R+", curve=SMOOTH_INSIDE)
def harmean(xp: Namespace, *values: Value) -> Array:
    inverses = _sum_of(xp, values, lambda x, _: xp.divide(1.0, xp.where(x > 0, x, np.nan)))
    return ratio(xp, xp.asarray(total_count(values)), inverses)


def _sum_of(xp: Namespace, values: tuple[Value, ...], term: Callable[[Array, Array], Array]) -> Array:
    """Sum a term of each number that counts and the average of all."""
    average = mean(xp, values)
    result: Array = 0.0
    for value in values:
        numbers, mask = counted(value)
        terms = term(numbers if mask is None else xp.where(xp.asarray(mask), numbers, average), average)
        result = result + xp.sum(terms if mask is None else xp.where(xp.asarray(mask), terms, 0.0))
    return result


@function("SKEW", takes="R+", curve=SMOOTH_INSIDE, error="#DIV/0!")
def skew(xp: Namespace, *values: Value) -> Array:
    n = total_count(values)
    factor = np.where(n > 2, n / np.maximum((n - 1) * (n - 2), 1), np.nan)
    return xp.multiply(xp.asarray(factor), _moment(xp, values, 3, stdev_s(xp, *values)))


@function("SKEW.P", takes="R+", curve=SMOOTH_INSIDE, error="#DIV/0!")
def skew_p(xp: Namespace, *values: Value) -> Array:
    n = total_count(values)
    factor = np.where(n > 2, 1 / np.maximum(n, 1), np.nan)
    return xp.multiply(xp.asarray(factor), _moment(xp, values, 3, stdev_p(xp, *values)))


@function("KURT", takes="R+", curve=SMOOTH_INSIDE, error="#DIV/0!")
def kurt(xp: Namespace, *values: Value) -> Array:
    n = total_count(values)
    lost = np.maximum((n - 2) * (n - 3), 1)
    factor = np.where(n > 3, n * (n + 1) / np.maximum(n - 1, 1) / lost, np.nan)
    moment = _moment(xp, values, 4, stdev_s(xp, *values))
    return xp.multiply(xp.asarray(factor), moment) - xp.asarray(3 * (n - 1) ** 2 / lost)


def _moment(xp: Namespace, values: tuple[Value, ...], power: int, deviation: Array) -> Array:
    """Sum the powers of the distances from the average in standard deviations."""
    spread = xp.where(deviation > 0, deviation, np.nan)

    def term(x: Array, average: Array) -> Array:
        z = xp.divide(x - average, spread)
        return xp.multiply(xp.square(z), z if power == 3 else xp.square(z))

    return _sum_of(xp, values, term)


def with_texts(xp: Namespace, values: tuple[Value, ...]) -> list[Value]:
    """Read ranges as AVERAGEA and its kin do: a text is 0, a truth value 0 or 1; blanks are skipped."""
    result = []
    for value in values:
        is_direct = value.cells is None and value.shape[-2:] == (1, 1)
        if is_direct or not value.has_kind(TEXT, BOOLEAN):
            result.append(value)
            continue
        is_text = value.is_kind(TEXT)
        kinds = np.where(value.is_kind(TEXT, BOOLEAN), np.int8(NUMBER), value.all_kinds())
        known = None if value.known is None else np.where(is_text, 0.0, value.known)
        numbers = xp.where(xp.asarray(is_text), 0.0, value.numbers)
        result.append(replace(value, numbers=numbers, kinds=kinds, known=known))
    return result


def _enter_with_texts(name: str, of: Callable[..., Array], curve: Curve, error: str = "#NUM!") -> None:
    @function(name, takes="R+", curve=curve, error=error)
    def with_all(xp: Namespace, *values: Value) -> Array:
        return of(xp, *with_texts(xp, values))


_enter_with_texts("AVERAGEA", average, LINEAR, "#DIV/0!")
_enter_with_texts("MAXA", max_, KINKED)
_enter_with_texts("MINA", min_, KINKED)
_enter_with_texts("VARA", var_s, SQUARES, "#DIV/0!")
_enter_with_texts("VARPA", var_p, SQUARES, "#DIV/0!")
_enter_with_texts("STDEVA", stdev_s, SMOOTH_INSIDE, "#DIV/0!")
_enter_with_texts("STDEVPA", stdev_p, SMOOTH_INSIDE, "#DIV/0!")


def flat(xp: Namespace, values: tuple[Value, ...], instead: float) -> Array:
    """Lay all numbers side by side, (..., 1, count), with something else for those that do not count."""
    parts = []
    for value in values:
        numbers, mask = counted(value)
        masked = numbers if mask is None else xp.where(xp.asarray(mask), numbers, instead)
        parts.append(xp.broadcast_to(masked, (*masked.shape[:-2], *value.shape[-2:])))
    batch = max((tuple(part.shape[:-2]) for part in parts), key=lambda shape: (len(shape), shape))
    return xp.concatenate(
        [
            xp.broadcast_to(part.reshape((*part.shape[:-2], 1, -1)), (*batch, 1, part.shape[-2] * part.shape[-1]))
            for part in parts
        ]
    )


def ranked(xp: Namespace, numbers: Array, rank: Array, n: NDArray[np.float64]) -> Array:
    """Take the rank-th smallest of n numbers, shape (..., 1, count), for each rank, shape (..., rows, columns)."""
    ordered = xp.sort_last(numbers)
    places = np.arange(1.0, numbers.shape[-1] + 1)
    column = rank.reshape((*rank.shape[:-2], -1, 1))
    picked = xp.where(xp.asarray(places) == column, ordered, 0.0)
    chosen = xp.matmul(picked, xp.asarray(np.ones((len(places), 1))))
    chosen = chosen.reshape((*chosen.shape[:-2], *rank.shape[-2:]))
    bad = (rank < 1) | (rank > xp.asarray(n)) | xp.isnan(ordered[..., -1:])
    return xp.where(bad, np.nan, chosen)
