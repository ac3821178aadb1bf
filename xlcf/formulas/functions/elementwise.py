"""Functions of one or two numbers, element by element."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from xlcf.formulas.curves import CONSTANT, KINKED, LINEAR, SMOOTH, SMOOTH_INSIDE, STEPPED, Curve
from xlcf.formulas.functions.operators import ratio
from xlcf.formulas.namespace import Array, Namespace
from xlcf.formulas.registry import function
from xlcf.formulas.values import Value, scalar_value

ZERO = scalar_value(0.0)
_SLACK = 1e-15  # Excel rounds the 15 digits that it shows: ROUND(1.005,2) is 1.01, though 1.005 is stored as less


def _enter(excel: str, numpy: str, curve: Curve) -> None:
    @function(excel, takes="V", curve=curve)
    def elementwise(xp: Namespace, value: Value) -> Array:
        return xp.elementwise(numpy, value.numbers)


for _curve, _names in {
    SMOOTH: {
        "EXP": "exp",
        "SIN": "sin",
        "COS": "cos",
        "ATAN": "arctan",
        "SINH": "sinh",
        "COSH": "cosh",
        "TANH": "tanh",
        "ASINH": "arcsinh",
    },
    SMOOTH_INSIDE: {
        "SQRT": "sqrt",
        "TAN": "tan",
        "ASIN": "arcsin",
        "ACOS": "arccos",
        "ACOSH": "arccosh",
        "ATANH": "arctanh",
    },
    LINEAR: {"DEGREES": "rad2deg", "RADIANS": "deg2rad"},
    KINKED: {"ABS": "abs"},
    STEPPED: {"SIGN": "sign", "INT": "floor"},
}.items():
    for _excel, _numpy in _names.items():
        _enter(_excel, _numpy, _curve)


@function("LN", takes="V", curve=SMOOTH_INSIDE)
def ln(xp: Namespace, value: Value) -> Array:
    return _log(xp, value.numbers)


@function("LOG10", takes="V", curve=SMOOTH_INSIDE)
def log10(xp: Namespace, value: Value) -> Array:
    return _log(xp, value.numbers) / math.log(10)


@function("LOG", takes="VV?", curve=SMOOTH_INSIDE)
def log(xp: Namespace, value: Value, base: Value | None = None) -> Array:
    if base is None:
        return log10(xp, value)
    return ratio(xp, _log(xp, value.numbers), _log(xp, base.numbers))


def _log(xp: Namespace, numbers: Array) -> Array:
    return xp.where(numbers > 0, xp.elementwise("log", numbers), np.nan)


@function("ATAN2", takes="VV", curve=STEPPED, error="#DIV/0!")
def atan2(xp: Namespace, x: Value, y: Value) -> Array:
    """Excel takes x before y."""
    at_origin = (x.numbers == 0) & (y.numbers == 0)
    return xp.where(at_origin, np.nan, xp.elementwise("arctan2", y.numbers, x.numbers))


@function("PI", takes="", curve=CONSTANT)
def pi(xp: Namespace) -> Value:
    return scalar_value(math.pi)


@function("MOD", takes="VV", curve=STEPPED, error="#DIV/0!")
def mod(xp: Namespace, value: Value, divisor: Value) -> Array:
    quotient = xp.elementwise("floor", ratio(xp, value.numbers, divisor.numbers))
    return value.numbers - xp.multiply(divisor.numbers, quotient)


@function("ROUND", takes="VV", curve=STEPPED)
def round_(xp: Namespace, value: Value, digits: Value) -> Array:
    """Halves go away from zero."""
    return _rounded(xp, value, digits, lambda size: xp.elementwise("floor", size + 0.5))


@function("ROUNDDOWN", takes="VV", curve=STEPPED)
def rounddown(xp: Namespace, value: Value, digits: Value) -> Array:
    return _rounded(xp, value, digits, lambda size: xp.elementwise("floor", size))


@function("TRUNC", takes="VV?", curve=STEPPED)
def trunc(xp: Namespace, value: Value, digits: Value = ZERO) -> Array:
    return rounddown(xp, value, digits)


@function("ROUNDUP", takes="VV", curve=STEPPED)
def roundup(xp: Namespace, value: Value, digits: Value) -> Array:
    return _rounded(xp, value, digits, lambda size: -xp.elementwise("floor", -size), slack=-_SLACK)


def _rounded(
    xp: Namespace, value: Value, digits: Value, whole: Callable[[Array], Array], slack: float = _SLACK
) -> Array:
    places = xp.elementwise("trunc", digits.numbers)
    scale = xp.power(10.0 + 0.0 * places, xp.elementwise("abs", places))
    scaled = xp.where(places < 0, xp.divide(value.numbers, scale), xp.multiply(value.numbers, scale))
    size = xp.elementwise("abs", scaled)
    size = xp.where(size < 1e14, size * (1 + slack), size)
    rounded = xp.multiply(xp.elementwise("sign", scaled), whole(size))
    return xp.where(places < 0, xp.multiply(rounded, scale), xp.divide(rounded, scale))


@function("CEILING", takes="VV", curve=STEPPED)
def ceiling(xp: Namespace, value: Value, step: Value) -> Array:
    return xp.where(step.numbers == 0, 0.0 * value.numbers, _to_step(xp, "ceil", value, step))


@function("FLOOR", takes="VV", curve=STEPPED)
def floor(xp: Namespace, value: Value, step: Value) -> Array:
    return _to_step(xp, "floor", value, step)


def _to_step(xp: Namespace, whole: str, value: Value, step: Value) -> Array:
    steps = xp.elementwise(whole, ratio(xp, value.numbers, step.numbers))
    return xp.where((value.numbers > 0) & (step.numbers < 0), np.nan, xp.multiply(steps, step.numbers))
