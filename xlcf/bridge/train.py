"""A whole training run: a data set in; a model file, and a workbook where one is wanted, out."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from xlcf.errors import InputError
from xlcf.files.input_files import explained
from xlcf.files.replacing import check_replaceable
from xlcf.models.measure import measure
from xlcf.models.model_file import save_model
from xlcf.models.rating_model import RatingModel
from xlcf.options import with_keywords_of
from xlcf.ratings.held_out import hold_out
from xlcf.ratings.known_ids import check_known
from xlcf.ratings.ratings import Ratings
from xlcf.ratings.readers import read_ratings
from xlcf.training.callbacks import Callback
from xlcf.training.distributed import ALONE, Processes
from xlcf.training.interrupts import FinishEpoch
from xlcf.training.options import DataOptions, TrainOptions
from xlcf.training.range_test import RangeTest, range_test
from xlcf.training.registry import EstimatorOptions, estimator_options
from xlcf.training.train import train


@dataclass(frozen=True)
class TrainingRun:
    """What came of a training run.

    Attributes:
        model: the trained model.
        path: its file.
        ratings: how many ratings it was trained on.
        workbook: the workbook that was written, or None.
        range_test: the range test that chose the learning rate, or None.
        interrupted: whether it ended early because of a Ctrl+C; it can then be resumed.
        seconds: spent on training, reading and validation left out.

    """

    model: RatingModel
    path: Path
    ratings: int
    workbook: Path | None
    range_test: RangeTest | None
    interrupted: bool
    seconds: float


@with_keywords_of(TrainOptions)
def run_training(
    data: str | Path,
    options: EstimatorOptions | None = None,
    data_options: DataOptions | None = None,
    *,
    output: Path | None = None,
    find_learning_rate: bool = False,
    range_of_data: bool = False,
    shard_items: bool = False,
    resume: bool = False,
    callbacks: Sequence[Callback] = (),
    notice: Callable[[str], None] = lambda _: None,
    processes: Processes = ALONE,
    **keywords: Any,
) -> TrainingRun:
    """Read a data set, train a model on it, measure it, and write it down.

    Args:
        data: what `read_ratings` reads: a file, a folder, a zip, a store.
        options: which model, and how to train it: those of an estimator in `xlcf.training.registry`; or give its fields
            as keywords.
        data_options: what to hold out.
        output: the model file; or a workbook (.xlsx), beside which it is then written; None: the name of the data.
        find_learning_rate: take the rate that a range test suggests.
        range_of_data: keep predictions within the range of the ratings by a sigmoid.
        shard_items: share the items' tables out among several processes, too, as `train` does.
        resume: go on from the checkpoint that an interrupted run left.
        callbacks: told how it goes.
        notice: is given sentences that a person should see.
        processes: those that train together; the first of them writes the files.
        **keywords: fields of `TrainOptions`; for the models bias and mean, of `BaselineOptions`.

    Raises:
        InputError: where data, options or places do not fit together; nothing is written then.
        FitError: where the loss stops being a number.

    """
    data, options = Path(data), estimator_options(options, keywords)
    data_options = data_options or DataOptions()
    path, workbook = _places(data, output, data_options.test)
    everything = read_ratings(data, options=data_options.reading)
    test = None if data_options.test is None else read_ratings(data_options.test, options=data_options.reading)
    for note in [*everything.notes, *(() if test is None else test.notes)]:
        notice(note)
    if test is not None and (sentence := check_known(test, everything, "test ratings")):
        notice(sentence)
    ratings, test = _put_aside(everything, test, data_options)
    training, validation = _hold_out(ratings, data_options)
    if (range_of_data or find_learning_rate) and not isinstance(options, TrainOptions):
        raise InputError(f"The model {options.model} has neither a learning rate to find nor a sigmoid with a range.")
    if range_of_data and isinstance(options, TrainOptions):
        options = replace(options, rating_range=ratings.rating_range)
    found = None
    if find_learning_rate and isinstance(options, TrainOptions):
        found = range_test(training, options, processes=processes, shard_items=shard_items)
        options = replace(options, learning_rate=found.suggestion)
        notice(f"learning rate: {found.suggestion:.2g}, found by a range test")
    checkpoint = path.with_suffix(".checkpoint")
    finish, began = FinishEpoch(), time.perf_counter()
    try:
        with finish:
            model = train(
                training,
                options,
                validation=validation,
                source=data.name,
                callbacks=[*callbacks, finish],
                checkpoint=checkpoint,
                resume=resume,
                processes=processes,
                shard_items=shard_items,
            )
    except KeyboardInterrupt:
        if checkpoint.exists():
            notice(f"The last whole epoch is in {checkpoint.name}: the same command with `resume` goes on from it.")
        raise
    took = time.perf_counter() - began
    interrupted = processes.any(finish.interrupted)
    tested = {} if test is None else {f"test_{name}": value for name, value in measure(model, test).items()}
    model = replace(
        model, metrics={**model.metrics, **tested}, training={**model.training, **data_options.as_options()}
    )
    if processes.is_first:
        save_model(model, path)
        if workbook is not None:
            from xlcf.report.model_book import export_model

            export_model(model, workbook, ratings=everything, test=test, validation=validation)
        if not interrupted:
            checkpoint.unlink(missing_ok=True)
    seconds = model.history[-1]["seconds"] if model.history else took
    return TrainingRun(model, path, len(training), workbook, found, interrupted, seconds)


def _places(data: Path, output: Path | None, test: Path | None) -> tuple[Path, Path | None]:
    """Give the model file and the workbook; refuse at once what could not be written after an hour."""
    path = output or data.with_name(f"{_stem(data)}.safetensors")
    if path.suffix.lower() not in (".safetensors", ".xlsx"):
        raise InputError(
            f"The output {path} must end in .safetensors (the model file) or .xlsx (a workbook, the model beside it)."
        )
    workbook = path if path.suffix.lower() == ".xlsx" else None
    if workbook is not None:
        path = workbook.with_suffix(".safetensors")
    for file in (path, workbook):
        if file is not None:
            check_replaceable(file, (data, test))
    return path, workbook


def _stem(data: Path) -> str:
    name = Path(os.path.realpath(data)).name
    with explained(data):
        return name if data.is_dir() else name.split(".")[0] or name


def _put_aside(ratings: Ratings, test: Ratings | None, options: DataOptions) -> tuple[Ratings, Ratings | None]:
    if not options.test_fraction:
        return ratings, test
    if test is not None:
        raise InputError("Give a file of test ratings or a fraction to put aside for the test, not both.")
    return _split(ratings, options.test_fraction, options)


def _hold_out(ratings: Ratings, options: DataOptions) -> tuple[Ratings, Ratings | None]:
    return _split(ratings, options.hold_out, options) if options.hold_out else (ratings, None)


def _split(ratings: Ratings, fraction: float, options: DataOptions) -> tuple[Ratings, Ratings]:
    """Give the ratings to train on, and those held out."""
    train, held_out = hold_out(ratings, fraction, options.split, options.split_seed)
    return ratings.take(train), ratings.take(held_out)
