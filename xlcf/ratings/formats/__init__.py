"""The formats of files of ratings besides text tables; each is a module here that enters how its files are read.

A format is a function with a decorator that gives how the names of its files end, and, where the first bytes tell it,
what its content is:

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
from xlcf.files.formats import Format

if TYPE_CHECKING:
    from xlcf.ratings.ratings_file import RatingsFile
    from xlcf.ratings.read_options import ReadOptions
    from xlcf.ratings.source import Source

_FIRST_LOOK = 1 << 20  # bytes

Find: TypeAlias = "Callable[[Source, ReadOptions], RatingsFile]"

FORMATS: dict[str, Find] = {}
_BY_CONTENT: dict[Format, Find] = {}


def ratings_format(*endings: str, content: Format | None = None) -> Callable[[Find], Find]:
    """Enter a format under the endings of its files' names, in lower case, and what its content is told to be."""

    def decorate(find: Find) -> Find:
        for ending in endings:
            FORMATS[ending] = find
        if content is not None:
            _BY_CONTENT[content] = find
        return find

    return decorate


def formats() -> dict[str, Find]:
    """Give what finds the ratings in a file, by how its name ends in lower case."""
    _import_all()
    return FORMATS


def format_of_name(file_name: str) -> Find | None:
    """Give what finds the ratings in a file of this name; None for a text table."""
    name = file_name.lower()
    return next((find for ending, find in formats().items() if name.endswith(ending)), None)


def reader_of(source: Source) -> Find | None:
    """Give what finds the ratings in a file, told by its content, else by its name; None for a text table.

    Raises:
        InputError: where the file cannot be read.

    """
    by_name, content = format_of_name(source.file_name), source.format()
    if content is not Format.TEXT:
        return _BY_CONTENT.get(content)
    # a name promises a content that is not there: of a text it is wrong, else the file is damaged
    return None if by_name in _BY_CONTENT.values() and _is_text(source) else by_name


def _is_text(source: Source) -> bool:
    with source.open() as stream:
        return b"\0" not in stream.read(_FIRST_LOOK)


@cache
def _import_all() -> None:
    # not when this package is imported: its modules import what reads it
    import_modules_of(sys.modules[__name__])
