"""Discrete distributions and their inverses."""

from __future__ import annotations

from typing import Any

import numpy as np

from xlcf.arrays import Floats
from xlcf.formulas.curves import SMOOTH_INSIDE, STEPPED
from xlcf.formulas.differentiable import Elementwise, no_derivative
from xlcf.formulas.functions.distributions import enter, enter_both, within
from xlcf.formulas.namespace import Array, Namespace
from xlcf.formulas.registry import function
from xlcf.formulas.values import Value

_MOST_TRIALS = 2.0**53  # beyond, they are no longer whole numbers; Excel gives #NUM!


def _stats() -> Any:
    import scipy.stats

    return scipy.stats


def _binomial_domain(k: Floats, n: Floats, p: Floats) -> Any:
    return (k >= 0) & (np.trunc(k) <= np.trunc(n)) & (n < _MOST_TRIALS) & (p >= 0) & (p <= 1)


def _binomial(k: Floats, n: Floats, p: Floats) -> Floats:
    return within(_stats().binom.cdf(np.trunc(k), np.trunc(n), p), _binomial_domain(k, n, p))


def _binomial_mass(k: Floats, n: Floats, p: Floats) -> Floats:
    return within(_stats().binom.pmf(np.trunc(k), np.trunc(n), p), _binomial_domain(k, n, p))


def _binomial_slope(k: Floats, n: Floats, p: Floats, _: Floats) -> Floats:
    """The derivative of the cumulative probability by p."""
    slope: Floats = -np.trunc(n) * _stats().binom.pmf(np.trunc(k), np.trunc(n) - 1, p)
    return slope


def _binomial_mass_slope(k: Floats, n: Floats, p: Floats, _: Floats) -> Floats:
    k, n = np.trunc(k), np.trunc(n)
    slope: Floats = n * (_stats().binom.pmf(k - 1, n - 1, p) - _stats().binom.pmf(k, n - 1, p))
    return slope


enter_both(
    "BINOM.DIST",
    "BINOMDIST",
    cumulative=Elementwise(_binomial, (no_derivative, no_derivative, _binomial_slope)),
    density=Elementwise(_binomial_mass, (no_derivative, no_derivative, _binomial_mass_slope)),
    takes="VVVL",
    curve=SMOOTH_INSIDE.switched_by(0, 1),
)


def _between(n: Floats, p: Floats, least: Floats, most: Floats) -> Floats:
    n, least, most = np.trunc(n), np.trunc(least), np.trunc(most)
    binomial = _stats().binom
    probability = binomial.cdf(most, n, p) - binomial.cdf(least - 1, n, p)
    single = binomial.pmf(least, n, p)
    good = (p >= 0) & (p <= 1) & (least >= 0) & (least <= n) & (most >= least) & (most <= n)
    return within(np.where(most == least, single, probability), good)


def _between_slope(n: Floats, p: Floats, least: Floats, most: Floats, _: Floats) -> Floats:
    n, least, most = np.trunc(n), np.trunc(least), np.trunc(most)
    slope: Floats = n * (_stats().binom.pmf(least - 1, n - 1, p) - _stats().binom.pmf(most, n - 1, p))
    return slope


_BETWEEN = Elementwise(_between, (no_derivative, _between_slope, no_derivative, no_derivative))


@function("BINOM.DIST.RANGE", takes="VVVV?", curve=SMOOTH_INSIDE.switched_by(0, 2, 3))
def binom_dist_range(xp: Namespace, n: Value, p: Value, least: Value, most: Value | None = None) -> Array:
    most = least if most is None else most
    return xp.elementwise(_BETWEEN, n.numbers, p.numbers, least.numbers, most.numbers)


def _binomial_inverse(n: Floats, p: Floats, alpha: Floats) -> Floats:
    n = np.trunc(n)
    return within(_stats().binom.ppf(alpha, n, p), (n >= 0) & (p > 0) & (p < 1) & (alpha > 0) & (alpha < 1))


enter(
    "BINOM.INV",
    "CRITBINOM",
    values=_binomial_inverse,
    takes="VVV",
    slopes=(no_derivative, no_derivative, no_derivative),
    curve=STEPPED,
)


def _negative_domain(failures: Floats, successes: Floats, p: Floats) -> Any:
    return (failures >= 0) & (successes >= 1) & (p > 0) & (p < 1)


def _negative(failures: Floats, successes: Floats, p: Floats) -> Floats:
    probability = _stats().nbinom.cdf(np.trunc(failures), np.trunc(successes), p)
    return within(probability, _negative_domain(failures, successes, p))


def _negative_mass(failures: Floats, successes: Floats, p: Floats) -> Floats:
    probability = _stats().nbinom.pmf(np.trunc(failures), np.trunc(successes), p)
    return within(probability, _negative_domain(failures, successes, p))


def _negative_slope(failures: Floats, successes: Floats, p: Floats, _: Floats) -> Floats:
    f, s = np.trunc(failures), np.trunc(successes)
    slope: Floats = _stats().beta.pdf(p, s, f + 1)
    return slope


def _negative_mass_slope(failures: Floats, successes: Floats, p: Floats, mass: Floats) -> Floats:
    slope: Floats = mass * (np.trunc(successes) / p - np.trunc(failures) / (1 - p))
    return slope


_NEGATIVE_MASS = enter(
    "NEGBINOMDIST",
    values=_negative_mass,
    takes="VVV",
    slopes=(no_derivative, no_derivative, _negative_mass_slope),
    curve=SMOOTH_INSIDE.switched_by(0, 1),
)
enter_both(
    "NEGBINOM.DIST",
    cumulative=Elementwise(_negative, (no_derivative, no_derivative, _negative_slope)),
    density=_NEGATIVE_MASS,
    takes="VVVL",
    curve=SMOOTH_INSIDE.switched_by(0, 1),
)


def _poisson(x: Floats, mean: Floats) -> Floats:
    from scipy.special import pdtr

    return within(pdtr(np.trunc(x), mean), (x >= 0) & (mean >= 0))


def _poisson_mass(x: Floats, mean: Floats) -> Floats:
    return within(_stats().poisson.pmf(np.trunc(x), mean), (x >= 0) & (mean >= 0))


def _poisson_mass_slope(x: Floats, mean: Floats, mass: Floats) -> Floats:
    slope: Floats = _stats().poisson.pmf(np.trunc(x) - 1, mean) - mass
    return slope


enter_both(
    "POISSON.DIST",
    "POISSON",
    cumulative=Elementwise(_poisson, (no_derivative, lambda x, mean, _: -_poisson_mass(x, mean))),
    density=Elementwise(_poisson_mass, (no_derivative, _poisson_mass_slope)),
    takes="VVL",
    curve=SMOOTH_INSIDE.switched_by(0),
)


def _hypergeometric_domain(k: Floats, n: Floats, marked: Floats, size: Floats) -> Any:
    k, n, marked, size = (np.trunc(each) for each in (k, n, marked, size))
    few = (k >= 0) & (k >= n - size + marked) & (k <= n) & (k <= marked)
    return few & (n > 0) & (n <= size) & (marked > 0) & (marked <= size)


def _hypergeometric(k: Floats, n: Floats, marked: Floats, size: Floats) -> Floats:
    probability = _stats().hypergeom.cdf(*(np.trunc(each) for each in (k, size, marked, n)))
    return within(probability, _hypergeometric_domain(k, n, marked, size))


def _hypergeometric_mass(k: Floats, n: Floats, marked: Floats, size: Floats) -> Floats:
    probability = _stats().hypergeom.pmf(*(np.trunc(each) for each in (k, size, marked, n)))
    return within(probability, _hypergeometric_domain(k, n, marked, size))


_HYPERGEOMETRIC_MASS = enter(
    "HYPGEOMDIST", values=_hypergeometric_mass, takes="VVVV", slopes=(no_derivative,) * 4, curve=STEPPED
)
enter_both(
    "HYPGEOM.DIST",
    cumulative=Elementwise(_hypergeometric, (no_derivative,) * 4),
    density=_HYPERGEOMETRIC_MASS,
    takes="VVVVL",
    curve=STEPPED,
)
