"""A model without best values is told from one whose optimum is far, or slow to reach."""

import numpy as np
import pytest
from scipy.optimize import rosen

import xlcf
from xlcf.comparing.options import CompareOptions
from xlcf.factorization import recognise
from xlcf.factorization.program import problem_over
from xlcf.ratings.ratings import Ratings
from xlcf.report.ratings_book import write_ratings_book


def ratings(n_users=12, n_items=12):
    random = np.random.default_rng(3)
    users, items = np.divmod(np.flatnonzero(random.random(n_users * n_items) < 0.9), n_items)
    return Ratings(
        users=users,
        items=items,
        values=np.clip(np.round(random.normal(3.7, 1.1, len(users)) * 2) / 2, 0.5, 5.0),
        user_ids=list(range(n_users)),
        item_ids=list(range(n_items)),
    )


@pytest.fixture(scope="module")
def sigmoid_without_decay(tmp_path_factory):
    path = tmp_path_factory.mktemp("ranged") / "book.xlsx"
    write_ratings_book(path, ratings(), factors=5, rating_range=(0.5, 5.0), weight_decay=0.0)
    problem = xlcf.read_problem(path, "dotprod")
    return problem_over(problem, recognise(problem))


def test_a_sigmoid_without_weight_decay(sigmoid_without_decay):
    result = xlcf.fit(sigmoid_without_decay)
    assert result.status == "no_minimum"
    assert result.iterations < 2000
    assert np.abs(result.x).max() > 5 * np.abs(result.x_start).max()
    assert "grow without end" in result.message
    assert "weight decay" in result.message
    assert "SUMSQ" in result.message


def test_gradient_descent_does_not_ask_for_more_epochs_there(sigmoid_without_decay):
    result = xlcf.fit(sigmoid_without_decay, method="adam", learning_rate=0.1, epochs=800)
    assert result.status == "limit"
    assert "more epochs" not in result.message
    assert "weight decay" in result.message


def test_it_does_so_where_the_way_is_only_long(read_cells):
    problem = read_cells({"A1": "=(1-B1)^2+100*(B2-B1^2)^2", "B1": -1.2, "B2": 1.0})
    assert "more epochs" in xlcf.fit(problem, method="sgd", learning_rate=0.01, epochs=300).message


@pytest.mark.parametrize("method", ["scipy", "solver"])
def test_a_logistic_regression_whose_groups_are_apart(method, logistic, read_cells):
    cells, _, answers = logistic(separable=True)
    result = xlcf.fit(read_cells(cells, adj="B1:B3", typ=1), method=method)
    assert 0 < answers.sum() < 30
    assert result.status == "no_minimum"
    assert "rises a little" in result.message
    assert "subtract" in result.message


@pytest.mark.parametrize(
    ("formula", "start"), [("=EXP(B1)+(B2-3)^2", (0.0, 0.0)), ("=1/(1+B1^2)+(B2-3)^2", (1.0, 0.0))]
)
def test_a_function_that_falls_towards_infinity(formula, start, read_cells):
    result = xlcf.fit(read_cells({"A1": formula, "B1": start[0], "B2": start[1]}))
    assert result.status == "no_minimum"


def test_bounds_give_it_a_minimum(read_cells):
    problem = read_cells({"A1": "=EXP(B1)+(B2-3)^2", "B1": 0.0, "B2": 0.0}, lhs1="B1", rel1=3, rhs1="-20")
    result = xlcf.fit(problem)
    assert result.status == "converged"
    np.testing.assert_allclose(result.x, [-20, 3], atol=1e-6)


VALLEYS = {
    "rosenbrock": ("=(1-B1)^2+100*(B2-B1^2)^2", [-1.2, 1.0], [1, 1]),
    "a minimum far away": ("=(100-B1)^2+100*(B2-B1^2)^2", [-1.2, 1.0], [100, 10000]),
    "wood": (
        "=100*(B2-B1^2)^2+(1-B1)^2+90*(B4-B3^2)^2+(1-B3)^2+10.1*((B2-1)^2+(B4-1)^2)+19.8*(B2-1)*(B4-1)",
        [-3.0, -1.0, -3.0, -1.0],
        [1, 1, 1, 1],
    ),
    "powell's singular": ("=(B1+10*B2)^2+5*(B3-B4)^2+(B2-2*B3)^4+10*(B1-B4)^4", [3.0, -1.0, 0.0, 1.0], [0, 0, 0, 0]),
    "scaled apart": ("=(B1*1000-5)^2+(B2/1000-3)^2+(B3-1)^2+7", [0.0, 0.0, 0.0], [0.005, 3000, 1]),
    "a shallow bowl": ("=SQRT(1+B1^2+(B2-1000)^2)", [1.0, 2.0], [0, 1000]),
}


@pytest.mark.parametrize("name", VALLEYS)
def test_an_optimum_is_not_taken_for_none(name, read_cells):
    formula, start, optimum = VALLEYS[name]
    cells = {"A1": formula} | {f"B{row}": number for row, number in enumerate(start, 1)}
    result = xlcf.fit(read_cells(cells, adj=f"B1:B{len(start)}"))
    assert result.status == "converged", result.message
    np.testing.assert_allclose(result.x, optimum, rtol=1e-4, atol=1e-4)


def test_a_long_valley_is_followed_to_its_end(read_cells):
    """Rosenbrock's function of 12 variables."""
    start = [-1.2, 1.0] * 6
    cells = {"A1": "=100*SUMXMY2(B2:B12,C1:C11)+SUMXMY2(B1:B11,D1:D11)"}
    cells |= {f"B{row}": number for row, number in enumerate(start, 1)}
    cells |= {f"C{row}": f"=B{row}^2" for row in range(1, 12)} | {f"D{row}": 1.0 for row in range(1, 12)}
    problem = read_cells(cells, adj="B1:B12")
    assert problem.computed == pytest.approx(rosen(start))
    result = xlcf.fit(problem)
    assert result.status == "converged"
    assert result.objective_end < 1e-12 or result.objective_end == pytest.approx(3.98, abs=0.05)  # its other minimum


def test_comparisons_say_it_too(sigmoid_without_decay):
    found = xlcf.compare(sigmoid_without_decay, CompareOptions(("scipy",)))
    assert [entry.status for entry in found.entries] == ["no_minimum"]
