"""Residuals behind objectives: their squares add up to the objective, wherever the variables are."""

from typing import Any

import numpy as np
import pytest

from xlcf.formulas.least_squares import least_squares

DATA = {
    **{"A1": 0.5, "A2": -1.0},
    **{f"C{k + 1}": x for k, x in enumerate([1.0, 2.0, 4.0, 5.5])},
    **{f"D{k + 1}": y for k, y in enumerate([2.1, 3.9, 9.0, "'missing"])},
    **{f"E{k + 1}": f"=$A$1*C{k + 1}+$A$2" for k in range(4)},
    **{f"F{k + 1}": f"=D{k + 1}-E{k + 1}" for k in range(3)},
    **{f"G{k + 1}": f"=F{k + 1}^2" for k in range(3)},
}


@pytest.mark.parametrize(
    ("formula", "count", "is_linear"),
    [
        ("SUMXMY2(D1:D4,E1:E4)", 3, True),
        ("SUMSQ(F1:F3)", 3, True),
        ("SUM(G1:G3)/3+7", 3, True),
        ("SQRT(AVERAGE(G1:G3))", 3, True),
        ("SQRT(SUMSQ(F1:F3)/3)", 3, True),
        ("SUMPRODUCT((D1:D3-E1:E3)^2)", 3, True),
        ("SUMPRODUCT((D1:D3-E1:E3)*(D1:D3-E1:E3))", 3, True),
        ("SUMPRODUCT(F1:F3,F1:F3)", 3, True),
        ("SUMPRODUCT({1;0;2},G1:G3)", 2, True),
        ("SUMXMY2(D1:D3,E1:E3)+0.1*SUMSQ(A1:A2)", 5, True),
        ("(A1-1)^2+(A2-2)^2*3", 2, True),
        ("(A1*A2-1)^2+EXP(A1)^2", 2, False),
    ],
)
def test_residuals(sheets: Any, formula: str, count: int, is_linear: bool) -> None:
    program = sheets.program({**DATA, "H1": "=" + formula}, "H1", "A1:A2")
    found = least_squares(program)
    assert found is not None
    assert found.residuals.traits.is_linear == is_linear
    for x in np.random.default_rng(1).normal(size=(5, 2)):
        residuals = found.residuals(x)
        assert residuals.shape == (count,)
        objective, gradient = program.value_and_gradient(x)
        assert found.objective(x) == pytest.approx(objective, rel=1e-12)
        slope = 2 * residuals @ found.residuals.jacobian(x)
        assert (slope / (2 * objective) if found.is_root else slope) == pytest.approx(gradient, rel=1e-9)


def test_linear_residuals_solve_the_regression(sheets: Any) -> None:
    program = sheets.program({**DATA, "H1": "=SUMXMY2(D1:D3,E1:E3)"}, "H1", "A1:A2")
    found = least_squares(program)
    assert found is not None
    at_zero = found.residuals(np.zeros(2))
    solution = np.linalg.lstsq(found.residuals.jacobian(np.zeros(2)), -at_zero, rcond=None)[0]
    assert solution == pytest.approx(np.polyfit([1, 2, 4], [2.1, 3.9, 9.0], 1))


@pytest.mark.parametrize(
    "formula", ["A1+A2", "SUMSQ(A1:A2)-A1^2*3", "SUMSQ(A1:A2)+A1", "ABS(A1)", "A1^3", "A1*A2", "SQRT(A1)", "5"]
)
def test_no_sum_of_squares(sheets: Any, formula: str) -> None:
    assert least_squares(sheets.program({**DATA, "H1": "=" + formula}, "H1", "A1:A2")) is None
