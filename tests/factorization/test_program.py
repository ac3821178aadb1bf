"""The factorization as a program of its own: what the formulas compute, and derivatives by finite differences."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcf.factorization import recognise
from xlcf.factorization.factorization import OBJECTIVE_KINDS, Factorization, objective_of
from xlcf.factorization.program import FactorizationProgram, problem_over
from xlcf.ratings.ratings import Ratings

LAYOUTS = [
    {},
    {"objective": "root_sse", "user_bias": True, "item_bias": True},
    {"objective": "sse", "item_bias": True, "mean": "variable"},
    {"objective": "mse", "rating_range": (0.5, 5.5), "user_bias": True, "mean": "constant"},
]


@st.composite
def factorizations(draw):
    """Draw a factorization of any kind over random ratings, repeated pairs among them."""
    users, items, factors, count = (draw(st.integers(1, most)) for most in (5, 5, 3, 20))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    places = list(range((users + items) * (factors + 1) + 1))
    random.shuffle(places)

    def take(*shape):
        return np.array([places.pop() for _ in range(int(np.prod(shape)))]).reshape(shape)

    found = Factorization(
        ratings=Ratings(
            users=random.integers(0, users, count),
            items=random.integers(0, items, count),
            values=random.uniform(0.5, 5, count),
            user_ids=list(range(users)),
            item_ids=list(range(items)),
        ),
        user_index=take(users, factors),
        item_index=take(items, factors),
        user_bias_index=take(users) if draw(st.booleans()) else None,
        item_bias_index=take(items) if draw(st.booleans()) else None,
        global_bias_index=int(take(1)[0]) if draw(st.booleans()) else None,
        global_bias=draw(st.sampled_from([0.0, 0.7])),
        rating_range=draw(st.sampled_from([None, (0.0, 5.5)])),
        objective_kind=draw(st.sampled_from(OBJECTIVE_KINDS)),
    )
    return found, random.uniform(-1, 1, (users + items) * (factors + 1) + 1)


@pytest.mark.parametrize("layout_of", LAYOUTS, ids=str)
def test_it_computes_what_the_formulas_compute(layout, read_layout, layout_of):
    problem = read_layout(layout(**layout_of))
    over = problem_over(problem, recognise(problem))
    points = np.random.default_rng(0).uniform(0.1, 1.2, (4, len(problem.variables)))
    np.testing.assert_allclose(over.objective.program(points), problem.objective.program(points), rtol=1e-12)
    for x in points:
        value, gradient = over.objective.program.value_and_gradient(x)
        expected, slopes = problem.objective.program.value_and_gradient(x)
        assert value == pytest.approx(expected, rel=1e-12)
        np.testing.assert_allclose(gradient, slopes, rtol=1e-9, atol=1e-12)
    np.testing.assert_array_equal(over.start, problem.start)


@given(factorizations())
@settings(max_examples=60, deadline=None)
def test_value_and_gradient(drawn):
    found, x = drawn
    program = FactorizationProgram(found, len(x))
    errors = found.residuals(found.factors(x))
    value, gradient = program.value_and_gradient(x)
    assert value == pytest.approx(objective_of(found.objective_kind, errors), rel=1e-12)
    np.testing.assert_allclose(program.predictions(x), found.ratings.values - errors, rtol=1e-12, atol=1e-14)
    step = 1e-6
    moved = np.concatenate([x + step * np.eye(len(x)), x - step * np.eye(len(x))])
    high, low = np.split(program(moved)[:, 0], 2)
    np.testing.assert_allclose(gradient, (high - low) / (2 * step), rtol=1e-5, atol=1e-6)


@given(factorizations(), st.data())
@settings(max_examples=30, deadline=None)
def test_ratings_can_be_left_out(drawn, data):
    found, x = drawn
    count = len(found.ratings)
    kept = np.array(data.draw(st.lists(st.integers(0, count - 1), min_size=1, unique=True)))
    part = replace(found, ratings=found.ratings.take(kept))
    errors = found.residuals(found.factors(x))[kept]
    assert FactorizationProgram(part, len(x))(x)[0] == pytest.approx(
        objective_of(found.objective_kind, errors), rel=1e-12
    )


def test_where_nothing_is_missed_a_root_has_no_slope():
    one = np.array([[0]])
    ratings = Ratings(np.array([0]), np.array([0]), np.array([6.0]), [1], [1])
    found = Factorization(ratings, one, one + 1, None, None, None, 0.0, None, "rmse")
    value, gradient = FactorizationProgram(found, 2).value_and_gradient(np.array([2.0, 3.0]))
    assert value == 0
    assert np.isnan(gradient).all()  # as the derivative of a root at zero; a fit takes it for no pull
