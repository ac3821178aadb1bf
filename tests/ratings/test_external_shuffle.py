from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xlcf.ratings.external_shuffle import ROW, ExternalShuffle

ROWS = st.lists(st.tuples(st.integers(-3, 6), st.integers(-3, 6)), max_size=60)


def shuffle(
    folder: Path,
    pairs: list[tuple[int, int]],
    *,
    seed: int = 0,
    rows_in_memory: int = 4,
    expected: int = 0,
    part: int = 3,
) -> list[tuple[int, int, float, int]]:
    """Shuffle pairs; the value of each says where it stood."""
    rows = np.array([(user, item, place, 10 * place) for place, (user, item) in enumerate(pairs)], dtype=ROW)
    shuffling = ExternalShuffle(folder, expected, seed, memory=120 * rows_in_memory)
    for start in range(0, len(rows), part):
        shuffling.add(rows[start : start + part])
    result = [row for block in shuffling.shuffled() for row in block.tolist()]
    assert not list(folder.iterdir())
    return result


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(ROWS, st.integers(2, 20), st.sampled_from([0, 20, 1000]), st.integers(1, 10), st.integers(0, 2**70))
def test_each_pair_once_with_its_last_value(
    tmp_path: Path, pairs: list[tuple[int, int]], rows_in_memory: int, expected: int, part: int, seed: int
) -> None:
    rows = shuffle(tmp_path, pairs, seed=seed, rows_in_memory=rows_in_memory, expected=expected, part=part)
    last = {pair: place for place, pair in enumerate(pairs)}
    assert sorted(rows) == sorted((*pair, place, 10 * place) for pair, place in last.items())


def test_same_for_a_seed_and_only_then(tmp_path: Path) -> None:
    pairs = [(user, item) for user in range(20) for item in range(20)]
    first, again, other = (shuffle(tmp_path, pairs, seed=seed, rows_in_memory=50) for seed in (1, 1, 2))
    assert first == again != other


def test_one_pair_many_times(tmp_path: Path) -> None:
    assert shuffle(tmp_path, [(1, 2)] * 1000) == [(1, 2, 999, 9990)]


def test_the_order_looks_random(tmp_path: Path) -> None:
    """Where each row comes out is uncorrelated with where it went in, and all places are about as likely."""
    pairs = [(user, item) for user in range(60) for item in range(50)]
    places = []
    for seed in range(20):
        rows = shuffle(tmp_path, pairs, seed=seed, rows_in_memory=400, expected=3000, part=500)
        came_from = np.array([row[2] for row in rows])
        assert abs(np.corrcoef(came_from, np.arange(len(rows)))[0, 1]) < 0.08  # 4.4 standard deviations
        places.append(int(np.flatnonzero(came_from == 0)[0]))
    assert np.mean(places) == pytest.approx(1500, abs=600)
    assert len(set(places)) > 15
