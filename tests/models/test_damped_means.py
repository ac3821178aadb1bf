"""Damped means beside the ridge regression that they solve."""

import numpy as np
import pytest

from xlcf.models.damped_means import damped_means, mean_target
from xlcf.ratings import row_blocks
from xlcf.ratings.synthetic import synthetic_ratings


@pytest.fixture(scope="module")
def ratings():
    return synthetic_ratings(n_users=25, n_items=40, n_ratings=400, seed=2)


def ridge(ratings, targets, user_damping, item_damping):
    """Solve the normal equations of all biases at once."""
    n, n_users = len(ratings), ratings.n_users
    design = np.zeros((n, n_users + ratings.n_items))
    design[np.arange(n), ratings.users] = 1
    design[np.arange(n), n_users + ratings.items] = 1
    penalty = np.diag([user_damping] * n_users + [item_damping] * ratings.n_items)
    return np.linalg.solve(design.T @ design + penalty, design.T @ (targets - targets.mean()))


@pytest.mark.parametrize("threshold", [None, 4.0])
@pytest.mark.parametrize(("user_damping", "item_damping"), [(5.0, 4.0), (0.5, 20.0)])
def test_many_sweeps_give_the_ridge_regression(threshold, user_damping, item_damping, ratings, monkeypatch):
    monkeypatch.setattr(row_blocks, "ROWS", 150)
    targets = ratings.values.astype(float) if threshold is None else (ratings.values >= threshold).astype(float)
    found = damped_means(ratings, threshold, user_damping, item_damping, sweeps=300)
    expected = ridge(ratings, targets, user_damping, item_damping)
    np.testing.assert_allclose(np.concatenate([found.user_bias, found.item_bias]), expected, atol=1e-10)
    assert found.mean == mean_target(ratings, threshold) == pytest.approx(targets.mean(), rel=1e-12)


def test_five_sweeps_are_close(ratings):
    found = damped_means(ratings)
    expected = ridge(ratings, ratings.values.astype(float), 5.0, 4.0)
    np.testing.assert_allclose(np.concatenate([found.user_bias, found.item_bias]), expected, atol=0.02)


def test_whoever_has_no_ratings_is_as_the_mean(ratings):
    found = damped_means(ratings.take(np.flatnonzero((ratings.users != 3) & (ratings.items != 7))))
    assert found.user_bias[3] == found.item_bias[7] == 0
