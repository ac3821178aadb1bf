"""Tests of hypotheses: the probability of what was found, or of something farther off."""

from __future__ import annotations

import numpy as np

from xlcf.arrays import Floats
from xlcf.formulas.curves import KINKED, SMOOTH_INSIDE
from xlcf.formulas.differentiable import Elementwise
from xlcf.formulas.functions.aggregates import like, mean, total_count
from xlcf.formulas.functions.operators import ratio
from xlcf.formulas.functions.statistics import devsq, stdev_s, var_s
from xlcf.formulas.namespace import Array, Namespace
from xlcf.formulas.registry import function
from xlcf.formulas.values import ERROR, NUMBER, Value, scalar_value
from xlcf.ooxml.worksheet import ExcelError


def _t_tail(t: Floats, freedom: Floats) -> Floats:
    from scipy.special import stdtr

    probability: Floats = stdtr(freedom, -t)
    return probability


def _t_slope(t: Floats, freedom: Floats, _: Floats) -> Floats:
    from scipy.special import betaln

    n = freedom
    density: Floats = np.exp(-(n + 1) / 2 * np.log1p(t**2 / n) - betaln(n / 2, 0.5)) / np.sqrt(n)
    return -density


def _f_tail(f: Floats, first: Floats, second: Floats) -> Floats:
    """Twice the smaller tail."""
    from scipy.special import fdtr, fdtrc

    probability: Floats = 2 * np.minimum(fdtr(first, second, f), fdtrc(first, second, f))
    return probability


def _chi_tail(x: Floats, freedom: Floats) -> Floats:
    from scipy.special import gammaincc

    probability: Floats = gammaincc(freedom / 2, x / 2)
    return probability


def _chi_slope(x: Floats, freedom: Floats, _: Floats) -> Floats:
    from scipy.special import gammaln, xlogy

    a = freedom / 2
    density: Floats = np.exp(xlogy(a - 1, x / 2) - x / 2 - gammaln(a)) / 2
    return -density


_T_TAIL = Elementwise(_t_tail, (_t_slope, None))
_F_TAIL = Elementwise(_f_tail, (None, None, None))
_CHI_TAIL = Elementwise(_chi_tail, (_chi_slope, None))


@function("Z.TEST", "ZTEST", takes="RVV?", curve=SMOOTH_INSIDE, error="#DIV/0!")
def z_test(xp: Namespace, values: Value, supposed: Value, deviation: Value | None = None) -> Array | Value:
    """One-sided: that the mean is not above the supposed one."""
    n = total_count((values,))
    if (n == 0).any():
        return scalar_value(ExcelError("#N/A"))
    if deviation is not None and (xp.values(deviation.numbers) <= 0).any():
        return scalar_value(ExcelError("#NUM!"))
    spread = stdev_s(xp, values) if deviation is None else deviation.numbers
    error = xp.divide(spread, xp.asarray(np.sqrt(n)))
    return xp.elementwise("ndtr", -ratio(xp, mean(xp, (values,)) - supposed.numbers, error))


@function("F.TEST", "FTEST", takes="RR", curve=KINKED, error="#DIV/0!")
def f_test(xp: Namespace, one: Value, other: Value) -> Array:
    """Two-sided: that two variances are equal."""
    first, second = var_s(xp, one), var_s(xp, other)
    f = ratio(xp, xp.where(first == 0, np.nan, first), second)
    freedom = (xp.asarray(total_count((value,)) - 1) for value in (one, other))
    return xp.elementwise(_F_TAIL, f, *freedom)


@function("CHISQ.TEST", "CHITEST", takes="AA", curve=SMOOTH_INSIDE, error="#DIV/0!")
def chisq_test(xp: Namespace, actual: Value, expected: Value) -> Array | Value:
    """That counts agree with those expected."""
    if actual.shape[-2:] != expected.shape[-2:] or actual.shape[-2:] == (1, 1):
        return scalar_value(ExcelError("#N/A"))
    rows, columns = actual.shape[-2:]
    freedom = (rows - 1) * (columns - 1) if min(rows, columns) > 1 else max(rows, columns) - 1
    both = xp.asarray(actual.is_kind(NUMBER, ERROR) & expected.is_kind(NUMBER, ERROR))
    terms = ratio(xp, xp.square(actual.numbers - expected.numbers), expected.numbers)
    chi = xp.sum(xp.where(both, terms, 0.0))
    if (xp.values(chi) < 0).any():
        return scalar_value(ExcelError("#NUM!"))
    return xp.elementwise(_CHI_TAIL, chi, xp.asarray(np.full((1, 1, 1, 1), float(freedom))))


@function("T.TEST", "TTEST", takes="AAVV", curve=KINKED.switched_by(2, 3), error="#DIV/0!")
def t_test(xp: Namespace, one: Value, other: Value, tails: Value, kind: Value) -> Array | Value:
    """That two means are equal: 1 of pairs, 2 with equal variances, 3 with any."""
    if tails.known is None or kind.known is None or np.isnan(tails.known).any() or np.isnan(kind.known).any():
        return xp.multiply(tails.numbers, kind.numbers) * np.nan
    sides, which = int(tails.known.flat[0]), int(kind.known.flat[0])
    if sides not in (1, 2) or which not in (1, 2, 3):
        return scalar_value(ExcelError("#NUM!"))
    if which == 1:
        t, freedom = _of_pairs(xp, one, other)
        if t is None:
            return scalar_value(ExcelError("#N/A"))
    else:
        t, freedom = _of_samples(xp, one, other, pooled=which == 2)
    return float(sides) * xp.elementwise(_T_TAIL, xp.elementwise("abs", t), freedom)


def _of_pairs(xp: Namespace, one: Value, other: Value) -> tuple[Array, Array]:
    second = like(other, one)
    if second is None:
        return None, None
    both = np.broadcast_to(one.is_kind(NUMBER, ERROR) & second.is_kind(NUMBER, ERROR), one.shape)
    n = both.sum(axis=(-2, -1), keepdims=True).astype(float)
    mask = xp.asarray(np.ascontiguousarray(both))
    differences = xp.where(mask, xp.where(mask, one.numbers, 0.0) - xp.where(mask, second.numbers, 0.0), 0.0)
    average = ratio(xp, xp.sum(differences), xp.asarray(n))
    squares = xp.sum(xp.where(mask, xp.square(differences - average), 0.0))
    variance = ratio(xp, squares, xp.asarray(np.maximum(n - 1, 0)))
    return ratio(xp, average, xp.elementwise("sqrt", xp.divide(variance, xp.asarray(n)))), xp.asarray(n - 1)


def _of_samples(xp: Namespace, one: Value, other: Value, *, pooled: bool) -> tuple[Array, Array]:
    counts = [total_count((value,)) for value in (one, other)]
    n, m = (xp.asarray(count) for count in counts)
    difference = mean(xp, (one,)) - mean(xp, (other,))
    if pooled:
        freedom = xp.asarray(counts[0] + counts[1] - 2)
        variance = ratio(xp, devsq(xp, one) + devsq(xp, other), freedom)
        error = xp.elementwise("sqrt", xp.multiply(variance, 1.0 / n + 1.0 / m))
        return ratio(xp, difference, error), freedom
    first, second = xp.divide(var_s(xp, one), n), xp.divide(var_s(xp, other), m)
    both = first + second
    parts = ratio(xp, xp.square(first), n - 1.0) + ratio(xp, xp.square(second), m - 1.0)
    return ratio(xp, difference, xp.elementwise("sqrt", both)), ratio(xp, xp.square(both), parts)
