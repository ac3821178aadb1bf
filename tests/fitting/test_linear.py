"""Linear problems with and without whole numbers against SciPy on numbers that are written down here."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment, linprog, milp

import xlcf
from xlcf.errors import InputError, UnboundedError
from xlcf.fitting.registry import best_method

# Hillier and Lieberman, Wyndor Glass: max 3 x + 5 y; x <= 4, 2 y <= 12, 3 x + 2 y <= 18
WYNDOR = {
    "A1": "=3*B1+5*B2", "B1": 0.0, "B2": 0.0, "C1": "=B1", "C2": "=2*B2", "C3": "=3*B1+2*B2",
    "D1": 4.0, "D2": 12.0, "D3": 18.0,
}  # fmt: skip
WITHIN = {"typ": 1, "neg": 1, "lhs1": "C1:C3", "rel1": 1, "rhs1": "D1:D3"}


def solve(problem):
    return xlcf.fit(problem, method=best_method(problem))


def test_a_textbook_product_mix(read_cells):
    solution = solve(read_cells(WYNDOR, **WITHIN))
    assert (solution.method, solution.status) == ("highs", "converged")
    np.testing.assert_allclose(solution.x, [2, 6], atol=1e-9)
    assert solution.objective_end == pytest.approx(36)
    assert solution.gap == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose(solution.multipliers, [0, 1.5, 1], atol=1e-9)
    np.testing.assert_allclose(solution.reduced_gradients, 0, atol=1e-9)
    assert [each.status for each in solution.constraints] == ["not binding", "binding", "binding"]


def test_shadow_prices_are_what_a_perturbed_model_gains(read_cells):
    base = solve(read_cells(WYNDOR, **WITHIN))
    for row, place in enumerate(("D1", "D2", "D3")):
        more = solve(read_cells(WYNDOR | {place: WYNDOR[place] + 0.1}, **WITHIN))
        assert more.objective_end - base.objective_end == pytest.approx(0.1 * base.multipliers[row])


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10**6), st.sampled_from([1, 2]), st.booleans())
def test_any_small_linear_model_agrees_with_scipy(read_cells, seed, typ, whole):
    generator = np.random.default_rng(seed)
    costs, matrix = generator.integers(-5, 9, 4).astype(float), generator.integers(-2, 7, (3, 4)).astype(float)
    right = generator.integers(5, 30, 3).astype(float)
    names = [f"B{row}" for row in range(1, 5)]

    def total(row):
        return "=" + "+".join(f"({number})*{name}" for number, name in zip(row, names, strict=True))

    cells = {"A1": total(costs)} | dict.fromkeys(names, 1.0)
    cells |= {f"C{row}": total(numbers) for row, numbers in enumerate(matrix, 1)}
    solver = {"typ": typ, "neg": 1, "lhs1": "B1:B4", "rel1": 1, "rhs1": 9}
    for row, limit in enumerate(right, 1):
        solver |= {f"lhs{row + 1}": f"C{row}", f"rel{row + 1}": 1, f"rhs{row + 1}": limit}
    if whole:
        solver |= {"lhs5": "B1:B4", "rel5": 4, "rhs5": "integer", "tol": 0}
    solution = solve(read_cells(cells, "A1", "B1:B4", **solver))
    sign = -1 if typ == 1 else 1
    known = linprog(sign * costs, matrix, right, bounds=[(0, 9)] * 4, integrality=int(whole))
    assert solution.objective_end == pytest.approx(sign * known.fun, abs=1e-7)
    assert solution.status == "converged"
    if not whole:  # duality, by the answer alone
        rows, held = solution.multipliers[-3:], solution.reduced_gradients
        np.testing.assert_allclose(costs - rows @ matrix, held, atol=1e-7)
        bound = rows @ right + np.where(sign * held > 0, 0, 9) @ held
        assert bound == pytest.approx(solution.objective_end, abs=1e-6)


def test_a_knapsack_with_binaries(read_cells):
    worth, weight = [10.0, 13, 18, 31, 7, 15], [11.0, 15, 20, 35, 10, 33]
    cells = {f"{column}{row}": value for column, values in (("C", worth), ("D", weight)) for row, value in
             enumerate(values, 1)} | {f"B{row}": 0.0 for row in range(1, 7)}  # fmt: skip
    cells |= {"A1": "=SUMPRODUCT(B1:B6,C1:C6)", "A2": "=SUMPRODUCT(B1:B6,D1:D6)"}
    solver = {"typ": 1, "lhs1": "B1:B6", "rel1": 5, "rhs1": "binary", "lhs2": "A2", "rel2": 1, "rhs2": 47}
    solution = solve(read_cells(cells, "A1", "B1:B6", **solver))
    every = (np.arange(64)[:, None] >> np.arange(6)) & 1
    best = max(float(row @ worth) for row in every if row @ weight <= 47)
    assert (solution.status, solution.objective_end) == ("converged", best)
    assert set(solution.x) <= {0.0, 1.0}
    assert solution.sensitivity is None


def test_whole_and_other_numbers_together(read_cells):
    cells = {"A1": "=7*B1+2*B2+3*B3", "B1": 0.0, "B2": 0.0, "B3": 0.0, "C1": "=3*B1+B2+2*B3", "C2": "=B1-B2"}
    solver = {"typ": 1, "neg": 1, "lhs1": "C1", "rel1": 1, "rhs1": 11.5, "lhs2": "C2", "rel2": 1, "rhs2": 2.25}
    solution = solve(read_cells(cells, "A1", "B1:B3", lhs3="B1", rel3=4, rhs3="integer", **solver))
    known = milp([-7, -2, -3], constraints=([[3, 1, 2], [1, -1, 0]], -np.inf, [11.5, 2.25]), integrality=[1, 0, 0])
    assert solution.objective_end == pytest.approx(-known.fun)
    assert solution.x[0] == round(solution.x[0])


def test_better_numbers_that_are_not_whole_do_not_stay(read_cells):
    """The sheet holds the answer without whole numbers, which is better than any with them."""
    cells = {"A1": "=5*B1+4*B2", "B1": 3.0, "B2": 1.5, "C1": "=6*B1+4*B2", "C2": "=B1+2*B2"}
    solver = {"typ": 1, "neg": 1, "lhs1": "C1", "rel1": 1, "rhs1": 24, "lhs2": "C2", "rel2": 1, "rhs2": 6}
    solution = solve(read_cells(cells, lhs3="B1:B2", rel3=4, rhs3="integer", **solver))
    assert (solution.status, solution.objective_end) == ("converged", 20)
    assert list(solution.x) == [4, 0]


def test_all_different_cells_are_an_assignment(read_cells):
    worth = np.random.default_rng(3).integers(1, 20, 5).astype(float)
    cells = {f"B{row}": float(row) for row in range(1, 6)} | {f"C{row}": w for row, w in enumerate(worth, 1)}
    cells |= {"A1": "=SUMPRODUCT(B1:B5,C1:C5)", "A2": "=B1"}
    solver = {"lhs1": "B1:B5", "rel1": 6, "rhs1": "AllDifferent", "lhs2": "A2", "rel2": 3, "rhs2": 4}
    solution = solve(read_cells(cells, "A1", "B1:B5", **solver))
    costs = worth[:, None] * np.arange(1, 6)
    costs[0, :3] = 1e6
    rows, columns = linear_sum_assignment(costs)
    assert sorted(solution.x) == [1, 2, 3, 4, 5]
    assert solution.objective_end == pytest.approx(costs[rows, columns].sum())


def test_what_cannot_be_met_is_called_so(read_cells):
    problem = read_cells(WYNDOR, **WITHIN, lhs2="C3", rel2=3, rhs2=19)
    solution = solve(problem)
    assert (solution.status, solution.feasible) == ("infeasible", False)
    assert "proved that no numbers meet all constraints" in solution.message


def test_whole_numbers_may_be_what_cannot_be_met(read_cells):
    cells = {"A1": "=B1+B2", "B1": 0.0, "B2": 0.0, "C1": "=2*B1+2*B2"}
    solver = {"neg": 1, "lhs1": "C1", "rel1": 2, "rhs1": 3}
    assert solve(read_cells(cells, **solver)).status == "converged"
    problem = read_cells(cells, **solver, lhs2="B1:B2", rel2=4, rhs2="integer")
    assert solve(problem).status == "infeasible"
    ignored = read_cells(cells, **solver, lhs2="B1:B2", rel2=4, rhs2="integer", rlx=1)
    assert solve(ignored).objective_end == pytest.approx(1.5)


@pytest.mark.parametrize("whole", [{}, {"lhs2": "B1:B2", "rel2": 4, "rhs2": "integer"}])
def test_what_has_no_end_is_called_so(read_cells, whole):
    cells = {"A1": "=B1+B2", "B1": 0.0, "B2": 0.0, "C1": "=B1-B2"}
    with pytest.raises(UnboundedError, match="goes on rising without end"):
        solve(read_cells(cells, typ=1, neg=1, lhs1="C1", rel1=1, rhs1=3, **whole))


def test_a_degenerate_model(read_cells):
    """Three lines through one corner."""
    cells = {"A1": "=B1+B2", "B1": 0.0, "B2": 0.0, "C1": "=B1+B2", "C2": "=B1", "C3": "=B2"}
    solver = {"typ": 1, "neg": 1, "lhs1": "C1:C3", "rel1": 1, "rhs1": "D1:D3"}
    solution = solve(read_cells(cells | {"D1": 4.0, "D2": 2.0, "D3": 2.0}, **solver))
    assert solution.x == pytest.approx([2, 2])
    assert solution.status == "converged"
    assert solution.multipliers @ [4, 2, 2] == pytest.approx(4)


def test_other_models_are_refused(read_cells):
    with pytest.raises(InputError, match="The method highs solves other models than this one"):
        xlcf.fit(read_cells({"A1": "=B1^2+B2^2", "B1": 1.0, "B2": 2.0}), method="highs")
