"""What a trained model is and how good it is, in plain words."""

from __future__ import annotations

from math import log

from xlcf.models.net import Net
from xlcf.models.rating_model import RatingModel
from xlcf.plain_numbers import plain
from xlcf.report.model_book.view import ModelView
from xlcf.report.summary import model_in_words

METRICS = {"rmse": "RMSE", "mae": "MAE", "log_loss": "log loss", "auc": "AUC"}
"""Metrics as a person calls them, those of ratings and of classifiers."""


def classifier_target(model: RatingModel) -> str:
    """Say what a prediction is."""
    if not model.is_classifier:
        return "the rating that the model expects"
    return f"how likely a rating of {model.threshold:g} or more is; of all ratings {model.mean:.1%} are"


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
        z = "user_factors[u] · item_factors[i]"
        z += " + user_bias[u] + item_bias[i]" if factors.user_bias is not None else ""
        z += f" {factors.global_bias:+.4f}".replace(" +", " + ").replace(" -", " - ") if factors.global_bias else ""
    inner, clip = view.model.predictor.rating_range, view.model.clip
    if inner is not None and inner == (0.0, 1.0):
        text = f"1 / (1 + e^-z) with z = {z}"
    elif inner is not None:
        low, high = inner
        text = f"{low:g} + {high - low:g} / (1 + e^-z) with z = {z}"
    else:
        text = z
    return text if clip is None else f"{text}, kept within {clip[0]:g} to {clip[1]:g}"


def verdict(model: RatingModel) -> str:
    """Say how good the model is on ratings that it was not trained on, one sentence a line."""
    part = next((part for part in ("test", "valid") if f"{part}_{_main(model)}" in model.metrics), None)
    if part is None:
        return (
            "Nothing was held out, so nobody knows how well the model predicts ratings it has not seen.\n"
            "Hold some out: xlcf train --hold-out 0.1"
        )
    return "\n".join([_how_good(model, part), *_how_long(model)])


def base_log_loss(model: RatingModel, part: str) -> float:
    """Give the log loss of predicting the base rate for every pair: as measured, else what it expects of itself."""
    expected = -sum(share * log(share) for share in (model.mean, 1 - model.mean) if share > 0)
    return model.metrics.get(f"{part}_base_log_loss", expected)


def _main(model: RatingModel) -> str:
    return "log_loss" if model.is_classifier else "rmse"


def _how_good(model: RatingModel, part: str) -> str:
    where = "On the test ratings" if part == "test" else "On ratings held out for validation"
    metrics = model.metrics
    if model.is_classifier:
        log_loss, base = plain(metrics[f"{part}_log_loss"]), plain(base_log_loss(model, part))
        return (
            f"{where} the log loss is {log_loss}; the base rate, {model.mean:.1%} for every pair, has {base}. A rating "
            f"of {model.threshold:g} or more gets a higher probability than another one "
            f"{metrics[f'{part}_auc']:.1%} of the time (AUC)."
        )
    return (
        f"{where} a prediction misses by {plain(metrics[f'{part}_mae'])} on average "
        f"(RMSE {metrics[f'{part}_rmse']:.4f})."
    )


def _how_long(model: RatingModel) -> list[str]:
    best, epochs = int(model.metrics.get("best_epoch", 0)), len(model.history)
    if not best:
        return []
    if best == epochs:
        return [f"Validation was best in the last of {epochs:,} epochs: more of them may help."] if epochs > 1 else []
    return [
        f"Validation was best in epoch {best:,} of {epochs:,}, whose weights these are; after it the model began to "
        "learn the training ratings by heart."
    ]
