"""Titles of items: from a file such as MovieLens's movies.csv."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from xlcf.errors import InputError
from xlcf.ratings.columns import find_title_columns
from xlcf.ratings.ids import parse_ids
from xlcf.ratings.ratings import Id
from xlcf.ratings.tables import TextTable

_BESIDE = ("movies.csv", "movies.csv.gz")


def read_titles(path: Path, item_ids: list[Id]) -> list[str]:
    """Read one title an item from a table with a column of item ids and one of titles.

    An item that the table does not know is called by its id.

    Raises:
        InputError: where the file cannot be read, lacks a column, or knows none of the items.

    """
    titles = _titles_by_id(path)
    if not _fits(titles, item_ids):
        raise InputError(f"{path.name} has a title for none of the items that are rated: give another file.")
    return _one_each(titles, item_ids)


def titles_beside(ratings: Path, item_ids: list[Id]) -> list[str] | None:
    """Read the titles from a movies.csv or movies.csv.gz in the folder of the ratings; None without one that fits."""
    for path in (ratings.parent / name for name in _BESIDE):
        if path.is_file() and path != ratings:
            titles = _titles_by_id(path)
            return _one_each(titles, item_ids) if _fits(titles, item_ids) else None
    return None


def match_titles(pairs: Iterable[tuple[str, str]], item_ids: list[Id]) -> list[str]:
    """Give one title an item from pairs (text of its id, title); of several titles the last counts."""
    return _one_each(_by_id(pairs), item_ids)


def _titles_by_id(path: Path) -> dict[str, str]:
    table = TextTable(path)
    columns = find_title_columns(table.header, path.name)
    return _by_id((item, title) for _, (item, title) in table.rows(columns))


def _by_id(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    titles = {item: title for item, title in pairs if title}
    # through parse_ids, so that 12.0 here is the 12 of the ratings
    return {str(raw_id): title for raw_id, title in zip(parse_ids(list(titles)), titles.values(), strict=True)}


def _fits(titles: dict[str, str], item_ids: list[Id]) -> bool:
    return any(str(raw_id) in titles for raw_id in item_ids)


def _one_each(titles: dict[str, str], item_ids: list[Id]) -> list[str]:
    return [titles.get(str(raw_id), str(raw_id)) for raw_id in item_ids]
