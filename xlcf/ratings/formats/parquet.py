"""Reading ratings from a Parquet file in a stream."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from xlcf.arrays import Floats, Integers
from xlcf.errors import InputError
from xlcf.files.formats import Format
from xlcf.files.input_files import check_input
from xlcf.ratings.batches import MOST_RATING, Batch, TextColumn
from xlcf.ratings.columns import RatingColumns, find_rating_columns
from xlcf.ratings.formats import ratings_format
from xlcf.ratings.ratings_file import RatingsFile
from xlcf.ratings.read_options import ReadOptions
from xlcf.ratings.source import Source
from xlcf.ratings.times import seconds_of, text_column, times_of_arrow

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

_ROWS = 1 << 16
_MOST_ROWS_A_BYTE = 64
_LARGEST_EXACT = 2.0**53  # up to which a float holds every whole number


@ratings_format(".parquet", content=Format.PARQUET)
def find_parquet_ratings(source: Source, options: ReadOptions) -> RatingsFile:
    """Open a Parquet file and recognise its columns by their names, as those of a text table.

    Pages that have a checksum are verified while they are read.

    Raises:
        InputError: where the file is missing or damaged, or a column is missing or cannot be told.

    """
    import pyarrow as pa

    if source.member is not None or source.is_gzipped():
        raise InputError(f"{source.name}: unzip the Parquet file first, and give it.")
    with _open(source) as file:
        try:
            header = file.schema_arrow.names
        except (pa.ArrowException, UnicodeDecodeError):
            raise _damaged(source) from None
        n_rows = file.metadata.num_rows
    if len(set(header)) < len(header):
        raise InputError(f"{source.name} names a column twice ({', '.join(header)}): rename one of them.")
    columns = find_rating_columns(header, source.name, options)
    # how many rows there are is only told: room for them is taken where the file is large enough
    n_batches = min(max(n_rows, 0), _MOST_ROWS_A_BYTE * source.path.stat().st_size) / _ROWS
    return RatingsFile(
        source.name, source, columns, lambda: _batches(source, columns), n_batches, missing=options.missing, unit="row"
    )


def _open(source: Source) -> ParquetFile:
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    check_input(source.path)
    try:
        return ParquetFile(source.path, page_checksum_verification=True)
    except (pa.ArrowException, OSError, UnicodeDecodeError):
        raise _damaged(source) from None


def _batches(source: Source, columns: RatingColumns) -> Iterator[Batch]:
    first_row = 1
    for rows in _record_batches(source, columns):
        numbers = np.arange(first_row, first_row + len(rows))
        lacking = _lacking(rows, columns)
        kept = rows.filter(~lacking) if lacking.any() else rows
        batch = _RowsOfParquet(kept, source.name, numbers[~lacking]).batch(columns)
        yield replace(batch, n_missing=int(lacking.sum()), missing=numbers[lacking].tolist())
        first_row += len(rows)


def _lacking(rows: pa.RecordBatch, columns: RatingColumns) -> NDArray[np.bool_]:
    """Tell which rows have no user, no item or no rating: null, NaN or an empty text; shape (rows,)."""
    import pyarrow as pa
    import pyarrow.compute as pc

    lacking = np.zeros(len(rows), dtype=bool)
    for name in columns.needed():
        column = rows[name]
        if pa.types.is_dictionary(column.type):
            column = column.dictionary_decode()
        lacking |= np.asarray(column.is_null(nan_is_null=True))
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            lacking |= np.asarray(pc.equal(pc.binary_length(column), 0).fill_null(True))
    return lacking


def _record_batches(source: Source, columns: RatingColumns) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    with _open(source) as file:
        try:
            for rows in file.iter_batches(_ROWS, columns=columns.used()):
                missing = [name for name in columns.used() if name not in rows.schema.names]
                if missing:
                    raise InputError(
                        f"{source.name}: the column {missing[0]} cannot be read by this name; rename it without dots."
                    )
                yield rows
        except InputError:
            raise
        except (pa.ArrowException, OSError, UnicodeDecodeError):
            raise _damaged(source) from None


def _damaged(source: Source) -> InputError:
    return InputError(f"{source.name} is damaged, or not a whole Parquet file; download or write it again.")


class _RowsOfParquet:
    def __init__(self, rows: pa.RecordBatch, name: str, numbers: Integers) -> None:
        self._rows = rows
        self._name = name
        self._row_numbers = numbers

    def batch(self, columns: RatingColumns) -> Batch:
        times = None if columns.timestamp is None else self._times(columns.timestamp)
        return Batch(
            users=self._ids(columns.user),
            items=self._ids(columns.item),
            values=self._numbers(columns.rating),
            timestamps=times,
            titles=None if columns.title is None else self._texts(columns.title),
            why_no_times=None if columns.timestamp is None or times is not None else self._no_times(columns.timestamp),
        )

    def _ids(self, name: str) -> Integers | TextColumn:
        import pyarrow as pa

        column = self._rows[name]
        self._refuse(name, column.is_null(), "is blank; fill it in, or delete the row")
        if pa.types.is_integer(column.type) and column.type != pa.uint64():
            return np.asarray(column.cast(pa.int64()))
        if pa.types.is_floating(column.type):
            numbers = np.asarray(column).astype(np.float64)
            whole = (numbers == np.floor(numbers)) & (np.abs(numbers) <= _LARGEST_EXACT)
            self._refuse(name, ~whole, "is no id; write ids as whole numbers or as texts")
            return numbers.astype(np.int64)
        texts = self._texts(name)
        self._refuse(name, np.array([not text for text in texts.texts])[texts.places], "is blank; fill it in")
        return texts

    def _texts(self, name: str) -> TextColumn:
        import pyarrow as pa

        column = self._rows[name]
        try:
            return text_column(column)
        except (pa.ArrowException, UnicodeDecodeError):
            is_text = pa.types.is_binary(column.type) or pa.types.is_string(column.type)
            what = "holds texts that are not in UTF-8" if is_text else f"has the type {str(column.type)[:40]}"
            raise InputError(f"{self._name}: the column {name} {what}; write it as numbers or as texts.") from None

    def _times(self, name: str) -> Integers | None:
        import pyarrow as pa

        try:
            return times_of_arrow(self._rows[name])
        except (pa.ArrowException, UnicodeDecodeError):
            return None

    def _numbers(self, name: str) -> Floats:
        import pyarrow as pa

        try:
            column = self._rows[name].cast(pa.float64())
        except pa.ArrowException:
            raise InputError(
                f"{self._name}: the column {name} has the type {str(self._rows[name].type)[:40]}; write ratings as "
                "numbers."
            ) from None
        numbers = np.asarray(column.fill_null(np.nan))
        self._refuse(name, ~np.isfinite(numbers), "is blank or no number; write a number there, or delete the row")
        self._refuse(name, np.abs(numbers) > MOST_RATING, f"is beyond {MOST_RATING:.1e}; write a smaller number there")
        return numbers

    def _no_times(self, name: str) -> str:
        """Say why a column holds no times."""
        column = self._rows[name]
        if column.null_count:
            blank = int(np.flatnonzero(np.asarray(column.is_null()))[0])
            return f"the {name} in row {self._row_numbers[blank]:,} of {self._name} is blank"
        try:
            texts = self._texts(name)
        except InputError as error:
            return str(error)
        for row, text in enumerate(map(texts.at, range(len(texts)))):
            if seconds_of(text) is None:
                return f"the {name} in row {self._row_numbers[row]:,} of {self._name} is {text[:40]!r}, no time"
        return f"the column {name} of {self._name} has the type {str(column.type)[:40]}, no times"

    def _refuse(self, name: str, is_wrong: Any, what: str) -> None:
        wrong = np.flatnonzero(np.asarray(is_wrong))
        if len(wrong):
            raise InputError(f"{self._name}: the {name} in row {self._row_numbers[wrong[0]]:,} {what}.")
