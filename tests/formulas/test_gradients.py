"""Gradients against central differences, and against what Excel's branches mean where a derivative is undefined."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from xlcf.formulas.compiler import compile_cells
from xlcf.formulas.differentiable import NAMED, Elementwise
from xlcf.formulas.namespace import NUMPY
from xlcf.formulas.program import Program
from xlcf.ooxml import open_workbook
from xlcf.solver.model import solver_models


def central_differences(program: Program, x: np.ndarray, step: float = 1e-6) -> np.ndarray:
    n = len(x)
    points = x + step * np.vstack([np.eye(n), -np.eye(n)])
    values = program(points)[:, 0]
    return (values[:n] - values[n:]) / (2 * step)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_the_courses_models(reference: Path, number: int) -> None:
    workbook = open_workbook(reference / "workbooks" / "collab_filter_2017.xlsx")
    model = solver_models(workbook)[number]
    assert model.objective is not None
    program = compile_cells(workbook, [model.objective], model.variable_cells())
    value, gradient = program.value_and_gradient(program.start)
    assert value == pytest.approx(program(program.start)[0], rel=1e-14)
    np.testing.assert_allclose(gradient, central_differences(program, program.start), atol=1e-6)


SMOOTH = [
    "A1*A2+A3",
    "A1/A2-A3/(1+A1^2)",
    "A1^3+A2^-2+A3^A1",
    "SQRT(A1)+EXP(A2)+LN(A3)+LOG(A1,A3)+LOG10(A2)",
    "SIN(A1)+COS(A2)*TAN(A3)+ATAN(A1)+ASIN(A1/9)+ACOS(A2/9)+ATAN2(A1,A2)",
    "SINH(A1)+COSH(A2)+TANH(A3)+ASINH(A1)+ATANH(A2/9)",
    "SUM(A1:A3)*AVERAGE(A1:A3)+SUMSQ(A1:A3)",
    "PRODUCT(A1:A3)",
    "MAX(A1:A3)*MIN(A1:A3)+LARGE(A1:A3,2)+SMALL(A1:A3,3)+MEDIAN(A1:A3)",
    "SUMPRODUCT(A1:A3,B1:B3)+SUMXMY2(A1:A3,B1:B3)+SUMX2MY2(A1:A3,B1:B3)+SUMX2PY2(A1:A3,B1:B3)",
    "DEVSQ(A1:A3)+VAR(A1:A3)+STDEV(A1:A3,B1:B3)+STDEVP(A1:A3)",
    "SLOPE(A1:A3,B1:B3)+INTERCEPT(B1:B3,A1:A3)+CORREL(A1:A3,B1:B3)+RSQ(A1:A3,B1:B3)+FORECAST(A1,A1:A3,B1:B3)",
    "SUMPRODUCT(MMULT(TRANSPOSE(A1:A3),B1:D3))",
    "SUMPRODUCT(MINVERSE(B1:D3+A1)*A2)",
    "IF(A1>1,A1*A2,A3)+IFERROR(A1/A2,0)+ABS(A1-A2)",
    "MOD(A1*3,A2)+ROUND(A1,2)*A2",
    "SUMIF(B1:B3,\">1\",A1:A3)+AVERAGEIF(B1:B3,\">0\",A1:A3)",
    "NORM.DIST(A1,A2,A3,TRUE)+NORM.DIST(A1,A2,A3,FALSE)+NORM.S.DIST(A1,TRUE)+NORMSINV(A2/9)+GAMMALN(A3)",
    "NPV(A1/10,A1:A3)+PMT(A2/10,12,A3,A1,1)",
    "INDEX(A1:A3,2)*OFFSET(A1,2,0)+CHOOSE(2,A1,A2^2)+VLOOKUP(2,{1,5;2,6},2,0)*A1",
    "VLOOKUP(2,B1:C3,2)*A1+_xlfn.XLOOKUP(1,B1:B3,A1:A3)",
]  # fmt: skip
GRID = {
    "A1": 1.7,
    "A2": 0.6,
    "A3": 2.3,
    "B1": 1,
    "B2": 2,
    "B3": 0.5,
    "C1": 0.3,
    "C2": 2,
    "C3": -1,
    "D1": 4,
    "D2": 1,
    "D3": 0.7,
}


@pytest.mark.parametrize("formula", SMOOTH)
def test_gradient_equals_central_differences(sheets: Any, formula: str) -> None:
    program = sheets.program({**GRID, "Z9": f"={formula}"}, "Z9", "A1:A3")
    value, gradient = program.value_and_gradient(program.start)
    assert np.isfinite(value)
    np.testing.assert_allclose(gradient, central_differences(program, program.start), rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(program.jacobian(program.start)[0], gradient, rtol=1e-14)


@pytest.mark.parametrize(
    ("cells", "x", "value", "gradient"),
    [
        ({"C1": "=IF(A1>0,SQRT(A1),0)"}, [0, 1], 0, [0, 0]),
        ({"C1": "=IF(A1=0,0,A2/A1)"}, [0, 1], 0, [0, 0]),
        ({"B1": "=1/A1", "C1": "=IF(A1=0,0,B1*2)"}, [0, 1], 0, [0, 0]),
        ({"B1": "=1/A1", "B2": "=B1^2", "C1": "=IF(A1=0,A2,B2)"}, [0, 3], 3, [0, 1]),
        ({"C1": "=IFERROR(1/A1,0)"}, [0, 1], 0, [0, 0]),
        ({"C1": "=IFERROR(LN(A1),A2*2)"}, [-1, 3], 6, [0, 2]),
        ({"C1": "=IF(A1>0,LN(A1),A1)"}, [0, 1], 0, [1, 0]),
        ({"C1": "=IF(A1>0,A1*LN(A1),0)+A2"}, [0, 1], 1, [0, 1]),
        ({"C1": "=IF(A1>100,A1,EXP(A1))"}, [800, 1], 800, [1, 0]),
        ({"C1": "=1/(1+EXP(-A1))"}, [-800, 1], 0, [0, 0]),
        ({"C1": "=IF(A1<0,0,A1^0.5)"}, [-1, 1], 0, [0, 0]),
        ({"C1": "=IFERROR(A1^A2,7)"}, [-2, 0.5], 7, [0, 0]),
        ({"C1": "=A1^2+A2^3"}, [-3, -2], 1, [-6, 12]),
        ({"C1": "=A1^2"}, [0, 0], 0, [0, 0]),
        ({"C1": "=MAX(A1:A2)"}, [2, 2], 2, [0.5, 0.5]),
        ({"C1": "=MAX(A1,0)+MIN(A2,0)"}, [3, 4], 3, [1, 0]),
        ({"C1": "=IF(A1=0,A2,MAX(1/A1,2/A1))"}, [0, 5], 5, [0, 1]),
        ({"C1": "=ABS(A1)+SIGN(A2)"}, [0, 0], 0, [0, 0]),
        ({"B1": "=1/A1", "B2": 1, "C1": "=IF(A1=0,A2,SUMPRODUCT(MMULT(B1:B2,{1,2})))"}, [0, 4], 4, [0, 1]),
        ({"C1": "=IF(A1=A2,A1,SQRT((A1-A2)^2))"}, [2, 2], 2, [1, 0]),
        ({"B1": "'n/a", "B2": 1, "C1": "=SUMXMY2(A1:A2,B1:B2)"}, [5, 3], 4, [0, 4]),
        ({"B1": "'n/a", "B2": 1, "C1": "=DEVSQ(A1:A2,B1:B2)"}, [1, 4], 6, [-2, 4]),
        ({"C1": "=IF(COUNT(E1:E3)=0,A1,AVERAGE(E1:E3)*A2)"}, [1, 4], 1, [1, 0]),
    ],
)  # fmt: skip
def test_an_untaken_branch_has_no_gradient(
    sheets: Any, cells: dict[str, Any], x: list[float], value: float, gradient: list[float]
) -> None:
    program = sheets.program({"A1": 1, "A2": 1, **cells}, "C1", "A1:A2")
    got, slope = program.value_and_gradient(np.array(x, dtype=float))
    assert got == pytest.approx(value, abs=1e-300)
    np.testing.assert_allclose(slope, gradient, atol=1e-300)
    np.testing.assert_allclose(program.jacobian(np.array(x, dtype=float)), [gradient], atol=1e-300)


def test_jacobian_of_several_outputs(sheets: Any) -> None:
    cells = {"A1": 0, "A2": 2, "B1": "=A1*A2", "B2": "=IF(A1>0,SQRT(A1),A2)", "B3": 4}
    program = sheets.program(cells, "B1:B3", "A1:A2")
    np.testing.assert_array_equal(program.jacobian(program.start), [[2, 0], [0, 1], [0, 0]])
    assert program.value_and_gradient(program.start, output=1)[0] == 2


def test_constant_output_has_no_gradient(sheets: Any) -> None:
    program = sheets.program({"A1": 1, "B1": "=2+3"}, "B1", "A1")
    value, gradient = program.value_and_gradient(program.start)
    assert (value, gradient.tolist()) == (5, [0])
    np.testing.assert_array_equal(program.jacobian(program.start), [[0]])


def test_evaluations_leave_nothing_behind(sheets: Any) -> None:
    """Constants are moved to torch once; what an evaluation makes for itself is not kept."""
    cells = {"A1": 1, "A2": None, "A3": "'x", "B1": "=AVERAGE(A1:A3)+SUMXMY2(A1:A3,{1;2;3})+VAR(A1:A3,3)"}
    program = sheets.program(cells, "B1", "A1")
    x = torch.tensor(program.start, requires_grad=True)
    program.torch(x)
    held = len(program._torch._constants)
    for _ in range(5):
        program.torch(x)
    assert len(program._torch._constants) == held


def trees() -> st.SearchStrategy[str]:
    """Smooth formulas of A1:A3, of moderate size wherever the variables are between 0.5 and 2."""
    leaves = st.sampled_from(["A1", "A2", "A3", "2", "0.5"])

    def grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        infix = st.builds("({}{}{})".format, inner, st.sampled_from(["+", "-", "*"]), inner)
        ratio = st.builds("({}/(1+{}^2))".format, inner, inner)
        plain = st.builds("{}({})".format, st.sampled_from(["SIN", "TANH", "ATAN", "COS"]), inner)
        root = st.builds("SQRT(1+{}^2)".format, inner)
        many = st.builds("{}({},A1:A3,{})".format, st.sampled_from(["SUM", "SUMSQ", "AVERAGE", "DEVSQ"]), inner, inner)
        branch = st.builds("IF(A1>1,{},{})".format, inner, inner)
        return infix | ratio | plain | root | many | branch

    return st.recursive(leaves, grow, max_leaves=8)


@settings(max_examples=80, deadline=None)
@given(formula=trees(), x=st.lists(st.floats(0.5, 2), min_size=3, max_size=3))
def test_gradients_of_random_formulas(sheets: Any, formula: str, x: list[float]) -> None:
    assume(abs(x[0] - 1) > 1e-3)  # the branch
    program = sheets.program({"A1": 1, "A2": 1, "A3": 1, "B1": f"={formula}"}, "B1", "A1:A3")
    point = np.array(x)
    value, gradient = program.value_and_gradient(point)
    assert value == pytest.approx(program(point)[0], rel=1e-12, abs=1e-12)
    scale = max(1.0, abs(value), np.abs(gradient).max())
    np.testing.assert_allclose(gradient / scale, central_differences(program, point) / scale, atol=2e-7)


def test_gradients_flow_through_torch(sheets: Any) -> None:
    program = sheets.program({"A1": 3, "B1": "=A1^2"}, "B1", "A1")
    x = torch.tensor([[3.0], [4.0]], dtype=torch.float64, requires_grad=True)
    program.torch(x).sum().backward()
    assert x.grad is not None
    np.testing.assert_array_equal(x.grad.numpy(), [[6], [8]])


@pytest.mark.parametrize("name", sorted(NAMED))
def test_slopes_are_those_of_torch(name: str) -> None:
    """Of every function that formulas use element by element, at points inside its domain."""
    function = NAMED[name]
    point = np.array([[1.2, 1.7]]) if name == "arccosh" else np.array([[0.3, 0.7]])
    arrays = [point + 0.1 * place for place in range(len(function.derivatives))]
    tensors = [torch.tensor(array, requires_grad=True) for array in arrays]
    (getattr(torch, name, None) or getattr(torch.special, name))(*tensors).sum().backward()
    result = NUMPY.elementwise(name, *arrays)
    for number, tensor in enumerate(tensors):
        assert tensor.grad is not None
        np.testing.assert_allclose(function.derivative(number, arrays, result), tensor.grad.numpy(), rtol=1e-12)
        by_differences = Elementwise(function.values, (None,) * len(tensors))
        np.testing.assert_allclose(by_differences.derivative(number, arrays, result), tensor.grad.numpy(), rtol=1e-9)


@settings(max_examples=40, deadline=None)
@given(formula=trees(), x=st.lists(st.floats(0.5, 2), min_size=3, max_size=3))
def test_gradients_are_those_of_torch(sheets: Any, formula: str, x: list[float]) -> None:
    program = sheets.program({"A1": 1, "A2": 1, "A3": 1, "B1": f"={formula}"}, "B1", "A1:A3")
    point = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    value = program.torch(point)
    expected = torch.zeros(3, dtype=torch.float64)
    if value.requires_grad:
        (expected,) = torch.autograd.grad(value[0], point)
    gradient = program.value_and_gradient(np.array(x))[1]
    np.testing.assert_allclose(gradient, expected.numpy(), rtol=1e-10, atol=1e-10 * max(1.0, np.abs(gradient).max()))
