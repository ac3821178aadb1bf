"""Bessel functions, error functions and steps."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from xlcf.arrays import Floats
from xlcf.formulas import bessel
from xlcf.formulas.curves import SMOOTH, SMOOTH_INSIDE, STEPPED
from xlcf.formulas.differentiable import Elementwise
from xlcf.formulas.namespace import Array, Namespace
from xlcf.formulas.registry import function
from xlcf.formulas.values import Value, scalar_value

_ZERO = scalar_value(0.0)


def _enter_bessel(excel: str, values: Callable[[Floats, Floats], Floats]) -> None:
    """Enter a Bessel function of whole order."""
    of = Elementwise(values, (None, lambda *arrays: np.zeros_like(arrays[-1])))

    @function(excel, takes="NN", curve=SMOOTH_INSIDE.switched_by(1))
    def bessel_function(xp: Namespace, x: Value, order: Value) -> Array:
        return xp.elementwise(of, x.numbers, order.numbers)


_enter_bessel("BESSELJ", bessel.j)
_enter_bessel("BESSELI", bessel.i)
_enter_bessel("BESSELK", bessel.k)
_enter_bessel("BESSELY", bessel.y)


@function("ERF", takes="NN?", curve=SMOOTH)
def erf(xp: Namespace, lower: Value, upper: Value | None = None) -> Array:
    """From 0 to the limit, or between both."""
    first = xp.elementwise("erf", lower.numbers)
    return first if upper is None else xp.elementwise("erf", upper.numbers) - first


@function("ERF.PRECISE", takes="N", curve=SMOOTH)
def erf_precise(xp: Namespace, limit: Value) -> Array:
    return xp.elementwise("erf", limit.numbers)


@function("ERFC", "ERFC.PRECISE", takes="N", curve=SMOOTH)
def erfc(xp: Namespace, limit: Value) -> Array:
    return xp.elementwise("erfc", limit.numbers)


@function("DELTA", takes="NN?", curve=STEPPED)
def delta(xp: Namespace, one: Value, other: Value = _ZERO) -> Array:
    """1 where both numbers are equal, else 0."""
    wrong = xp.isnan(one.numbers) | xp.isnan(other.numbers)
    return xp.where(wrong, np.nan, xp.where(one.numbers == other.numbers, 1.0, 0.0))


@function("GESTEP", takes="NN?", curve=STEPPED)
def gestep(xp: Namespace, number: Value, step: Value = _ZERO) -> Array:
    """1 from the step on, else 0."""
    wrong = xp.isnan(number.numbers) | xp.isnan(step.numbers)
    return xp.where(wrong, np.nan, xp.where(number.numbers >= step.numbers, 1.0, 0.0))


@function("SERIESSUM", takes="NNNA", curve=SMOOTH_INSIDE)
def seriessum(xp: Namespace, x: Value, first: Value, step: Value, coefficients: Value) -> Array:
    """The sum of coefficient k times x ^ (first + k step), k = 0, 1, ..., row by row."""
    order = np.arange(float(coefficients.shape[-2] * coefficients.shape[-1])).reshape(coefficients.shape[-2:])
    exponents = first.numbers + xp.multiply(step.numbers, xp.asarray(order))
    base = xp.broadcast_to(x.numbers + 0.0 * exponents, (*exponents.shape[:-2], *order.shape))
    return xp.sum(xp.multiply(coefficients.numbers, xp.power(base, exponents)))
