"""Straight lines through pairs of numbers; a pair with a blank, a text or a truth value is skipped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from xlcf.formulas.curves import PRODUCT, SMOOTH_INSIDE, Curve, linear_given
from xlcf.formulas.functions.aggregates import like
from xlcf.formulas.functions.operators import ratio
from xlcf.formulas.namespace import Array, Namespace
from xlcf.formulas.registry import function
from xlcf.formulas.values import ERROR, NUMBER, Value, scalar_value
from xlcf.ooxml.worksheet import ExcelError

Pairs = TypeVar("Pairs", bound=Callable[..., Any])


def _of_pairs(*names: str, takes: str, curve: Curve) -> Callable[[Pairs], Pairs]:
    """Enter a function whose last two arguments make pairs: it is #N/A where these are not of one size."""

    def decorate(implementation: Pairs) -> Pairs:
        def of_pairs(xp: Namespace, *values: Value) -> Array | Value:
            *others, y, x = values
            paired = like(x, y)
            return scalar_value(ExcelError("#N/A")) if paired is None else implementation(xp, *others, y, paired)

        of_pairs.__module__ = implementation.__module__
        function(*names, takes=takes, curve=curve, error="#DIV/0!")(of_pairs)
        return implementation

    return decorate


class _Moments:
    """Means and sums of products of deviations, each of shape (..., 1, 1)."""

    def __init__(self, xp: Namespace, y: Value, x: Value) -> None:
        both = np.broadcast_to(
            y.is_kind(NUMBER, ERROR) & x.is_kind(NUMBER, ERROR), np.broadcast_shapes(y.shape, x.shape)
        )
        self.n = n = both.sum(axis=(-2, -1), keepdims=True).astype(float)
        mask = xp.asarray(np.ascontiguousarray(both))
        ys, xs = (xp.where(mask, value.numbers, 0.0) for value in (y, x))
        self.mean_y, self.mean_x = (ratio(xp, xp.sum(numbers), xp.asarray(n)) for numbers in (ys, xs))
        dy, dx = xp.where(mask, ys - self.mean_y, 0.0), xp.where(mask, xs - self.mean_x, 0.0)
        self.yy, self.xx, self.xy = xp.sum(xp.square(dy)), xp.sum(xp.square(dx)), xp.sum(xp.multiply(dx, dy))


@_of_pairs("SLOPE", takes="AA", curve=linear_given(1))
def slope(xp: Namespace, y: Value, x: Value) -> Array:
    moments = _Moments(xp, y, x)
    return ratio(xp, moments.xy, moments.xx)


@_of_pairs("INTERCEPT", takes="AA", curve=linear_given(1))
def intercept(xp: Namespace, y: Value, x: Value) -> Array:
    moments = _Moments(xp, y, x)
    return moments.mean_y - xp.multiply(ratio(xp, moments.xy, moments.xx), moments.mean_x)


@_of_pairs("CORREL", "PEARSON", takes="AA", curve=SMOOTH_INSIDE)
def correl(xp: Namespace, y: Value, x: Value) -> Array:
    moments = _Moments(xp, y, x)
    return ratio(xp, moments.xy, xp.elementwise("sqrt", xp.multiply(moments.xx, moments.yy)))


@_of_pairs("RSQ", takes="AA", curve=SMOOTH_INSIDE)
def rsq(xp: Namespace, y: Value, x: Value) -> Array:
    return xp.square(correl(xp, y, x))


@_of_pairs("FORECAST", "FORECAST.LINEAR", takes="VAA", curve=linear_given(0, 2))
def forecast(xp: Namespace, at: Value, y: Value, x: Value) -> Array:
    moments = _Moments(xp, y, x)
    return moments.mean_y + xp.multiply(ratio(xp, moments.xy, moments.xx), at.numbers - moments.mean_x)


@_of_pairs("COVARIANCE.P", "COVAR", takes="AA", curve=PRODUCT)
def covariance_p(xp: Namespace, y: Value, x: Value) -> Array:
    moments = _Moments(xp, y, x)
    return ratio(xp, moments.xy, xp.asarray(moments.n))


@_of_pairs("COVARIANCE.S", takes="AA", curve=PRODUCT)
def covariance_s(xp: Namespace, y: Value, x: Value) -> Array:
    moments = _Moments(xp, y, x)
    return ratio(xp, moments.xy, xp.asarray(np.maximum(moments.n - 1, 0)))


@_of_pairs("STEYX", takes="AA", curve=SMOOTH_INSIDE)
def steyx(xp: Namespace, y: Value, x: Value) -> Array:
    """The standard deviation about the line, with two degrees of freedom less than pairs."""
    moments = _Moments(xp, y, x)
    explained = ratio(xp, xp.square(moments.xy), moments.xx)
    return xp.elementwise("sqrt", ratio(xp, moments.yy - explained, xp.asarray(np.maximum(moments.n - 2, 0))))
