"""Functions of one or two numbers, element by element."""

from __future__ import annotations

import math

import numpy as np

from xlcf.formulas.namespace import Array, Namespace
from xlcf.formulas.registry import function
from xlcf.formulas.values import Value, scalar_value


def _enter(excel: str, numpy: str) -> None:
    @function(excel, takes="V")
    def elementwise(xp: Namespace, value: Value) -> Array:
        return xp.elementwise(numpy, value.numbers)


for _excel, _numpy in {
    "SQRT": "sqrt",
    "EXP": "exp",
    "ABS": "abs",
    "SIGN": "sign",
    "INT": "floor",
    "SIN": "sin",
    "COS": "cos",
    "TAN": "tan",
    "ASIN": "arcsin",
    "ACOS": "arccos",
    "ATAN": "arctan",
    "SINH": "sinh",
    "COSH": "cosh",
    "TANH": "tanh",
}.items():
    _enter(_excel, _numpy)


@function("LN", takes="V")
def ln(xp: Namespace, value: Value) -> Array:
    return _log(xp, value.numbers)


@function("LOG10", takes="V")
def log10(xp: Namespace, value: Value) -> Array:
    return _log(xp, value.numbers) / math.log(10)


@function("LOG", takes="VV?")
def log(xp: Namespace, value: Value, base: Value | None = None) -> Array:
    if base is None:
        return log10(xp, value)
    return xp.divide(_log(xp, value.numbers), _log(xp, base.numbers))


def _log(xp: Namespace, numbers: Array) -> Array:
    return xp.where(numbers > 0, xp.elementwise("log", numbers), np.nan)


@function("PI", takes="")
def pi(xp: Namespace) -> Value:
    return scalar_value(math.pi)


@function("MOD", takes="VV")
def mod(xp: Namespace, value: Value, divisor: Value) -> Array:
    quotient = xp.elementwise("floor", xp.divide(value.numbers, divisor.numbers))
    return xp.where(divisor.numbers == 0, np.nan, value.numbers - xp.multiply(divisor.numbers, quotient))


@function("ROUND", takes="VV")
def round_(xp: Namespace, value: Value, digits: Value) -> Array:
    scale = xp.power(10.0 + 0.0 * digits.numbers, xp.elementwise("trunc", digits.numbers))
    scaled = xp.multiply(value.numbers, scale)
    halves_away = xp.multiply(
        xp.elementwise("sign", scaled), xp.elementwise("floor", xp.elementwise("abs", scaled) + 0.5)
    )
    return xp.divide(halves_away, scale)
