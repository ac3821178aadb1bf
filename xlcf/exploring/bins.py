"""Ranges of values that a table has one row each for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, log10

import numpy as np

from xlcf.arrays import Floats, Integers

MOST = 12
"""Most distinct values that get a bin each."""

_STEPS = (1, 2, 5)  # times powers of ten: where ranges of counts begin


@dataclass(frozen=True)
class Bins:
    """Bins in ascending order: distinct values, or ranges.

    Attributes:
        edges: shape (bins,) of the values, or (bins + 1,) of where the ranges begin and end.
        labels: what each bin holds: `4.5`, or `4 to 4.5`.
        exact: whether they are values.

    """

    edges: Floats
    labels: Sequence[str]
    exact: bool

    @classmethod
    def of_values(cls, values: Floats) -> Bins:
        """Make a bin for each distinct value; where they are many, ranges of equal width."""
        distinct = np.unique(values)
        if len(distinct) > MOST:
            return cls.of_range(float(distinct[0]), float(distinct[-1]))
        return cls(distinct, [f"{value:g}" for value in distinct], True)

    @classmethod
    def of_range(cls, low: float, high: float, number: str = "g") -> Bins:
        """Make about ten ranges of equal width with round ends; `number` is the format of an end."""
        step = _round_step((high - low) / 10) if high > low else 1.0
        first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
        edges = np.arange(first, max(last, first + 1) + 1, dtype=np.float64) * step
        return cls(edges, [f"{start:{number}} to {end:{number}}" for start, end in pairwise(edges.tolist())], False)

    @classmethod
    def of_counts(cls, counts: Integers) -> Bins:
        """Make a bin for each distinct count; where they are many, ranges from 0, 1, 2, 5, 10, 20, 50, ..."""
        distinct = np.unique(counts)
        if len(distinct) <= MOST:
            return cls(distinct.astype(np.float64), [f"{count:,}" for count in distinct.tolist()], True)
        most = int(distinct[-1])
        edges = [*_starts(most), most + 1]
        labels = [f"{a:,}" if b == a + 1 else f"{a:,} to {b - 1:,}" for a, b in pairwise(edges)]
        return cls(np.array(edges, dtype=np.float64), labels, False)

    def __len__(self) -> int:
        return len(self.labels)

    def places(self, values: Floats | Integers) -> Integers:
        """Give the bin of each value: shape (values,); the last range includes its end."""
        if self.exact:
            return np.searchsorted(self.edges, values)
        return np.clip(np.searchsorted(self.edges, values, side="right") - 1, 0, len(self) - 1)


def _round_step(step: float) -> float:
    """Give the least of 1, 2, 2.5 and 5 times a power of ten that is not below a step."""
    power = 10.0 ** floor(log10(step))
    return next((factor * power for factor in (1, 2, 2.5, 5) if factor * power >= step * (1 - 1e-9)), 10 * power)


def _starts(most: int) -> list[int]:
    """Give 0, 1, 2, 5, 10, 20, 50, ... up to the largest count."""
    starts = [0]
    power = 1
    while power <= most:
        starts += [step * power for step in _STEPS if step * power <= most]
        power *= 10
    return starts
