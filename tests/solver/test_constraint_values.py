"""Constraints at a point, cell by cell: value, limit, slack, and what counts as violated."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import xlcf
from xlcf.solver.constraint_values import constraint_values, infeasible_message, worst_violation
from xlcf.solver.constraints import tolerance, violation

CELLS = {
    "A1": "=SUMSQ(B1:B2)",
    "B1": 1.0,
    "B2": 2.0,
    "C1": -1.0,
    "C2": 5.0,
    "D1": "=B1+2*B2",
    "D2": "=B1*B2",
    "E2": "Product",
    "F2": "=D2",
}


def test_every_comparison_has_value_limit_and_slack(solver_book):
    problem = xlcf.read_problem(
        solver_book(
            CELLS,
            lhs1="B1:B2", rel1=3, rhs1="C1:C2",
            lhs2="B1", rel2=4, rhs2="integer",
            lhs3="F2", rel3=1, rhs3="D1",
            lhs4="D1", rel4=2, rhs4="4",
            rlx=1,
        )
    )  # fmt: skip
    found = constraint_values(problem, np.array([2.0, 6.0]))
    assert [(row.text, row.value, row.limit, row.slack, row.status) for row in found if row.limit is not None] == [
        ("B1 >= C1", 2.0, -1.0, 3.0, "not binding"),
        ("B2 >= C2", 6.0, 5.0, 1.0, "not binding"),
        ("F2 <= D1", 12.0, 14.0, 2.0, "not binding"),
        ("D1 = 4", 14.0, 4.0, -10.0, "violated"),
    ]
    assert [row.text for row in found] == ["B1 >= C1", "B2 >= C2", "B1 integer", "F2 <= D1", "D1 = 4"]
    assert [row.status for row in found].count("ignored") == 1
    assert [row.label for row in found if row.cell == "F2"] == ["Product"]


def test_a_constraint_at_its_limit_is_binding(solver_book):
    problem = xlcf.read_problem(solver_book(CELLS, lhs1="D1", rel1=1, rhs1="5", lhs2="B1", rel2=3, rhs2="1"))
    assert [row.status for row in constraint_values(problem, np.array([1.0, 2.0]))] == ["binding", "binding"]
    assert worst_violation(problem, np.array([1.0, 2.0])) is None


def test_the_worst_is_judged_by_its_own_size(solver_book):
    """1 too much of a million is less than 0.1 too much of 1."""
    cells = CELLS | {"D1": "=1000000*B1", "D2": "=B2"}
    problem = xlcf.read_problem(solver_book(cells, lhs1="D1", rel1=1, rhs1="1000000", lhs2="D2", rel2=1, rhs2="1"))
    worst = worst_violation(problem, np.array([1.000001, 1.1]))
    assert worst is not None
    assert worst.text == "D2 <= 1"
    assert "D2 is 1.1, 0.1 too much" in infeasible_message(problem, np.array([1.000001, 1.1]))


def test_an_error_in_a_constraint_is_a_violation(solver_book):
    problem = xlcf.read_problem(solver_book(CELLS | {"D2": "=LN(B1)"}, lhs1="D2", rel1=1, rhs1="1"))
    by, tolerated = problem.violations(np.array([-1.0, 1.0]))
    assert by.max() == np.inf
    assert not (by <= tolerated).all()
    assert "one of its sides is an error" in infeasible_message(problem, np.array([-1.0, 1.0]))


finite = st.floats(-1e12, 1e12)


@given(finite, finite, st.floats(1e-8, 1e-2))
def test_violations_are_what_excel_calls_them(left, right, precision):
    sides = np.full(3, left), np.full(3, right)
    by = violation(np.array(["<=", "=", ">="]), *sides)
    assert by.tolist() == [max(left - right, 0.0), abs(left - right), max(right - left, 0.0)]
    allowed = tolerance(precision, *sides)
    np.testing.assert_allclose(allowed, precision * max(1.0, abs(left), abs(right)), rtol=1e-12)


@pytest.mark.parametrize("precision", [1e-6, 0.5])
def test_solvers_precision_decides(precision, solver_book):
    problem = xlcf.read_problem(solver_book(CELLS, lhs1="D1", rel1=1, rhs1="1", pre=precision))
    by, tolerated = problem.violations(np.array([0.7, 0.35]))  # 1.4
    assert (by <= tolerated).all() == (precision == 0.5)
