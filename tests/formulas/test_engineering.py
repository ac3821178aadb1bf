"""Bessel and error functions and steps: Excel's documentation, Excel's own answers, SciPy."""

import math
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

ANSWERS: list[tuple[str, object]] = [
    ("BESSELJ(0,0)", 1.00000000283141),
    ("BESSELJ(1.9,2)", 0.329925829),
    ("BESSELJ(0.2,7)", 1.9816482028036027e-11),
    ("BESSELI(0.2,0)", 1.0100250221205638),
    ("BESSELI(1.5,1)", 0.981666428),
    ("BESSELI(0.2,10)", 2.7582381618461844e-17),
    ("BESSELK(1.5,1)", 0.277387804),
    ("BESSELK(0.2,10)", 1812385260963317.5),
    ("BESSELY(2.5,1)", 0.145918138),
    ("BESSELY(0.2,7)", -2295654720.15733),
    ("BESSELY(0,1)", "#NUM!"),
    ("BESSELJ(1,-1)", "#NUM!"),
    ("BESSELJ(1,TRUE)", "#VALUE!"),
    ("BESSELI(1,2.9)-BESSELI(1,2)", 0),
    ("ERF(0.745)", 0.707928920095737),
    ("ERF(1)-ERF(0,1)", 0),
    ("ERF.PRECISE(1)", 0.842700792949715),
    ("ERFC(1)", 0.157299207050285),
    ("ERFC.PRECISE(1)", 0.157299207050285),
    ("ERF(TRUE)", "#VALUE!"),
    ("ERF(A1)", 0),
    ("DELTA(5,4)", 0),
    ("DELTA(0.5,0.5)", 1),
    ("DELTA(0)", 1),
    ("DELTA(5,TRUE)", "#VALUE!"),
    ('DELTA("2",2)', 1),
    ("GESTEP(5,4)", 1),
    ("GESTEP(-4,-5)", 1),
    ("GESTEP(-1)", 0),
    ("SUM(GESTEP({1,2,3},2))", 2),
    ("SERIESSUM(PI()/4,0,2,{1,-0.5,0.041666666666666664,-0.001388888888888889})", 0.7071032148228457),
]


def test_answers(sheets: Any) -> None:
    assert not sheets.differing(ANSWERS, rel=1e-8)


@settings(max_examples=15, deadline=None)
@given(x=st.floats(0.3, 30), n=st.integers(0, 12))
def test_values_and_gradients(sheets: Any, x: float, n: int) -> None:
    truth = {
        f"BESSELJ(A1,{n})": (special.jv(n, x), special.jvp(n, x)),
        f"BESSELY(A1,{n})": (special.yv(n, x), special.yvp(n, x)),
        f"BESSELI(A1,{n})": (special.iv(n, x), special.ivp(n, x)),
        f"BESSELK(A1,{n})": (special.kv(n, x), special.kvp(n, x)),
        "ERF.PRECISE(A1/9)": (math.erf(x / 9), 2 / math.sqrt(math.pi) * math.exp(-((x / 9) ** 2)) / 9),
        "SERIESSUM(A1,1,2,{3;4})": (3 * x + 4 * x**3, 3 + 12 * x**2),
    }
    cells: dict[str, Any] = {"A1": x, **{f"B{row}": f"={formula}" for row, formula in enumerate(truth, 1)}}
    program = sheets.program(cells, f"B1:B{len(truth)}", "A1")
    values, slopes = (np.array(each) for each in zip(*truth.values(), strict=True))
    scale = np.abs(values) + np.abs(slopes) + 1e-3
    np.testing.assert_allclose(program(np.array([x])) / scale, values / scale, atol=2e-7)
    np.testing.assert_allclose(program.jacobian(np.array([x]))[:, 0] / scale, slopes / scale, atol=2e-5)
