"""What commands share that read ratings: the options that say how, and the notes on what was read."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xlcf_cli.console import notice

if TYPE_CHECKING:
    from xlcf.ratings.ratings import Ratings
    from xlcf.ratings.read_options import ReadOptions

_ROLES = {"user": "users", "item": "items", "rating": "ratings", "title": "items' titles", "time": "times"}
_NAMES = (*(f"{role}_column" for role in _ROLES), "missing")


def reading_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of reading ratings to a command, which gets them as `reading`, a ReadOptions."""

    @wraps(command)
    def with_reading(*args: Any, **options: Any) -> Any:
        from xlcf.ratings.read_options import ReadOptions

        return command(*args, reading=ReadOptions(**{name: options.pop(name) for name in _NAMES}), **options)

    decorated: Callable[..., Any] = click.option(
        "--missing",
        type=click.Choice(["error", "drop"]),
        default="error",
        show_default=True,
        help="Rows without a user, an item or a rating: refuse the file, or leave them out.",
    )(with_reading)
    for role, what in reversed(_ROLES.items()):
        decorated = click.option(
            f"--{role}-column", metavar="NAME", help=f"The column of {what}.  [default: known by its name]"
        )(decorated)
    return decorated


def read_noting(source: Path, reading: ReadOptions, titles: Path | None = None, *, quiet: bool) -> Ratings:
    """Read ratings, and say what a person should know about the reading: an encoding, lines that were left out."""
    from xlcf.ratings.readers import read_ratings

    ratings = read_ratings(source, titles, options=reading)
    say_notes(ratings, quiet=quiet)
    return ratings


def say_notes(ratings: Ratings, *, quiet: bool) -> None:
    """Say the notes on ratings that were read."""
    for note in () if quiet else ratings.notes:
        notice(note)
