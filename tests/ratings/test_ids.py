import pytest

from xlcf.ratings.ids import parse_ids, sorted_ids


@pytest.mark.parametrize(
    ("texts", "ids"),
    [
        (["1", "-20", "0"], [1, -20, 0]),
        (["12.0", "3"], [12, 3]),
        (["007", "8"], ["007", "8"]),
        (["1", "a"], ["1", "a"]),
        (["1.5", "2"], ["1.5", "2"]),
        (["1e3"], ["1e3"]),
        (["9" * 18], [999_999_999_999_999_999]),
        (["9" * 19, "1"], ["9" * 19, "1"]),
        (["१"], ["१"]),
    ],
)
def test_parse_ids(texts: list[str], ids: list[object]) -> None:
    assert parse_ids(texts) == ids


def test_order() -> None:
    assert sorted_ids(["b", 10, "B", 9.5, "10"]) == [9.5, 10, "10", "B", "b"]
