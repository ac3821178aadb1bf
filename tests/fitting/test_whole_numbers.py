"""Whole numbers and orders in models that are not linear, against every possibility tried one by one."""

from itertools import permutations, product

import numpy as np
import pytest

import xlcf
from xlcf.errors import InputError
from xlcf.fitting.registry import best_method


def solve(problem):
    return xlcf.fit(problem, method=best_method(problem))


WHOLE = {"lhs1": "B1:B3", "rel1": 4, "rhs1": "integer", "lhs2": "B1:B3", "rel2": 1, "rhs2": 6, "lhs3": "B1:B3",
         "rel3": 3, "rhs3": -6}  # fmt: skip


def test_integer_least_squares_is_proven(read_cells):
    matrix = np.array([[3.0, 1.0, -2.0], [1.0, 4.0, 0.5], [-2.0, 1.0, 5.0], [1.0, 1.0, 1.0]])
    right = np.array([7.3, -4.1, 9.6, 2.2])
    cells = {f"{'EFG'[column]}{row + 1}": matrix[row, column] for row in range(4) for column in range(3)}
    cells |= {f"D{row + 1}": right[row] for row in range(4)} | dict.fromkeys(("B1", "B2", "B3"), 0.0)
    cells |= {f"C{row}": f"=E{row}*B$1+F{row}*B$2+G{row}*B$3" for row in range(1, 5)}
    problem = read_cells(cells | {"A1": "=SUMXMY2(C1:C4,D1:D4)"}, "A1", "B1:B3", **WHOLE)
    solution = solve(problem)
    best = min(float(np.sum((matrix @ point - right) ** 2)) for point in product(range(-6, 7), repeat=3))
    assert (solution.method, solution.status) == ("branch-and-bound", "converged")
    assert solution.objective_end == pytest.approx(best, rel=1e-9)
    assert solution.gap <= 2e-7


def test_with_constraints_and_other_variables(read_cells):
    cells = {"A1": "=(B1-2.6)^2+(B2+1.3)^2+(B3-0.7)^2+B1*B2", "B1": 0.0, "B2": 0.0, "B3": 0.0, "C1": "=B1+B2+B3"}
    solver = {"lhs1": "B1:B2", "rel1": 4, "rhs1": "integer", "lhs2": "C1", "rel2": 1, "rhs2": 1.5}
    solution = solve(read_cells(cells, "A1", "B1:B3", **solver))

    def best_for(b1, b2):
        b3 = min(0.7, 1.5 - b1 - b2)
        return (b1 - 2.6) ** 2 + (b2 + 1.3) ** 2 + (b3 - 0.7) ** 2 + b1 * b2

    assert solution.status == "converged"
    assert solution.objective_end == pytest.approx(
        min(best_for(*p) for p in product(range(-9, 10), repeat=2)), abs=1e-7
    )


def test_what_is_not_convex_is_the_best_found_and_no_more(read_cells):
    cells = {"A1": "=SIN(3*B1)+0.1*(B1-2)^2+COS(B2)", "B1": 0.0, "B2": 0.0}
    solver = {"lhs1": "B1:B2", "rel1": 4, "rhs1": "integer", "lhs2": "B1:B2", "rel2": 1, "rhs2": 5, "neg": 1}
    solution = solve(read_cells(cells, **solver))
    assert (solution.status, solution.gap) == ("stopped", None)
    assert "not proven" in solution.message
    assert list(solution.x) == [round(number) for number in solution.x]


def test_what_no_whole_numbers_meet_is_not_called_solved(read_cells):
    cells = {"A1": "=(B1-1)^2+B2^2", "B1": 0.0, "B2": 0.0, "C1": "=2*B1+2*B2"}
    solver = {"lhs1": "B1:B2", "rel1": 4, "rhs1": "integer", "lhs2": "C1", "rel2": 2, "rhs2": 3,
              "lhs3": "B1:B2", "rel3": 1, "rhs3": 4, "lhs4": "B1:B2", "rel4": 3, "rhs4": -4}  # fmt: skip
    assert solve(read_cells(cells, **solver)).status == "infeasible"


def tour_book(size, seed):
    places = np.random.default_rng(seed).uniform(0, 10, (size, 2))
    away = np.round(np.linalg.norm(places[:, None] - places[None], axis=2), 3)
    cells = {f"{chr(ord('F') + column)}{row + 1}": float(away[row, column]) for row in range(size)
             for column in range(size)}  # fmt: skip
    last = f"{chr(ord('F') + size - 1)}{size}"
    cells |= {f"B{row}": float(row) for row in range(1, size + 1)}
    follows = [(row, row % size + 1) for row in range(1, size + 1)]
    cells |= {f"C{row}": f"=INDEX($F$1:${last[0]}${last[1:]},B{row},B{then})" for row, then in follows}
    cells |= {"A1": f"=SUM(C1:C{size})"}
    solver = {"lhs1": f"B1:B{size}", "rel1": 6, "rhs1": "AllDifferent"}
    return cells, away, solver


def length(away, order):
    return sum(away[order[place], order[(place + 1) % len(order)]] for place in range(len(order)))


def test_a_round_tour_by_all_orders(read_cells):
    cells, away, solver = tour_book(6, 1)
    solution = solve(read_cells(cells, "A1", "B1:B6", **solver))
    assert (solution.method, solution.status) == ("permutations", "converged")
    assert solution.objective_end == pytest.approx(min(length(away, order) for order in permutations(range(6))))
    assert sorted(solution.x) == [1, 2, 3, 4, 5, 6]


def test_a_long_tour_is_the_best_found(read_cells):
    cells, away, solver = tour_book(10, 2)
    solution = solve(read_cells(cells, "A1", "B1:B10", **solver))
    best = min(length(away, (0, *order)) for order in permutations(range(1, 10)))
    assert (solution.status, solution.gap) == ("stopped", None)
    assert "not proven" in solution.message
    assert solution.objective_end == pytest.approx(best)  # found, though not proven


def test_groups_beside_other_variables_are_refused(read_cells):
    cells = {"A1": "=B1*B2*B3", "B1": 1.0, "B2": 2.0, "B3": 3.0}
    with pytest.raises(InputError, match=r"all different cells \(B1, B2\), which no method can give"):
        read_cells(cells, "A1", "B1:B3", lhs1="B1:B2", rel1=6)
