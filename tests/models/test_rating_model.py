"""Predictions by raw ids, known and unknown."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch

from xlcf.errors import InputError
from xlcf.models.build import build_module
from xlcf.models.factors import Factors
from xlcf.models.model_options import ModelOptions
from xlcf.models.rating_model import RatingModel
from xlcf.ratings.ratings import Ratings


def make_model(**options):
    """Give a model with random weights of four users and three items."""
    random = np.random.default_rng(1)
    ratings = Ratings(
        users=np.array([0, 1, 2, 3, 3]),
        items=np.array([0, 1, 2, 0, 1]),
        values=np.array([1.0, 2.0, 5.0, 4.0, 3.0]),
        user_ids=[10, 11, 12, 13],
        item_ids=["a", "b", "c"],
    )
    options = ModelOptions(n_factors=2, **options)
    module = build_module(ratings, options)
    with torch.no_grad():
        for weight in module.parameters():
            weight.copy_(torch.from_numpy(random.normal(size=weight.shape)))
    counts = np.ones(4, dtype=int), np.ones(3, dtype=int)
    return RatingModel(
        module.to_predictor(),
        ratings.user_ids,
        ratings.item_ids,
        None,
        *counts,
        ratings.mean,
        ratings.rating_range,
        threshold=options.threshold,
    )


@pytest.mark.parametrize("rating_range", [None, (0.5, 5.5)])
def test_known_pairs(rating_range):
    model = make_model(rating_range=rating_range)
    f = model.factors
    users, items = [13, 10, 11], ["c", "a", "a"]
    z = [
        f.global_bias + f.user_bias[user] + f.item_bias[item] + f.user_factors[user] @ f.item_factors[item]
        for user, item in ((3, 2), (0, 0), (1, 0))
    ]
    expected = np.array(z) if rating_range is None else 0.5 + 5 / (1 + np.exp(-np.array(z)))
    np.testing.assert_allclose(model.predict(users, items), expected.clip(1, 5), rtol=1e-6)


@pytest.mark.parametrize("rating_range", [None, (0.5, 5.5)])
def test_unknown_sides_have_no_factors_and_the_mean_bias(rating_range):
    model = make_model(rating_range=rating_range)
    f = model.factors
    found = model.predict([13, 99, 99, 12], ["z", "b", "z", "c"])
    z = f.global_bias + np.array(
        [
            f.user_bias[3] + f.item_bias.mean(),
            f.user_bias.mean() + f.item_bias[1],
            f.user_bias.mean() + f.item_bias.mean(),
            f.user_bias[2] + f.item_bias[2] + f.user_factors[2] @ f.item_factors[2],
        ]
    )
    expected = z if rating_range is None else 0.5 + 5 / (1 + np.exp(-z))
    np.testing.assert_allclose(found, expected.clip(1, 5), rtol=1e-6)


@pytest.mark.parametrize("options", [{"model": "dot"}, {"model": "net"}])
def test_without_biases_what_is_unknown_is_the_mean(options):
    assert make_model(**options).predict([99, 10], ["a", "z"]).tolist() == [3.0, 3.0]


def test_a_classifier_gives_probabilities():
    model = replace(make_model(threshold=4.0), mean=0.4)
    assert model.prediction_range == (0.0, 1.0)
    known = model.predict([10, 11, 12], ["a", "b", "c"])
    assert ((known > 0) & (known < 1)).all()
    net = replace(make_model(model="net", threshold=4.0), mean=0.4)
    assert net.predict([99], ["a"]).tolist() == [0.4]


def test_ids_of_another_type_that_are_equal_are_the_same():
    model = make_model()
    expected = model.predict([10, 12], ["a", "c"])
    np.testing.assert_array_equal(model.predict(np.array([10, 12]), np.array(["a", "c"])), expected)
    np.testing.assert_array_equal(model.predict([10.0, 12.0], ["a", "c"]), expected)
    assert model.user_codes(["10", "010", "ten"]).tolist() == [0, -1, -1]


def test_no_pairs_have_no_predictions():
    assert make_model().predict([], []).shape == (0,)


def test_as_many_users_as_items_are_wanted():
    with pytest.raises(InputError, match="2 users for 1 items"):
        make_model().predict([10, 11], ["a"])


def test_a_net_has_no_factors():
    with pytest.raises(InputError, match="more than its factors"):
        _ = make_model(model="net").factors


def test_labels_are_titles_or_ids():
    model = make_model()
    assert model.item_labels() == ["a", "b", "c"]
    assert replace(model, item_titles=["A", "=B", "C"]).item_labels() == ["A", "=B", "C"]


def test_a_predictor_of_draws_knows_how_sure_it_is():
    @dataclass(frozen=True)
    class Draws(Factors):
        """Says of item i that the deviation is i + 1/2."""

        def predict_std(self, users, items):
            return items + 0.5 + 0 * users

    factors = Factors(np.zeros((2, 1)), np.zeros((3, 1)))
    ratings = Ratings(np.array([0, 1]), np.array([0, 2]), np.array([3.0, 4.0]), ["a", "b"], [7, 8, 9])
    assert RatingModel.of_factors(ratings, factors).predict_std(["a"], [7]) is None
    model = RatingModel.of_factors(ratings, Draws(np.zeros((2, 1)), np.zeros((3, 1))))
    np.testing.assert_array_equal(model.predict_std(["b", "nobody", "a"], [9, 7, 8]), [2.5, np.nan, 1.5])
