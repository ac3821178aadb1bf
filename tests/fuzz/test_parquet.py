"""Parquet files of every type, with harmed bytes: read as they are, or refused in a sentence; never read as another."""

import datetime
import decimal
import random
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from xlcf.ratings.ratings import Ratings
from xlcf.ratings.readers import read_ratings
from xlcf.ratings.store import open_store, write_store
from xlcf.ratings.writers import write_ratings

N = 6
DAY = datetime.datetime(2020, 1, 1)

COLUMNS: dict[str, pa.Array] = {
    **{
        str(kind): pa.array([1, 2, 3, 4, 5, 5], kind)
        for kind in (pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64())
    },
    "large uint64": pa.array([2**64 - 1] * N, pa.uint64()),
    "large int64": pa.array([2**62 + 1] * N, pa.int64()),
    "float32": pa.array([1, 2, 3, 4, 5, 5], pa.float32()),
    "float64": pa.array([1.5] * N),
    "float16": pa.array(np.ones(N, dtype=np.float16)),
    "not finite": pa.array([1, np.inf, -np.inf, np.nan, 1e300, 2]),
    "bool": pa.array([True, False] * 3),
    "null": pa.nulls(N),
    "some null": pa.array([1, None, 2, 3, 4, 5]),
    "string": pa.array(["a", "b", "", " ", "\0", "é"]),
    "large string": pa.array(["1", "2", "3", "4", "5", "6"], pa.large_string()),
    "string that is not in UTF-8": pa.Array.from_buffers(
        pa.string(), N, [None, pa.py_buffer(np.arange(N + 1, dtype=np.int32)), pa.py_buffer(b"\xff\xfe\x80\xc0ab")]
    ),
    "binary": pa.array([b"\xff", b"a", b"b", b"c", b"d", b"\xc0"]),
    "large binary": pa.array([b"\xff"] * N, pa.large_binary()),
    "fixed binary": pa.array([b"\xffa"] * N, pa.binary(2)),
    "decimal": pa.array([decimal.Decimal("1.5")] * N, pa.decimal128(5, 1)),
    "large decimal": pa.array([decimal.Decimal(10**60)] * N, pa.decimal256(70, 0)),
    "date": pa.array([DAY.date()] * N),
    "date64": pa.array([DAY.date()] * N, pa.date64()),
    "time": pa.array([datetime.time(1, 2)] * N),
    "duration": pa.array([datetime.timedelta(1)] * N),
    "timestamp": pa.array([DAY] * N, pa.timestamp("us")),
    "timestamp with a zone": pa.array([DAY] * N, pa.timestamp("ns", "Europe/Berlin")),
    "list": pa.array([[1], [], [2, 3], None, [4], [5]]),
    "fixed list": pa.array([[1, 2]] * N, pa.list_(pa.int64(), 2)),
    "struct": pa.array([{"a": 1, "b": "x"}] * N),
    "map": pa.array([[("k", 1)]] * N, pa.map_(pa.string(), pa.int64())),
    "dictionary": pa.array(["a", "b", "a", "b", "c", "c"]).dictionary_encode(),
    "dictionary of numbers": pa.array([1.0, 2, 1, 2, 3, 3]).dictionary_encode(),
    "empty": pa.array([[]] * N),
}


@pytest.mark.parametrize("kind", COLUMNS)
@pytest.mark.parametrize("place", ["user", "item", "rating", "timestamp", "title"])
def test_columns_of_every_type(tmp_path: Path, refused, place: str, kind: str) -> None:
    columns = {"user": pa.array(range(N)), "item": pa.array(range(N)), "rating": pa.array([3.0] * N)}
    parquet.write_table(pa.table(columns | {place: COLUMNS[kind]}), tmp_path / "r.parquet")
    read: list[Ratings] = []
    said = refused(lambda: read.append(read_ratings(tmp_path / "r.parquet")), seconds=3)
    if said is None:
        assert len(read[0]) + read[0].superseded == N
    else:
        assert place in said
        assert len(said) < 250


@pytest.mark.parametrize("names", [["user", "user", "rating"], ["user.id", "item", "rating"], ["user", "item", ""]])
def test_column_names(tmp_path: Path, refused, names: list[str]) -> None:
    parquet.write_table(pa.Table.from_arrays([pa.array(range(N))] * 3, names=names), tmp_path / "r.parquet")
    refused(lambda: read_ratings(tmp_path / "r.parquet"), seconds=3)


@pytest.fixture(scope="module")
def ratings() -> Ratings:
    rng = np.random.default_rng(0)
    pairs = rng.permutation(60 * 80)[:3000]
    return Ratings(
        users=(pairs // 80).astype(np.int32),
        items=(pairs % 80).astype(np.int32),
        values=rng.integers(1, 11, 3000).astype(np.float32) / 2,
        user_ids=list(range(60)),
        item_ids=[f"item {number}" for number in range(80)],
        timestamps=rng.integers(1_000_000_000, 1_600_000_000, 3000),
    )


def same(one: Ratings, other: Ratings) -> bool:
    return one.fingerprint() == other.fingerprint()


def flip(whole: bytes, rng: random.Random) -> bytes:
    harmed = bytearray(whole)
    harmed[rng.randrange(len(harmed))] ^= 1 << rng.randrange(8)
    return bytes(harmed)


def flipped_bits(path: Path, original: Ratings, refused, n: int, seed: int) -> None:
    whole, rng = path.read_bytes(), random.Random(seed)
    for _ in range(n):
        path.write_bytes(flip(whole, rng))
        read: list[Ratings] = []
        said = refused(lambda read=read: read.append(read_ratings(path)), seconds=5)
        # a flip in what tells names, statistics or versions changes nothing that counts
        assert said is not None or same(read[0], original)
    path.write_bytes(whole)


def test_a_flipped_bit_is_noticed(tmp_path: Path, ratings: Ratings, refused) -> None:
    write_ratings(tmp_path / "r.parquet", ratings)
    flipped_bits(tmp_path / "r.parquet", read_ratings(tmp_path / "r.parquet"), refused, 150, 1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_many_flipped_bits_are_noticed(tmp_path: Path, ratings: Ratings, refused, seed: int) -> None:
    write_ratings(tmp_path / "r.parquet", ratings)
    flipped_bits(tmp_path / "r.parquet", read_ratings(tmp_path / "r.parquet"), refused, 1000, 100 + seed)


def test_files_without_checksums_are_read(tmp_path: Path, ratings: Ratings) -> None:
    write_ratings(tmp_path / "r.parquet", ratings)
    parquet.write_table(parquet.read_table(tmp_path / "r.parquet"), tmp_path / "plain.parquet")
    assert same(read_ratings(tmp_path / "plain.parquet"), read_ratings(tmp_path / "r.parquet"))


STORE = ["users.npy", "items.npy", "values.npy", "timestamps.npy", "users.parquet", "items.parquet"]


@pytest.mark.parametrize("name", STORE)
def test_a_flipped_bit_in_a_store_is_noticed(tmp_path: Path, ratings: Ratings, refused, name: str) -> None:
    write_store(ratings, tmp_path / "s")
    before = open_store(tmp_path / "s")
    assert before.timestamps is not None
    original, times = before.fingerprint(), before.timestamps.tolist()
    path, rng = tmp_path / "s" / name, random.Random(name)
    whole = path.read_bytes()
    for _ in range(20):
        path.write_bytes(flip(whole, rng))
        read: list[Ratings] = []
        said = refused(lambda read=read: read.append(read_ratings(tmp_path / "s")), seconds=3)
        if said is None:
            assert read[0].timestamps is not None
            assert (read[0].fingerprint(), read[0].timestamps.tolist()) == (original, times)
        path.write_bytes(whole)


@pytest.mark.parametrize("seed", range(3))
def test_cut_and_shuffled_files(tmp_path: Path, ratings: Ratings, refused, seed: int) -> None:
    write_ratings(tmp_path / "r.parquet", ratings)
    whole, rng = (tmp_path / "r.parquet").read_bytes(), random.Random(seed)
    for _ in range(30):
        start, end = sorted(rng.sample(range(len(whole)), 2))
        harmed = rng.choice(
            [whole[:start], whole[start:], whole[:start] + whole[end:], whole[:end] + whole[start:],
             whole[:start] + rng.randbytes(end - start) + whole[end:]]
        )  # fmt: skip
        (tmp_path / "r.parquet").write_bytes(harmed)
        refused(lambda: read_ratings(tmp_path / "r.parquet"), seconds=5)
