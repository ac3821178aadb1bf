"""What all estimators of ratings share: scikit-learn's manners, without scikit-learn, which need not be installed."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from inspect import Parameter, Signature
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from xlcf.arrays import Floats
from xlcf.errors import InputError, NotFittedError
from xlcf.metrics import r_squared
from xlcf.models.factors import Factors
from xlcf.models.rating_model import RatingModel
from xlcf.options import options_of
from xlcf.ratings.data_frames import as_ratings, pairs_of, rating_series, rating_values
from xlcf.ratings.ratings import Id, Ratings
from xlcf.training.run import Run

if TYPE_CHECKING:
    from sklearn.utils import Tags

    from xlcf.models.neighbours import Neighbour
    from xlcf.models.recommendations import Recommendations


class RatingEstimator(ABC):
    """What every estimator of ratings has: scikit-learn's manners, and a `RatingModel` in the end.

    A subclass names the dataclass of its options, which become its parameters, and gives `train`. It is entered in
    `xlcf.training.registry`.

    Attributes:
        options_class: the dataclass of the options.
        model_: the fitted model.
        ratings_: the ratings that it was fitted to.

    """

    options_class: ClassVar[type]

    model_: RatingModel
    ratings_: Ratings

    def __init_subclass__(cls, **known: Any) -> None:
        """Give the subclass the signature of its options."""
        super().__init_subclass__(**known)
        parameters = [Parameter(name, Parameter.KEYWORD_ONLY, default=value) for name, value in cls._defaults().items()]
        cls.__signature__ = Signature(parameters)  # type: ignore[attr-defined]

    def __init__(self, **parameters: Any) -> None:
        for name, default in self._defaults().items():
            setattr(self, name, default)
        self.set_params(**parameters)

    @classmethod
    @abstractmethod
    def train(cls, ratings: Ratings, options: Any, validation: Ratings | None, run: Run) -> RatingModel:
        """Fit a model to ratings.

        Args:
            ratings: what to train on.
            options: of the type `options_class`.
            validation: ratings in the same codes to measure on, or None.
            run: what stands around the run.

        Raises:
            InputError: where options and ratings do not fit together.

        """

    def fit(self, X: Any, y: Any = None, *, validation: Any = None) -> Self:  # noqa: N803
        """Train on ratings.

        Args:
            X: ratings: `Ratings`, or a table with a row a rating and columns such as userId, movieId, rating; or, with
                `y`, a table of users and items.
            y: shape (rows,), the ratings of the users and items in X.
            validation: ratings to measure after each epoch, the best of which is kept; those by users or of items that
                X does not have are left out.

        Raises:
            InputError: where ratings or parameters cannot be used.
            FitError: where the loss stops being a number.

        """
        if isinstance(y, Ratings):
            raise InputError("y is the ratings of the pairs in X; give ratings to validate on as validation=....")
        ratings = as_ratings(X, ratings=y)
        held_out = None
        if validation is not None:
            held_out = as_ratings(validation).recoded(ratings.user_ids, ratings.item_ids, ratings.item_titles)
        options = self.options_class(**{name: _plain(value) for name, value in self.get_params().items()})
        self.model_ = self.train(ratings, options, held_out, Run())
        self.ratings_ = ratings
        predictor = self.model_.predictor
        self.user_factors_, self.item_factors_ = predictor.user_factors, predictor.item_factors
        self.user_bias_, self.item_bias_, self.global_bias_ = None, None, 0.0
        if isinstance(predictor, Factors):
            self.user_bias_, self.item_bias_ = predictor.user_bias, predictor.item_bias
            self.global_bias_ = predictor.global_bias
        self.history_ = [dict(record) for record in self.model_.history]
        if self._threshold is not None:
            self.classes_ = np.array([0, 1])
        return self

    def predict(self, X: Any) -> NDArray[Any]:  # noqa: N803
        """Predict ratings: shape (pairs,); a classifier predicts classes, 1 where it gives at least one half to it.

        Args:
            X: a table with a column of users and one of items, or pairs (user, item) of raw ids. A user or an item that
                the model does not know counts as one without factors and with the mean's bias.

        Raises:
            NotFittedError: before `fit`.
            InputError: where users and items cannot be told.

        """
        predictions = self._predictions(X)
        return self.classes_[(predictions >= 0.5).astype(int)] if self._is_classifier else predictions

    def predict_proba(self, X: Any) -> Floats:  # noqa: N803
        """Give a classifier's probabilities of below the threshold and from it on: shape (pairs, 2).

        Raises:
            NotFittedError: before `fit`.
            InputError: where it is no classifier, or users and items cannot be told.

        """
        ones = self._predictions(X)
        if not self._is_classifier:
            raise InputError("Only a classifier has probabilities: set threshold, and fit again.")
        return np.column_stack([1 - ones, ones])

    def score(self, X: Any, y: Any = None) -> float:  # noqa: N803
        """Give R^2, the coefficient of determination, of the predictions; for a classifier the share that is right.

        As scikit-learn's regressors and classifiers do: 1 is best; an R^2 of 0 is that of the mean of these ratings.

        Args:
            X: ratings, or a table of users and items, as for `fit`.
            y: shape (rows,), the ratings of the users and items in X.

        """
        self._fitted()
        if y is None:
            X = as_ratings(X)  # noqa: N806
        predictions = self.predict(X)
        values = X.values if y is None else rating_values(rating_series(y), "rating", "y")
        if len(values) != len(predictions):
            raise InputError(f"There are {len(values):,} ratings for {len(predictions):,} pairs: give as many of both.")
        threshold = self.model_.threshold
        if threshold is not None:
            return float(np.mean((values >= threshold) == predictions))
        return r_squared(np.asarray(values, dtype=np.float64), predictions)

    def recommend(self, user: Id, *, top: int = 20, minimum_count: int = 1) -> Recommendations:
        """Recommend items that a user has not rated; see `RatingModel.recommend`.

        Raises:
            NotFittedError: before `fit`.
            InputError: where the model does not know the user, or is a net.

        """
        return self._fitted().recommend(user, top=top, minimum_count=minimum_count, ratings=self.ratings_)

    def similar(
        self, item: Id | None = None, *, user: Id | None = None, top: int = 10, minimum_count: int = 1
    ) -> list[Neighbour]:
        """Find what is most similar to an item, or to a user; see `RatingModel.similar`.

        Raises:
            NotFittedError: before `fit`.
            InputError: where the model does not know the item or user, or is a net.

        """
        return self._fitted().similar(item, user=user, top=top, minimum_count=minimum_count)

    def __sklearn_tags__(self) -> Tags:
        """Tell scikit-learn (1.6 or newer) what kind of estimator this is."""
        from sklearn.utils import ClassifierTags, InputTags, RegressorTags, Tags, TargetTags

        classifier = self._threshold is not None
        return Tags(
            estimator_type="classifier" if classifier else "regressor",
            target_tags=TargetTags(required=False),
            classifier_tags=ClassifierTags(multi_class=False) if classifier else None,
            regressor_tags=None if classifier else RegressorTags(),
            input_tags=InputTags(categorical=True, string=True),
        )

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002
        """Give the parameters by name; `deep` makes no difference, for none of them has parameters of its own."""
        return {name: getattr(self, name) for name in self._defaults()}

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
        changed = [(name, value) for name, value in self.get_params().items() if value != self._defaults()[name]]
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in changed)})"

    @classmethod
    def _defaults(cls) -> dict[str, Any]:
        return {name: default for name, (_, default) in options_of(cls.options_class).items()}

    @property
    def _threshold(self) -> float | None:
        """The threshold of a classifier; None for a regressor, and for an estimator that is always one."""
        return getattr(self, "threshold", None)

    @property
    def _is_classifier(self) -> bool:
        return self._fitted().is_classifier

    def _predictions(self, table: Any) -> Floats:
        model = self._fitted()
        (users, user_ids), (items, item_ids) = pairs_of(table)
        return model.predict_codes(model.user_codes(user_ids)[users], model.item_codes(item_ids)[items])

    def _fitted(self) -> RatingModel:
        if not hasattr(self, "model_"):
            raise _not_fitted()("The model has learned nothing yet: call fit with ratings first.")
        return self.model_


def _not_fitted() -> type[NotFittedError]:
    """Give the error to raise: one that is scikit-learn's, too, where that is loaded."""
    if "sklearn.exceptions" not in sys.modules:
        return NotFittedError
    from xlcf.training.sklearn_errors import BothNotFittedError

    return BothNotFittedError


def _plain(value: Any) -> Any:
    """Give Python's number for one of NumPy's, as a search over parameters may have it."""
    return value.item() if isinstance(value, np.generic) else value
