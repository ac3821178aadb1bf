"""Payments over time."""

from __future__ import annotations

import numpy as np

from xlcf.formulas.curves import linear_given
from xlcf.formulas.functions.aggregates import counted
from xlcf.formulas.functions.operators import ratio
from xlcf.formulas.namespace import Array, Namespace
from xlcf.formulas.registry import function
from xlcf.formulas.values import Value


@function("NPV", takes="VR+", curve=linear_given(0))
def npv(xp: Namespace, rate: Value, *values: Value) -> Array:
    """Sum value / (1 + rate)^k over the numbers, k = 1, 2, ...: row by row; blanks and texts take no k."""
    result: Array = 0.0
    passed = np.zeros((1, 1, 1, 1))
    for value in values:
        numbers, mask = counted(value)
        shape = value.shape
        full = np.ones(shape, bool) if mask is None else np.broadcast_to(mask, shape)
        order = np.cumsum(full.reshape(*shape[:2], -1), axis=-1).reshape(shape) + passed
        factors = xp.power(1.0 + rate.numbers, xp.asarray(order.astype(float)))
        terms = xp.divide(numbers if mask is None else xp.where(xp.asarray(mask), numbers, 0.0), factors)
        result = result + xp.sum(terms)
        passed = passed + full.sum(axis=(-2, -1), keepdims=True)
    return result


@function("PMT", takes="VVVV?V?", curve=linear_given(0, 1).switched_by(4))
def pmt(
    xp: Namespace,
    rate: Value,
    periods: Value,
    present: Value,
    future: Value | None = None,
    at_start: Value | None = None,
) -> Array:
    """The level payment that takes `present` to `-future` in so many periods, due at their ends or starts."""
    r, n, pv = rate.numbers, periods.numbers, present.numbers
    fv = 0.0 if future is None else future.numbers
    growth = xp.power(1.0 + r, n)
    due = 1.0 if at_start is None else xp.where(at_start.numbers != 0, 1.0 + r, 1.0)
    owed = xp.multiply(r, xp.multiply(pv, growth) + fv)
    with_interest = ratio(xp, owed, xp.multiply(due, growth - 1.0))
    return -xp.where(r == 0, ratio(xp, pv + fv, n), with_interest)
