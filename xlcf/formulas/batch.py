"""The cells that are traced together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlcf.arrays import Integers


@dataclass(frozen=True)
class Batch:
    """Cells of one sheet that are filled with one formula.

    Attributes:
        sheet: their sheet.
        rows: shape (batch rows, 1): the cells' rows.
        columns: shape (1, batch columns) where the cells make a rectangle, else (batch rows, 1).
        array: (height, width) of the area that each fills, for array formulas; None for ordinary ones.

    """

    sheet: str
    rows: Integers
    columns: Integers
    array: tuple[int, int] | None

    @property
    def shape(self) -> tuple[int, int]:
        """Batch rows and batch columns."""
        rows, columns = np.broadcast_shapes(self.rows.shape, self.columns.shape)
        return rows, columns


def make_batch(sheet: str, positions: list[tuple[int, int]], array: tuple[int, int] | None) -> Batch:
    """Arrange cells as a grid where they make a full rectangle of rows and columns, else as a list."""
    table = np.array(sorted(positions), dtype=np.int64)
    if len(table) == 1:  # as in a chain of cells, each of which waits for the one before
        return Batch(sheet, table[:, :1], table[:, 1:], array)
    rows, columns = np.unique(table[:, 0]), np.unique(table[:, 1])
    if len(rows) * len(columns) == len(table):
        return Batch(sheet, rows[:, None], columns[None, :], array)
    return Batch(sheet, table[:, :1], table[:, 1:], array)


class PendingCellsError(Exception):
    """A batch reads cells whose formulas are not traced yet.

    Attributes:
        needs: for each cell of the batch, in order, the positions that it reads and that are pending.

    """

    def __init__(self, sheet: str, needs: list[list[tuple[int, int]]]) -> None:
        super().__init__(f"{sum(map(len, needs))} cells on {sheet} are pending")
        self.sheet, self.needs = sheet, needs
