"""Rounding and remainders."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from xlcf.arrays import Floats
from xlcf.formulas.curves import STEPPED
from xlcf.formulas.differentiable import Elementwise, of_steps
from xlcf.formulas.functions.operators import equal_to_15_digits, or_by_zero, ratio
from xlcf.formulas.namespace import Array, Namespace
from xlcf.formulas.registry import function
from xlcf.formulas.values import Value, scalar_value

ZERO, ONE = scalar_value(0.0), scalar_value(1.0)
_SLACK = 1e-15  # Excel rounds the 15 digits that it shows: ROUND(1.005,2) is 1.01, though 1.005 is stored as less
_LARGEST_QUOTIENT = 1_125_900_000_000  # from here on MOD is #NUM!, as Excel since 2010 has it


def _settled(numbers: Floats) -> Floats:
    """Make numbers whole that are so to 15 significant digits."""
    whole = np.rint(numbers)
    return np.where(equal_to_15_digits(numbers, whole), whole, numbers)


def _remainder(number: Floats, divisor: Floats) -> Floats:
    small = np.abs(number / divisor) < _LARGEST_QUOTIENT
    return np.where(small, np.mod(number, divisor), np.nan)


def _to_even(numbers: Floats) -> Floats:
    pairs: Floats = np.ceil(_settled(np.abs(numbers) / 2))
    return np.copysign(2 * pairs, numbers)


def _to_odd(numbers: Floats) -> Floats:
    size = np.abs(numbers)
    rounded: Floats = np.where(size <= 1, 1.0, 2 * np.ceil(_settled((size - 1) / 2)) + 1)
    return np.copysign(rounded, numbers)


_FLOOR = of_steps(lambda numbers: np.floor(_settled(numbers)), 1)
_CEILING = of_steps(lambda numbers: np.ceil(_settled(numbers)), 1)
_EVEN, _ODD = of_steps(_to_even, 1), of_steps(_to_odd, 1)
_REMAINDER = Elementwise(
    _remainder,
    (lambda *arrays: np.ones_like(arrays[-1]), lambda number, divisor, rest: (rest - number) / divisor),
)


@function("INT", takes="V", curve=STEPPED)
def int_(xp: Namespace, value: Value) -> Array:
    return xp.elementwise(_FLOOR, value.numbers)


@function("MOD", takes="VV", curve=STEPPED, error=lambda _, divisor: or_by_zero(divisor.known))
def mod(xp: Namespace, value: Value, divisor: Value) -> Array:
    """The exact remainder, of the divisor's sign."""
    return xp.elementwise(_REMAINDER, value.numbers, divisor.numbers)


@function("QUOTIENT", takes="NN", curve=STEPPED, error="#DIV/0!")
def quotient(xp: Namespace, value: Value, divisor: Value) -> Array:
    return xp.elementwise("trunc", ratio(xp, value.numbers, divisor.numbers))


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
    power = xp.elementwise("abs", places)
    scale = xp.power(10.0 + 0.0 * places, xp.where(power > 308, 308.0, power))
    scaled = xp.where(places < 0, xp.divide(value.numbers, scale), xp.multiply(value.numbers, scale))
    size = xp.elementwise("abs", scaled)
    size = xp.where(size < 1e14, size * (1 + slack), size)
    rounded = xp.multiply(xp.elementwise("sign", scaled), whole(size))
    rounded = xp.where(places < 0, xp.multiply(rounded, scale), xp.divide(rounded, scale))
    return xp.where(size == np.inf, value.numbers, rounded)  # it has no digit there to round


@function("CEILING", takes="VV", curve=STEPPED)
def ceiling(xp: Namespace, value: Value, step: Value) -> Array:
    result = _to_multiple(xp, value, _of_sign(xp, value, step), _CEILING)
    return xp.where(step.numbers == 0, 0.0 * value.numbers, result)


@function("FLOOR", takes="VV", curve=STEPPED, error=lambda _, step: or_by_zero(step.known))
def floor(xp: Namespace, value: Value, step: Value) -> Array:
    result = _to_multiple(xp, value, _of_sign(xp, value, step), _FLOOR)
    return xp.where((value.numbers == 0) & (step.numbers == 0), 0.0, result)


def _of_sign(xp: Namespace, value: Value, step: Value) -> Array:
    """Give the step of CEILING and FLOOR, which must not be negative for a positive number."""
    return xp.where((value.numbers > 0) & (step.numbers < 0), np.nan, step.numbers)


@function("CEILING.MATH", takes="VV?V?", curve=STEPPED)
def ceiling_math(xp: Namespace, value: Value, step: Value = ONE, mode: Value = ZERO) -> Array:
    """With a mode other than 0, negative numbers are rounded away from 0."""
    return _to_size(xp, value, step, mode, _CEILING, _FLOOR)


@function("CEILING.PRECISE", "ISO.CEILING", takes="VV?", curve=STEPPED)
def ceiling_precise(xp: Namespace, value: Value, step: Value = ONE) -> Array:
    return ceiling_math(xp, value, step)


@function("FLOOR.MATH", takes="VV?V?", curve=STEPPED)
def floor_math(xp: Namespace, value: Value, step: Value = ONE, mode: Value = ZERO) -> Array:
    """With a mode other than 0, negative numbers are rounded towards 0."""
    return _to_size(xp, value, step, mode, _FLOOR, _CEILING)


@function("FLOOR.PRECISE", takes="VV?", curve=STEPPED)
def floor_precise(xp: Namespace, value: Value, step: Value = ONE) -> Array:
    return floor_math(xp, value, step)


def _to_size(xp: Namespace, value: Value, step: Value, mode: Value, to: Elementwise, turned: Elementwise) -> Array:
    """Round to a multiple of a step's size, the other way where the number is negative and the mode is not 0."""
    size = xp.elementwise("abs", step.numbers)
    is_turned = (value.numbers < 0) & (mode.numbers != 0)
    result = xp.where(is_turned, _to_multiple(xp, value, size, turned), _to_multiple(xp, value, size, to))
    return xp.where(xp.isnan(mode.numbers), np.nan, xp.where(size == 0, 0.0 * value.numbers, result))


def _to_multiple(xp: Namespace, value: Value, step: Array, to: Elementwise) -> Array:
    """Give the whole multiple of a step next to a number."""
    return xp.multiply(xp.elementwise(to, ratio(xp, value.numbers, step)), step)


@function("MROUND", takes="NN", curve=STEPPED)
def mround(xp: Namespace, value: Value, step: Value) -> Array:
    """Halves go away from zero."""
    steps = ratio(xp, value.numbers, step.numbers)
    whole = xp.elementwise("floor", xp.where(steps < 0, np.nan, steps) + 0.5)
    is_zero = (value.numbers == 0) | (step.numbers == 0)
    return xp.where(is_zero, xp.multiply(0.0 * value.numbers, step.numbers), xp.multiply(whole, step.numbers))


@function("EVEN", takes="V", curve=STEPPED)
def even(xp: Namespace, value: Value) -> Array:
    """Away from zero."""
    return xp.elementwise(_EVEN, value.numbers)


@function("ODD", takes="V", curve=STEPPED)
def odd(xp: Namespace, value: Value) -> Array:
    """Away from zero."""
    return xp.elementwise(_ODD, value.numbers)
