"""Percentiles, ranks and frequencies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

from xlcf.arrays import Floats
from xlcf.formulas.curves import KINKED, LINEAR, STEPPED
from xlcf.formulas.errors import UnsupportedFormulaError
from xlcf.formulas.functions.aggregates import counted, total_count
from xlcf.formulas.functions.operators import Mask, ratio
from xlcf.formulas.functions.statistics import flat, ranked
from xlcf.formulas.namespace import Array, Namespace
from xlcf.formulas.ranges import RaggedBatchError
from xlcf.formulas.registry import function
from xlcf.formulas.values import BOOLEAN, ERROR, NUMBER, Value, constant, scalar_value
from xlcf.ooxml.worksheet import ExcelError


@function("PERCENTILE.INC", "PERCENTILE", takes="RV", curve=KINKED)
def percentile_inc(xp: Namespace, values: Value, share: Value) -> Array:
    n = total_count((values,))
    k = xp.where((share.numbers >= 0) & (share.numbers <= 1), share.numbers, np.nan)
    return _at_rank(xp, values, xp.multiply(k, xp.asarray(n - 1)) + 1.0)


@function("PERCENTILE.EXC", takes="RV", curve=KINKED)
def percentile_exc(xp: Namespace, values: Value, share: Value) -> Array:
    return _at_rank(xp, values, xp.multiply(share.numbers, xp.asarray(total_count((values,)) + 1)))


@function("QUARTILE.INC", "QUARTILE", takes="RV", curve=KINKED.switched_by(1))
def quartile_inc(xp: Namespace, values: Value, quarter: Value) -> Array:
    return percentile_inc(xp, values, Value(xp.elementwise("trunc", quarter.numbers) / 4))


@function("QUARTILE.EXC", takes="RV", curve=KINKED.switched_by(1))
def quartile_exc(xp: Namespace, values: Value, quarter: Value) -> Array:
    return percentile_exc(xp, values, Value(xp.elementwise("trunc", quarter.numbers) / 4))


def _at_rank(xp: Namespace, values: Value, rank: Array) -> Array:
    """Interpolate between the numbers in order, the first of which has rank 1."""
    n = total_count((values,))
    whole = np.rint(xp.values(rank))
    near = np.abs(xp.values(rank) - whole) < 1e-10  # 0.7 * 10 is 7
    lower = np.where(near, whole, np.floor(xp.values(rank)))
    numbers = flat(xp, (values,), np.inf)
    below = ranked(xp, numbers, xp.asarray(lower), n)
    above = ranked(xp, numbers, xp.asarray(np.minimum(lower + 1, n)), n)
    share = xp.where(xp.asarray(near), 0.0, rank - xp.asarray(lower))
    inside = (lower >= 1) & (xp.values(rank) <= n + 1e-10)
    return xp.where(xp.asarray(inside), below + xp.multiply(share, above - below), np.nan)


@function("TRIMMEAN", takes="RV", curve=KINKED.switched_by(1))
def trimmean(xp: Namespace, values: Value, share: Value) -> Array:
    """The average without the least and the largest numbers, as many of these as of those."""
    n = total_count((values,))
    percent = xp.values(share.numbers)
    cut = np.floor(n * np.where((percent >= 0) & (percent < 1), percent, np.nan) / 2 + 1e-10)
    ordered = xp.sort_last(flat(xp, (values,), np.inf))
    places = np.arange(1.0, ordered.shape[-1] + 1)
    kept = xp.where(xp.asarray((places > cut) & (places <= n - cut)), ordered, 0.0)
    wrong = np.isnan(cut) | np.isnan(xp.values(ordered[..., -1:]))
    return xp.where(xp.asarray(wrong), np.nan, ratio(xp, xp.sum(kept), xp.asarray(n - 2 * np.nan_to_num(cut))))


def _list(xp: Namespace, value: Value) -> tuple[Floats, Mask]:
    """Give a range's numbers side by side, shape (..., 1, count), and which of them count."""
    numbers = xp.values(flat(xp, (value,), np.nan))
    mask = counted(value)[1]
    shape = value.shape
    held = np.ones(shape, bool) if mask is None else np.broadcast_to(mask, shape)
    return numbers, held.reshape(*shape[:2], 1, -1)


@function("PERCENTRANK.INC", "PERCENTRANK", takes="RVV?", curve=STEPPED, error="#N/A")
def percentrank_inc(xp: Namespace, values: Value, number: Value, digits: Value | None = None) -> Array | Value:
    return _percent_rank(xp, values, number, digits, lambda place, n: np.where(n > 1, (place - 1) / (n - 1), place))


@function("PERCENTRANK.EXC", takes="RVV?", curve=STEPPED, error="#N/A")
def percentrank_exc(xp: Namespace, values: Value, number: Value, digits: Value | None = None) -> Array | Value:
    return _percent_rank(xp, values, number, digits, lambda place, n: place / (n + 1))


def _percent_rank(
    xp: Namespace, values: Value, number: Value, digits: Value | None, share: Callable[[Floats, Floats], Floats]
) -> Array | Value:
    """Interpolate the rank of a number among others, and cut off the share that it makes."""
    listed, mask = _list(xp, values)
    shown = np.full((1, 1, 1, 1), 3.0) if digits is None else np.trunc(xp.values(digits.numbers))
    if (shown < 1).any():
        return scalar_value(ExcelError("#NUM!"))
    sought = xp.values(number.numbers)
    column = sought.reshape(*sought.shape[:-2], -1, 1)
    lower = np.where(mask & (listed <= column), listed, -np.inf).max(axis=-1, keepdims=True)
    upper = np.where(mask & (listed >= column), listed, np.inf).min(axis=-1, keepdims=True)
    between = np.where(upper > lower, (column - lower) / np.where(upper > lower, upper - lower, 1.0), 1.0)
    rank = (mask & (listed < upper)).sum(axis=-1, keepdims=True) + between
    place = np.where(np.isinf(lower) | np.isinf(upper), np.nan, rank)
    n = mask.sum(axis=-1, keepdims=True).astype(float)
    scale = 10.0**shown
    with np.errstate(all="ignore"):
        shares = share(place, n).reshape((*place.shape[:-2], *sought.shape[-2:]))
    return xp.asarray(np.floor(shares * scale * (1 + 1e-14) + 1e-12) / scale)


@function("RANK.EQ", "RANK", takes="VRV?", curve=STEPPED, error="#N/A")
def rank_eq(xp: Namespace, number: Value, values: Value, order: Value | None = None) -> Array:
    return _rank(xp, number, values, order, shared=False)


@function("RANK.AVG", takes="VRV?", curve=STEPPED, error="#N/A")
def rank_avg(xp: Namespace, number: Value, values: Value, order: Value | None = None) -> Array:
    return _rank(xp, number, values, order, shared=True)


def _rank(xp: Namespace, number: Value, values: Value, order: Value | None, *, shared: bool) -> Array:
    """Count the numbers before one, from the largest on unless the order is not 0; equal ones may share their ranks."""
    listed, mask = _list(xp, values)
    sought = xp.values(number.numbers)
    column = sought.reshape(*sought.shape[:-2], -1, 1)
    larger, smaller, equal = (
        (mask & compared).sum(axis=-1).astype(float).reshape((*compared.shape[:-2], *sought.shape[-2:]))
        for compared in (listed > column, listed < column, listed == column)
    )
    ascending = np.zeros((1, 1, 1, 1)) if order is None else xp.values(order.numbers)
    before = np.where(ascending != 0, smaller, larger)
    ranks = before + (1 + equal) / 2 if shared else before + 1
    wrong = (equal == 0) | (mask & np.isnan(listed)).any(axis=-1, keepdims=True)
    return xp.asarray(np.where(wrong, np.nan, ranks))


@function("FREQUENCY", takes="RR", curve=STEPPED)
def frequency(xp: Namespace, data: Value, bins: Value) -> Array:
    """For each bin how many numbers are above the next smaller bin and not above it; last, those above all."""
    listed, mask = _list(xp, data)
    bounds, held = _list(xp, bins)
    edges = np.where(held, bounds, np.inf)
    before = np.full(edges.shape, -np.inf)
    for at in range(edges.shape[-1]):
        lower = edges < edges[..., at : at + 1]
        before[..., at] = np.where(lower, edges, -np.inf).max(axis=-1)
        repeated = (edges[..., :at] == edges[..., at : at + 1]).any(axis=-1)
        before[..., at] = np.where(repeated | ~held[..., at], edges[..., at], before[..., at])
    top = np.where(held, bounds, -np.inf).max(axis=-1, keepdims=True)
    edges = np.concatenate([edges, np.full(top.shape, np.inf)], axis=-1).swapaxes(-1, -2)
    before = np.concatenate([before, top], axis=-1).swapaxes(-1, -2)
    counts = (mask & (listed > before) & (listed <= edges)).sum(axis=-1, keepdims=True).astype(float)
    wrong = (mask & np.isnan(listed)).any(axis=-1, keepdims=True)
    return xp.asarray(np.where(wrong, np.nan, counts))


@function("MODE.SNGL", "MODE", takes="R+", curve=STEPPED, error="#N/A")
def mode_sngl(xp: Namespace, *values: Value) -> Array:
    lists = _lists(xp, values)
    modes = np.empty(lists.shape, dtype=float)
    for at in np.ndindex(lists.shape):
        found = _modes(lists[at])
        modes[at] = found[0] if found else np.nan
    return xp.asarray(modes)


@function("MODE.MULT", takes="R+", curve=STEPPED, error="#N/A")
def mode_mult(xp: Namespace, *values: Value) -> Value:
    """All that stand there most often, one below the other."""
    if any(value.varies for value in values):
        raise UnsupportedFormulaError("how many modes there are depends on variable cells, which is not supported")
    lists = _lists(xp, values)
    found = [_modes(lists[at]) or [np.nan] for at in np.ndindex(lists.shape)]
    if len({len(modes) for modes in found}) > 1:
        raise RaggedBatchError
    return constant(np.array(found, dtype=float).reshape((*lists.shape[:-2], -1, 1)))


def _lists(xp: Namespace, values: tuple[Value, ...]) -> np.ndarray[tuple[int, ...], np.dtype[np.object_]]:
    """List the numbers that count, of all ranges together: shape (..., batch rows, batch columns, 1, 1)."""
    parts = [_list(xp, value) for value in values]
    shape = np.broadcast_shapes(*(numbers.shape[:-2] for numbers, _ in parts))
    result = np.empty((*shape, 1, 1), dtype=object)
    for at in np.ndindex(shape):
        row: list[float] = []
        for numbers, mask in parts:
            kept = np.broadcast_to(mask, (*shape, *mask.shape[-2:]))[at]
            row += np.broadcast_to(numbers, (*shape, *numbers.shape[-2:]))[at][kept].tolist()
        result[(*at, 0, 0)] = row
    return result


def _modes(numbers: Any) -> list[float]:
    """Give what stands more than once, and most often, in order of first appearance."""
    if any(number != number for number in numbers):
        return []
    counts: Counter[float] = Counter(numbers)
    most = max(counts.values(), default=0)
    return [number for number, count in counts.items() if count == most] if most > 1 else []


@function("PROB", takes="AAVV?", curve=LINEAR.switched_by(0, 2, 3))
def prob(xp: Namespace, values: Value, chances: Value, lower: Value, upper: Value | None = None) -> Array | Value:
    """The sum of the probabilities of the values between two limits."""
    if values.shape[-2:] != chances.shape[-2:]:
        return scalar_value(ExcelError("#N/A"))
    both = values.is_kind(NUMBER, BOOLEAN, ERROR) & chances.is_kind(NUMBER, BOOLEAN, ERROR)
    p = xp.where(xp.asarray(both), chances.numbers, 0.0)
    x, total = xp.values(values.numbers), xp.values(xp.sum(p))
    most = lower if upper is None else upper
    inside = both & (x >= xp.values(lower.numbers)) & (x <= xp.values(most.numbers))
    wrong = (np.abs(total - 1) > 1e-7) | (xp.values(p) < 0).any(axis=(-2, -1), keepdims=True)
    return xp.where(xp.asarray(wrong), np.nan, xp.sum(xp.where(xp.asarray(inside), p, 0.0)))
