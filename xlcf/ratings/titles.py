"""Titles of items: from a file such as MovieLens's movies.csv, or from a column of the ratings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from xlcf.arrays import Integers
from xlcf.errors import InputError
from xlcf.ratings.batches import TextColumn
from xlcf.ratings.codebook import Codebook
from xlcf.ratings.columns import find_title_columns
from xlcf.ratings.ids import parse_ids
from xlcf.ratings.ratings import Id
from xlcf.ratings.source import Source
from xlcf.ratings.tables import TextTable, separator_without_header

_BESIDE = ("movies.csv", "movies.csv.gz", "movies.dat", "movies.dat.gz", "u.item", "u.item.gz")


class TitleColumn:
    """The titles that stand beside the ratings in a table; of several titles of an item the last counts."""

    def __init__(self) -> None:
        self._titles: dict[int, str] = {}

    def note(self, keys: Integers, titles: TextColumn) -> None:
        """Note the titles of a batch, shape (rows,), of the items with these keys (see `Codebook`)."""
        has_title = np.array([bool(title) for title in titles.texts], dtype=bool)
        rows = np.flatnonzero(has_title[titles.places])[::-1]
        items, last = np.unique(keys[rows], return_index=True)
        self._titles |= {item: titles.at(row) for item, row in zip(items.tolist(), rows[last].tolist(), strict=True)}

    def one_each(self, items: Codebook) -> list[str]:
        """Give one title an item, by code; an item without is called by its id."""
        titles = [str(raw_id) for raw_id in items.ids]
        codes = items.codes(np.fromiter(self._titles, dtype=np.int64, count=len(self._titles)))
        for code, title in zip(codes.tolist(), self._titles.values(), strict=True):
            titles[code] = title
        return titles


def find_titles(
    ratings: Source | None, items: Codebook, column: TitleColumn | None, path: Path | None, notes: list[str]
) -> list[str] | None:
    """Give one title an item, by code, from the first there is: the file at `path`, the column, a file beside.

    Args:
        ratings: the file of ratings, if they come from one.
        items: its items.
        column: its own titles, or None where it has no such column.
        path: a table of titles to be taken first.
        notes: where sentences about the reading go that a person should see.

    Raises:
        InputError: where the file at `path` cannot be read, lacks a column, or knows none of the items.

    """
    if path is not None:
        return read_titles(path, items.ids, notes)
    if column is not None:
        return column.one_each(items)
    return None if ratings is None else _titles_beside(ratings, items.ids, notes)


def read_titles(path: Path, item_ids: Sequence[Id], notes: list[str]) -> list[str]:
    """Read one title an item from a table with a column of item ids and one of titles; `notes` as for `find_titles`.

    An item that the table does not know is called by its id.

    Raises:
        InputError: where the file cannot be read, lacks a column, or knows none of the items.

    """
    titles = _titles_by_id(Source(path), notes)
    if not _fits(titles, item_ids):
        raise InputError(f"{path.name} has a title for none of the items that are rated: give another file.")
    return _one_each(titles, item_ids)


def _titles_beside(ratings: Source, item_ids: Sequence[Id], notes: list[str]) -> list[str] | None:
    source = ratings.beside(_BESIDE)
    if source is None or source == ratings:
        return None
    titles = _titles_by_id(source, notes)
    return _one_each(titles, item_ids) if _fits(titles, item_ids) else None


def _titles_by_id(source: Source, notes: list[str]) -> dict[str, str]:
    separator = separator_without_header(source)
    if separator is not None:
        with source.open() as stream:
            lines = _decoded(stream.read()).splitlines()
        fields = (line.split(separator) for line in lines)
        return _by_id((item.strip(), title.strip()) for item, title, *_ in (line for line in fields if len(line) > 1))
    table = TextTable(source)
    columns = find_title_columns(table.header, table.name)
    titles = _by_id((item, title) for _, (item, title) in table.rows(columns))
    notes += table.notes()
    return titles


def _decoded(text: bytes) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text.decode("latin-1")  # ml-100k and ml-1m


def _by_id(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    titles = {item: title for item, title in pairs if title}
    # through parse_ids, so that 12.0 here is the 12 of the ratings
    return {str(raw_id): title for raw_id, title in zip(parse_ids(list(titles)), titles.values(), strict=True)}


def _fits(titles: dict[str, str], item_ids: Sequence[Id]) -> bool:
    return any(str(raw_id) in titles for raw_id in item_ids)


def _one_each(titles: dict[str, str], item_ids: Sequence[Id]) -> list[str]:
    return [titles.get(str(raw_id), str(raw_id)) for raw_id in item_ids]
