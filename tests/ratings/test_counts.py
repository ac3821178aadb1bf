import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from xlcf.ratings import row_blocks
from xlcf.ratings.counts import count_codes


@given(st.lists(st.integers(0, 9)), st.integers(1, 5))
def test_counts_of_blocks_add_up(codes, block):
    before, row_blocks.ROWS = row_blocks.ROWS, block
    try:
        found = count_codes(np.array(codes, dtype=np.int32), 12)
    finally:
        row_blocks.ROWS = before
    assert found.tolist() == [codes.count(code) for code in range(12)]
