"""Slacks, multipliers and reduced gradients: against closed forms, HiGHS's duals and differences of solved problems."""

import dataclasses
import importlib
import pkgutil
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import linprog, minimize

import xlcf
import xlcf.factorization
import xlcf.fitting
import xlcf.solver
from xlcf.solver.optimality import Sensitivity, sensitivity_at


def test_a_portfolio_by_its_closed_form(read_cells):
    """Least variance x'Sx with sum x = 1: x = m/2 * inv(S) 1, and the multiplier m = 2 / (1' inv(S) 1)."""
    covariance = np.array([[0.04, 0.01, 0.0], [0.01, 0.09, 0.02], [0.0, 0.02, 0.16]])
    cells = {"A1": "=SUMPRODUCT(B1:B3,D1:D3)", "B1": 0.2, "B2": 0.3, "B3": 0.5, "C1": "=SUM(B1:B3)"}
    for row, line in enumerate(covariance, 1):
        cells[f"D{row}"] = "=" + "+".join(f"{weight}*B{at}" for at, weight in enumerate(line, 1))
    solution = xlcf.fit(read_cells(cells, adj="B1:B3", lhs1="C1", rel1=2, rhs1="1"))
    inverse = np.linalg.inv(covariance) @ np.ones(3)
    np.testing.assert_allclose(solution.x, inverse / inverse.sum(), atol=1e-6)
    np.testing.assert_allclose(solution.multipliers, [2 / inverse.sum()], rtol=1e-5)
    np.testing.assert_allclose(solution.reduced_gradients, 0, atol=1e-6)
    np.testing.assert_allclose(solution.slacks, 0, atol=1e-9)
    assert solution.sensitivity.residual < 1e-5


PROFITS, USES, STOCK = [3.0, 5.0, 6.0], [[1.0, 2.0, 1.0], [3.0, 2.0, 0.5], [0.0, 1.0, 4.0]], [14.0, 18.0, 100.0]


@pytest.fixture
def product_mix(read_cells):
    """Give a function that states the most profit of three products out of three stocks; C is 2 at most."""

    def state(goal):
        sign = 1 if goal == "max" else -1
        cells = {f"B{at}": 1.0 for at in (1, 2, 3)}
        cells["A1"] = "=" + "+".join(f"{sign * profit}*B{at}" for at, profit in enumerate(PROFITS, 1))
        for row, line in enumerate(USES, 1):
            cells |= {
                f"D{row}": "=" + "+".join(f"{use}*B{at}" for at, use in enumerate(line, 1)),
                f"E{row}": STOCK[row - 1],
            }
        return read_cells(
            cells, adj="B1:B3", typ=1 if goal == "max" else 2, neg=1, lhs1="D1:D3", rel1=1, rhs1="E1:E3",
            lhs2="B3", rel2=1, rhs2="2",
        )  # fmt: skip

    return state


@pytest.mark.parametrize("goal", ["max", "min"])
def test_a_linear_problem_by_the_duals_of_highs(goal, product_mix):
    sign = 1 if goal == "max" else -1
    known = linprog(-np.array(PROFITS), USES, STOCK, bounds=[(0, None), (0, None), (0, 2)], method="highs")
    problem = product_mix(goal)
    found = sensitivity_at(problem, known.x)
    np.testing.assert_allclose(found.multipliers, -sign * known.ineqlin.marginals, atol=1e-9)
    reduced = known.lower.marginals + known.upper.marginals
    np.testing.assert_allclose(found.reduced_gradients, -sign * reduced, atol=1e-9)
    assert found.residual < 1e-9
    solution = xlcf.fit(problem)
    np.testing.assert_allclose(solution.multipliers[:3], -sign * known.ineqlin.marginals, atol=1e-6)
    rows = solution.constraints
    assert [row.text for row in rows] == ["D1 <= E1", "D2 <= E2", "D3 <= E3", "B3 <= 2"]
    assert rows[3].multiplier == pytest.approx(-sign * known.upper.marginals[2], abs=1e-6)
    assert [row.status for row in rows] == ["binding", "binding", "not binding", "binding"]
    assert [variable.reduced_gradient for variable in solution.variables] == list(solution.reduced_gradients)


@pytest.mark.parametrize(("relation", "code"), [("<=", 1), (">=", 3)])
def test_a_multiplier_is_the_change_of_the_best_value(relation, code, read_cells):
    """Solved by SciPy with the right side a little higher and lower."""

    def best(limit):
        sign = -1 if relation == "<=" else 1
        goal = [3.0, 1.0] if relation == "<=" else [0.0, 0.0]
        return minimize(
            lambda x: (x[0] - goal[0]) ** 2 + 2 * (x[1] - goal[1]) ** 2 + x[0] * x[1], [1.0, 1.0], method="SLSQP",
            constraints={"type": "ineq", "fun": lambda x: sign * (x[0] + x[1] ** 2 - limit)}, options={"ftol": 1e-14},
        ).fun  # fmt: skip

    objective = "=(B1-3)^2+2*(B2-1)^2+B1*B2" if relation == "<=" else "=B1^2+2*B2^2+B1*B2"
    cells = {"A1": objective, "B1": 1.0, "B2": 1.0, "C1": "=B1+B2^2"}
    solution = xlcf.fit(read_cells(cells, lhs1="C1", rel1=code, rhs1="2"))
    expected = (best(2.001) - best(1.999)) / 0.002
    assert abs(expected) > 0.1
    assert solution.multipliers[0] == pytest.approx(expected, rel=1e-4)


def test_where_nothing_binds_nothing_is_worth_anything(read_cells):
    cells = {"A1": "=(B1-3)^2+(B2-4)^2", "B1": 1.0, "B2": 2.0, "C1": "=B1+B2"}
    solution = xlcf.fit(read_cells(cells, lhs1="C1", rel1=1, rhs1="100", lhs2="B1", rel2=3, rhs2="-5"))
    np.testing.assert_array_equal(solution.multipliers, [0, 0])
    np.testing.assert_allclose(solution.slacks, [93, 8], atol=1e-6)
    np.testing.assert_allclose(solution.reduced_gradients, 0, atol=1e-6)


@pytest.mark.parametrize(
    ("formula", "solver"),
    [
        ("=ABS(B1-1)+B2^2", {}),
        ("=ROUND(B1,0)^2+B2^2", {}),
        ("=B1^2+B2", {"typ": 3, "val": 4}),
        ("=SQRT(B1-1)+B2^2", {}),
    ],
)
def test_where_derivatives_do_not_tell_there_are_none(formula, solver, read_cells):
    problem = read_cells({"A1": formula, "B1": 1.0, "B2": 0.0}, **solver)
    assert sensitivity_at(problem, problem.start) is None
    solution = replace(
        xlcf.fit(read_cells({"A1": "=B1^2+B2^2", "B1": 1.0, "B2": 0.0})), problem=problem, x=problem.start
    )
    assert solution.multipliers is None
    assert solution.reduced_gradients is None
    assert [variable.reduced_gradient for variable in solution.variables] == [None, None]


def test_what_a_method_knows_of_its_end_goes_first(read_cells):
    solution = xlcf.fit(read_cells({"A1": "=B1^2+B2^2", "B1": 1.0, "B2": 0.0}))
    duals = Sensitivity(np.zeros(0), np.array([7.0, 8.0]), 0.0)
    assert list(replace(solution, duals=duals).reduced_gradients) == [7.0, 8.0]


def test_far_from_an_optimum_something_remains(read_cells):
    problem = read_cells({"A1": "=B1^2+B2^2", "B1": 3.0, "B2": 4.0, "C1": "=B1+B2"}, lhs1="C1", rel1=3, rhs1="7")
    assert sensitivity_at(problem, problem.start).residual > 0.05
    solution = xlcf.fit(problem)
    assert solution.sensitivity.residual < 1e-6
    assert solution.multipliers[0] == pytest.approx(7.0)


def _dataclasses(package):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        for each in vars(importlib.import_module(module.name)).values():
            if isinstance(each, type) and dataclasses.is_dataclass(each) and each.__module__ == module.name:
                yield each


@pytest.mark.parametrize(
    "package", [xlcf.solver, xlcf.fitting, xlcf.factorization], ids=lambda package: package.__name__
)
def test_problems_and_solutions_cannot_be_changed_by_accident(package):
    found = list(_dataclasses(package))
    assert found
    for each in found:
        with pytest.raises(dataclasses.FrozenInstanceError):
            object.__new__(each).anything = 1
