"""Cold starts: their weights against least squares by NumPy, and what they are worth on users left out of training."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlcf.errors import InputError
from xlcf.models.factors import Factors
from xlcf.models.fold_in import FoldIn
from xlcf.models.rating_model import RatingModel

N_USERS, N_ITEMS, N_FACTORS = 12, 15, 3


def make_fitted(
    seed: int = 0,
    *,
    bias: bool = True,
    rating_range: tuple[float, float] | None = None,
    global_bias: float = 3.5,
    threshold: float | None = None,
) -> RatingModel:
    rng = np.random.default_rng(seed)
    return RatingModel(
        predictor=Factors(
            user_factors=rng.normal(0.1, 0.6, (N_USERS, N_FACTORS)),
            item_factors=rng.normal(0.2, 0.6, (N_ITEMS, N_FACTORS)),
            user_bias=rng.normal(0.1, 0.3, N_USERS) if bias else None,
            item_bias=rng.normal(0, 0.4, N_ITEMS) if bias else None,
            global_bias=global_bias if rating_range is None else 0.4,
            rating_range=rating_range,
        ),
        user_ids=[f"u{code}" for code in range(N_USERS)],
        item_ids=list(range(100, 100 + N_ITEMS)),
        item_titles=None,
        user_counts=np.arange(N_USERS),  # the first has none
        item_counts=np.arange(N_ITEMS, 0, -1),
        mean=3.5,
        rating_range=(0.5, 5.0),
        threshold=threshold,
    )


def transposed(fitted: RatingModel) -> RatingModel:
    factors = fitted.factors
    return RatingModel(
        predictor=Factors(
            user_factors=factors.item_factors,
            item_factors=factors.user_factors,
            user_bias=factors.item_bias,
            item_bias=factors.user_bias,
            global_bias=factors.global_bias,
            rating_range=factors.rating_range,
        ),
        user_ids=fitted.item_ids,
        item_ids=fitted.user_ids,
        item_titles=None,
        user_counts=fitted.item_counts,
        item_counts=fitted.user_counts,
        mean=fitted.mean,
        rating_range=(0.5, 5.0),
        is_clipped=False,
    )


def predictions(fold_in: FoldIn, weights: np.ndarray) -> np.ndarray:
    return fold_in.factors.rating_of(fold_in.sums(weights))


ratings_of_some = st.dictionaries(st.integers(0, N_ITEMS - 1), st.floats(0.5, 5.0), max_size=N_ITEMS)
models = st.sampled_from([{"bias": True}, {"bias": False}, {"bias": True, "rating_range": (0.0, 5.5)}])


@given(ratings_of_some, models, st.floats(0.01, 100), st.integers(0, 5))
def test_weights_are_those_of_least_squares_with_the_ridge_as_further_rows(ratings, model, ridge, seed):
    fitted = make_fitted(seed, **model)
    factors, items = fitted.factors, list(ratings)
    fold_in = FoldIn.of_users(fitted)
    has_ratings = np.arange(N_USERS) > 0
    average = factors.user_factors[has_ratings].mean(axis=0)
    rows, offsets = factors.item_factors, np.full(N_ITEMS, factors.global_bias)
    if factors.user_bias is not None:
        rows, offsets = np.hstack([np.ones((N_ITEMS, 1)), rows]), offsets + factors.item_bias
        average = np.r_[factors.user_bias[has_ratings].mean(), average]
    z = rows @ average + offsets
    h = 1e-5
    slope = (factors.rating_of(z + h) - factors.rating_of(z - h)) / (2 * h)
    rows = (rows * slope[:, None])[items]
    error = np.array(list(ratings.values())) - factors.rating_of(z)[items]
    tall = np.vstack([rows, np.sqrt(ridge) * np.eye(len(average))])
    change = np.linalg.lstsq(tall, np.r_[error, np.zeros(len(average))], rcond=None)[0]
    found = fold_in.weights(items, list(ratings.values()), ridge)
    np.testing.assert_allclose(found, average + change, rtol=1e-7, atol=1e-7)


@given(ratings_of_some, st.sampled_from([True, False]), st.integers(0, 5))
def test_without_a_sigmoid_no_other_weights_have_a_lower_loss(ratings, bias, seed):
    fold_in = FoldIn.of_users(make_fitted(seed, bias=bias))
    items, values = list(ratings), np.array(list(ratings.values()))

    def loss(weights):
        errors = values - predictions(fold_in, weights)[items]
        return np.sum(errors**2) + 2.0 * np.sum((weights - fold_in.average) ** 2)

    found = fold_in.weights(items, values, 2.0)
    for step in np.vstack([np.eye(len(found)), -np.eye(len(found))]) * 1e-3:
        assert loss(found + step) > loss(found)


def test_a_sigmoids_tangent_comes_near_the_least_loss():
    fold_in = FoldIn.of_users(make_fitted(rating_range=(0.0, 5.5)))
    items, values = [0, 3, 5, 9], np.array([5.0, 4.0, 2.0, 3.5])

    def loss(weights):
        return np.sum((values - predictions(fold_in, weights)[items]) ** 2) + np.sum((weights - fold_in.average) ** 2)

    from scipy.optimize import minimize

    least = minimize(loss, fold_in.average).fun
    start, found = loss(fold_in.average), loss(fold_in.weights(items, values, 1.0))
    assert found - least < 0.05 * (start - least)


def test_who_rates_as_planted_is_found_again():
    fitted = make_fitted()
    fold_in, planted = FoldIn.of_users(fitted), np.array([0.3, -1.0, 0.5, 0.8])
    found = fold_in.weights(range(N_ITEMS), predictions(fold_in, planted), 1e-9)
    np.testing.assert_allclose(found, planted, atol=1e-7)


def test_who_has_rated_nothing_is_the_average_of_those_with_ratings():
    fitted = make_fitted()
    fold_in = FoldIn.of_users(fitted)
    expected = np.r_[fitted.factors.user_bias[1:].mean(), fitted.factors.user_factors[1:].mean(axis=0)]
    np.testing.assert_allclose(fold_in.weights([], []), expected, rtol=1e-12)
    np.testing.assert_allclose(fold_in.weights([1, 2], [5.0, 1.0], 1e12), expected, atol=1e-9)


def test_items_are_users_of_the_model_turned_round():
    fitted = make_fitted(rating_range=(0.0, 5.5))
    users, ratings = [2, 5, 7], [4.0, 1.5, 5.0]
    np.testing.assert_array_equal(
        FoldIn.of_items(fitted).weights(users, ratings), FoldIn.of_users(transposed(fitted)).weights(users, ratings)
    )


def test_predictions_are_those_of_a_user_with_these_weights():
    fitted = make_fitted()
    factors, fold_in = fitted.factors, FoldIn.of_users(make_fitted())
    known = np.r_[factors.user_bias[4], factors.user_factors[4]]
    np.testing.assert_allclose(fold_in.sums(known), factors.predict_all()[4], rtol=1e-12)


@pytest.mark.parametrize(
    ("items", "ratings", "ridge", "said"),
    [
        ([1], [3.0], 0.0, "above 0"),
        ([1], [3.0], float("nan"), "above 0"),
        ([1, 2], [3.0], 1.0, "one rating each"),
        ([1], [float("nan")], 1.0, "finite"),
        ([1], [3.0], 1e-300, "too small to find 4 weights from so few ratings: raise it; 5 is usual"),
        ([1, 2], [3.0, 4.0], 1e-15, "too small"),
    ],
)
def test_what_is_no_rating_is_refused(items, ratings, ridge, said):
    with pytest.raises(InputError, match=said):
        FoldIn.of_users(make_fitted()).weights(items, ratings, ridge)


def test_a_tiny_ridge_does_where_there_are_ratings_enough():
    """Without a ridge to speak of it is ordinary least squares."""
    fitted, given = make_fitted(), np.linspace(1, 5, N_ITEMS)
    fold_in = FoldIn.of_users(fitted)
    found = fold_in.weights(np.arange(N_ITEMS), given, 1e-300)
    features = np.column_stack([np.ones(N_ITEMS), fitted.factors.item_factors])
    expected = np.linalg.lstsq(features, given - fitted.factors.item_bias - 3.5, rcond=None)[0]
    np.testing.assert_allclose(found, expected, rtol=1e-8)
    np.testing.assert_array_equal(fold_in.weights([], [], 1e-300), fold_in.average)


def test_a_classifier_is_refused():
    with pytest.raises(InputError, match="classifier"):
        FoldIn.of_users(make_fitted(threshold=4.0))


@pytest.mark.slow
@pytest.mark.parametrize("cold_starts", ["users", "items"])
def test_cold_starts_are_predicted_nearly_as_well_as_if_trained(reference: Path, cold_starts: str) -> None:
    """Leave some out, fold in half of their ratings, predict the other half; damped means are the baseline."""
    from xlcf.models.damped_means import damped_means
    from xlcf.ratings.readers import read_ratings
    from xlcf.training.options import TrainOptions
    from xlcf.training.train import train

    everything = read_ratings(reference / "data" / "ml-latest-small-2016")
    rng = np.random.default_rng(0)
    of_users = cold_starts == "users"
    codes = everything.users if of_users else everything.items
    others = everything.items if of_users else everything.users
    counts = np.bincount(codes)
    busy = np.flatnonzero(counts >= 20)
    chosen = rng.permutation(busy)[:100]
    is_new, half = np.isin(codes, chosen), rng.random(len(everything)) < 0.5
    given_now, asked = np.flatnonzero(is_new & half), np.flatnonzero(is_new & ~half)
    old, both = everything.take(np.flatnonzero(~is_new)), everything.take(np.flatnonzero(~is_new | half))
    options = TrainOptions(device="cpu")

    fitted = train(old, options)
    fold_in = FoldIn.of_users(fitted) if of_users else FoldIn.of_items(fitted)
    trained = train(both, options).predict_codes(everything.users[asked], everything.items[asked])
    means = damped_means(old)
    other_bias, damping = (means.item_bias, 5.0) if of_users else (means.user_bias, 4.0)

    folded, baseline = np.empty(len(asked)), np.empty(len(asked))
    for code in chosen:
        known, wanted = given_now[codes[given_now] == code], codes[asked] == code
        weights = fold_in.weights(others[known], everything.values[known])
        folded[wanted] = fitted.rating_of(fold_in.sums(weights))[others[asked][wanted]]
        errors = everything.values[known] - means.mean - other_bias[others[known]]
        bias = errors.sum() / (damping + len(known))
        baseline[wanted] = (means.mean + other_bias + bias).clip(0.5, 5)[others[asked][wanted]]

    def rmse(predicted: np.ndarray) -> float:
        return float(np.sqrt(np.mean((predicted - everything.values[asked]) ** 2)))

    print(f"{cold_starts}: folded in {rmse(folded):.4f}, trained {rmse(trained):.4f}, means {rmse(baseline):.4f}")
    assert rmse(folded) < rmse(baseline)
    assert rmse(folded) < rmse(trained) + 0.01


def test_a_model_predicts_for_a_new_user_by_raw_ids():
    model = replace(make_fitted(bias=False), is_clipped=True)
    liked = {model.item_ids[2]: 5.0, model.item_ids[7]: 1.0}
    factors = model.factors
    average = factors.user_factors[np.asarray(model.user_counts) > 0].mean(axis=0)
    rows = factors.item_factors[[2, 7]]
    tall = np.vstack([rows, np.sqrt(3.0) * np.eye(len(average))])
    errors = np.array([5.0, 1.0]) - factors.global_bias - rows @ average
    user = average + np.linalg.lstsq(tall, np.r_[errors, np.zeros(len(average))], rcond=None)[0]
    expected = (factors.item_factors @ user + factors.global_bias).clip(*model.rating_range)
    np.testing.assert_allclose(model.fold_in(list(liked), list(liked.values()), ridge=3.0), expected, rtol=1e-9)
    with pytest.raises(InputError, match="does not know the item nobody"):
        model.fold_in(["nobody"], [4.0])
