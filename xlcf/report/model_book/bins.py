"""Ranges of values that a table has one row each for."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log10

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MOST = 12
"""Most distinct values that get a bin each."""


@dataclass(frozen=True)
class Bins:
    """Bins in ascending order: distinct values, or ranges of equal width.

    Attributes:
        edges: shape (bins,) of the values, or (bins + 1,) of where the ranges begin and end.
        exact: whether they are values.

    """

    edges: Floats
    exact: bool

    @classmethod
    def of_values(cls, values: Floats) -> Bins:
        """Make a bin for each distinct value; where they are many, ranges of equal width."""
        distinct = np.unique(values)
        return cls(distinct, True) if len(distinct) <= MOST else cls.of_range(float(distinct[0]), float(distinct[-1]))

    @classmethod
    def of_range(cls, low: float, high: float) -> Bins:
        """Make about ten ranges with round ends."""
        step = _round_step((high - low) / 10) if high > low else 1.0
        first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
        return cls(np.arange(first, max(last, first + 1) + 1, dtype=np.float64) * step, False)

    def __len__(self) -> int:
        return len(self.edges) - (not self.exact)

    def places(self, values: Floats) -> Integers:
        """Give the bin of each value; the last range includes its end."""
        if self.exact:
            return np.searchsorted(self.edges, values)
        return np.clip(np.searchsorted(self.edges, values, side="right") - 1, 0, len(self) - 1)

    def labels(self) -> list[str]:
        """Say what each bin holds: `4.5`, or `4 to 4.5`."""
        if self.exact:
            return [f"{value:g}" for value in self.edges]
        return [f"{low:g} to {high:g}" for low, high in zip(self.edges[:-1], self.edges[1:], strict=True)]


def _round_step(step: float) -> float:
    """Give the least of 1, 2, 2.5 and 5 times a power of ten that is not below a step."""
    power = 10.0 ** floor(log10(step))
    return next((factor * power for factor in (1, 2, 2.5, 5) if factor * power >= step * (1 - 1e-9)), 10 * power)
