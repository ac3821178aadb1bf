from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlcf.errors import InputError
from xlcf.ratings.ratings import Ratings
from xlcf.ratings.splits import Split, all_trained_on, k_folds, leave_last_out, random_split, split_by_time

ROWS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 8), st.integers(0, 4)), max_size=40)


def make(rows: list[tuple[int, int, int]], *, timed: bool = True) -> Ratings:
    users, items, times = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    return Ratings(
        users.astype(np.int32), items, np.ones(len(rows)), range(6), range(9), None, times if timed else None
    )


def is_whole(split: Split, n_ratings: int) -> bool:
    return sorted([*split.train.tolist(), *split.hold_out.tolist()]) == list(range(n_ratings))


@given(st.integers(0, 300), st.floats(0, 1), st.integers(0, 2**32 - 1))
def test_random_split_is_the_course_s(n_ratings: int, fraction: float, seed: int) -> None:
    split = random_split(n_ratings, fraction, seed)
    expected = np.random.RandomState(seed).permutation(n_ratings)[: int(fraction * n_ratings)]
    assert split.hold_out.tolist() == expected.tolist()
    assert is_whole(split, n_ratings)
    assert split.train.dtype == split.hold_out.dtype == np.int64


def test_another_seed_gives_another_split() -> None:
    assert random_split(100, 0.2, 1).hold_out.tolist() != random_split(100, 0.2, 2).hold_out.tolist()


@given(ROWS, st.floats(0, 1))
def test_split_by_time_holds_out_the_latest(rows: list[tuple[int, int, int]], fraction: float) -> None:
    ratings = make(rows)
    split = split_by_time(ratings, fraction)
    assert is_whole(split, len(rows))
    assert len(split.hold_out) == int(fraction * len(rows))
    in_order = [(rows[place][2], place) for place in [*split.train, *split.hold_out]]
    assert in_order == sorted(in_order)


@given(ROWS, st.booleans())
def test_leave_last_out(rows: list[tuple[int, int, int]], timed: bool) -> None:
    split = leave_last_out(make(rows, timed=timed))
    assert is_whole(split, len(rows))
    counts = Counter(user for user, _, _ in rows)
    held_out = [rows[place][0] for place in split.hold_out]
    assert sorted(held_out) == sorted(user for user, count in counts.items() if count >= 2)
    for place in split.hold_out:
        of_user = [
            (time if timed else 0, other) for other, (user, _, time) in enumerate(rows) if user == rows[place][0]
        ]
        assert max(of_user)[1] == place
    assert split.train.tolist() == sorted(split.train)
    assert split.hold_out.tolist() == sorted(split.hold_out)


@given(st.integers(2, 60), st.data(), st.integers(0, 1000))
def test_k_folds(n_ratings: int, data: st.DataObject, seed: int) -> None:
    k = data.draw(st.integers(2, n_ratings))
    folds = k_folds(n_ratings, k, seed)
    assert len(folds) == k
    assert all(is_whole(fold, n_ratings) for fold in folds)
    assert sorted(np.concatenate([fold.hold_out for fold in folds])) == list(range(n_ratings))
    sizes = {len(fold.hold_out) for fold in folds}
    assert max(sizes) - min(sizes) <= 1
    again = k_folds(n_ratings, k, seed)
    assert all(np.array_equal(one.train, two.train) for one, two in zip(folds, again, strict=True))


def test_refused() -> None:
    with pytest.raises(InputError, match="between 0 and 1, not 20"):
        random_split(10, 20)
    with pytest.raises(InputError, match="no timestamps"):
        split_by_time(make([(0, 0, 0)], timed=False), 0.5)
    with pytest.raises(InputError, match="cannot be cut into 1 folds"):
        k_folds(10, 1)


def test_the_last_rating_of_a_user_or_an_item_is_trained_on():
    """User 1 and item 2 have one rating each, the positions 3 and 2; both ratings of item 1 are held out, 1 and 3."""
    ratings = Ratings(
        users=np.array([0, 0, 0, 1]),
        items=np.array([0, 1, 2, 1]),
        values=np.ones(4, np.float32),
        user_ids=[1, 2],
        item_ids=[1, 2, 3],
    )
    split = all_trained_on(ratings, Split(np.array([0]), np.array([3, 1, 2])))
    assert (split.train.tolist(), split.hold_out.tolist()) == ([0, 3, 2], [1])
