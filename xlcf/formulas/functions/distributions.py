"""Continuous distributions and their inverses."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from xlcf.arrays import Floats
from xlcf.formulas.curves import SMOOTH, SMOOTH_INSIDE, Curve
from xlcf.formulas.differentiable import Derivative, Elementwise, no_derivative
from xlcf.formulas.functions.operators import or_by_zero, ratio
from xlcf.formulas.namespace import Array, Namespace
from xlcf.formulas.registry import function
from xlcf.formulas.values import Value, scalar_value

Numbers = Callable[..., Floats]
_ZERO, _ONE = scalar_value(0.0), scalar_value(1.0)
_MOST_FREEDOM = 1e10


@function("NORM.DIST", "NORMDIST", takes="VVVL", curve=SMOOTH_INSIDE.switched_by(3))
def norm_dist(xp: Namespace, x: Value, mean: Value, deviation: Value, cumulative: Value) -> Array:
    z = ratio(xp, x.numbers - mean.numbers, _positive(xp, deviation))
    return xp.where(
        cumulative.numbers != 0, xp.elementwise("ndtr", z), xp.divide(_normal_density(xp, z), deviation.numbers)
    )


@function("NORM.S.DIST", takes="VL", curve=SMOOTH.switched_by(1))
def norm_s_dist(xp: Namespace, z: Value, cumulative: Value) -> Array:
    return xp.where(cumulative.numbers != 0, xp.elementwise("ndtr", z.numbers), _normal_density(xp, z.numbers))


@function("NORMSDIST", takes="V", curve=SMOOTH)
def normsdist(xp: Namespace, z: Value) -> Array:
    return xp.elementwise("ndtr", z.numbers)


@function("PHI", takes="V", curve=SMOOTH)
def phi(xp: Namespace, z: Value) -> Array:
    return _normal_density(xp, z.numbers)


@function("GAUSS", takes="V", curve=SMOOTH)
def gauss(xp: Namespace, z: Value) -> Array:
    """The probability between the mean and z deviations above it."""
    return xp.elementwise("erf", z.numbers / math.sqrt(2)) / 2


@function("NORM.INV", "NORMINV", takes="VVV", curve=SMOOTH_INSIDE)
def norm_inv(xp: Namespace, probability: Value, mean: Value, deviation: Value) -> Array:
    return mean.numbers + xp.multiply(_positive(xp, deviation), norm_s_inv(xp, probability))


@function("NORM.S.INV", "NORMSINV", takes="V", curve=SMOOTH_INSIDE)
def norm_s_inv(xp: Namespace, probability: Value) -> Array:
    p = probability.numbers
    return xp.elementwise("ndtri", xp.where((p > 0) & (p < 1), p, np.nan))


def _normal_density(xp: Namespace, z: Array) -> Array:
    return xp.elementwise("exp", -xp.square(z) / 2) / math.sqrt(2 * math.pi)


def _positive(xp: Namespace, value: Value) -> Array:
    return xp.where(value.numbers > 0, value.numbers, np.nan)


@function("LOGNORM.DIST", takes="VVVL", curve=SMOOTH_INSIDE.switched_by(3))
def lognorm_dist(xp: Namespace, x: Value, mean: Value, deviation: Value, cumulative: Value) -> Array:
    positive = _positive(xp, x)
    z = xp.divide(xp.elementwise("log", positive) - mean.numbers, _positive(xp, deviation))
    density = xp.divide(_normal_density(xp, z), xp.multiply(positive, deviation.numbers))
    return xp.where(cumulative.numbers != 0, xp.elementwise("ndtr", z), density)


@function("LOGNORMDIST", takes="VVV", curve=SMOOTH_INSIDE)
def lognormdist(xp: Namespace, x: Value, mean: Value, deviation: Value) -> Array:
    return lognorm_dist(xp, x, mean, deviation, _ONE)


@function("LOGNORM.INV", "LOGINV", takes="VVV", curve=SMOOTH_INSIDE)
def lognorm_inv(xp: Namespace, probability: Value, mean: Value, deviation: Value) -> Array:
    return xp.elementwise("exp", norm_inv(xp, probability, mean, deviation))


@function("EXPON.DIST", "EXPONDIST", takes="VVL", curve=SMOOTH_INSIDE.switched_by(2))
def expon_dist(xp: Namespace, x: Value, rate: Value, cumulative: Value) -> Array:
    t = xp.where(x.numbers >= 0, xp.multiply(_positive(xp, rate), x.numbers), np.nan)
    density = xp.multiply(rate.numbers, xp.elementwise("exp", -t))
    return xp.where(cumulative.numbers != 0, xp.elementwise(_DECAYED, t), density)


_DECAYED = Elementwise(lambda t: -np.expm1(-t), (lambda t, _: np.exp(-t),))


@function("WEIBULL.DIST", "WEIBULL", takes="VVVL", curve=SMOOTH_INSIDE.switched_by(3))
def weibull_dist(xp: Namespace, x: Value, shape: Value, scale: Value, cumulative: Value) -> Array:
    alpha, beta = _positive(xp, shape), _positive(xp, scale)
    relative = xp.divide(xp.where(x.numbers >= 0, x.numbers, np.nan), beta)
    t = xp.power(relative, alpha)
    slope = xp.multiply(xp.divide(alpha, beta), xp.power(relative, alpha - 1.0))
    density = xp.multiply(slope, xp.elementwise("exp", -t))
    return xp.where(cumulative.numbers != 0, xp.elementwise(_DECAYED, t), density)


@function("STANDARDIZE", takes="VVV", curve=SMOOTH_INSIDE)
def standardize(xp: Namespace, x: Value, mean: Value, deviation: Value) -> Array:
    return xp.divide(x.numbers - mean.numbers, _positive(xp, deviation))


@function("FISHER", takes="V", curve=SMOOTH_INSIDE)
def fisher(xp: Namespace, x: Value) -> Array:
    return xp.elementwise("arctanh", x.numbers)


@function("FISHERINV", takes="V", curve=SMOOTH)
def fisherinv(xp: Namespace, y: Value) -> Array:
    return xp.elementwise("tanh", y.numbers)


@function("CONFIDENCE.NORM", "CONFIDENCE", takes="VVV", curve=SMOOTH_INSIDE.switched_by(2))
def confidence_norm(xp: Namespace, alpha: Value, deviation: Value, size: Value) -> Array:
    n = xp.elementwise("trunc", size.numbers)
    width = -norm_s_inv(xp, Value(xp.where(alpha.numbers < 1, alpha.numbers, np.nan) / 2))
    return xp.multiply(width, xp.divide(_positive(xp, deviation), xp.elementwise("sqrt", xp.where(n >= 1, n, np.nan))))


def _size_of_one(alpha: Value, deviation: Value, size: Value) -> Array:
    good = (np.asarray(alpha.known) > 0) & (np.asarray(alpha.known) < 1) & (np.asarray(deviation.known) > 0)
    return or_by_zero(np.trunc(np.asarray(size.known)) - 1, good)


@function("CONFIDENCE.T", takes="VVV", curve=SMOOTH_INSIDE.switched_by(2), error=_size_of_one)
def confidence_t(xp: Namespace, alpha: Value, deviation: Value, size: Value) -> Array:
    n = xp.elementwise("trunc", size.numbers)
    width = xp.elementwise(_T_INVERSE_2, xp.where(alpha.numbers < 1, alpha.numbers, np.nan), n - 1.0)
    return xp.multiply(width, xp.divide(_positive(xp, deviation), xp.elementwise("sqrt", n)))


def enter(
    *names: str,
    values: Numbers,
    takes: str,
    slopes: Sequence[Derivative | None] = (),
    curve: Curve = SMOOTH_INSIDE,
) -> Elementwise:
    """Enter a function of numbers, element by element; slopes that are not given are found by differences."""
    count = len(takes.replace("?", ""))
    of = Elementwise(values, (*slopes, *[None] * (count - len(slopes))))

    @function(*names, takes=takes, curve=curve)
    def elementwise(xp: Namespace, *arguments: Value) -> Array:
        return xp.elementwise(of, *(argument.numbers for argument in arguments))

    return of


def enter_tail(*names: str, values: Numbers, density: Numbers, freedoms: int, factor: float = -1.0) -> Elementwise:
    """Enter the probability beyond a number, of a distribution by degrees of freedom, which make steps.

    The derivative by the number is `factor` times the density there.
    """

    def by_number(x: Floats, *others: Floats) -> Floats:
        return factor * density(x, *others[:-1])

    return _enter_by_freedoms(names, values, by_number, freedoms)


def enter_inverse(*names: str, values: Numbers, density: Numbers, freedoms: int, factor: float = 1.0) -> Elementwise:
    """Enter the number that has a probability; the derivative is `factor` over the density at that number."""

    def by_probability(p: Floats, *others: Floats) -> Floats:
        return factor / density(others[-1], *others[:-1])

    return _enter_by_freedoms(names, values, by_probability, freedoms)


def _enter_by_freedoms(names: tuple[str, ...], values: Numbers, first: Derivative, freedoms: int) -> Elementwise:
    return enter(
        *names,
        values=values,
        takes="V" * (1 + freedoms),
        slopes=(first, *[no_derivative] * freedoms),
        curve=SMOOTH_INSIDE.switched_by(*range(1, 1 + freedoms)),
    )


def enter_both(*names: str, cumulative: Elementwise, density: Elementwise, takes: str, curve: Curve) -> None:
    """Enter a function whose last argument chooses between the cumulative probability and the density."""

    @function(*names, takes=takes, curve=curve.switched_by(*curve.switches, len(takes) - 1))
    def either(xp: Namespace, *arguments: Value) -> Array:
        *numbers, flag = (argument.numbers for argument in arguments)
        return xp.where(flag != 0, xp.elementwise(cumulative, *numbers), xp.elementwise(density, *numbers))


def within(numbers: Floats, good: Array) -> Floats:
    """Make an error of what is outside a domain."""
    return np.where(good, numbers, np.nan)


def _gamma_density(x: Floats, shape: Floats, scale: Floats) -> Floats:
    from scipy.special import gammaln, xlogy

    t = x / scale
    density = np.exp(xlogy(shape - 1, t) - t - gammaln(shape)) / scale
    return within(density, (x >= 0) & (shape > 0) & (scale > 0))


def _gamma(x: Floats, shape: Floats, scale: Floats) -> Floats:
    from scipy.special import gammainc

    return within(gammainc(shape, x / scale), (x >= 0) & (shape > 0) & (scale > 0))


def _gamma_inverse(p: Floats, shape: Floats, scale: Floats) -> Floats:
    from scipy.special import gammaincinv

    return within(gammaincinv(shape, p) * scale, (p >= 0) & (p < 1) & (shape > 0) & (scale > 0))


_GAMMA = Elementwise(
    _gamma,
    (
        lambda x, shape, scale, _: _gamma_density(x, shape, scale),
        None,
        lambda x, shape, scale, _: -x / scale * _gamma_density(x, shape, scale),
    ),
)
_GAMMA_DENSITY = Elementwise(
    _gamma_density,
    (
        lambda x, shape, scale, y: y * ((shape - 1) / x - 1 / scale),
        None,
        lambda x, shape, scale, y: y * (x / scale - shape) / scale,
    ),
)
enter_both("GAMMA.DIST", "GAMMADIST", cumulative=_GAMMA, density=_GAMMA_DENSITY, takes="VVVL", curve=SMOOTH_INSIDE)
enter(
    "GAMMA.INV",
    "GAMMAINV",
    values=_gamma_inverse,
    takes="VVV",
    slopes=(
        lambda _, shape, scale, x: 1 / _gamma_density(x, shape, scale),
        None,
        lambda _, __, scale, x: x / scale,
    ),
)


def _beta_density(t: Floats, a: Floats, b: Floats) -> Floats:
    from scipy.special import betaln, xlog1py, xlogy

    density = np.exp(xlogy(a - 1, t) + xlog1py(b - 1, -t) - betaln(a, b))
    return within(density, (t >= 0) & (t <= 1) & (a > 0) & (b > 0))


def _beta(t: Floats, a: Floats, b: Floats) -> Floats:
    from scipy.special import betainc

    return within(betainc(a, b, t), (t >= 0) & (t <= 1) & (a > 0) & (b > 0))


def _beta_inverse(p: Floats, a: Floats, b: Floats) -> Floats:
    from scipy.special import betaincinv

    return within(betaincinv(a, b, p), (p > 0) & (p < 1) & (a > 0) & (b > 0))


_BETA = Elementwise(_beta, (lambda t, a, b, _: _beta_density(t, a, b), None, None))
_BETA_DENSITY = Elementwise(_beta_density, (lambda t, a, b, y: y * ((a - 1) / t - (b - 1) / (1 - t)), None, None))
_BETA_INVERSE = Elementwise(_beta_inverse, (lambda _, a, b, t: 1 / _beta_density(t, a, b), None, None))


@function("BETA.DIST", takes="VVVLV?V?", curve=SMOOTH_INSIDE.switched_by(3))
def beta_dist(
    xp: Namespace, x: Value, a: Value, b: Value, cumulative: Value, start: Value = _ZERO, end: Value = _ONE
) -> Array:
    t, width = _relative(xp, x, start, end)
    density = xp.divide(xp.elementwise(_BETA_DENSITY, t, a.numbers, b.numbers), width)
    return xp.where(cumulative.numbers != 0, xp.elementwise(_BETA, t, a.numbers, b.numbers), density)


@function("BETADIST", takes="VVVV?V?", curve=SMOOTH_INSIDE)
def betadist(xp: Namespace, x: Value, a: Value, b: Value, start: Value = _ZERO, end: Value = _ONE) -> Array:
    return beta_dist(xp, x, a, b, _ONE, start, end)


@function("BETA.INV", "BETAINV", takes="VVVV?V?", curve=SMOOTH_INSIDE)
def beta_inv(xp: Namespace, probability: Value, a: Value, b: Value, start: Value = _ZERO, end: Value = _ONE) -> Array:
    width = end.numbers - start.numbers
    t = xp.elementwise(_BETA_INVERSE, probability.numbers, a.numbers, b.numbers)
    return start.numbers + xp.multiply(t, xp.where(width > 0, width, np.nan))


def _relative(xp: Namespace, x: Value, start: Value, end: Value) -> tuple[Array, Array]:
    """Give the place of a number between two others, from 0 to 1, and their distance."""
    width = end.numbers - start.numbers
    width = xp.where(width > 0, width, np.nan)
    return xp.divide(x.numbers - start.numbers, width), width


def _freedom(degrees: Floats) -> Floats:
    """Cut the decimals of degrees of freedom off; an error where there are none or too many."""
    whole = np.trunc(degrees)
    return within(whole, (whole >= 1) & (whole <= _MOST_FREEDOM))


def _chi_density(x: Floats, degrees: Floats) -> Floats:
    return _gamma_density(x, _freedom(degrees) / 2, np.asarray(2.0))


def _chi(x: Floats, degrees: Floats) -> Floats:
    return _gamma(x, _freedom(degrees) / 2, np.asarray(2.0))


def _chi_right(x: Floats, degrees: Floats) -> Floats:
    from scipy.special import gammaincc

    return within(gammaincc(_freedom(degrees) / 2, x / 2), x >= 0)


def _chi_inverse(p: Floats, degrees: Floats) -> Floats:
    return _gamma_inverse(p, _freedom(degrees) / 2, np.asarray(2.0))


def _chi_inverse_right(p: Floats, degrees: Floats) -> Floats:
    from scipy.special import gammainccinv

    return within(2 * gammainccinv(_freedom(degrees) / 2, p), (p > 0) & (p <= 1))


def _f_density(x: Floats, first: Floats, second: Floats) -> Floats:
    from scipy.special import betaln, xlog1py, xlogy

    m, n = _freedom(first), _freedom(second)
    ratio_ = m / n
    log = m / 2 * np.log(ratio_) + xlogy(m / 2 - 1, x) - xlog1py((m + n) / 2, ratio_ * x) - betaln(m / 2, n / 2)
    return within(np.exp(log), x >= 0)


def _f(x: Floats, first: Floats, second: Floats) -> Floats:
    from scipy.special import fdtr

    return within(fdtr(_freedom(first), _freedom(second), x), x >= 0)


def _f_right(x: Floats, first: Floats, second: Floats) -> Floats:
    from scipy.special import fdtrc

    return within(fdtrc(_freedom(first), _freedom(second), x), x >= 0)


def _f_inverse(p: Floats, first: Floats, second: Floats) -> Floats:
    from scipy.special import fdtri

    m, n = _freedom(first), _freedom(second)
    return within(np.where(p == 0, 0.0 * m * n, fdtri(m, n, p)), (p >= 0) & (p < 1))


def _f_inverse_right(p: Floats, first: Floats, second: Floats) -> Floats:
    from scipy.special import betaincinv

    m, n = _freedom(first), _freedom(second)
    t = betaincinv(n / 2, m / 2, p)  # of n / (n + m x), which keeps its digits for small p
    return within(n * (1 - t) / (m * t), (p > 0) & (p <= 1))


def _t_density(x: Floats, degrees: Floats) -> Floats:
    from scipy.special import betaln

    n = _freedom(degrees)
    density: Floats = np.exp(-(n + 1) / 2 * np.log1p(x**2 / n) - betaln(n / 2, 0.5)) / np.sqrt(n)
    return density


def _t(x: Floats, degrees: Floats) -> Floats:
    from scipy.special import stdtr

    probability: Floats = stdtr(_freedom(degrees), x)
    return probability


def _t_right(x: Floats, degrees: Floats) -> Floats:
    return _t(-x, degrees)


def _t_both(x: Floats, degrees: Floats) -> Floats:
    return within(2 * _t(-x, degrees), x >= 0)


def _t_inverse(p: Floats, degrees: Floats) -> Floats:
    from scipy.special import stdtrit

    return within(stdtrit(_freedom(degrees), p), (p > 0) & (p < 1))


def _t_inverse_both(p: Floats, degrees: Floats) -> Floats:
    return within(-_t_inverse(np.where(p < 2, p / 2, np.nan), degrees), p <= 1)


_ONE_FREEDOM = SMOOTH_INSIDE.switched_by(1)
_TWO_FREEDOMS = SMOOTH_INSIDE.switched_by(1, 2)
_CHI = Elementwise(_chi, (lambda x, n, _: _chi_density(x, n), no_derivative))
_CHI_DENSITY = Elementwise(_chi_density, (lambda x, n, y: y * ((_freedom(n) / 2 - 1) / x - 0.5), no_derivative))
enter_both("CHISQ.DIST", cumulative=_CHI, density=_CHI_DENSITY, takes="VVL", curve=_ONE_FREEDOM)
enter_tail("CHISQ.DIST.RT", "CHIDIST", values=_chi_right, density=_chi_density, freedoms=1)
enter_inverse("CHISQ.INV", values=_chi_inverse, density=_chi_density, freedoms=1)
enter_inverse("CHISQ.INV.RT", "CHIINV", values=_chi_inverse_right, density=_chi_density, freedoms=1, factor=-1.0)

_F = Elementwise(_f, (lambda x, m, n, _: _f_density(x, m, n), no_derivative, no_derivative))


def _f_density_slope(x: Floats, first: Floats, second: Floats, y: Floats) -> Floats:
    m, n = _freedom(first), _freedom(second)
    slope: Floats = y * ((m / 2 - 1) / x - (m + n) / 2 * m / (n + m * x))
    return slope


_F_DENSITY = Elementwise(_f_density, (_f_density_slope, no_derivative, no_derivative))
enter_both("F.DIST", cumulative=_F, density=_F_DENSITY, takes="VVVL", curve=_TWO_FREEDOMS)
enter_tail("F.DIST.RT", "FDIST", values=_f_right, density=_f_density, freedoms=2)
enter_inverse("F.INV", values=_f_inverse, density=_f_density, freedoms=2)
enter_inverse("F.INV.RT", "FINV", values=_f_inverse_right, density=_f_density, freedoms=2, factor=-1.0)

_T = Elementwise(_t, (lambda x, n, _: _t_density(x, n), no_derivative))
_T_DENSITY = Elementwise(_t_density, (lambda x, n, y: -y * (_freedom(n) + 1) * x / (_freedom(n) + x**2), no_derivative))
enter_both("T.DIST", cumulative=_T, density=_T_DENSITY, takes="VVL", curve=_ONE_FREEDOM)
enter_tail("T.DIST.RT", values=_t_right, density=_t_density, freedoms=1)
_T_BOTH = enter_tail("T.DIST.2T", values=_t_both, density=_t_density, freedoms=1, factor=-2.0)
enter_inverse("T.INV", values=_t_inverse, density=_t_density, freedoms=1)
_T_INVERSE_2 = enter_inverse("T.INV.2T", "TINV", values=_t_inverse_both, density=_t_density, freedoms=1, factor=-0.5)


@function("TDIST", takes="VVV", curve=SMOOTH_INSIDE.switched_by(1, 2))
def tdist(xp: Namespace, x: Value, degrees: Value, tails: Value) -> Array:
    both = xp.elementwise(_T_BOTH, x.numbers, degrees.numbers)
    number = xp.elementwise("trunc", tails.numbers)
    return xp.multiply(both, xp.where((number == 1) | (number == 2), number / 2.0, np.nan))
