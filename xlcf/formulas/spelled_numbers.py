"""Numbers, dates and times spelled as texts, read as Excel does in the US: a decimal point, the month before the day.

A date is a serial number, a time a fraction of a day; see `day_counts`. A text may be

    a number      12  -1,234.5  1e3  12%  $5  (5)  1 1/2  23€
    a date        1/2/2024  1-2-24  2024-01-02  2-Jan-2024  January 2, 2024  Jan 2024  and, in this year, 1/2  2-Jan
    a time        15:30  3:30 PM  3 PM  15:30:01.5  30:15 (hours beyond a day)
    both          1/2/2024 3:30 PM

Years of two digits are 1930 to 2029. What else Excel takes for a number in other countries counts as a text.
"""

from __future__ import annotations

import datetime
import math
import re
from functools import lru_cache

from xlcf.formulas.day_counts import days_in_month, serial_date

_HAS_DIGIT = re.compile(r"[0-9]")
_MAY_START = re.compile(r"[\s0-9+\-$€(.]|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec", re.IGNORECASE)
_BLANKS = " \t\r\n"
_NUMBER = re.compile(
    r"""(?P<sign>[+-]?)\s*(?P<open>\()?(?P<currency>[$€])?\s*(?P<inner>[+-]?)
        (?P<digits>(?:[0-9]+(?:,[0-9]{3})+|[0-9]+)?(?:\.[0-9]*)?)(?P<exponent>E[+-]?[0-9]+)?
        \s*(?P<unit>[%$€]?)\s*(?P<close>\))?""",
    re.VERBOSE | re.IGNORECASE,
)
_FRACTION = re.compile(r"([+-]?)([0-9]+) +([0-9]+)/([0-9]+)")
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october")
_MONTH_NAMES = {
    name: number + 1 for number, full in enumerate((*_MONTHS, "november", "december")) for name in (full, full[:3])
}
_TIME = re.compile(
    r"""(?:^|(?<=\s))(?:(?P<hour>[0-9]{1,4}):(?P<minute>[0-9]{1,4})(?::(?P<second>[0-9]{1,4}))?(?P<part>\.[0-9]*)?
        (?:\s+(?P<half>[AP]M?))?|(?P<only>[0-9]{1,2})\s+(?P<its_half>[AP]M?))$""",
    re.VERBOSE | re.IGNORECASE,
)
_FIGURES = re.compile(r"([0-9]{1,4})\s*[/-]\s*([0-9]{1,4})(?:\s*[/-]\s*([0-9]{1,4}))?")
_DAY_FIRST = re.compile(r"([0-9]{1,2})[\s/-]*([A-Z]{3,9})(?:[\s/,-]+([0-9]{1,4}))?", re.IGNORECASE)
_MONTH_FIRST = re.compile(r"([A-Z]{3,9})[\s/-]*([0-9]{1,4})(?:[\s/,-]+([0-9]{1,4}))?", re.IGNORECASE)
_YEAR_FIRST = re.compile(r"([0-9]{4})[\s/-]+([A-Z]{3,9})[\s/-]+([0-9]{1,2})", re.IGNORECASE)
_FIRST_YEAR, _LAST_YEAR = 1900, 9999
_DIGITS = 15


def text_number(text: str) -> float:
    """Read the number, date or time that a text spells, as Excel's arithmetic does; NaN where it spells none."""
    # most texts are no numbers: these are told at once
    return _text_number(text) if _MAY_START.match(text) and _HAS_DIGIT.search(text) else math.nan


@lru_cache(maxsize=1 << 16)
def _text_number(text: str) -> float:
    stripped = text.strip(_BLANKS)
    number = _plain_number(stripped)
    if number == number or stripped != text:  # blanks may stand around a number, not around a date
        return number
    date, time = date_and_time(stripped)
    if date is None and time is None:
        return math.nan
    return (date or 0) + (time or 0.0)


def _plain_number(text: str) -> float:
    match = _NUMBER.fullmatch(text)
    if match is None:
        return _mixed_fraction(text)
    digits = match["digits"].replace(",", "")
    if digits in ("", ".") or bool(match["open"]) != bool(match["close"]) or (match["currency"] and match["unit"]):
        return math.nan
    signs = match["sign"] + match["inner"]
    if len(signs) > 1 or (match["open"] and signs):
        return math.nan
    number = float(_to_15_digits(digits) + (match["exponent"] or ""))
    if math.isinf(number):
        return math.nan
    if match["unit"] == "%":
        number /= 100
    return -number if signs == "-" or match["open"] else number


def _to_15_digits(digits: str) -> str:
    """Put 0 for the digits after the fifteenth that counts, as Excel does."""
    if len(digits) <= _DIGITS:
        return digits
    kept, count = [], 0
    for sign in digits:
        count += sign != "." and (count > 0 or sign != "0")
        kept.append("0" if count > _DIGITS and sign != "." else sign)
    return "".join(kept)


def _mixed_fraction(text: str) -> float:
    match = _FRACTION.fullmatch(text)
    if match is None or int(match[4]) == 0:
        return math.nan
    number = int(match[2]) + int(match[3]) / int(match[4])
    return -number if match[1] == "-" else number


def date_and_time(text: str) -> tuple[int | None, float | None]:
    """Read a date, a time of the day, or both; None for what the text does not spell.

    Returns:
        The serial of the date, and the time in days. Both are None where a part of the text is neither.

    """
    stripped = text.strip(_BLANKS)
    match = _TIME.search(stripped)
    time = None if match is None else _time(match)
    rest = stripped if match is None else stripped[: match.start()].rstrip(_BLANKS)
    if not rest:
        return None, time
    date = _date(rest)
    if date is None or (match is not None and time is None):
        return None, None
    return date, time


def _time(match: re.Match[str]) -> float | None:
    half = (match["half"] or match["its_half"] or "").upper()[:1]
    if match["only"]:
        parts = [int(match["only"]), 0, 0]
    elif match["second"] is None and match["part"]:  # minutes and seconds
        parts = [0, int(match["hour"]), int(match["minute"])]
    else:
        parts = [int(match["hour"]), int(match["minute"]), int(match["second"] or 0)]
    # only the first part may go beyond its end
    for number, (value, limit) in enumerate(zip(parts, (10_000, 60, 60), strict=True)):
        if value >= limit and any(parts[:number]):
            return None
    hours = parts[0]
    if half:
        if hours > 12:
            return None
        hours = hours % 12 + (12 if half == "P" else 0)
    part = match["part"]
    fraction = float("0" + part) if part and len(part) > 1 else 0.0
    return (hours * 3600 + parts[1] * 60 + parts[2] + fraction) / 86_400


def _date(text: str) -> int | None:
    if match := _FIGURES.fullmatch(text):
        return _date_in_figures(match[1], match[2], match[3])
    if match := _YEAR_FIRST.fullmatch(text):
        return _serial(match[1], _MONTH_NAMES.get(match[2].lower()), int(match[3]))
    if match := _DAY_FIRST.fullmatch(text):
        return _serial(match[3], _MONTH_NAMES.get(match[2].lower()), int(match[1]))
    if match := _MONTH_FIRST.fullmatch(text):
        month = _MONTH_NAMES.get(match[1].lower())
        if match[3]:
            return _serial(match[3], month, int(match[2])) if len(match[2]) <= 2 else None
        return _month_with(month, match[2])
    return None


def _date_in_figures(first: str, second: str, third: str | None) -> int | None:
    if len(first) > 2:
        return _serial(first, int(second), 1 if third is None else int(third))
    if third is not None:
        return _serial(third, int(first), int(second)) if len(second) <= 2 else None
    return _month_with(int(first), second)


def _month_with(month: int | None, figures: str) -> int | None:
    """Read a month and a day of this year, else a month and a year."""
    found = _serial(None, month, int(figures)) if len(figures) <= 2 else None
    return _serial(figures, month, 1) if found is None and len(figures) > 1 else found


def _serial(year: str | None, month: int | None, day: int) -> int | None:
    """Give the serial of a date; None where there is no such day. Without a year it is the present one."""
    if year is None:
        full = datetime.date.today().year
    elif len(year) <= 2:
        full = int(year) + (2000 if int(year) < 30 else 1900)
    else:
        full = int(year)
    if month is None or not 1 <= month <= 12 or not _FIRST_YEAR <= full <= _LAST_YEAR:
        return None
    return serial_date(full, month, day) if 1 <= day <= days_in_month(full, month) else None
