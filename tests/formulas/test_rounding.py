"""Rounding and remainders, as Excel's documentation and Excel's own answers have them."""

import math
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

ANSWERS: list[tuple[str, object]] = [
    ("CEILING(2.5,1)", 3),
    ("CEILING(-2.5,-2)", -4),
    ("CEILING(-2.5,2)", -2),
    ("CEILING(2.5,-2)", "#NUM!"),
    ("CEILING(0.234,0.01)", 0.24),
    ("CEILING(-7.1,0.1)", -7.1),
    ("CEILING(3,0)", 0),
    ("CEILING(1048576,1E-307)", "#NUM!"),
    ("FLOOR(3.7,2)", 2),
    ("FLOOR(-2.5,-2)", -2),
    ("FLOOR(-2.5,2)", -4),
    ("FLOOR(2.5,-2)", "#NUM!"),
    ("FLOOR(1.58,0.1)", 1.5),
    ("FLOOR(3,0)", "#DIV/0!"),
    ("FLOOR(0,0)", 0),
    ("CEILING.MATH(24.3,5)", 25),
    ("CEILING.MATH(6.7)", 7),
    ("CEILING.MATH(-8.1,2)", -8),
    ("CEILING.MATH(-5.5,2,-1)", -6),
    ("CEILING.PRECISE(-4.3,-2)", -4),
    ("ISO.CEILING(4.3,0)", 0),
    ("ISO.CEILING(-4.3,2)", -4),
    ("FLOOR.MATH(24.3,5)", 20),
    ("FLOOR.MATH(-8.1,2)", -10),
    ("FLOOR.MATH(-5.5,2,-1)", -4),
    ("FLOOR.MATH(3,0)", 0),
    ("FLOOR.PRECISE(-3.2,-1)", -4),
    ("FLOOR.PRECISE(3.2)", 3),
    ("MROUND(10,3)", 9),
    ("MROUND(-10,-3)", -9),
    ("MROUND(1.3,0.2)", 1.4),
    ("MROUND(5,-2)", "#NUM!"),
    ("MROUND(5,0)", 0),
    ("MROUND(TRUE,2)", "#VALUE!"),
    ("MROUND(,5)", "#N/A"),
    ('MROUND("8",2)', 8),
    ("MROUND(A1,5)", 0),
    ("EVEN(1.5)", 2),
    ("EVEN(3)", 4),
    ("EVEN(2)", 2),
    ("EVEN(-1)", -2),
    ("EVEN(0)", 0),
    ("ODD(1.5)", 3),
    ("ODD(3)", 3),
    ("ODD(2)", 3),
    ("ODD(-1)", -1),
    ("ODD(-2)", -3),
    ("ODD(0)", 1),
    ("MOD(3,2)", 1),
    ("MOD(-3,2)", 1),
    ("MOD(3,-2)", -1),
    ("MOD(5,1E-10)", 9.999981783901343e-11),
    ("MOD(1,0)", "#DIV/0!"),
    ("MOD(2251800000000,2)", "#NUM!"),
    ("MOD(2251799999999,2)", 1),
    ("MOD(10.0000000001,0.1)", 9.999945316252479e-11),
    ("QUOTIENT(-10,3)", -3),
    ("QUOTIENT(5,0)", "#DIV/0!"),
    ("QUOTIENT(FALSE,1)", "#VALUE!"),
    ("INT(-8.9)", -9),
    ("INT(2.9999999999999996)", 3),
    ("INT(2.999999999999)", 2),
    ("INT(1E+100)", 1e100),
    ("TRUNC(-8.9)", -8),
    ("TRUNC(123456789,1000)", 123456789),
    ("TRUNC(9.99E+307,5)", 9.99e307),
    ("TRUNC(5,-400)", 0),
    ("ROUND(2.15,1)", 2.2),
    ("ROUND(-1.475,2)", -1.48),
    ("ROUND(626.3,-3)", 1000),
    ("ROUNDUP(-3.14159,1)", -3.2),
    ("ROUNDDOWN(31415.92654,-2)", 31400),
    ("{SUM(MROUND({4,9},5))}", 15),
]


def test_answers(sheets: Any) -> None:
    assert not sheets.differing(ANSWERS)


@settings(max_examples=30, deadline=None)
@given(number=st.integers(-(10**6), 10**6), step=st.integers(1, 1000))
def test_multiples(sheets: Any, number: int, step: int) -> None:
    formulas = [
        "CEILING.MATH(A1,A2)",
        "FLOOR.MATH(A1,A2)",
        "CEILING.MATH(A1,A2,1)",
        "FLOOR.MATH(A1,A2,1)",
        "MOD(A1,A2)",
    ]
    up, down = math.ceil(number / step) * step, math.floor(number / step) * step
    away, towards = (down, up) if number < 0 else (up, down)
    assert sheets.answers(formulas, {"A1": number, "A2": step}) == [up, down, away, towards, number % step]


def test_a_remainder_has_a_gradient(sheets: Any) -> None:
    program = sheets.program({"A1": 7.5, "A2": 2, "B1": "=MOD(A1,A2)+CEILING(A1,A2)+INT(A1)"}, "B1", "A1:A2")
    value, gradient = program.value_and_gradient(np.array([7.5, 2.0]))
    assert value == 1.5 + 8 + 7
    np.testing.assert_array_equal(gradient, [1, -3 + 4])
