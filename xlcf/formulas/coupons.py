"""Coupon periods of bonds: the days in them, and how many there are, by the five day-count bases.

Dates are serials. The rules that the documentation leaves open are those observed in Excel: within a coupon period of
basis 0 the coupon's end may count as a 30th whatever its start (see `days_30_360_us`), and days from the last coupon
are counted as for any two dates.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from xlcf.formulas.day_counts import (
    LAST_SERIAL,
    add_months,
    calendar_date,
    days_30_360_us,
    days_between,
    is_month_end,
)
from xlcf.formulas.errors import CellError


def require_basis(basis: int) -> None:
    """Raise a CellError for another basis than 0 to 4."""
    if basis not in range(5):
        raise CellError("#NUM!")


@dataclass(frozen=True)
class Coupons:
    """The coupon dates before and after settlement, counted back from maturity.

    Attributes:
        settlement: when the bond is bought.
        maturity: when it is redeemed.
        frequency: coupons a year: 1, 2 or 4.
        basis: of the day count.

    """

    settlement: int
    maturity: int
    frequency: int
    basis: int

    def __post_init__(self) -> None:
        """Raise a CellError for dates, a frequency or a basis that Excel refuses."""
        require_basis(self.basis)
        calendar_date(self.settlement)
        calendar_date(self.maturity)
        if self.frequency not in (1, 2, 4) or self.settlement >= self.maturity:
            raise CellError("#NUM!")

    def _coupon(self, number: int) -> int:
        """Give the date of the coupon so many before maturity."""
        months = -number * (12 // self.frequency)
        return add_months(self.maturity, months, to_end=is_month_end(self.maturity))

    @cached_property
    def count(self) -> int:
        """How many coupons are still to come, the one at maturity among them."""
        year1, month1, _ = calendar_date(self.settlement)
        year2, month2, _ = calendar_date(self.maturity)
        count = max(0, ((year2 - year1) * 12 + month2 - month1) // (12 // self.frequency) - 1)
        while self._coupon(count) > self.settlement:
            count += 1
        return count

    @property
    def previous(self) -> int:
        """The last coupon date up to settlement."""
        return self._coupon(self.count)

    @property
    def next(self) -> int:
        """The first coupon date after settlement."""
        return self._coupon(self.count - 1)

    @property
    def days(self) -> float:
        """The length of the coupon period with settlement in it."""
        if self.basis == 1:
            return float(self.next - self.previous)
        return (365.0 if self.basis == 3 else 360.0) / self.frequency

    @property
    def days_before(self) -> float:
        """Days from the last coupon to settlement."""
        return float(days_between(self.previous, self.settlement, self.basis))

    @property
    def days_after(self) -> float:
        """Days from settlement to the next coupon."""
        if self.basis == 0:
            return days_30_360_us(self.previous, self.next, both=True) - self.days_before
        return float(days_between(self.settlement, self.next, self.basis))


@dataclass(frozen=True)
class OddFirst:
    """A bond whose first coupon period is longer or shorter than the others.

    Attributes:
        later: how many coupons follow the first.
        periods: coupon periods from settlement to the first coupon.
        first: the first coupon as a part of a regular one.
        accrued: likewise, what has accrued at settlement.

    """

    later: int
    periods: float
    first: float
    accrued: float


def odd_first(settlement: int, maturity: int, issue: int, first_coupon: int, frequency: int, basis: int) -> OddFirst:
    """Count the periods of a bond with an odd first one."""
    if not issue < settlement < first_coupon < maturity <= LAST_SERIAL:
        raise CellError("#NUM!")
    current = Coupons(settlement, first_coupon, frequency, basis)
    to_end = is_month_end(maturity)
    months = 12 // frequency
    regular = Coupons(max(first_coupon - 1, 0), maturity, frequency, basis)
    if regular.next != first_coupon and not (is_month_end(first_coupon) and to_end):
        raise CellError("#NUM!")
    later = Coupons(first_coupon, maturity, frequency, basis).count
    length = current.days
    whole = float(days_between(issue, first_coupon, basis))
    if whole < length:
        until = max(0, days_between(settlement, first_coupon, basis))
        accrued = max(0, days_between(issue, settlement, basis))
        return OddFirst(later, until / length, whole / length, accrued / length)
    late, first, accrued_part = first_coupon, 0.0, 0.0
    for number in range(Coupons(issue, first_coupon, frequency, basis).count, 0, -1):
        early = add_months(late, -months)
        regular_days = float(late - early) if basis == 1 else length
        counted = regular_days if number > 1 else max(0, days_between(issue, late, basis))
        first += counted / regular_days
        start, end = max(issue, early), min(settlement, late)
        accrued_part += max(0, days_between(start, end, basis)) / regular_days
        late = early
    days = length - current.days_before
    if basis in (2, 3):
        days = float(max(0, days_between(settlement, current.next, basis)))
    return OddFirst(later, current.count - 1 + days / length, first, accrued_part)


@dataclass(frozen=True)
class OddLast:
    """A bond whose last coupon period is odd, bought in that period; all are parts of a regular coupon period.

    Attributes:
        whole: from the last interest date to maturity.
        accrued: from the last interest date to settlement.
        left: from settlement to maturity.

    """

    whole: float
    accrued: float
    left: float


def odd_last(settlement: int, maturity: int, last_interest: int, frequency: int, basis: int) -> OddLast:
    """Count the periods of a bond with an odd last one."""
    require_basis(basis)
    if not last_interest < settlement < maturity or frequency not in (1, 2, 4):
        raise CellError("#NUM!")
    months = 12 // frequency
    whole, accrued, left = 0.0, 0.0, 0.0
    early = last_interest
    count = Coupons(last_interest, maturity, frequency, basis).count
    for number in range(1, count + 1):
        late = add_months(early, months)
        regular = _regular_days(early, late, basis)
        counted = regular if number < count else _regular_days(early, maturity, basis)
        if late < settlement:
            passed = counted
        else:
            passed = max(0, days_between(early, settlement, basis)) if early < settlement else 0
        whole += counted / regular
        accrued += passed / regular
        left += max(0, days_between(max(settlement, early), min(maturity, late), basis)) / regular
        early = late
    return OddLast(whole, accrued, left)


def _regular_days(start: int, end: int, basis: int) -> int:
    return max(0, days_30_360_us(start, end, both=True) if basis == 0 else days_between(start, end, basis))


def accrued_periods(
    issue: int, first_interest: int, settlement: int, frequency: int, basis: int, from_issue: bool
) -> float:
    """Give the interest that has accrued at settlement, in coupon periods; see ACCRINT."""
    months = 12 // frequency
    to_end = is_month_end(first_interest)
    if settlement > first_interest and from_issue:
        previous, ahead = first_interest, first_interest
        while ahead < settlement:
            previous, ahead = ahead, add_months(ahead, months, to_end=to_end)
    else:
        previous = add_months(first_interest, -months, to_end=to_end)
    regular = float(first_interest - previous) if basis == 1 else (365.0 if basis == 3 else 360.0) / frequency
    if basis == 1 and previous < first_interest:
        regular = Coupons(previous, first_interest, frequency, 1).days
    total = days_between(max(issue, previous), settlement, basis) / regular
    late, early = previous, previous
    while early > issue:
        early, late = add_months(early, -months, to_end=to_end), early
        if issue <= early:
            total += 1.0 if from_issue else 0.0
        elif basis == 0:
            days = days_30_360_us(issue, late, both=False)
            total += days / days_30_360_us(early, late, both=True)
        elif basis == 3:
            total += (late - issue) / (365.0 / frequency)
        else:
            whole = days_30_360_us(early, late) if basis == 2 else days_between(early, late, basis)
            total += days_between(issue, late, basis) / whole
    return total
