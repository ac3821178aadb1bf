"""How good a trained model is, and what its training tells: sentences that hold for every way to train."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import isnan

from xlcf.models.rating_model import RatingModel
from xlcf.plain_numbers import plain
from xlcf.report.model_book.words import base_log_loss


def verdict(model: RatingModel) -> str:
    """Say how good the model is on ratings that were held out, and how long it was trained: one sentence a line."""
    part = next(iter(measured_parts(model)[::-1]), None)
    if part is None:
        good = [
            "No ratings were held out, so it is not known how well the model predicts ratings that it was not trained "
            "on.",
            "To measure it, train with a part of the ratings held out, such as a tenth.",
        ]
    else:
        good = [_how_good(model, part)]
    return "\n".join([*good, *_how_long(model), *_which_epoch(model)])


def measured_parts(model: RatingModel) -> list[str]:
    """Give the parts of the data that the model was measured on: `valid`, `test`, both or none."""
    metric = "log_loss" if model.is_classifier else "rmse"
    return [part for part in ("valid", "test") if f"{part}_{metric}" in model.metrics]


def what_was_measured(model: RatingModel) -> str:
    """Say where the ratings come from that the model was measured on, and whether they chose anything."""
    parts, chose = measured_parts(model), _validation_chose(model)
    sentences = []
    if "valid" in parts:
        what = "Validation: ratings held out of the training"
        sentences.append(f"{what}, which chose the epoch whose weights were kept." if chose else f"{what}.")
    if "test" in parts:
        if model.training.get("test_fraction"):
            sentences.append("Test: ratings put aside before the training.")
        else:
            sentences.append("Test: ratings given for that, which must not be among those trained on.")
    if chose and "test" in parts:
        sentences.append("The test chose nothing, so it is the fairer measure.")
    return " ".join(sentences)


def _validation_chose(model: RatingModel) -> bool:
    """Tell whether there was more than one epoch for the validation to choose from."""
    return "best_epoch" in model.metrics and len(model.history) > 1


def _how_good(model: RatingModel, part: str) -> str:
    where = "On the test ratings" if part == "test" else "On the ratings held out for validation"
    metrics = model.metrics
    if not model.is_classifier:
        off = plain(metrics[f"{part}_mae"])
        return f"{where} a prediction is off by {off} on average (RMSE {metrics[f'{part}_rmse']:.4f})."
    base, auc = plain(base_log_loss(model, part)), metrics[f"{part}_auc"]
    about = "" if f"{part}_base_log_loss" in metrics else "about "
    sentence = (
        f"{where} the log loss is {plain(metrics[f'{part}_log_loss'])}; always predicting {model.mean:.1%}, the share "
        f"among the ratings trained on, has {about}{base}."
    )
    if isnan(auc):  # all of them are 1s, or none is
        return sentence
    return (
        f"{sentence} Of a rating of {model.threshold:g} or more and a lower one, the former gets the higher "
        f"probability {auc:.1%} of the time (AUC)."
    )


def _how_long(model: RatingModel) -> list[str]:
    """Say where fewer epochs were run than asked for, and why, as far as it is known."""
    ran, asked = len(model.history), _epochs_asked_for(model)
    if not ran or ran >= asked:
        return []
    best, patience = int(model.metrics.get("best_epoch", 0)), model.training.get("patience")
    if best and patience is not None and ran - best >= patience:
        since = f"the validation error was not lower than after epoch {best:,}"
        return [f"Training stopped early, after {ran:,} of {asked:,} epochs: {since}."]
    return [f"Training ended after {ran:,} of the {asked:,} epochs that were asked for."]


def _which_epoch(model: RatingModel) -> list[str]:
    """Say which epoch the weights are of, and what that tells about training longer."""
    if not _validation_chose(model):
        return []
    history = model.history
    best, ran = int(model.metrics["best_epoch"]), len(history)
    if best < ran:
        sentence = f"Validation was best in epoch {best:,} of {ran:,}, whose weights the model has"
        if _over_fits(history, best):
            return [
                f"{sentence}; after it the training loss went on falling, but the validation error was never lower: a "
                "sign of over-fitting."
            ]
        return [f"{sentence}."]
    sentence = f"Validation was best in the last of {ran:,} epochs"
    rates = [abs(record["learning_rate"]) for record in history if "learning_rate" in record]
    if rates and rates[-1] < 0.99 * max(rates):
        return [
            f"{sentence}, as is usual where the learning rate falls; whether more epochs would help, only a run with "
            "more of them can tell."
        ]
    return [f"{sentence}: more of them may help."]


def _over_fits(history: Sequence[Mapping[str, float]], best: int) -> bool:
    """Tell whether the training loss of each epoch after the best one is below that of the one before."""
    losses = [record.get("loss", float("nan")) for record in history[best - 1 :]]
    return all(later < earlier for earlier, later in pairwise(losses))


def _epochs_asked_for(model: RatingModel) -> int:
    epochs = model.training.get("epochs")
    return sum(epochs) if isinstance(epochs, list | tuple) else epochs or 0
