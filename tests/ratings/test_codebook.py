import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from xlcf.ratings.batches import TextColumn
from xlcf.ratings.codebook import TABLE, Codebook
from xlcf.ratings.growing import GrowingColumn
from xlcf.ratings.ids import parse_ids, sorted_ids
from xlcf.ratings.repeated import rows_that_count

NUMBERS = st.lists(st.integers(0, 50) | st.integers(0, 10**15) | st.integers(-20, 20))
TEXTS = st.lists(st.sampled_from(["1", "12", "12.0", "007", "0", "a", "b", "-3", "9" * 18, "9" * 19]))


def texts_column(texts: list[str]) -> TextColumn:
    different = sorted(set(texts))
    return TextColumn(np.array([different.index(text) for text in texts], dtype=np.int32), different)


@given(st.lists(NUMBERS | TEXTS | st.lists(st.integers(0, 400))), st.sampled_from([100, TABLE]))
def test_codes_lead_back_to_the_ids(columns: list[list[int] | list[str]], table: int) -> None:
    book, keys, written = Codebook(table), [], []
    for column in columns:
        is_text = bool(column) and isinstance(column[0], str)
        keys.append(book.keys(texts_column(column) if is_text else np.array(column, dtype=np.int64)))
        written += [str(raw_id) for raw_id in column]
    book.close()
    codes = np.concatenate([book.codes(part) for part in keys]) if keys else []
    assert [book.ids[code] for code in codes] == parse_ids(written)
    assert list(book.ids) == sorted_ids(set(parse_ids(written)))


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=30), st.booleans())
def test_of_repeated_pairs_the_last_counts(pairs: list[tuple[int, int]], ordered: bool) -> None:
    pairs = sorted(pairs) if ordered else pairs
    users, items = np.array(pairs, dtype=np.int32).reshape(-1, 2).T
    counting = rows_that_count(users, items, 5)
    last = {pair: row for row, pair in enumerate(pairs)}
    expected = [last[pair] == row for row, pair in enumerate(pairs)]
    assert (counting is None) == all(expected)
    assert counting is None or counting.tolist() == expected


@given(st.lists(st.lists(st.integers(-(2**40), 2**40) | st.integers(-5, 5))), st.integers(0, 20))
def test_a_column_grows_and_widens(parts: list[list[int]], reserved: int) -> None:
    column = GrowingColumn(np.int32, np.int64)
    column.reserve(reserved)
    for part in parts:
        column.append(np.array(part, dtype=np.int64))
    flat = [number for part in parts for number in part]
    assert column.array.tolist() == flat
    assert column.array.dtype == (np.int32 if all(-(2**31) <= n < 2**31 for n in flat) else np.int64)


def test_a_column_of_ratings_widens_where_single_precision_would_change_them() -> None:
    column = GrowingColumn(np.float32, np.float64)
    column.append(np.array([3.5, 4]))
    assert column.array.dtype == np.float32
    column.append(np.array([3.7]))
    assert column.array.tolist() == [3.5, 4, 3.7]
