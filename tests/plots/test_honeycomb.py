"""The honeycomb: a rating's hexagons lie evenly about it, and none is lost."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from xlcf.plots.honeycomb import honeycomb


def hexagons(actual, predicted):
    """Give the middles and counts of the hexagons that hold anything: shapes (hexagons, 2), (hexagons,)."""
    cells = honeycomb(actual, predicted)
    drawn = (
        Figure()
        .subplots()
        .hexbin(actual, predicted, gridsize=(cells.columns, cells.rows), extent=(*cells.extent, *cells.ends), mincnt=1)
    )
    return cells, drawn.get_offsets(), drawn.get_array()


@pytest.mark.parametrize("ratings", [[0, 1], [1, 2, 3, 4, 5], np.arange(0.5, 5.5, 0.5), [1, 2, 5], [3]])
def test_steps(ratings):
    rng = np.random.default_rng(3)
    actual = rng.choice(np.asarray(ratings, dtype=float), 2000)
    predicted = np.clip(actual + rng.normal(0, 0.4, 2000), 0, 5.5)
    cells, middles, counts = hexagons(actual, predicted)
    assert counts.sum() == 2000
    nearest = np.asarray(ratings)[np.argmin(np.abs(middles[:, :1] - ratings), axis=1)]
    np.testing.assert_allclose(np.abs(middles[:, 0] - nearest), cells.width / 4, atol=1e-9)
    for rating in ratings:
        assert counts[nearest == rating].sum() == np.sum(actual == rating)
    assert (middles[:, 0] - cells.width / 2).min() >= cells.ends[0]
    assert (middles[:, 0] + cells.width / 2).max() <= cells.ends[1]


def test_no_steps():
    actual = np.random.default_rng(4).uniform(0, 100, 500)
    cells, _, counts = hexagons(actual, actual)
    assert cells.width is None
    assert counts.sum() == 500
    assert cells.ends[0] < actual.min() < actual.max() < cells.ends[1]
