"""Finding the ratings that a path stands for, by what the files hold, and what their columns are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from xlcf.errors import InputError
from xlcf.files.formats import Format, format_of
from xlcf.files.input_files import explained
from xlcf.ratings.columns import find_rating_columns
from xlcf.ratings.formats import format_of_name, reader_of
from xlcf.ratings.line_blocks import BLOCK
from xlcf.ratings.ratings_file import RatingsFile
from xlcf.ratings.read_options import DEFAULT, ReadOptions
from xlcf.ratings.source import Source, open_zip
from xlcf.ratings.table_batches import table_batches
from xlcf.ratings.tables import TextTable, separator_without_header

_MOVIELENS = ("ratings.csv", "ratings.dat", "u.data")
_TEXT_TABLES = (".csv", ".tsv", ".txt", ".dat", ".data")
_WITHOUT_HEADER = (".dat", ".data")
_COLUMNS = ("userId", "movieId", "rating", "timestamp")  # of MovieLens's files without a header line


def find_ratings(path: Path, options: ReadOptions = DEFAULT) -> RatingsFile:
    """Find the ratings in a file, in a zip file or in a folder, and recognise their columns.

    Raises:
        InputError: where there are none, or a column is missing or cannot be told.

    """
    source = _find_source(path)
    if (find := reader_of(source)) is not None:
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


def _find_source(path: Path) -> Source:
    with explained(path):
        is_folder = path.is_dir()
    if is_folder:
        names = [str(file.relative_to(path).as_posix()) for depth in ("*", "*/*") for file in path.glob(depth)]
        return Source(path / _choose(names, f"{path} is a folder"))
    content = format_of(path)
    if content is Format.ZIP or (content is Format.TEXT and path.suffix.lower() == ".zip"):
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
    return _without_gz(name).endswith(_TEXT_TABLES) or format_of_name(name) is not None


def _open_table(source: Source) -> TextTable:
    separator = separator_without_header(source)
    if separator == "::":
        return _without_header(source, separator)
    if _without_gz(source.file_name).endswith(_WITHOUT_HEADER):  # numbers alone do not tell whether a header is missing
        with source.open() as stream:
            first = stream.readline(1000).decode("latin-1").strip()
        if first[:1].isdigit():
            return _without_header(source, "\t" if "\t" in first else ",")
    return TextTable(source)


def _without_header(source: Source, separator: str) -> TextTable:
    with source.open() as stream:
        first = stream.readline(1000).decode("latin-1")
    return TextTable(source, _COLUMNS[: 3 if first.count(separator) == 2 else 4], separator)


def _folder(name: str) -> str:
    return name.rpartition("/")[0]


def _without_gz(name: str) -> str:
    return name.lower().removesuffix(".gz")
