"""Reading ratings from text files: MovieLens's ratings.csv, and any table of user, item, rating."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, nan
from pathlib import Path

import numpy as np

from xlcf.errors import InputError
from xlcf.ratings.columns import RatingColumns, find_rating_columns
from xlcf.ratings.ids import code_ids
from xlcf.ratings.ratings import Floats, Integers, Ratings
from xlcf.ratings.tables import TextTable
from xlcf.ratings.titles import match_titles, read_titles, titles_beside

# stricter than float(), which reads 4_5 as 45
_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")
_MOVIELENS = {"userId": "int64", "movieId": "int64", "rating": "float64", "timestamp": "int64"}


def read_ratings(path: str | Path, titles: str | Path | None = None) -> Ratings:
    """Read ratings from a CSV or TSV file, plain or gzipped.

    The columns are recognised by the names in the header line: a user (`user`, `userId`, `user_id`, ...), an
    item (`movieId`, `item`, `item_id`, ...; a title where there is no id), a rating (`rating`, `score`,
    `stars`), and, where there are any, a title and a timestamp (kept where all are whole seconds). Where a user
    rated an item several times, the last line counts. Users and items get their codes in ascending order of id.

    Args:
        path: the file.
        titles: a table of item ids and titles, such as MovieLens's movies.csv. Without it, the file's own title
            column is taken, else a movies.csv (or movies.csv.gz) in the same folder that knows these items. An
            item that has no title is called by its id.

    Raises:
        InputError: where a file cannot be read, a column cannot be told, or a rating is not a number; it names
            the columns that were seen, or the line.

    """
    table = TextTable(Path(path))
    columns = find_rating_columns(table.header, table.path.name)
    lines = _read_movielens(table) or _read_any(table, columns)
    if not len(lines.values):
        raise InputError(f"{table.path.name} holds no ratings below its header line.")
    users, user_ids = code_ids(lines.users)
    items, item_ids = code_ids(lines.items)
    if titles is not None:
        item_titles: list[str] | None = read_titles(Path(titles), item_ids)
    elif lines.titles is not None:
        item_titles = match_titles(zip(map(str, lines.items), lines.titles, strict=True), item_ids)
    else:
        item_titles = titles_beside(table.path, item_ids)
    last = _last_of_each_pair(users, items)
    return Ratings(
        users=users[last],
        items=items[last],
        values=lines.values[last],
        user_ids=user_ids,
        item_ids=item_ids,
        item_titles=item_titles,
        timestamps=None if lines.timestamps is None else lines.timestamps[last],
        user_name=columns.user.strip(),
        item_name=columns.item.strip(),
    )


@dataclass(frozen=True)
class _Lines:
    """What the lines of a file say, one entry a line; ids as whole numbers, or as the file's text."""

    users: Sequence[str] | Integers
    items: Sequence[str] | Integers
    values: Floats
    titles: Sequence[str] | None
    timestamps: Integers | None


def _read_movielens(table: TextTable) -> _Lines | None:
    """Read a file with exactly MovieLens's columns at full speed; None where a field is not the number it should be."""
    import pandas as pd

    if set(table.header) != _MOVIELENS.keys():
        return None
    try:
        with table.open() as stream:
            frame = pd.read_csv(stream, sep=table.separator, dtype=_MOVIELENS)
    except ValueError:  # pandas's ParserError is one, too
        return None
    values = frame["rating"].to_numpy()
    # pandas makes an index of the first column where the lines have a field more than the header
    if not np.isfinite(values).all() or not isinstance(frame.index, pd.RangeIndex):
        return None
    return _Lines(
        users=frame["userId"].to_numpy(),
        items=frame["movieId"].to_numpy(),
        values=values,
        titles=None,
        timestamps=frame["timestamp"].to_numpy(),
    )


def _read_any(table: TextTable, columns: RatingColumns) -> _Lines:
    """Read a file line by line, so that an error can say on which line it is."""
    users, items, ratings, titles, timestamps = [], [], [], [], []
    names = columns.used()
    for line, fields in table.rows(names):
        field = dict(zip(names, fields, strict=True))
        for name in (columns.user, columns.item):
            if not field[name]:
                raise InputError(f"{table.path.name} has no {name} on line {line}: fill it in or delete the line.")
        users.append(field[columns.user])
        items.append(field[columns.item])
        ratings.append(_number(field[columns.rating], columns.rating, table, line))
        titles.append(field[columns.title] if columns.title else "")
        timestamps.append(field[columns.timestamp] if columns.timestamp else "")
    return _Lines(
        users=users,
        items=items,
        values=np.array(ratings, dtype=np.float64),
        titles=titles if columns.title else None,
        timestamps=_whole_seconds(timestamps),
    )


def _number(text: str, name: str, table: TextTable, line: int) -> float:
    # where the comma is the decimal mark, Excel separates fields by semicolons
    plain = text.replace(",", ".") if table.separator == ";" else text
    number = float(plain) if _NUMBER.fullmatch(plain) else nan
    if not isfinite(number):
        found = f"is {text!r}, not a number" if text else "is blank"
        raise InputError(
            f"{table.path.name}: the {name} on line {line} {found}; write a number there, or delete the line."
        )
    return number


def _whole_seconds(texts: Sequence[str]) -> Integers | None:
    if all(text.isascii() and text.isdigit() and len(text) < 19 for text in texts):
        return np.array(texts, dtype=np.int64)
    return None


def _last_of_each_pair(users: Integers, items: Integers) -> Integers:
    """Give the positions of the lines that count, ascending: of each pair of user and item the last."""
    pairs = users * (items.max() + 1) + items
    first_from_the_end = np.unique(pairs[::-1], return_index=True)[1]
    return np.sort(len(pairs) - 1 - first_from_the_end)
