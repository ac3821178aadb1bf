"""Bonds with coupons: dates, prices, yields and durations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import astuple

import numpy as np

from xlcf.arrays import Floats
from xlcf.formulas.coupons import Coupons, OddLast, odd_first, odd_last
from xlcf.formulas.curves import SMOOTH_INSIDE, STEPPED
from xlcf.formulas.differentiable import Elementwise, no_derivative
from xlcf.formulas.errors import CellError
from xlcf.formulas.functions.operators import ratio
from xlcf.formulas.namespace import Array, Namespace
from xlcf.formulas.registry import function
from xlcf.formulas.roots import implicit_root
from xlcf.formulas.scalar_functions import scalar_function
from xlcf.formulas.values import Value

_MOST_COUPONS = 40_000


def _coupon_function(name: str, give: Callable[[Coupons], float]) -> None:
    @scalar_function(name, takes="NNNN?", curve=STEPPED)
    def coupon(settlement: int, maturity: int, frequency: int, basis: int | None = None) -> float:
        return float(give(Coupons(settlement, maturity, frequency, basis or 0)))


_coupon_function("COUPDAYBS", lambda bond: bond.days_before)
_coupon_function("COUPDAYS", lambda bond: bond.days)
_coupon_function("COUPDAYSNC", lambda bond: bond.days_after)
_coupon_function("COUPNCD", lambda bond: bond.next)
_coupon_function("COUPNUM", lambda bond: bond.count)
_coupon_function("COUPPCD", lambda bond: bond.previous)


def by_dates(
    xp: Namespace, count: Callable[..., Sequence[float]], width: int, *values: Value | None
) -> tuple[Floats, ...]:
    """Work out plain numbers from dates and other whole numbers, element by element; NaN where Excel refuses them.

    Args:
        xp: the namespace.
        count: takes an integer a value, 0 for one that is left out.
        width: how many numbers it gives.
        values: the arguments.

    """
    arrays = [np.zeros((1, 1, 1, 1)) if value is None else xp.values(value.numbers) for value in values]
    shape = np.broadcast_shapes(*(array.shape for array in arrays))
    held: dict[tuple[float, ...], Sequence[float]] = {}
    rows: list[Sequence[float]] = []
    for row in zip(*(np.broadcast_to(array, shape).ravel().tolist() for array in arrays), strict=True):
        if row not in held:
            try:
                held[row] = count(*map(int, row))
            except (CellError, ValueError, OverflowError):
                held[row] = ()
        rows.append(held[row])
    table = np.array([list(row) or [np.nan] * width for row in rows], dtype=float).reshape((*shape, width))
    return tuple(table[..., number] for number in range(width))


def _discounted(order: int, rate: Floats, count: Floats, first: Floats) -> Floats:
    """Sum (k + first)^order (1 + rate)^-(k + first) over k = 0, ..., count - 1."""
    rate, count, first = np.broadcast_arrays(rate, count, first)
    total = np.where(np.isnan(rate + count + first), np.nan, 0.0)
    most = int(np.nanmax(count, initial=0.0))
    for k in range(min(most, _MOST_COUPONS)):
        time = first + k
        total = total + np.where(k < count, time**order * np.power(1.0 + rate, -time), 0.0)
    return total


def _discounted_sum(order: int) -> Elementwise:
    def by_rate(rate: Floats, count: Floats, first: Floats, result: Floats) -> Floats:
        return -_discounted(order + 1, rate, count, first) / (1.0 + rate)

    return Elementwise(lambda *arrays: _discounted(order, *arrays), (by_rate, no_derivative, no_derivative))


_WORTH, _WORTH_BY_TIME = _discounted_sum(0), _discounted_sum(1)


def _not_negative(xp: Namespace, array: Array) -> Array:
    return xp.where(array >= 0, array, np.nan)


def _positive(xp: Namespace, array: Array) -> Array:
    return xp.where(array > 0, array, np.nan)


def _plain_bond(settlement: int, maturity: int, frequency: int, basis: int) -> tuple[float, ...]:
    bond = Coupons(settlement, maturity, frequency, basis)
    return bond.count, (bond.days - bond.days_before) / bond.days, bond.days_before / bond.days, frequency


def _price(
    xp: Namespace, y: Array, coupon: Array, redemption: Array, later: Array, first: Array, weight: Array, accrued: Array
) -> Array:
    """Give the price of a bond: that of its first coupon, of so many later ones, and of redemption, less what accrued.

    Args:
        xp: the namespace.
        y: yield of one coupon period.
        coupon: a regular one.
        redemption: what is paid at maturity.
        later: how many coupons follow the first.
        first: periods until the first.
        weight: the first coupon as a part of a regular one.
        accrued: likewise, what has accrued.

    """
    base = 1.0 + y
    repaid = xp.divide(redemption, xp.power(base, later + first))
    coupons = xp.divide(weight, xp.power(base, first)) + xp.elementwise(_WORTH, y + 0.0 * first, later, first + 1.0)
    return repaid + xp.multiply(coupon, coupons - accrued)


@function("PRICE", takes="NNNNNNN?", curve=SMOOTH_INSIDE.switched_by(0, 1, 5, 6))
def price(
    xp: Namespace,
    settlement: Value,
    maturity: Value,
    rate: Value,
    yld: Value,
    redemption: Value,
    frequency: Value,
    basis: Value | None = None,
) -> Array:
    count, first, accrued, m = by_dates(xp, _plain_bond, 4, settlement, maturity, frequency, basis)
    coupon = _not_negative(xp, rate.numbers) * (100.0 / m)
    y = xp.divide(_not_negative(xp, yld.numbers), xp.asarray(m))
    paid = _positive(xp, redemption.numbers)
    only = xp.divide(paid + coupon, 1.0 + xp.multiply(y, first)) - xp.multiply(coupon, accrued)
    return xp.where(count == 1, only, _price(xp, y, coupon, paid, count - 1.0, first, 1.0, accrued))


@function("YIELD", takes="NNNNNNN?", curve=SMOOTH_INSIDE.switched_by(0, 1, 5, 6))
def yield_(
    xp: Namespace,
    settlement: Value,
    maturity: Value,
    rate: Value,
    price: Value,
    redemption: Value,
    frequency: Value,
    basis: Value | None = None,
) -> Array:
    count, first, accrued, m = by_dates(xp, _plain_bond, 4, settlement, maturity, frequency, basis)
    coupon = _not_negative(xp, rate.numbers) * (100.0 / m)
    paid, cost = _positive(xp, redemption.numbers), _positive(xp, price.numbers)
    invested = cost + xp.multiply(coupon, accrued)
    only = xp.divide(paid + coupon - invested, xp.multiply(invested, first))

    def difference(space: Namespace, y: Array, coupon: Array, paid: Array, cost: Array) -> Array:
        return _price(space, y, coupon, paid, count - 1.0, first, 1.0, accrued) - cost

    each = implicit_root(xp, difference, 0.05 / m, coupon, paid, cost)
    return xp.multiply(xp.where(count == 1, only, each), m)


def _duration(
    xp: Namespace, settlement: Value, maturity: Value, rate: Value, yld: Value, frequency: Value, basis: Value | None
) -> tuple[Array, Array]:
    """Give the Macaulay duration in years, and 1 + the yield of a period."""
    count, first, _, m = by_dates(xp, _plain_bond, 4, settlement, maturity, frequency, basis)
    coupon = _not_negative(xp, rate.numbers) * (100.0 / m)
    y = xp.divide(_not_negative(xp, yld.numbers), xp.asarray(m))
    repaid = xp.divide(100.0, xp.power(1.0 + y, count - 1.0 + first))
    worth = xp.multiply(coupon, xp.elementwise(_WORTH, y, count, first)) + repaid
    by_time = xp.multiply(coupon, xp.elementwise(_WORTH_BY_TIME, y, count, first))
    return xp.divide(by_time + xp.multiply(repaid, count - 1.0 + first), xp.multiply(worth, m)), 1.0 + y


@function("DURATION", takes="NNNNNN?", curve=SMOOTH_INSIDE.switched_by(0, 1, 4, 5))
def duration(
    xp: Namespace,
    settlement: Value,
    maturity: Value,
    rate: Value,
    yld: Value,
    frequency: Value,
    basis: Value | None = None,
) -> Array:
    return _duration(xp, settlement, maturity, rate, yld, frequency, basis)[0]


@function("MDURATION", takes="NNNNNN?", curve=SMOOTH_INSIDE.switched_by(0, 1, 4, 5))
def mduration(
    xp: Namespace,
    settlement: Value,
    maturity: Value,
    rate: Value,
    yld: Value,
    frequency: Value,
    basis: Value | None = None,
) -> Array:
    years, base = _duration(xp, settlement, maturity, rate, yld, frequency, basis)
    return xp.divide(years, base)


def _odd_first_bond(*dates: int) -> tuple[float, ...]:
    return (*astuple(odd_first(*dates)), dates[4])


@function("ODDFPRICE", takes="NNNNNNNNN?", curve=SMOOTH_INSIDE.switched_by(0, 1, 2, 3, 7, 8))
def oddfprice(
    xp: Namespace,
    settlement: Value,
    maturity: Value,
    issue: Value,
    first_coupon: Value,
    rate: Value,
    yld: Value,
    redemption: Value,
    frequency: Value,
    basis: Value | None = None,
) -> Array:
    later, first, weight, accrued, m = by_dates(
        xp, _odd_first_bond, 5, settlement, maturity, issue, first_coupon, frequency, basis
    )
    coupon = _not_negative(xp, rate.numbers) * (100.0 / m)
    y = xp.divide(_not_negative(xp, yld.numbers), xp.asarray(m))
    return _price(xp, y, coupon, _positive(xp, redemption.numbers), later, first, weight, accrued)


@function("ODDFYIELD", takes="NNNNNNNNN?", curve=SMOOTH_INSIDE.switched_by(0, 1, 2, 3, 7, 8))
def oddfyield(
    xp: Namespace,
    settlement: Value,
    maturity: Value,
    issue: Value,
    first_coupon: Value,
    rate: Value,
    price: Value,
    redemption: Value,
    frequency: Value,
    basis: Value | None = None,
) -> Array:
    later, first, weight, accrued, m = by_dates(
        xp, _odd_first_bond, 5, settlement, maturity, issue, first_coupon, frequency, basis
    )
    coupon = _not_negative(xp, rate.numbers) * (100.0 / m)

    def difference(space: Namespace, y: Array, coupon: Array, paid: Array, cost: Array) -> Array:
        return _price(space, y, coupon, paid, later, first, weight, accrued) - cost

    paid, cost = _positive(xp, redemption.numbers), _positive(xp, price.numbers)
    return xp.multiply(implicit_root(xp, difference, 0.05 / m, coupon, paid, cost), m)


def _odd_last_bond(*dates: int) -> tuple[float, ...]:
    found: OddLast = odd_last(*dates)
    return (*astuple(found), dates[3])


@function("ODDLPRICE", takes="NNNNNNNN?", curve=SMOOTH_INSIDE.switched_by(0, 1, 2, 6, 7))
def oddlprice(
    xp: Namespace,
    settlement: Value,
    maturity: Value,
    last_interest: Value,
    rate: Value,
    yld: Value,
    redemption: Value,
    frequency: Value,
    basis: Value | None = None,
) -> Array:
    whole, accrued, left, m = by_dates(xp, _odd_last_bond, 4, settlement, maturity, last_interest, frequency, basis)
    coupon = _not_negative(xp, rate.numbers) * (100.0 / m)
    paid = _positive(xp, redemption.numbers) + xp.multiply(coupon, whole)
    growth = 1.0 + xp.multiply(_not_negative(xp, yld.numbers), left / m)
    return xp.divide(paid, growth) - xp.multiply(coupon, accrued)


@function("ODDLYIELD", takes="NNNNNNNN?", curve=SMOOTH_INSIDE.switched_by(0, 1, 2, 6, 7))
def oddlyield(
    xp: Namespace,
    settlement: Value,
    maturity: Value,
    last_interest: Value,
    rate: Value,
    price: Value,
    redemption: Value,
    frequency: Value,
    basis: Value | None = None,
) -> Array:
    whole, accrued, left, m = by_dates(xp, _odd_last_bond, 4, settlement, maturity, last_interest, frequency, basis)
    coupon = _not_negative(xp, rate.numbers) * (100.0 / m)
    invested = _positive(xp, price.numbers) + xp.multiply(coupon, accrued)
    paid = _positive(xp, redemption.numbers) + xp.multiply(coupon, whole)
    return xp.multiply(ratio(xp, paid - invested, invested), m / left)
