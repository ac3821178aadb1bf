"""`xlcf train`: a data set of ratings in, a model file out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xlcf_cli.console import counted, notice
from xlcf_cli.rating_range import read_range
from xlcf_cli.reading import reading_options

if TYPE_CHECKING:
    from xlcf.ratings.read_options import ReadOptions
    from xlcf.training_run import TrainingRun


def _several(kind: type[int] | type[float]) -> Any:
    """Read one number, or several with commas between them."""

    def read(_context: click.Context, _option: click.Parameter, text: str | None) -> Any:
        if text is None or text == "find":
            return text
        try:
            values = tuple(kind(part) for part in text.split(","))
        except ValueError:
            raise click.BadParameter(f"{text!r} is neither a number nor several with commas between them.") from None
        return values[0] if len(values) == 1 else values

    return read


@click.command(epilog="Example: xlcf train ml-latest-small.zip --model dot-bias --factors 50 --epochs 5 -o movies.xlsx")
@click.argument("data", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="The model file, or a workbook beside which it is written."
)
@click.option(
    "--test", metavar="FILE", type=click.Path(path_type=Path), help="Ratings to measure the model on at the end."
)
@click.option(
    "--test-fraction", type=click.FloatRange(0, 1, max_open=True), default=0.0, help="Or put a part of DATA aside."
)
@click.option(
    "--hold-out",
    type=click.FloatRange(0, 1, max_open=True),
    default=0.1,
    show_default=True,
    help="The part to validate on after each epoch; the best epoch is kept. 0: none.",
)
@click.option(
    "--split",
    type=click.Choice(["random", "time", "last"]),
    default="random",
    show_default=True,
    help="Which ratings are put aside: at random, the latest, each user's last.",
)
@click.option(
    "--split-seed", type=click.IntRange(min=0), default=42, show_default=True, help="The seed of the random split."
)
@click.option(
    "--model",
    type=click.Choice(["dot", "dot-bias", "net"]),
    default="dot-bias",
    show_default=True,
    help="Dot product, with biases, or the mini net.",
)
@click.option(
    "--factors", "n_factors", type=click.IntRange(min=1), default=50, show_default=True, help="Of a user and an item."
)
@click.option(
    "--range",
    "rating_range",
    metavar="LOW,HIGH|data",
    callback=read_range,
    help="Keep predictions within by a sigmoid.",
)
@click.option(
    "--classify", "threshold", metavar="RATING", type=float, help="Predict how likely a rating is this or more."
)
@click.option(
    "--start",
    type=click.Choice(["means", "course"]),
    default="means",
    show_default=True,
    help="Weights: from the means of the ratings, or small and uniform as in fast.ai's course.",
)
@click.option("--hidden", "n_hidden", type=click.IntRange(min=1), default=10, show_default=True, help="Of the net.")
@click.option(
    "--dropout", callback=_several(float), default="0.2,0.2", show_default=True, help="Of the net: embeddings, hidden."
)
@click.option(
    "--method",
    type=click.Choice(["sgd", "momentum", "adam", "adamw"]),
    default="adam",
    show_default=True,
    help="The optimizer.",
)
@click.option(
    "--learning-rate",
    metavar="RATE[,RATE...]|find",
    callback=_several(float),
    help="One for all epochs or one a phase; find: by a range test.  [default: 0.02 for adam; suits the data for sgd]",
)
@click.option(
    "--epochs",
    metavar="N[,N...]",
    callback=_several(int),
    help="Times through the data; several numbers are phases.  [default: 5; 10 for sgd and momentum]",
)
@click.option("--batch-size", type=click.IntRange(min=1), help="Ratings a step.  [default: a fiftieth of the data]")
@click.option(
    "--weight-decay", type=click.FloatRange(min=0), help="[default: 18 / ratings; for --classify a quarter of that]"
)
@click.option(
    "--momentum", type=click.FloatRange(0, 1, max_open=True), default=0.9, show_default=True, help="Of the method."
)
@click.option(
    "--schedule",
    type=click.Choice(["constant", "cosine", "one-cycle"]),
    default="cosine",
    show_default=True,
    help="How the learning rate goes.",
)
@click.option("--cycle-len", type=click.IntRange(min=1), help="Epochs of the first cosine, before a warm restart.")
@click.option(
    "--cycle-mult",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Each cosine is longer by this factor.",
)
@click.option("--patience", type=click.IntRange(min=1), help="Stop after so many epochs without a better validation.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of weights, order and dropout.")
@click.option(
    "--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True, help="Where to train."
)
@click.option(
    "--precision",
    type=click.Choice(["float32", "bfloat16"]),
    default="float32",
    show_default=True,
    help="bfloat16: products in it, weights and sums in float32; for GPUs.",
)
@click.option(
    "--spread-items",
    is_flag=True,
    help="With torchrun: share out the items' tables too, which saves memory.",
)
@reading_options
@click.option("--resume", is_flag=True, help="Go on from the checkpoint that an interrupted run left.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors (and JSON, where asked for).")
def train(
    data: Path,
    output: Path | None,
    test: Path | None,
    test_fraction: float,
    hold_out: float,
    split: str,
    split_seed: int,
    rating_range: tuple[float, float] | str | None,
    learning_rate: Any,
    spread_items: bool,
    resume: bool,
    reading: ReadOptions,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Train a model on the ratings in DATA: a MovieLens release (zip or folder), a CSV or Parquet file, a store.

    Writes a model file (DATA.safetensors), and after each epoch a checkpoint; Ctrl+C finishes the epoch and saves.
    """
    from xlcf.training.distributed import process_group
    from xlcf.training.train import TrainOptions
    from xlcf.training_run import DataOptions, run_training
    from xlcf_cli.progress import Bar

    find, of_data = learning_rate == "find", rating_range == "data"
    bar = Bar()
    # several processes where torchrun started this; the first of them speaks
    with process_group(options["device"]) as processes:
        silent = quiet or not processes.is_first
        if spread_items and processes.size == 1 and not silent:
            notice("--spread-items does nothing in a single process: start several with torchrun.")
        try:
            done = run_training(
                data,
                TrainOptions(
                    **options,
                    learning_rate=None if find else learning_rate,
                    rating_range=None if isinstance(rating_range, str) else rating_range,
                ),
                DataOptions(test, test_fraction, hold_out, split, split_seed, reading),
                output=output,
                find_learning_rate=find,
                range_of_data=of_data,
                spread_items=spread_items,
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
    text = [
        f"{model.source}: {counted(done.ratings, 'ratings')} by {counted(len(model.user_ids), 'users')} of "
        f"{counted(len(model.item_ids), 'items')}; {counted(epochs, 'epochs')} in {done.seconds:.1f} s, "
        f"{_speed(done):,.0f} ratings a second on the {model.training['device']}"
    ]
    for part, name in (("valid", "validation"), ("test", "test")):
        metrics = [
            f"{label} {model.metrics[f'{part}_{metric}']:.4f}"
            for metric, label in (("rmse", "RMSE"), ("mae", "MAE"), ("log_loss", "log loss"), ("auc", "AUC"))
            if f"{part}_{metric}" in model.metrics
        ]
        if metrics:
            best = f" (epoch {model.metrics['best_epoch']:g}, the best)" if part == "valid" else ""
            text.append(f"{name}: {', '.join(metrics)}{best}")
    text.append(f"written: {done.path}")
    if done.workbook is not None:
        text.append(f"written: {done.workbook}")
    if done.interrupted:
        text.append("Interrupted: this epoch was finished and the model saved; the same command with --resume goes on.")
    return text


def _speed(done: TrainingRun) -> float:
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
