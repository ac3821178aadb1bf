"""The files of a store of ratings.

A store is a folder:

    users.npy, items.npy           int32, the codes
    values.npy                     float32, the ratings
    timestamps.npy                 int64, seconds since 1970; only where the source has them
    users.parquet, items.parquet   one row a code: id, and title where items have titles
    meta.json                      format, version, counts, mean and range, names, source, seed, fingerprint
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlcf.files.input_files import check_input
from xlcf.ratings.fingerprint import ColumnDigest
from xlcf.ratings.vocabulary import Vocabulary

FORMAT, VERSION = "xlcf ratings", 1
META = "meta.json"


class ColumnFile:
    """A .npy file that grows; at the end its header says how long it became.

    Attributes:
        digest: of what was appended.

    """

    def __init__(self, path: Path, dtype: type[Any]) -> None:
        self._dtype = np.dtype(dtype).newbyteorder("<")
        self.digest = ColumnDigest(self._dtype.str)
        self._length = 0
        self._stream = path.open("wb")
        self._write_header()

    def __len__(self) -> int:
        return self._length

    def append(self, part: NDArray[Any]) -> None:
        """Append numbers, shape (numbers,)."""
        part = part.astype(self._dtype)
        self.digest.add(part)
        part.tofile(self._stream)
        self._length += len(part)

    def __enter__(self) -> ColumnFile:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self._stream:
            self._stream.seek(0)
            self._write_header()

    def _write_header(self) -> None:
        # NumPy leaves room in the header for a longer length
        header = {"descr": self._dtype.str, "fortran_order": False, "shape": (self._length,)}
        np.lib.format.write_array_header_1_0(self._stream, header)


def check_store_file(path: Path) -> None:
    """Refuse a file of a store that is missing, or is no ordinary file."""
    check_input(path, if_missing=f"the store {path.parent} is damaged: write it again from its source")


def write_ids(path: Path, ids: Vocabulary, titles: Sequence[str] | None = None) -> None:
    """Write the ids of users or items, by code, and the titles of items, as Parquet."""
    import pyarrow as pa
    from pyarrow import parquet

    columns = {"id": ids.to_arrow()}
    if titles is not None:
        columns["title"] = pa.array(titles, pa.string())
    parquet.write_table(pa.table(columns), path, write_page_checksum=True)


def read_ids(path: Path) -> tuple[Vocabulary, Sequence[str] | None]:
    """Read what `write_ids` wrote."""
    import pyarrow as pa
    from pyarrow import parquet

    check_store_file(path)
    table = parquet.read_table(path, page_checksum_verification=True)
    ids = table["id"]
    titles = table["title"].to_pylist() if "title" in table.column_names else None
    return Vocabulary(ids.to_numpy() if pa.types.is_integer(ids.type) else ids.to_pylist()), titles
