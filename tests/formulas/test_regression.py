"""Regression and tests of hypotheses against Excel's documentation, NumPy and SciPy; gradients by differences."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from xlcf.formulas.errors import UnsupportedFormulaError

CELLS = {
    **{f"A{row}": number for row, number in enumerate([1, 9, 5, 7], 1)},
    **{f"B{row}": number for row, number in enumerate([0, 4, 2, 3], 1)},
    **{f"C{row}": number for row, number in enumerate([33100, 47300, 69000, 102000, 150000, 220000], 1)},
    **{f"D{row}": number for row, number in enumerate([11, 12, 13, 14, 15, 16], 1)},
    **{f"E{row}": number for row, number in enumerate([3, 4, 5, 8, 9, 1, 2, 4, 5], 1)},
    **{f"F{row}": number for row, number in enumerate([6, 19, 3, 2, 14, 4, 5, 17, 1], 1)},
    **{"G1": 58, "H1": 35, "G2": 11, "H2": 25, "G3": 10, "H3": 23},
    **{"I1": 45.35, "J1": 47.65, "I2": 17.56, "J2": 18.44, "I3": 16.09, "J3": 16.91},
    **{f"K{row}": number for row, number in enumerate([3, 6, 7, 8, 6, 5, 4, 2, 1, 9], 1)},
}
ANSWERS: list[tuple[str, object]] = [
    ("SUM(LINEST(A1:A4,B1:B4)*{1,10})", 12),
    ("SUM(LINEST({1.8;5.3;8.2;12;13.5},{1,3;2,2;3,5;4,4;5,5},FALSE)*{0,0,1})", 0),
    ("INDEX(LINEST(A1:A4,B1:B4,FALSE,TRUE),2,2)", "#N/A"),
    ("INDEX(LINEST({1;2;4;3},{1,1;2,4;3,9;5,25},TRUE,TRUE),3,3)", "#N/A"),
    ("SUM(TREND({1;2;4;3},{1,2;2,4;3,6;5,10}))", 10),
    ("LINEST(A1:A4,B1:B3)", "#REF!"),
    ("INDEX(LOGEST(C1:C6,D1:D6),1)", 1.4632756281161756),
    ("INDEX(LOGEST(C1:C6,D1:D6),2)", 495.3047701587137),
    ("INDEX(LOGEST({1;-2},{1;2}),1)", "#NUM!"),
    ("INDEX(GROWTH(C1:C6,D1:D6,{17;18}),2)", 468536.05418408196),
    ("SUM(GROWTH(C1:C6,D1:D6))", 620750.3635779789),
    ("SUM(TREND(A1:A4,B1:B4,{5,6}))", 24),
    ("SUM(TREND({1,2,3},{1,2,3;1,4,9},{4,5;16,25}))", 9),
    ("T.TEST(E1:E9,F1:F9,2,1)", 0.19601578497690834),
    ("TTEST(E1:E9,F1:F9,1,2)", stats.ttest_ind([3, 4, 5, 8, 9, 1, 2, 4, 5], [6, 19, 3, 2, 14, 4, 5, 17, 1]).pvalue / 2),
    ("T.TEST(E1:E9,F1:F9,3,1)", "#NUM!"),
    ("T.TEST(E1:E9,F1:F8,2,1)", "#N/A"),
    ("F.TEST({6,7,9,15,21},{20,28,31,38,40})", 0.6483178467),
    ("FTEST({1},{1,2})", "#DIV/0!"),
    ("CHISQ.TEST(G1:H3,I1:J3)", 0.000308192),
    ("CHITEST({1,2},{1})", "#N/A"),
    ("Z.TEST(K1:K10,4)", 0.090574196),
    ("ZTEST(K1:K10,6)", 0.863043389),
]


def test_answers(sheets: Any) -> None:
    assert not sheets.differing(ANSWERS, CELLS, rel=1e-6)


@settings(max_examples=8, deadline=None)
@given(
    noise=st.lists(st.floats(0.5, 3), min_size=6, max_size=6),
    columns=st.lists(st.floats(-2, 2), min_size=6, max_size=6),
)
def test_values_and_gradients(sheets: Any, noise: list[float], columns: list[float]) -> None:
    y = np.array(noise) + 0.1 * np.array([1, 2, 4, 3, 5, 9])
    x = np.array(columns) + np.array([0, 5, 1, 4, 9, 2])
    z = np.array([1.0, 2, 4, 8, 5, 3])
    design = np.column_stack([x, z, np.ones(6)])
    solved, residual = np.linalg.lstsq(design, y, rcond=None)[:2]
    welch = stats.ttest_ind(y, x, equal_var=False)
    truth = {
        "INDEX(LINEST(A1:A6,B1:C6),1,1)": solved[1],
        "INDEX(LINEST(A1:A6,B1:C6),1,2)": solved[0],
        "INDEX(LINEST(A1:A6,B1:C6,TRUE,TRUE),2,2)": np.sqrt(residual[0] / 3 * np.linalg.inv(design.T @ design)[0, 0]),
        "INDEX(LINEST(A1:A6,B1:C6,TRUE,TRUE),3,1)": 1 - residual[0] / ((y - y.mean()) ** 2).sum(),
        "INDEX(LINEST(A1:A6,B1:C6,TRUE,TRUE),5,2)": residual[0],
        "SUM(TREND(A1:A6,B1:C6,{1,2;5,6}))": solved @ [6, 8, 2],
        "SUM(GROWTH(A1:A6,B1:B6,{1}))": np.exp(np.polyval(np.polyfit(x, np.log(y), 1), 1)),
        "T.TEST(A1:A6,B1:B6,2,3)": welch.pvalue,
        "T.TEST(A1:A6,B1:B6,2,1)": stats.ttest_rel(y, x).pvalue,
        "Z.TEST(A1:A6,2)": stats.norm.sf((y.mean() - 2) / y.std(ddof=1) * np.sqrt(6)),
        "CHISQ.TEST(A1:A6,C1:C6)": stats.chi2.sf(((y - z) ** 2 / z).sum(), 5),
    }
    cells: dict[str, Any] = {f"A{row}": float(number) for row, number in enumerate(y, 1)}
    cells |= {f"B{row}": float(number) for row, number in enumerate(x, 1)}
    cells |= {f"C{row}": float(number) for row, number in enumerate(z, 1)}
    cells |= {f"E{row}": f"={formula}" for row, formula in enumerate(truth, 1)}
    program = sheets.program(cells, f"E1:E{len(truth)}", "A1:B6")
    point = program.start
    np.testing.assert_allclose(program(point), list(truth.values()), rtol=1e-9, atol=1e-10)
    step = 1e-5
    values = program(point + step * np.concatenate([np.eye(12), -np.eye(12)]))
    slopes = (values[:12] - values[12:]) / (2 * step)
    scale = np.maximum(1.0, np.abs(slopes).max())
    np.testing.assert_allclose(program.jacobian(point) / scale, slopes.T / scale, atol=1e-6)


def test_coefficients_that_are_open_are_refused(sheets: Any) -> None:
    with pytest.raises(UnsupportedFormulaError, match="depend on one another"):
        sheets.computed({"A1": "=SUM(LINEST({1;2;4;3},{1,2;2,4;3,6;5,10}))"}, "A1")
