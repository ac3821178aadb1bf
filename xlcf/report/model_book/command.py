"""The command line that trains a model with the same options again."""

from __future__ import annotations

import shlex

from xlcf.models.rating_model import RatingModel
from xlcf.options import command_words
from xlcf.training.options import DataOptions
from xlcf.training.registry import ESTIMATORS, estimator_for


def train_command(model: RatingModel) -> str:
    """Write the command line; a file of test ratings is no part of the model, and left out."""
    estimator = estimator_for(model.training.get("model", model.kind))
    # the model that is trained where none is asked for is the first estimator's
    named = () if estimator is ESTIMATORS[0] else ("model",)
    options = command_words(estimator.options, model.training, defaults=named)
    return shlex.join(["xlcf", "train", model.source or "DATA", *options, *command_words(DataOptions, model.training)])
