"""The command line that trains a model with the same options again."""

from __future__ import annotations

import shlex

from xlcf.models.rating_model import RatingModel
from xlcf.options import command_words
from xlcf.training.options import DataOptions
from xlcf.training.registry import estimator_for


def train_command(model: RatingModel) -> str:
    """Write the command line; a file of test ratings is no part of the model, and left out."""
    estimator = estimator_for(model.training.get("model", model.kind))
    options = [word for kind in (estimator.options, DataOptions) for word in command_words(kind, model.training)]
    return shlex.join(["xlcf", "train", model.source or "DATA", *options])
