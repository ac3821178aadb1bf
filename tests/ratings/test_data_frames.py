import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import xlcf
from xlcf.errors import InputError
from xlcf.ratings.data_frames import is_data_frame, pairs_from_frame, ratings_from_frame


def make(**columns):
    return pd.DataFrame(
        {"userId": [7, 3, 7, 3], "movieId": ["b", "a", "a", "b"], "rating": [4, 3.5, 5, 1], "timestamp": 0} | columns,
        index=[10, 20, 30, 40],
    )


def test_codes_ascend_with_ids():
    ratings = ratings_from_frame(make())
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
    ours, theirs = ratings_from_frame(frame), xlcf.read_ratings(path)
    assert ours.fingerprint() == theirs.fingerprint()
    assert ours.item_titles == theirs.item_titles == ["A", "B"]


def test_values_that_single_precision_does_not_hold_stay_double():
    ratings = ratings_from_frame(make(rating=[0.1, 3, 4, 5]))
    assert ratings.values.dtype == np.float64
    assert ratings.values[0] == 0.1


def test_of_repeated_pairs_the_last_counts():
    ratings = ratings_from_frame(make(userId=[7, 7, 3, 7], movieId=["a", "b", "a", "a"]))
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
    ratings = ratings_from_frame(make(userId=ids))
    assert ratings.user_ids == expected
    assert [type(raw_id) for raw_id in ratings.user_ids] == [type(raw_id) for raw_id in expected]


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (make(userId=[7, None, 7, 3]), "no userId in row 20"),
        (make(movieId=["b", "a", None, "b"]), "no movieId in row 30"),
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
        ratings_from_frame(frame)
    assert "DataFrame" in str(caught.value)


def test_pairs_need_no_ratings():
    for frame in (make(), make()[["movieId", "userId"]]):
        (users, user_ids), (items, item_ids) = pairs_from_frame(frame)
        assert [user_ids[code] for code in users] == [7, 3, 7, 3]
        assert [item_ids[code] for code in items] == ["b", "a", "a", "b"]
    with pytest.raises(InputError, match="no item column"):
        pairs_from_frame(make()[["userId"]])


def test_only_a_frame_is_a_frame():
    assert is_data_frame(make())
    assert not is_data_frame([(1, 2)])
    assert not is_data_frame(make()["userId"])


def test_pandas_is_not_loaded_to_tell():
    code = "import sys; from xlcf.ratings.data_frames import is_data_frame as f; print(f([1]), 'pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
