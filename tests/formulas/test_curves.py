"""What formulas say of themselves (degree, kinks, steps), against what they do when the variables move."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xlcf.formulas.curves import Traits
from xlcf.formulas.registry import FUNCTIONS

CELLS = {"A1": 0.7, "A2": -1.3, "A3": 2.1, "B1": 2.0, "B2": -3.0, "B3": 5.0, "B4": "'x", "B5": None}


@pytest.mark.parametrize(
    ("formula", "traits"),
    [
        ("3*A1-A2/4+SUM(A1:B5)", Traits(1)),
        ("SUMPRODUCT(A1:A3,B1:B3)-10%*AVERAGE(A1:A3)", Traits(1)),
        ("SUM(MMULT(TRANSPOSE(B1:B3),A1:A3))", Traits(1)),
        ("IF(B1>0,A1,A2^3)", Traits(1)),  # the one that the constant chooses
        ("SUMIF(B1:B3,2,A1:A3)+SLOPE(A1:A3,B1:B3)", Traits(1)),
        ("NPV(0.1,A1:A3)+PMT(0.1,10,A1,A2)", Traits(1)),
        ("A1*A2", Traits(2)),
        ("(A1-B1)^2+SUMSQ(A1:A3)+VAR(A1:A3)", Traits(2)),
        ("SUMXMY2(A1:A3,B1:B3)+SUMPRODUCT((A1:A3-B1:B3)^2)", Traits(2)),
        ("PRODUCT(A1:A3)", Traits(3)),
        ("SUMSQ(A1*A2,A3)", Traits(4)),
        ("A1^0.5+A1^-1", Traits(None, is_total=False)),
        ("EXP(-A1)*SIN(A2)+NORM.S.DIST(A3,TRUE)", Traits(None)),
        ("SQRT(SUMSQ(A1:A3)/3)+LN(A1)", Traits(None, is_total=False)),
        ("1/A1+CORREL(A1:A3,B1:B3)", Traits(None, is_total=False)),
        ("ABS(A1)+MAX(A1:A2,0)", Traits(None, kinks=("ABS", "MAX"))),
        ("LARGE(A1:A3,2)", Traits(None, kinks=("LARGE",))),
        ("LARGE(B1:B3,A1)", Traits(None, steps=("LARGE",))),
        ("ROUND(A1,0)^2+(A2-2)^2", Traits(None, steps=("ROUND",))),
        ("IF(A1>0,A2,1)", Traits(None, steps=(">", "IF"))),
        ("(A1>0)*A1", Traits(None, steps=(">",))),
        ("ABS(INT(A1))", Traits(None, kinks=("ABS",), steps=("INT",))),
        ("MOD(A1,2)", Traits(None, steps=("MOD",))),
        ("COUNT(A1:B5)*A1+COUNTA(A1:A3)", Traits(1)),
        ("COUNT(SQRT(A1))", Traits(None, steps=("COUNT",))),
        ("IFERROR(A1*2,0)", Traits(1)),
        ('IFERROR(A1+B4,ROUND(A2,0))', Traits(None, steps=("ROUND",))),
        ("IFERROR(LN(A1),A2)", Traits(None, steps=("IFERROR",))),
        ("NORM.S.DIST(0,A1)", Traits(None, steps=("NORM.S.DIST",))),
        ("B1*3", Traits(0)),
        ("ISNUMBER(A1)", Traits(0)),
    ],
)  # fmt: skip
def test_traits(sheets: Any, formula: str, traits: Traits) -> None:
    assert sheets.program({**CELLS, "C1": "=" + formula}, "C1", "A1:A3").traits == traits


def test_each_output_has_its_own(sheets: Any) -> None:
    program = sheets.program(
        {**CELLS, "C1": "=A1+1", "C2": "=ABS(A1)", "C3": "=B1", "C4": "=ROUND(C2,0)"}, "C1:C4", "A1"
    )
    linear, kinked, constant, stepped = program.output_traits
    assert (linear.is_linear, linear.is_quadratic, linear.is_smooth) == (True, True, True)
    assert (kinked.degree, kinked.kinks, kinked.is_smooth) == (None, ("ABS",), False)
    assert constant.degree == 0
    assert (stepped.kinks, stepped.steps) == (("ABS",), ("ROUND",))
    assert program.traits == Traits(None, kinks=("ABS",), steps=("ROUND",))


def test_a_recurrence_keeps_its_degree(sheets: Any) -> None:
    cells = {"A1": 1.5, "A2": 0.3, "B1": "=A1", **{f"B{row}": f"=B{row - 1}*2+$A$2" for row in range(2, 40)}}
    assert sheets.program(cells, "B39", "A1:A2").traits == Traits(1)


ATOMS = ["A1", "A2", "A3", "B1", "2", "-0.5"]
SHAPES = [
    "({0}+{1})", "({0}-{1})", "({0}*{1})", "({0}/2)", "-{0}", "{0}%", "({0})^2", "({0})^3", "SUM({0},{1})",
    "AVERAGE({0},{1})", "SUMSQ({0},{1})", "PRODUCT({0},{1})", "DEVSQ({0},{1})", "EXP(({0})/9)", "SIN({0})",
    "TANH({0})", "ABS({0})", "MAX({0},{1})", "MEDIAN({0},{1},1)", "ROUND({0},1)", "INT({0})", "SIGN({0})",
    "({0}>{1})*1", "IF({0}>{1},{0},{1})", "IF(B1>0,{0},{1})", "MOD({0},2)", "IFERROR({0},{1})", "COUNT({0},{1})",
    "ISNUMBER({0})*1", "NORMSDIST({0})", "CHOOSE(2,{0},{1})", "SUMXMY2({0},{1})", "ATAN({0})", "1/(1+({0})^2)",
    "SMALL(A1:A3,1)+{0}", "SUMPRODUCT(A1:A3,B1:B3)*{0}",
]  # fmt: skip
formulas = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: st.builds(lambda shape, a, b: shape.format(a, b), st.sampled_from(SHAPES), inner, inner),
    max_leaves=6,
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(formulas, min_size=12, max_size=12), st.integers(0, 2**32 - 1))
def test_traits_hold_along_lines(sheets: Any, texts: list[str], seed: int) -> None:
    program = sheets.program({**CELLS, **{f"C{k + 1}": f"={text}" for k, text in enumerate(texts)}}, "C1:C12", "A1:A3")
    rng = np.random.default_rng(seed)
    middle, direction = rng.normal(size=3), rng.normal(size=3)
    n = 4001
    values = program(middle + np.linspace(-1, 1, n)[:, None] * direction)
    for text, traits, f in zip(texts, program.output_traits, values.T, strict=True):
        size = np.abs(f[np.isfinite(f)]).max(initial=1.0)
        if traits.is_total and np.isfinite(f).any() and size < 1e100:
            assert np.isfinite(f).all(), text
        if not np.isfinite(f).all() or size > 1e6:
            continue
        if traits.degree is not None and traits.degree <= 4:
            coarse = f[:: (n - 1) // 10]
            assert np.abs(np.diff(coarse, traits.degree + 1)).max() <= 1e-9 * size, text
        if not traits.steps:  # where it is continuous, the largest move shrinks with the distance
            near, far = np.abs(np.diff(f)).max(), np.abs(f[8:] - f[:-8]).max()
            assert near <= 0.5 * far + 1e-9 * size, text
        if traits.is_smooth:
            slopes = np.diff(f)
            near, far = np.abs(np.diff(slopes)).max(), np.abs(slopes[8:] - slopes[:-8]).max()
            assert near <= 0.5 * far + 1e-9 * size, text


def test_every_function_of_values_states_its_curve() -> None:
    assert all((function.curve is None) == function.needs_references for function in FUNCTIONS.values())
