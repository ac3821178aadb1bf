"""The command line that trains a model with the same options again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from xlcf.models.rating_model import RatingModel

# option: what `RatingModel.training` calls it
_OPTIONS = {
    "--model": "model",
    "--factors": "n_factors",
    "--range": "rating_range",
    "--classify": "threshold",
    "--start": "start",
    "--method": "method",
    "--learning-rate": "learning_rate",
    "--epochs": "epochs",
    "--batch-size": "batch_size",
    "--weight-decay": "weight_decay",
    "--schedule": "schedule",
    "--patience": "patience",
    "--seed": "seed",
    "--test-fraction": "test_fraction",
    "--hold-out": "hold_out",
    "--split": "split",
    "--split-seed": "split_seed",
}
_OF_NET = {"--hidden": "n_hidden", "--dropout": "dropout"}
_OF_CYCLES = {"--cycle-len": "cycle_len", "--cycle-mult": "cycle_mult"}
_OF_MOMENTUM = {"--momentum": "momentum"}


def train_command(model: RatingModel) -> str:
    """Write the command line; a file of test ratings is no part of the model, and left out."""
    training = model.training
    names = dict(_OPTIONS)
    if training.get("model") == "net":
        names |= _OF_NET
    if training.get("cycle_len") is not None:
        names |= _OF_CYCLES
    if training.get("method") == "momentum":
        names |= _OF_MOMENTUM
    words = ["xlcf", "train", model.source or "DATA", *_given(names, training)]
    return shlex.join(words)


def _given(names: Mapping[str, str], training: Mapping[str, Any]) -> list[str]:
    words = []
    for option, name in names.items():
        value = training.get(name)
        if value is not None:
            words += [option, ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)]
    return words
