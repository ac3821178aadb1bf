import csv
import gzip
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from xlcf.errors import InputError
from xlcf.ratings.ratings import Ratings
from xlcf.ratings.readers import read_ratings
from xlcf.ratings.synthetic import synthetic_ratings
from xlcf.ratings.writers import write_ratings


def text_ids() -> Ratings:
    return Ratings(
        users=np.array([0, 1, 1]),
        items=np.array([0, 0, 1]),
        values=np.array([3.7, 4, 0.5], np.float32),
        user_ids=['a,"b"', "c"],
        item_ids=["=1+1", "é"],
        user_name="who, then",
        item_name="item",
    )


@pytest.mark.parametrize("name", ["r.csv", "r.csv.gz", "r.parquet"])
def test_what_is_written_is_read(tmp_path: Path, name: str) -> None:
    ratings = synthetic_ratings("ml-100k", scale=0.02, timestamps=True)
    write_ratings(tmp_path / name, ratings)
    read = read_ratings(tmp_path / name)
    assert read.fingerprint() == ratings.fingerprint()
    np.testing.assert_array_equal(read.timestamps, ratings.timestamps)


def test_csv_is_that_of_movielens(tmp_path: Path) -> None:
    write_ratings(tmp_path / "r.csv", synthetic_ratings(n_users=2, n_items=1, n_ratings=2, seed=1))
    lines = (tmp_path / "r.csv").read_text().splitlines()
    assert lines[0] == "userId,movieId,rating"
    assert [line.split(",")[:2] for line in lines[1:]] == [["1", "1"], ["2", "1"]]
    assert all("." in line for line in lines[1:])


def test_texts_and_numbers_in_single_precision(tmp_path: Path) -> None:
    write_ratings(tmp_path / "r.csv.gz", text_ids())
    with gzip.open(tmp_path / "r.csv.gz", "rt", encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    assert rows == [["who, then", "item", "rating"], ['a,"b"', "=1+1", "3.7"], ["c", "=1+1", "4.0"], ["c", "é", "0.5"]]
    write_ratings(tmp_path / "r.parquet", text_ids())
    table = pq.read_table(tmp_path / "r.parquet").to_pydict()
    assert table["who, then"] == ['a,"b"', "c", "c"]


def test_no_ratings(tmp_path: Path) -> None:
    for name in ("r.csv", "r.parquet"):
        write_ratings(tmp_path / name, text_ids().take(slice(0)))
    assert (tmp_path / "r.csv").read_text().splitlines() == ['"who, then",item,rating']


def test_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"r\.xlsx ends in none of \.csv, "):
        write_ratings(tmp_path / "r.xlsx", text_ids())
    with pytest.raises(InputError, match="no folder"):
        write_ratings(tmp_path / "none" / "r.csv", text_ids())
