"""Complex numbers, against Microsoft's documented answers, cmath and the stored answers of Excel."""

import cmath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlcf.formulas.functions.complex_numbers import Complex

CASES = [
    ("COMPLEX(3,4)", "3+4i"),
    ('COMPLEX(3,4,"j")', "3+4j"),
    ("COMPLEX(0,1)", "i"),
    ("COMPLEX(1,0)", "1"),
    ("COMPLEX(-1,-1)", "-1-i"),
    ('COMPLEX(1,2,"k")', "#VALUE!"),
    ("COMPLEX(TRUE,2)", "#VALUE!"),
    ("COMPLEX(1E-20,0)", "1E-20"),
    ('IMABS("5+12i")', 13.0),
    ('IMAGINARY("3+4i")', 4.0),
    ('IMREAL("6-9i")', 6.0),
    ('IMREAL("-j")', 0.0),
    ("IMREAL(5)", 5.0),
    ("IMREAL(B9)", 0.0),
    ("IMREAL(TRUE)", "#VALUE!"),
    ('IMREAL("3+4")', "#NUM!"),
    ('IMREAL("")', "#NUM!"),
    ("IMREAL(NA())", "#N/A"),
    ("IMREAL(B8:B9)", "#VALUE!"),
    ("IMARGUMENT(0)", "#DIV/0!"),
    ('IMCONJUGATE("3+4i")', "3-4i"),
    ('IMDIV("-238+240i","10+24i")', "5+12i"),
    ('IMDIV(1,"0")', "#NUM!"),
    ('IMPRODUCT("3+4i","5-3i")', "27+11i"),
    ('IMPRODUCT("1+2i",30)', "30+60i"),
    ('IMSUM("3+4i","5-3i")', "8+i"),
    ('IMSUM("3+4i","5-3j")', "#VALUE!"),
    ('IMSUM({"1+i","2";"3i","4"})', "7+4i"),
    ('IMSUB("13+4i","5+3i")', "8+i"),
    ('IMPOWER("2i",0)', "1"),
    ("IMPOWER(0,0)", "#NUM!"),
    ("IMLN(0)", "#NUM!"),
    ('ROUND(IMREAL(IMSQRT("1+i")),8)', 1.09868411),
    ('ROUND(IMAGINARY(IMPOWER("2+3i",3)),8)', 9.0),
    ('ROUND(IMREAL(IMLOG10("3+4i")),8)', 0.69897),
    ('IMEXP("1000")', "#NUM!"),
]


def test_values(sheets: Any) -> None:
    assert sheets.differing(CASES) == []


@given(st.complex_numbers(max_magnitude=1e6, allow_nan=False, allow_infinity=False))
def test_texts_are_read_as_they_are_written(number: complex) -> None:
    back = Complex.of(Complex(number).text()).number
    assert cmath.isclose(back, number, rel_tol=1e-13, abs_tol=1e-300)


FUNCTIONS = {
    "IMSIN": cmath.sin,
    "IMCOS": cmath.cos,
    "IMTAN": cmath.tan,
    "IMCOT": lambda z: 1 / cmath.tan(z),
    "IMSEC": lambda z: 1 / cmath.cos(z),
    "IMCSC": lambda z: 1 / cmath.sin(z),
    "IMSINH": cmath.sinh,
    "IMCOSH": cmath.cosh,
    "IMSECH": lambda z: 1 / cmath.cosh(z),
    "IMCSCH": lambda z: 1 / cmath.sinh(z),
    "IMEXP": cmath.exp,
    "IMSQRT": cmath.sqrt,
    "IMLOG2": lambda z: cmath.log(z) / cmath.log(2),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_agree_with_cmath(sheets: Any, name: str) -> None:
    points = [1 + 2j, -3.5 + 0.25j, 4 - 1j]
    parts = [(part, point) for point in points for part in ("IMREAL", "IMAGINARY")]
    formulas = [f'{part}({name}("{Complex(point).text()}"))' for part, point in parts]
    results = [FUNCTIONS[name](point) for point in points]
    expected = [value for result in results for value in (result.real, result.imag)]
    assert sheets.answers(formulas) == pytest.approx(expected, rel=1e-12)


def test_the_stored_answers_of_excel(differing: Any) -> None:
    assert differing("COMPLEXs") == []
