"""Statistics of ranges against Excel's documentation, its own answers, and NumPy; gradients by differences."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

COLUMN = [4, 5, 8, 7, 11, 4, 3]
CELLS = {
    **{f"A{row}": number for row, number in enumerate(COLUMN, 1)},
    **{"B1": "'text", "B2": True, "B3": 3, "B4": None, "B5": "'7"},
    **{f"C{row}": number for row, number in enumerate([12, -1, 7.5, 56, 12, -4, 3], 1)},
    **{f"D{row}": number for row, number in enumerate([79, 85, 78, 85, 50, 81, 95, 88, 97], 1)},
    **{"E1": 70, "E2": 79, "E3": 89},
    **{f"F{row}": number for row, number in enumerate([5.6, 4, 4, 3, 2, 4], 1)},
}
ANSWERS: list[tuple[str, object]] = [
    ("AVEDEV(A1:A7)", 2.2857142857142856),
    ("GEOMEAN(4,5,8,7,11,4,3)", 5.476986969656962),
    ("HARMEAN(4,5,8,7,11,4,3)", 5.028375962061728),
    ("GEOMEAN(1,0)", "#NUM!"),
    ("HARMEAN(1,-1)", "#NUM!"),
    ("KURT(3,4,5,2,3,4,5,6,4,7)", -0.1517996372084173),
    ("KURT(1,2,3)", "#DIV/0!"),
    ("KURT(1,1,1,1)", "#DIV/0!"),
    ("SKEW(3,4,5,2,3,4,5,6,4,7)", 0.3595430714067974),
    ("SKEW.P(3,4,5,2,3,4,5,6,4,7)", 0.3031933393541438),
    ("AVERAGEA(B1:B5)", 1),
    ("AVERAGEA(B4)", "#DIV/0!"),
    ("MAXA(B1:B2)", 1),
    ("MINA(B1:B3)", 0),
    ('MINA(B3,"-1")', -1),
    ("VARA(B1:B3)", 7 / 3),
    ("VARPA(B1:B3)", 14 / 9),
    ("STDEVA(B1:B3)", math.sqrt(7 / 3)),
    ("STDEVPA(B1:B3)", math.sqrt(14 / 9)),
    ("PERCENTILE.INC({1,2,3,4,5,6,7,8,9,10},0.912)", 9.208),
    ("PERCENTILE.EXC({1,2,3,4,5,6,7,8,9,10},0.7)", 7.7),
    ("PERCENTILE.EXC({1,2,3,4,5,6,7,8,9,10},0.05)", "#NUM!"),
    ("PERCENTILE({1,3},1.1)", "#NUM!"),
    ("PERCENTILE({5},0.3)", 5),
    ("QUARTILE.INC({1,2,3,4,5,6,7,8,9,10},1.3)", 3.25),
    ("QUARTILE.EXC({1,2,3,4,5,6,7,8,9,10},3)", 8.25),
    ("QUARTILE({1,2,4},-1)", "#NUM!"),
    ("PERCENTRANK.INC(C1:C7,10.5)", 0.611),
    ("PERCENTRANK.INC(C1:C7,40)", 0.939),
    ("PERCENTRANK.EXC(C1:C7,3)", 0.375),
    ("PERCENTRANK(C1:C7,56.1)", "#N/A"),
    ("PERCENTRANK(5,-1)", "#N/A"),
    ("PERCENTRANK(5,5)", 1),
    ("PROB({1,2},{1;2},1)", "#N/A"),
    ("PERCENTRANK.INC({1,2,3,4,5,6,7,8,9,10},5.12,6)", 0.457777),
    ("RANK.EQ(4,A1:A7)", 5),
    ("RANK(4,A1:A7,1)", 2),
    ("RANK.AVG(4,A1:A7)", 5.5),
    ("RANK.AVG(9,A1:A7)", "#N/A"),
    ("SUM(FREQUENCY(D1:D9,E1:E3)*{1;10;100;1000})", 1 + 20 + 400 + 2000),
    ("SUM(FREQUENCY(D1:D9,{89;70;89})*{1;10;100;1000})", 6 + 10 + 2000),
    ("MODE.SNGL(F1:F6)", 4),
    ("MODE(1,2,2,1)", 1),
    ("MODE(1,2,3)", "#N/A"),
    ("SUM(MODE.MULT({1,2,3,4,3,2,1,2,3}))", 5),
    ("TRIMMEAN({4,5,6,7,2,3,4,5,1,2,3},0.2)", 3.7777777777777777),
    ("TRIMMEAN({4,5},1)", "#NUM!"),
    ("COVARIANCE.P({3,2,4,5,6},{9,7,12,15,17})", 5.2),
    ("COVAR({3,2,4,5,6},{9;7;12;15;17})", 5.2),
    ("COVARIANCE.S({2,4,8},{5,11,12})", 9.666666666666668),
    ("COVARIANCE.S({2},{5})", "#DIV/0!"),
    ("COVARIANCE.P({1,2},{1,2,3})", "#N/A"),
    ("STEYX({2,3,9,1,8,7,5},{6,5,11,7,5,4,4})", 3.305718950210041),
    ("SUMX2MY2({1;3;3},{1,2,3})", 5),
    ("SUMXMY2({1,2},{1,2,3})", "#N/A"),
    ("SUMPRODUCT({1,2},{1;2})", "#VALUE!"),
    ("PROB({0,1,2,3},{0.2,0.3,0.1,0.4},2)", 0.1),
    ("PROB({0,1,2,3},{0.2,0.3,0.1,0.4},1,3)", 0.8),
    ("PROB({0,1},{0.2,0.3},0)", "#NUM!"),
]


def test_answers(sheets: Any) -> None:
    assert not sheets.differing(ANSWERS, CELLS)


@settings(max_examples=10, deadline=None)
@given(numbers=st.lists(st.floats(0.5, 9), min_size=6, max_size=6, unique=True), share=st.floats(0.15, 0.85))
def test_values_and_gradients(sheets: Any, numbers: list[float], share: float) -> None:
    x = np.array([round(number, 3) for number in numbers])
    if len(set(x.tolist())) < 6:
        return
    truth = {
        "KURT(A1:A6)": stats.kurtosis(x, bias=False),
        "SKEW(A1:A6)": stats.skew(x, bias=False),
        "SKEW.P(A1:A6)": stats.skew(x),
        "GEOMEAN(A1:A6)": stats.gmean(x),
        "HARMEAN(A1:A6)": stats.hmean(x),
        "AVEDEV(A1:A6)": np.abs(x - x.mean()).mean(),
        f"PERCENTILE(A1:A6,{share})": np.percentile(x, 100 * share),
        f"PERCENTILE.EXC(A1:A6,{share})": np.percentile(x, 100 * share, method="weibull"),
        "TRIMMEAN(A1:A6,0.4)": np.sort(x)[1:5].mean(),
        "COVARIANCE.S(A1:A6,{1;2;4;3;5;9})": np.cov(x, [1, 2, 4, 3, 5, 9])[0, 1],
        "STEYX(A1:A6,{1;2;4;3;5;9})": math.sqrt(np.polyfit([1, 2, 4, 3, 5, 9], x, 1, full=True)[1][0] / 4),
        "AVERAGEA(A1:A6)+VARA(A1:A6)": x.mean() + x.var(ddof=1),
        "PROB({1;2},{0.25;0.75},2)*A1": 0.75 * x[0],
    }
    cells: dict[str, Any] = {f"A{row}": float(number) for row, number in enumerate(x, 1)}
    cells |= {f"C{row}": f"={formula}" for row, formula in enumerate(truth, 1)}
    program = sheets.program(cells, f"C1:C{len(truth)}", "A1:A6")
    np.testing.assert_allclose(program(x), list(truth.values()), rtol=1e-9, atol=1e-11)
    if min(abs(x - x.mean())) < 1e-3 or np.diff(np.sort(x)).min() < 1e-3:
        return  # a kink
    step = 1e-6
    values = program(x + step * np.concatenate([np.eye(6), -np.eye(6)]))
    np.testing.assert_allclose(program.jacobian(x), ((values[:6] - values[6:]) / (2 * step)).T, rtol=2e-5, atol=1e-6)


def test_steps_of_variables(sheets: Any) -> None:
    cells = {"A1": 3, "A2": 5, "A3": 4, "B1": "=RANK(A1,A1:A3)+SUM(FREQUENCY(A1:A3,{4})*{1;10})+MODE(A1,A2,A2)"}
    program = sheets.program(cells, "B1", "A1:A3")
    np.testing.assert_array_equal(program(np.array([3.0, 5, 4])), [3 + 12 + 5])
    np.testing.assert_array_equal(program(np.array([6.0, 5, 7])), [2 + 30 + 5])


def test_how_many_modes_there_are_must_be_known(sheets: Any) -> None:
    with pytest.raises(Exception, match="modes"):
        sheets.program({"A1": 3, "B1": "=SUM(MODE.MULT(A1,1,1))"}, "B1", "A1")
