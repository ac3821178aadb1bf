"""Writing the files of a store of ratings, in a stream."""

from __future__ import annotations

import json
from collections.abc import Iterator
from math import inf
from pathlib import Path
from typing import Any

import numpy as np

from xlcf.errors import InputError
from xlcf.ratings.batches import Batch
from xlcf.ratings.codebook import Codebook
from xlcf.ratings.external_shuffle import ROW, ExternalShuffle, Rows
from xlcf.ratings.fingerprint import fingerprint
from xlcf.ratings.ratings_file import RatingsFile
from xlcf.ratings.store_layout import FORMAT, META, VERSION, ColumnFile, write_ids
from xlcf.ratings.titles import TitleColumn, find_titles


class StoreWriter:
    """Writes the ratings of a file to the files of a store, in a stream; see `xlcf.ratings.store.write_store`.

    Args:
        file: what to read.
        folder: an empty folder to write to.
        seed: the seed of the rows' order.
        memory: bytes for ratings in hand.

    """

    def __init__(self, file: RatingsFile, folder: Path, seed: int, memory: int) -> None:
        self._file = file
        self._folder = folder
        self._seed = seed
        self._memory = memory
        self._users, self._items = Codebook(), Codebook()
        self._titles: TitleColumn | None = None
        self._timestamps = True
        self._why_no_times: str | None = None
        self._n_read = 0

    def write(self, titles: Path | None) -> None:
        """Read the file once, and write all; `titles` is a table of titles to be taken first.

        Raises:
            InputError: where the file cannot be read, or holds no ratings.

        """
        buckets = self._folder / "buckets"
        buckets.mkdir()
        shuffle: ExternalShuffle | None = None
        missing = self._file.missing_rows()
        for batch in missing.complete(self._file.batches()):
            if shuffle is None:
                shuffle = ExternalShuffle(buckets, int(len(batch) * self._file.n_batches), self._seed, self._memory)
            shuffle.add(self._rows(batch))
        if shuffle is None:
            raise InputError(f"{self._file.name} holds no ratings below its header line.")
        self._users.close()
        self._items.close()
        facts = self._write_columns(shuffle.shuffled())
        buckets.rmdir()
        write_ids(self._folder / "users.parquet", self._users.ids)
        notes = [*self._file.notes(), *missing.notes()]
        item_titles = find_titles(self._file.source, self._items, self._titles, titles, notes)
        write_ids(self._folder / "items.parquet", self._items.ids, item_titles)
        self._write_meta({**facts, "notes": notes})

    def _rows(self, batch: Batch) -> Rows:
        self._n_read += len(batch)
        rows = np.empty(len(batch), dtype=ROW)
        rows["user"] = self._users.keys(batch.users)
        rows["item"] = self._items.keys(batch.items)
        rows["value"] = batch.values
        self._timestamps &= batch.timestamps is not None
        self._why_no_times = self._why_no_times or batch.why_no_times
        rows["time"] = 0 if batch.timestamps is None else batch.timestamps
        if batch.titles is not None:
            self._titles = self._titles or TitleColumn()
            self._titles.note(rows["item"], batch.titles)
        return rows

    def _write_columns(self, parts: Iterator[Rows]) -> dict[str, Any]:
        """Write the columns, and give the facts about them that go into meta.json."""
        total, low, high = 0.0, inf, -inf
        with (
            ColumnFile(self._folder / "users.npy", np.int32) as users,
            ColumnFile(self._folder / "items.npy", np.int32) as items,
            ColumnFile(self._folder / "values.npy", np.float32) as values,
            ColumnFile(self._folder / "timestamps.npy", np.int64) as times,
        ):
            for rows in parts:
                users.append(self._users.codes(rows["user"]))
                items.append(self._items.codes(rows["item"]))
                values.append(rows["value"])
                total += float(rows["value"].sum(dtype=np.float64))
                low, high = min(low, float(rows["value"].min())), max(high, float(rows["value"].max()))
                if self._timestamps:
                    times.append(rows["time"])
        if not self._timestamps:
            (self._folder / "timestamps.npy").unlink()
        return {
            "ratings": len(values),
            "mean": total / len(values),
            "rating_range": [low, high],
            "timestamps_sha256": times.digest.digest().hex() if self._timestamps else None,
            "fingerprint": fingerprint(users.digest, items.digest, values.digest, self._users.ids, self._items.ids),
        }

    def _write_meta(self, facts: dict[str, Any]) -> None:
        columns = self._file.columns
        meta = {
            "format": FORMAT,
            "version": VERSION,
            **facts,
            "users": len(self._users.ids),
            "items": len(self._items.ids),
            "timestamps": self._timestamps,
            "why_no_times": self._why_no_times,
            "superseded": self._file.superseded + self._n_read - facts["ratings"],
            "user_name": columns.user.strip(),
            "item_name": columns.item.strip(),
            "source": self._file.name,
            "seed": self._seed,
        }
        (self._folder / META).write_text(json.dumps(meta, indent=2, ensure_ascii=False), encoding="utf-8")
