import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlcf.ratings.ids import code_ids, parse_ids, sorted_ids


@pytest.mark.parametrize(
    ("texts", "ids"),
    [
        (["1", "-20", "0"], [1, -20, 0]),
        (["12.0", "3"], [12, 3]),
        (["007", "8"], ["007", "8"]),
        (["1", "a"], ["1", "a"]),
        (["1.5", "2"], ["1.5", "2"]),
        (["1e3"], ["1e3"]),
        (["१"], ["१"]),
    ],
)
def test_parse_ids(texts: list[str], ids: list[object]) -> None:
    assert parse_ids(texts) == ids


def test_order() -> None:
    assert sorted_ids(["b", 10, "B", 9.5, "10"]) == [9.5, 10, "10", "B", "b"]


@given(st.lists(st.integers(-(2**62), 2**62), min_size=1) | st.lists(st.text(), min_size=1))
def test_codes_lead_back_to_the_ids(column: list[int] | list[str]) -> None:
    numbers = isinstance(column[0], int)
    codes, ids = code_ids(np.array(column, dtype=np.int64) if numbers else column)
    assert [ids[code] for code in codes] == (column if numbers else parse_ids(column))
    assert ids == sorted_ids(set(ids))
