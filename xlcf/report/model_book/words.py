"""What a trained model is, in plain words."""

from __future__ import annotations

from math import log

from xlcf.models.net import Net
from xlcf.models.rating_model import RatingModel
from xlcf.report.model_view import ModelView
from xlcf.report.sections import model_in_words

METRICS = {"rmse": "RMSE", "mae": "MAE", "log_loss": "log loss", "auc": "AUC"}
"""Metrics as a person calls them, those of ratings and of classifiers."""


def classifier_target(model: RatingModel) -> str:
    """Say what a prediction is."""
    if not model.is_classifier:
        return "the rating that the model expects"
    return f"how likely a rating of {model.threshold:g} or more is; of the ratings trained on {model.mean:.1%} are"


def kind(view: ModelView) -> str:
    """Say what kind of model it is."""
    predictor = view.model.predictor
    if view.factors is not None:
        words = model_in_words(view.factors)
    else:
        assert isinstance(predictor, Net)
        words = f"net of {predictor.n_factors} factors and {predictor.n_hidden} hidden units"
    if view.model.is_classifier:
        return f"classifier of ratings of {view.model.threshold:g} or more: {words}"
    return words


def equation(view: ModelView) -> str:
    """Give the prediction of user u and item i as an equation."""
    factors = view.factors
    if factors is None:
        z = "w2 · relu(W1 [user_factors[u], item_factors[i]] + b1) + b2"
    else:
        terms = ["user_factors[u] · item_factors[i]"] if factors.n_factors else []
        terms += ["user_bias[u] + item_bias[i]"] if factors.user_bias is not None else []
        terms += [f"{factors.global_bias:.4f}"] if factors.global_bias or not terms else []
        z = " + ".join(terms).replace("+ -", "- ")
    inner, clip = view.model.predictor.rating_range, view.model.clip
    if inner is not None and inner == (0.0, 1.0):
        text = f"1 / (1 + e^-z) with z = {z}"
    elif inner is not None:
        low, high = inner
        text = f"{low:g} + {high - low:g} / (1 + e^-z) with z = {z}"
    else:
        text = z
    return text if clip is None else f"{text}, kept within {clip[0]:g} to {clip[1]:g}"


def base_log_loss(model: RatingModel, part: str) -> float:
    """Give the log loss of predicting the base rate for every pair, as measured.

    A model file of before has none for validation: then that of ratings of which as many are 1s.
    """
    expected = -sum(share * log(share) for share in (model.mean, 1 - model.mean) if share > 0)
    return model.metrics.get(f"{part}_base_log_loss", expected)
