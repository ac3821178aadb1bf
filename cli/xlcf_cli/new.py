"""`xlcf new`: a ratings file in, a workbook ready for Solver out."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlcf_cli.rating_range import read_range
from xlcf_cli.reading import read_noting, reading_options

if TYPE_CHECKING:
    from xlcf.ratings.read_options import ReadOptions


def _top(_context: click.Context, _option: click.Parameter, text: str) -> tuple[int, int]:
    """Read `15`, or `20x10` for 20 users by 10 items."""
    match = re.fullmatch(r"([1-9][0-9]*)(?:[x×]([1-9][0-9]*))?", text.strip().lower())
    if match is None:
        raise click.BadParameter(f"{text!r} is neither a number such as 15 nor a size such as 20x10.")
    return int(match[1]), int(match[2] or match[1])


@click.command(epilog="Example: xlcf new ratings.csv --top 15 --factors 5 --range 0.5,5 -o book.xlsx")
@click.argument("ratings_file", metavar="RATINGS", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="The workbook to write.")
@click.option(
    "--top",
    metavar="N|USERSxITEMS",
    callback=_top,
    default="15",
    show_default=True,
    help="Take the users and the items with most ratings: 15 of each, or 20x10.",
)
@click.option(
    "--factors", type=click.IntRange(min=1), default=5, show_default=True, help="Factors of a user and of an item."
)
@click.option(
    "--range",
    "rating_range",
    metavar="LOW,HIGH",
    callback=read_range,
    help="Keep predictions between two ratings by a sigmoid, such as 0.5,5.",
)
@click.option(
    "--titles",
    type=click.Path(path_type=Path),
    help="A table of item ids and titles; without it a movies.csv beside the ratings is taken.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="The seed of the random starting numbers.")
@reading_options
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors (and JSON, where asked for).")
def new(
    ratings_file: Path,
    output: Path,
    top: tuple[int, int],
    factors: int,
    rating_range: tuple[float, float] | None,
    titles: Path | None,
    seed: int,
    reading: ReadOptions,
    as_json: bool,
    quiet: bool,
) -> None:
    """Make a workbook to learn on from the ratings in RATINGS (a CSV or TSV file, .gz too).

    It has a sheet with a dot-product model and one with biases, both with live formulas, and Excel's Solver
    dialog opens with the model filled in.
    """
    from xlcf.ratings import select
    from xlcf.report.ratings_book import write_ratings_book

    ratings = select.top(read_noting(ratings_file, reading, titles, quiet=quiet), *top)
    sheets = write_ratings_book(output, ratings, factors=factors, rating_range=rating_range, seed=seed)
    n_ratings = len(ratings)
    blanks = ratings.n_users * ratings.n_items - n_ratings
    if as_json:
        result = {
            "output": str(output),
            "users": ratings.n_users,
            "items": ratings.n_items,
            "ratings": n_ratings,
            "blanks": blanks,
            "factors": factors,
            "range": rating_range,
            "sheets": [vars(sheet) for sheet in sheets],
        }
        click.echo(json.dumps(result, indent=2))
    elif not quiet:
        starts = ", ".join(f"{sheet.sheet} RMSE {sheet.objective_value:.6g}" for sheet in sheets)
        click.echo(
            f"{output}: {n_ratings:,} ratings and {blanks:,} blanks of {ratings.n_users:,} users by "
            f"{ratings.n_items:,} items; at the start {starts}."
        )
        click.echo(f"Next: xlcf fit {shlex.quote(str(output))}")
