"""The gamma function, and what is counted by it; divisors and multiples."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable

import numpy as np

from xlcf.arrays import Floats
from xlcf.formulas.curves import SMOOTH_INSIDE, STEPPED
from xlcf.formulas.differentiable import Elementwise, of_steps
from xlcf.formulas.errors import CellError
from xlcf.formulas.functions.distributions import enter, within
from xlcf.formulas.namespace import Array, Namespace
from xlcf.formulas.registry import function
from xlcf.formulas.scalar_functions import Signature, apply_to_scalars
from xlcf.formulas.scalars import Cells, as_number
from xlcf.formulas.values import BLANK, Value, scalar_value
from xlcf.ooxml.worksheet import ExcelError

_LARGEST_LOGARITHM = 720.0  # of what may still be a number
_LARGEST_WHOLE = 2**53  # from here on GCD and LCM are #NUM!


@function("GAMMALN", "GAMMALN.PRECISE", takes="V", curve=SMOOTH_INSIDE)
def gammaln(xp: Namespace, value: Value) -> Array:
    return xp.elementwise("gammaln", xp.where(value.numbers > 0, value.numbers, np.nan))


def _gamma(x: Floats) -> Floats:
    from scipy.special import gamma

    return within(gamma(x), (x > 0) | (x != np.floor(x)))


def _gamma_slope(x: Floats, y: Floats) -> Floats:
    from scipy.special import digamma

    slope: Floats = y * digamma(x)
    return slope


enter("GAMMA", values=_gamma, takes="V", slopes=(_gamma_slope,))


def _factorial(x: Floats) -> Floats:
    from scipy.special import factorial

    return within(factorial(np.trunc(x)), x >= 0)


def _double_factorial(n: Floats) -> Floats:
    """N (n - 2) (n - 4) ...; 1 for 0 and -1."""
    whole = np.trunc(n)
    result = np.ones_like(whole)
    for step in range(0, 301, 2):
        result = result * np.maximum(whole - step, 1.0)
    return within(result, (n >= 0) & (whole <= 300))


def _combinations(n: Floats, k: Floats) -> Floats:
    from scipy.special import comb

    n, k = np.trunc(n), np.trunc(k)
    return within(_whole(comb(n, k)), (k >= 0) & (n >= k))


def _combinations_repeated(n: Floats, k: Floats) -> Floats:
    from scipy.special import comb

    n, k = np.trunc(n), np.trunc(k)
    return within(np.where(k == 0, 1.0, _whole(comb(n + k - 1, k))), (n >= 0) & (k >= 0) & ((n > 0) | (k == 0)))


def _permutations(n: Floats, k: Floats) -> Floats:
    from scipy.special import poch

    n, k = np.trunc(n), np.trunc(k)
    return within(_whole(poch(n - k + 1, k)), (n > 0) & (k >= 0) & (n >= k))


def _permutations_repeated(n: Floats, k: Floats) -> Floats:
    n, k = np.trunc(n), np.trunc(k)
    return within(n**k, (n >= 0) & (k >= 0) & ((n > 0) | (k == 0)))


def _whole(numbers: Floats) -> Floats:
    return np.where(np.abs(numbers) < 1e15, np.rint(numbers), numbers)


def _enter_steps(name: str, of: Elementwise, takes: str) -> None:
    @function(name, takes=takes, curve=STEPPED)
    def elementwise(xp: Namespace, *values: Value) -> Array:
        return xp.elementwise(of, *(value.numbers for value in values))


_enter_steps("FACT", of_steps(_factorial, 1), "V")
_enter_steps("FACTDOUBLE", of_steps(_double_factorial, 1), "N")
_enter_steps("COMBIN", of_steps(_combinations, 2), "VV")
_enter_steps("COMBINA", of_steps(_combinations_repeated, 2), "VV")
_enter_steps("PERMUT", of_steps(_permutations, 2), "VV")
_enter_steps("PERMUTATIONA", of_steps(_permutations_repeated, 2), "VV")


def _whole_numbers(arguments: tuple[Cells, ...]) -> list[int]:
    """List the numbers of ranges as functions of the Analysis ToolPak take them, without decimals.

    A blank among other cells is 0, a blank cell alone is skipped.

    Raises:
        CellError: #VALUE! for a truth value, a text that spells no number or no number at all, #NUM! for a negative or
            huge one.

    """
    numbers = []
    for cells in arguments:
        is_single = len(cells) == len(cells[0]) == 1
        for scalar in (scalar for row in cells for scalar in row):
            if isinstance(scalar, bool):
                raise CellError("#VALUE!")
            if scalar is not None or not is_single:
                numbers.append(as_number(scalar))
    if not numbers:
        raise CellError("#VALUE!")
    if any(number < 0 or number >= _LARGEST_WHOLE for number in numbers):
        raise CellError("#NUM!")
    return [int(number) for number in numbers]


def gcd(*arguments: Cells) -> float:
    return float(math.gcd(*_whole_numbers(arguments)))


def lcm(*arguments: Cells) -> float:
    least = math.lcm(*_whole_numbers(arguments))
    if least >= _LARGEST_WHOLE:
        raise CellError("#NUM!")
    return float(least)


def multinomial(*arguments: Cells) -> float:
    """The factorial of the sum, divided by the factorials."""
    result, total = 1, 0
    for number in _whole_numbers(arguments):
        total += number
        log = math.lgamma(total + 1) - math.lgamma(number + 1) - math.lgamma(total - number + 1)
        if log > _LARGEST_LOGARITHM:
            raise CellError("#NUM!")
        result *= math.comb(total, number)
        if result > sys.float_info.max:
            raise CellError("#NUM!")
    return float(result)


def _enter_of_whole_numbers(name: str, of: Callable[..., float]) -> None:
    signature = Signature(of)

    @function(name, takes="R+", curve=STEPPED)
    def of_whole_numbers(xp: Namespace, *values: Value) -> Value:
        for value in values:
            if value.cells is None and value.shape[-2:] == (1, 1) and value.has_kind(BLANK):  # left empty
                return scalar_value(ExcelError("#N/A"))
        return apply_to_scalars(signature, xp, values)


_enter_of_whole_numbers("GCD", gcd)
_enter_of_whole_numbers("LCM", lcm)
_enter_of_whole_numbers("MULTINOMIAL", multinomial)
