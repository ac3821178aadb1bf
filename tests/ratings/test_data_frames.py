import numpy as np
import pandas as pd
import polars
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import sparse

import xlcf
from xlcf.errors import InputError
from xlcf.ratings.data_frames import as_ratings, pairs_of
from xlcf.ratings.read_options import ReadOptions


def make(**columns):
    return pd.DataFrame(
        {"userId": [7, 3, 7, 3], "movieId": ["b", "a", "a", "b"], "rating": [4, 3.5, 5, 1], "timestamp": 0} | columns,
        index=[10, 20, 30, 40],
    )


def test_codes_ascend_with_ids():
    ratings = as_ratings(make())
    assert (ratings.user_ids, ratings.item_ids) == ([3, 7], ["a", "b"])
    assert ratings.users.tolist() == [1, 0, 1, 0]
    assert ratings.items.tolist() == [1, 0, 0, 1]
    assert ratings.values.tolist() == [4, 3.5, 5, 1]
    assert ratings.values.dtype == np.float32
    assert (ratings.user_name, ratings.item_name) == ("userId", "movieId")


def test_the_same_as_from_a_file(tmp_path):
    path = tmp_path / "ratings.csv"
    frame = make(title=["B", "A", "A", "B"])
    frame.to_csv(path, index=False)
    ours, theirs = as_ratings(frame), xlcf.read_ratings(path)
    assert ours.fingerprint() == theirs.fingerprint()
    assert ours.item_titles == theirs.item_titles == ["A", "B"]


def test_values_that_single_precision_does_not_hold_stay_double():
    ratings = as_ratings(make(rating=[0.1, 3, 4, 5]))
    assert ratings.values.dtype == np.float64
    assert ratings.values[0] == 0.1


def test_of_repeated_pairs_the_last_counts():
    ratings = as_ratings(make(userId=[7, 7, 3, 7], movieId=["a", "b", "a", "a"]))
    assert ratings.superseded == 1
    assert ratings.values.tolist() == [3.5, 5, 1]
    assert ratings.users.tolist() == [1, 0, 1]


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        ([2.0, 1.0, 2.0, 1.0], [1, 2]),
        ([2.5, 1.0, 2.5, 1.0], [1, 2.5]),
        (["12", "7", "12", "7"], ["12", "7"]),
        ([12, "12", 12, "12"], [12, "12"]),
        (pd.Categorical(["x", "y", "x", "y"], categories=["z", "y", "x"]), ["x", "y"]),
    ],
)
def test_ids_stay_what_they_are(ids, expected):
    ratings = as_ratings(make(userId=ids))
    assert ratings.user_ids == expected
    assert [type(raw_id) for raw_id in ratings.user_ids] == [type(raw_id) for raw_id in expected]


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (make(userId=[7, None, 7, 3]), "1 row lacks userId, movieId or rating .row 20."),
        (make(movieId=["b", "a", None, "b"]), "1 row lacks userId, movieId or rating .row 30."),
        (make(rating=["4", "good", 3, 2]), "rating in row 20 is no number"),
        (make(rating=[4, 3, float("inf"), 2]), "rating in row 30 is no number"),
        (make(rating=[4, 3, 1e300, 2]), r"rating in row 30 is beyond 3\.4e\+38"),
        (make(userId=[(1, 2)] * 4), "must hold numbers or text"),
        (make().iloc[:0], "no rows"),
        (make().rename(columns={"rating": "weight"}), "no rating column"),
        (pd.DataFrame(np.ones((2, 3))), "no header"),
    ],
)
def test_what_cannot_be_used_is_said_in_a_sentence(frame, message):
    with pytest.raises(InputError, match=message) as caught:
        as_ratings(frame)
    assert "DataFrame" in str(caught.value)


def test_pairs_need_no_ratings():
    for frame in (make(), make()[["movieId", "userId"]]):
        (users, user_ids), (items, item_ids) = pairs_of(frame)
        assert [user_ids[code] for code in users] == [7, 3, 7, 3]
        assert [item_ids[code] for code in items] == ["b", "a", "a", "b"]
    with pytest.raises(InputError, match="no item column"):
        pairs_of(make()[["userId"]])


def as_structured(frame):
    kinds = {name: object if frame[name].dtype.kind == "O" else frame[name].dtype for name in frame}
    array = np.empty(len(frame), dtype=list(kinds.items()))
    for name in frame:
        array[name] = frame[name].to_numpy()
    return array


@pytest.mark.parametrize(
    "convert",
    [
        pa.Table.from_pandas,
        lambda frame: polars.DataFrame({name: frame[name].to_list() for name in frame}),
        as_structured,
    ],
)
def test_any_table_is_as_good_as_pandas(convert):
    frame = make(title=["B", "A", "A", "B"], timestamp=[5, 6, 7, 8]).reset_index(drop=True)
    ours, theirs = as_ratings(convert(frame)), as_ratings(frame)
    assert ours.fingerprint() == theirs.fingerprint()
    assert list(ours.user_ids) == list(theirs.user_ids)
    assert ours.item_titles == theirs.item_titles
    np.testing.assert_array_equal(ours.timestamps, theirs.timestamps)
    assert [pairs_of(convert(frame))[side][1] for side in (0, 1)] == [pairs_of(frame)[side][1] for side in (0, 1)]


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.integers(-(2**62), 2**62), st.text(min_size=1).filter(str.strip), st.floats(-5, 5, width=32)),
        min_size=1,
    )
)
def test_arrow_and_lists_hold_the_same_ratings(rows):
    users, items, values = map(list, zip(*rows, strict=True))
    last = {(user, item): value for user, item, value in rows}
    for data in (rows, pa.table({"user": users, "item": items, "rating": values})):
        ratings = as_ratings(data)
        found = zip(ratings.users, ratings.items, ratings.values.tolist(), strict=True)
        assert {(ratings.user_ids[user], ratings.item_ids[item]): value for user, item, value in found} == last
        assert ratings.superseded == len(rows) - len(last)


def test_large_whole_numbers_beside_missing_ones_are_kept():
    table = pa.table({"user": pa.array([2**60 + 1, None]), "item": ["a", "b"], "rating": [3.0, 4.0]})
    ratings = as_ratings(table, ReadOptions(missing="drop"))
    assert ratings.user_ids == [2**60 + 1]
    assert ratings.item_ids == ["a"]


def test_dictionaries_of_arrow_and_categories_of_polars():
    items = pa.array(["b", "a", "b"]).dictionary_encode()
    for data in (
        pa.table({"user": [1, 2, 3], "item": items, "rating": [1, 2, 3]}),
        polars.DataFrame({"user": [1, 2, 3], "item": ["b", "a", "b"], "rating": [1, 2, 3]}).with_columns(
            polars.col("item").cast(polars.Categorical)
        ),
    ):
        ratings = as_ratings(data)
        assert ratings.item_ids == ["a", "b"]
        assert ratings.items.tolist() == [1, 0, 1]


def test_arrays_without_names():
    rows = np.array([[7, 1, 4.5, 100], [3, 2, 3, 101]])
    ratings = as_ratings(rows)
    assert (ratings.user_ids, ratings.item_ids) == ([3, 7], [1, 2])
    assert ratings.values.tolist() == [4.5, 3]
    assert ratings.timestamps.tolist() == [100, 101]
    assert as_ratings(rows[:, :3]).timestamps is None
    for wrong in (rows[:, :2], np.ones((2, 5)), np.ones(3), np.ones((2, 2, 2))):
        with pytest.raises(InputError, match="ndarray"):
            as_ratings(wrong)


@pytest.mark.parametrize("kind", [sparse.csr_matrix, sparse.csc_array, sparse.coo_array, sparse.dok_matrix])
def test_sparse_matrices(kind):
    dense = np.array([[0, 4.5, 0], [0, 0, 0], [1, 0, 3]])
    ratings = as_ratings(kind(dense))
    assert (ratings.n_users, ratings.n_items) == dense.shape  # rows without ratings keep their places
    np.testing.assert_array_equal(np.nan_to_num(ratings.matrix()), dense)
    assert list(ratings.user_ids) == [0, 1, 2]


def test_sparse_matrices_that_are_not_clear():
    twice = sparse.coo_array(([4.0, 4.0], ([0, 0], [1, 1])), shape=(2, 2))
    with pytest.raises(InputError, match="several entries of one user and item, which SciPy would add up"):
        as_ratings(twice)
    with pytest.raises(InputError, match="no stored entries"):
        as_ratings(sparse.csr_array((2, 2)))
    with pytest.raises(InputError, match="row 0 is no number"):
        as_ratings(sparse.csr_array([[np.nan, 1.0]]))


def test_rows_that_lack_something_are_counted_and_named_or_left_out():
    ids = [None if row % 2 else row for row in range(20)]
    frame = pd.DataFrame({"userId": pd.array(ids, dtype="Int64"), "movieId": "a", "rating": 3.0})
    frame.loc[0, "movieId"] = " "
    frame.loc[2, "rating"] = np.nan
    with pytest.raises(InputError) as caught:
        as_ratings(frame)
    assert str(caught.value) == (
        "The DataFrame: 12 rows lack userId, movieId or rating (rows 0, 1, 2, 3, 5, ...): fill them in or delete them, "
        "or have such rows left out (missing: drop)."
    )
    ratings = as_ratings(frame, ReadOptions(missing="drop"))
    assert ratings.user_ids == [4, 6, 8, 10, 12, 14, 16, 18]
    assert ratings.notes == (
        "The DataFrame: 12 rows lack userId, movieId or rating (rows 0, 1, 2, 3, 5, ...): left out.",
    )
    with pytest.raises(InputError, match="no row with a user, an item and a rating"):
        as_ratings(frame.iloc[:4], ReadOptions(missing="drop"))


def test_a_missing_title_is_the_id():
    assert as_ratings(make(title=["B", None, np.nan, ""])).item_titles == ["a", "B"]


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (
            pd.to_datetime(["2020-01-31 00:00", "2020-02-01 00:00", "2020-02-01 10:00", "1970-01-01 00:00"]),
            [1580428800, 1580515200, 1580551200, 0],
        ),
        (["2020-01-31", "2020-01-31", "2020-01-31", "2020-01-31T00:00:01Z"], [1580428800] * 3 + [1580428801]),
        ([1, 2, 3, None], None),
        (["soon", "1", "2", "3"], None),
        ([1, "soon", 2, 3], None),
    ],
)
def test_times(times, expected):
    ratings = as_ratings(make(timestamp=times))
    assert (None if ratings.timestamps is None else ratings.timestamps.tolist()) == expected
    assert (ratings.why_no_times is None) == (expected is not None)


def test_columns_can_be_named():
    frame = make().rename(columns={"userId": "who", "movieId": "what", "rating": "how much", "timestamp": "when"})
    options = ReadOptions(user_column="who", item_column="what", rating_column="How Much", time_column="when")
    ratings = as_ratings(frame, options)
    assert ratings.fingerprint() == as_ratings(make()).fingerprint()
    assert (ratings.user_name, ratings.item_name) == ("who", "what")
    assert ratings.timestamps.tolist() == [0] * 4
    numbers = pd.DataFrame(make().to_numpy())  # columns 0, 1, 2, 3
    assert as_ratings(numbers, ReadOptions("0", "1", "2")).fingerprint() == ratings.fingerprint()
