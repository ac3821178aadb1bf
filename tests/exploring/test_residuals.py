"""Residuals by groups, against pandas."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from xlcf.errors import InputError
from xlcf.exploring import Residuals
from xlcf.exploring.predicted_actual import predicted_actual
from xlcf.models.coded_ratings import CodedRatings
from xlcf.ratings import row_blocks


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
    assert [group.count for group in found] == expected.size().tolist()
    np.testing.assert_allclose([group.rating for group in found], means["rating"])
    np.testing.assert_allclose([group.prediction for group in found], means["prediction"])
    np.testing.assert_allclose([group.rmse for group in found], np.sqrt(means["square"]))
    np.testing.assert_allclose([group.residual for group in found], means["rating"] - means["prediction"], atol=1e-12)


def test_groups_are_those_of_pandas(either, frame):
    found = Residuals.of(either)
    assert_groups(found.by_rating, frame.groupby("rating"))
    edges = [0, 1, 2, 5, 10, 20, 50, 100]
    for name, groups in (("activity", found.by_activity), ("popularity", found.by_popularity)):
        if frame[name].nunique() <= 12:
            assert_groups(groups, frame.groupby(name))
        else:
            assert_groups(groups, frame.groupby(pd.cut(frame[name], edges, right=False), observed=True))
    starts = [float(group.label.split(" to ")[0]) for group in found.by_prediction]
    ends = [float(group.label.split(" to ")[1]) for group in found.by_prediction]
    ranges = pd.IntervalIndex.from_arrays(starts, ends, closed="left")
    assert_groups(found.by_prediction, frame.groupby(pd.cut(frame["prediction"], ranges), observed=True))
    assert {end - start for start, end in zip(starts, ends, strict=True)} <= {0.5, 1.0}
    assert sum(group.count for group in found.by_prediction) == len(frame)


def test_what_export_adds_up_block_by_block_is_the_same(either, monkeypatch):
    found = Residuals.of(either).predicted_actual
    monkeypatch.setattr(row_blocks, "ROWS", 64)
    items = len(either.item_ids) - 1 - either.ratings.items
    reordered = replace(either.ratings, item_ids=list(reversed(either.item_ids)), items=items)
    blocks = predicted_actual(CodedRatings(either, reordered))
    assert blocks.counts.tolist() == found.counts.tolist()
    assert found.counts.sum() == len(either.ratings)
    for name in ("by_rating", "by_prediction"):
        for one, other in zip(getattr(found, name), getattr(blocks, name), strict=True):
            assert one.label == other.label
            numbers = [list(vars(group).values())[1:] for group in (one, other)]
            np.testing.assert_allclose(*numbers, rtol=1e-9)


def test_standard_deviations_of_predictions_and_means_of_ratings_are_those_of_pandas(either, frame):
    found = Residuals.of(either).by_rating
    deviations = frame.groupby("rating")["prediction"].std(ddof=0)
    np.testing.assert_allclose([group.prediction_sd for group in found], deviations, atol=1e-9)
    np.testing.assert_allclose([group.rating for group in found], deviations.index)


def test_the_whole_is_that_of_pandas(either, frame):
    found = Residuals.of(either)
    assert found.rmse == pytest.approx(np.sqrt(frame["square"].mean()))
    assert found.mae == pytest.approx((frame["rating"] - frame["prediction"]).abs().mean())
    assert found.correlation == pytest.approx(frame["rating"].corr(frame["prediction"]))


def test_counts_in_groups_say_what_they_hold(fitted):
    labels = [group.label for group in Residuals.of(replace(fitted, user_counts=np.arange(1, 31) * 50)).by_activity]
    assert labels[0] == "50 to 99"
    assert labels[-1] == "1,000 to 1,500"


def test_a_classifier_is_measured_by_its_targets(fitted):
    probabilities = make_probabilities(fitted)
    found = Residuals.of(probabilities)
    assert set(found.actual.tolist()) == {0.0, 1.0}
    ratings = sorted(set(fitted.ratings.values.tolist()))
    assert [group.label for group in found.by_rating] == [f"{rating:g}" for rating in ratings]
    assert [group.actual for group in found.by_rating] == [float(rating >= 3.5) for rating in ratings]
    assert [group.rating for group in found.by_rating] == ratings
    assert {group.label for group in found.by_prediction} <= {f"{n}% to {n + 10}%" for n in range(0, 100, 10)}
    assert found.actual.mean() == pytest.approx((fitted.ratings.values >= 3.5).mean())


def make_probabilities(fitted):
    factors = replace(fitted.factors, global_bias=0.0, rating_range=(0.0, 1.0))
    return replace(fitted, predictor=factors, threshold=3.5)


def test_without_ratings_it_says_what_to_do(fitted):
    with pytest.raises(InputError, match="`ratings`"):
        Residuals.of(replace(fitted, ratings=None))
