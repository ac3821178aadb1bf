"""What every estimator of ratings must do: a class whose methods are the tests.

An estimator's test file inherits it and says how to make a small, quick estimator:

    class TestBaseline(EstimatorContract):
        def make(self, **parameters):
            return Baseline(**parameters)
"""

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone, is_regressor
from sklearn.metrics import r2_score
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score

import xlcf
from xlcf.errors import InputError, NotFittedError
from xlcf.models.fold_in import FoldIn
from xlcf.ratings.ratings import Ratings
from xlcf.training.registry import ESTIMATORS, estimator_for, estimator_of


def frame_of(ratings):
    return pd.DataFrame(
        {
            "userId": [ratings.user_ids[code] for code in ratings.users],
            "movieId": [ratings.item_ids[code] for code in ratings.items],
            "rating": ratings.values,
        }
    )


def pairs_of(ratings):
    frame = frame_of(ratings)
    return list(zip(frame["userId"], frame["movieId"], strict=True))


class EstimatorContract(ABC):
    """The contract; fixtures of tests/training/conftest.py give the ratings."""

    exact_ridge: float | None = None
    """With this ridge towards 0, folding in a fitted user's ratings gives that user's numbers; None: it need not."""
    is_random = True
    """Whether a seed matters."""
    grid: ClassVar = {"seed": [0, 1]}
    """Parameters for a small search."""

    @abstractmethod
    def make(self, **parameters):
        """Make an estimator that is fitted in a moment."""

    @pytest.fixture
    def fitted(self, parts):
        return self.make().fit(parts[0])

    def test_fit_gives_itself_and_a_model_of_these_ratings(self, parts):
        estimator = self.make()
        assert estimator.fit(parts[0]) is estimator
        model = estimator.model_
        assert isinstance(model, xlcf.RatingModel)
        assert (model.n_users, model.n_items) == (parts[0].n_users, parts[0].n_items)
        assert model.user_counts.tolist() == np.bincount(parts[0].users, minlength=model.n_users).tolist()
        assert model.item_counts.tolist() == np.bincount(parts[0].items, minlength=model.n_items).tolist()
        assert model.fingerprint == parts[0].fingerprint()
        assert model.mean == pytest.approx(parts[0].values.mean(), rel=1e-6)

    def test_a_prediction_for_each_pair_within_the_range(self, fitted, parts):
        predictions = fitted.predict(pairs_of(parts[1]))
        assert predictions.shape == (len(parts[1]),)
        low, high = parts[0].rating_range
        assert ((predictions >= low) & (predictions <= high)).all()
        assert fitted.predict([]).shape == (0,)

    def test_unseen_users_and_items_are_predicted(self, fitted, parts):
        user, item = parts[0].user_ids[0], parts[0].item_ids[0]
        predictions = fitted.predict([(999, item), (user, 999), (998, 999)])
        assert np.isfinite(predictions).all()
        assert predictions[2] == pytest.approx(fitted.predict([(-5, -6)])[0])

    def test_before_fit_nothing_is_predicted(self):
        for ask in (lambda e: e.predict([(1, 2)]), lambda e: e.score([(1, 2, 3)]), lambda e: e.recommend(1)):
            with pytest.raises(NotFittedError, match="call fit with ratings first"):
                ask(self.make())

    def test_one_rating(self):
        estimator = self.make().fit([(1, 2, 4.0)])
        np.testing.assert_allclose(estimator.predict([(1, 2), (1, 3), (3, 2)]), 4.0)

    def test_no_ratings_are_refused(self, parts):
        with pytest.raises(InputError, match="no ratings"):
            self.make().fit(parts[0].take(slice(0)))

    def test_one_user(self):
        estimator = self.make().fit([(1, item, float(1 + item % 5)) for item in range(12)])
        predictions = estimator.predict([(1, item) for item in range(12)])
        assert np.isfinite(predictions).all()
        assert len(estimator.recommend(1)) == 0

    def test_equal_ratings_are_predicted(self):
        estimator = self.make().fit([(user, item, 3.0) for user in range(4) for item in range(5)])
        np.testing.assert_allclose(estimator.predict([(0, 0), (3, 4), (9, 9)]), 3.0)

    def test_the_same_seed_gives_the_same_model(self, parts):
        one, other = (self.make().fit(parts[0]).predict(pairs_of(parts[1])) for _ in range(2))
        np.testing.assert_array_equal(one, other)
        if self.is_random:
            assert (self.make(seed=9).fit(parts[0]).predict(pairs_of(parts[1])) != one).any()

    def test_fitting_leaves_the_global_random_numbers_alone(self, parts):
        np.random.seed(3)
        expected = np.random.random()
        np.random.seed(3)
        self.make().fit(parts[0])
        assert np.random.random() == expected

    def test_fitting_again_forgets_the_first_ratings(self, parts):
        estimator = self.make().fit([(1, 2, 4.0), (7, 2, 1.0)])
        fresh = self.make().fit(parts[0])
        np.testing.assert_array_equal(
            estimator.fit(parts[0]).predict(pairs_of(parts[1])), fresh.predict(pairs_of(parts[1]))
        )
        assert 7777 not in estimator.model_.user_ids

    def test_ratings_are_not_changed(self, parts):
        before = parts[0].values.copy(), parts[0].users.copy(), parts[0].items.copy()
        self.make().fit(parts[0])
        for old, new in zip(before, (parts[0].values, parts[0].users, parts[0].items), strict=True):
            np.testing.assert_array_equal(old, new)

    def test_a_saved_model_predicts_the_same(self, fitted, parts, tmp_path):
        xlcf.save_model(fitted.model_, tmp_path / "model.safetensors")
        loaded = xlcf.load_model(tmp_path / "model.safetensors")
        users, items = zip(*[*pairs_of(parts[1]), (999, parts[0].item_ids[0]), (998, 999)], strict=True)
        np.testing.assert_array_equal(loaded.predict(users, items), fitted.model_.predict(users, items))
        assert (loaded.kind, dict(loaded.training)) == (fitted.model_.kind, _as_json(fitted.model_.training))

    def test_parameters(self):
        estimator = self.make()
        parameters = estimator.get_params(deep=False)
        again = type(estimator)(**parameters)
        assert again.get_params() == parameters
        copy = clone(estimator)
        assert copy.get_params() == parameters
        assert not hasattr(copy, "model_")
        name = next(iter(parameters))
        assert estimator.set_params(**{name: parameters[name]}) is estimator
        with pytest.raises(InputError, match="no parameter 'magic'"):
            estimator.set_params(magic=1)

    def test_model_selection(self, parts):
        frame = frame_of(parts[0])
        pairs, y = frame[["userId", "movieId"]], frame["rating"]
        folds = KFold(3, shuffle=True, random_state=1)
        scores = cross_val_score(self.make(), pairs, y, cv=folds, error_score="raise")
        for score, (training, test) in zip(scores, folds.split(frame), strict=True):
            estimator = self.make().fit(frame.iloc[training])
            assert score == pytest.approx(r2_score(y.iloc[test], estimator.predict(pairs.iloc[test])), rel=1e-6)
        search = GridSearchCV(self.make(), self.grid, cv=2, error_score="raise").fit(pairs, y)
        assert search.best_params_.keys() == self.grid.keys()
        assert is_regressor(self.make())

    def test_score(self, fitted, parts):
        frame = frame_of(parts[1])
        expected = r2_score(frame["rating"], fitted.predict(frame[["userId", "movieId"]]))
        assert fitted.score(frame) == pytest.approx(expected, rel=1e-9)
        assert fitted.score(frame[["userId", "movieId"]], frame["rating"]) == fitted.score(frame)

    def test_a_data_frame_is_as_good(self, fitted, parts):
        estimator = self.make().fit(frame_of(parts[0]))
        pairs = frame_of(parts[1])[["userId", "movieId"]]
        # codes stand in another order, and so do the random numbers
        np.testing.assert_allclose(
            estimator.predict(pairs), fitted.predict(pairs), atol=0.5 if self.is_random else 1e-9
        )

    def test_repeated_pairs_count_as_often_as_they_stand(self):
        repeated = Ratings(
            users=np.array([0, 0, 0, 1, 1]),
            items=np.array([0, 0, 1, 0, 1]),
            values=np.array([1.0, 5.0, 2.0, 4.0, 3.0], dtype=np.float32),
            user_ids=[1, 2],
            item_ids=[1, 2],
        )
        model = self.make().fit(repeated).model_
        assert (model.user_counts.tolist(), model.item_counts.tolist()) == ([3, 2], [3, 2])
        assert np.isfinite(model.predict([1, 2], [1, 2])).all()

    def test_validation_is_measured(self, parts):
        model = self.make().fit(parts[0], validation=parts[1]).model_
        residuals = parts[1].values - model.predict(*zip(*pairs_of(parts[1]), strict=True))
        assert model.metrics["valid_rmse"] == pytest.approx(np.sqrt(np.mean(residuals**2)), rel=1e-6)
        assert model.metrics["valid_mae"] == pytest.approx(np.abs(residuals).mean(), rel=1e-6)

    def test_validation_outside_the_range_does_not_widen_it(self, parts):
        low, high = parts[0].rating_range
        far = replace(parts[1], values=parts[1].values * 0 + 50)
        model = self.make().fit(parts[0], validation=far).model_
        assert model.rating_range == (low, high)
        assert model.metrics["valid_mae"] >= 50 - high

    def test_recommendations_are_the_best_of_what_is_not_rated(self, fitted, parts):
        code = 3
        rated = {parts[0].item_ids[item] for item in parts[0].items[parts[0].users == code]}
        found = fitted.recommend(parts[0].user_ids[code], top=5)
        ids = [each.item_id for each in found]
        assert not rated & set(ids)
        predictions = fitted.predict([(parts[0].user_ids[code], raw_id) for raw_id in ids])
        np.testing.assert_allclose([each.prediction for each in found], predictions, atol=1e-5)
        assert list(predictions) == sorted(predictions, reverse=True)

    def test_fold_in_equals_retraining_where_it_must(self, fitted, parts):
        if self.exact_ridge is None:
            pytest.skip("the fit has no closed form")
        fold_in = FoldIn.of_users(fitted.model_)
        fold_in = replace(fold_in, average=np.zeros_like(fold_in.average))
        for user in range(parts[0].n_users):
            own = parts[0].users == user
            weights = fold_in.weights(parts[0].items[own], parts[0].values[own], self.exact_ridge)
            np.testing.assert_allclose(weights, fitted.model_.factors.user_bias[user], rtol=1e-6)

    def test_it_is_in_the_table(self, parts):
        estimator = self.make()
        entry = estimator_of(estimator.options_class())
        assert entry in ESTIMATORS
        assert entry.load() is type(estimator)
        assert estimator_for(estimator.model) is entry
        options = estimator.options_class(**estimator.get_params())
        predictions = xlcf.train(parts[0], options).predict(*zip(*pairs_of(parts[1]), strict=True))
        np.testing.assert_array_equal(predictions, self.make().fit(parts[0]).predict(pairs_of(parts[1])))


def _as_json(training):
    return {name: list(value) if isinstance(value, tuple) else value for name, value in training.items()}
