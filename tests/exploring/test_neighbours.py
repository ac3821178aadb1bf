"""Neighbours, against all cosines one by one."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cosine

from xlcf.errors import InputError
from xlcf.exploring import similar_items, similar_users
from xlcf.models.neighbours import nearest


def by_hand(factors, counts, code, damping, minimum_count):
    return sorted(
        (-(1 - cosine(factors[code], factors[other])) * counts[other] / (counts[other] + damping), other)
        for other in range(len(factors))
        if other != code and counts[other] >= minimum_count
    )


@pytest.mark.parametrize(("damping", "minimum_count"), [(0, 1), (5, 1), (5, 12)])
def test_neighbours_are_those_found_one_by_one(fitted, damping, minimum_count):
    for find, factors, counts in (
        (similar_items, fitted.factors.item_factors, fitted.item_counts),
        (similar_users, fitted.factors.user_factors, fitted.user_counts),
    ):
        expected = by_hand(factors, counts, 7, damping, minimum_count)[:6]
        found = find(fitted, 7, 6, damping=damping, minimum_count=minimum_count)
        assert found.codes.tolist() == [code for _, code in expected]
        np.testing.assert_allclose(found.similarity, [-value for value, _ in expected])
        np.testing.assert_allclose(found.cosine, [1 - cosine(factors[7], factors[code]) for _, code in expected])


@given(st.integers(1, 30), st.integers(1, 40), st.integers(0, 1000))
def test_there_are_never_more_than_there_can_be(members, top, seed):
    rng = np.random.default_rng(seed)
    factors = rng.integers(-1, 2, (members, 2)).astype(float)  # with ties, and rows of zeros
    counts = rng.integers(0, 4, members)
    found = nearest(factors, counts, 0, top, damping=0)
    has_length = np.abs(factors).sum(axis=1) > 0
    possible = int((has_length & (counts >= 1))[1:].sum()) if has_length[0] else 0
    assert len(found.codes) == min(top, possible)
    assert 0 not in found.codes
    assert (np.diff(found.similarity) <= 0).all()


def test_biases_play_no_part(fitted):
    from dataclasses import replace

    other = replace(fitted, predictor=replace(fitted.factors, item_bias=fitted.factors.item_bias[::-1]))
    assert similar_items(other, 3).codes.tolist() == similar_items(fitted, 3).codes.tolist()


@pytest.mark.parametrize("options", [{"top": 0}, {"damping": -1.0}, {"damping": float("nan")}])
def test_options_out_of_range_are_refused(fitted, options):
    with pytest.raises(InputError):
        similar_items(fitted, 0, **options)


def test_sixty_thousand_items_take_no_time():
    rng = np.random.default_rng(0)
    factors, counts = rng.normal(size=(60_000, 50)), rng.integers(1, 1000, 60_000)
    nearest(factors, counts, 0, 10)
    begun = time.perf_counter()
    nearest(factors, counts, 5, 10)
    assert time.perf_counter() - begun < 0.5  # 4 ms on an idle core
