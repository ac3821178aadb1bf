"""`xlcf train`: a data set of ratings in, a model file out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xlcf.options import options_of, without_effect
from xlcf.plain_numbers import counted
from xlcf.training.options import DataOptions, TrainOptions
from xlcf.training.registry import ESTIMATORS, estimator_for
from xlcf_cli.console import notice
from xlcf_cli.options import json_option, options_from, output_option, quiet_option, read_several
from xlcf_cli.rating_range import read_range
from xlcf_cli.reading import reading_options

if TYPE_CHECKING:
    from xlcf.bridge.train import TrainingRun
    from xlcf.ratings.read_options import ReadOptions


def _rates(context: click.Context, option: click.Parameter, text: str | None) -> Any:
    """Read rates as they are declared, or `find`."""
    return text if text == "find" else read_several(options_of(TrainOptions)["learning_rate"][0])(context, option, text)


@click.command(epilog="Example: xlcf train ml-latest-small.zip --model dot-bias --factors 50 --epochs 5 -o movies.xlsx")
@click.argument("data", type=click.Path(path_type=Path))
@output_option("The model file, or a workbook beside which it is written.")
@options_from(DataOptions)
@options_from(*(entry.options for entry in ESTIMATORS), readers={"rating_range": read_range, "learning_rate": _rates})
@click.option(
    "--shard-items",
    is_flag=True,
    help="With torchrun: share out the items' tables too, which saves memory.",
)
@reading_options
@click.option("--resume", is_flag=True, help="Go on from the checkpoint that an interrupted run left.")
@json_option
@quiet_option
def train(
    data: Path,
    output: Path | None,
    rating_range: tuple[float, float] | str | None,
    learning_rate: Any,
    shard_items: bool,
    resume: bool,
    reading: ReadOptions,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Train a model on the ratings in DATA: a MovieLens release (zip or folder), a CSV or Parquet file, a store.

    Writes a model file (DATA.safetensors), and after each epoch a checkpoint; Ctrl+C finishes the epoch and saves.
    """
    from xlcf.bridge.train import run_training
    from xlcf.training.distributed import process_group
    from xlcf_cli.progress import ProgressBar

    find, of_data = learning_rate == "find", rating_range == "data"
    held_out = {name: options.pop(name) for name in options_of(DataOptions)}
    bar = ProgressBar()
    # several processes where torchrun started this; the first of them speaks
    with process_group(options["device"]) as processes:
        silent = quiet or not processes.is_first
        if shard_items and processes.size == 1 and not silent:
            notice("--shard-items does nothing in a single process: start several with torchrun.")
        try:
            # what is found in the data is None until then
            values = options | {
                "learning_rate": None if find else learning_rate,
                "rating_range": None if of_data else rating_range,
            }
            estimator = estimator_for(options["model"])
            chosen = estimator.make_options(values)
            asked = options | {"learning_rate": learning_rate, "rating_range": rating_range}
            sentences = [f"`{name}` has no effect with model {chosen.model}." for name in estimator.not_taken(asked)]
            if not isinstance(chosen, TrainOptions):
                find = of_data = False
            for sentence in () if silent else (*sentences, *without_effect(chosen)):
                notice(sentence)
            done = run_training(
                data,
                chosen,
                DataOptions(**held_out, reading=reading),
                output=output,
                find_learning_rate=find,
                range_of_data=of_data,
                shard_items=shard_items,
                resume=resume,
                callbacks=[] if silent else [bar],
                notice=(lambda _: None) if silent else notice,
                processes=processes,
            )
        finally:
            bar.close()
    if as_json and processes.is_first:
        click.echo(json.dumps(as_dict(done), indent=2))
    elif not silent:
        click.echo("\n".join(lines(done)))


def lines(done: TrainingRun) -> list[str]:
    """Say what came of it, a line each."""
    model, epochs = done.model, len(done.model.history)
    speed, how = _speed(done), f"worked out in {done.seconds:.1f} s"
    if speed is not None:
        how = (
            f"{counted(epochs, 'epochs')} in {done.seconds:.1f} s, {speed:,.0f} ratings a second on the "
            f"{model.training['device']}"
        )
    text = [
        f"{model.source}: {counted(done.ratings, 'ratings')} by {counted(len(model.user_ids), 'users')} of "
        f"{counted(len(model.item_ids), 'items')}; {how}"
    ]
    for part, name in (("valid", "validation"), ("test", "test")):
        metrics = [
            f"{label} {model.metrics[f'{part}_{metric}']:.4f}"
            for metric, label in (("rmse", "RMSE"), ("mae", "MAE"), ("log_loss", "log loss"), ("auc", "AUC"))
            if f"{part}_{metric}" in model.metrics
        ]
        if metrics:
            epoch = model.metrics.get("best_epoch") if part == "valid" else None
            best = "" if epoch is None else f" (epoch {epoch:g}, the best)"
            text.append(f"{name}: {', '.join(metrics)}{best}")
    text.append(f"written: {done.path}")
    if done.workbook is not None:
        text.append(f"written: {done.workbook}")
    if done.interrupted:
        text.append("Interrupted: this epoch was finished and the model saved; the same command with --resume goes on.")
    return text


def _speed(done: TrainingRun) -> float | None:
    """Give the ratings a second; None for a model that takes no epochs."""
    if not done.model.history:
        return None
    return done.ratings * len(done.model.history) / done.seconds


def as_dict(done: TrainingRun) -> dict[str, Any]:
    """Give the result under the keys that docs/reference/json.md lists."""
    model = done.model
    return {
        "data": model.source,
        "ratings": done.ratings,
        "users": len(model.user_ids),
        "items": len(model.item_ids),
        "options": dict(model.training),
        "history": [dict(record) for record in model.history],
        **{f"valid_{name}": model.metrics.get(f"valid_{name}") for name in _metric_names(model.is_classifier)},
        **{f"test_{name}": model.metrics.get(f"test_{name}") for name in _metric_names(model.is_classifier)},
        "best_epoch": model.metrics.get("best_epoch"),
        "epochs": len(model.history),
        "seconds": done.seconds,
        "ratings_per_second": _speed(done),
        "learning_rate_found": done.range_test and done.range_test.suggestion,
        "interrupted": done.interrupted,
        "model": str(done.path),
        "workbook": done.workbook and str(done.workbook),
    }


def _metric_names(is_classifier: bool) -> tuple[str, ...]:
    return ("log_loss", "auc", "base_log_loss") if is_classifier else ("rmse", "mae")
