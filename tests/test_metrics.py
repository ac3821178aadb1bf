"""The metrics beside those of scikit-learn."""

import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from xlcf.metrics import log_loss_of_logits, mae, r_squared, rmse, rmse_of_sums

ratings = arrays(np.float64, st.integers(2, 30), elements=st.sampled_from([0.5, 1.0, 3.5, 5.0]))


@given(ratings, st.integers(0, 9))
def test_errors_of_ratings(actual, seed):
    predictions = np.random.default_rng(seed).normal(size=len(actual))
    residuals = actual - predictions
    assert rmse(residuals) == pytest.approx(sklearn.metrics.root_mean_squared_error(actual, predictions), rel=1e-12)
    assert mae(residuals) == pytest.approx(sklearn.metrics.mean_absolute_error(actual, predictions), rel=1e-12)
    parts = np.split(residuals, [1])
    assert rmse_of_sums(sum(float((part**2).sum()) for part in parts), len(actual)) == pytest.approx(rmse(residuals))
    assert r_squared(actual, predictions) == pytest.approx(sklearn.metrics.r2_score(actual, predictions), rel=1e-9)


def test_none_at_all_have_no_error():
    assert np.isnan([rmse(np.zeros(0)), mae(np.zeros(0)), rmse_of_sums(0.0, 0)]).all()


@given(arrays(np.float64, st.integers(1, 30), elements=st.floats(-20, 20)), st.integers(0, 9))
def test_log_loss_of_logits(logits, seed):
    targets = np.random.default_rng(seed).integers(0, 2, len(logits)).astype(float)
    expected = sklearn.metrics.log_loss(targets, 1 / (1 + np.exp(-logits)), labels=[0, 1])
    assert log_loss_of_logits(logits, targets) == pytest.approx(expected, rel=1e-6, abs=1e-12)


def test_logits_that_no_probability_can_tell_from_certain_keep_their_loss():
    assert log_loss_of_logits(np.array([1000.0, -800.0]), np.array([0.0, 1.0])) == 900
