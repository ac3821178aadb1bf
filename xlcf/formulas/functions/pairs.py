"""Straight lines through pairs of numbers; a pair with a blank, a text or a truth value is skipped."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xlcf.formulas.curves import SMOOTH_INSIDE, linear_given
from xlcf.formulas.functions.aggregates import require_equal_shapes
from xlcf.formulas.functions.operators import ratio
from xlcf.formulas.namespace import Array, Namespace
from xlcf.formulas.registry import function
from xlcf.formulas.values import ERROR, NUMBER, Value


class _Moments:
    """Means and sums of products of deviations, each of shape (..., 1, 1)."""

    def __init__(self, xp: Namespace, y: Value, x: Value) -> None:
        require_equal_shapes("a function of pairs", (y, x))
        both = np.broadcast_to(
            y.is_kind(NUMBER, ERROR) & x.is_kind(NUMBER, ERROR), np.broadcast_shapes(y.shape, x.shape)
        )
        n: NDArray[np.float64] = both.sum(axis=(-2, -1), keepdims=True).astype(float)
        mask = xp.asarray(np.ascontiguousarray(both))
        ys, xs = (xp.where(mask, value.numbers, 0.0) for value in (y, x))
        self.mean_y, self.mean_x = (ratio(xp, xp.sum(numbers), xp.asarray(n)) for numbers in (ys, xs))
        dy, dx = xp.where(mask, ys - self.mean_y, 0.0), xp.where(mask, xs - self.mean_x, 0.0)
        self.yy, self.xx, self.xy = xp.sum(xp.square(dy)), xp.sum(xp.square(dx)), xp.sum(xp.multiply(dx, dy))


@function("SLOPE", takes="AA", curve=linear_given(1), error="#DIV/0!")
def slope(xp: Namespace, y: Value, x: Value) -> Array:
    moments = _Moments(xp, y, x)
    return ratio(xp, moments.xy, moments.xx)


@function("INTERCEPT", takes="AA", curve=linear_given(1), error="#DIV/0!")
def intercept(xp: Namespace, y: Value, x: Value) -> Array:
    moments = _Moments(xp, y, x)
    return moments.mean_y - xp.multiply(ratio(xp, moments.xy, moments.xx), moments.mean_x)


@function("CORREL", "PEARSON", takes="AA", curve=SMOOTH_INSIDE, error="#DIV/0!")
def correl(xp: Namespace, y: Value, x: Value) -> Array:
    moments = _Moments(xp, y, x)
    return ratio(xp, moments.xy, xp.elementwise("sqrt", xp.multiply(moments.xx, moments.yy)))


@function("RSQ", takes="AA", curve=SMOOTH_INSIDE, error="#DIV/0!")
def rsq(xp: Namespace, y: Value, x: Value) -> Array:
    return xp.square(correl(xp, y, x))


@function("FORECAST", "FORECAST.LINEAR", takes="VAA", curve=linear_given(0, 2), error="#DIV/0!")
def forecast(xp: Namespace, at: Value, y: Value, x: Value) -> Array:
    moments = _Moments(xp, y, x)
    return moments.mean_y + xp.multiply(ratio(xp, moments.xy, moments.xx), at.numbers - moments.mean_x)
