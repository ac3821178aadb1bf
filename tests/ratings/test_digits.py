import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from xlcf.ratings.digits import LEAD, NotPlainError, NumberBlock

WHOLE = st.integers(0, 10**16 - 1) | st.integers(0, 10**9) | st.integers(0, 100)


def block(rows: list[tuple[object, ...]], separator: str = ",") -> NumberBlock:
    text = "".join(separator.join(map(str, row)) + "\n" for row in rows)
    return NumberBlock(LEAD + text.encode(), len(rows[0]), separator)


@given(st.lists(st.tuples(WHOLE, WHOLE), min_size=1), st.sampled_from([",", "\t", ";"]))
def test_whole_numbers_are_those_of_int(rows: list[tuple[int, int]], separator: str) -> None:
    lines = block(rows, separator)
    assert lines.whole_numbers(0).tolist() == [first for first, _ in rows]
    assert lines.whole_numbers(1).tolist() == [second for _, second in rows]
    assert lines.whole_numbers(0).dtype == np.int64


@given(st.lists(st.from_regex(r"[0-9]{1,8}|(?=.{1,8}\Z)[0-9]{0,7}\.[0-9]{0,7}", fullmatch=True), min_size=1))
@example(["3.5", "4", "0.5", ".5", "5.", "12345678", "0000000.", ".0000001", "00.1"])
def test_decimals_are_those_of_float(texts: list[str]) -> None:
    lines = [text for text in texts if text != "."]
    if lines:
        decimals = block([(7, text) for text in lines]).decimals(1)
        assert decimals.tolist() == [float(text) for text in lines]


@given(st.lists(st.text("0123456789.-+eE_ \"'naif٣", max_size=18), min_size=1))
def test_what_is_read_is_what_stands_there(texts: list[str]) -> None:
    """Whatever is in the fields: either it is refused, or it comes out as Python reads it."""
    lines = block([(text, 1) for text in texts])
    for read, plain in ((lines.whole_numbers, int), (lines.decimals, float)):
        try:
            numbers = read(0).tolist()
        except NotPlainError:
            continue
        assert numbers == [plain(text) for text in texts]
        assert all(text.replace(".", "", 1).isdigit() and text.isascii() for text in texts)


@pytest.mark.parametrize(
    "field", ["", "-1", "+1", "1.0", "007", "00", " 1", "1 ", "1e3", "12345678901234567", "x", "٣"]
)
def test_no_whole_number(field: str) -> None:
    with pytest.raises(NotPlainError):
        block([(1, 2), (field, 3)]).whole_numbers(0)


@pytest.mark.parametrize("field", ["", ".", "-1", "1e3", "nan", "1..2", "1.2.3", "123456789", "1,5", "/", ":", "1/2"])
def test_no_decimal(field: str) -> None:
    with pytest.raises(NotPlainError):
        block([(1, "2.5"), (3, field)], separator="\t").decimals(1)


def test_a_leading_zero_makes_a_name_only_where_more_digits_follow() -> None:
    assert block([(0, 1), (10, 2)]).whole_numbers(0).tolist() == [0, 10]


@pytest.mark.parametrize("text", ["1,2\n3\n", "1,2\n3,4,5\n", "1\n2,3,4\n", "1,2\n\n", "1,2", "1\n"])
def test_lines_with_more_or_fewer_fields(text: str) -> None:
    with pytest.raises(NotPlainError):
        NumberBlock(LEAD + text.encode(), 2, ",")
