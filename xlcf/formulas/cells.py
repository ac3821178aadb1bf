"""The cells of a workbook as arrays, with what is known of each so far: constant, pending, or computed by a node."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from xlcf.arrays import Integers
from xlcf.formulas.values import BLANK, NUMBER, TEXT, CellBlock, Value, constant, decode, encode
from xlcf.ooxml.references import MAX_COLUMNS
from xlcf.ooxml.workbook import Workbook
from xlcf.ooxml.worksheet import Position, Scalar, Worksheet

if TYPE_CHECKING:
    from xlcf.formulas.batch import Batch

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
        keys = _key(table[:, 0], table[:, 1])
        order = np.argsort(keys)
        self._keys, self._slots = np.append(keys[order], -1), np.append(order, n)

    def slots(self, rows: Integers, columns: Integers) -> Integers:
        """Find the slots of cells; rows and columns broadcast together."""
        wanted = _key(rows, columns)
        at = np.searchsorted(self._keys[:-1], wanted)
        found: Integers = np.where(self._keys[at] == wanted, self._slots[at], self._slots[-1])
        return found

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
            self.producer[slots] = np.where(kinds == TEXT, CONSTANT, value.node)  # texts never depend on variables
            self.offset[slots] = fit(np.arange(value.numbers.size).reshape(value.shape))

    def scalar(self, position: Position) -> Scalar | None:
        """Give the value of a cell, of one that varies at its start."""
        slot = int(self.slots(np.array(position[0]), np.array(position[1])))
        return decode(float(self.numbers[slot]), int(self.kinds[slot]), self.texts[slot])

    def branch(self, positions: Sequence[Position]) -> SheetCells:
        """Copy what is known, with slots for these cells, too."""
        other: Any = copy.copy(self)
        for name in ("numbers", "kinds", "texts", "producer", "offset", "pending"):
            setattr(other, name, getattr(self, name).copy())
        blank = self._slots[-1]
        new = [at for at in positions if self.slots(np.array(at[0]), np.array(at[1])) == blank]
        if new:
            n = len(self.numbers)
            table = np.array(new, dtype=np.int64)
            keys = np.concatenate([self._keys[:-1], _key(table[:, 0], table[:, 1])])
            slots = np.concatenate([self._slots[:-1], np.arange(n, n + len(new))])
            order = np.argsort(keys)
            other._keys, other._slots = np.append(keys[order], -1), np.append(slots[order], blank)
            for name in ("numbers", "kinds", "texts", "producer", "offset", "pending"):
                array = getattr(other, name)
                setattr(other, name, np.concatenate([array, np.repeat(array[blank : blank + 1], len(new))]))
        branched: SheetCells = other
        return branched

    def snapshot(self, slots: Integers) -> tuple[Any, ...]:
        """Remember what is known of cells; see `restore`."""
        arrays = (self.numbers, self.kinds, self.texts, self.pending, self.producer, self.offset)
        return tuple(array[slots] for array in arrays)

    def restore(self, slots: Integers, held: tuple[Any, ...]) -> None:
        """Bring back what a snapshot remembered."""
        arrays: tuple[Any, ...] = (self.numbers, self.kinds, self.texts, self.pending, self.producer, self.offset)
        for array, before in zip(arrays, held, strict=True):
            array[slots] = before


class BookCells(dict[str, SheetCells]):
    """The sheets' cells, laid out when first asked for.

    Attributes:
        n_rows: the last row in use on any sheet, at least 1.
        n_columns: the last column in use on any sheet, at least 1.

    """

    def __init__(self, workbook: Workbook, variables: dict[str, dict[Position, int]]) -> None:
        super().__init__()
        self._workbook, self._variables = workbook, variables
        every = [*workbook, *workbook.external_sheets.values()]
        changing = [position for positions in variables.values() for position in positions]
        self.n_rows = max([1, *(sheet.n_rows for sheet in every), *(row for row, _ in changing)])
        self.n_columns = max([1, *(sheet.n_columns for sheet in every), *(column for _, column in changing)])

    def slots(self, batch: Batch) -> Integers:
        """Find the slots of the cells of a batch: shape (batch rows, batch columns, 1, 1)."""
        return self[batch.sheet].slots(batch.rows[..., None, None], batch.columns[..., None, None])

    def __missing__(self, sheet: str) -> SheetCells:
        cells = self[sheet] = SheetCells(self._workbook.cells_of(sheet), self._variables.get(sheet, {}))
        return cells


def _key(rows: Integers, columns: Integers) -> Integers:
    """Give one number a cell."""
    return rows * (MAX_COLUMNS + 1) + columns
