"""Least squares are recognised and solved as such: against NumPy, SciPy, and points that are best by making."""

import numpy as np
import pytest
from scipy.optimize import lsq_linear

import xlcf

COUNT = 12


def regression(formula, start=0.0, *, seed=0, size=(1.0, 1e-4, 1e5)):
    """Make cells of a regression on three columns of these sizes; give them with its matrix and target."""
    random = np.random.default_rng(seed)
    matrix, target = random.normal(size=(COUNT, 3)) * size, random.normal(size=COUNT)
    cells = {"A1": formula} | {f"B{at}": start for at in (1, 2, 3)}
    for row in range(1, COUNT + 1):
        cells |= {f"{'DEF'[at]}{row}": float(matrix[row - 1, at]) for at in range(3)}
        cells |= {f"G{row}": float(target[row - 1]), f"H{row}": f"=B$1*D{row}+B$2*E{row}+B$3*F{row}"}
    return cells, matrix, target


@pytest.mark.parametrize(
    "formula",
    [
        f"=SUMXMY2(G1:G{COUNT},H1:H{COUNT})",
        f"=SQRT(SUMXMY2(G1:G{COUNT},H1:H{COUNT})/COUNT(G1:G{COUNT}))",
        f"=SUMPRODUCT((G1:G{COUNT}-H1:H{COUNT})^2)/2",
    ],
)
def test_linear_residuals_are_solved_at_once(formula, read_cells):
    cells, matrix, target = regression(formula)
    solution = xlcf.fit(read_cells(cells, adj="B1:B3"))
    answer = np.linalg.lstsq(matrix / [1, 1e-4, 1e5], target, rcond=None)[0] / [1, 1e-4, 1e5]
    np.testing.assert_allclose(solution.x, answer, rtol=1e-9)
    assert (solution.status, solution.iterations) == ("converged", 1)
    assert solution.options == {"algorithm": "linear least squares"}
    assert solution.message.startswith("Optimum reached: ")


def test_bounds_are_kept(read_cells):
    cells, matrix, target = regression(f"=SUMXMY2(G1:G{COUNT},H1:H{COUNT})", start=0.05, size=(1.0, 1.0, 1.0))
    bounds = {"lhs1": "B1:B3", "rel1": 3, "rhs1": "-0.02", "lhs2": "B1:B2", "rel2": 1, "rhs2": "0.1"}
    solution = xlcf.fit(read_cells(cells, adj="B1:B3", **bounds, lhs3="B3", rel3=2, rhs3="0.05"))
    low, high = [-0.02, -0.02, 0.05 - 1e-12], [0.1, 0.1, 0.05]
    np.testing.assert_allclose(solution.x, lsq_linear(matrix, target, (low, high), tol=1e-14).x, atol=1e-9)
    assert solution.status == "converged"
    assert solution.message.startswith("Optimum reached within the bounds")


def test_a_direction_that_nothing_tells_of_stays(read_cells):
    """Only B1 + B2 counts: of all best points the nearest is taken."""
    cells = {"A1": "=(B1+B2-10)^2+(B1+B2-12)^2", "B1": 1.0, "B2": 2.0}
    solution = xlcf.fit(read_cells(cells))
    np.testing.assert_allclose(solution.x, [5.0, 6.0], atol=1e-9)
    assert solution.status == "converged"


def test_one_iteration_is_enough_for_a_limit_of_one(read_cells):
    cells, *_ = regression(f"=SUMXMY2(G1:G{COUNT},H1:H{COUNT})")
    assert xlcf.fit(read_cells(cells, adj="B1:B3"), max_iterations=1).status == "converged"


def decay(start):
    """Give cells of the sum of two exponentials, without noise, at far too different rates."""
    at = np.arange(0.0, 10.0, 0.5)
    cells = {"A1": f"=SUMXMY2(D1:D{len(at)},E1:E{len(at)})"} | dict(zip(("B1", "B2", "B3", "B4"), start, strict=True))
    for row, t in enumerate(at, 1):
        cells |= {f"C{row}": float(t), f"D{row}": float(1e4 * np.exp(-0.001 * t) + 2 * np.exp(-3 * t))}
        cells |= {f"E{row}": f"=B$1*EXP(-B$2*C{row})+B$3*EXP(-B$4*C{row})"}
    return cells


def test_a_curve_of_unlike_parts_ends_where_it_was_made(read_cells):
    solution = xlcf.fit(read_cells(decay([9000.0, 0.002, 1.0, 1.0]), adj="B1:B4"))
    assert solution.status == "converged", solution.message
    np.testing.assert_allclose(solution.x, [1e4, 0.001, 2, 3], rtol=1e-5)


@pytest.mark.parametrize("method", ["scipy", "solver", "adam"])
@pytest.mark.parametrize("formula", ["=ROUND(B1,0)^2+(B2-2)^2", "=IF(B1>2,1,3)+B2^2"])
def test_no_method_claims_an_optimum_among_steps(method, formula, read_cells):
    epochs = {"epochs": 200} if method == "adam" else {}
    solution = xlcf.fit(read_cells({"A1": formula, "B1": 3.0, "B2": 1.0}), method=method, **epochs)
    assert solution.status != "converged"
    assert "jump" in solution.message or solution.status == "limit"


def test_no_optimum_is_claimed_where_a_constraint_jumps(read_cells):
    cells = {"A1": "=(B1-3)^2+(B2-4)^2", "B1": 1.0, "B2": 1.0, "C1": "=ROUND(B1,0)+B2"}
    solution = xlcf.fit(read_cells(cells, lhs1="C1", rel1=1, rhs1="4"))
    assert solution.status in ("stopped", "infeasible")
