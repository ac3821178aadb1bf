"""Powers, roots and logarithms, absolute value and sign."""

from __future__ import annotations

import math

import numpy as np

from xlcf.formulas.curves import CONSTANT, KINKED, SMOOTH, SMOOTH_INSIDE, STEPPED, Curve
from xlcf.formulas.functions.operators import or_by_zero, ratio
from xlcf.formulas.namespace import Array, Namespace
from xlcf.formulas.registry import function
from xlcf.formulas.values import Texts, Value, scalar_value


def _enter(excel: str, numpy: str, curve: Curve) -> None:
    @function(excel, takes="V", curve=curve)
    def elementwise(xp: Namespace, value: Value) -> Array:
        return xp.elementwise(numpy, value.numbers)


for _excel, (_numpy, _curve) in {
    "EXP": ("exp", SMOOTH),
    "SQRT": ("sqrt", SMOOTH_INSIDE),
    "ABS": ("abs", KINKED),
    "SIGN": ("sign", STEPPED),
}.items():
    _enter(_excel, _numpy, _curve)


@function("SQRTPI", takes="N", curve=SMOOTH_INSIDE)
def sqrtpi(xp: Namespace, value: Value) -> Array:
    return xp.elementwise("sqrt", math.pi * value.numbers)


@function("LN", takes="V", curve=SMOOTH_INSIDE)
def ln(xp: Namespace, value: Value) -> Array:
    return _log(xp, value.numbers)


@function("LOG10", takes="V", curve=SMOOTH_INSIDE)
def log10(xp: Namespace, value: Value) -> Array:
    return _log(xp, value.numbers) / math.log(10)


def _log_error(value: Value, base: Value | None = None) -> Texts:
    """Give the error codes of LOG: to the base 1 it divides by 0."""
    if base is None:
        return np.full((1, 1, 1, 1), "#NUM!", dtype=object)
    return or_by_zero(np.asarray(base.known) - 1, np.asarray(value.known) > 0)


@function("LOG", takes="VV?", curve=SMOOTH_INSIDE, error=_log_error)
def log(xp: Namespace, value: Value, base: Value | None = None) -> Array:
    if base is None:
        return log10(xp, value)
    return ratio(xp, _log(xp, value.numbers), _log(xp, base.numbers))


def _log(xp: Namespace, numbers: Array) -> Array:
    return xp.where(numbers > 0, xp.elementwise("log", numbers), np.nan)


@function("PI", takes="", curve=CONSTANT)
def pi(xp: Namespace) -> Value:
    return scalar_value(math.pi)
