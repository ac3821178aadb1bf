"""How well a model predicts ratings."""

from __future__ import annotations

import numpy as np

from xlcf.errors import InputError
from xlcf.metrics import area_under_curve, log_loss, mae, rmse
from xlcf.models.rating_model import RatingModel
from xlcf.ratings.ratings import Ratings


def measure(model: RatingModel, ratings: Ratings) -> dict[str, float]:
    """Measure a model on ratings by their raw ids, which it need not know: rmse and mae, or log_loss and auc.

    A classifier's are beside those of the base rate: base_log_loss.

    Raises:
        InputError: where there are no ratings.

    """
    if not len(ratings):
        raise InputError("There are no ratings to measure the model on.")
    predictions = model.predict_codes(*ratings.codes_in(model.user_ids, model.item_ids))
    targets = model.targets(ratings.values)
    if not model.is_classifier:
        return {"rmse": rmse(targets - predictions), "mae": mae(targets - predictions)}
    return {
        "log_loss": log_loss(predictions, targets),
        "auc": area_under_curve(predictions, targets),
        "base_log_loss": log_loss(np.full(len(targets), model.mean), targets),
    }
