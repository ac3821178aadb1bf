"""Dates, times and working days, and numbers that are spelled as texts."""

import datetime
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlcf.formulas.functions import dates, workdays
from xlcf.formulas.scalars import number_text
from xlcf.formulas.spelled_numbers import text_number

DAYS = st.dates(datetime.date(1900, 3, 1), datetime.date(2999, 12, 31))


def serial(day: datetime.date) -> int:
    return (day - datetime.date(1899, 12, 30)).days


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12),
        (" -1,234.5 ", -1234.5),
        ("1e3", 1000),
        ("12%", 0.12),
        ("$5", 5),
        ("(5)", -5),
        ("1 1/2", 1.5),
        ("-1 1/4", -1.25),
        ("€100", 100),
        ("1/2/2024", 45293),
        ("1-2-24", 45293),
        ("2024-01-02", 45293),
        ("2-Jan-2024", 45293),
        ("January 2, 2024", 45293),
        ("Jan 2024", 45292),
        ("15:30", 15.5 / 24),
        ("3:30 PM", 15.5 / 24),
        ("3 PM", 15 / 24),
        ("12:00 AM", 0),
        ("30:15", 30.25 / 24),
        ("1/2/2024 3:30 PM", 45293 + 15.5 / 24),
        ("1234567890123456789", 1234567890123450000),
    ],
)
def test_texts_that_spell_numbers(text: str, number: float) -> None:
    assert text_number(text) == pytest.approx(number, rel=1e-15)


@pytest.mark.parametrize(
    "text",
    ["", "a", "1 2", "1/2/3/4", "13/13/2024", "2/30/2024", "25:00 PM", " 2024-01-02 ", "$5$", "--5", "1e", "12,34"],
)
def test_texts_that_spell_none(text: str) -> None:
    assert math.isnan(text_number(text))


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.1, "0.1"),
        (1e20, "1E+20"),
        (1e19, "10000000000000000000"),
        (0.00001, "0.00001"),
        (1e-20, "1E-20"),
        (-0.0, "0"),
        (1 / 3, "0.333333333333333"),
        (123456789.123456789, "123456789.123457"),
        (-2.5, "-2.5"),
        (1.5e300, "1.5E+300"),
    ],
)
def test_numbers_as_texts(number: float, text: str) -> None:
    assert number_text(number) == text


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("=DATE(2024,2,29)", 45351.0),
        ("=DATE(108,1,2)", 39449.0),
        ("=DATE(2008,14,2)", 39846.0),
        ("=DATE(1900,2,29)", 60.0),
        ("=DATE(-1,1,1)", "#NUM!"),
        ("=YEAR(60)", 1900.0),
        ("=MONTH(60)", 2.0),
        ("=DAY(60)", 29.0),
        ("=DAY(0)", 0.0),
        ("=YEAR(-1)", "#NUM!"),
        ('=YEAR("1/2/2024")', 2024.0),
        ("=TIME(12,0,0)", 0.5),
        ("=TIME(27,0,0)", 0.125),
        ("=HOUR(0.75)", 18.0),
        ("=MINUTE(0.78125)", 45.0),
        ("=SECOND(0.700011574)", 1.0),
        ('=DATEVALUE("22-MAY-2011")', 40685.0),
        ('=TIMEVALUE("2:24 AM")', 0.1),
        ('=DATEVALUE("x")', "#VALUE!"),
        ("=WEEKDAY(39492)", 5.0),
        ("=WEEKDAY(39492,2)", 4.0),
        ("=WEEKDAY(39492,3)", 3.0),
        ("=WEEKDAY(39492,9)", "#NUM!"),
        ("=WEEKNUM(40977)", 10.0),
        ("=WEEKNUM(40977,2)", 11.0),
        ("=WEEKNUM(40977,21)", 10.0),
        ("=ISOWEEKNUM(40977)", 10.0),
        ("=EDATE(40558,1)", 40589.0),
        ("=EDATE(40574,1)", 40602.0),
        ("=EOMONTH(40544,1)", 40602.0),
        ("=EOMONTH(40544,-3)", 40482.0),
        ("=DAYS(45000,44000)", 1000.0),
        ("=DAYS360(40573,40575)", 1.0),
        ("=YEARFRAC(40909,41120)", 0.580555555555556),
        ("=YEARFRAC(40909,41120,1)", 0.576502732240437),
        ("=YEARFRAC(40909,41120,3)", 0.578082191780822),
        ("=YEARFRAC(1,2,5)", "#NUM!"),
        ('=DATEDIF(36892,37622,"Y")', 2.0),
        ('=DATEDIF(37043,37483,"D")', 440.0),
        ('=DATEDIF(37043,37483,"YM")', 2.0),
        ('=DATEDIF(2,1,"D")', "#NUM!"),
        ("=NETWORKDAYS(41183,41334)", 110.0),
        ("=NETWORKDAYS(41183,41334,41235)", 109.0),
        ("=WORKDAY(39722,151)", 39933.0),
        ('=NETWORKDAYS.INTL(38718,38748,"0000011")', 22.0),
        ("=WORKDAY.INTL(40909,30,17)", 40944.0),
        ('=WORKDAY.INTL(40909,30,"1111111")', "#VALUE!"),
        ('="1/2/2024"+1', 45294.0),
        ('="3:30 PM"*24', 15.5),
    ],
)
def test_values(sheets: Any, formula: str, value: object) -> None:
    computed = sheets.computed({"A1": formula}, "A1")
    assert computed == (pytest.approx(value, rel=1e-12) if isinstance(value, float) else value)


@given(day=DAYS)
def test_days_are_those_of_the_calendar(day: datetime.date) -> None:
    number = serial(day)
    assert dates.date(day.year, day.month, day.day) == number
    assert (dates.year(number), dates.month(number), dates.day(number)) == (day.year, day.month, day.day)
    assert dates.weekday(number, 2) == day.isoweekday()
    assert dates.isoweeknum(number) == day.isocalendar().week


@given(start=DAYS, length=st.integers(-400, 400), free=st.lists(st.integers(-400, 400), max_size=5))
def test_working_days_are_those_that_numpy_counts(start: datetime.date, length: int, free: list[int]) -> None:
    first, last = serial(start), serial(start) + length
    if last < 61 or min(free, default=0) + first < 61:
        return
    holidays = [datetime.date(1899, 12, 30) + datetime.timedelta(first + each) for each in free]
    low, high = sorted((start, start + datetime.timedelta(length)))
    expected = int(np.busday_count(low, high + datetime.timedelta(1), holidays=[np.datetime64(h) for h in holidays]))
    counted = workdays.networkdays(first, last, [[float(first + each) for each in free]])
    assert counted == (expected if length >= 0 else -expected)


def test_a_date_that_depends_on_variables_is_a_step(sheets: Any) -> None:
    program = sheets.program({"A1": 45351, "B1": "=YEAR(A1)*A1"}, "B1", "A1")
    value, gradient = program.value_and_gradient(np.array([45351.5]))
    assert value == 2024 * 45351.5
    np.testing.assert_array_equal(gradient, [2024.0])
    assert program.traits.steps == ("YEAR",)
