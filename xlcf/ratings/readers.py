"""Reading ratings from files: MovieLens's releases, and any table of user, item, rating."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlcf.errors import InputError
from xlcf.ratings.batches import Batch
from xlcf.ratings.codebook import Codebook, Codes
from xlcf.ratings.data_frames import as_ratings
from xlcf.ratings.finding import find_ratings
from xlcf.ratings.growing import GrowingColumn
from xlcf.ratings.ratings import Ratings
from xlcf.ratings.ratings_file import RatingsFile
from xlcf.ratings.read_options import DEFAULT, ReadOptions
from xlcf.ratings.repeated import are_mostly_repeated, last_of_each_pair, without_repeated
from xlcf.ratings.row_blocks import row_blocks
from xlcf.ratings.store import check_no_columns, is_store, open_store
from xlcf.ratings.titles import TitleColumn, find_titles, read_titles


def read_ratings(
    source: Any,
    titles: str | Path | None = None,
    *,
    timestamps: bool = True,
    options: ReadOptions = DEFAULT,
    **changes: Any,
) -> Ratings:
    """Read ratings from a file or folder, or take them from a table in memory.

    What can be read: a MovieLens release (its zip file, its folder, or its u.data, ratings.dat or ratings.csv); a table
    in CSV or TSV (plain or gzipped) or Parquet; a store that `xlcf.ratings.store.write_store` wrote, which is opened
    memory-mapped; a DataFrame of pandas or polars, an Arrow table, a NumPy array, a list of tuples, a SciPy sparse
    matrix (`xlcf.ratings.data_frames.as_ratings`). A text is in UTF-8, UTF-16 or cp1252, and `notes` say which.

    The columns of a table are recognised by their names, in a CSV file those in the header line: a user (`user`,
    `userId`, `user_id`, ...), an item (`movieId`, `item`, `item_id`, ...; a title where there is no id), a rating
    (`rating`, `score`, `stars`), and, where there are any, a title and a timestamp (seconds since 1970, or a date of
    ISO 8601; kept where all are times, else `why_no_times` says which is not). Where a user rated an item several
    times, the last line counts, and `superseded` says how many do not. Users and items get their codes in ascending
    order of id.

    Codes are int32; values are float32 where that holds them exactly, else float64.

        ratings = xlcf.read_ratings("sales.csv", user_column="customer no", rating_column="grade", missing="drop")

    Args:
        source: the file or folder, or the table.
        titles: a table of item ids and titles, such as MovieLens's movies.csv. Without it, the file's own title
            column is taken, else a movies.csv (or movies.dat, or u.item) beside it that knows these items. An item
            that has no title is called by its id.
        timestamps: whether to keep times, where there are any.
        options: which column is what, and what becomes of rows that lack something.
        changes: attributes of `ReadOptions` to be taken instead of those in `options`: `user_column`, `item_column`,
            `rating_column`, `title_column`, `time_column`, `missing`.

    Raises:
        InputError: where a file cannot be read, a column cannot be told, rows lack something, or a rating is not a
            number, or one beyond single precision; it names the columns that were seen, or the lines.

    """
    options = replace(options, **changes)
    if not isinstance(source, str | PathLike):
        return _in_memory(source, titles, options, timestamps=timestamps)
    path = Path(source)
    if is_store(path):
        check_no_columns(path, options)
        return open_store(path, timestamps=timestamps, verify=True)
    file = find_ratings(path, options)
    rows = _Rows(timestamps=timestamps)
    missing = file.missing_rows()
    for batch in missing.complete(file.batches()):
        if not len(rows):
            rows.reserve(int(1.05 * len(batch) * file.n_batches))
        rows.append(batch)
    if not len(rows):
        raise InputError(f"{file.name} holds no ratings below its header line.")
    return rows.ratings(file, None if titles is None else Path(titles), missing.notes())


def _in_memory(source: Any, titles: str | Path | None, options: ReadOptions, *, timestamps: bool) -> Ratings:
    ratings = as_ratings(source, options)
    if titles is not None:
        notes = list(ratings.notes)
        labels = read_titles(Path(titles), ratings.item_ids, notes)
        ratings = replace(ratings, item_titles=labels, notes=notes)
    return ratings if timestamps else replace(ratings, timestamps=None)


_FIRST_LOOK = 1 << 20
"""Rows after which repeated pairs are looked for, so that memory is in proportion to what is kept."""


class _Rows:
    """All rows of a file: at first with keys, in the end with codes."""

    def __init__(self, *, timestamps: bool) -> None:
        self._user_book, self._item_book = Codebook(), Codebook()
        self._users, self._items = GrowingColumn(np.int32, np.int64), GrowingColumn(np.int32, np.int64)
        self._values = GrowingColumn(np.float32, np.float64)
        self._times = GrowingColumn(np.int32, np.int64) if timestamps else None
        self._titles: TitleColumn | None = None
        self._why_no_times: str | None = None
        self._look_again = _FIRST_LOOK
        self._superseded = 0
        self._rng = np.random.default_rng(0)

    def __len__(self) -> int:
        return len(self._values)

    def reserve(self, n_rows: int) -> None:
        for column in (self._users, self._items, self._values, self._times):
            if column is not None:
                column.reserve(n_rows)

    def append(self, batch: Batch) -> None:
        items = self._item_book.keys(batch.items)
        self._users.append(self._user_book.keys(batch.users))
        self._items.append(items)
        self._values.append(batch.values)
        if batch.timestamps is None:
            self._times = None
            self._why_no_times = self._why_no_times or batch.why_no_times
        elif self._times is not None:
            self._times.append(batch.timestamps)
        if batch.titles is not None:
            self._titles = self._titles or TitleColumn()
            self._titles.note(items, batch.titles)
        if len(self) >= self._look_again:
            self._drop_repeated()
            self._look_again = 2 * max(len(self), _FIRST_LOOK // 2)

    def _drop_repeated(self) -> None:
        """Drop rows that later ones supersede, where these are many; what is left is dropped at the end."""
        users, items = self._users.array, self._items.array
        if not are_mostly_repeated(users, items, self._rng):
            return
        rows = last_of_each_pair(users, items)
        self._superseded += len(self) - len(rows)
        for column in (self._users, self._items, self._values, self._times):
            if column is not None:
                column.keep(rows)

    def ratings(self, file: RatingsFile, titles: Path | None, notes: Sequence[str]) -> Ratings:
        with ThreadPoolExecutor(2) as threads:
            users = threads.submit(_coded, self._user_book, self._users.array)
            items = threads.submit(_coded, self._item_book, self._items.array)
        notes = [*file.notes(), *notes]
        ratings = Ratings(
            users=users.result(),
            items=items.result(),
            values=self._values.array,
            user_ids=self._user_book.ids,
            item_ids=self._item_book.ids,
            item_titles=find_titles(file.source, self._item_book, self._titles, titles, notes),
            timestamps=None if self._times is None else self._times.array,
            user_name=file.columns.user.strip(),
            item_name=file.columns.item.strip(),
            why_no_times=self._why_no_times,
            superseded=self._superseded,
            notes=notes,
        )
        return without_repeated(ratings)


def _coded(book: Codebook, keys: NDArray[Any]) -> Codes:
    """Number the ids of a book, and put codes in the place of keys: in the same memory, where they fit."""
    book.close()
    codes = keys if keys.dtype == np.int32 else np.empty(len(keys), dtype=np.int32)
    for block in row_blocks(len(keys)):
        codes[block] = book.codes(keys[block])
    return codes
