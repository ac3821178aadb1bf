"""Dates and times.

Dates are serial numbers, see `xlcf.formulas.day_counts`; a time is a fraction of a day, rounded to the second.
"""

from __future__ import annotations

import math

from xlcf.formulas.day_counts import (
    LAST_SERIAL,
    add_months,
    calendar_date,
    days_30_360_european,
    is_month_end,
    serial_date,
    year_fraction,
)
from xlcf.formulas.errors import CellError, UnsupportedFormulaError
from xlcf.formulas.scalar_functions import scalar_function
from xlcf.formulas.spelled_numbers import date_and_time
from xlcf.ooxml.worksheet import Scalar

SECONDS = 86_400  # of a day
_LARGEST_PART = 32_767  # hours, minutes or seconds of TIME
_WEEK_STARTS = {1: 6, 2: 0, **{11 + day: day for day in range(7)}}  # Monday is 0


def day_of(number: float) -> int:
    """Give the serial of the day in which a moment lies; within half a second of midnight it is the next day.

    Raises:
        CellError: #NUM! for what is no date.

    """
    return require_date(math.floor(number + 0.5 / SECONDS))


def require_date(serial: int) -> int:
    """Give the serial as it is; #NUM! as a CellError where it is before 0 or after the year 9999."""
    if not 0 <= serial <= LAST_SERIAL:
        raise CellError("#NUM!")
    return serial


def second_of(number: float) -> int:
    """Give the second of the day, 0 to 86399, that is nearest to a moment.

    Raises:
        CellError: #NUM! for what is no date.

    """
    if not 0 <= number < LAST_SERIAL + 1:
        raise CellError("#NUM!")
    return math.floor(number % 1 * SECONDS + 0.5) % SECONDS


@scalar_function("DATE", takes="VVV")
def date(year: int, month: int, day: int) -> float:
    if not 0 <= year <= 9999:
        raise CellError("#NUM!")
    return serial_date(year + 1900 if year < 1900 else year, month, day)


@scalar_function("YEAR", takes="V")
def year(moment: float) -> float:
    return calendar_date(day_of(moment))[0]


@scalar_function("MONTH", takes="V")
def month(moment: float) -> float:
    return calendar_date(day_of(moment))[1]


@scalar_function("DAY", takes="V")
def day(moment: float) -> float:
    return calendar_date(day_of(moment))[2]


@scalar_function("TIME", takes="VVV")
def time(hour: int, minute: int, second: int) -> float:
    total = hour * 3600 + minute * 60 + second
    if max(hour, minute, second) > _LARGEST_PART or total < 0:
        raise CellError("#NUM!")
    return total % SECONDS / SECONDS


@scalar_function("HOUR", takes="V")
def hour(moment: float) -> float:
    return second_of(moment) // 3600


@scalar_function("MINUTE", takes="V")
def minute(moment: float) -> float:
    return second_of(moment) // 60 % 60


@scalar_function("SECOND", takes="V")
def second(moment: float) -> float:
    return second_of(moment) % 60


@scalar_function("DATEVALUE", takes="V")
def datevalue(text: Scalar | None) -> float:
    return _spelled(text)[0] or 0


@scalar_function("TIMEVALUE", takes="V")
def timevalue(text: Scalar | None) -> float:
    return (_spelled(text)[1] or 0.0) % 1


def _spelled(text: Scalar | None) -> tuple[int | None, float | None]:
    found = date_and_time(text) if isinstance(text, str) else (None, None)
    if found == (None, None):
        raise CellError("#VALUE!")
    return found


@scalar_function("WEEKDAY", takes="VV?")
def weekday(moment: float, kind: int = 1) -> float:
    if kind == 3:
        return _day_of_week(day_of(moment), 0)
    return _day_of_week(day_of(moment), _week_start(kind)) + 1


@scalar_function("WEEKNUM", takes="NN?")
def weeknum(day: int, kind: int = 1) -> float:
    if kind == 21:
        return _iso_week(require_date(day))
    start = _week_start(kind)
    first = serial_date(calendar_date(day)[0], 1, 1)
    return (day - first + _day_of_week(first, start)) // 7 + 1


@scalar_function("ISOWEEKNUM", takes="V")
def isoweeknum(moment: float) -> float:
    return _iso_week(day_of(moment))


def _week_start(kind: int) -> int:
    if kind not in _WEEK_STARTS:
        raise CellError("#NUM!")
    return _WEEK_STARTS[kind]


def _day_of_week(serial: int, start: int) -> int:
    """Give 0 to 6 in a week that starts on this day; serial 2 is Excel's first Monday."""
    return (serial - 2 - start) % 7


def _iso_week(serial: int) -> int:
    """Give the week, from Monday, that has the year's first Thursday as the first."""
    thursday = serial - _day_of_week(serial, 0) + 3
    return (thursday - serial_date(calendar_date(thursday)[0], 1, 1)) // 7 + 1


@scalar_function("EDATE", takes="NN")
def edate(start: int, months: int) -> float:
    return add_months(start, months)


@scalar_function("EOMONTH", takes="NN")
def eomonth(start: int, months: int) -> float:
    return add_months(start, months, to_end=True)


@scalar_function("DAYS", takes="VV")
def days(end: float, start: float) -> float:
    return require_date(math.floor(end)) - require_date(math.floor(start))


@scalar_function("DAYS360", takes="VVV?")
def days360(start: float, end: float, european: bool = False) -> float:
    """Unlike basis 0 of YEARFRAC, an end on the last of February stays as it is."""
    first, last = day_of(start), day_of(end)
    if european:
        return days_30_360_european(first, last)
    (year1, month1, day1), (year2, month2, day2) = calendar_date(first), calendar_date(last)
    if day1 == 31 or (month1 == 2 and is_month_end(first)):
        day1 = 30
    if day2 == 31 and day1 == 30:
        day2 = 30
    return (year2 - year1) * 360 + (month2 - month1) * 30 + day2 - day1


@scalar_function("YEARFRAC", takes="NNN?")
def yearfrac(start: int, end: int, basis: int = 0) -> float:
    return year_fraction(require_date(start), require_date(end), basis)


@scalar_function("DATEDIF", takes="VVV")
def datedif(start: float, end: float, unit: str) -> float:
    """Count whole years (Y), months (M) or days (D); days without months (MD) or years (YD), months without years (YM).

    MD runs from the start's day in the month before the end, which may not exist: so Excel gives negative days.
    """
    first, last = require_date(math.floor(start)), require_date(math.floor(end))
    if first > last:
        raise CellError("#NUM!")
    (year1, month1, day1), (year2, month2, day2) = calendar_date(first), calendar_date(last)
    months = (year2 - year1) * 12 + month2 - month1 - (day2 < day1)
    match unit.upper():
        case "Y":
            return months // 12
        case "M":
            return months
        case "YM":
            return months % 12
        case "D":
            return last - first
        case "MD":
            return last - serial_date(year2, month2 - (day2 < day1), day1)
        case "YD":
            return _days_without_years(first, last, months // 12)
    raise CellError("#NUM!")


def _days_without_years(first: int, last: int, years: int) -> int:
    (year1, month1, day1), (year2, month2, day2) = calendar_date(first), calendar_date(last)
    from_end = last - serial_date(year1 + years, month1, day1)
    from_start = serial_date(year2 - years, month2, day2) - first
    if from_end != from_start:
        raise UnsupportedFormulaError("DATEDIF with YD depends on a 29 February, where Excel's rule is not known")
    return from_end
