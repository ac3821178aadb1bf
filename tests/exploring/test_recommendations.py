"""Recommendations: the highest predictions among what is not rated."""

from __future__ import annotations

import csv
from dataclasses import replace

import numpy as np
import pytest

from xlcf.errors import InputError
from xlcf.models.factors import Factors
from xlcf.models.fold_in import FoldIn
from xlcf.models.rating_model import RatingModel
from xlcf.models.recommendations import parse_ratings, recommend, recommend_new, write_recommended
from xlcf.ratings.ratings import Ratings

TITLES = [
    "Toy Story (1995)",
    "Toy Story 2 (1999)",
    "Heat (1995)",
    "Matrix, The (1999)",
    "=Sum of All Fears, The (2002)",
]


@pytest.fixture
def fitted() -> RatingModel:
    rng = np.random.default_rng(3)
    return RatingModel(
        predictor=Factors(
            rng.normal(size=(4, 2)), rng.normal(size=(5, 2)), rng.normal(size=4), rng.normal(size=5), 3.0
        ),
        user_ids=[1, 2, 3, 4],
        item_ids=[10, 20, 30, 40, 50],
        item_titles=TITLES,
        user_counts=np.full(4, 3),
        item_counts=np.array([9, 8, 7, 6, 1]),
        mean=3.0,
        rating_range=(0.5, 5.0),
    )


def test_the_highest_predictions_come_first_and_rated_items_not_at_all(fitted: RatingModel) -> None:
    rated = Ratings(
        np.array([1, 1, 2]), np.array([0, 3, 1]), np.array([4.0, 3.0, 2.0]), fitted.user_ids, fitted.item_ids
    )
    expected = fitted.factors.predict_all()[1]
    order = [item for item in np.argsort(-expected) if item not in (0, 3) and expected[item] >= 3.5]  # the user's mean
    assert 0 < len(order) < 3
    found = recommend(fitted.with_ratings(rated), 1)
    assert (found.least, found.left_out) == (3.5, 3 - len(order))
    assert [item.item_id for item in found] == [fitted.item_ids[item] for item in order]
    np.testing.assert_allclose([item.prediction for item in found], expected[order].clip(0.5, 5), rtol=1e-12)
    assert [item.title for item in found] == [TITLES[item] for item in order]
    assert len(recommend(fitted, 1)) == 5  # nothing is known to be rated
    assert len(recommend(fitted, 1, top=2)) == 2
    assert all(item.count > 1 for item in recommend(fitted, 1, minimum_count=2))


def test_a_new_user_is_folded_in(fitted: RatingModel) -> None:
    found = recommend_new(fitted, {0: 5.0, 2: 1.0}, ridge=2.0)
    fold_in = FoldIn.of_users(fitted)
    expected = fold_in.sums(fold_in.weights([0, 2], [5.0, 1.0], 2.0)).clip(0.5, 5)
    mean = (5 + 1 + 2 * 3.0) / (2 + 2)  # as many ratings of the mean of all, 3, as the ridge says
    assert found.least == mean
    assert {item.item_id for item in found} == {fitted.item_ids[item] for item in (1, 3, 4) if expected[item] >= mean}
    assert found.left_out == 3 - len(found)
    for item in found:
        assert item.prediction == expected[fitted.item_ids.index(item.item_id)]


def test_of_equal_predictions_the_item_with_more_ratings_comes_first(fitted: RatingModel) -> None:
    factors = replace(fitted.factors, item_factors=np.zeros((5, 2)), item_bias=np.zeros(5))
    same = replace(fitted, predictor=factors, item_counts=np.array([1, 5, 3, 5, 2]))
    assert [item.item_id for item in recommend(same, 0)] == [20, 40, 30, 50, 10]


def test_ratings_as_typed(fitted: RatingModel) -> None:
    assert parse_ratings(fitted, ["the matrix=4.5", "Heat = 2", "=Sum of All Fears, The (2002)=1", "10=3"]) == {
        3: 4.5,
        2: 2.0,
        4: 1.0,
        0: 3.0,
    }
    assert parse_ratings(fitted, []) == {}


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["Heat"], "is no rating"),
        (["Heat=good"], "is no rating"),
        (["Heat=nan"], "is no rating"),
        (["=4"], "is no rating"),
        (["Heat=4", "heat (1995)=5"], "twice"),
        (["Hete=4"], "did you mean Heat"),
        (["Story=4"], "Toy Story 2"),
    ],
)
def test_what_is_no_rating_of_an_item_is_refused(fitted: RatingModel, texts: list[str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        parse_ratings(fitted, texts)


def test_a_rating_out_of_range_is_refused(fitted: RatingModel) -> None:
    with pytest.raises(InputError, match=r"Heat \(1995\) is rated 6, but ratings go from 0.5 to 5"):
        recommend_new(fitted, {2: 6.0})


def test_a_classifier_takes_no_ratings_whatever_they_are(fitted: RatingModel) -> None:
    with pytest.raises(InputError, match="classifier"):
        recommend_new(replace(fitted, threshold=4.0), {2: 6.0})


def test_titles_are_as_they_are_in_the_data(fitted: RatingModel) -> None:
    twins = replace(fitted, item_titles=["Emma (1996)"] * fitted.n_items)
    assert {item.title for item in recommend(twins, 0)} == {"Emma (1996)"}


def test_csv(fitted: RatingModel, tmp_path) -> None:
    found = recommend(fitted, 0)
    write_recommended(tmp_path / "r.csv", found, "movieId")
    with (tmp_path / "r.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["movieId"]) for row in rows] == [item.item_id for item in found]
    assert [float(row["prediction"]) for row in rows] == [item.prediction for item in found]
    assert rows[0].keys() == {"rank", "movieId", "title", "prediction", "ratings"}


def only_biases(fitted: RatingModel, biases: list[float]) -> RatingModel:
    """Give a model that predicts 3 and the item's bias for every user."""
    factors = replace(fitted.factors, item_factors=np.zeros((5, 2)), user_bias=np.zeros(4), item_bias=np.array(biases))
    return replace(fitted, predictor=factors)


def rated_by(fitted: RatingModel, items: list[int], values: list[float]) -> RatingModel:
    users = np.zeros(len(items), dtype=np.int64)
    return fitted.with_ratings(Ratings(users, np.array(items), np.array(values), fitted.user_ids, fitted.item_ids))


def test_predictions_beyond_the_range_are_cut_at_it_and_keep_their_order(fitted: RatingModel) -> None:
    for clipped in (True, False):  # as of a trained model, and of a workbook
        model = replace(only_biases(fitted, [2.2, 4.0, 3.0, -9.0, 1.0]), is_clipped=clipped)
        found = recommend(model, 0)
        assert [item.item_id for item in found] == [20, 30, 10, 50, 40]
        assert [item.prediction for item in found] == [5.0, 5.0, 5.0, 4.0, 0.5]


def test_what_is_predicted_below_the_mean_of_the_user_is_left_out(fitted: RatingModel) -> None:
    model = only_biases(fitted, [0.0, 0.4, 0.5, 0.6, 0.0])
    found = recommend(rated_by(model, [0, 4], [3.0, 4.0]), 0)
    assert [item.item_id for item in found] == [40, 30]  # 3.6, and 3.5 itself
    assert (found.least, found.left_out) == (3.5, 1)
    nothing = recommend(rated_by(model, [0, 4], [4.0, 4.0]), 0)
    assert (list(nothing), nothing.left_out) == ([], 3)
    assert nothing.why_empty() == "nothing unrated is predicted at or above this user's mean rating of 4.00"
    everything = recommend(rated_by(model, [0, 1, 2, 3, 4], [4.0] * 5), 0)
    assert (list(everything), everything.left_out) == ([], 0)
    assert "every item is rated" in everything.why_empty()


def test_a_classifier_recommends_what_is_more_likely_than_not(fitted: RatingModel) -> None:
    model = only_biases(fitted, [1.0, -1.0, 0.0, 2.0, -0.1])
    factors = replace(model.factors, global_bias=0.0, rating_range=(0.0, 1.0))
    found = recommend(replace(model, predictor=factors, threshold=4.0), 0)
    assert [item.item_id for item in found] == [40, 10, 30]
    assert (found.least, found.left_out) == (0.5, 2)


def test_what_is_not_a_number_is_not_recommended(fitted: RatingModel) -> None:
    assert [item.item_id for item in recommend(only_biases(fitted, [np.nan, 1.0, np.inf, 0.0, 0.5]), 0)] == [20, 50, 40]
