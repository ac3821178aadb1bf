"""How far coefficients and right sides may change, against models that were solved again."""

import numpy as np
import pytest

import xlcf

# (costs, matrix, relations, right sides, goal)
MODELS = {
    "product mix": ([3, 5], [[1, 0], [0, 2], [3, 2]], [1, 1, 1], [4, 12, 18], 1),
    "diet": ([0.6, 0.35, 0.95], [[5, 7, 2], [4, 2, 6], [1, 1, 1]], [3, 3, 1], [8, 15, 9], 2),
    "one unused": ([5, 4, 1], [[6, 4, 8], [1, 2, 3]], [1, 1], [24, 6], 1),
    "equation": ([2, 3, 4], [[1, 1, 1], [1, -1, 0]], [2, 1], [10, 2], 2),
}


@pytest.fixture
def solve(read_cells):
    def solved(costs, matrix, relations, right, goal):
        names = [f"B{row}" for row in range(1, len(costs) + 1)]
        cells = dict.fromkeys(names, 0.0)

        def total(numbers):
            return "=" + "+".join(f"({float(number)!r})*{name}" for number, name in zip(numbers, names, strict=True))

        cells["A1"] = total(costs)
        solver = {"typ": goal, "neg": 1}
        for row, (numbers, relation, limit) in enumerate(zip(matrix, relations, right, strict=True), 1):
            cells[f"C{row}"], cells[f"D{row}"] = total(numbers), float(limit)
            solver |= {f"lhs{row}": f"C{row}", f"rel{row}": relation, f"rhs{row}": f"D{row}"}
        return xlcf.fit(read_cells(cells, "A1", f"B1:B{len(costs)}", **solver), method="highs")

    return solved


def test_the_textbook_table(solve):
    """Wyndor Glass: Hillier and Lieberman, Introduction to Operations Research, table of chapter 4."""
    ranges = solve(*MODELS["product mix"]).ranges
    np.testing.assert_allclose(ranges.coefficients, [3, 5])
    np.testing.assert_allclose(ranges.coefficient_increase, [4.5, np.inf])
    np.testing.assert_allclose(ranges.coefficient_decrease, [3, 3])
    np.testing.assert_allclose(ranges.right, [4, 12, 18])
    np.testing.assert_allclose(ranges.right_increase, [np.inf, 6, 6])
    np.testing.assert_allclose(ranges.right_decrease, [2, 6, 6])


def changed(numbers, at, by):
    return [number + by * (place == at) for place, number in enumerate(numbers)]


@pytest.mark.parametrize("name", ["diet", "one unused", "equation"])
def test_within_its_range_a_coefficient_leaves_the_answer_and_beyond_it_does_not(name, solve):
    costs, matrix, relations, right, goal = MODELS[name]
    base = solve(costs, matrix, relations, right, goal)
    better = 1 if goal == 1 else -1
    for at in range(len(costs)):
        for way, room in ((1, base.ranges.coefficient_increase[at]), (-1, base.ranges.coefficient_decrease[at])):
            for step, same in ((room * 0.99, True), (room + 0.1, False)) if np.isfinite(room) else ((1e3, True),):
                other = changed(costs, at, way * step)
                gained = better * (solve(other, matrix, relations, right, goal).objective_end - np.dot(other, base.x))
                assert (gained <= 1e-7) == same, (name, at, way, room)


@pytest.mark.parametrize("name", ["diet", "one unused", "equation"])
def test_within_its_range_a_right_side_keeps_its_shadow_price_and_beyond_it_does_not(name, solve):
    costs, matrix, relations, right, goal = MODELS[name]
    base = solve(costs, matrix, relations, right, goal)
    for at, price in enumerate(base.multipliers):
        for way, room in ((1, base.ranges.right_increase[at]), (-1, base.ranges.right_decrease[at])):
            for step, same in ((room * 0.99, True), (room + 0.1, False)) if np.isfinite(room) else ((1e3, True),):
                end = solve(costs, matrix, relations, changed(right, at, way * step), goal)
                told = base.objective_end + price * way * step
                holds = end.feasible and abs(end.objective_end - told) <= 1e-7 * max(1, abs(told))
                assert holds == same, (name, at, way, room)


def test_a_degenerate_optimum_has_no_ranges(solve):
    solution = solve([1, 1], [[1, 1], [1, 0], [0, 1]], [1, 1, 1], [4, 2, 2], 1)
    assert solution.status == "converged"
    assert solution.ranges is None
