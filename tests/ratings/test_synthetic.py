import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcf.errors import InputError
from xlcf.ratings.pairs import draw_pairs
from xlcf.ratings.ratings import Ratings
from xlcf.ratings.releases import RELEASES, find_release
from xlcf.ratings.synthetic import planted_ratings, synthetic_ratings


def biases_by_least_squares(ratings: Ratings) -> tuple[np.ndarray, np.ndarray]:
    """Fit user and item biases alone, alternating their exact means."""
    users, items, values = ratings.users, ratings.items, ratings.values.astype(np.float64) - ratings.mean
    user_bias, item_bias = np.zeros(ratings.n_users), np.zeros(ratings.n_items)
    for _ in range(20):
        user_bias = np.bincount(users, values - item_bias[items]) / np.bincount(users)
        item_bias = np.bincount(items, values - user_bias[users]) / np.bincount(items)
    return user_bias, item_bias


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 30), st.integers(1, 30), st.floats(0, 1), st.integers(0, 2**32))
def test_pairs_are_distinct_and_leave_nobody_out(n_users: int, n_items: int, fill: float, seed: int) -> None:
    least, most = max(n_users, n_items), n_users * n_items
    n_ratings = least + int(fill * (most - least))
    users, items = draw_pairs(n_users, n_items, n_ratings, np.random.default_rng(seed))
    keys = users.astype(np.int64) * n_items + items
    assert len(keys) == n_ratings
    assert (np.diff(keys) > 0).all()
    assert set(users.tolist()) == set(range(n_users))
    assert set(items.tolist()) == set(range(n_items))


def test_same_for_a_seed_and_only_then() -> None:
    first, again, other = (synthetic_ratings(scale=0.0005, seed=seed, timestamps=True) for seed in (3, 3, 4))
    assert first.fingerprint() == again.fingerprint() != other.fingerprint()
    np.testing.assert_array_equal(first.timestamps, again.timestamps)


def test_sizes() -> None:
    ratings = synthetic_ratings("ml-100k")
    assert (ratings.n_users, ratings.n_items, len(ratings)) == (943, 1682, 100_000)
    scaled = synthetic_ratings("25m", scale=0.0004)
    assert (scaled.n_users, scaled.n_items, len(scaled)) == (65, 1181, 10_000)
    given_size = synthetic_ratings(n_users=50, n_items=70, n_ratings=600)
    assert (given_size.n_users, given_size.n_items, len(given_size)) == (50, 70, 600)


def test_looks_like_movielens() -> None:
    ratings = synthetic_ratings("ml-25m", scale=0.02)
    assert ratings.users.dtype == ratings.items.dtype == np.int32
    assert ratings.values.dtype == np.float32
    assert ratings.rating_range == (0.5, 5)
    assert set(np.unique(ratings.values * 2)) == set(range(1, 11))
    assert ratings.mean == pytest.approx(3.53, abs=0.06)  # ml-25m: 3.53 and 1.06
    assert ratings.values.std() == pytest.approx(1.06, abs=0.06)
    assert (ratings.user_ids[:2], ratings.item_ids[-1]) == ([1, 2], ratings.n_items)
    activity, popularity = np.bincount(ratings.users), np.bincount(ratings.items)
    assert 19 <= activity.min() <= 20
    assert np.median(activity) == pytest.approx(71, rel=0.1)
    assert activity.max() > 20 * activity.mean()
    assert 0.3 < popularity.max() / ratings.n_users < 0.6


def test_activity_has_a_power_law_tail() -> None:
    activity = np.sort(np.bincount(synthetic_ratings("ml-1m", seed=1).users))[::-1].astype(float)
    top = activity[:300]
    hill = 1 / np.mean(np.log(top[:-1] / top[-1]))  # Hill's estimator of the exponent
    assert 1.2 < hill < 3.2


def test_the_planted_truth_is_in_the_ratings() -> None:
    ratings, planted = planted_ratings(n_users=400, n_items=200, n_ratings=40_000, seed=5)
    user_bias, item_bias = biases_by_least_squares(ratings)
    assert np.corrcoef(user_bias, planted.user_bias)[0, 1] > 0.95
    assert np.corrcoef(item_bias, planted.item_bias)[0, 1] > 0.95
    by_biases = ratings.values - ratings.mean - user_bias[ratings.users] - item_bias[ratings.items]
    floor = planted.rmse(ratings)
    assert 0.7 < floor < 0.8 < np.sqrt(np.mean(by_biases**2)) < ratings.values.std()
    signal = np.einsum("nf,nf->n", planted.user_factors[ratings.users], planted.item_factors[ratings.items])
    assert np.corrcoef(by_biases, signal)[0, 1] > 0.3


def test_rmse_is_that_of_the_clipped_truth() -> None:
    ratings, planted = planted_ratings("ml-100k", scale=0.1)
    expected = np.clip(planted.predict(ratings.users, ratings.items).astype(float), 0.5, 5)
    assert planted.rmse(ratings) == pytest.approx(np.sqrt(np.mean((ratings.values - expected) ** 2)), rel=1e-6)


def test_times_lie_between_1996_and_2020() -> None:
    times = synthetic_ratings("ml-100k", timestamps=True).timestamps
    assert times is not None
    assert times.dtype == np.int64
    assert 820_454_400 <= times.min() < times.max() <= 1_577_836_800


def test_refused() -> None:
    with pytest.raises(InputError, match="10 ratings do not fit 20 users and 5 items: give from 20 to 100"):
        synthetic_ratings(n_users=20, n_items=5, n_ratings=10)
    with pytest.raises(InputError, match="no MovieLens release 'ml-2m'; choose one of ml-100k"):
        synthetic_ratings("ml-2m")
    with pytest.raises(InputError, match="scale"):
        synthetic_ratings(scale=0)
    with pytest.raises(InputError, match="factors"):
        synthetic_ratings(scale=0.001, n_factors=-1)


def test_releases_go_by_short_names() -> None:
    assert find_release("ML-25M ") == find_release("25m") == ("ml-25m", RELEASES["ml-25m"])


@pytest.mark.slow
def test_all_of_ml_25m() -> None:
    ratings = synthetic_ratings("ml-25m")
    assert (ratings.n_users, ratings.n_items, len(ratings)) == (162_541, 59_047, 25_000_095)
    keys = ratings.users.astype(np.int64) * ratings.n_items + ratings.items
    assert (np.diff(keys) > 0).all()
