import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlcf.errors import InputError
from xlcf.ratings.line_blocks import line_blocks


@given(
    st.lists(st.text("ab,1\x00é", min_size=1), min_size=1),
    st.integers(1, 40),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_all_lines_once_and_whole(lines: list[str], size: int, end: str, ended: bool) -> None:
    text = end.join(lines) + (end if ended else "")
    blocks = list(line_blocks(io.BytesIO(text.encode()), "r.csv", b"lead\n", size))
    assert all(block.startswith(b"lead\n") and block.endswith(b"\n") for block in blocks)
    assert "".join(block.removeprefix(b"lead\n").decode() for block in blocks).split("\n")[:-1] == lines


@given(
    st.lists(st.lists(st.sampled_from(["1", "a", '"x\ny"', '"q""\n"', '""']), min_size=1, max_size=3)),
    st.integers(1, 20),
)
def test_no_cut_within_quotation_marks(rows: list[list[str]], size: int) -> None:
    text = "".join(",".join(row) + "\n" for row in rows)
    blocks = [block.decode() for block in line_blocks(io.BytesIO(text.encode()), "r.csv", size=size)]
    assert "".join(blocks) == text
    assert all(block.count('"') % 2 == 0 for block in blocks)


def test_blocks_are_about_as_long_as_asked_for() -> None:
    text = b"1,2,3\n" * 1000
    assert {len(block) for block in line_blocks(io.BytesIO(text), "r.csv", size=601)} <= set(range(500, 620))


def test_a_line_without_end() -> None:
    with pytest.raises(InputError, match=re.escape("junk.csv has a line of more than 2 MB")):
        list(line_blocks(io.BytesIO(b"x" * (3 << 20)), "junk.csv", size=1 << 20, longest=2 << 20))
