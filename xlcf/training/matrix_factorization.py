"""Matrix factorization as an estimator."""

from __future__ import annotations

from typing import Any

from xlcf.models.rating_model import RatingModel
from xlcf.ratings.ratings import Ratings
from xlcf.training.estimator import RatingEstimator
from xlcf.training.gradient_descent import train_by_gradient_descent
from xlcf.training.options import TrainOptions
from xlcf.training.run import Run


class MatrixFactorization(RatingEstimator):
    """Matrix factorization, or a net, by gradient descent, as an estimator of scikit-learn.

    The prediction of a rating by user u of item i is

        user_factors_[u] . item_factors_[i] + user_bias_[u] + item_bias_[i] + global_bias_

    with a rating range taken into it by a sigmoid (see `xlcf.models.factors.Factors`), and clipped to the range of the
    ratings. Users and items are known by their raw ids; rows of the attributes stand in the order of `model_.user_ids`
    and `model_.item_ids`.

        model = xlcf.MatrixFactorization(n_factors=20, epochs=10).fit(ratings)
        model.predict([(1, 31), (1, 1029)])
        model.recommend(1)

    or, with columns of users and items as X and ratings as y,

        cross_val_score(xlcf.MatrixFactorization(), frame[["userId", "movieId"]], frame["rating"])

    X and ratings may be a DataFrame of pandas or polars, an Arrow table, a NumPy array or a list of tuples; ratings may
    be a SciPy sparse matrix, too (see `xlcf.read_ratings`). With `threshold` it is a classifier, of which ratings reach
    the threshold, else a regressor.

    The parameters are the options of `TrainOptions`, which checks them when the model is fitted.

    Attributes:
        model_: the trained model, as `xlcf.train` gives it and `xlcf.save_model` takes it.
        ratings_: the ratings that it was fitted to.
        classes_: 0 and 1, of a classifier: below the threshold, and from it on.
        user_factors_: shape (users, factors); for a net, its embeddings.
        item_factors_: shape (items, factors); the same.
        user_bias_: shape (users,), or None for a model without.
        item_bias_: shape (items,), or None.
        global_bias_: one number, 0 for a net.
        history_: one mapping an epoch: epoch, loss, learning_rate, seconds, and the validation metrics.

    """

    options_class = TrainOptions

    @classmethod
    def train(cls, ratings: Ratings, options: Any, validation: Ratings | None, run: Run) -> RatingModel:
        """Train by gradient descent."""
        return train_by_gradient_descent(ratings, options, validation, run)
