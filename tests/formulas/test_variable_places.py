"""Places that depend on variable cells: exact values, and the gradient of what stands at the place."""

from typing import Any

import numpy as np
import pytest

from xlcf.formulas.errors import UnsupportedFormulaError

CELLS = {"A1": 2.0, "B1": 10.0, "B2": 20.0, "B3": 30.0, "C1": "=B1*3", "C2": "=B2^2", "C3": 7.0}


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("INDEX(C1:C3,A1)", lambda a, b: [30.0, b * b, 7.0][int(a) - 1]),
        ("INDEX(B1:C3,2,A1)*B2", lambda a, b: [b * b, b**3][int(a) - 1]),
        ("MATCH(A1*10,B1:B3,0)", lambda a, b: 1.0 + [10, b, 30].index(a * 10)),
        ("MATCH(A1*10+5,B1:B3)", lambda a, _: np.floor(a)),
        ("INDEX(C1:C3,MATCH(A1*10+1,B1:B3,1))+A1", lambda a, b: [30.0, b * b, 7.0][int(a) - 1] + a),
    ],
)
def test_chosen_by_a_variable(sheets: Any, formula: str, expected: Any) -> None:
    program = sheets.program({**CELLS, "E1": f"={formula}"}, "E1", "A1, B2")
    for x in ([2.0, 20.0], [1.0, 20.0]):
        assert program(np.array(x))[0] == pytest.approx(expected(*x), rel=1e-13)
    many = np.array([[2.0, 20.0], [1.0, 20.0]])
    np.testing.assert_allclose(program(many)[:, 0], [expected(*x) for x in many], rtol=1e-13)
    assert program.traits.steps
    x = np.array([2.0, 20.0])
    if "B1:B3,0" in formula:
        np.testing.assert_array_equal(program.jacobian(x), [[0.0, 0.0]])
        return
    step = 1e-6
    numeric = [(expected(2 + step * i, 20 + step * j) - expected(2, 20)) / step for i, j in ((1, 0), (0, 1))]
    np.testing.assert_allclose(program.jacobian(x)[0], numeric, rtol=1e-5, atol=1e-8)


def test_outside_is_an_error(sheets: Any) -> None:
    program = sheets.program({**CELLS, "E1": "=INDEX(C1:C3,A1)"}, "E1", "A1")
    assert np.isnan(program(np.array([4.0]))[0])


def test_too_many_candidates_are_refused(sheets: Any) -> None:
    with pytest.raises(UnsupportedFormulaError, match="chooses among 150,000 cells"):
        sheets.program({**CELLS, "E1": "=INDEX(Z1:AB50000,A1,1)"}, "E1", "A1")
