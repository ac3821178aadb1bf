"""Trigonometric and hyperbolic functions against their definitions."""

import math
from typing import Any

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

ANSWERS: list[tuple[str, object]] = [
    ("COT(30)", -0.15611995216165922),
    ("CSC(15)", 1.5377805615408537),
    ("SEC(45)", 1.9035944074044246),
    ("COTH(2)", 1.0373147207275482),
    ("CSCH(1.5)", 0.46964244059522464),
    ("SECH(45)", 5.725037161098787e-20),
    ("ACOT(2)", 0.4636476090008061),
    ("ACOT(-1)", 2.356194490192345),
    ("ACOT(0)", math.pi / 2),
    ("ACOTH(6)", 0.168236118310606),
    ("COT(0)", "#DIV/0!"),
    ("CSC(0)", "#DIV/0!"),
    ("COTH(0)", "#DIV/0!"),
    ("CSCH(0)", "#DIV/0!"),
    ("ACOTH(1)", "#NUM!"),
    ("SIN(2^27)", "#NUM!"),
    ("COS(-2^27)", "#NUM!"),
    ("TAN(2^27-1)", math.tan(2**27 - 1)),
    ("COT(2^27)", "#NUM!"),
    ("COTH(9999999999999)", 1),
    ("SECH(1000)", 0),
    ("ATAN2(0,0)", "#DIV/0!"),
    ("ATAN2(-1,-1)", -2.356194490192345),
    ("SQRTPI(2)", 2.5066282746310002),
    ("SQRTPI(TRUE)", "#VALUE!"),
    ("SQRTPI(-1)", "#NUM!"),
    ("LOG(8,2)", 3),
    ("LOG(8,1)", "#DIV/0!"),
    ("LOG(-8,2)", "#NUM!"),
    ("LOG(8,0)", "#NUM!"),
    ("0^-1", "#DIV/0!"),
    ("POWER(0,0)", "#NUM!"),
    ("POWER(-8,1/3)", "#NUM!"),
    ("10^400", "#NUM!"),
    ("SUM(SEC({0,0}))", 2),
]

SMOOTH = [
    "COT(A1)",
    "CSC(A1)",
    "SEC(A1)",
    "COTH(A1)",
    "CSCH(A1)",
    "SECH(A1)",
    "ACOT(A1)",
    "ACOTH(A1+2)",
    "ACOTH(-A1-2)",
    "SQRTPI(A1)",
    "LOG(A1,A1+2)",
    "ATAN2(A1,A1^2)",
]


def test_answers(sheets: Any) -> None:
    assert not sheets.differing(ANSWERS)


@settings(max_examples=20, deadline=None)
@given(x=st.floats(0.1, 3))
def test_gradients(sheets: Any, x: float) -> None:
    assume(min(abs(math.sin(x)), abs(math.cos(x))) > 0.05)
    cells = {"A1": x, **{f"B{row}": f"={formula}" for row, formula in enumerate(SMOOTH, 1)}}
    program = sheets.program(cells, f"B1:B{len(SMOOTH)}", "A1")
    step = 1e-6
    slopes = (program(np.array([x + step])) - program(np.array([x - step]))) / (2 * step)
    np.testing.assert_allclose(program.jacobian(np.array([x]))[:, 0], slopes, rtol=1e-6)
