"""What was fitted, whether by training or in a workbook: one view of both for everything that explores it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from xlcf.errors import InputError
from xlcf.explore.titles import labels_of
from xlcf.models.counts import count_codes
from xlcf.models.factors import Factors, sigmoid
from xlcf.ratings.ids import code_of_id, codes_of, id_text
from xlcf.ratings.ratings import Codes, Id, Ratings

if TYPE_CHECKING:
    from xlcf.factorization.factorization import Factorization
    from xlcf.models.trained_model import TrainedModel

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_WORKBOOKS = (b"PK", b"\xd0\xcf\x11\xe0")  # how zip files (.xlsx, .ods) and old workbooks (.xls) begin


@dataclass(frozen=True)
class Fitted:
    """Factors and biases, and whose they are.

    A code is a position in `user_ids` or `item_ids`, and a row of the factors.

    Attributes:
        factors: factors, biases, mean and sigmoid, in double precision.
        user_ids: the raw user ids, one a code.
        item_ids: the raw item ids, one a code.
        item_titles: the items' titles, one a code, or None.
        user_counts: shape (users,), the ratings that each user was fitted to.
        item_counts: shape (items,), the same for items.
        mean: the mean of the ratings that were fitted (of the 0/1 targets for a classifier).
        ratings: the known ratings in these codes, or None; those of a workbook, or what `with_ratings` was given.
        clip: the range that predictions are kept within, or None.
        threshold: a rating of this or more is the 1 of a classifier, whose predictions are probabilities; else None.
        training: the options of the training run, by name; empty for a workbook.
        held_out_rmse: of ratings that were not fitted, where some were held out; None for a classifier, too.
        train_rmse: of the last epoch of training, likewise; None for a workbook.
        source: what it was read from.
        user_name: what a user id is called in the source.
        item_name: what an item id is called in the source.

    """

    factors: Factors
    user_ids: Sequence[Id]
    item_ids: Sequence[Id]
    item_titles: Sequence[str] | None
    user_counts: Integers
    item_counts: Integers
    mean: float
    ratings: Ratings | None = None
    clip: tuple[float, float] | None = None
    threshold: float | None = None
    training: Mapping[str, Any] = field(default_factory=dict)
    held_out_rmse: float | None = None
    train_rmse: float | None = None
    source: str = ""
    user_name: str = "user"
    item_name: str = "item"

    @classmethod
    def of_model(cls, model: TrainedModel) -> Fitted:
        """View a trained model.

        Raises:
            InputError: where it is a net, which is more than its factors.

        """
        return cls(
            factors=model.factors(),
            user_ids=model.user_ids,
            item_ids=model.item_ids,
            item_titles=model.item_titles,
            user_counts=model.user_counts,
            item_counts=model.item_counts,
            mean=model.mean,
            clip=model.prediction_range,
            threshold=model.options.threshold,
            training=model.training,
            held_out_rmse=model.metrics.get("test_rmse", model.metrics.get("valid_rmse")),
            train_rmse=_train_rmse(model),
            source=model.source,
            user_name=model.user_name,
            item_name=model.item_name,
        )

    @classmethod
    def of_factorization(cls, factorization: Factorization, x: Floats, source: str = "") -> Fitted:
        """View a workbook's factorization with its variables at x, shape (variables,)."""
        ratings = factorization.ratings
        return cls(
            factors=factorization.factors(x),
            user_ids=ratings.user_ids,
            item_ids=ratings.item_ids,
            item_titles=ratings.item_titles,
            user_counts=count_codes(ratings.users, ratings.n_users),
            item_counts=count_codes(ratings.items, ratings.n_items),
            mean=ratings.mean,
            ratings=ratings,
            source=source,
            user_name=ratings.user_name,
            item_name=ratings.item_name,
        )

    @property
    def n_users(self) -> int:
        """How many users there are."""
        return len(self.user_ids)

    @property
    def n_items(self) -> int:
        """How many items there are."""
        return len(self.item_ids)

    def item_labels(self) -> list[str]:
        """Give what a person would call each item: its title where there is one, else its id.

        Items with equal titles have their ids behind these: `Emma (1996) [838]`.
        """
        if self.item_titles is None:
            return [id_text(raw_id) for raw_id in self.item_ids]
        return labels_of(self.item_titles, self.item_ids)

    def with_ratings(self, ratings: Ratings) -> Fitted:
        """Give the same with these ratings, brought into its codes by raw id; those of strangers are left out.

        Raises:
            InputError: where no rating is of a user and an item that were fitted.

        """
        if len(ratings) and ratings.user_ids is self.user_ids and ratings.item_ids is self.item_ids:
            return replace(self, ratings=ratings)  # those that were fitted: in its codes already
        users = codes_of(self._user_code, ratings.user_ids).astype(np.int32)[ratings.users]
        items = codes_of(self._item_code, ratings.item_ids).astype(np.int32)[ratings.items]
        known = (users >= 0) & (items >= 0)
        if not known.any():
            raise InputError(
                "None of the ratings is of a user and an item that were fitted: give the data that the model was "
                "trained on."
            )
        return replace(
            self,
            ratings=Ratings(
                users=users[known],
                items=items[known],
                values=ratings.values[known],
                user_ids=self.user_ids,
                item_ids=self.item_ids,
                item_titles=self.item_titles,
                user_name=self.user_name,
                item_name=self.item_name,
                checked=True,
            ),
        )

    def predict_codes(self, users: Codes, items: Codes) -> Floats:
        """Predict for each user the item at the same place, kept within `clip`: shape (pairs,)."""
        return self.rating_of(self.factors.linear(users, items))

    def rating_of(self, z: Floats) -> Floats:
        """Give the prediction of each z: its sigmoid where there is one, kept within `clip`."""
        rating = self.factors.rating_of(z)
        return rating if self.clip is None else rating.clip(*self.clip)

    def slope(self) -> float:
        """Give the derivative of a prediction by z at the mean rating: 1 without a sigmoid.

        It turns a bias, which is added before the sigmoid, into ratings.
        """
        if self.factors.rating_range is None:
            return 1.0
        low, high = self.factors.rating_range
        share = float(sigmoid(np.asarray(self.factors.global_bias)))
        return (high - low) * share * (1 - share)

    @property
    def has_weight_decay(self) -> bool:
        """Whether it is known to be trained with weight decay, which leaves nothing but rotations of factors open."""
        return bool(self.training.get("weight_decay"))

    @property
    def ridge(self) -> float:
        """How many ratings weigh as much as the weight decay that draws a user's or an item's numbers to 0.

        With weight decay d, N ratings and a squared error, training minimises the sum of squared errors plus N d / 2
        times each squared weight: as N d / (2 slope^2) ratings of 0 would. 0 where no decay is known, and for adamw,
        whose decay is none of the loss.
        """
        if not self.has_weight_decay or self.training.get("method") == "adamw":
            return 0.0
        slope = self.slope()
        curvature = 2 * slope**2 if self.threshold is None else slope  # of one rating's loss by z
        return float(self.user_counts.sum()) * float(self.training["weight_decay"]) / curvature

    @cached_property
    def _user_code(self) -> dict[Id, int]:
        return code_of_id(self.user_ids)

    @cached_property
    def _item_code(self) -> dict[Id, int]:
        return code_of_id(self.item_ids)


def read_fitted(path: str | Path, sheet: str | None = None) -> Fitted:
    """Read a model file, or the factors that a workbook's Solver model has in its variable cells.

    Args:
        path: the file; what it is shows in its content.
        sheet: the sheet whose Solver model is meant; None for the first usable one.

    Raises:
        InputError: where it is neither, the model is a net, or the Solver model is no factorization of ratings.

    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"There is no file {path}; give a model file (made by xlcf train) or a workbook.")
    with path.open("rb") as stream:
        beginning = stream.read(4)
    if beginning.startswith(_WORKBOOKS):
        return _read_workbook(path, sheet)
    from xlcf.models.model_file import load_model

    if sheet is not None:
        raise InputError(f"{path.name} is a model file and has no sheets: leave out --sheet.")
    fitted = Fitted.of_model(load_model(path))
    return fitted if fitted.source else replace(fitted, source=path.name)


def _read_workbook(path: Path, sheet: str | None) -> Fitted:
    from xlcf.bridge import read_problem
    from xlcf.factorization import recognise

    problem = read_problem(path, sheet)
    factorization = recognise(problem)
    if factorization is None:
        raise InputError(
            f"The Solver model on the sheet {problem.model.sheet} of {path.name} is no factorization of ratings into "
            "users' and items' factors, so there is nothing to explore; choose another sheet with --sheet."
        )
    return Fitted.of_factorization(factorization, problem.start, path.name)


def _train_rmse(model: TrainedModel) -> float | None:
    loss = model.history[-1].get("loss") if model.history and not model.is_classifier else None
    return None if loss is None else float(np.sqrt(loss))
