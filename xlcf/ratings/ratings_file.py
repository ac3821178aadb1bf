"""Finding the ratings that a path stands for, and what their columns are, before any of them is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from xlcf.errors import InputError
from xlcf.files.input_files import explained
from xlcf.ratings.batches import Batch, Integers, TextColumn
from xlcf.ratings.columns import RatingColumns, find_rating_columns
from xlcf.ratings.formats import format_of
from xlcf.ratings.line_blocks import BLOCK
from xlcf.ratings.missing import MissingRows
from xlcf.ratings.ratings import Codes, Id, Ratings
from xlcf.ratings.read_options import DEFAULT, ReadOptions
from xlcf.ratings.row_blocks import ROWS, row_blocks
from xlcf.ratings.source import Source, open_zip
from xlcf.ratings.table_batches import table_batches
from xlcf.ratings.tables import TextTable

_MOVIELENS = ("ratings.csv", "ratings.dat", "u.data")
_TEXT_TABLES = (".csv", ".tsv", ".txt", ".dat", ".data")
_WITHOUT_HEADER = (".dat", ".data")
_COLUMNS = ("userId", "movieId", "rating", "timestamp")  # of MovieLens's files without a header line


@dataclass(frozen=True)
class RatingsFile:
    """Ratings in a file that can be read in a stream.

    Attributes:
        name: what a sentence calls it.
        source: where it lies; None for ratings that are in memory.
        columns: which of its columns are the user, the item, ...
        batches: starts to read it; may be called again.
        n_batches: about how many batches there will be; 0 where that is not known.
        superseded: how many lines were dropped before, as a later one is of the same user and item.
        missing: what becomes of rows that lack something; see `ReadOptions.missing`.
        unit: what a row is called: line, or row.
        notes: gives, once it was read, sentences about it that a person should see.

    """

    name: str
    source: Source | None
    columns: RatingColumns
    batches: Callable[[], Iterator[Batch]]
    n_batches: float
    superseded: int = 0
    missing: str = "error"
    unit: str = "line"
    notes: Callable[[], Sequence[str]] = tuple

    def missing_rows(self) -> MissingRows:
        """Start to count the rows that lack something."""
        return MissingRows(self.name, self.columns.needed(), self.missing, self.unit)


def find_ratings(path: Path, options: ReadOptions = DEFAULT) -> RatingsFile:
    """Find the ratings in a file, in a zip file or in a folder, and recognise their columns.

    Raises:
        InputError: where there are none, or a column is missing or cannot be told.

    """
    source = _find_source(path)
    if (find := format_of(source.file_name)) is not None:
        return find(source, options)
    table = _open_table(source)
    columns = find_rating_columns(table.header, table.name, options)
    return RatingsFile(
        source.name,
        source,
        columns,
        lambda: table_batches(table, columns),
        (source.size() or 0) / BLOCK,
        missing=options.missing,
        notes=table.notes,
    )


def in_memory(ratings: Ratings) -> RatingsFile:
    """Give ratings that are in memory, to be gone through as if they came from a file."""
    columns = RatingColumns(
        user=ratings.user_name,
        item=ratings.item_name,
        rating="rating",
        title=None if ratings.item_titles is None else "title",
        timestamp=None if ratings.timestamps is None else "timestamp",
    )
    user_texts, item_texts = (
        None if ids.is_array else list(map(str, ids)) for ids in (ratings.user_ids, ratings.item_ids)
    )

    def column(codes: Codes, ids: Sequence[Id], texts: list[str] | None) -> Integers | TextColumn:
        return TextColumn(codes, texts) if texts is not None else np.asarray(ids, dtype=np.int64)[codes]

    def batches() -> Iterator[Batch]:
        for block in row_blocks(len(ratings)):
            users, items = ratings.users[block], ratings.items[block]
            yield Batch(
                users=column(users, ratings.user_ids, user_texts),
                items=column(items, ratings.item_ids, item_texts),
                values=ratings.values[block].astype(np.float64),
                timestamps=None if ratings.timestamps is None else ratings.timestamps[block].astype(np.int64),
                titles=None if ratings.item_titles is None else TextColumn(items, ratings.item_titles),
                why_no_times=ratings.why_no_times,
            )

    return RatingsFile(
        "the ratings in memory",
        None,
        columns,
        batches,
        len(ratings) / ROWS,
        ratings.superseded,
        notes=lambda: ratings.notes,
    )


def _find_source(path: Path) -> Source:
    with explained(path):
        is_folder = path.is_dir()
    if is_folder:
        names = [str(file.relative_to(path).as_posix()) for depth in ("*", "*/*") for file in path.glob(depth)]
        return Source(path / _choose(names, f"{path} is a folder"))
    if path.suffix.lower() == ".zip":
        with open_zip(path) as archive:
            names = archive.namelist()
        return Source(path, _choose(names, f"{path.name} is a zip file"))
    return Source(path)


def _choose(names: Sequence[str], what: str) -> str:
    """Choose MovieLens's file of ratings, else the only table.

    Raises:
        InputError: where there is none, or another folder holds one, too.

    """
    names = sorted(
        (name for name in names if not name.startswith("__MACOSX/")), key=lambda name: (name.count("/"), name)
    )
    tables = [name for name in names if _is_table(name)]
    ratings = [name for name in tables if _without_gz(name).rsplit("/", 1)[-1] in _MOVIELENS]
    if not ratings and len(tables) != 1:
        raise InputError(
            f"{what} without a ratings.csv, ratings.dat or u.data, and with {len(tables) or 'no'} other tables in it: "
            "give the file with the ratings."
        )
    elsewhere = [name for name in ratings if _folder(name) != _folder(ratings[0])]
    if elsewhere:
        raise InputError(
            f"{what} with ratings in several places ({ratings[0]} and {elsewhere[0]}): give the file that is meant."
        )
    return (ratings or tables)[0]


def _is_table(name: str) -> bool:
    return _without_gz(name).endswith(_TEXT_TABLES) or format_of(name) is not None


def _open_table(source: Source) -> TextTable:
    if _without_gz(source.file_name).endswith(_WITHOUT_HEADER):
        with source.open() as stream:
            first = stream.readline(1000).decode("latin-1").strip()
        separator = "::" if "::" in first else "\t" if "\t" in first else ","
        if first[:1].isdigit():
            n_columns = 3 if first.count(separator) == 2 else 4
            return TextTable(source, _COLUMNS[:n_columns], separator)
    return TextTable(source)


def _folder(name: str) -> str:
    return name.rpartition("/")[0]


def _without_gz(name: str) -> str:
    return name.lower().removesuffix(".gz")
