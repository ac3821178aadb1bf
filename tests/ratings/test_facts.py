import statistics
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlcf.ratings.facts import Bar, find_facts
from xlcf.ratings.ratings import Ratings

PAIRS = st.dictionaries(st.tuples(st.integers(0, 5), st.integers(0, 7)), st.sampled_from([0.5, 3.0, 4.5]), min_size=1)


def make(values: dict[tuple[int, int], float], times: bool = False) -> Ratings:
    users, items = np.array(list(values), dtype=np.int32).T
    stamps = np.arange(len(values), dtype=np.int64) + 100 if times else None
    numbers = np.array(list(values.values()), dtype=np.float32)
    return Ratings(users, items, numbers, [f"u{code}" for code in range(6)], range(8), list("ABCDEFGH"), stamps)


@given(PAIRS, st.booleans())
def test_against_plain_counting(values: dict[tuple[int, int], float], times: bool) -> None:
    facts = find_facts(make(values, times), most=2)
    of_users, of_items = Counter(user for user, _ in values), Counter(item for _, item in values)
    assert (facts.users, facts.items, facts.ratings) == (len(of_users), len(of_items), len(values))
    assert facts.density == len(values) / (len(of_users) * len(of_items))
    assert facts.mean == pytest.approx(statistics.mean(values.values()))
    assert facts.standard_deviation == pytest.approx(statistics.pstdev(values.values()))
    assert facts.histogram == [Bar(value, value, count) for value, count in sorted(Counter(values.values()).items())]
    assert facts.per_user.median == statistics.median(of_users.values())
    assert (facts.per_item.least, facts.per_item.most) == (min(of_items.values()), max(of_items.values()))
    assert facts.per_item.mean == pytest.approx(statistics.mean(of_items.values()))
    assert (facts.first_time, facts.last_time) == ((100, 99 + len(values)) if times else (None, None))
    busiest = sorted(of_items, key=lambda item: (-of_items[item], item))[:2]
    assert [(one.id, one.label, one.ratings) for one in facts.busiest_items] == [
        (item, "ABCDEFGH"[item], of_items[item]) for item in busiest
    ]
    assert facts.busiest_users[0].label.startswith("u")


def test_ratings_whose_squares_are_beyond_single_precision() -> None:
    codes = np.arange(2)
    facts = find_facts(Ratings(codes, codes, np.array([-1e30, 1e30], dtype=np.float32), range(2), range(2)))
    assert facts.standard_deviation == pytest.approx(1e30)


def test_many_values_make_bars_of_one_width() -> None:
    values = np.linspace(0, 10, 101)
    codes = np.arange(101)
    bars = find_facts(Ratings(codes, codes, values, range(101), range(101))).histogram
    counts, edges = np.histogram(values, 10)
    assert [bar.count for bar in bars] == counts.tolist()
    assert [bar.low for bar in bars] == pytest.approx(edges[:-1].tolist())
