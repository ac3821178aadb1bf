"""Items by bias, against closed forms and simulation."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from xlcf.errors import InputError
from xlcf.exploring import item_biases
from xlcf.exploring.biases import mean_over_users
from xlcf.models.factors import Factors
from xlcf.models.net import Net
from xlcf.models.rating_model import RatingModel


def model_of_means(means, counts, sd, ridge=0.0):
    """Make a model whose item biases are means of ratings with errors of a known deviation."""
    n = len(means)
    total = int(counts.sum())
    return RatingModel(
        predictor=Factors(np.zeros((1, 1)), np.zeros((n, 1)), np.zeros(1), means, 0.0),
        user_ids=[1],
        item_ids=list(range(n)),
        item_titles=None,
        user_counts=np.array([total]),
        item_counts=counts,
        mean=0.0,
        rating_range=(0.5, 5.0),
        metrics={"test_rmse": sd},
        training={"weight_decay": 2 * ridge / total, "method": "adam"},
    )


def test_intervals_hold_what_they_promise():
    rng = np.random.default_rng(0)
    truth, counts = rng.normal(0, 0.5, 4000), rng.integers(1, 60, 4000)
    means = truth + rng.normal(0, 0.9, 4000) / np.sqrt(counts)
    found = item_biases(model_of_means(means, counts, 0.9), minimum_count=1)
    inside = (found.low <= truth[found.items]) & (truth[found.items] <= found.high)
    assert inside.mean() == pytest.approx(0.95, abs=0.012)  # 3.5 standard errors of the share


def test_with_weight_decay_they_are_those_of_a_ridge_regression():
    """Posterior covariance sd^2 (X'X + ridge I)^-1 for a design with one column an item."""
    counts = np.array([3, 8, 20])
    design = np.repeat(np.eye(3), counts, axis=0)
    covariance = 0.8**2 * np.linalg.inv(design.T @ design + 5.0 * np.eye(3))
    found = item_biases(model_of_means(np.zeros(3), counts, 0.8, ridge=5.0), minimum_count=1)
    np.testing.assert_allclose(found.high - found.level, 1.959964 * np.sqrt(np.diag(covariance)), rtol=1e-6)


def test_the_order_is_by_the_cautious_end():
    means, counts = np.array([1.0, 0.9, -1.0, -0.9]), np.array([1, 100, 1, 100])
    found = item_biases(model_of_means(means, counts, 1.0), minimum_count=1)
    assert found.items[found.best(1)].tolist() == [1]
    assert found.items[found.worst(1)].tolist() == [3]


def test_only_items_with_enough_ratings_are_listed(fitted):
    least = int(np.sort(fitted.item_counts)[-10])
    found = item_biases(fitted, least)
    assert set(found.items.tolist()) == set(np.flatnonzero(fitted.item_counts >= least).tolist())
    assert found.counts.min() >= least
    with pytest.raises(InputError, match=r"No item has 1,000 ratings, .* lower `minimum_count`"):
        item_biases(fitted, 1000)


def test_without_a_choice_the_3000_items_with_most_ratings_are_listed():
    counts = np.arange(1, 5001)
    found = item_biases(model_of_means(np.zeros(5000), counts, 1.0))
    assert len(found.items) == 3000
    assert found.minimum_count == 2001


def test_a_model_without_biases_is_ordered_by_mean_predictions(fitted):
    bare = replace(fitted, predictor=replace(fitted.factors, user_bias=None, item_bias=None))
    found = item_biases(bare, 1)
    np.testing.assert_allclose(found.level, bare.factors.predict_all().mean(axis=0)[found.items])
    assert found.measure == "mean prediction"


def test_without_weight_decay_what_factors_hide_does_not_count(fitted):
    """Users' factors shifted by c, and each item's bias by -c . q: the same model, other biases."""
    shift, factors = np.array([1.0, -2.0, 0.5, 3.0]), fitted.factors
    users, bias = factors.user_factors + shift, factors.item_bias - factors.item_factors @ shift
    other = replace(fitted, predictor=replace(factors, user_factors=users, item_bias=bias))
    one, two = item_biases(fitted), item_biases(other)
    np.testing.assert_allclose(one.level, two.level)
    np.testing.assert_allclose(one.level, factors.predict_all().mean(axis=0)[one.items])
    trained = replace(fitted, training={"weight_decay": 1e-3, "method": "adam"})
    np.testing.assert_array_equal(item_biases(trained).level, factors.item_bias[one.items])


@given(st.lists(st.tuples(st.floats(-2, 2), st.integers(1, 400)), min_size=1, max_size=30), st.integers(1, 40))
@example([(0.0, 1), (0.1, 400), (0.2, 1), (0.3, 1)], 1)  # the second has the highest lower and the lowest upper end
def test_no_item_is_among_the_best_and_the_worst(items, n):
    means, counts = map(np.array, zip(*items, strict=True))
    found = item_biases(model_of_means(means, counts, 0.9), minimum_count=1)
    best, worst = found.best(n), found.worst(n)
    assert not set(best.tolist()) & set(worst.tolist())
    assert len(best) == min(n, max(1, len(items) // 2))
    assert len(worst) == min(n, len(items) // 2)
    if len(worst):
        assert found.level[best].min() >= found.level[worst].max()
    assert (np.diff(found.low[best]) <= 0).all()
    assert (np.diff(found.high[worst]) >= 0).all()


def test_few_items_are_either_among_the_best_or_among_the_worst(fitted):
    found = item_biases(fitted)
    half = len(found.items) // 2
    assert len(found.best(1000)) == len(found.worst(1000)) == half


def test_what_is_known_of_errors_is_taken_in_order(fitted):
    residuals = fitted.ratings.values - fitted.predict_codes(fitted.ratings.users, fitted.ratings.items)
    assert item_biases(fitted).sd == pytest.approx(np.sqrt(np.mean(residuals**2)))
    assert item_biases(replace(fitted, metrics={"test_rmse": 0.7})).sd == 0.7
    assert item_biases(replace(fitted, ratings=None, history=[{"loss": 0.36}])).sd == 0.6
    with pytest.raises(InputError, match="`ratings`"):
        item_biases(replace(fitted, ratings=None))


def test_a_net_is_measured_by_the_mean_over_its_users(fitted):
    rng = np.random.default_rng(0)
    factors, net = fitted.factors, (rng.normal(size=(3, 8)), rng.normal(size=3), rng.normal(size=3), 3.0)
    model = replace(
        fitted, predictor=Net(factors.user_factors, factors.item_factors, *net), training={"weight_decay": 1e-3}
    )
    found = item_biases(model, 1)
    everyone = np.array(
        [model.predict_codes(np.full(model.n_items, user), np.arange(model.n_items)) for user in range(model.n_users)]
    )
    assert found.measure == "mean prediction"
    np.testing.assert_allclose(found.level, everyone.mean(axis=0)[found.items])
    np.testing.assert_allclose(found.high - found.level, 1.959964 * found.sd / np.sqrt(found.counts), rtol=1e-6)
    some = mean_over_users(model, found.items, most=20)
    np.testing.assert_array_equal(some, mean_over_users(model, found.items, most=20))
    assert 0 < np.abs(some - found.level).max() < 1.5
