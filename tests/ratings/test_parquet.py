import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from xlcf.errors import InputError
from xlcf.ratings.ratings import Ratings
from xlcf.ratings.readers import read_ratings


def read(folder: Path, **columns: Any) -> Ratings:
    pq.write_table(pa.table(columns), folder / "r.parquet", row_group_size=2)
    return read_ratings(folder / "r.parquet")


def triples(ratings: Ratings) -> list[tuple[object, object, float]]:
    rows = zip(ratings.users, ratings.items, ratings.values, strict=True)
    return [(ratings.user_ids[user], ratings.item_ids[item], value) for user, item, value in rows]


IDS = [
    pa.array([7, 7, 3], pa.int64()),
    pa.array([7, 7, 3], pa.int16()),
    pa.array([7, 7, 3], pa.uint64()),
    pa.array([7.0, 7.0, 3.0]),
    pa.array(["7", "7", "3"]),
    pa.array(["7", "7", "3"]).dictionary_encode(),
    pa.array([b"7", b"7", b"3"]),
]


@pytest.mark.parametrize("ids", IDS, ids=lambda ids: str(ids.type))
def test_types_of_ids(tmp_path: Path, ids: pa.Array) -> None:
    ratings = read(tmp_path, userId=ids, movie=["a", "b", "a"], rating=[1.5, 2.0, 3.0])
    assert triples(ratings) == [(7, "a", 1.5), (7, "b", 2.0), (3, "a", 3.0)]


@pytest.mark.parametrize(
    "ratings",
    [pa.array([1, 4], pa.int8()), pa.array([1.0, 4.0], pa.float32()), [Decimal("1"), Decimal("4")], ["1", "4"]],
    ids=str,
)
def test_types_of_ratings(tmp_path: Path, ratings: Any) -> None:
    assert read(tmp_path, user=[1, 2], item=[-5, 6], rating=ratings).values.tolist() == [1, 4]


def test_times_titles_and_repeated_pairs(tmp_path: Path) -> None:
    day = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    columns = {"user": [1, 1, 1], "item": [5, 6, 5], "rating": [1.0, 2.0, 3.0], "title": ["Heat", None, "Heat!"]}
    ratings = read(tmp_path, **columns, timestamp=[day] * 3, other=[[], [], []])
    assert triples(ratings) == [(1, 6, 2.0), (1, 5, 3.0)]
    assert ratings.item_titles == ["Heat!", "6"]
    assert ratings.timestamps is not None
    assert ratings.timestamps.tolist() == [1_577_836_800] * 2
    ratings = read(tmp_path, **columns, timestamp=[1, 2, None])
    assert ratings.timestamps is None
    assert ratings.why_no_times == "the timestamp in row 3 of r.parquet is blank"
    assert ratings.superseded == 1


@pytest.mark.parametrize("times", [[datetime.date(2020, 1, 1)] * 2, ["2020-01-01", "2020-01-01T00:00:00Z"]], ids=str)
def test_dates_are_times(tmp_path: Path, times: list[Any]) -> None:
    ratings = read(tmp_path, user=[1, 1], item=[5, 6], rating=[1.0, 2.0], timestamp=times)
    assert ratings.timestamps is not None
    assert ratings.timestamps.tolist() == [1_577_836_800] * 2


@pytest.mark.parametrize("times", [["2020-01-01", "soon"], [1.5, 2.5]], ids=str)
def test_what_is_no_time_is_told(tmp_path: Path, times: list[Any]) -> None:
    ratings = read(tmp_path, user=[1, 1], item=[5, 6], rating=[1.0, 2.0], timestamp=times)
    assert ratings.timestamps is None
    said = "in row 2 of r.parquet is 'soon', no time" if "soon" in times else "in row 1 of r.parquet is '1.5', no time"
    assert ratings.why_no_times == f"the timestamp {said}"


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"user": [1, 2, None]}, r"r\.parquet: 1 row lacks user, item or rating \(row 3\)"),
        ({"user": ["a", "b", ""]}, r"1 row lacks .*\(row 3\)"),
        ({"user": ["a", "b", " "]}, "the user in row 3 is blank"),
        ({"user": [1.0, 2.0, 2.5]}, "the user in row 3 is no id"),
        ({"rating": [1.0, None, None]}, r"2 rows lack .*\(rows 2, 3\)"),
        ({"rating": [1.0, 2.0, float("nan")]}, r"1 row lacks .*\(row 3\)"),
        ({"rating": [1.0, 2.0, float("inf")]}, "the rating in row 3 is blank or no number"),
        ({"rating": [1.0, 2.0, 1e300]}, r"the rating in row 3 is beyond 3\.4e\+38"),
        ({"rating": ["a", "b", "c"]}, "the column rating has the type string"),
        ({"rating": [[], [], []]}, "the column rating has the type list"),
        (
            {"user": pa.array([], pa.int64()), "item": pa.array([], pa.int64()), "rating": pa.array([], pa.float32())},
            "holds no",
        ),
    ],
)
def test_refused_content(tmp_path: Path, columns: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        read(tmp_path, **({"user": [1, 2, 3], "item": [1, 2, 3], "rating": [1.0, 2.0, 3.0]} | columns))


def test_refused_files(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no rating column"):
        read(tmp_path, user=[1], item=[2])
    with pytest.raises(InputError, match="There is no file"):
        read_ratings(tmp_path / "none.parquet")
    whole = (tmp_path / "r.parquet").read_bytes()
    (tmp_path / "cut.parquet").write_bytes(whole[:-20])
    with pytest.raises(InputError, match="not a whole Parquet file"):
        read_ratings(tmp_path / "cut.parquet")
    read(tmp_path, user=list(range(5000)), item=list(range(5000)), rating=[1.0] * 5000)
    whole = (tmp_path / "r.parquet").read_bytes()
    (tmp_path / "bent.parquet").write_bytes(whole[:40] + bytes(2000) + whole[2040:])
    with pytest.raises(InputError, match="not a whole Parquet file"):
        read_ratings(tmp_path / "bent.parquet")
