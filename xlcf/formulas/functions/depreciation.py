"""Depreciation of assets."""

from __future__ import annotations

import numpy as np

from xlcf.arrays import Floats
from xlcf.formulas.curves import KINKED, STEPPED, linear_given
from xlcf.formulas.day_counts import calendar_date, days_between, days_in_year, is_leap_year, serial_date
from xlcf.formulas.errors import CellError, UnsupportedFormulaError
from xlcf.formulas.functions.bonds import by_dates
from xlcf.formulas.functions.operators import ratio
from xlcf.formulas.namespace import Array, Namespace
from xlcf.formulas.registry import function
from xlcf.formulas.scalar_functions import scalar_function
from xlcf.formulas.values import Value

_MOST_PERIODS = 10_000


@function("SLN", takes="VVV", curve=linear_given(2), error="#DIV/0!")
def sln(xp: Namespace, cost: Value, salvage: Value, life: Value) -> Array:
    return ratio(xp, cost.numbers - salvage.numbers, life.numbers)


@function("SYD", takes="VVVV", curve=linear_given(2, 3))
def syd(xp: Namespace, cost: Value, salvage: Value, life: Value, period: Value) -> Array:
    """Depreciation by the sum of the years' digits."""
    n, k = life.numbers, period.numbers
    share = ratio(xp, (n - k + 1.0) * 2.0, xp.multiply(n, n + 1.0))
    return xp.multiply(cost.numbers - salvage.numbers, xp.where((k > 0) & (k <= n), share, np.nan))


@function("DB", takes="VVVVV?", curve=STEPPED)
def db(xp: Namespace, cost: Value, salvage: Value, life: Value, period: Value, months: Value | None = None) -> Array:
    """Fixed-declining balance; the rate is rounded to three digits."""
    c, n, k = cost.numbers, xp.values(life.numbers), np.trunc(xp.values(period.numbers))
    m = np.trunc(np.full((1, 1, 1, 1), 12.0) if months is None else xp.values(months.numbers))
    known, left = xp.values(c), xp.values(salvage.numbers)
    with np.errstate(all="ignore"):
        share = np.round(1.0 - np.power(np.where(known == 0, 0.0, left / known), 1.0 / n), 3)
        good = (
            (known >= 0) & (left >= 0) & (n > 0) & (k >= 1) & (m >= 1) & (m <= 12) & (k <= np.where(m < 12, n + 1, n))
        )
        first = share * m / 12.0
        later = (1.0 - first) * np.power(1.0 - share, k - 2.0) * share
        last = np.where(k > np.trunc(n), (12.0 - m) / 12.0, 1.0)
    part = np.where(k == 1, first, later * last)
    return xp.multiply(c, xp.asarray(np.where(good, part, np.nan)))


def _written_off(
    xp: Namespace, cost: Array, salvage: Array, life: Array, until: Array, factor: Array, switches: Floats
) -> Array:
    """Sum declining-balance depreciation up to a time; within a period it grows evenly.

    Args:
        xp: the namespace.
        cost: of the asset.
        salvage: what it is worth at the end.
        life: in periods.
        until: the time, in periods.
        factor: of the rate factor / life.
        switches: 1 where straight-line depreciation takes over as soon as it is the larger, else 0.

    """
    whole = np.trunc(xp.values(until))
    longest = float(np.nanmax(whole, initial=0.0))
    if longest > _MOST_PERIODS:
        raise UnsupportedFormulaError(f"depreciation over more than {_MOST_PERIODS:,} periods is not supported")
    most = int(longest)
    share = ratio(xp, factor, life)
    total: Array = xp.multiply(cost, 0.0) + 0.0 * until
    for period in range(most + 1):
        left = cost - total - salvage
        declining = xp.multiply(cost - total, share)
        declining = xp.where(declining < left, declining, left)
        straight = xp.divide(left, life - float(period))
        is_last = (whole == np.trunc(xp.values(life))) & (whole == period)
        straight = xp.where(xp.asarray(is_last), 0.0, straight)
        part = xp.where(xp.asarray(switches != 0) & (declining < straight), straight, declining)
        passed = xp.where(xp.asarray(whole > period), 1.0, until - float(period))
        grown = total + xp.multiply(part, passed)
        total = xp.where(xp.asarray(whole >= period), grown, total)
    return total


@function("DDB", takes="VVVVV?", curve=KINKED)
def ddb(xp: Namespace, cost: Value, salvage: Value, life: Value, period: Value, factor: Value | None = None) -> Array:
    """Double-declining balance."""
    c, s, n, k = cost.numbers, salvage.numbers, life.numbers, period.numbers
    f = 2.0 if factor is None else factor.numbers
    good = (c >= 0) & (s >= 0) & (n > 0) & (k > 0) & (k <= n) & (f > 0)
    c = xp.where(good, c, np.nan)
    never = np.zeros((1, 1, 1, 1))
    until = xp.where(k < 1, 1.0, k)
    before = xp.where(k >= 2, k - 1.0, 0.0)
    return _written_off(xp, c, s, n, until, f, never) - _written_off(xp, c, s, n, before, f, never)


@function("VDB", takes="VVVVVV?V?", curve=KINKED.switched_by(6))
def vdb(
    xp: Namespace,
    cost: Value,
    salvage: Value,
    life: Value,
    start: Value,
    end: Value,
    factor: Value | None = None,
    keeps: Value | None = None,
) -> Array:
    """Declining balance between two times; it turns to straight-line depreciation unless `keeps`."""
    c, s, n, first, last = cost.numbers, salvage.numbers, life.numbers, start.numbers, end.numbers
    f = 2.0 if factor is None else factor.numbers
    good = (c >= 0) & (s >= 0) & (n > 0) & (first >= 0) & (last >= first) & (last <= n) & (f > 0)
    c = xp.where(good, c, np.nan)
    switches = np.ones((1, 1, 1, 1)) if keeps is None else (xp.values(keeps.numbers) == 0).astype(float)
    return _written_off(xp, c, s, n, last, f, switches) - _written_off(xp, c, s, n, first, f, switches)


def _first_year(purchase: int, first_end: int, basis: int) -> float:
    """Give the part of a year from the purchase of an asset to the end of the first period."""
    dates = []
    for serial in (purchase, first_end):
        year, month, day = calendar_date(serial)
        leap_day = basis in (1, 3) and is_leap_year(year) and month == 2 and day >= 28
        dates.append(serial_date(year, 2, 28) if leap_day else serial)
    return days_between(dates[0], dates[1], basis) / days_in_year(purchase, purchase, basis)


def _first_part(purchase: int, first_end: int, basis: int) -> tuple[float, ...]:
    calendar_date(purchase)
    if purchase > first_end or basis not in (0, 1, 3, 4):
        raise CellError("#NUM!")
    return (_first_year(purchase, first_end, basis),)


@function("AMORLINC", takes="NNNNNNN?", curve=KINKED.switched_by(1, 2, 4, 6))
def amorlinc(
    xp: Namespace,
    cost: Value,
    purchase: Value,
    first_end: Value,
    salvage: Value,
    period: Value,
    rate: Value,
    basis: Value | None = None,
) -> Array:
    """Straight-line depreciation of the French system."""
    (part,) = by_dates(xp, _first_part, 1, purchase, first_end, basis)
    k = np.trunc(xp.values(period.numbers))
    c, s, r = cost.numbers, salvage.numbers, rate.numbers
    c = xp.where((c > 0) & (s >= 0) & (s <= c) & (k >= 0) & (r > 0) & ~np.isnan(part), c, np.nan)
    yearly = xp.multiply(c, r)
    first = xp.multiply(yearly, np.where(part == 0, 1.0, part))
    first = xp.where(first < c - s, first, c - s)
    left = c - s - first - xp.multiply(yearly, k - 1.0)
    later = xp.where(left < yearly, left, yearly)
    later = xp.where((later > 0) & (xp.values(period.numbers) <= np.ceil(1.0 / xp.values(r))), later, 0.0 * first)
    return xp.where(k == 0, first, later)


@scalar_function("AMORDEGRC", takes="NNNNNNN?", curve=STEPPED)
def amordegrc(
    cost: float, purchase: int, first_end: int, salvage: float, period: float, rate: float, basis: int | None = None
) -> float:
    """Declining depreciation of the French system; every amount is rounded to a whole number."""
    basis = basis or 0
    if not (cost > 0 and 0 <= salvage <= cost and period >= 0 and rate > 0):
        raise CellError("#NUM!")
    (part,) = _first_part(purchase, first_end, basis)
    life = 1.0 / rate
    if life < 3 or 4 < life < 5:
        raise CellError("#NUM!")
    years = float(np.ceil(life))
    if cost == salvage or period > years:
        return 0.0
    share = rate * (1.5 if years <= 4 else 2.0 if years <= 6 else 2.5)
    first = part * share * cost
    years += 1.0 if first else 0.0
    first = _rounded(min(first or cost * share, cost - salvage))
    left, amount = cost - first, first
    for passed in range(2, int(period) + 2):
        amount = left * 0.5 if abs(years - passed - 2.0) < 1e-4 else share * left
        share = 1.0 if abs(years - passed - 2.0) < 1e-4 else share
        if left < salvage:
            amount = max(left - salvage, 0.0)
        left -= amount
    return _rounded(amount)


def _rounded(amount: float) -> float:
    return float(np.floor(round(amount, 13) + 0.5))
