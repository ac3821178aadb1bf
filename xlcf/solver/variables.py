"""The variables of a problem: where they start, what bounds them, and which are whole numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xlcf.arrays import Floats

Cell = tuple[str, int, int]

CONTINUOUS, INTEGER, BINARY = "continuous", "integer", "binary"


@dataclass(frozen=True)
class Variables:
    """The variable cells.

    Attributes:
        cells: (sheet, row, column) of each.
        addresses: their addresses, each with its sheet where that is not the model's own.
        labels: what a person calls each; None where nothing beside it says.
        text: their areas as Solver's dialog names them: `H19:V23, B25:F39`.
        start: shape (variables,), the numbers in the workbook; a blank cell counts as 0.
        is_blank: shape (variables,), which cells hold nothing.
        lower: shape (variables,), -inf where there is no bound.
        upper: shape (variables,), inf where there is no bound.
        kinds: `continuous`, `integer` or `binary` (0 or 1; its bounds say so, too) for each.
        all_different: groups of positions: the n variables of a group are the numbers from 1 to n in some order. Their
            kind is `integer`.

    """

    cells: tuple[Cell, ...]
    addresses: tuple[str, ...]
    labels: tuple[str | None, ...]
    text: str
    start: Floats
    is_blank: NDArray[np.bool_]
    lower: Floats
    upper: Floats
    kinds: tuple[str, ...]
    all_different: tuple[tuple[int, ...], ...]

    def __len__(self) -> int:
        return len(self.cells)

    @property
    def has_bounds(self) -> bool:
        """Whether any variable has a bound."""
        return bool(np.isfinite(self.lower).any() or np.isfinite(self.upper).any())

    @property
    def has_integers(self) -> bool:
        """Whether any variable must be a whole number."""
        return any(kind != CONTINUOUS for kind in self.kinds)

    def pairs_of_bounds(self) -> Floats:
        """Give lower and upper bounds side by side, as SciPy takes them: shape (variables, 2)."""
        return np.stack([self.lower, self.upper], axis=1)

    def distance_to_whole(self, x: Floats) -> Floats:
        """Tell how far x, shape (variables,), is from what its kinds ask: same shape, 0 where it is met.

        That is the distance to the nearest whole number, and for the variables of a group that are equal to another
        one of it 1.
        """
        away = np.where(np.array(self.kinds) == CONTINUOUS, 0.0, np.abs(x - np.round(x)))
        for group in self.all_different:
            places = np.array(group)
            _, which, counts = np.unique(np.round(x[places]), return_inverse=True, return_counts=True)
            away[places] = np.where(counts[which] > 1, 1.0, away[places])
        return away
