"""Writing ratings as a table: CSV or Parquet, by the name of the file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from xlcf.errors import InputError
from xlcf.files.replacing import replacing
from xlcf.ratings.ratings import Ratings, Values
from xlcf.ratings.row_blocks import row_blocks

if TYPE_CHECKING:
    import pyarrow as pa

ENDINGS = (".csv", ".csv.gz", ".parquet")
"""The ends of names that say which kind of table to write."""


def write_ratings(path: str | Path, ratings: Ratings) -> None:
    """Write ratings with a line each, columns named as in their source: user id, item id, rating, timestamp.

    Args:
        path: a .csv, .csv.gz or .parquet; the file is there whole or not at all.
        ratings: what to write; a user's and an item's id goes out, never its code.

    Raises:
        InputError: where the name ends otherwise, or the file cannot be written.

    """
    path = Path(path)
    name = path.name.lower()
    if not name.endswith(ENDINGS):
        raise InputError(f"{path.name} ends in none of {', '.join(ENDINGS)}: choose one of these.")
    with replacing(path) as beside:
        tables = _tables(ratings)
        if name.endswith(".parquet"):
            _write_parquet(beside, tables)
        else:
            plain = ratings.user_ids.is_array and ratings.item_ids.is_array
            _write_csv(beside, tables, quoted=not plain, compressed=name.endswith(".gz"))


def _write_parquet(path: Path, tables: Iterator[pa.Table]) -> None:
    from pyarrow.parquet import ParquetWriter

    first = next(tables)
    with ParquetWriter(path, first.schema, write_page_checksum=True) as writer:
        writer.write_table(first)
        for table in tables:
            writer.write_table(table)


def _write_csv(path: Path, tables: Iterator[pa.Table], *, quoted: bool, compressed: bool) -> None:
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    options = arrow_csv.WriteOptions(include_header=False, quoting_style="needed" if quoted else "none")
    with pa.output_stream(path, compression="gzip" if compressed else None) as stream:
        for number, table in enumerate(tables):
            if number == 0:
                stream.write(_header_line(table.column_names))
            # as numbers Arrow would write 4 for 4.0, and all digits of a single-precision 3.7
            texts = _texts(table["rating"].to_numpy())
            arrow_csv.write_csv(table.set_column(table.column_names.index("rating"), "rating", texts), stream, options)


def _header_line(names: list[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(names)
    return line.getvalue().encode()


def _texts(values: Values) -> pa.Array:
    import pyarrow as pa

    different, places = np.unique(values, return_inverse=True)
    return pa.array([str(value) for value in different]).take(pa.array(places))


def _tables(ratings: Ratings) -> Iterator[pa.Table]:
    import pyarrow as pa

    user_ids, item_ids = ratings.user_ids.to_arrow(), ratings.item_ids.to_arrow()
    for block in row_blocks(max(len(ratings), 1)):
        columns = {
            ratings.user_name: user_ids.take(pa.array(ratings.users[block])),
            ratings.item_name: item_ids.take(pa.array(ratings.items[block])),
            "rating": pa.array(ratings.values[block]),
        }
        if ratings.timestamps is not None:
            columns["timestamp"] = pa.array(ratings.timestamps[block])
        yield pa.table(columns)
