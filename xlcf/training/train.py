"""Ratings in, a fitted model out, by the estimator that the options belong to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from xlcf.models.rating_model import RatingModel
from xlcf.options import with_keywords_of
from xlcf.ratings.data_frames import as_ratings
from xlcf.ratings.ratings import Ratings
from xlcf.training.callbacks import Callback
from xlcf.training.distributed import Processes
from xlcf.training.options import TrainOptions
from xlcf.training.registry import EstimatorOptions, estimator_of, estimator_options
from xlcf.training.run import Run


@with_keywords_of(TrainOptions)
def train(
    ratings: Ratings | Any,
    options: EstimatorOptions | None = None,
    *,
    validation: Ratings | None = None,
    source: str = "",
    callbacks: Sequence[Callback] = (),
    checkpoint: Path | None = None,
    resume: bool = False,
    processes: Processes | None = None,
    shard_items: bool = False,
    **keywords: Any,
) -> RatingModel:
    """Fit a model to ratings.

    >>> xlcf.train(ratings, n_factors=50, epochs=5)

    Args:
        ratings: what to train on, or a DataFrame of it; ratings in memory are copied to the device once, memory-mapped
            ones are streamed.
        options: which model and how: `TrainOptions` for gradient descent, `BaselineOptions` for means and biases (see
            `xlcf.training.registry`); or give their fields as keywords.
        validation: ratings of the same users and items to measure on; gradient descent keeps the best epoch's weights.
        source: what the ratings were read from, for the record.
        callbacks: told how it goes.
        checkpoint: where to write a checkpoint after each epoch.
        resume: go on from the checkpoint, to the same end as without an interruption (bit for bit on a CPU).
        processes: those that train together; see `Run`.
        shard_items: share out the items' tables among them, too.
        **keywords: fields of `TrainOptions`; for the models bias and mean, of `BaselineOptions`.

    Raises:
        InputError: where options, ratings and checkpoint do not fit together.
        FitError: where the loss stops being a number.

    """
    chosen = estimator_options(options, keywords)
    run = Run(source, callbacks, checkpoint, resume, processes, shard_items)
    return estimator_of(chosen).load().train(as_ratings(ratings), chosen, validation, run)
