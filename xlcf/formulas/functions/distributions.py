"""The normal distribution, and the gamma function with what is counted by it."""

from __future__ import annotations

import math

import numpy as np

from xlcf.formulas.curves import SMOOTH, SMOOTH_INSIDE, STEPPED
from xlcf.formulas.functions.operators import ratio
from xlcf.formulas.namespace import Array, Namespace
from xlcf.formulas.registry import function
from xlcf.formulas.values import Value


@function("NORM.DIST", "NORMDIST", takes="VVVV", curve=SMOOTH_INSIDE.switched_by(3))
def norm_dist(xp: Namespace, x: Value, mean: Value, deviation: Value, cumulative: Value) -> Array:
    z = ratio(xp, x.numbers - mean.numbers, xp.where(deviation.numbers > 0, deviation.numbers, np.nan))
    return xp.where(
        cumulative.numbers != 0, xp.elementwise("ndtr", z), xp.divide(_normal_density(xp, z), deviation.numbers)
    )


@function("NORM.S.DIST", takes="VV", curve=SMOOTH.switched_by(1))
def norm_s_dist(xp: Namespace, z: Value, cumulative: Value) -> Array:
    return xp.where(cumulative.numbers != 0, xp.elementwise("ndtr", z.numbers), _normal_density(xp, z.numbers))


@function("NORMSDIST", takes="V", curve=SMOOTH)
def normsdist(xp: Namespace, z: Value) -> Array:
    return xp.elementwise("ndtr", z.numbers)


@function("NORM.INV", "NORMINV", takes="VVV", curve=SMOOTH_INSIDE)
def norm_inv(xp: Namespace, probability: Value, mean: Value, deviation: Value) -> Array:
    spread = xp.where(deviation.numbers > 0, deviation.numbers, np.nan)
    return mean.numbers + xp.multiply(spread, norm_s_inv(xp, probability))


@function("NORM.S.INV", "NORMSINV", takes="V", curve=SMOOTH_INSIDE)
def norm_s_inv(xp: Namespace, probability: Value) -> Array:
    p = probability.numbers
    return xp.elementwise("ndtri", xp.where((p > 0) & (p < 1), p, np.nan))


def _normal_density(xp: Namespace, z: Array) -> Array:
    return xp.elementwise("exp", -xp.square(z) / 2) / math.sqrt(2 * math.pi)


@function("GAMMALN", "GAMMALN.PRECISE", takes="V", curve=SMOOTH_INSIDE)
def gammaln(xp: Namespace, value: Value) -> Array:
    return xp.elementwise("gammaln", xp.where(value.numbers > 0, value.numbers, np.nan))


@function("FACT", takes="V", curve=STEPPED)
def fact(xp: Namespace, value: Value) -> Array:
    n = xp.elementwise("trunc", value.numbers)
    return _whole(xp, xp.elementwise("gammaln", xp.where(n >= 0, n, np.nan) + 1.0))


@function("COMBIN", takes="VV", curve=STEPPED)
def combin(xp: Namespace, items: Value, chosen: Value) -> Array:
    n, k = xp.elementwise("trunc", items.numbers), xp.elementwise("trunc", chosen.numbers)
    n = xp.where((k >= 0) & (n >= k), n, np.nan)
    logs = [xp.elementwise("gammaln", count + 1.0) for count in (n, k, n - k)]
    return _whole(xp, logs[0] - logs[1] - logs[2])


def _whole(xp: Namespace, log: Array) -> Array:
    """Give the whole number that has this logarithm."""
    number = xp.elementwise("exp", log)
    return xp.where(number < 1e13, xp.elementwise("floor", number + 0.5), number)
