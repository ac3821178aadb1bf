"""Constraints: what becomes a bound, what stays a function, and what is refused."""

import numpy as np
import pytest

import xlcf
from xlcf.errors import InputError
from xlcf.ooxml.hidden_names import HiddenName, add_hidden_names
from xlcf.ooxml.workbook import open_workbook
from xlcf.solver.compiling import compile_problem
from xlcf.solver.constraint_values import constraint_values
from xlcf.solver.model import solver_models

CELLS = {
    "A1": "=SUMSQ(B1:B2)",
    "B1": 1.0,
    "B2": 2.0,
    "C1": -1.0,
    "C2": 5.0,
    "D1": "=B1+2*B2",
    "D2": "=B1*B2",
    "D3": "=C1+1",
    "C3": "=C1*4",
    "C4": "=-SUM(C2,4)",
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
        # variables without a lower bound of their own, and those that have one, be it computed or a formula
        ({"neg": 1, "lhs1": "B1:B2", "rel1": 3, "rhs1": "C3:C4"}, [-4, -9], [INFINITY] * 2),
        ({"neg": 1, "lhs1": "B1", "rel1": 3, "rhs1": "C4"}, [-9, 0], [INFINITY] * 2),
        ({"neg": 1, "lhs1": "B1", "rel1": 3, "rhs1": "=-$C$2-100%"}, [-6, 0], [INFINITY] * 2),
        ({"neg": 1, "lhs1": "B1", "rel1": 2, "rhs1": "=10*-2"}, [-20, 0], [-20, INFINITY]),
        ({"neg": 1, "lhs1": "B1:B2", "rel1": 1, "rhs1": "10*2"}, [0, 0], [20, 20]),
        # integers that Solver was told to ignore
        ({"lhs1": "B1", "rel1": 4, "rhs1": "integer", "rlx": 1}, [-INFINITY] * 2, [INFINITY] * 2),
    ],
    ids=str,
)  # fmt: skip
def test_constants_bound_the_variables(solver, lower, upper, solver_book):
    problem = read(solver_book, **solver)
    np.testing.assert_array_equal(problem.variables.lower, lower)
    np.testing.assert_array_equal(problem.variables.upper, upper)
    assert len(problem.constraints) == 0
    assert problem.variables.has_bounds == bool(np.isfinite([*lower, *upper]).any())


def test_functions_are_compared(solver_book):
    problem = read(
        solver_book,
        lhs1="D1:D2", rel1=1, rhs1="4",
        lhs2="D2", rel2=3, rhs2="D1",
        lhs3="B1", rel3=2, rhs3="D2",
    )  # fmt: skip
    constraints = problem.constraints
    x = np.array([3.0, 0.5])  # D1 = 4, D2 = 1.5
    assert constraints.relations.tolist() == ["<=", "<=", ">=", "="]
    assert [stated.text for stated in problem.stated] == ["D1 <= 4", "D2 <= 4", "D2 >= D1", "B1 = D2"]
    np.testing.assert_allclose(constraints.gaps(x), [0.0, -2.5, -2.5, 1.5])
    np.testing.assert_allclose(constraints.violation(x), [0.0, 0.0, 2.5, 1.5])
    # by hand: D1' = (1, 2), D2' = (B2, B1)
    expected = [[1, 2], [0.5, 3], [-0.5, 1], [0.5, -3]]
    np.testing.assert_allclose(constraints.jacobian(x), expected)


def test_a_computed_constant_is_a_right_side(solver_book):
    """D3 holds a formula that no variable changes, and is 0."""
    problem = read(solver_book, lhs1="B1", rel1=3, rhs1="D3", lhs2="D1", rel2=1, rhs2="D3")
    np.testing.assert_array_equal(problem.variables.lower, [0, -INFINITY])
    np.testing.assert_allclose(problem.constraints.gaps(np.array([2.0, 0.5])), [3.0])
    np.testing.assert_allclose(problem.constraints.jacobian(np.array([2.0, 0.5])), [[1.0, 2.0]])


@pytest.mark.parametrize(
    ("solver", "sentence"),
    [
        ({"lhs1": "B1", "rel1": 3, "rhs1": "5", "lhs2": "B1", "rel2": 1, "rhs2": "4"},
         "The constraints on S!B1 contradict each other: at least 5 and at most 4; mend"),
        ({"neg": 1, "lhs1": "B2", "rel1": 1, "rhs1": "-1"}, "contradict each other: at least 0 and at most -1"),
        ({"lhs1": "B1:B2", "rel1": 3, "rhs1": "C1:C3"}, "compares 2 cells with 3; mend"),
        ({"lhs1": "D1:D2", "rel1": 3, "rhs1": "D1:D3"}, "compares 2 cells with 3; mend"),
        ({"lhs1": "B1", "rel1": 3, "rhs1": "E1"}, "compares with text, which is no number; mend"),
        ({"lhs1": "B1", "rel1": 3, "rhs1": "1/C9"}, "compares with a text or an error, which is no number; mend"),
        ({"lhs1": "D1", "rel1": 3, "rhs1": '="five"'}, "compares with a text or an error, which is no number; mend"),
        ({"lhs1": "D1", "rel1": 3, "rhs1": "=$B$1:$B$2*2"}, "it gives several numbers where one is wanted; mend"),
        ({"lhs1": "D1", "rel1": 3, "rhs1": "=NOW()"}, "a formula on S (=NOW()): the function NOW is not supported"),
        ({"lhs1": "D1", "rel1": 3, "rhs1": "="}, "The constraint D1 >= has no right side; mend"),
        ({"lhs1": "B1", "rel1": 3, "rhs1": "=FROBNICATE(C1)"}, "the function FROBNICATE is not supported"),
        ({"lhs1": "D1", "rel1": 4, "rhs1": "integer"}, "asks for integer cells that are not all variable cells; mend"),
        ({"num": 2, "lhs1": "B1", "rel1": 3, "rhs1": "1"}, "Constraint 2 of 2 is missing"),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_refused_says_why(solver, sentence, solver_book):
    with pytest.raises(InputError) as caught:
        read(solver_book, **solver)
    assert sentence in str(caught.value)


def test_a_formula_on_the_right_that_varies_is_a_function(solver_book):
    """`B1 >= D1*2%-C9`, D1 = B1 + 2 * B2: no bound, so B1 is held at 0 or above as well."""
    problem = read(
        solver_book, neg=1, lhs1="B1", rel1=3, rhs1="=$D$1*2%-$C$9", lhs2="D1:D2", rel2=1, rhs2="=OFFSET(C1,D9+1,0)*B1"
    )
    x = np.array([3.0, 0.5])
    np.testing.assert_array_equal(problem.variables.lower, [0, 0])
    np.testing.assert_allclose(problem.constraints.gaps(x), [3 - 0.08, 4 - 15, 1.5 - 15])
    np.testing.assert_allclose(problem.constraints.jacobian(x), [[1 - 0.02, -0.04], [1 - 5, 2], [0.5 - 5, 3]])
    assert [stated.text for stated in problem.stated] == [
        "B1 >= $D$1*2%-$C$9", "D1 <= OFFSET(C1,D9+1,0)*B1", "D2 <= OFFSET(C1,D9+1,0)*B1",
    ]  # fmt: skip


def carried(solver_book, **solver):
    workbook = open_workbook(solver_book(CELLS, **solver))
    return compile_problem(workbook, solver_models(workbook)[0])


def test_whole_numbers_are_carried(solver_book):
    problem = carried(
        solver_book, adj="B1:B4", lhs1="B1", rel1=4, rhs1="integer", lhs2="B2", rel2=5, rhs2="binary",
        lhs3="B3:B4", rel3=6, rhs3="alldifferent", lhs4="B4", rel4=1, rhs4="7",
    )  # fmt: skip
    variables = problem.variables
    assert variables.kinds == ("integer", "binary", "integer", "integer")
    assert variables.all_different == ((2, 3),)
    np.testing.assert_array_equal(variables.lower, [-INFINITY, 0, 1, 1])
    np.testing.assert_array_equal(variables.upper, [INFINITY, 1, 2, 2])
    np.testing.assert_allclose(variables.distance_to_whole(np.array([2.3, 1.0, 1.0, 2.0])), [0.3, 0, 0, 0])
    np.testing.assert_allclose(variables.distance_to_whole(np.array([2.0, 0.25, 2.0, 2.0])), [0, 0.25, 1, 1])
    by, tolerated = problem.violations(np.array([2.0, 1.0, 1.0, 1.0]))
    assert (by > tolerated).sum() == 2
    rows = constraint_values(problem, np.array([2.5, 1.0, 1.0, 2.0]))
    assert [(row.text, row.status, row.violation) for row in rows] == [
        ("B1 integer", "violated", 0.5), ("B2 binary", "binding", 0.0),
        ("B3 all different", "binding", 0.0), ("B4 all different", "binding", 0.0), ("B4 <= 7", "not binding", 0.0),
    ]  # fmt: skip
    assert problem.problem_class.has_integers


def test_ignored_whole_numbers_leave_the_variables_as_they_are(solver_book):
    problem = carried(solver_book, rlx=1, lhs1="B1", rel1=5, rhs1="binary", lhs2="B1:B2", rel2=6, rhs2="alldifferent")
    assert problem.variables.kinds == ("continuous", "continuous")
    assert problem.variables.all_different == ()
    assert not problem.variables.has_bounds
    assert not problem.problem_class.has_integers
    assert [row.status for row in constraint_values(problem, np.array([0.5, 0.5]))] == ["ignored"] * 3


def test_a_model_with_whole_numbers_is_passed_over_and_shown(solver_book):
    """What no method solves yet is read all the same, and another sheet's model is taken first."""
    jumps = CELLS | {"A1": "=5*ROUND(B1+B2,0)"}
    path = solver_book(jumps, lhs1="B1", rel1=4, rhs1="integer")
    (found,) = xlcf.find_models(path)
    assert "asks for integer cells (B1), which no method can give" in found.reason
    assert found.problem.computed == 5 * round(sum(found.problem.start))
    (found,) = xlcf.find_models(solver_book(jumps, lhs1="B1", rel1=5, rhs1="binary", name="binary.xlsx"))
    assert "asks for binary cells (B1)" in found.reason
    more = {"opt": "T!A1", "adj": "T!B1", "typ": "2"}
    book = solver_book({**jumps, "T!A1": "=(B1-1)^2", "T!B1": 3.0}, lhs1="B1", rel1=4, rhs1="integer")
    add_hidden_names(book, [HiddenName(f"solver_{name}", text, "T") for name, text in more.items()])
    assert xlcf.read_problem(book).sheet == "T"
