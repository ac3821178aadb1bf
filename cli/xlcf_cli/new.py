"""`xlcf new`: a ratings file in, a workbook ready for Solver out."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xlcf.report.ratings_book.options import RatingsBookOptions
from xlcf_cli.options import FILE, json_option, options_from, output_option, quiet_option
from xlcf_cli.rating_range import read_range
from xlcf_cli.reading import read_noting, reading_options

if TYPE_CHECKING:
    from xlcf.ratings.read_options import ReadOptions


def _top(_context: click.Context, _option: click.Parameter, text: str) -> int | tuple[int, int]:
    """Read `15`, or `20x10` for 20 users by 10 items."""
    match = re.fullmatch(r"([1-9][0-9]*)(?:[x×,]([1-9][0-9]*))?", text.strip().lower())
    if match is None:
        raise click.BadParameter(f"{text!r} is neither a number such as 15 nor a size such as 20x10.")
    return int(match[1]) if match[2] is None else (int(match[1]), int(match[2]))


@click.command(epilog="Example: xlcf new ratings.csv --top 15 --factors 5 --range 0.5,5 -o book.xlsx")
@click.argument("ratings_file", metavar="RATINGS", type=FILE)
@output_option("The workbook to write.", required=True)
@options_from(RatingsBookOptions, readers={"top": _top, "rating_range": read_range})
@reading_options
@json_option
@quiet_option
def new(
    ratings_file: Path,
    output: Path,
    reading: ReadOptions,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Make a workbook to learn on from the ratings in RATINGS (a CSV or TSV file, .gz too).

    It has a sheet with a dot-product model and one with biases, both with live formulas, and Excel's Solver
    dialog opens with the model filled in.
    """
    from xlcf.ratings import select
    from xlcf.report.ratings_book import write_ratings_book

    chosen = RatingsBookOptions(**options)
    size = (chosen.top, chosen.top) if isinstance(chosen.top, int) else chosen.top
    ratings = select.top(read_noting(ratings_file, reading, chosen.titles, quiet=quiet), *size)
    sheets = write_ratings_book(
        output,
        ratings,
        factors=chosen.n_factors,
        rating_range=chosen.rating_range,
        weight_decay=chosen.weight_decay,
        seed=chosen.seed,
    )
    n_ratings = len(ratings)
    blanks = ratings.n_users * ratings.n_items - n_ratings
    if as_json:
        result = {
            "output": str(output),
            "users": ratings.n_users,
            "items": ratings.n_items,
            "ratings": n_ratings,
            "blanks": blanks,
            "factors": chosen.n_factors,
            "range": chosen.rating_range,
            "sheets": [vars(sheet) for sheet in sheets],
        }
        click.echo(json.dumps(result, indent=2))
    elif not quiet:
        starts = ", ".join(f"{sheet.sheet} RMSE {sheet.rmse:.6g}" for sheet in sheets)
        click.echo(
            f"{output}: {n_ratings:,} ratings and {blanks:,} blanks of {ratings.n_users:,} users by "
            f"{ratings.n_items:,} items; at the start {starts}."
        )
        click.echo(f"Next: xlcf fit {shlex.quote(str(output))}")
