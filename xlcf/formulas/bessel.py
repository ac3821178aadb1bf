"""Bessel functions by the approximations that Excel uses, so that they agree with it in all digits.

Rational and polynomial approximations of orders 0 and 1, good to about eight digits (Abramowitz, Stegun 1964, sections
9.4 and 9.8), recurrences for higher orders and Miller's downward recurrence where the upward one is unstable (Press,
Teukolsky, Vetterling, Flannery, "Numerical Recipes", sections 6.5 and 6.6).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from xlcf.arrays import Floats

_ACCURACY = 40  # more terms in Miller's recurrence change no digit
_BIG = 1e10

Coefficients = tuple[float, ...]


def _polynomial(coefficients: Coefficients, y: float) -> float:
    """Evaluate a polynomial, given from the constant on."""
    result = 0.0
    for coefficient in reversed(coefficients):
        result = coefficient + y * result
    return result


_J0 = (
    (57568490574.0, -13362590354.0, 651619640.7, -11214424.18, 77392.33017, -184.9052456),
    (57568490411.0, 1029532985.0, 9494680.718, 59272.64853, 267.8532712, 1.0),
)
_J1 = (
    (72362614232.0, -7895059235.0, 242396853.1, -2972611.439, 15704.48260, -30.16036606),
    (144725228442.0, 2300535178.0, 18583304.74, 99447.43394, 376.9991397, 1.0),
)
_Y0 = (
    (-2957821389.0, 7062834065.0, -512359803.6, 10879881.29, -86327.92757, 228.4622733),
    (40076544269.0, 745249964.8, 7189466.438, 47447.26470, 226.1030244, 1.0),
)
_Y1 = (
    (-0.4900604943e13, 0.1275274390e13, -0.5153438139e11, 0.7349264551e9, -0.4237922726e7, 0.8511937935e4),
    (0.2499580570e14, 0.4244419664e12, 0.3733650367e10, 0.2245904002e8, 0.1020426050e6, 0.3549632885e3, 1.0),
)
_FAR_0 = (
    (1.0, -0.1098628627e-2, 0.2734510407e-4, -0.2073370639e-5, 0.2093887211e-6),
    (-0.1562499995e-1, 0.1430488765e-3, -0.6911147651e-5, 0.7621095161e-6, -0.934945152e-7),
)
_FAR_1 = (
    (1.0, 0.183105e-2, -0.3516396496e-4, 0.2457520174e-5, -0.240337019e-6),
    (0.04687499995, -0.2002690873e-3, 0.8449199096e-5, -0.88228987e-6, 0.105787412e-6),
)
_I0 = (
    (1.0, 3.5156229, 3.0899424, 1.2067492, 0.2659732, 0.360768e-1, 0.45813e-2),
    (0.39894228, 0.01328592, 0.00225319, -0.00157565, 0.00916281, -0.02057706, 0.02635537, -0.01647633, 0.00392377),
)
_I1 = (
    (0.5, 0.87890594, 0.51498869, 0.15084934, 0.2658733e-1, 0.301532e-2, 0.32411e-3),
    (0.39894228, -0.03988024, -0.00362018, 0.00163801, -0.01031555, 0.02282967, -0.02895312, 0.01787654, -0.00420059),
)
_K0 = (
    (-0.57721566, 0.42278420, 0.23069756, 0.3488590e-1, 0.262698e-2, 0.10750e-3, 0.74e-5),
    (1.25331414, -0.7832358e-1, 0.2189568e-1, -0.1062446e-1, 0.587872e-2, -0.251540e-2, 0.53208e-3),
)
_K1 = (
    (1.0, 0.15443144, -0.67278579, -0.18156897, -0.1919402e-1, -0.110404e-2, -0.4686e-4),
    (1.25331414, 0.23498619, -0.3655620e-1, 0.1504268e-1, -0.780353e-2, 0.325614e-2, -0.68245e-3),
)


def _far(x: float, order: int, *, second: bool) -> float:
    """Evaluate J or, the second kind, Y for x of 8 and more."""
    z = 8.0 / x
    angle = x - (0.785398164 if order == 0 else 2.356194491)
    ones, others = (_polynomial(part, z * z) for part in (_FAR_0 if order == 0 else _FAR_1))
    if second:
        waves = math.sin(angle) * ones + z * math.cos(angle) * others
    else:
        waves = math.cos(angle) * ones - z * math.sin(angle) * others
    return math.sqrt(0.636619772 / x) * waves


def _j_low(order: int, x: float) -> float:
    size, y = abs(x), x * x
    sign = -1.0 if order == 1 and x < 0 else 1.0
    if size >= 8:
        return sign * _far(size, order, second=False)
    above, below = (_polynomial(part, y) for part in (_J0 if order == 0 else _J1))
    return (x if order == 1 else 1.0) * above / below


def _y_low(order: int, x: float) -> float:
    if x >= 8:
        return _far(x, order, second=True)
    y = x * x
    above, below = (_polynomial(part, y) for part in (_Y0 if order == 0 else _Y1))
    if order == 0:
        return above / below + 0.636619772 * _j_low(0, x) * math.log(x)
    return x * above / below + 0.636619772 * (_j_low(1, x) * math.log(x) - 1.0 / x)


def _i_low(order: int, x: float) -> float:
    size = abs(x)
    near, far = _I0 if order == 0 else _I1
    if size < 3.75:
        return (x if order == 1 else 1.0) * _polynomial(near, (x / 3.75) ** 2)
    result = math.exp(size) / math.sqrt(size) * _polynomial(far, 3.75 / size)
    return -result if order == 1 and x < 0 else result


def _k_low(order: int, x: float) -> float:
    near, far = _K0 if order == 0 else _K1
    if x > 2:
        return math.exp(-x) / math.sqrt(x) * _polynomial(far, 2.0 / x)
    part = _polynomial(near, x * x / 4.0)
    if order == 0:
        return -math.log(x / 2.0) * _i_low(0, x) + part
    return math.log(x / 2.0) * _i_low(1, x) + part / x


def _upward(low: Callable[[int, float], float], n: int, x: float, sign: float) -> float:
    before, at = low(0, x), low(1, x)
    for order in range(1, n):
        before, at = at, order * 2.0 / x * at + sign * before
    return at


def _j(n: int, x: float) -> float:
    if n < 2:
        return _j_low(n, x)
    size = abs(x)
    if size == 0:
        return 0.0
    if size > n:
        result = _upward(_j_low, n, size, -1.0)
    else:
        above, at, result, total = 0.0, 1.0, 0.0, 0.0
        counts = False
        for order in range(2 * ((n + int(math.sqrt(_ACCURACY * n))) // 2), 0, -1):
            above, at = at, order * 2.0 / size * at - above
            if abs(at) > _BIG:
                above, at, result, total = above / _BIG, at / _BIG, result / _BIG, total / _BIG
            if counts:
                total += at
            counts = not counts
            if order == n:
                result = above
        result /= 2.0 * total - at
    return -result if x < 0 and n % 2 else result


def _i(n: int, x: float) -> float:
    if n < 2:
        return _i_low(n, x)
    size = abs(x)
    if size == 0:
        return 0.0
    above, at, result = 0.0, 1.0, 0.0
    for order in range(2 * (n + int(math.sqrt(_ACCURACY * n))), 0, -1):
        above, at = at, above + order * 2.0 / size * at
        if abs(at) > _BIG:
            above, at, result = above / _BIG, at / _BIG, result / _BIG
        if order == n:
            result = above
    result *= _i_low(0, size) / at
    return -result if x < 0 and n % 2 else result


def _y(n: int, x: float) -> float:
    return _y_low(n, x) if n < 2 else _upward(_y_low, n, x, -1.0)


def _k(n: int, x: float) -> float:
    return _k_low(n, x) if n < 2 else _upward(_k_low, n, x, 1.0)


def _each(of: Callable[[int, float], float], *, of_positive: bool) -> Callable[[Floats, Floats], Floats]:
    """Give the function of arrays: of x and the order, NaN where it is not defined."""

    def one(x: float, order: float) -> float:
        if not (math.isfinite(x) and math.isfinite(order)) or order < 0 or (of_positive and x <= 0):
            return math.nan
        try:
            return of(int(order), x)
        except OverflowError:
            return math.nan

    def values(x: Floats, order: Floats) -> Floats:
        return np.asarray(np.frompyfunc(one, 2, 1)(x, order), dtype=float)

    return values


j, i = _each(_j, of_positive=False), _each(_i, of_positive=False)
k, y = _each(_k, of_positive=True), _each(_y, of_positive=True)
