"""Serial dates and day-count bases, against `datetime` and the documented answers of YEARFRAC."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlcf.formulas.day_counts import (
    LAST_SERIAL,
    add_months,
    calendar_date,
    days_30_360_us,
    serial_date,
    year_fraction,
)
from xlcf.formulas.errors import CellError


@given(st.dates(datetime.date(1900, 3, 1), datetime.date(9999, 12, 31)))
def test_serials_agree_with_datetime(day: datetime.date) -> None:
    serial = (day - datetime.date(1899, 12, 30)).days
    assert calendar_date(serial) == (day.year, day.month, day.day)
    assert serial_date(day.year, day.month, day.day) == serial


def test_1900_has_a_leap_day() -> None:
    assert [calendar_date(serial) for serial in (0, 1, 59, 60, 61)] == [
        (1900, 1, 0),
        (1900, 1, 1),
        (1900, 2, 28),
        (1900, 2, 29),
        (1900, 3, 1),
    ]
    assert [serial_date(1900, 1, 0), serial_date(1900, 1, 60), serial_date(1900, 2, 29)] == [0, 60, 60]


@given(st.integers(0, LAST_SERIAL))
def test_every_serial_comes_back(serial: int) -> None:
    assert serial_date(*calendar_date(serial)) == serial


def test_months_and_days_run_on() -> None:
    assert calendar_date(serial_date(2024, 14, 1)) == (2025, 2, 1)
    assert calendar_date(serial_date(2024, 0, 31)) == (2023, 12, 31)
    assert calendar_date(serial_date(2024, 1, -5)) == (2023, 12, 26)
    with pytest.raises(CellError):
        serial_date(10000, 1, 1)
    with pytest.raises(CellError):
        calendar_date(LAST_SERIAL + 1)


def test_months_are_added() -> None:
    end_of_january = serial_date(2024, 1, 31)
    assert calendar_date(add_months(end_of_january, 1)) == (2024, 2, 29)
    assert calendar_date(add_months(serial_date(2024, 2, 29), 1)) == (2024, 3, 29)
    assert calendar_date(add_months(serial_date(2024, 2, 29), -1, to_end=True)) == (2024, 1, 31)
    with pytest.raises(CellError):
        add_months(10, -3)


@pytest.mark.parametrize(
    ("basis", "years"),
    [
        (0, 0.5805555555555556),
        (1, 0.57650273224043715),
        (2, 0.5861111111111111),
        (3, 0.57808219178082187),
        (4, 0.58055556),
    ],
)
def test_the_year_fractions_that_microsoft_documents(basis: int, years: float) -> None:
    start, end = serial_date(2012, 1, 1), serial_date(2012, 7, 30)
    assert year_fraction(start, end, basis) == pytest.approx(years, rel=1e-8)
    assert year_fraction(end, start, basis) == year_fraction(start, end, basis)


def test_the_last_of_february_in_months_of_30_days() -> None:
    february, august = serial_date(2007, 2, 28), serial_date(2007, 8, 31)
    assert days_30_360_us(february, august) == 181
    assert days_30_360_us(february, serial_date(2008, 2, 29)) == 360
    assert days_30_360_us(serial_date(2007, 8, 31), serial_date(2008, 2, 29)) == 179
    assert days_30_360_us(serial_date(2007, 8, 31), serial_date(2008, 2, 29), both=True) == 180
