import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlcf.errors import InputError
from xlcf.ratings.ratings import Ratings


def make(code_type: type = np.int64, value_type: type = np.float64, **changes: object) -> Ratings:
    fields: dict[str, object] = {
        "users": np.array([0, 1, 1, 2], code_type),
        "items": np.array([1, 0, 1, 1], code_type),
        "values": np.array([3.5, 4, 0.5, 5], value_type),
        "user_ids": [7, 8, 2**60 + 1],
        "item_ids": ["a", "b"],
        "timestamps": np.array([10, 30, 20, 40]),
    }
    return Ratings(**(fields | changes))  # type: ignore[arg-type]


class TestFingerprint:
    def test_does_not_depend_on_the_container(self, tmp_path: Path) -> None:
        np.save(tmp_path / "values.npy", np.array([3.5, 4, 0.5, 5], np.float32))
        mapped = np.load(tmp_path / "values.npy", mmap_mode="r")
        others = [
            make(np.int32, np.float32),
            make(value_type=np.float32, user_ids=np.array([7, 8, 2**60 + 1])),
            make(item_ids=np.array(["a", "b"]), user_ids=[7.0, 8.0, 2**60 + 1]),
            make().take(np.arange(4)),
            make(timestamps=None, user_name="who"),
            make(np.int32).take(slice(None)),
            Ratings(make().users, make().items, mapped, make().user_ids, ("a", "b")),
        ]
        assert {other.fingerprint() for other in others} == {make().fingerprint()}

    def test_differs_where_the_data_differ(self) -> None:
        others = [
            make(users=np.array([0, 1, 1, 1])),
            make(items=np.array([1, 0, 1, 0])),
            make(values=np.array([3.5, 4, 0.5, 4.5])),
            make(user_ids=[7, 8, 2**60 + 2]),
            make(user_ids=["7", 8, 2**60 + 1]),
            make(item_ids=["a", "b", "c"]),
            make(item_ids=["a", 'b", "c']),
            make().take(np.array([1, 0, 2, 3])),
            make().take(np.array([0, 1, 2])),
        ]
        assert len({make().fingerprint(), *(other.fingerprint() for other in others)}) == len(others) + 1


def test_take_keeps_ids_and_titles() -> None:
    ratings = make(item_titles=["A", "B"])
    part = ratings.take(np.array([3, 0]))
    assert part.users.tolist() == [2, 0]
    assert part.values.tolist() == [5, 3.5]
    assert part.timestamps is not None
    assert part.timestamps.tolist() == [40, 10]
    assert (part.user_ids, part.item_titles) == (ratings.user_ids, ["A", "B"])
    assert len(ratings.take(np.array([], dtype=np.int64))) == 0


@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=1))
def test_mean_and_range(values: list[float]) -> None:
    codes = np.zeros(len(values), np.int32)
    ratings = Ratings(codes, codes, np.array(values, np.float32), [1], [1])
    assert ratings.mean == pytest.approx(sum(values) / len(values), rel=1e-9, abs=1e-9)
    assert ratings.rating_range == (min(values), max(values))


def test_nothing_rated() -> None:
    empty = make().take(slice(0))
    assert empty.mean == 0
    with pytest.raises(InputError, match="no ratings"):
        _ = empty.rating_range


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"users": np.array([0, 1])}, "same length"),
        ({"users": np.array([0, 1, 1, 3])}, "user code lies outside"),
        ({"items": np.array([0, 1, 1, -1])}, "item code lies outside"),
        ({"users": np.array([0.0, 1, 1, 2])}, "whole numbers"),
        ({"values": np.array([1, 2, np.nan, 3])}, "finite"),
        ({"values": np.array([1, 2, -np.inf, 3])}, "finite"),
        ({"item_titles": ["A"]}, "one title per item"),
        ({"timestamps": np.array([1])}, "one time per rating"),
    ],
)
def test_what_does_not_fit_together_is_refused(changes: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        make(**changes)


class TestVocabulary:
    def test_reads_as_a_list_of_plain_ints(self) -> None:
        ids = make(user_ids=np.array([7, 8, 9], np.int32)).user_ids
        assert ids.is_array
        assert ids == [7, 8, 9]
        assert ids != [7, 8]
        assert ids[1:] == [8, 9]
        assert json.dumps([ids[0], *ids]) == "[7, 7, 8, 9]"
        assert ids.index(9) == 2
        assert ids != "789"
        assert ids != ["a", "b", "c"]
        np.testing.assert_array_equal(np.asarray(ids), [7, 8, 9])
        assert np.array(ids, dtype=np.float64, copy=True).dtype == np.float64

    def test_labels(self) -> None:
        assert make(item_ids=np.array([5, 6])).item_labels() == ["5", "6"]
