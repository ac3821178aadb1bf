"""Shuffling more rows than memory holds, and dropping repeated pairs on the way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from xlcf.ratings.repeated import last_of_each_pair

ROW = np.dtype([("user", "<i8"), ("item", "<i8"), ("value", "<f4"), ("time", "<i8")])
"""A row on disk: the keys of user and item (see `xlcf.ratings.codebook.Codebook`), the rating, the time or 0."""

_BYTES = np.dtype(f"V{ROW.itemsize}")  # as which NumPy copies rows in one piece, not field by field

Rows = NDArray[np.void]
Words = NDArray[np.uint64]

_MOST_BUCKETS = 256
_MEMORY_A_ROW = 120  # bytes: the row itself, its codes, and what sorting and shuffling need


class ExternalShuffle:
    """Rows in random order, each pair of user and item once, by random buckets on disk.

    Rows are dealt to buckets by a seeded hash of their pair, so that repeated pairs meet in one bucket; a bucket that
    fits into memory is shuffled there, a larger one is dealt again. As the hash looks random, so does the order
    (P. Sanders, "Random permutations on distributed, external and hierarchical memory", IPL 67, 1998).

    Args:
        folder: an empty folder for the buckets; it takes 28 bytes a row.
        expected: about how many rows there will be; 0 where that is not known.
        seed: the seed of the order.
        memory: how many bytes of memory the rows in hand may take.

    """

    def __init__(self, folder: Path, expected: int, seed: int, memory: int) -> None:
        self._folder = folder
        self._seed = seed
        self._memory = memory
        self._most_rows = max(2, memory // _MEMORY_A_ROW)
        self._n_buckets = min(_MOST_BUCKETS, 1 + 2 * expected // self._most_rows)
        self._sizes = np.zeros(self._n_buckets, dtype=np.int64)
        self._waiting: list[Rows] = []
        self._n_waiting = 0

    def add(self, rows: Rows) -> None:
        """Add rows, dtype `ROW`, shape (rows,); of repeated pairs the one added last counts."""
        self._waiting.append(rows)
        self._n_waiting += len(rows)
        if self._n_waiting >= self._most_rows:
            self._deal()

    def shuffled(self) -> Iterator[Rows]:
        """Go through all rows, once, bucket by bucket; nothing is left in the folder."""
        self._deal()
        rng = np.random.default_rng(self._seed)
        for number in np.flatnonzero(self._sizes).tolist():
            if self._sizes[number] <= self._most_rows:
                rows = _last_of_each_pair(np.fromfile(self._path(number), dtype=ROW))
                self._path(number).unlink()
                yield _taken(rows, rng.permutation(len(rows)))
            else:
                yield from self._deal_again(number)

    def _deal_again(self, number: int) -> Iterator[Rows]:
        folder = self._folder / f"again{number}"
        folder.mkdir()
        inner = ExternalShuffle(folder, int(self._sizes[number]), self._seed + 1, self._memory)
        with self._path(number).open("rb") as stream:
            while len(rows := np.fromfile(stream, dtype=ROW, count=self._most_rows)):
                inner.add(_last_of_each_pair(rows))
        self._path(number).unlink()
        yield from inner.shuffled()
        folder.rmdir()

    def _deal(self) -> None:
        """Write the rows that wait in memory to their buckets."""
        if not self._waiting:
            return
        rows = np.concatenate([part.view(_BYTES) for part in self._waiting]).view(ROW)
        self._waiting, self._n_waiting = [], 0
        bucket = (_hash(rows, self._seed) % np.uint64(self._n_buckets)).astype(np.uint8)  # which NumPy sorts fastest
        counts = np.bincount(bucket, minlength=self._n_buckets)
        parts = np.split(np.argsort(bucket, kind="stable"), np.cumsum(counts)[:-1])
        for number in np.flatnonzero(counts).tolist():
            with self._path(number).open("ab") as stream:
                _taken(rows, parts[number]).tofile(stream)
        self._sizes += counts

    def _path(self, number: int) -> Path:
        return self._folder / f"bucket{number}"


def _last_of_each_pair(rows: Rows) -> Rows:
    hashes = np.sort(_hash(rows, 0))
    if (hashes[1:] != hashes[:-1]).all():
        return rows  # the usual case, told by the fastest sort there is
    return _taken(rows, last_of_each_pair(rows["user"], rows["item"]))


def _taken(rows: Rows, order: NDArray[np.int64]) -> Rows:
    return rows.view(_BYTES)[order].view(ROW)


def _hash(rows: Rows, seed: int) -> Words:
    """Mix user and item of each row into a word, shape (rows,), as SplitMix64 does (Steele et al., OOPSLA 2014)."""
    word = _mixed(rows["user"].astype(np.uint64) + np.uint64(seed % (1 << 64)))
    return _mixed(word + rows["item"].astype(np.uint64))


def _mixed(word: Words) -> Words:
    word = word + np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        word = (word ^ (word >> np.uint64(shift))) * np.uint64(factor)
    return word ^ (word >> np.uint64(31))
