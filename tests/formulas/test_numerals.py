"""Numerals, number systems and bits, against Microsoft's documented answers, Python and the stored answers of Excel."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from xlcf.formulas.functions.bits import bitlshift, bitrshift
from xlcf.formulas.functions.numerals import arabic, base, decimal, roman

CASES = [
    ("ROMAN(499)", "CDXCIX"),
    ("ROMAN(499,0)", "CDXCIX"),
    ("ROMAN(499,1)", "LDVLIV"),
    ("ROMAN(499,2)", "XDIX"),
    ("ROMAN(499,3)", "VDIV"),
    ("ROMAN(499,4)", "ID"),
    ("ROMAN(499,TRUE)", "CDXCIX"),
    ("ROMAN(499,FALSE)", "ID"),
    ("ROMAN(0)", ""),
    ("ROMAN(4000)", "#VALUE!"),
    ("ROMAN(-1)", "#VALUE!"),
    ("ROMAN(5,5)", "#VALUE!"),
    ('ARABIC("LVII")', 57.0),
    ('ARABIC("mcmxii")', 1912.0),
    ('ARABIC("-X")', -10.0),
    ('ARABIC("")', 0.0),
    ('ARABIC("XA")', "#VALUE!"),
    ("ARABIC(5)", "#VALUE!"),
    ("BASE(7,2)", "111"),
    ("BASE(100,16)", "64"),
    ("BASE(15,2,10)", "0000001111"),
    ("BASE(-1,2)", "#NUM!"),
    ("BASE(1,37)", "#NUM!"),
    ('DECIMAL("FF",16)', 255.0),
    ("DECIMAL(111,2)", 7.0),
    ('DECIMAL("zap",36)', 45745.0),
    ('DECIMAL("12",2)', "#NUM!"),
    ("BIN2DEC(1111111111)", -1.0),
    ('BIN2HEX("11111011",4)', "00FB"),
    ("BIN2OCT(1001,3)", "011"),
    ("DEC2BIN(9,4)", "1001"),
    ("DEC2BIN(-100)", "1110011100"),
    ("DEC2BIN(512)", "#NUM!"),
    ("DEC2HEX(-54)", "FFFFFFFFCA"),
    ("DEC2HEX(28,1)", "#NUM!"),
    ("DEC2OCT(-100)", "7777777634"),
    ('DEC2OCT("x")', "#VALUE!"),
    ("DEC2BIN(TRUE)", "#VALUE!"),
    ("DEC2BIN(B8:B9)", "#VALUE!"),
    ("DEC2BIN(B9)", "0"),
    ('HEX2BIN("F",8)', "00001111"),
    ('HEX2DEC("FFFFFFFF5B")', -165.0),
    ('HEX2DEC("3DA408B9")', 1034160313.0),
    ('HEX2OCT("3B4E")', "35516"),
    ("OCT2BIN(7777777000)", "1000000000"),
    ("OCT2DEC(7777777533)", -165.0),
    ("OCT2HEX(7777777533)", "FFFFFFFF5B"),
    ("OCT2DEC(8)", "#NUM!"),
    ("BITAND(13,25)", 9.0),
    ("BITOR(23,10)", 31.0),
    ("BITXOR(5,3)", 6.0),
    ("BITLSHIFT(4,2)", 16.0),
    ("BITRSHIFT(13,2)", 3.0),
    ("BITAND(-1,1)", "#NUM!"),
    ("BITAND(1.5,1)", "#NUM!"),
    ("BITAND(2^48,1)", "#NUM!"),
    ("BITLSHIFT(1,48)", "#NUM!"),
    ("BITLSHIFT(1,54)", "#NUM!"),
    ('BITAND(1,"x")', "#VALUE!"),
    ("SUM(BITOR({1,2},4))", 11.0),
]


def test_values(sheets: Any) -> None:
    assert sheets.differing(CASES) == []


@given(st.integers(1, 3999), st.integers(0, 4))
def test_roman_numerals_are_read_as_they_are_written(number: int, form: int) -> None:
    assert arabic(roman(number, float(form))) == number


@given(st.integers(0, 2**53 - 1), st.integers(2, 36))
def test_numbers_to_any_base_and_back(number: int, radix: int) -> None:
    text = base(number, radix)
    assert int(text, radix) == number == decimal(text.lower(), radix)


@given(st.integers(0, 2**24 - 1), st.integers(0, 24))
def test_shifts_undo_each_other(number: int, places: int) -> None:
    assert bitrshift(bitlshift(number, places), places) == number
    assert bitlshift(number, -places) == bitrshift(number, places) == number >> places


def test_the_stored_answers_of_excel(differing: Any) -> None:
    assert differing("NUMBER_SYSTEMS BASE BITs") == []
