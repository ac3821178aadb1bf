"""`xlcf data`: get ratings, look at them, make some up, and store many of them compactly."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xlcf.plain_numbers import counted
from xlcf.ratings.store_options import StoreOptions
from xlcf.ratings.synthetic_options import SyntheticOptions
from xlcf_cli.console import with_flags, working
from xlcf_cli.options import FILE, json_option, options_from, output_option, quiet_option
from xlcf_cli.reading import read_noting, reading_options, say_notes

if TYPE_CHECKING:
    from xlcf.ratings.download import Progress
    from xlcf.ratings.facts import Busiest, Facts
    from xlcf.ratings.ratings import Ratings
    from xlcf.ratings.read_options import ReadOptions

_BAR = 30  # characters of the longest bar


@click.group(epilog="Example: xlcf data info ml-25m.zip")
def data() -> None:
    """Get ratings, look at them, make some up, or store them."""


@data.command(short_help="Download a release of MovieLens.", epilog="Example: xlcf data download ml-25m --to data")
@click.argument("release")
@click.option("--to", "folder", type=FILE, default=".", help="The folder; by default this one.")
@json_option
@quiet_option
def download(release: str, folder: Path, as_json: bool, quiet: bool) -> None:
    """Download a RELEASE of MovieLens: ml-100k, 1m, 10m, 20m, 25m, 32m, latest or latest-small.

    The zip file is checked against the published checksum, and read as it is by other commands. A download that broke
    off goes on where it ended. MovieLens may be used for research: see the README in the zip file.
    """
    from xlcf.ratings import download as downloading

    with _bar(quiet=quiet) as progress:
        path = downloading.download(release, folder, progress=progress)
    _say({"output": str(path), "bytes": path.stat().st_size}, f"{path}: {path.stat().st_size:,} bytes", as_json, quiet)


@data.command(short_help="Show what ratings there are.", epilog="Example: xlcf data info ratings.csv --json")
@click.argument("source", metavar="PATH", type=FILE)
@reading_options
@json_option
@quiet_option
def info(source: Path, reading: ReadOptions, as_json: bool, quiet: bool) -> None:
    """Show what the ratings at PATH are: a CSV, TSV or Parquet file, a MovieLens zip file or folder, or a store."""
    with working("Reading ...", quiet=quiet):
        from xlcf.ratings.facts import find_facts

        ratings = read_noting(source, reading, quiet=quiet)
        facts = find_facts(ratings)
    result = {
        "path": str(source),
        **asdict(facts),
        "superseded": ratings.superseded,
        "why_no_times": ratings.why_no_times,
        "notes": [with_flags(note) for note in ratings.notes],
        "fingerprint": ratings.fingerprint(),
    }
    _say(result, "\n".join([str(source), *_lines(facts, ratings)]), as_json, quiet)


@data.command(
    short_help="Make up ratings.", epilog="Example: xlcf data synthetic --like ml-25m --scale 0.01 -o ratings.csv"
)
@options_from(SyntheticOptions)
@output_option("A .csv, .csv.gz or .parquet, or NAME.xlcf-ratings for a store.", required=True)
@json_option
@quiet_option
def synthetic(output: Path, as_json: bool, quiet: bool, **options: Any) -> None:
    """Make up ratings in which factors and biases are planted, the same for the same seed.

    Users and items get ratings by power laws, as in MovieLens; ratings are half stars from 0.5 to 5.
    """
    write = _writer(output)
    with working("Making ratings ...", quiet=quiet):
        from xlcf.ratings.synthetic import planted_ratings

        ratings, planted = planted_ratings(**options, timestamps=True)
        write(ratings)
    floor = planted.rmse(ratings)
    known = {"factors": options["n_factors"], "seed": options["seed"], "rmse_of_the_truth": floor}
    _say(
        {"output": str(output), **_counts(ratings), **known},
        f"{output}: {_counted(ratings)}; the planted truth itself has an RMSE of {floor:.4f}",
        as_json,
        quiet,
    )


@data.command(short_help="Store many ratings.", epilog="Example: xlcf data store ml-25m.zip -o ml-25m.xlcf-ratings")
@click.argument("source", type=FILE)
@output_option("The folder to write.", required=True)
@options_from(StoreOptions)
@reading_options
@json_option
@quiet_option
def store(
    source: Path,
    output: Path,
    titles: Path | None,
    seed: int,
    memory: int,
    reading: ReadOptions,
    as_json: bool,
    quiet: bool,
) -> None:
    """Store the ratings in SOURCE compactly, in random order, to be trained on without being read into memory.

    SOURCE may be larger than memory: it is read in a stream.
    """
    with working("Reading and shuffling ...", quiet=quiet):
        from xlcf.ratings.store import write_store

        ratings = write_store(source, output, titles=titles, seed=seed, memory=memory << 20, options=reading)
    say_notes(ratings, quiet=quiet)
    _say({"output": str(output), **_counts(ratings)}, f"{output}: {_counted(ratings)}", as_json, quiet)


def _writer(output: Path) -> Callable[[Ratings], object]:
    """Give what writes ratings to `output`, by its ending."""
    from xlcf.errors import InputError
    from xlcf.ratings.store import write_store
    from xlcf.ratings.writers import ENDINGS, write_ratings

    if output.name.lower().endswith(ENDINGS):
        return lambda ratings: write_ratings(output, ratings)
    if output.suffix == ".xlcf-ratings":
        return lambda ratings: write_store(ratings, output)
    raise InputError(f"{output.name} ends in none of {', '.join(ENDINGS)} and .xlcf-ratings: choose one of these.")


def _say(result: dict[str, Any], text: str, as_json: bool, quiet: bool) -> None:
    if as_json:
        click.echo(json.dumps(result, indent=2))
    elif not quiet:
        click.echo(text)


def _counts(ratings: Ratings) -> dict[str, int]:
    return {"users": ratings.n_users, "items": ratings.n_items, "ratings": len(ratings)}


def _counted(ratings: Ratings) -> str:
    counts = (counted(count, noun) for noun, count in _counts(ratings).items())
    users, items, all_ratings = counts
    return f"{all_ratings} by {users} of {items}"


def _lines(facts: Facts, ratings: Ratings) -> list[str]:
    row = "  {:<16} {}".format
    spread = "{0.least:,} to {0.most:,}, median {0.median:,.0f}, mean {0.mean:,.1f}".format
    text = [
        row("ratings", f"{facts.ratings:,}, mean {facts.mean:.4f}, standard deviation {facts.standard_deviation:.4f}"),
        row("users", f"{facts.users:,} ({ratings.user_name}), ratings each: {spread(facts.per_user)}"),
        row("items", f"{facts.items:,} ({ratings.item_name}), ratings each: {spread(facts.per_item)}"),
        row("density", f"{facts.density:.4%} of all pairs are rated"),
    ]
    if ratings.superseded:
        lines = counted(ratings.superseded, "lines")
        text.append(row("superseded", f"{lines}, as a later one is of the same user and item"))
    if facts.first_time is not None and facts.last_time is not None:
        text.append(row("given", f"{_day(facts.first_time)} to {_day(facts.last_time)}"))
    elif ratings.why_no_times is not None:
        text.append(row("given", f"times are left out, as {ratings.why_no_times}"))
    most = max(bar.count for bar in facts.histogram)
    for number, bar in enumerate(facts.histogram):
        value = f"{bar.low:g}" if bar.low == bar.high else f"{bar.low:.4g} to {bar.high:.4g}"
        length = round(bar.count / most * _BAR)
        text.append(row("" if number else "how many", f"{value:>8} {'█' * length:<{_BAR}} {bar.count:>11,}"))
    text += _busiest("most active", facts.busiest_users, ratings.user_name)
    text += _busiest("most rated", facts.busiest_items, ratings.item_name)
    return text


def _busiest(head: str, several: list[Busiest], name: str) -> list[str]:
    labels = (f"{name} {one.id}" if one.label == str(one.id) else one.label for one in several)
    return [
        f"  {'' if number else head:<16} {one.ratings:>8,}  {label}"
        for number, (one, label) in enumerate(zip(several, labels, strict=True))
    ]


def _day(seconds: int) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")
    except (ValueError, OverflowError, OSError):  # beyond the year 9999, as milliseconds are
        return f"second {seconds:,}"


@contextmanager
def _bar(*, quiet: bool) -> Iterator[Progress | None]:
    """Show how a download gets on, on a terminal only."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn

    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        task = bars.add_task("", total=None)
        yield lambda arrived, total: bars.update(task, completed=arrived, total=total)
