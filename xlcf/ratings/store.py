"""A store of ratings on disk: written in a stream, in random order, and opened memory-mapped.

`xlcf.ratings.store_layout` says which files it is made of.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlcf.errors import InputError
from xlcf.files.input_files import explained, open_input
from xlcf.files.replacing import hidden_beside
from xlcf.ratings.finding import find_ratings
from xlcf.ratings.fingerprint import ColumnDigest
from xlcf.ratings.ratings import Ratings
from xlcf.ratings.ratings_file import in_memory
from xlcf.ratings.read_options import DEFAULT, ReadOptions
from xlcf.ratings.row_blocks import row_blocks
from xlcf.ratings.store_layout import FORMAT, META, VERSION, check_store_file, read_ids
from xlcf.ratings.store_options import StoreOptions
from xlcf.ratings.store_writer import StoreWriter

_LARGEST_META = 1 << 26  # bytes


def is_store(path: Path) -> bool:
    """Tell whether there is a store at `path`, sound or not."""
    with explained(path):
        return (path / META).exists()


def open_store(folder: str | Path, *, timestamps: bool = True, verify: bool = False) -> Ratings:
    """Open a store, without reading its columns into memory: they are memory-mapped, and not to be written to.

    Whether the files are whole is checked; each number in them only where `verify` says so, as `read_ratings` does.

    Args:
        folder: the store.
        timestamps: whether to give times, where there are any.
        verify: whether to read the columns through, and compare them with the digests that were written with them.

    Raises:
        InputError: where there is no store, it is damaged, or a newer xlcf wrote it.

    """
    folder = Path(folder)
    if not is_store(folder):
        raise InputError(f"There is no store of ratings at {folder}; write one with `xlcf data store`.")
    try:
        meta = _read_meta(folder)
        if meta["format"] == FORMAT and meta["version"] > VERSION:
            raise InputError(f"A newer xlcf wrote the store {folder}; update xlcf, or write the store again.")
        ratings = _map_columns(folder, meta, timestamps=timestamps)
        if meta["format"] != FORMAT or len(ratings) != meta["ratings"]:
            raise ValueError
        if verify and not _is_as_written(ratings, meta):
            raise ValueError
        # so that asking for them does not read all ratings
        vars(ratings).update(mean=meta["mean"], rating_range=tuple(meta["rating_range"]))
    except InputError:
        raise
    except (OSError, EOFError, ValueError, KeyError, TypeError, NotImplementedError, MemoryError):
        raise InputError(f"The store {folder} is damaged; write it again from its source.") from None
    return ratings


def check_no_columns(folder: Path, options: ReadOptions) -> None:
    """Refuse names of columns for a store, which knows its own.

    Raises:
        InputError: where there are some.

    """
    if options.columns():
        raise InputError(f"{folder} is a store of ratings, which knows its columns: leave out their names.")


def check_store(folder: str | Path) -> None:
    """Read a store's columns through, and compare them with the fingerprint that was written with them.

    Raises:
        InputError: where there is no store, it is damaged, or its numbers are no longer those that were written.

    """
    open_store(folder, verify=True)


def write_store(
    source: str | Path | Ratings,
    folder: str | Path,
    *,
    titles: str | Path | None = None,
    seed: int = StoreOptions.seed,
    memory: int = StoreOptions.memory << 20,
    options: ReadOptions = DEFAULT,
) -> Ratings:
    """Write ratings to a store, in a stream, and open it.

    The source is any file that `xlcf.ratings.readers.read_ratings` reads, of any size: it is read once. Rows come in a
    seeded random order, so that training may take the store from front to back. Where a user rated an item several
    times, the last line counts; two spellings of one id (12 and 12.0) are one id, but their pairs are not compared.

    Memory is bounded by `memory` for ratings, about 50 MB for blocks of text in hand on eight cores, and the ids (see
    `xlcf.ratings.codebook.Codebook`; 4 MB for ml-25m) with the items' titles; ratings are never held whole. On disk it
    takes 28 bytes a rating for the time of writing, beside the 12 bytes (20 with times) that stay.

    The folder is written under another name and renamed at the end: it is there whole or not at all. A store that was
    there is replaced.

    Args:
        source: the file or folder to read, another store, or ratings.
        folder: the store to write, by custom `NAME.xlcf-ratings`.
        titles: a table of item ids and titles, as for `read_ratings`.
        seed: the seed of the order.
        memory: bytes for ratings in hand.
        options: which column is what, and what becomes of rows that lack something.

    Raises:
        InputError: where the source cannot be read, or the folder cannot be written, or is something else than a store.

    """
    folder = Path(folder)
    if not isinstance(source, Ratings) and is_store(Path(source)):
        check_no_columns(Path(source), options)
        source = open_store(source, verify=True)
    file = in_memory(source) if isinstance(source, Ratings) else find_ratings(Path(source), options)
    with _replacing_folder(folder) as beside:
        StoreWriter(file, beside, seed, memory).write(None if titles is None else Path(titles))
    return open_store(folder)


def _read_meta(folder: Path) -> dict[str, Any]:
    with open_input(folder / META, most_bytes=_LARGEST_META) as stream:
        meta: dict[str, Any] = json.load(stream)
    return meta


def _map_columns(folder: Path, meta: dict[str, Any], *, timestamps: bool) -> Ratings:
    user_ids, _ = read_ids(folder / "users.parquet")
    item_ids, item_titles = read_ids(folder / "items.parquet")
    columns: dict[str, Any] = {
        name: _mapped(folder / f"{name}.npy")
        for name in ("users", "items", "values", *(("timestamps",) if timestamps and meta["timestamps"] else ()))
    }
    try:
        return Ratings(
            **columns,
            user_ids=user_ids,
            item_ids=item_ids,
            item_titles=item_titles,
            user_name=meta["user_name"],
            item_name=meta["item_name"],
            superseded=meta.get("superseded", 0),
            why_no_times=meta.get("why_no_times"),
            notes=meta.get("notes", ()),
            checked=True,
        )
    except InputError as error:
        raise ValueError(str(error)) from None


def _is_as_written(ratings: Ratings, meta: dict[str, Any]) -> bool:
    if ratings.fingerprint() != meta["fingerprint"]:
        return False
    written = meta.get("timestamps_sha256")  # older stores have none
    if written is None or ratings.timestamps is None:
        return True
    digest = ColumnDigest("<i8")
    for block in row_blocks(len(ratings)):
        digest.add(ratings.timestamps[block])
    return bool(digest.digest().hex() == written)


def _mapped(path: Path) -> NDArray[Any]:
    check_store_file(path)
    column: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    return column


@contextmanager
def _replacing_folder(folder: Path) -> Iterator[Path]:
    """Give an empty folder beside `folder` to write to; at the end it takes the place of `folder`."""
    if folder.exists() and not is_store(folder):
        raise InputError(f"{folder} is there already, and is no store of ratings; choose another name.")
    beside, old = hidden_beside(folder), hidden_beside(folder)
    try:
        beside.mkdir()
        yield beside
        if folder.exists():
            folder.rename(old)
        beside.rename(folder)
    except OSError as error:
        raise InputError(f"{folder} cannot be written ({error.strerror}); choose another folder or disk.") from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
