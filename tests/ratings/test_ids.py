import pytest

from xlcf.ratings.ids import code_of_id, codes_of, id_text, parse_ids, sorted_ids


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


def test_codes_of_ids_known_and_unknown() -> None:
    assert codes_of(code_of_id([7, "a", 3]), ["a", 3.0, 8, 7]).tolist() == [1, 2, -1, 0]


def test_an_id_as_a_person_types_it() -> None:
    assert [id_text(raw_id) for raw_id in (12, 12.0, 12.5, "012")] == ["12", "12", "12.5", "012"]
