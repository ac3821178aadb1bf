import json
from collections import Counter
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlcf.errors import InputError
from xlcf.ratings.ratings import Id, Ratings
from xlcf.ratings.readers import read_ratings
from xlcf.ratings.select import top


def make(triples: list[tuple[Id, Id, float]]) -> Ratings:
    """Codes in order of appearance, so that nothing is sorted by luck."""
    users = list(dict.fromkeys(user for user, _, _ in triples))
    items = list(dict.fromkeys(item for _, item, _ in triples))
    return Ratings(
        users=np.array([users.index(user) for user, _, _ in triples], dtype=np.int64),
        items=np.array([items.index(item) for _, item, _ in triples], dtype=np.int64),
        values=np.array([value for _, _, value in triples], dtype=np.float64),
        user_ids=users,
        item_ids=items,
        item_titles=[f"title of {item}" for item in items],
        timestamps=np.arange(len(triples), dtype=np.int64),
    )


def test_ties_go_to_the_smaller_number_and_the_result_is_sorted() -> None:
    chosen = top(make([(10, 100, 1), (9, 100, 2), (9, 20, 3), (10, 3, 4), (8, 20, 5)]), 2, 2)
    assert (chosen.user_ids, chosen.item_ids) == ([9, 10], [20, 100])
    assert chosen.item_titles == ["title of 20", "title of 100"]
    np.testing.assert_array_equal(chosen.matrix(), [[3, 2], [np.nan, 1]])
    assert chosen.timestamps is not None
    assert chosen.timestamps.tolist() == [0, 1, 2]


def test_ties_of_text_ids_go_by_alphabet() -> None:
    assert top(make([("b", "y", 1), ("a", "z", 1), ("c", "x", 1)]), 2, 1).user_ids == ["a", "b"]


def test_items_are_counted_over_all_users_not_only_the_chosen() -> None:
    # item 1 has most ratings, but none by the user with most ratings
    ratings = make([(1, 5, 1), (1, 6, 1), (1, 7, 1), (2, 1, 1), (3, 1, 1)])
    assert top(ratings, 1, 1).item_ids == [1]
    assert len(top(ratings, 1, 1)) == 0


def test_more_than_there_are() -> None:
    chosen = top(make([(2, 1, 3.0)]), 15, 15)
    assert (chosen.user_ids, chosen.item_ids, len(chosen)) == ([2], [1], 1)


def test_nothing_asked_for() -> None:
    with pytest.raises(InputError, match="at least one user and one item"):
        top(make([(2, 1, 3.0)]), 0, 5)


@given(
    st.dictionaries(st.tuples(st.integers(1, 12), st.integers(1, 12)), st.floats(1, 5), min_size=1),
    st.integers(1, 8),
    st.integers(1, 8),
)
def test_against_plain_counting(pairs: dict[tuple[int, int], float], n_users: int, n_items: int) -> None:
    chosen = top(make([(user, item, value) for (user, item), value in pairs.items()]), n_users, n_items)
    for side, wanted, ids in ((0, n_users, chosen.user_ids), (1, n_items, chosen.item_ids)):
        counts = Counter(pair[side] for pair in pairs)
        assert ids == sorted(sorted(counts, key=lambda raw_id: (-counts[raw_id], raw_id))[:wanted])
    kept = {pair: value for pair, value in pairs.items() if pair[0] in chosen.user_ids and pair[1] in chosen.item_ids}
    rows = zip(chosen.users, chosen.items, chosen.values, strict=True)
    assert {(chosen.user_ids[user], chosen.item_ids[item]): value for user, item, value in rows} == kept


def test_the_course_sheet(reference: Path) -> None:
    folder = reference / "data" / "ml-latest-small-2016"
    chosen = top(read_ratings(folder / "ratings.csv.gz"), 15, 15)
    ids = json.loads((folder / "top15_id_map.json").read_text(encoding="utf-8"))
    book = openpyxl.load_workbook(reference / "workbooks" / "collab_filter_2017.xlsx", read_only=True)
    head, *rows = book["dotprod"].iter_rows(min_row=1, max_row=16, min_col=7, max_col=22, values_only=True)
    sheet = {
        (ids["users"][str(row[0])], ids["movies"][str(code)]["movieId"]): value
        for row in rows
        for code, value in zip(head[1:], row[1:], strict=True)
    }
    book.close()
    matrix = chosen.matrix()
    ours = {
        (user, item): None if np.isnan(matrix[row, column]) else matrix[row, column]
        for row, user in enumerate(chosen.user_ids)
        for column, item in enumerate(chosen.item_ids)
    }
    assert ours == sheet
    assert sum(value is not None for value in ours.values()) == len(chosen) == 206
    assert sum(value is None for value in ours.values()) == 19
    titles = {movie["movieId"]: movie["title"] for movie in ids["movies"].values()}
    assert chosen.item_titles == [titles[item] for item in chosen.item_ids]
    assert 1198 in chosen.item_ids
    assert 2858 not in chosen.item_ids  # as many ratings, but a larger id
