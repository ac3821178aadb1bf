"""What commands share that read ratings: the options that say how, and the notes on what was read."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlcf.options import options_of
from xlcf.ratings.read_options import ReadOptions
from xlcf_cli.console import notice
from xlcf_cli.options import options_from

if TYPE_CHECKING:
    from xlcf.ratings.ratings import Ratings


def reading_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of reading ratings to a command, which gets them as `reading`, a ReadOptions."""

    @wraps(command)
    def with_reading(*args: Any, **options: Any) -> Any:
        reading = ReadOptions(**{name: options.pop(name) for name in options_of(ReadOptions)})
        return command(*args, reading=reading, **options)

    decorated: Callable[..., Any] = options_from(ReadOptions)(with_reading)
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
