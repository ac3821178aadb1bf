"""Spread of numbers in ranges."""

from __future__ import annotations

import numpy as np

from xlcf.formulas.functions.aggregates import counted, total, total_count
from xlcf.formulas.namespace import Array, Namespace
from xlcf.formulas.registry import function
from xlcf.formulas.values import Value


@function("DEVSQ", takes="R+")
def devsq(xp: Namespace, *values: Value | None) -> Array:
    n = total_count(values)
    mean = total(xp, values) / xp.asarray(np.where(n == 0, np.nan, n))
    result: Array = None
    for value in values:
        if value is None:
            continue
        numbers, mask = counted(value)
        squares = xp.square(numbers - mean)
        part = xp.sum(squares if mask is None else xp.where(xp.asarray(mask), squares, 0.0))
        result = part if result is None else result + part
    return result


def _variance(xp: Namespace, values: tuple[Value | None, ...], lost: int) -> Array:
    n = total_count(values) - lost
    return devsq(xp, *values) / xp.asarray(np.where(n <= 0, np.nan, n))


@function("VAR", "VAR.S", takes="R+")
def var_s(xp: Namespace, *values: Value | None) -> Array:
    return _variance(xp, values, 1)


@function("VARP", "VAR.P", takes="R+")
def var_p(xp: Namespace, *values: Value | None) -> Array:
    return _variance(xp, values, 0)


@function("STDEV", "STDEV.S", takes="R+")
def stdev_s(xp: Namespace, *values: Value | None) -> Array:
    return xp.elementwise("sqrt", _variance(xp, values, 1))


@function("STDEVP", "STDEV.P", takes="R+")
def stdev_p(xp: Namespace, *values: Value | None) -> Array:
    return xp.elementwise("sqrt", _variance(xp, values, 0))
