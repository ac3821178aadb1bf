"""Three ways to read one block: whatever the quick ones take, they read as the careful one does."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xlcf.errors import InputError
from xlcf.ratings.batches import Batch, TextColumn
from xlcf.ratings.block_readers import lines_that_lack, read_carefully, read_numbers, read_texts
from xlcf.ratings.columns import find_rating_columns
from xlcf.ratings.digits import LEAD, NotPlainError
from xlcf.ratings.tables import TextTable

ID = st.sampled_from(
    ["1", "12", "007", "0", "a", "A b", " x ", "12.0", "-3", "", '"q,1"', '"n\nl"', "é", "NA", "99999999999999999"]
)
RATING = st.sampled_from(
    [
        "3",
        "3.5",
        "0.5",
        "+4",
        "-1",
        "1e1",
        "",
        "NaN",
        "inf",
        "4_5",
        " 2 ",
        "x",
        "1.23456789",
        ".5",
        '"3"',
        '"4,5"',
        '"1,234"',
        "1e300",
        "3e38",
    ]
)
TIME = st.sampled_from(["1", "1234567890", "", "2020-01-01", "2020-01-01T10:00:00Z", "20200101", "1.5", "-1", "01"])
TITLE = st.sampled_from(["", "Heat", '"Father, The"', "=1+1"])
ROW = st.tuples(ID, ID, RATING, TIME, TITLE)
PLAIN = st.tuples(st.integers(0, 10**9), st.integers(0, 300), st.sampled_from([0.5, 3, 4.5]), st.integers(0, 10**10))


def ids(column: np.ndarray | TextColumn) -> list[str]:
    if isinstance(column, TextColumn):
        return [column.at(row) for row in range(len(column))]
    return [str(number) for number in column.tolist()]


def content(batch: Batch) -> tuple[object, ...]:
    times = None if batch.timestamps is None else batch.timestamps.tolist()
    titles = None if batch.titles is None else ids(batch.titles)
    return ids(batch.users), ids(batch.items), batch.values.tolist(), times, titles, batch.n_missing


def compare(text: str, header: str, folder: Path) -> dict[str, bool]:
    """Read a block in the three ways; tell which quick way took it."""
    path = folder / "r.csv"
    path.write_text(f"{header}\n{text}", encoding="utf-8", newline="")
    table = TextTable(path)
    columns = find_rating_columns(table.header, "r.csv")
    try:
        expected = content(read_carefully(text.encode(), 2, table, columns))
    except InputError:
        expected = None
    took = {}
    ways: dict[str, Callable[..., Batch]] = {"numbers": read_numbers, "texts": read_texts}
    for name, read in ways.items():
        try:
            assert content(read(LEAD + text.encode(), table, columns)) == expected
            took[name] = True
        except NotPlainError:
            took[name] = False
    return took


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=4), st.booleans())
def test_strange_lines(tmp_path: Path, rows: list[tuple[str, ...]], titled: bool) -> None:
    width = 5 if titled else 4
    text = "".join(",".join(row[:width]) + "\n" for row in rows)
    compare(text, ",".join(["user", "item", "rating", "timestamp", "title"][:width]), tmp_path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(st.lists(PLAIN, min_size=1, max_size=20))
def test_plain_lines_are_taken_by_both(tmp_path: Path, rows: list[tuple[object, ...]]) -> None:
    text = "".join(",".join(map(str, row)) + "\n" for row in rows)
    assert compare(text, "userId,movieId,rating,timestamp", tmp_path) == {"numbers": True, "texts": True}


def test_text_ids_are_taken_by_arrow(tmp_path: Path) -> None:
    text = 'ann,"b,1",3.5,10\nbob,b2,4,11\nNA,null,5,12\n'
    assert compare(text, "user,item,rating,timestamp", tmp_path) == {"numbers": False, "texts": True}


@pytest.mark.parametrize("line", ["1,2,3", "1,2,3,4,5", "1,2,x,4", "1,2,1e39,4"])
def test_errors_are_left_to_the_careful_one(tmp_path: Path, line: str) -> None:
    assert compare(f"1,2,3,4\n{line}\n", "user,item,rating,timestamp", tmp_path) == {"numbers": False, "texts": False}


@pytest.mark.parametrize(
    "line", [",2,3,4", "1,,3,4", "1,2,,4", "1,2,NA,4", "1,2,nan,4", " ,2,3,4", '1,2,"",soon', "ann,,,"]
)
def test_lines_that_lack_something_are_counted_by_both(tmp_path: Path, line: str) -> None:
    text = f"1,2,3,4\n{line}\nbob,b2,4,11\n"
    assert compare(text, "user,item,rating,timestamp", tmp_path) == {"numbers": False, "texts": True}
    table = TextTable(tmp_path / "r.csv")
    columns = find_rating_columns(table.header, "r.csv")
    batch = read_texts(LEAD + text.encode(), table, columns)
    assert (ids(batch.users), batch.n_missing) == (["1", "bob"], 1)  # a text that is left out is no id
    assert list(lines_that_lack(text.encode(), 2, table, columns)) == [3]


def test_decimal_commas(tmp_path: Path) -> None:
    assert compare("1;2;3,5\n1;3;4\n", "user;item;rating", tmp_path) == {"numbers": False, "texts": True}
    assert compare("1;2;3,5\n1;3;4.5\n", "user;item;rating", tmp_path) == {"numbers": False, "texts": False}
    assert compare("1;2;3.5\n", "user;item;rating", tmp_path) == {"numbers": True, "texts": True}
