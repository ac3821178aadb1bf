"""The formats of files of ratings besides text tables; each is a module here that enters how its files are read.

A format is a function with a decorator that gives how the names of its files end:

    @ratings_format(".jsonl", ".jsonl.gz")
    def find_json_ratings(source, options):
        return RatingsFile(...)

It opens the file, recognises its columns, and gives ratings that can be read in a stream. Heavy modules are imported
inside.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from xlcf.entries import import_modules_of

if TYPE_CHECKING:
    from xlcf.ratings.ratings_file import RatingsFile
    from xlcf.ratings.read_options import ReadOptions
    from xlcf.ratings.source import Source

Find: TypeAlias = "Callable[[Source, ReadOptions], RatingsFile]"

FORMATS: dict[str, Find] = {}


def ratings_format(*endings: str) -> Callable[[Find], Find]:
    """Enter a format under the endings of its files' names, in lower case; see the module's docstring."""

    def decorate(find: Find) -> Find:
        for ending in endings:
            FORMATS[ending] = find
        return find

    return decorate


def formats() -> dict[str, Find]:
    """Give what finds the ratings in a file, by how its name ends in lower case."""
    _import_all()
    return FORMATS


def format_of(file_name: str) -> Find | None:
    """Give what finds the ratings in a file of this name; None for a text table."""
    name = file_name.lower()
    return next((find for ending, find in formats().items() if name.endswith(ending)), None)


@cache
def _import_all() -> None:
    # not when this package is imported: its modules import what reads it
    import_modules_of(sys.modules[__name__])
