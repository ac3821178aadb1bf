"""Trigonometric and hyperbolic functions, and their inverses."""

from __future__ import annotations

import numpy as np

from xlcf.arrays import Floats
from xlcf.formulas.curves import LINEAR, SMOOTH, SMOOTH_INSIDE, STEPPED, Curve
from xlcf.formulas.differentiable import Elementwise
from xlcf.formulas.functions.operators import or_by_zero
from xlcf.formulas.namespace import Array, Namespace
from xlcf.formulas.registry import Error, function
from xlcf.formulas.values import Value

_LARGEST_ANGLE = 2.0**27  # from here on Excel's functions of angles are #NUM!


def _enter(excel: str, of: str | Elementwise, curve: Curve, *, of_angle: bool = False, error: Error = "#NUM!") -> None:
    @function(excel, takes="V", curve=curve, error=error)
    def elementwise(xp: Namespace, value: Value) -> Array:
        numbers = value.numbers
        if of_angle:
            numbers = xp.where(abs(numbers) < _LARGEST_ANGLE, numbers, np.nan)
        return xp.elementwise(of, numbers)


_enter("SIN", "sin", SMOOTH, of_angle=True)
_enter("COS", "cos", SMOOTH, of_angle=True)
_enter("TAN", "tan", SMOOTH_INSIDE, of_angle=True)
for _excel, _numpy, _curve in (
    ("ASIN", "arcsin", SMOOTH_INSIDE),
    ("ACOS", "arccos", SMOOTH_INSIDE),
    ("ATAN", "arctan", SMOOTH),
    ("SINH", "sinh", SMOOTH),
    ("COSH", "cosh", SMOOTH),
    ("TANH", "tanh", SMOOTH),
    ("ASINH", "arcsinh", SMOOTH),
    ("ACOSH", "arccosh", SMOOTH_INSIDE),
    ("ATANH", "arctanh", SMOOTH_INSIDE),
    ("DEGREES", "rad2deg", LINEAR),
    ("RADIANS", "deg2rad", LINEAR),
):
    _enter(_excel, _numpy, _curve)


def _at_zero(value: Value) -> Array:
    return or_by_zero(np.asarray(value.known))


def _reciprocal(numbers: Floats) -> Floats:
    return np.where(numbers == 0, np.nan, 1 / numbers)


def _coth(x: Floats) -> Floats:
    return _reciprocal(np.tanh(x))


def _acot(x: Floats) -> Floats:
    return np.where(x < 0, np.pi, 0.0) + np.where(x == 0, np.pi / 2, np.arctan(1 / x))


def _acoth(x: Floats) -> Floats:
    return np.where(np.abs(x) > 1, np.arctanh(1 / x), np.nan)


_COT = Elementwise(lambda x: _reciprocal(np.tan(x)), (lambda _, y: -1 - y**2,))
_CSC = Elementwise(lambda x: _reciprocal(np.sin(x)), (lambda x, y: -np.cos(x) * y**2,))
_SEC = Elementwise(lambda x: 1 / np.cos(x), (lambda x, y: np.sin(x) * y**2,))
_COTH = Elementwise(_coth, (lambda _, y: 1 - y**2,))
_CSCH = Elementwise(lambda x: _reciprocal(np.sinh(x)), (lambda x, y: -y / np.tanh(x),))
_SECH = Elementwise(lambda x: 1 / np.cosh(x), (lambda x, y: -y * np.tanh(x),))
_ACOT = Elementwise(_acot, (lambda x, _: -1 / (1 + x**2),))
_ACOTH = Elementwise(_acoth, (lambda x, _: 1 / (1 - x**2),))

_enter("COT", _COT, SMOOTH_INSIDE, of_angle=True, error=_at_zero)
_enter("CSC", _CSC, SMOOTH_INSIDE, of_angle=True, error=_at_zero)
_enter("SEC", _SEC, SMOOTH_INSIDE, of_angle=True)
_enter("COTH", _COTH, SMOOTH_INSIDE, error="#DIV/0!")
_enter("CSCH", _CSCH, SMOOTH_INSIDE, error="#DIV/0!")
_enter("SECH", _SECH, SMOOTH)
_enter("ACOT", _ACOT, SMOOTH)
_enter("ACOTH", _ACOTH, SMOOTH_INSIDE)


@function("ATAN2", takes="VV", curve=STEPPED, error="#DIV/0!")
def atan2(xp: Namespace, x: Value, y: Value) -> Array:
    """Excel takes x before y."""
    at_origin = (x.numbers == 0) & (y.numbers == 0)
    return xp.where(at_origin, np.nan, xp.elementwise("arctan2", y.numbers, x.numbers))
