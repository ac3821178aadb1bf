"""Training a model of ratings by gradient descent."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
import torch

from xlcf._version import __version__
from xlcf.errors import InputError
from xlcf.metrics import log_loss
from xlcf.models.build import build_module, module_with
from xlcf.models.damped_means import mean_target
from xlcf.models.model_options import ModelOptions
from xlcf.models.rating_model import RatingModel
from xlcf.ratings.ratings import Ratings
from xlcf.training.callbacks import BestWeights, Callback
from xlcf.training.checkpoint import Checkpoint
from xlcf.training.defaults import with_defaults
from xlcf.training.distributed import ALONE, Processes
from xlcf.training.objective import CrossEntropy, Objective, SquaredError
from xlcf.training.options import TrainOptions
from xlcf.training.run import Run
from xlcf.training.shards import cut_users, join_rows, own_tables, shard_tables
from xlcf.training.trainer import EpochRecord, Trainer


def train_by_gradient_descent(
    ratings: Ratings, options: TrainOptions, validation: Ratings | None, run: Run
) -> RatingModel:
    """Train a model by gradient descent.

    Args:
        ratings: what to train on; ratings in memory are copied to the device once, memory-mapped ones are streamed.
        options: which model and how.
        validation: ratings of the same users and items to measure after each epoch; the best epoch's weights are kept.
        run: callbacks, checkpoint and processes.

    Raises:
        InputError: where options, ratings and checkpoint do not fit together.
        FitError: where the loss stops being a number.

    """
    processes = run.processes or ALONE
    fingerprint = ratings.fingerprint()
    kept = []
    if run.checkpoint is not None:
        data = fingerprint if validation is None else f"{fingerprint} {validation.fingerprint()}"
        kept.append(Checkpoint(run.checkpoint, data))
    callbacks = [*kept, *run.callbacks]
    trainer = make_trainer(ratings, options, validation, callbacks, processes, shard_items=run.shard_items)
    if run.resume:
        if not kept:
            raise InputError("To resume, say where the checkpoint is.")
        kept[0].resume(trainer)
    trainer.run()
    weights = join_rows(processes.gather(trainer.module.to("cpu").state_dict()), own_tables(trainer.module))
    return RatingModel.fitted_to(
        ratings,
        module_with(weights, ratings.n_users, ratings.n_items, options).to_predictor(),
        mean=mean_target(ratings, options.threshold),
        threshold=options.threshold,
        metrics=_metrics(trainer) | _base_rate(ratings, validation, options.threshold),
        history=[_plain(record) for record in trainer.history],
        training=asdict(trainer.options) | {"device": trainer.device.type},
        source=run.source,
        fingerprint=fingerprint,
        versions={"xlcf": __version__, "torch": torch.__version__, "python": platform.python_version()},
    )


def _base_rate(ratings: Ratings, validation: Ratings | None, threshold: float | None) -> dict[str, float]:
    """Give, for a classifier, the validation's log loss of always predicting the share of 1s among `ratings`."""
    if validation is None or threshold is None:
        return {}
    predicted, share = mean_target(ratings, threshold), mean_target(validation, threshold)
    of_one, of_zero = (log_loss(np.array([predicted]), np.array([target])) for target in (1.0, 0.0))
    return {"valid_base_log_loss": share * of_one + (1 - share) * of_zero}


def make_trainer(
    ratings: Ratings,
    options: TrainOptions,
    validation: Ratings | None = None,
    callbacks: Sequence[Callback] = (),
    processes: Processes = ALONE,
    *,
    shard_items: bool = False,
) -> Trainer:
    """Build model and trainer; with validation ratings the best epoch's weights are kept.

    With several processes each gets the shard of its own users, of the same model with the same weights.

    Raises:
        InputError: where there is nothing to train on or not enough for each process, validation has other users or
            items, or there is no such device.

    """
    if not len(ratings):
        raise InputError("There are no ratings to train on.")
    if validation is not None:
        if not len(validation):
            raise InputError("There are no ratings to validate on: hold out more of them, or none.")
        if (validation.n_users, validation.n_items) != (ratings.n_users, ratings.n_items):
            raise InputError("The validation ratings must have the same users and items as those to train on.")
        callbacks = [BestWeights(options.patience), *callbacks]
    elif options.patience is not None:
        raise InputError("Stopping early needs validation ratings: hold some out.")
    module, objective = build_module(ratings, options, options.seed), make_objective(ratings, options)
    options = with_defaults(options, ratings, objective.curvature)  # of all ratings, before they are cut
    if processes.size > 1:
        shard = cut_users(ratings, processes)
        module, ratings = shard.cut(module), shard.ratings(ratings)
        if shard_items:
            module = shard_tables(module, processes)
        validation = None if validation is None else shard.ratings(validation)
    return Trainer(
        module=module,
        ratings=ratings,
        objective=objective,
        options=options,
        validation=validation,
        callbacks=callbacks,
        device=choose_device(options.device),
        processes=processes,
    )


def _metrics(trainer: Trainer) -> dict[str, float]:
    """Give the validation metrics of the epoch whose weights were kept, as valid_rmse, ..."""
    best = trainer.best_weights
    if best is None or not best.epoch:
        return {}
    return {f"valid_{name}": value for name, value in trainer.history[best.epoch - 1].metrics.items()} | {
        "best_epoch": best.epoch
    }


def _plain(record: EpochRecord) -> dict[str, float]:
    plain = asdict(record)
    return plain | {f"valid_{name}": value for name, value in plain.pop("metrics").items()}


def make_objective(ratings: Ratings, options: ModelOptions) -> Objective:
    """Give the squared error within the range of the ratings, or the cross entropy for a classifier."""
    if options.threshold is None:
        return SquaredError(*ratings.rating_range)
    if not ratings.rating_range[0] < options.threshold <= ratings.rating_range[1]:
        low, high = ratings.rating_range
        raise InputError(
            f"With the threshold {options.threshold:g} all ratings ({low:g} to {high:g}) fall into one class: choose "
            f"one above {low:g} and up to {high:g}."
        )
    return CrossEntropy(options.threshold)


def choose_device(name: str) -> torch.device:
    """Give the device; auto is CUDA where there is one.

    Raises:
        InputError: where CUDA is asked for and there is none.

    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if name == "cuda" and not torch.cuda.is_available():
        raise InputError("No CUDA device was found: take `device` cpu, or install a CUDA build of PyTorch.")
    return torch.device(name)
