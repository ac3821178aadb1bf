"""Principal components and rotations, against eigenvectors, brute force and known structure."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.stats import ortho_group

from xlcf.errors import InputError
from xlcf.exploring import factor_directions, principal_components, rotate, varimax
from xlcf.exploring.rotations import varimax_criterion


def test_components_are_eigenvectors_of_the_weighted_covariance(fitted):
    found = principal_components(fitted, 4)
    covariance = np.cov(fitted.factors.item_factors.T, fweights=fitted.item_counts, ddof=0)
    values, vectors = np.linalg.eigh(covariance)
    np.testing.assert_allclose(found.explained, values[::-1] / values.sum(), rtol=1e-10)
    np.testing.assert_allclose(np.abs(found.axes @ vectors[:, ::-1]), np.eye(4), atol=1e-8)
    assert found.explained.sum() == pytest.approx(1)


def test_the_ends_are_the_outermost_of_the_items_asked_about(fitted):
    found = principal_components(fitted, 2)
    items = np.arange(5, 25)
    top, bottom = found.ends(1, items, 3)
    scores = found.scores[items, 1]
    assert found.scores[top, 1].tolist() == sorted(scores, reverse=True)[:3]
    assert found.scores[bottom, 1].tolist() == sorted(scores)[:3]
    few_top, few_bottom = found.ends(0, items[:3], 10)
    assert not set(few_top.tolist()) & set(few_bottom.tolist())


def test_more_components_than_factors_are_refused(fitted):
    with pytest.raises(InputError, match="Of 4 factors"):
        principal_components(fitted, 5)


@pytest.mark.parametrize("kind", ["varimax", "pca"])
def test_a_rotation_changes_no_prediction(either, kind):
    found = rotate(either, kind)
    before, after = either.factors.predict_all(), found.model.factors.predict_all()
    assert np.abs(before - after).max() <= 1e-12
    assert found.largest_difference <= 1e-12
    assert found.compared == before.size
    np.testing.assert_allclose(found.matrix @ found.matrix.T, np.eye(4), atol=1e-13)
    np.testing.assert_allclose(found.model.factors.item_factors, either.factors.item_factors @ found.matrix)


def test_pca_leaves_factors_uncorrelated_most_variance_first(fitted):
    rotated = rotate(fitted, "pca").model.factors.item_factors
    covariance = np.cov(rotated.T, fweights=fitted.item_counts)
    np.testing.assert_allclose(covariance, np.diag(np.diag(covariance)), atol=1e-12)
    assert (np.diff(np.diag(covariance)) <= 0).all()


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000))
def test_varimax_in_the_plane_finds_the_best_angle(seed):
    rng = np.random.default_rng(seed)
    loadings = rng.standard_t(3, (50, 2))
    counts = rng.integers(1, 20, 50)

    def turned(angle):
        c, s = np.cos(angle), np.sin(angle)
        return varimax_criterion(loadings @ np.array([[c, -s], [s, c]]), counts)

    # the criterion has a period of a quarter turn
    grid = np.linspace(0, np.pi / 2, 181)
    start = grid[np.argmax([turned(angle) for angle in grid])]
    bounds = (start - 0.02, start + 0.02)
    best = -minimize_scalar(lambda angle: -turned(angle), bounds=bounds, method="bounded", options={"xatol": 1e-10}).fun
    reached = varimax_criterion(loadings @ varimax(loadings, counts), counts)
    assert reached == pytest.approx(best, rel=1e-4)


def test_varimax_recovers_a_simple_structure():
    rng = np.random.default_rng(3)
    loadings = np.zeros((60, 4))
    loadings[np.arange(60), np.arange(60) % 4] = rng.uniform(1, 2, 60)
    rotated = loadings @ ortho_group.rvs(4, random_state=5)
    back = rotated @ varimax(rotated, np.ones(60, dtype=int))
    np.testing.assert_allclose(np.sort(np.abs(back), axis=1), np.sort(loadings, axis=1), atol=1e-3)


def test_factor_directions_are_the_factors_with_most_variance(fitted):
    found = factor_directions(fitted, 2)
    items = fitted.factors.item_factors
    variance = np.diag(np.cov(items.T, fweights=fitted.item_counts))
    assert found.axes.argmax(axis=1).tolist() == np.argsort(-variance)[:2].tolist()


def test_an_unknown_rotation_is_refused(fitted):
    with pytest.raises(InputError, match="none of varimax, pca"):
        rotate(fitted, "quartimax")


def test_items_without_ratings_do_no_harm(fitted):
    counts = fitted.item_counts.copy()
    counts[:10] = 0
    for kind in ("varimax", "pca"):
        assert rotate(replace(fitted, item_counts=counts), kind).largest_difference <= 1e-12
    assert np.isfinite(principal_components(replace(fitted, item_counts=counts * 0)).scores).all()
