"""Differences between ends, against loops written out."""

import numpy as np
import pytest

from xlcf.comparing.agreement import agreement


def test_differences_of_predictions(dotprod):
    problem, found = dotprod
    random = np.random.default_rng(0)
    ends = {name: random.uniform(size=len(problem.variables)) for name in ("a", "b", "c")}
    got = agreement(ends, found)
    assert (got.methods, got.of) == (("a", "b", "c"), "predictions")
    tables = [found.factors(x).predict_all() for x in ends.values()]
    rated = set(zip(found.ratings.users.tolist(), found.ratings.items.tolist(), strict=True))
    for one in range(3):
        for other in range(3):
            away = np.abs(tables[one] - tables[other])
            seen = [away[pair] for pair in rated]
            unseen = [away[u, i] for u in range(15) for i in range(15) if (u, i) not in rated]
            assert got.largest[one, other] == max(seen)
            assert got.mean[one, other] == pytest.approx(np.mean(seen))
            assert got.largest_unrated[one, other] == max(unseen)


def test_other_models_compare_their_variables():
    got = agreement({"a": np.array([1.0, 2.0]), "b": np.array([1.5, 5.0])}, None)
    assert got.of == "variables"
    np.testing.assert_array_equal(got.largest, [[0, 3], [3, 0]])
    np.testing.assert_array_equal(got.mean, [[0, 1.75], [1.75, 0]])
    assert got.largest_unrated is None


def test_where_all_is_rated_nothing_is_unrated(planted):
    problem, found = planted
    got = agreement({"a": problem.start, "b": problem.start + 1}, found)
    assert got.largest_unrated is None


def test_one_end_agrees_with_nobody():
    assert agreement({"a": np.zeros(2)}, None) is None
