"""Loans and savings: level payments, interest and rates."""

from __future__ import annotations

import numpy as np

from xlcf.arrays import Floats
from xlcf.formulas.curves import SMOOTH_INSIDE, STEPPED, linear_given
from xlcf.formulas.differentiable import Elementwise, with_slopes
from xlcf.formulas.functions.operators import ratio
from xlcf.formulas.namespace import Array, Namespace
from xlcf.formulas.registry import function
from xlcf.formulas.roots import implicit_root
from xlcf.formulas.values import BOOLEAN, TEXT, Texts, Value

# A level payment p, due at the ends of n periods (w = 0) or their starts (w = 1), takes pv to fv at the rate r:
#     pv (1 + r)^n + p (1 + r w) ((1 + r)^n - 1) / r + fv = 0


def _annuity_values(r: Floats, n: Floats) -> Floats:
    """Give ((1 + r)^n - 1) / r, which is n where r is 0, without cancellation near it."""
    r, n = np.broadcast_arrays(np.asarray(r, dtype=float), np.asarray(n, dtype=float))
    near = np.abs(r) < 1e-4
    exact = np.where(near, np.expm1(n * np.log1p(np.where(near, r, 0.0))), np.power(1.0 + r, n) - 1.0)
    return np.where(r == 0, n, exact / np.where(r == 0, 1.0, r))


def _annuity_by_rate(r: Floats, n: Floats, result: Floats) -> Floats:
    near = np.abs(r * np.maximum(1.0, np.abs(n))) < 1e-5
    series = n * (n - 1) / 2 + r * n * (n - 1) * (n - 2) / 3 + r * r * n * (n - 1) * (n - 2) * (n - 3) / 8
    exact = (n * np.power(1.0 + r, n - 1.0) - result) / np.where(r == 0, 1.0, r)
    return np.where(near, series, exact)


def _annuity_by_periods(r: Floats, n: Floats, result: Floats) -> Floats:
    return np.where(r == 0, 1.0, np.power(1.0 + r, n) * np.log1p(r) / np.where(r == 0, 1.0, r))


ANNUITY = Elementwise(_annuity_values, (_annuity_by_rate, _annuity_by_periods))
"""The worth after n periods of payments of 1 at their ends, at the rate r."""


def _number(value: Value | None) -> Array:
    return 0.0 if value is None else value.numbers


def _due(xp: Namespace, rate: Array, at_start: Value | None) -> Array:
    """Give 1 + r w."""
    return 1.0 if at_start is None else xp.where(at_start.numbers != 0, 1.0 + rate, 1.0)


def _payment(xp: Namespace, r: Array, n: Array, pv: Array, fv: Array, due: Array) -> Array:
    r = xp.where(r > -1, r, np.nan)
    owed = xp.multiply(pv, xp.power(1.0 + r, n)) + fv
    return -ratio(xp, owed, xp.multiply(due, xp.elementwise(ANNUITY, r, n)))


def _worth(xp: Namespace, r: Array, n: Array, payment: Array, pv: Array, due: Array) -> Array:
    """Give the future value."""
    paid = xp.multiply(xp.multiply(payment, due), xp.elementwise(ANNUITY, r, n))
    return -(xp.multiply(pv, xp.power(1.0 + r, n)) + paid)


@function("PMT", takes="VVVV?V?", curve=linear_given(0, 1).switched_by(4))
def pmt(
    xp: Namespace,
    rate: Value,
    periods: Value,
    present: Value,
    future: Value | None = None,
    at_start: Value | None = None,
) -> Array:
    """The level payment that takes `present` to `-future` in so many periods, due at their ends or starts."""
    r = rate.numbers
    return _payment(xp, r, periods.numbers, present.numbers, _number(future), _due(xp, r, at_start))


def _divides_by_zero(rate: Value, periods: Value, *others: Value) -> Texts:
    """Tell the error of 0 to a negative power."""
    assert rate.known is not None
    assert periods.known is not None
    return np.where((rate.known == -1) & (periods.known < 0), "#DIV/0!", "#NUM!").astype(object)


@function("FV", takes="VVVV?V?", curve=linear_given(0, 1).switched_by(4), error=_divides_by_zero)
def fv(
    xp: Namespace,
    rate: Value,
    periods: Value,
    payment: Value,
    present: Value | None = None,
    at_start: Value | None = None,
) -> Array:
    r = rate.numbers
    return _worth(xp, r, periods.numbers, payment.numbers, _number(present), _due(xp, r, at_start))


def _divides_by_growth(rate: Value, periods: Value, *others: Value) -> Texts:
    assert rate.known is not None
    assert periods.known is not None
    return np.where((rate.known == -1) & (periods.known > 0), "#DIV/0!", "#NUM!").astype(object)


@function("PV", takes="VVVV?V?", curve=linear_given(0, 1).switched_by(4), error=_divides_by_growth)
def pv(
    xp: Namespace,
    rate: Value,
    periods: Value,
    payment: Value,
    future: Value | None = None,
    at_start: Value | None = None,
) -> Array:
    r, n = rate.numbers, periods.numbers
    paid = xp.multiply(xp.multiply(payment.numbers, _due(xp, r, at_start)), xp.elementwise(ANNUITY, r, n))
    return -ratio(xp, paid + _number(future), xp.power(1.0 + r, n))


@function("NPER", takes="VVVV?V?", curve=SMOOTH_INSIDE.switched_by(4))
def nper(
    xp: Namespace,
    rate: Value,
    payment: Value,
    present: Value,
    future: Value | None = None,
    at_start: Value | None = None,
) -> Array:
    r, pv, fv = rate.numbers, present.numbers, _number(future)
    paid = xp.multiply(payment.numbers, _due(xp, r, at_start))
    quotient = ratio(xp, paid - xp.multiply(fv, r), paid + xp.multiply(pv, r))
    quotient = xp.where(quotient > 0, quotient, np.nan)
    growing = xp.divide(xp.elementwise("log", quotient), xp.elementwise("log", xp.where(r > -1, 1.0 + r, np.nan)))
    return xp.where(r == 0, -ratio(xp, pv + fv, payment.numbers), growing)


@function("RATE", takes="VVVV?V?V?", curve=SMOOTH_INSIDE.switched_by(4, 5))
def rate(
    xp: Namespace,
    periods: Value,
    payment: Value,
    present: Value,
    future: Value | None = None,
    at_start: Value | None = None,
    guess: Value | None = None,
) -> Array:
    n = xp.where(periods.numbers > 0, periods.numbers, np.nan)
    start = 0.1 if guess is None else xp.values(guess.numbers)

    def left_over(space: Namespace, r: Array, *given: Array) -> Array:
        periods, payment, pv, fv = given
        return -_worth(space, r, periods, payment, pv, _due(space, r, at_start)) + fv

    future_value = _number(future) + xp.asarray(np.zeros((1, 1, 1, 1)))
    return implicit_root(xp, left_over, start, n, payment.numbers, present.numbers, future_value)


def _interest(
    xp: Namespace, rate: Value, period: Value, periods: Value, pv: Value, fv: Value | None, at_start: Value | None
) -> tuple[Array, Array]:
    """Give the interest and the whole payment of one period."""
    r, k, n = rate.numbers, period.numbers, periods.numbers
    due = _due(xp, r, at_start)
    payment = _payment(xp, r, n, pv.numbers, _number(fv), due)
    payment = xp.where((k >= 1) & (k < n + 1.0), payment, np.nan)
    interest = xp.multiply(r, ratio(xp, _worth(xp, r, k - 1.0, payment, pv.numbers, due), due))
    if at_start is not None:
        none_yet = (at_start.numbers != 0) & (k == 1)
        interest = xp.where(none_yet, xp.multiply(payment, 0.0), interest)
    return interest, payment


@function("IPMT", takes="VVVVV?V?", curve=SMOOTH_INSIDE.switched_by(1, 5))
def ipmt(
    xp: Namespace,
    rate: Value,
    period: Value,
    periods: Value,
    present: Value,
    future: Value | None = None,
    at_start: Value | None = None,
) -> Array:
    return _interest(xp, rate, period, periods, present, future, at_start)[0]


@function("PPMT", takes="VVVVV?V?", curve=SMOOTH_INSIDE.switched_by(1, 5))
def ppmt(
    xp: Namespace,
    rate: Value,
    period: Value,
    periods: Value,
    present: Value,
    future: Value | None = None,
    at_start: Value | None = None,
) -> Array:
    interest, payment = _interest(xp, rate, period, periods, present, future, at_start)
    return payment - interest


@function("ISPMT", takes="VVVV", curve=linear_given(0, 1, 2), error="#DIV/0!")
def ispmt(xp: Namespace, rate: Value, period: Value, periods: Value, present: Value) -> Array:
    left = ratio(xp, period.numbers, periods.numbers) - 1.0
    return xp.multiply(xp.multiply(present.numbers, rate.numbers), left)


def _principal(
    xp: Namespace, rate: Value, periods: Value, present: Value, start: Value, end: Value, at_start: Value
) -> tuple[Array, Array]:
    """Give the principal paid in periods from `start` to `end`, and all that is paid."""
    r, n, pv = rate.numbers, periods.numbers, present.numbers
    k, last, w = (xp.values(value.numbers) for value in (start, end, at_start))
    good = (xp.values(r) > 0) & (xp.values(n) > 0) & (xp.values(pv) > 0) & (w == np.trunc(w)) & (w >= 0) & (w <= 1)
    good = good & (k >= 1) & (last >= k) & (last <= xp.values(n))
    k, last = np.ceil(k), np.floor(last)
    count = last - k + 1.0
    r = xp.where(good, r, np.nan)
    first = -ratio(xp, pv, xp.elementwise(ANNUITY, r, n))
    principal = xp.multiply(xp.multiply(first, xp.power(1.0 + r, k - 1.0)), xp.elementwise(ANNUITY, r, count + 0.0 * r))
    paid = xp.multiply(first - xp.multiply(pv, r), xp.asarray(count))
    due = xp.where(w != 0, 1.0 + r, 1.0)
    advance = xp.where((w != 0) & (k == 1), -xp.multiply(pv, r), 0.0)  # no interest is due with a first payment
    return xp.divide(principal + advance, due), xp.divide(paid, due)


@function("CUMPRINC", takes="NNNNNN", curve=SMOOTH_INSIDE.switched_by(3, 4, 5))
def cumprinc(
    xp: Namespace, rate: Value, periods: Value, present: Value, start: Value, end: Value, at_start: Value
) -> Array:
    return _principal(xp, rate, periods, present, start, end, at_start)[0]


@function("CUMIPMT", takes="NNNNNN", curve=SMOOTH_INSIDE.switched_by(3, 4, 5))
def cumipmt(
    xp: Namespace, rate: Value, periods: Value, present: Value, start: Value, end: Value, at_start: Value
) -> Array:
    principal, paid = _principal(xp, rate, periods, present, start, end, at_start)
    return paid - principal


@function("EFFECT", takes="NN", curve=SMOOTH_INSIDE.switched_by(1))
def effect(xp: Namespace, nominal: Value, periods: Value) -> Array:
    n = xp.elementwise("trunc", periods.numbers)
    n = xp.where((n >= 1) & (nominal.numbers > 0), n, np.nan)
    return xp.power(1.0 + xp.divide(nominal.numbers, n), n) - 1.0


@function("NOMINAL", takes="NN", curve=SMOOTH_INSIDE.switched_by(1))
def nominal(xp: Namespace, effective: Value, periods: Value) -> Array:
    n = xp.elementwise("trunc", periods.numbers)
    n = xp.where((n >= 1) & (effective.numbers > 0), n, np.nan)
    return xp.multiply(xp.power(1.0 + effective.numbers, xp.divide(1.0, n)) - 1.0, n)


@function("RRI", takes="VVV", curve=SMOOTH_INSIDE)
def rri(xp: Namespace, periods: Value, present: Value, future: Value) -> Array:
    n = xp.where(periods.numbers > 0, periods.numbers, np.nan)
    growth = ratio(xp, future.numbers, present.numbers)
    return xp.power(growth, xp.divide(1.0, n)) - 1.0


@function("PDURATION", takes="VVV", curve=SMOOTH_INSIDE)
def pduration(xp: Namespace, rate: Value, present: Value, future: Value) -> Array:
    r, pv, fv = (xp.where(value.numbers > 0, value.numbers, np.nan) for value in (rate, present, future))
    return xp.divide(xp.elementwise("log", fv) - xp.elementwise("log", pv), xp.elementwise("log", 1.0 + r))


def _schedule_code(principal: Value, schedule: Value) -> Texts:
    wrong = schedule.is_kind(TEXT, BOOLEAN).any(axis=(-2, -1), keepdims=True)
    return np.where(wrong, "#VALUE!", "#NUM!").astype(object)


@function("FVSCHEDULE", takes="NR", curve=linear_given(1), error=_schedule_code)
def fvschedule(xp: Namespace, principal: Value, schedule: Value) -> Array:
    """The principal times all 1 + rate; a blank is 0."""
    growth = 1.0 + np.where(schedule.is_kind(TEXT, BOOLEAN), np.nan, xp.values(schedule.numbers))
    flat = growth.reshape((*growth.shape[:-2], -1))
    ones = np.ones((*flat.shape[:-1], 1))
    before = np.cumprod(np.concatenate([ones, flat], axis=-1), axis=-1)
    after = np.cumprod(np.concatenate([ones, flat[..., ::-1]], axis=-1), axis=-1)[..., ::-1]
    others = (before[..., :-1] * after[..., 1:]).reshape(growth.shape)
    slopes = xp.sum(with_slopes(xp, np.zeros(growth.shape), (schedule.numbers, others)))
    return xp.multiply(principal.numbers, slopes + xp.asarray(before[..., -1:][..., None]))


def _no_fraction(value: Value, fraction: Value) -> Texts:
    assert fraction.known is not None
    return np.where((fraction.known >= 0) & (fraction.known < 1), "#DIV/0!", "#NUM!").astype(object)


def _quoted(xp: Namespace, fraction: Value) -> tuple[Floats, Floats]:
    """Give the denominator of prices in fractions, and the power of ten that its numerators are written with."""
    whole = np.trunc(xp.values(fraction.numbers))
    whole = np.where(whole >= 1, whole, np.nan)
    with np.errstate(all="ignore"):
        return whole, 10.0 ** np.ceil(np.log10(whole))


@function("DOLLARDE", takes="NN", curve=STEPPED, error=_no_fraction)
def dollarde(xp: Namespace, price: Value, fraction: Value) -> Array:
    denominator, power = _quoted(xp, fraction)
    whole = xp.elementwise("trunc", price.numbers)
    return whole + xp.multiply(price.numbers - whole, xp.asarray(power / denominator))


@function("DOLLARFR", takes="NN", curve=STEPPED, error=_no_fraction)
def dollarfr(xp: Namespace, price: Value, fraction: Value) -> Array:
    denominator, power = _quoted(xp, fraction)
    whole = xp.elementwise("trunc", price.numbers)
    return whole + xp.multiply(price.numbers - whole, xp.asarray(denominator / power))
