"""The same training in the manner of scikit-learn's estimators, which it does not need."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from xlcf.errors import InputError
from xlcf.models.factors import Factors
from xlcf.models.measure import measure
from xlcf.models.rating_model import RatingModel
from xlcf.ratings.data_frames import as_ratings, is_data_frame, pairs_from_frame
from xlcf.ratings.ratings import Id, Ratings
from xlcf.training.train import TrainOptions, train

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


@dataclass(eq=False, repr=False)
class MatrixFactorization:
    """A model of ratings with `fit`, `predict` and `score`.

    The prediction of a rating by user u of item i is

        user_factors_[u] . item_factors_[i] + user_bias_[u] + item_bias_[i] + global_bias_

    with a rating range taken into it by a sigmoid (see `xlcf.models.factors.Factors`), and clipped to the range of the
    ratings. Users and items are known by their raw ids; rows of the attributes stand in the order of `model_.user_ids`
    and `model_.item_ids`.

        model = xlcf.MatrixFactorization(n_factors=20, epochs=10).fit(ratings)
        model.predict([(1, 31), (1, 1029)])

    The parameters are the options of `TrainOptions`, which checks them when the model is fitted.

    Attributes:
        model_: the trained model, as `xlcf.train` gives it and `xlcf.save_model` takes it.
        user_factors_: shape (users, factors); for a net, its embeddings.
        item_factors_: shape (items, factors); the same.
        user_bias_: shape (users,), or None for a model without.
        item_bias_: shape (items,), or None.
        global_bias_: one number, 0 for a net.
        history_: one mapping an epoch: epoch, loss, learning_rate, seconds, and the validation metrics.

    """

    model: str = "dot-bias"
    n_factors: int = 50
    rating_range: tuple[float, float] | None = None
    start: str = "means"
    n_hidden: int = 10
    dropout: tuple[float, float] = (0.2, 0.2)
    threshold: float | None = None
    method: str = "adam"
    learning_rate: float | tuple[float, ...] | None = None
    epochs: int | tuple[int, ...] | None = None
    batch_size: int | None = None
    weight_decay: float | None = None
    momentum: float = 0.9
    schedule: str = "cosine"
    cycle_len: int | None = None
    cycle_mult: int = 1
    patience: int | None = None
    seed: int = 0
    device: str = "auto"
    precision: str = "float32"

    def fit(self, ratings: Ratings | pd.DataFrame, validation: Ratings | pd.DataFrame | None = None) -> Self:
        """Train on ratings.

        Args:
            ratings: Ratings, or a DataFrame with a row a rating and columns such as userId, movieId, rating.
            validation: what to measure after each epoch, the best of which is kept; ratings by users or of items that
                `ratings` does not have are left out.

        Raises:
            InputError: where ratings or parameters cannot be used.
            FitError: where the loss stops being a number.

        """
        ratings = as_ratings(ratings)
        held_out = None
        if validation is not None:
            held_out = as_ratings(validation).recoded(ratings.user_ids, ratings.item_ids, ratings.item_titles)
        options = TrainOptions(**{name: _plain(value) for name, value in self.get_params().items()})
        self.model_ = train(ratings, options, validation=held_out)
        predictor = self.model_.predictor
        self.user_factors_, self.item_factors_ = predictor.user_factors, predictor.item_factors
        self.user_bias_, self.item_bias_, self.global_bias_ = None, None, 0.0
        if isinstance(predictor, Factors):
            self.user_bias_, self.item_bias_ = predictor.user_bias, predictor.item_bias
            self.global_bias_ = predictor.global_bias
        self.history_ = [dict(record) for record in self.model_.history]
        return self

    def predict(self, pairs: pd.DataFrame | Iterable[tuple[Id, Id]]) -> Floats:
        """Predict ratings: shape (pairs,); for a classifier, probabilities.

        Args:
            pairs: a DataFrame with a column of users and one of items, or pairs (user, item) of raw ids. A user or an
                item that the model does not know counts as one without factors and with the mean's bias.

        """
        model = self._fitted()
        if is_data_frame(pairs):
            (users, user_ids), (items, item_ids) = pairs_from_frame(pairs)
            return model.predict_codes(model.user_codes(user_ids)[users], model.item_codes(item_ids)[items])
        rows = [tuple(pair) for pair in pairs]
        if any(len(row) != 2 for row in rows):
            raise InputError("Predictions are of pairs: give a user and an item each.")
        return model.predict([user for user, _ in rows], [item for _, item in rows])

    def score(self, ratings: Ratings | pd.DataFrame) -> float:
        """Give the negative RMSE of the predictions, for a classifier the negative log loss.

        Higher is better, as with scikit-learn's `neg_root_mean_squared_error` and `neg_log_loss`.
        """
        metrics = measure(self._fitted(), as_ratings(ratings))
        return -metrics["log_loss" if "log_loss" in metrics else "rmse"]

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002
        """Give the parameters by name; `deep` makes no difference, for none of them has parameters of its own."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def set_params(self, **parameters: Any) -> Self:
        """Set parameters; they take effect when the model is fitted.

        Raises:
            InputError: where there is no such parameter.

        """
        known = self.get_params()
        for name, value in parameters.items():
            if name not in known:
                raise InputError(f"There is no parameter {name!r}; there are {', '.join(known)}.")
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        changed = [(name, value) for name, value in self.get_params().items() if value != getattr(type(self), name)]
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in changed)})"

    def _fitted(self) -> RatingModel:
        if not hasattr(self, "model_"):
            raise InputError("The model has learned nothing yet: call fit with ratings first.")
        return self.model_


def _plain(value: Any) -> Any:
    """Give Python's number for one of NumPy's, as a search over parameters may have it."""
    return value.item() if isinstance(value, np.generic) else value
