"""A honeycomb for predictions against ratings, which mostly go by steps of a half or a whole star."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlcf.arrays import Floats

_FEW = 40  # most distinct ratings that are taken for steps
_LEAST = 9  # hexagons across, however few the ratings


@dataclass(frozen=True)
class Honeycomb:
    """Where matplotlib's `hexbin` puts its hexagons.

    Attributes:
        columns: hexagons across `extent`.
        rows: the same, up `ends`.
        extent: from where to where they go across.
        ends: the limits of both axes.
        width: of a hexagon; None where ratings do not go by steps.

    """

    columns: int
    rows: int
    extent: tuple[float, float]
    ends: tuple[float, float]
    width: float | None


def honeycomb(actual: Floats, predicted: Floats) -> Honeycomb:
    """Fit a honeycomb to ratings and their predictions, both of shape (ratings,).

    Every other row of hexagons is moved by half a hexagon. Where ratings go by steps, hexagons are as wide as a step (a
    part of one where there are but a few steps), and a rating lies midway between the middles of both kinds of rows:
    as many of its hexagons reach out to its left as to its right.
    """
    ratings = np.unique(actual)
    low, high = float(min(ratings[0], predicted.min())), float(max(ratings[-1], predicted.max()))
    if len(ratings) > _FEW:
        room = 0.06 * (high - low)
        ends = low - room, high + room
        return Honeycomb(38, 22, ends, ends, None)
    step = float(np.diff(ratings).min()) if len(ratings) > 1 else 1.0
    width = step / max(1, _LEAST // len(ratings))
    first = float(ratings[0]) - 1.25 * width
    columns = round((float(ratings[-1]) - first) / width) + 2
    ends = low - 0.8 * width, high + 0.8 * width
    return Honeycomb(columns, 12, (first, first + columns * width), ends, width)
