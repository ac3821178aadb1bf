"""Hidden ratings: which are hidden, and how their error is measured."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcf.comparing.hold_out import HoldOut, hide_some
from xlcf.comparing.methods import compare_methods
from xlcf.comparing.options import CompareOptions
from xlcf.factorization.factorization import Factorization
from xlcf.ratings.ratings import Ratings
from xlcf.ratings.splits import random_split


def factorize(users, items, values):
    n_users, n_items = int(users.max()) + 1, int(items.max()) + 1
    ratings = Ratings(users, items, values, list(range(n_users)), list(range(n_items)))
    user_index = np.arange(2 * n_users).reshape(n_users, 2)
    item_index = 2 * n_users + np.arange(2 * n_items).reshape(n_items, 2)
    return Factorization(ratings, user_index, item_index, None, None, None, 0.0, None, "rmse")


@given(st.integers(1, 60), st.integers(0, 2**32 - 1), st.floats(0, 1))
@settings(max_examples=60, deadline=None)
def test_nobody_loses_the_last_rating(count, seed, fraction):
    random = np.random.default_rng(seed)
    found = factorize(random.integers(0, 8, count), random.integers(0, 8, count), random.uniform(1, 5, count))
    split = random_split(count, fraction, 1)
    hold_out = HoldOut.of(found, split)
    seen, hidden = hold_out.seen.ratings, hold_out.hidden.ratings
    assert len(seen) + len(hidden) == count
    assert set(seen.users) >= set(found.ratings.users)
    assert set(seen.items) >= set(found.ratings.items)

    def rows(*parts):
        return sorted(row for part in parts for row in zip(part.users, part.items, part.values, strict=True))

    assert rows(seen, hidden) == rows(found.ratings)
    # what is hidden was drawn
    assert set(rows(hidden)) <= set(rows(found.ratings.take(split.hold_out)))


def test_a_tenth_is_hidden_by_seed(dotprod):
    _, found = dotprod
    one, again, other = (hide_some(found, seed) for seed in (1, 1, 2))
    assert len(one.hidden.ratings) == 20
    np.testing.assert_array_equal(one.hidden.ratings.users, again.hidden.ratings.users)
    assert (one.hidden.ratings.items != other.hidden.ratings.items).any()
    assert hide_some(factorize(*np.divmod(np.arange(9), 3), np.ones(9)), 0) is None


def test_the_error_of_hidden_ratings_is_cut_off_at_the_seen_range():
    users, items = np.divmod(np.arange(6), 3)
    found = factorize(users, items, np.array([1.0, 2.0, 3.0, 4.0, 5.0, 2.0]))
    hold_out = HoldOut(
        replace(found, ratings=found.ratings.take([0, 1, 2, 3])), replace(found, ratings=found.ratings.take([4, 5]))
    )
    x = np.ones(10)
    x[2:4] = 1.5, 0.0  # user 1
    x[6:8] = 9.0, 0.0  # item 1: 13.5, above the highest seen rating, which is 4
    np.testing.assert_allclose(hold_out.residuals(x), [5.0 - 4.0, 2.0 - 1.5])
    assert hold_out.rmse(x) == pytest.approx(np.sqrt((1.0 + 0.25) / 2))


def test_a_method_is_fitted_without_the_hidden_ratings(planted):
    """By hand: alternating least squares on the ratings that stay, to their optimum."""
    problem, found = planted
    compared = compare_methods(problem, found, CompareOptions(("scipy",), seed=2))
    hidden, seen = compared.hold_out.hidden.ratings, compared.hold_out.seen.ratings
    factors = found.factors(problem.start)
    user, item = factors.user_factors.copy(), factors.item_factors.copy()
    for _ in range(500):
        for code in range(seen.n_users):
            its = seen.users == code
            user[code] = np.linalg.lstsq(item[seen.items[its]], seen.values[its], rcond=None)[0]
        for code in range(seen.n_items):
            its = seen.items == code
            item[code] = np.linalg.lstsq(user[seen.users[its]], seen.values[its], rcond=None)[0]
    predicted = np.clip((user @ item.T)[hidden.users, hidden.items], seen.values.min(), seen.values.max())
    expected = np.sqrt(np.mean((predicted - hidden.values) ** 2))
    assert compared.entries[0].hold_out_rmse == pytest.approx(expected, rel=1e-3)
