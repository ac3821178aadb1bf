"""Working days."""

from __future__ import annotations

from collections.abc import Iterable

from xlcf.formulas.errors import CellError
from xlcf.formulas.functions.dates import require_date
from xlcf.formulas.scalar_functions import scalar_function
from xlcf.formulas.scalars import Cells, as_plain_integer, first_error
from xlcf.ooxml.worksheet import Scalar

Week = tuple[bool, ...]
"""Whether Monday to Sunday are working days."""

_WORKING_WEEK: Week = (True,) * 5 + (False,) * 2


@scalar_function("NETWORKDAYS", takes="NNR?")
def networkdays(start: int, end: int, holidays: Cells | None = None) -> float:
    return _count(start, end, _WORKING_WEEK, holidays)


@scalar_function("NETWORKDAYS.INTL", takes="VVV?R?")
def networkdays_intl(start: int, end: int, weekend: Scalar | None = None, holidays: Cells | None = None) -> float:
    return _count(start, end, _week(weekend), holidays)


@scalar_function("WORKDAY", takes="NNR?")
def workday(start: int, days: int, holidays: Cells | None = None) -> float:
    return _step(start, days, _WORKING_WEEK, holidays)


@scalar_function("WORKDAY.INTL", takes="VVV?R?")
def workday_intl(start: int, days: int, weekend: Scalar | None = None, holidays: Cells | None = None) -> float:
    week = _week(weekend)
    if not any(week):
        raise CellError("#VALUE!")
    return _step(start, days, week, holidays)


def _week(weekend: Scalar | None) -> Week:
    """Read Excel's weekend: 1 to 7 two days from Saturday on, 11 to 17 one from Sunday on, or seven signs 0 and 1."""
    if isinstance(weekend, str):
        if len(weekend) != 7 or set(weekend) - {"0", "1"}:
            raise CellError("#VALUE!")
        return tuple(sign == "0" for sign in weekend)
    number = 1 if weekend is None else as_plain_integer(weekend)
    if 1 <= number <= 7:
        free = {(number + 4) % 7, (number + 5) % 7}
    elif 11 <= number <= 17:
        free = {(number - 5) % 7}
    else:
        raise CellError("#NUM!")
    return tuple(day not in free for day in range(7))


def _is_working(serial: int, week: Week) -> bool:
    return week[(serial - 2) % 7]


def _holidays(cells: Cells | None, week: Week) -> set[int]:
    """List the holidays that are on working days."""
    if cells is None:
        return set()
    first_error(cells)
    serials = {as_plain_integer(scalar) for row in cells for scalar in row if scalar is not None}
    return {serial for serial in serials if _is_working(serial, week)}


def _count(start: int, end: int, week: Week, holidays: Cells | None) -> int:
    """Count the working days from one day to another, both included; negative where the end is first."""
    first, last = sorted((require_date(start), require_date(end)))
    weeks, rest = divmod(last - first + 1, 7)
    count = weeks * sum(week) + sum(_is_working(first + day, week) for day in range(rest))
    count -= sum(first <= holiday <= last for holiday in _holidays(holidays, week))
    return count if start <= end else -count


def _step(start: int, days: int, week: Week, holidays: Cells | None) -> int:
    """Go some working days on, or back."""
    require_date(start)
    free = _holidays(holidays, week)
    step = 1 if days > 0 else -1
    # whole weeks at once; a holiday among them is made up for by a day more
    weeks, rest = divmod(abs(days), sum(week))
    if rest == 0 and weeks:
        weeks, rest = weeks - 1, sum(week)
    serial = start + step * 7 * weeks
    rest += _between(free, start, serial)
    while rest:
        serial = require_date(serial + step)
        rest -= _is_working(serial, week) and serial not in free
    return require_date(serial)


def _between(holidays: Iterable[int], start: int, end: int) -> int:
    """Count holidays after `start`, up to `end`, in either direction."""
    low, high = (start, end) if start <= end else (end - 1, start - 1)
    return sum(low < holiday <= high for holiday in holidays)
