"""Excel's operators: arithmetic, joining, comparison."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from xlcf.arrays import Floats
from xlcf.formulas.curves import CONSTANT, LINEAR, POWER, PRODUCT, STEPPED, linear_given
from xlcf.formulas.namespace import NUMPY, Array, Namespace
from xlcf.formulas.registry import FUNCTIONS, LAST_OPERATIONS, Function, function
from xlcf.formulas.scalar_functions import scalar_function
from xlcf.formulas.values import BLANK, BOOLEAN, TEXT, Texts, Value, constant

Mask = NDArray[np.bool_]


@function("+", takes="VV", curve=LINEAR)
def add(xp: Namespace, left: Value, right: Value) -> Array:
    return left.numbers + right.numbers


@function("-", takes="VV", curve=LINEAR)
def subtract(xp: Namespace, left: Value, right: Value) -> Array:
    return left.numbers - right.numbers


def _last(function: Function, sign: float) -> Function:
    """Give the last operation of a formula: where its operands cancel in their first 15 digits, the result is 0.

    Microsoft, "Floating-point arithmetic may give inaccurate results in Excel": =1.1-1-0.1 is 0, but =(1.1-1-0.1) is
    not. Only values are settled so: gradients see the plain operation.
    """

    def call(xp: Namespace, left: Value, right: Value) -> Array:
        result = function.call(xp, left, right)
        if xp is not NUMPY:
            return result
        cancels = equal_to_15_digits(left.numbers, -sign * right.numbers)
        return np.where(cancels, 0.0, result) if cancels.any() else result

    return replace(function, call=call)


LAST_OPERATIONS.update({"+": _last(FUNCTIONS["+"], 1.0), "-": _last(FUNCTIONS["-"], -1.0)})


@function("*", takes="VV", curve=PRODUCT)
def multiply(xp: Namespace, left: Value, right: Value) -> Array:
    return xp.multiply(left.numbers, right.numbers)


@function("/", takes="VV", curve=linear_given(1), error="#DIV/0!")
def divide(xp: Namespace, left: Value, right: Value) -> Array:
    return ratio(xp, left.numbers, right.numbers)


def or_by_zero(divisor: Floats, where: Mask | bool = True) -> Texts:
    """Give the error codes of a function that divides: #DIV/0! where the divisor is 0, else #NUM!."""
    return np.where((divisor == 0) & where, "#DIV/0!", "#NUM!").astype(object)


def ratio(xp: Namespace, numerator: Array, denominator: Array) -> Array:
    """Divide; by zero it is an error."""
    return xp.where(denominator == 0, np.nan, xp.divide(numerator, denominator))


@function("^", "POWER", takes="VV", curve=POWER, error=lambda base, power: or_by_zero(base.known, power.known < 0))
def power(xp: Namespace, base: Value, exponent: Value) -> Array:
    if exponent.known is not None and (exponent.known == 2).all():
        return xp.square(base.numbers)
    result = xp.power(base.numbers, exponent.numbers)
    return xp.where((base.numbers == 0) & (exponent.numbers <= 0), np.nan, result)


@function("u-", takes="V", curve=LINEAR)
def negate(xp: Namespace, value: Value) -> Array:
    return -value.numbers


@function("%", takes="V", curve=LINEAR)
def percent(xp: Namespace, value: Value) -> Array:
    return value.numbers / 100


@scalar_function("&", takes="VV", curve=CONSTANT)
def join(left: str, right: str) -> str:
    return left + right


def _comparison(sign: str, compare: Callable[[Array, Array], Array]) -> None:
    @function(sign, takes="VV", curve=STEPPED)
    def operator(xp: Namespace, left: Value, right: Value) -> Value:
        a, b = xp.values(left.numbers), xp.values(right.numbers)
        result = xp.asarray(compare(a, np.where(equal_to_15_digits(a, b), a, b)))
        errors = xp.isnan(left.numbers) & ~_mask(xp, left, TEXT) | xp.isnan(right.numbers) & ~_mask(xp, right, TEXT)
        if left.has_kind(TEXT, BOOLEAN) or right.has_kind(TEXT, BOOLEAN):
            settled, outcome = _compare_kinds(left, right, compare)
            with_text = left.is_kind(TEXT) | right.is_kind(TEXT)
            if (left.varies or right.varies) and (settled & with_text).all() and not bool(errors.any()):
                return _settled(left, right, outcome)
            result = xp.where(xp.asarray(settled), xp.asarray(outcome), result)
        numbers = xp.where(errors, np.nan, xp.where(result, 1.0, 0.0))
        return Value(numbers, np.full((1, 1, 1, 1), BOOLEAN, np.int8))


def equal_to_15_digits(left: Floats, right: Floats) -> Mask:
    """Tell where numbers agree in their first 15 significant digits: so Excel's operators compare them.

    Microsoft, "Floating-point arithmetic may give inaccurate results in Excel". MATCH, COUNTIF and their kin compare
    all digits.
    """
    with np.errstate(all="ignore"):
        equal = np.asarray(left == right)
        near = ~equal & (np.abs(left - right) <= 1e-14 * np.abs(left))
    if not near.any():
        return equal
    pairs = zip(*(np.broadcast_to(side, near.shape)[near].tolist() for side in (left, right)), strict=True)
    equal[near] = [f"{a:.14e}" == f"{b:.14e}" for a, b in pairs]
    return equal


def _mask(xp: Namespace, value: Value, kind: int) -> Array:
    return xp.asarray(value.is_kind(kind))


def _compare_kinds(left: Value, right: Value, compare: Callable[[Array, Array], Array]) -> tuple[Mask, Mask]:
    """Tell where kinds and texts settle a comparison, and how: number < text < truth value; a blank takes any kind."""
    ranks = []
    for one, other in ((left, right), (right, left)):
        rank = one.is_kind(TEXT) * 1 + one.is_kind(BOOLEAN) * 2
        other_rank = other.is_kind(TEXT) * 1 + other.is_kind(BOOLEAN) * 2
        ranks.append(np.where(one.is_kind(BLANK), other_rank, rank))
    differ, both_texts = ranks[0] != ranks[1], (ranks[0] == 1) & (ranks[1] == 1)
    outcome = compare(ranks[0], ranks[1])
    if both_texts.any():
        lower = [np.frompyfunc(lambda text: (text or "").lower(), 1, 1)(value.all_texts()) for value in (left, right)]
        outcome = np.where(both_texts, np.asarray(compare(*lower), dtype=bool), outcome)
    return differ | both_texts, outcome


def _settled(left: Value, right: Value, outcome: Mask) -> Value:
    """Give a comparison with a text, which no variable changes, as a constant.

    So =IF(A1="","",2*A1) is known to be a number where A1 is one. The price: should A1, good at the start, become an
    error in the course of a fit, the comparison does not.
    """
    numbers = np.broadcast_to(outcome, np.broadcast_shapes(outcome.shape, left.shape, right.shape)).astype(float)
    return constant(numbers, np.full(numbers.shape, BOOLEAN, np.int8))


_comparison("=", lambda a, b: a == b)
_comparison("<>", lambda a, b: a != b)
_comparison("<", lambda a, b: a < b)
_comparison(">", lambda a, b: a > b)
_comparison("<=", lambda a, b: a <= b)
_comparison(">=", lambda a, b: a >= b)
