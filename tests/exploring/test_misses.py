"""Residuals by groups, against pandas."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from xlcf.errors import InputError
from xlcf.exploring import Misses


@pytest.fixture
def frame(either):
    ratings = either.ratings
    predicted = either.factors.predict_all()[ratings.users, ratings.items]
    return pd.DataFrame(
        {
            "rating": ratings.values,
            "prediction": predicted,
            "activity": either.user_counts[ratings.users],
            "popularity": either.item_counts[ratings.items],
            "square": (ratings.values - predicted) ** 2,
        }
    )


def assert_groups(found, expected):
    """Compare with a grouped frame."""
    means = expected[["rating", "prediction", "square"]].mean()
    assert [group.ratings for group in found] == expected.size().tolist()
    np.testing.assert_allclose([group.rating for group in found], means["rating"])
    np.testing.assert_allclose([group.prediction for group in found], means["prediction"])
    np.testing.assert_allclose([group.rmse for group in found], np.sqrt(means["square"]))
    np.testing.assert_allclose([group.residual for group in found], means["rating"] - means["prediction"], atol=1e-12)


def test_groups_are_those_of_pandas(either, frame):
    found = Misses.of(either)
    assert_groups(found.by_rating, frame.groupby("rating"))
    edges = [0, 1, 2, 5, 10, 20, 50, 100]
    for name, groups in (("activity", found.by_activity), ("popularity", found.by_popularity)):
        if frame[name].nunique() <= 12:
            assert_groups(groups, frame.groupby(name))
        else:
            assert_groups(groups, frame.groupby(pd.cut(frame[name], edges, right=False), observed=True))
    ranges = pd.cut(
        frame["prediction"], np.linspace(frame["prediction"].min(), frame["prediction"].max() + 1e-9, 11), right=False
    )
    assert_groups(found.by_prediction, frame.groupby(ranges, observed=True))


def test_the_whole_is_that_of_pandas(either, frame):
    found = Misses.of(either)
    assert found.rmse == pytest.approx(np.sqrt(frame["square"].mean()))
    assert found.mae == pytest.approx((frame["rating"] - frame["prediction"]).abs().mean())
    assert found.correlation == pytest.approx(frame["rating"].corr(frame["prediction"]))


def test_counts_in_groups_say_what_they_hold(fitted):
    labels = [group.label for group in Misses.of(replace(fitted, user_counts=np.arange(1, 31) * 50)).by_activity]
    assert labels[0] == "50 to 99"
    assert labels[-1] == "1,000 to 1,500"


def test_a_classifier_is_measured_by_its_targets(fitted):
    probabilities = make_probabilities(fitted)
    found = Misses.of(probabilities)
    assert set(found.actual.tolist()) == {0.0, 1.0}
    assert [group.label for group in found.by_rating] == ["0", "1"]
    assert found.actual.mean() == pytest.approx((fitted.ratings.values >= 3.5).mean())


def make_probabilities(fitted):
    factors = replace(fitted.factors, global_bias=0.0, rating_range=(0.0, 1.0))
    return replace(fitted, predictor=factors, threshold=3.5)


def test_without_ratings_it_says_what_to_do(fitted):
    with pytest.raises(InputError, match="`ratings`"):
        Misses.of(replace(fitted, ratings=None))
