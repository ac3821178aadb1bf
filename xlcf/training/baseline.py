"""The baselines: the mean of all ratings, and the biases of users and items around it."""

from __future__ import annotations

import platform
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from xlcf._version import __version__
from xlcf.errors import InputError
from xlcf.models.damped_means import damped_means
from xlcf.models.factors import Factors
from xlcf.models.measure import measure
from xlcf.models.rating_model import RatingModel
from xlcf.ratings.ratings import Ratings
from xlcf.training.estimator import RatingEstimator
from xlcf.training.options import BaselineOptions
from xlcf.training.run import Run


class Baseline(RatingEstimator):
    """What a model with factors must beat: the mean rating, or the damped biases of users and items around it.

        prediction = global_bias_ + user_bias_[u] + item_bias_[i]

    clipped to the range of the ratings (Koren 2010, "Factor in the Neighbors", section 2.1). With `model="mean"` both
    biases are 0. Both are closed forms, without random numbers; see `xlcf.models.damped_means.damped_means`.

        xlcf.Baseline().fit(ratings).score(test)

    The parameters are the options of `BaselineOptions`, the methods those of `MatrixFactorization`.
    """

    options_class = BaselineOptions

    @classmethod
    def train(cls, ratings: Ratings, options: Any, validation: Ratings | None, run: Run) -> RatingModel:
        """Work out mean and biases; nothing goes in epochs, so there is nothing to resume."""
        if run.resume:
            raise InputError(f"The model {options.model} is worked out at once: there is no run to resume.")
        if not len(ratings):
            raise InputError("There are no ratings to train on.")
        user_bias = item_bias = None
        mean = ratings.mean
        if options.model == "bias":
            means = damped_means(ratings, None, options.user_damping, options.item_damping, options.sweeps)
            user_bias, item_bias = means.user_bias, means.item_bias
        model = RatingModel.fitted_to(
            ratings,
            Factors(
                np.zeros((ratings.n_users, 0)),
                np.zeros((ratings.n_items, 0)),
                user_bias=user_bias,
                item_bias=item_bias,
                global_bias=mean,
            ),
            mean=mean,
            training=asdict(options),
            source=run.source,
            fingerprint=ratings.fingerprint(),
            versions={"xlcf": __version__, "python": platform.python_version()},
        )
        return model if validation is None else _measured(model, validation)


def _measured(model: RatingModel, validation: Ratings) -> RatingModel:
    return replace(model, metrics={f"valid_{name}": value for name, value in measure(model, validation).items()})
