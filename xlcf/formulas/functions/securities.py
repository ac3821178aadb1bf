"""Securities that pay at maturity, accrued interest, and Treasury bills."""

from __future__ import annotations

import numpy as np

from xlcf.arrays import Floats
from xlcf.formulas.coupons import accrued_periods, require_basis
from xlcf.formulas.curves import SMOOTH_INSIDE, linear_given
from xlcf.formulas.day_counts import add_months, calendar_date, days_between, days_in_year
from xlcf.formulas.errors import CellError
from xlcf.formulas.functions.bonds import by_dates
from xlcf.formulas.functions.operators import ratio
from xlcf.formulas.namespace import Array, Namespace
from xlcf.formulas.registry import function
from xlcf.formulas.values import Value


def _positive(xp: Namespace, value: Value) -> Array:
    return xp.where(value.numbers > 0, value.numbers, np.nan)


def _years_between(start: int, end: int, basis: int) -> tuple[float, ...]:
    require_basis(basis)
    calendar_date(start)
    calendar_date(end)
    if start >= end:
        raise CellError("#NUM!")
    return (days_between(start, end, basis) / days_in_year(start, end, basis),)


def _years(xp: Namespace, start: Value, end: Value, basis: Value | None) -> Floats:
    (years,) = by_dates(xp, _years_between, 1, start, end, basis)
    return years


@function("ACCRINTM", takes="NNNN?N?", curve=linear_given(0, 1, 2, 4))
def accrintm(
    xp: Namespace,
    issue: Value,
    settlement: Value,
    rate: Value,
    par: Value | None = None,
    basis: Value | None = None,
) -> Array:
    face = 1000.0 if par is None else _positive(xp, par)
    return xp.multiply(xp.multiply(_positive(xp, rate), face), _years(xp, issue, settlement, basis))


def _accrued(issue: int, first: int, settlement: int, frequency: int, basis: int, from_issue: int) -> tuple[float, ...]:
    require_basis(basis)
    for date in (issue, first, settlement):
        calendar_date(date)
    if frequency not in (1, 2, 4) or issue >= settlement:
        raise CellError("#NUM!")
    return (accrued_periods(issue, first, settlement, frequency, basis, bool(from_issue)) / frequency,)


@function("ACCRINT", takes="NNNNNNN?V?", curve=linear_given(0, 1, 2, 3, 5, 6, 7))
def accrint(
    xp: Namespace,
    issue: Value,
    first_interest: Value,
    settlement: Value,
    rate: Value,
    par: Value,
    frequency: Value,
    basis: Value | None = None,
    from_issue: Value | None = None,
) -> Array:
    method = Value(np.ones((1, 1, 1, 1))) if from_issue is None else from_issue
    (years,) = by_dates(xp, _accrued, 1, issue, first_interest, settlement, frequency, basis, method)
    return xp.multiply(xp.multiply(_positive(xp, rate), _positive(xp, par)), years)


@function("DISC", takes="NNNNN?", curve=SMOOTH_INSIDE.switched_by(0, 1, 4))
def disc(
    xp: Namespace, settlement: Value, maturity: Value, price: Value, redemption: Value, basis: Value | None = None
) -> Array:
    years = _years(xp, settlement, maturity, basis)
    return xp.divide(1.0 - xp.divide(_positive(xp, price), _positive(xp, redemption)), years)


@function("INTRATE", takes="NNNNN?", curve=SMOOTH_INSIDE.switched_by(0, 1, 4))
def intrate(
    xp: Namespace, settlement: Value, maturity: Value, investment: Value, redemption: Value, basis: Value | None = None
) -> Array:
    years = _years(xp, settlement, maturity, basis)
    return xp.divide(xp.divide(_positive(xp, redemption), _positive(xp, investment)) - 1.0, years)


@function("YIELDDISC", takes="NNNNN?", curve=SMOOTH_INSIDE.switched_by(0, 1, 4))
def yielddisc(
    xp: Namespace, settlement: Value, maturity: Value, price: Value, redemption: Value, basis: Value | None = None
) -> Array:
    return intrate(xp, settlement, maturity, price, redemption, basis)


@function("RECEIVED", takes="NNNNN?", curve=SMOOTH_INSIDE.switched_by(0, 1, 4))
def received(
    xp: Namespace, settlement: Value, maturity: Value, investment: Value, discount: Value, basis: Value | None = None
) -> Array:
    left = 1.0 - xp.multiply(_positive(xp, discount), _years(xp, settlement, maturity, basis))
    return xp.divide(_positive(xp, investment), xp.where(left > 0, left, np.nan))


@function("PRICEDISC", takes="NNNNN?", curve=SMOOTH_INSIDE.switched_by(0, 1, 4))
def pricedisc(
    xp: Namespace, settlement: Value, maturity: Value, discount: Value, redemption: Value, basis: Value | None = None
) -> Array:
    left = 1.0 - xp.multiply(_positive(xp, discount), _years(xp, settlement, maturity, basis))
    return xp.multiply(_positive(xp, redemption), left)


def _from_issue(settlement: int, maturity: int, issue: int, basis: int) -> tuple[float, ...]:
    """Give the years from issue to maturity, from issue to settlement, and from settlement to maturity."""
    require_basis(basis)
    calendar_date(maturity)
    if not issue <= settlement < maturity:
        raise CellError("#NUM!")
    year = days_in_year(issue, settlement, basis)
    whole, passed = days_between(issue, maturity, basis), days_between(issue, settlement, basis)
    return whole / year, passed / year, (whole - passed) / year


@function("PRICEMAT", takes="NNNNNN?", curve=SMOOTH_INSIDE.switched_by(0, 1, 2, 5))
def pricemat(
    xp: Namespace,
    settlement: Value,
    maturity: Value,
    issue: Value,
    rate: Value,
    yld: Value,
    basis: Value | None = None,
) -> Array:
    whole, passed, left = by_dates(xp, _from_issue, 3, settlement, maturity, issue, basis)
    r = xp.where(rate.numbers >= 0, rate.numbers, np.nan)
    y = xp.where(yld.numbers >= 0, yld.numbers, np.nan)
    paid = 100.0 + xp.multiply(r, 100.0 * whole)
    return xp.divide(paid, 1.0 + xp.multiply(y, left)) - xp.multiply(r, 100.0 * passed)


@function("YIELDMAT", takes="NNNNNN?", curve=SMOOTH_INSIDE.switched_by(0, 1, 2, 5))
def yieldmat(
    xp: Namespace,
    settlement: Value,
    maturity: Value,
    issue: Value,
    rate: Value,
    price: Value,
    basis: Value | None = None,
) -> Array:
    whole, passed, left = by_dates(xp, _from_issue, 3, settlement, maturity, issue, basis)
    r = xp.where(rate.numbers >= 0, rate.numbers, np.nan)
    invested = _positive(xp, price) / 100.0 + xp.multiply(r, passed)
    paid = 1.0 + xp.multiply(r, whole)
    return xp.divide(paid - invested, xp.multiply(invested, left))


def _bill(settlement: int, maturity: int) -> tuple[float, ...]:
    """Give the days to maturity, a year at most."""
    if not settlement < maturity <= add_months(settlement, 12):
        raise CellError("#NUM!")
    return (maturity - settlement,)


@function("TBILLPRICE", takes="NNN", curve=SMOOTH_INSIDE.switched_by(0, 1))
def tbillprice(xp: Namespace, settlement: Value, maturity: Value, discount: Value) -> Array:
    (days,) = by_dates(xp, _bill, 1, settlement, maturity)
    price = 100.0 - xp.multiply(_positive(xp, discount), 100.0 * days / 360.0)
    return xp.where(price > 0, price, np.nan)


@function("TBILLYIELD", takes="NNN", curve=SMOOTH_INSIDE.switched_by(0, 1))
def tbillyield(xp: Namespace, settlement: Value, maturity: Value, price: Value) -> Array:
    (days,) = by_dates(xp, _bill, 1, settlement, maturity)
    paid = _positive(xp, price)
    return xp.multiply(ratio(xp, 100.0 - paid, paid), 360.0 / days)


@function("TBILLEQ", takes="NNN", curve=SMOOTH_INSIDE.switched_by(0, 1))
def tbilleq(xp: Namespace, settlement: Value, maturity: Value, discount: Value) -> Array:
    """The yield of a bond that is worth the same: with one coupon more where the bill runs longer than half a year."""
    (days,) = by_dates(xp, _bill, 1, settlement, maturity)
    rate = _positive(xp, discount)
    price = 1.0 - xp.multiply(rate, days / 360.0)
    price = xp.where(price > 0, price, np.nan)
    short = xp.divide(xp.multiply(rate, 365.0 / 360.0), price)
    year = np.where(days > 365, 366.0, 365.0)
    share = days / year
    root = xp.elementwise("sqrt", np.square(share) - (2.0 * share - 1.0) * (1.0 - xp.divide(1.0, price)))
    long = xp.divide(2.0 * (root - share), 2.0 * share - 1.0)
    return xp.where(days <= 182, short, long)
