"""Spread and order of numbers in ranges."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xlcf.formulas.curves import KINKED, SMOOTH_INSIDE, SQUARES
from xlcf.formulas.functions.aggregates import counted, mean, total_count
from xlcf.formulas.functions.operators import ratio
from xlcf.formulas.namespace import Array, Namespace
from xlcf.formulas.registry import function
from xlcf.formulas.values import Value


@function("DEVSQ", takes="R+", curve=SQUARES)
def devsq(xp: Namespace, *values: Value) -> Array:
    average = mean(xp, values)
    result: Array = None
    for value in values:
        numbers, mask = counted(value)
        deviations = numbers - average
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
    return -_ranked(xp, -_flat(xp, (value,), -np.inf), xp.elementwise("ceil", rank.numbers), total_count((value,)))


@function("SMALL", takes="RV", curve=KINKED.switched_by(1))
def small(xp: Namespace, value: Value, rank: Value) -> Array:
    return _ranked(xp, _flat(xp, (value,), np.inf), xp.elementwise("trunc", rank.numbers), total_count((value,)))


@function("MEDIAN", takes="R+", curve=KINKED)
def median(xp: Namespace, *values: Value) -> Array:
    n = total_count(values)
    numbers = _flat(xp, values, np.inf)
    lower, upper = (_ranked(xp, numbers, xp.asarray(rank), n) for rank in (np.floor((n + 1) / 2), np.ceil((n + 1) / 2)))
    return (lower + upper) / 2


def _flat(xp: Namespace, values: tuple[Value, ...], instead: float) -> Array:
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


def _ranked(xp: Namespace, numbers: Array, rank: Array, n: NDArray[np.float64]) -> Array:
    """Take the rank-th smallest of n numbers, shape (..., 1, count), for each rank, shape (..., rows, columns)."""
    ordered = xp.sort_last(numbers)
    places = np.arange(1.0, numbers.shape[-1] + 1)
    column = rank.reshape((*rank.shape[:-2], -1, 1))
    picked = xp.where(xp.asarray(places) == column, ordered, 0.0)
    chosen = xp.matmul(picked, xp.asarray(np.ones((len(places), 1))))
    chosen = chosen.reshape((*chosen.shape[:-2], *rank.shape[-2:]))
    bad = (rank < 1) | (rank > xp.asarray(n)) | xp.isnan(ordered[..., -1:])
    return xp.where(bad, np.nan, chosen)
