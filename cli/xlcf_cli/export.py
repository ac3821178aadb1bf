"""`xlcf export`: a trained model in, a workbook out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xlcf.plain_numbers import counted
from xlcf.report.model_book.options import ExportOptions
from xlcf_cli.console import with_flags, working
from xlcf_cli.options import FILE, json_option, options_from, output_option, quiet_option
from xlcf_cli.outputs import check_outputs
from xlcf_cli.reading import read_noting, reading_options

if TYPE_CHECKING:
    from xlcf.models.rating_model import RatingModel
    from xlcf.ratings.read_options import ReadOptions
    from xlcf.report.model_book import Exported


@click.command(epilog="Example: xlcf export movies.safetensors --ratings ml-latest-small.zip --user 42 -o movies.xlsx")
@click.argument("model_file", metavar="MODEL", type=FILE)
@output_option("The workbook.  [default: MODEL.xlsx]")
@click.option(
    "--ratings",
    metavar="DATA",
    type=FILE,
    help="What users have rated: left out of their recommendations, and compared with predictions.",
)
@click.option(
    "--test",
    metavar="FILE",
    type=FILE,
    help="Ratings to compare predictions with, better than those that the model was trained on.",
)
@options_from(ExportOptions)
@reading_options
@json_option
@quiet_option
def export(
    model_file: Path,
    output: Path | None,
    ratings: Path | None,
    test: Path | None,
    reading: ReadOptions,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Write the trained model in the file MODEL as a workbook.

    It says what was trained and how good it is, holds factors and biases, predicts live what a user thinks of an item,
    lists the best and worst items and recommendations, and sets predictions beside actual ratings.
    """
    check_outputs((output,), (model_file, ratings, test))
    with working("Writing ...", quiet=quiet):
        from xlcf.models.model_file import load_model
        from xlcf.report.model_book import export_model

        model = load_model(model_file)
        done = export_model(
            model,
            output or model_file.with_suffix(".xlsx"),
            ratings=None if ratings is None else read_noting(ratings, reading, quiet=quiet),
            test=None if test is None else read_noting(test, reading, quiet=quiet),
            **options,
        )
    if as_json:
        click.echo(json.dumps(as_dict(model, done), indent=2))
    elif not quiet:
        click.echo("\n".join(lines(model, done)))


def lines(model: RatingModel, done: Exported) -> list[str]:
    """Say what was written, a line each."""
    users, items = counted(len(model.user_ids), "users"), counted(len(model.item_ids), "items")
    return [
        f"{model.source or 'model'}: {model.kind} of {users} and {items}; sheets {', '.join(done.sheets)}",
        *map(with_flags, done.sentences),
        *(f"written: {path}" for path in (done.path, *done.files)),
    ]


def as_dict(model: RatingModel, done: Exported) -> dict[str, Any]:
    """Give the result under the keys that docs/reference/json.md lists."""
    users, items = len(model.user_ids), len(model.item_ids)
    return {
        "output": str(done.path),
        "sheets": done.sheets,
        "files": [str(file) for file in done.files],
        "users": users,
        "items": items,
        "cut": {"users": users - done.listed_users, "items": items - done.listed_items},
        "minimum_count": done.minimum_count,
        "recommended_users": done.recommended_users,
        "sentences": [with_flags(sentence) for sentence in done.sentences],
    }
