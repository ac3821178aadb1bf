"""The cells of a workbook as arrays, with what is known of each so far: constant, pending, or computed by a node."""

from __future__ import annotations

from typing import Any

import numpy as np

from xlcf.formulas.values import BLANK, NUMBER, TEXT, CellBlock, Integers, Value, constant, encode
from xlcf.ooxml.worksheet import Position, Worksheet

CONSTANT = -1  # in `producer`: no node computes this cell


class SheetCells:
    """One sheet's cells. Slot k of each array belongs to one cell; the last slot stands for all blank cells.

    Attributes:
        numbers, kinds, texts: as in `Value`, shape (slots,). For a cell that varies: its number at the start.
        producer: shape (slots,), the node that computes the cell, or CONSTANT.
        offset: shape (slots,), where in the node's result the cell's number stands.
        pending: shape (slots,), whether the cell holds a formula that is not traced yet.

    """

    def __init__(self, sheet: Worksheet, variables: dict[Position, int]) -> None:
        self.name = sheet.name
        positions = list(dict.fromkeys([*sheet.values, *sheet.formulas, *variables]))
        n = len(positions)
        self.numbers = np.zeros(n + 1)
        self.kinds = np.zeros(n + 1, np.int8)
        self.kinds[n] = BLANK
        self.texts = np.full(n + 1, None, dtype=object)
        self.producer = np.full(n + 1, CONSTANT, np.int64)
        self.offset = np.zeros(n + 1, np.int64)
        self.pending = np.zeros(n + 1, bool)
        for slot, position in enumerate(positions):
            scalar = sheet.values.get(position)
            self.numbers[slot], self.kinds[slot], self.texts[slot] = encode(scalar)
            self.pending[slot] = position in sheet.formulas and position not in variables
            if position in variables:
                self.kinds[slot], self.producer[slot], self.offset[slot] = NUMBER, 0, variables[position]
        table = np.array(positions, dtype=np.int64).reshape(-1, 2)
        # only rows and columns in use are laid out, so that a lone cell at XFD1048576 costs nothing
        self._rows, row_index = np.unique(table[:, 0], return_inverse=True)
        self._columns, column_index = np.unique(table[:, 1], return_inverse=True)
        self._slots = np.full((len(self._rows) + 1, len(self._columns) + 1), n, np.int64)
        self._slots[row_index, column_index] = np.arange(n)
        self.n_rows = int(self._rows[-1]) if n else 0
        self.n_columns = int(self._columns[-1]) if n else 0

    def slots(self, rows: Integers, columns: Integers) -> Integers:
        """Find the slots of cells; rows and columns broadcast together."""
        return self._slots[_find(self._rows, rows), _find(self._columns, columns)]

    def value(self, slots: Integers, rows: Integers, columns: Integers) -> Value:
        """Read cells as constants, those that vary at their start."""
        kinds = self.kinds[slots]
        texts = self.texts[slots] if (kinds >= TEXT).any() else None
        return constant(self.numbers[slots], kinds, texts, CellBlock(self.name, rows, columns))

    def store(self, slots: Integers, value: Value) -> None:
        """Keep a traced batch's results: `value` broadcasts to the shape of `slots`; a blank result becomes 0.

        An ordinary formula's cell takes the first element of an array.
        """
        height, width = slots.shape[-2:]

        def fit(array: np.ndarray[tuple[int, ...], np.dtype[Any]]) -> np.ndarray[tuple[int, ...], np.dtype[Any]]:
            return np.broadcast_to(array[..., :height, :width], slots.shape)

        self.numbers[slots] = fit(value.numbers)
        kinds = fit(value.all_kinds())
        self.kinds[slots] = np.where(kinds == BLANK, NUMBER, kinds)
        self.texts[slots] = None if value.texts is None else fit(value.texts)
        self.pending[slots] = False
        if value.node is not None:
            self.producer[slots] = value.node
            self.offset[slots] = fit(np.arange(value.numbers.size).reshape(value.shape))


def _find(used: Integers, wanted: Integers) -> Integers:
    """Find positions in the sorted `used`; what is not in use gets len(used), the row or column of blanks."""
    if not len(used):
        return np.zeros_like(wanted)
    at = np.minimum(np.searchsorted(used, wanted), len(used) - 1)
    return np.where(used[at] == wanted, at, len(used))
