"""Net present values and rates of return of cash flows."""

from __future__ import annotations

import numpy as np

from xlcf.arrays import Floats
from xlcf.formulas.curves import SMOOTH_INSIDE, linear_given
from xlcf.formulas.functions.aggregates import counted
from xlcf.formulas.functions.operators import ratio
from xlcf.formulas.namespace import Array, Namespace
from xlcf.formulas.registry import function
from xlcf.formulas.roots import implicit_root
from xlcf.formulas.values import BOOLEAN, NUMBER, TEXT, Texts, Value


def _flows(value: Value) -> tuple[Array, Floats]:
    """Give the numbers of a range with 0 for what does not count, and each one's place among those that do."""
    numbers, mask = counted(value)
    full = np.ones(value.shape, bool) if mask is None else np.broadcast_to(mask, value.shape)
    order = np.cumsum(full.reshape(*value.shape[:2], -1), axis=-1).reshape(value.shape).astype(float)
    return numbers, np.where(full, order, np.nan)


@function("NPV", takes="VR+", curve=linear_given(0), error="#DIV/0!")
def npv(xp: Namespace, rate: Value, *values: Value) -> Array:
    """Sum value / (1 + rate)^k over the numbers, k = 1, 2, ...: row by row; blanks and texts take no k."""
    result: Array = 0.0
    passed = np.zeros((1, 1, 1, 1))
    for value in values:
        numbers, order = _flows(value)
        counts = ~np.isnan(order)
        place = np.where(counts, order, 0.0) + passed
        terms = xp.divide(numbers, xp.power(1.0 + rate.numbers, xp.asarray(place)))
        result = result + xp.sum(terms if counts.all() else xp.where(xp.asarray(counts), terms, 0.0))
        passed = passed + counts.sum(axis=(-2, -1), keepdims=True)
    return result


def _has_both_signs(flows: Floats, counts: Floats) -> Floats:
    kept = np.where(counts, flows, 0.0)
    both = (kept > 0).any(axis=(-2, -1), keepdims=True) & (kept < 0).any(axis=(-2, -1), keepdims=True)
    return np.where(both, 0.0, np.nan)


@function("IRR", takes="RV?", curve=SMOOTH_INSIDE.switched_by(1))
def irr(xp: Namespace, flows: Value, guess: Value | None = None) -> Array:
    """The rate at which the net present value of the numbers is 0."""
    numbers, order = _flows(flows)
    counts = ~np.isnan(order)
    years = np.where(counts, order - 1.0, 0.0)
    start = 0.1 if guess is None else xp.values(guess.numbers)
    unsolvable = _has_both_signs(xp.values(numbers), counts)
    return implicit_root(xp, _present_value, start, xp.where(counts, numbers, 0.0), years) + xp.asarray(unsolvable)


def _present_value(xp: Namespace, rate: Array, flows: Array, years: Array) -> Array:
    return xp.sum(xp.divide(flows, xp.power(1.0 + rate, xp.asarray(years))))


@function("MIRR", takes="RVV", curve=SMOOTH_INSIDE, error="#DIV/0!")
def mirr(xp: Namespace, flows: Value, finance_rate: Value, reinvest_rate: Value) -> Array:
    """The rate of return where payments are financed at one rate and income is invested again at another."""
    numbers, order = _flows(flows)
    counts = ~np.isnan(order)
    last = counts.sum(axis=(-2, -1), keepdims=True).astype(float) - 1.0
    years = np.where(counts, order - 1.0, 0.0)
    is_income, is_payment = (counts & (xp.values(numbers) * sign > 0) for sign in (1, -1))
    later = xp.power(1.0 + reinvest_rate.numbers, xp.asarray(last - years))
    earlier = xp.power(1.0 + finance_rate.numbers, xp.asarray(years))
    income = xp.sum(xp.where(is_income, xp.multiply(numbers, later), 0.0))
    paid = xp.sum(xp.where(is_payment, xp.divide(numbers, earlier), 0.0))
    growth = ratio(xp, -income, xp.where(paid < 0, paid, np.nan))
    return xp.power(growth, xp.asarray(1.0 / np.where(last > 0, last, np.nan))) - 1.0


def _years(xp: Namespace, flows: Value, dates: Value) -> Floats:
    """Give the years of 365 days since the first date; NaN where a flow or date is no number, or one is too early."""
    size = flows.shape[-2] * flows.shape[-1]
    if dates.shape[-2] * dates.shape[-1] != size:
        return np.full((1, 1, 1, 1), np.nan)
    days = np.trunc(np.where(dates.is_kind(NUMBER), xp.values(dates.numbers), np.nan))
    days = np.broadcast_to(days, np.broadcast_shapes(days.shape, dates.shape))
    days = days.reshape((*days.shape[:-2], *flows.shape[-2:]))
    years = (days - days[..., :1, :1]) / 365.0
    early = (years < 0).any(axis=(-2, -1), keepdims=True) | (days < 0).any(axis=(-2, -1), keepdims=True)
    return np.where(flows.is_kind(NUMBER) & ~early, years, np.nan)


def _dates_code(flows: Value, dates: Value) -> Texts:
    """Tell the error of flows that are no numbers: #NUM!, as they do not count; and of dates: #VALUE!."""
    wrong = dates.is_kind(TEXT, BOOLEAN).any(axis=(-2, -1), keepdims=True)
    return np.where(wrong, "#VALUE!", "#NUM!").astype(object)


def _flows_or_dates_code(flows: Value, dates: Value, guess: Value | None = None) -> Texts:
    wrong = flows.is_kind(TEXT, BOOLEAN).any(axis=(-2, -1), keepdims=True)
    return np.where(wrong, "#VALUE!", _dates_code(flows, dates)).astype(object)


@function("XNPV", takes="NRR", curve=linear_given(0), error=lambda _, *given: _dates_code(*given))
def xnpv(xp: Namespace, rate: Value, flows: Value, dates: Value) -> Array:
    """Sum value / (1 + rate)^(days since the first date / 365)."""
    r = xp.where(rate.numbers > 0, rate.numbers, np.nan)
    return _present_value(xp, r, flows.numbers, _years(xp, flows, dates))


@function("XIRR", takes="RRV?", curve=SMOOTH_INSIDE.switched_by(1, 2), error=_flows_or_dates_code)
def xirr(xp: Namespace, flows: Value, dates: Value, guess: Value | None = None) -> Array:
    """The rate at which XNPV is 0."""
    start = np.asarray(0.1 if guess is None else xp.values(guess.numbers))
    start = np.where(start > -1, start, np.nan)
    unsolvable = _has_both_signs(xp.values(flows.numbers), np.asarray(True))
    root = implicit_root(xp, _present_value, start, flows.numbers, _years(xp, flows, dates))
    return root + xp.asarray(unsolvable)
