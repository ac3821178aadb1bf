"""Recommendations: the highest predictions among what is not rated."""

from __future__ import annotations

import csv
from dataclasses import replace

import numpy as np
import pytest

from xlcf.errors import InputError
from xlcf.explore.fold_in import FoldIn
from xlcf.explore.recommendations import parse_ratings, recommend, recommend_new, write_recommended
from xlcf.models.factors import Factors
from xlcf.models.rating_model import RatingModel
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
    order = [item for item in np.argsort(-expected) if item not in (0, 3)]
    found = recommend(fitted.with_ratings(rated), 1)
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
    assert {item.item_id for item in found} == {20, 40, 50}
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
