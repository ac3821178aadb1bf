"""Constraints: what becomes a bound, what stays a function, and what is refused."""

import numpy as np
import pytest

import xlcf
from xlcf.errors import InputError

CELLS = {
    "A1": "=SUMSQ(B1:B2)",
    "B1": 1.0,
    "B2": 2.0,
    "C1": -1.0,
    "C2": 5.0,
    "D1": "=B1+2*B2",
    "D2": "=B1*B2",
    "D3": "=C1+1",
    "E1": "text",
}
INFINITY = np.inf


def read(solver_book, **solver):
    return xlcf.read_problem(solver_book(CELLS, **solver))


@pytest.mark.parametrize(
    ("solver", "lower", "upper"),
    [
        ({"lhs1": "B1:B2", "rel1": 3, "rhs1": "0.5"}, [0.5, 0.5], [INFINITY, INFINITY]),
        ({"lhs1": "B1:B2", "rel1": 1, "rhs1": "C1:C2"}, [-INFINITY, -INFINITY], [-1, 5]),
        ({"lhs1": "B1:B2", "rel1": 1, "rhs1": "C2"}, [-INFINITY, -INFINITY], [5, 5]),
        ({"lhs1": "B2", "rel1": 2, "rhs1": "3"}, [-INFINITY, 3], [INFINITY, 3]),
        ({"neg": 1}, [0, 0], [INFINITY, INFINITY]),
        ({"neg": 1, "lhs1": "B1", "rel1": 3, "rhs1": "-7"}, [-7, 0], [INFINITY, INFINITY]),
        ({"lhs1": "B1", "rel1": 3, "rhs1": "1", "lhs2": "B1", "rel2": 3, "rhs2": "2"}, [2, -INFINITY], [INFINITY] * 2),
        # a blank cell counts as 0
        ({"lhs1": "B1", "rel1": 3, "rhs1": "F9"}, [0, -INFINITY], [INFINITY] * 2),
        # stale ones beyond the number stated
        ({"num": 1, "lhs1": "B1", "rel1": 3, "rhs1": "1", "lhs2": "B2", "rel2": 3, "rhs2": "2"},
         [1, -INFINITY], [INFINITY] * 2),
        # integers that Solver was told to ignore
        ({"lhs1": "B1", "rel1": 4, "rhs1": "integer", "rlx": 1}, [-INFINITY] * 2, [INFINITY] * 2),
    ],
    ids=str,
)  # fmt: skip
def test_constants_bound_the_variables(solver, lower, upper, solver_book):
    problem = read(solver_book, **solver)
    np.testing.assert_array_equal(problem.lower, lower)
    np.testing.assert_array_equal(problem.upper, upper)
    assert problem.constraints is None
    assert problem.has_bounds == bool(np.isfinite([*lower, *upper]).any())


def test_functions_are_compared(solver_book):
    problem = read(
        solver_book,
        lhs1="D1:D2", rel1=1, rhs1="4",
        lhs2="D2", rel2=3, rhs2="D1",
        lhs3="B1", rel3=2, rhs3="D2",
    )  # fmt: skip
    constraints = problem.constraints
    x = np.array([3.0, 0.5])  # D1 = 4, D2 = 1.5
    assert constraints.relations == ("<=", "<=", ">=", "=")
    assert constraints.texts == ("D1 <= 4", "D2 <= 4", "D2 >= D1", "B1 = D2")
    np.testing.assert_allclose(constraints.gaps(x), [0.0, -2.5, -2.5, 1.5])
    np.testing.assert_allclose(constraints.violation(x), [0.0, 0.0, 2.5, 1.5])
    # by hand: D1' = (1, 2), D2' = (B2, B1)
    expected = [[1, 2], [0.5, 3], [-0.5, 1], [0.5, -3]]
    np.testing.assert_allclose(constraints.jacobian(x), expected)


def test_a_computed_constant_is_a_right_side(solver_book):
    """D3 holds a formula that no variable changes."""
    problem = read(solver_book, lhs1="B1", rel1=3, rhs1="D3")
    np.testing.assert_allclose(problem.constraints.gaps(np.array([2.0, 0.0])), [2.0])
    np.testing.assert_allclose(problem.constraints.jacobian(np.array([2.0, 0.0])), [[1.0, 0.0]])


@pytest.mark.parametrize(
    ("solver", "sentence"),
    [
        ({"lhs1": "B1", "rel1": 4, "rhs1": "integer"}, "asks for integer cells (B1), which gradients cannot give"),
        ({"lhs1": "B1", "rel1": 5, "rhs1": "binary"}, "asks for binary cells"),
        ({"lhs1": "B1:B2", "rel1": 6, "rhs1": "alldifferent"}, "asks for all different cells"),
        ({"lhs1": "B1", "rel1": 3, "rhs1": "5", "lhs2": "B1", "rel2": 1, "rhs2": "4"},
         "The constraints on S!B1 contradict each other: at least 5 and at most 4; mend"),
        ({"neg": 1, "lhs1": "B2", "rel1": 1, "rhs1": "-1"}, "contradict each other: at least 0 and at most -1"),
        ({"lhs1": "B1:B2", "rel1": 3, "rhs1": "C1:C3"}, "compares 2 cells with 3; mend"),
        ({"lhs1": "D1:D2", "rel1": 3, "rhs1": "D1:D3"}, "compares 2 cells with 3; mend"),
        ({"lhs1": "B1", "rel1": 3, "rhs1": "E1"}, "compares with text, which is no number; mend"),
        ({"lhs1": "B1", "rel1": 3, "rhs1": "S!B2+1"}, "compares with a formula; put the formula into a cell"),
        ({"num": 2, "lhs1": "B1", "rel1": 3, "rhs1": "1"}, "Constraint 2 of 2 is missing"),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_refused_says_why(solver, sentence, solver_book):
    with pytest.raises(InputError) as caught:
        read(solver_book, **solver)
    assert sentence in str(caught.value)
