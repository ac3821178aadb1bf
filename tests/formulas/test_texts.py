"""Functions of texts, and numbers written in formats."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlcf.formulas.errors import UnsupportedFormulaError
from xlcf.formulas.number_format import format_number, format_text, general_text
from xlcf.formulas.recalculation import recalculate
from xlcf.ooxml import open_workbook
from xlcf.verifying.value_check import compare_with_xlcf


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ('=CONCATENATE("a",1,TRUE)', "a1TRUE"),
        ('=CONCAT("a",{1,"b";TRUE,""})', "a1bTRUE"),
        ('=TEXTJOIN(", ",TRUE,{"a","","b"})', "a, b"),
        ('=TEXTJOIN({",",";"},FALSE,{"a","","b","c"})', "a,;b,c"),
        ('=LEFT("abc")&RIGHT("abc",2)&MID("abc",2,9)', "abcbc"),
        ('=LEFT("abc",-1)', "#VALUE!"),
        ('=MID("abc",0,1)', "#VALUE!"),
        ('=RIGHT("abc",0)', ""),
        ('=LEN("a b ")', 4.0),
        ('=UPPER("straße")', "STRAßE"),
        ('=PROPER("2-way o\'neil")', "2-Way O'Neil"),
        ('=TRIM("  a   b ")', "a b"),
        ('=CLEAN("a"&CHAR(7)&"b")', "ab"),
        ('=SUBSTITUTE("1-2-3-4","-","/",2)', "1-2/3-4"),
        ('=SUBSTITUTE("abab","ab","x")', "xx"),
        ('=REPLACE("abcdef",3,2,"-")', "ab-ef"),
        ('=REPT("ab",2.9)', "abab"),
        ('=REPT("a",40000)', "#VALUE!"),
        ('=FIND("M","Miriam McGovern",3)', 8.0),
        ('=FIND("x","abc")', "#VALUE!"),
        ('=SEARCH("g?v","Miriam McGovern")', 10.0),
        ('=SEARCH("~*","a*")', 2.0),
        ('=SEARCH("~~","a~")', 2.0),
        ('=SEARCH("~d","dear")', 1.0),
        ('=EXACT("a","A")', False),
        ('=VALUE("$1,000")', 1000.0),
        ('=VALUE("x")', "#VALUE!"),
        ('=NUMBERVALUE("2.500,27",",",".")', 2500.27),
        ('=NUMBERVALUE("9%%")', 0.0009),
        ('=T(1)&T("a")', "a"),
        ("=CHAR(65)&CHAR(128)", "A€"),
        ('=CODE("A")', 65.0),
        ('=UNICODE("é")', 233.0),
        ("=UNICHAR(233)", "é"),
        ("=FIXED(1234.567,1)", "1,234.6"),
        ("=FIXED(-1234.567,-1,TRUE)", "-1230"),
        ("=DOLLAR(-1234.567)", "($1,234.57)"),
        ('=TEXTBEFORE("a-b-c","-",2)', "a-b"),
        ('=TEXTAFTER("a-b-c","-",-1)', "c"),
        ('=TEXTAFTER("abc","x")', "#N/A"),
        ('=TEXTBEFORE("abc","x",,,1)', "abc"),
        ('=INDEX(TEXTSPLIT("a,b;c",",",";"),2,1)', "c"),
        ('=INDEX(TEXTSPLIT("a,b;c",",",";"),2,2)', "#N/A"),
        ('=COLUMNS(TEXTSPLIT("a,,b",",",,TRUE))', 2.0),
        ('=VALUETOTEXT("a",1)', '"a"'),
        ("=VALUETOTEXT(1/0)", "#DIV/0!"),
        ('=ARRAYTOTEXT({1,"a";TRUE,2},1)', '{1,"a";TRUE,2}'),
        ('=TEXT(1234.567,"#,##0.00")', "1,234.57"),
        ('=TEXT("12","000")', "012"),
        ('=TEXT("a","000")', "a"),
        ('=TEXT(TRUE,"0")', "TRUE"),
        ('=TEXT(-1,"yyyy")', "#VALUE!"),
        (
            '=CONCAT("LEFTB",LENB("ab"),MIDB("abc",1,1),RIGHTB("c"),LEFTB("d"),FINDB("a","a"),SEARCHB("a","a"))',
            "LEFTB2acd11",
        ),
        ('=REPLACEB("abc",1,1,"x")&LOWER("AB")', "xbcab"),
    ],
)
def test_values(sheets: Any, formula: str, value: object) -> None:
    assert sheets.computed({"A1": formula}, "A1") == value


@pytest.mark.parametrize(
    ("number", "code", "text"),
    [
        (0.285, "0.0%", "28.5%"),
        (1.25, "# ?/?", "1 1/4"),
        (0.5, "# ??/16", "  8/16"),
        (3.999, "# ?/?", "4    "),
        (3.141592653589793, "# ??/??", "3  1/7 "),
        (3.141592653589793, "# ???/???", "3  16/113"),
        (-0.01, "0 ??/??", "-0      "),
        (-25, "[<=-25]0;[>=25]0;0", "25"),
        (-5, "[>100]0;[<50]0;0", "-5"),
        (12345.678, "0.00E+00", "1.23E+04"),
        (123456, "##0.0E+0", "123.5E+3"),
        (45351, "yyyy-mm-dd", "2024-02-29"),
        (45351, "dddd, mmmm d", "Thursday, February 29"),
        (45351.75, "d mmm yyyy h:mm AM/PM", "29 Feb 2024 6:00 PM"),
        (44562.5234, "m/d/yy h:mm:ss", "1/1/22 12:33:42"),
        (60, "d/m/yyyy", "29/2/1900"),
        (1.5, "[h]:mm", "36:00"),
        (0.000011574, "[s].00", "1.00"),
        (-5, "0;(0)", "(5)"),
        (0, '0;-0;"zero"', "zero"),
        (1234567, "0.0,,", "1.2"),
        (1234567, '#,##0,"K"', "1,235K"),
        (123456789, "000-00-0000", "123-45-6789"),
        (9876543210, "(###) ###-####", "(987) 654-3210"),
        (-1234.5, "$#,##0.00", "-$1,234.50"),
        (150, '[>100]"big";"small"', "big"),
        (50, '[>100]"big";"small"', "small"),
        (50, "[Red][<100]0.0;0", "50.0"),
        (12.0, "#.##", "12."),
        (0.1, "#.##", ".1"),
        (1.005, "0.00", "1.01"),
        (-0.4, "0", "0"),
        (5, "[$€-407] 0", "€ 5"),
        (12, '0 "pieces" \\x', "12 pieces x"),
    ],
)
def test_numbers_in_formats(number: float, code: str, text: str) -> None:
    assert format_number(number, code) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [(3.141592653589793, "3.141592654"), (1e10, "10000000000"), (1e11, "1E+11"), (0.0001, "0.0001"), (1e-10, "1E-10")],
)
def test_the_general_format(number: float, text: str) -> None:
    assert general_text(number) == text


def test_texts_in_formats() -> None:
    assert format_text("a", '0;0;0;"<"@">"') == "<a>"
    assert format_text("a", "0.00") == "a"


@given(number=st.floats(-1e9, 1e9), decimals=st.integers(0, 6))
def test_decimals_are_those_of_python(number: float, decimals: int) -> None:
    shown = format_number(number, "#,##0" + ("." + "0" * decimals if decimals else ""))
    assert float(shown.replace(",", "")) == pytest.approx(number, abs=0.5 * 10.0**-decimals + 1e-6)
    assert shown.count(",") == (len(shown.lstrip("-").partition(".")[0].replace(",", "")) - 1) // 3


@pytest.mark.skipif(
    "XLCF_REFERENCE" not in os.environ, reason="set XLCF_REFERENCE to the folder with the reference workbooks"
)
@pytest.mark.parametrize(
    "name",
    """STRING_HANDLING FIND_SEARCH TEXTJOIN REPT UPPER_LOWER DATE_DAY_MONTH_YEAR DATE_TIME DAYS_DAYS360 YEARFRAC
    TIME_HOUR_MINUTE_SECOND DAY MONTH YEAR""".split(),  # noqa: SIM905
)
def test_values_are_those_of_excel(name: str) -> None:
    book = open_workbook(Path(os.environ["XLCF_REFERENCE"]) / "workbooks" / "functions" / f"{name}.xlsx")
    check = compare_with_xlcf(book, recalculate(book), placeholders=False)
    assert check.differing == ()
    assert check.unsupported == {}
    assert check.compared >= 10


def test_arguments_left_out_and_addresses(sheets: Any) -> None:
    cases = [
        ('TEXTJOIN(",",,"a",B9,"b")', "a,b"),
        ('TEXTJOIN(",",FALSE,"a",B9,"b")', "a,,b"),
        ('TEXTJOIN(",",B9,"a",B9,"b")', "a,,b"),
        ('ENCODEURL("a b/c?é~")', "a%20b%2Fc%3F%C3%A9~"),
    ]
    assert sheets.differing(cases) == []


def test_two_stored_answers_read_the_day_before_the_month(differing: Any) -> None:
    """The texts 10-12-1999 and 2/3/2023, in a workbook from Europe; xlcf reads them as in the US."""
    found = [(cell.formula, cell.cached) for _, cell in differing("T_VALUE_VALUETOTEXT")]
    assert found == [("=VALUE(H5)", 36504.0), ("=VALUE(A15)", 44987.0)]


def test_the_value_of_a_number_has_a_gradient(sheets: Any) -> None:
    cells = {"A1": 3, "B1": "=VALUE(A1)^2"}
    value, gradient = sheets.program(cells, "B1", "A1").value_and_gradient(np.array([3.0]))
    assert value == 9
    np.testing.assert_array_equal(gradient, [6.0])
    cases = [("VALUE(TRUE)", "#VALUE!"), ("VALUE(NA())", "#N/A"), ("VALUE(B9)", 0.0), ('VALUE("")', "#VALUE!")]
    assert sheets.differing([*cases, ('SUM(VALUE({"1","$2"}))', 3.0), ('IFERROR(VALUE("x"),7)', 7.0)]) == []


def test_languages_of_formats() -> None:
    shown = {
        "[$-409]d mmm": "15 Mar",
        "[$-en-GB]dddd": "Wednesday",
        "[$-407]yyyy-mm-dd": "2023-03-15",
        "[$€-407]0": "€45000",
        "[$-F800]dddd, mmmm dd, yyyy": "Wednesday, March 15, 2023",
        "[$-F400]h:mm": "12:00:00 AM",
    }
    assert {code: format_number(45000, code) for code in shown} == shown
    for code in ("[$-407]mmmm", "[$-fr-FR]ddd", "[DBNum1]0", "[$-2000401]0"):
        with pytest.raises(UnsupportedFormulaError, match="language"):
            format_number(45000, code)
