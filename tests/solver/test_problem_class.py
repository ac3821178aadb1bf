"""What kind of problem a model states, told from its formulas."""

import numpy as np
import pytest

import xlcf
from xlcf.solver.compiling import compile_problem
from xlcf.solver.model import solver_models

CELLS = {
    "B1": 1.0,
    "B2": 2.0,
    "C1": "=B1+2*B2",
    "C2": "=B1*B2",
    "C3": "=EXP(B1)",
    "C4": "=ABS(B1)",
    "C5": "=IF(B1>0,1,2)",
    "D1": "=B1-1",
    "D2": "=B1+B2-3",
}


@pytest.fixture
def compiled(solver_book):
    """Give a function that makes the problem with an objective's formula."""

    def make(formula, **solver):
        workbook = xlcf.open_workbook(solver_book(CELLS | {"A1": formula}, **solver))
        return compile_problem(workbook, solver_models(workbook)[0])

    return make


@pytest.mark.parametrize(
    ("formula", "solver", "objective"),
    [
        ("=3*B1-B2+7", {}, "linear"),
        ("=3*B1-B2+7", {"typ": 1}, "linear"),
        ("=3*B1-B2+7", {"typ": 3, "val": 2}, "least squares"),
        ("=B1*B2-B1", {}, "quadratic"),
        ("=SUMSQ(D1:D2)", {}, "least squares"),
        ("=SUMSQ(D1:D2)", {"typ": 1}, "quadratic"),
        ("=SQRT(SUMSQ(D1:D2)/2)", {}, "least squares"),
        ("=SUMXMY2(D1:D2,C2:C3)", {}, "least squares"),
        ("=EXP(B1)+B2^2", {}, "smooth"),
        ("=ABS(B1)+B2", {}, "kinks"),
        ("=SUMSQ(B1:B2)+MAX(B1,0)", {}, "kinks"),
        ("=ROUND(B1,0)^2+(B2-2)^2", {}, "steps"),
    ],
)
def test_the_objective(formula, solver, objective, compiled):
    kind = compiled(formula, **solver).problem_class
    assert (kind.objective, kind.constraints, kind.has_bounds, kind.has_integers) == (objective, None, False, False)
    assert kind.is_smooth == (objective not in ("kinks", "steps"))
    assert kind.is_linear == (objective == "linear")


@pytest.mark.parametrize(
    ("cell", "form"), [("C1", "linear"), ("C2", "quadratic"), ("C3", "smooth"), ("C4", "kinks"), ("C5", "steps")]
)
def test_the_constraints(cell, form, compiled):
    kind = compiled("=B1+B2", lhs1=cell, rel1=1, rhs1="4", lhs2="C1", rel2=3, rhs2="B1").problem_class
    assert (kind.objective, kind.constraints) == ("linear", form)
    assert kind.is_linear == (form == "linear")
    assert kind.is_smooth == (form not in ("kinks", "steps"))


def test_a_right_side_counts(compiled):
    assert compiled("=B1+B2", lhs1="C1", rel1=1, rhs1="=B1^2").problem_class.constraints == "quadratic"


def test_bounds_and_integers_are_said(compiled):
    kind = compiled("=B1+B2", lhs1="B1", rel1=5, rhs1="binary", lhs2="C1", rel2=1, rhs2="3").problem_class
    assert str(kind) == "linear objective, linear constraints, bounds, integers"
    assert str(compiled("=ABS(B1)+B2").problem_class) == "not smooth (kinks) objective, no constraints"


@pytest.mark.parametrize(
    ("formula", "solver", "is_convex"),
    [
        ("=B1+B2", {}, True),
        ("=B1^2+B1*B2+B2^2", {}, True),
        ("=B1^2+2*B1*B2+B2^2", {}, True),  # flat in one direction
        ("=B1^2+3*B1*B2+B2^2", {}, False),
        ("=B1^2+B1*B2+B2^2", {"typ": 1}, False),
        ("=3*B1-B1^2-B2^2", {"typ": 1}, True),
        ("=SQRT(SUMSQ(D1:D2))", {}, True),
        ("=EXP(B1)", {}, None),
        ("=B1^2+B2^2", {"lhs1": "C2", "rel1": 1, "rhs1": "1"}, None),
        ("=B1^2+B2^2", {"lhs1": "C1", "rel1": 1, "rhs1": "1"}, True),
    ],
)
def test_convexity(formula, solver, is_convex, compiled):
    assert compiled(formula, **solver).is_convex is is_convex


def test_the_residuals_of_least_squares(compiled):
    problem = compiled("=SUMSQ(D1:D2)")
    x = np.array([2.0, 5.0])
    np.testing.assert_allclose(np.abs(problem.least_squares.residuals(x)), [1, 4])
    assert compiled("=SUMSQ(D1:D2)", typ=1).least_squares is None
    assert compiled("=B1*B2").least_squares is None
