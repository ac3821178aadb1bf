"""Serial dates and the conventions by which days and years between them are counted.

A serial date is a whole number, 1 for 1 January 1900. As in Excel, 1900 has a 29 February (serial 60), and serial 0 is
the 0 January 1900. In a workbook with the 1904 date system a serial is smaller by `DAYS_TO_1904`.

The five bases of YEARFRAC and of the bond functions are

    0   30/360, US: every month has 30 days; the last of February counts as 30 under conditions
    1   actual days, actual years
    2   actual days, years of 360
    3   actual days, years of 365
    4   30/360, European: a 31 counts as 30

Source: D. A. Wheeler, YEARFRAC incompatibilities between Excel 2007 and OOXML, for the bases; Microsoft's
documentation of the functions.
"""

from __future__ import annotations

import datetime

from xlcf.formulas.errors import CellError

LAST_SERIAL = 2_958_465  # 31 December 9999
DAYS_TO_1904 = 1462  # the serial of 1 January 1904

_LEAP_DAY_1900 = 60
_ORDINAL_OF_0 = datetime.date(1899, 12, 30).toordinal()  # of serials after the day that never was
_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

Calendar = tuple[int, int, int]
"""Year, month and day."""


def calendar_date(serial: int) -> Calendar:
    """Give the year, month and day of a serial date.

    Raises:
        CellError: #NUM! before 0 and after the year 9999.

    """
    if not 0 <= serial <= LAST_SERIAL:
        raise CellError("#NUM!")
    if serial == 0:
        return 1900, 1, 0
    if serial == _LEAP_DAY_1900:
        return 1900, 2, 29
    day = datetime.date.fromordinal(serial + _ORDINAL_OF_0 + (serial < _LEAP_DAY_1900))
    return day.year, day.month, day.day


def serial_date(year: int, month: int, day: int) -> int:
    """Give the serial of a date; months beyond 1 to 12 and days beyond the month's run on, as with DATE.

    Raises:
        CellError: #NUM! for what is before serial 0 or after the year 9999.

    """
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    if not 1899 <= year <= 9999:
        raise CellError("#NUM!")
    serial = datetime.date(year, month, 1).toordinal() - _ORDINAL_OF_0
    serial += day - 1 - (serial <= _LEAP_DAY_1900)
    if not 0 <= serial <= LAST_SERIAL:
        raise CellError("#NUM!")
    return serial


def is_leap_year(year: int) -> bool:
    """Tell whether a year has a 29 February; 1900 does."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0 or year == 1900)


def days_in_month(year: int, month: int) -> int:
    """Give the number of days of a month."""
    return _MONTH_DAYS[month - 1] + (month == 2 and is_leap_year(year))


def is_month_end(serial: int) -> bool:
    """Tell whether a date is the last of its month."""
    year, month, day = calendar_date(serial)
    return day == days_in_month(year, month)


def add_months(serial: int, months: int, *, to_end: bool = False) -> int:
    """Move a date by months; a day that the month has not becomes its last, as every day does with `to_end`.

    Raises:
        CellError: #NUM! for what is before serial 0 or after the year 9999.

    """
    year, month, day = calendar_date(serial)
    year, month = year + (month - 1 + months) // 12, (month - 1 + months) % 12 + 1
    last = days_in_month(year, month)
    return serial_date(year, month, last if to_end else min(day, last))


def days_30_360_us(start: int, end: int, *, both: bool = False) -> int:
    """Count days from `start` to `end` with months of 30 days, as in the US.

    Args:
        start: serial of the first date.
        end: serial of the second.
        both: whether an end on the last of February, or the 31st, counts as the 30th whatever the start.

    """
    (year1, month1, day1), (year2, month2, day2) = calendar_date(start), calendar_date(end)
    starts_at_february_end = month1 == 2 and is_month_end(start)
    if month2 == 2 and is_month_end(end) and (starts_at_february_end or both):
        day2 = 30
    if day2 == 31 and (day1 >= 30 or both):
        day2 = 30
    if day1 == 31 or starts_at_february_end:
        day1 = 30
    return (year2 - year1) * 360 + (month2 - month1) * 30 + day2 - day1


def days_30_360_european(start: int, end: int) -> int:
    """Count days from `start` to `end` with months of 30 days, as in Europe."""
    (year1, month1, day1), (year2, month2, day2) = calendar_date(start), calendar_date(end)
    return (year2 - year1) * 360 + (month2 - month1) * 30 + min(day2, 30) - min(day1, 30)


def days_between(start: int, end: int, basis: int) -> int:
    """Count the days from `start` to `end` by a basis."""
    if basis == 0:
        return days_30_360_us(start, end)
    return days_30_360_european(start, end) if basis == 4 else end - start


def days_in_year(start: int, end: int, basis: int) -> float:
    """Give the length of a year by a basis; for basis 1 that of the years from `start` to `end`, `start` <= `end`."""
    if basis != 1:
        return 365.0 if basis == 3 else 360.0
    (year1, month1, day1), (year2, month2, day2) = calendar_date(start), calendar_date(end)
    if year1 == year2:
        return 366.0 if is_leap_year(year1) else 365.0
    if year2 > year1 + 1 or (month2, day2) > (month1, day1):  # more than a year: the mean of the years touched
        total = sum(366 if is_leap_year(year) else 365 for year in range(year1, year2 + 1))
        return total / (year2 - year1 + 1)
    has_leap_day = (is_leap_year(year1) and month1 <= 2) or (is_leap_year(year2) and (month2, day2) >= (2, 29))
    return 366.0 if has_leap_day else 365.0


def year_fraction(start: int, end: int, basis: int) -> float:
    """Give the time between two dates in years, as YEARFRAC; their order does not matter.

    Raises:
        CellError: #NUM! for another basis than 0 to 4.

    """
    if basis not in range(5):
        raise CellError("#NUM!")
    start, end = sorted((start, end))
    return days_between(start, end, basis) / days_in_year(start, end, basis)
