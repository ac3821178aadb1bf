"""Problems as their Solver models state them: what is computed, its gradient, and what cannot be solved."""

from pathlib import Path

import numpy as np
import pytest

import xlcf
from xlcf.errors import InputError

TOP15 = Path(__file__).parents[2] / "workbooks" / "top15.xlsx"
BOWL = {"A1": ("=(B1-3)^2+(B2-4)^2", 8.0), "B1": 1.0, "B2": 2.0}


@pytest.mark.parametrize(
    ("sheet", "variables", "objective"), [("dotprod", 150, 2.8060620616483134), ("bias", 180, 2.0180038033046257)]
)
def test_top15_is_computed_as_read(sheet, variables, objective):
    problem = xlcf.read_problem(TOP15, sheet)
    assert problem.start.shape == (variables,)
    assert problem.computed == pytest.approx(objective, rel=1e-12)
    assert problem.objective.cached == pytest.approx(objective, rel=1e-12)
    assert problem.reproduces_cached


@pytest.mark.parametrize(
    ("sheet", "variables", "objective"),
    [
        ("dotprod", 150, 2.8060620616483134),
        ("movielens_emb", 150, 2.8060620616483143),
        ("bias", 180, 28.963803378204645),
    ],
)
def test_the_course_workbook_is_computed_as_read(reference, sheet, variables, objective):
    problem = xlcf.read_problem(reference / "workbooks" / "collab_filter_2017.xlsx", sheet)
    assert problem.start.shape == (variables,)
    assert problem.objective.cached == objective
    assert problem.computed == pytest.approx(objective, rel=1e-12)


def check_gradient(problem, x):
    """Compare with central differences, in directions drawn at random and along every tenth variable."""
    _, gradient = problem.objective.program.value_and_gradient(x)
    random = np.random.default_rng(0)
    directions = [*random.normal(size=(5, len(x))), *np.eye(len(x))[::10]]
    for direction in directions:
        step = 1e-5
        slope = (problem.objective(x + step * direction) - problem.objective(x - step * direction)) / (2 * step)
        assert gradient @ direction == pytest.approx(slope, abs=1e-6)


@pytest.mark.parametrize("sheet", ["dotprod", "bias"])
def test_top15_gradient_equals_central_differences(sheet):
    problem = xlcf.read_problem(TOP15, sheet)
    check_gradient(problem, problem.start)


@pytest.mark.parametrize("sheet", ["dotprod", "movielens_emb", "bias"])
def test_course_gradient_equals_central_differences(reference, sheet):
    problem = xlcf.read_problem(reference / "workbooks" / "collab_filter_2017.xlsx", sheet)
    check_gradient(problem, problem.start)


def test_many_points_at_once(solver_book):
    problem = xlcf.read_problem(solver_book(BOWL))
    points = np.array([[3.0, 4.0], [0.0, 0.0], [3.0, 5.0]])
    np.testing.assert_allclose(problem.objective.program(points)[:, 0], [0.0, 25.0, 1.0])


@pytest.mark.parametrize(
    ("typ", "extra", "loss", "slope"),
    [(2, {}, 8.0, [-4.0, -4.0]), (1, {}, -8.0, [4.0, 4.0]), (3, {"val": 5}, 9.0, [-24.0, -24.0])],
)
def test_goals_become_a_loss_to_minimise(typ, extra, loss, slope, solver_book):
    problem = xlcf.read_problem(solver_book(BOWL, typ=typ, **extra))
    value, gradient = problem.objective.loss_and_gradient(*problem.objective.program.value_and_gradient(problem.start))
    assert value == pytest.approx(loss)
    np.testing.assert_allclose(gradient, slope)


def test_variable_addresses_name_other_sheets(solver_book):
    cells = BOWL | {"A1": "=(B1-3)^2+('My data'!C5-4)^2", "My data!C5": 2.0}
    problem = xlcf.read_problem(solver_book(cells, adj="S!$B$1,'My data'!$C$5"))
    assert problem.variables.addresses == ("B1", "'My data'!C5")
    assert problem.computed == 8.0


def test_a_blank_variable_cell_starts_at_zero(solver_book):
    assert list(xlcf.read_problem(solver_book({"A1": "=(B1-3)^2+B2", "B2": 2.0})).start) == [0.0, 2.0]


@pytest.mark.parametrize(
    ("formula", "cached", "agrees"),
    [
        ("=B1+B2", 3.0, True),
        ("=B1+B2", 3.0 + 1e-9, True),
        ("=B1+B2", 3.0 + 1e-8, False),
        ("=B1+B2", 0.0, False),
        ("=B1-SQRT(B2)*SQRT(B2)/2", 0.0, True),  # rounding leaves about 1e-16
        ("=(B1-1)*B2*1E-9", 1e-9, False),
    ],
)
def test_the_cached_value_is_compared(formula, cached, agrees, solver_book):
    problem = xlcf.read_problem(solver_book(BOWL | {"A1": (formula, cached)}))
    assert problem.reproduces_cached is agrees


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"A1": "=B1/C1+B2"}, "The objective A1 on S is an error. It begins in the cell S!A1 =B1/C1+B2; mend"),
        ({"A1": "=C1+B1", "C1": "=C2*2", "C2": "=B2/0"}, "It begins in the cell S!C2 =B2/0; mend"),
        ({"A1": "=#REF!+1"}, "The objective A1 on S is an error."),
        ({"A1": "=C1*2", "C1": 3.0}, "does not depend on any of the variable cells B1:B2; check both"),
        ({"A1": "=B1+B2", "B1": "two"}, "The variable cell S!B1 holds the text 'two'; put a number there"),
        ({"A1": "=B1+B2", "B1": True}, "The variable cell S!B1 holds TRUE; put a number there"),
        ({"A1": "=B1+B2", "B1": "=3"}, "The variable cell B1 on S holds a formula; put a number there"),
        ({"A1": 5.0}, "The objective cell A1 holds no formula"),
        ({"A1": "=B1+FROBNICATE(B2)"}, "the function FROBNICATE is not supported"),
        ({"A1": "=A2+B1", "A2": "=A1"}, "the formulas refer to each other in a circle: S!A1 -> S!A2 -> S!A1"),
    ],
)
def test_what_cannot_be_solved_says_why(cells, sentence, solver_book):
    with pytest.raises(InputError) as caught:
        xlcf.read_problem(solver_book(BOWL | cells))
    assert sentence in str(caught.value)


def test_a_sheet_without_a_model_names_those_with_one(solver_book):
    with pytest.raises(InputError, match="The sheet T holds no Solver model; these do: S"):
        xlcf.read_problem(solver_book(BOWL | {"T!A1": 1.0}), "t")
