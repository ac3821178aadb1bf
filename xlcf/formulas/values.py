"""Values of formulas: numbers in an array, and which of them stand for blanks, truth values, texts or errors."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xlcf.arrays import Integers
from xlcf.formulas.errors import UnsupportedFormulaError
from xlcf.formulas.namespace import Array
from xlcf.formulas.spelled_numbers import text_number
from xlcf.ooxml.worksheet import ExcelError, Scalar

NUMBER, BLANK, BOOLEAN, TEXT, ERROR = 0, 1, 2, 3, 4

_LARGEST_ARRAY = 1 << 25  # numbers of one formula's array

Kinds = NDArray[np.int8]

Texts = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class CellBlock:
    """The cells that a value was read from: `rows` and `columns` broadcast to the value's shape."""

    sheet: str
    rows: Integers
    columns: Integers


@dataclass(frozen=True, slots=True)
class Value:
    """One formula value for a batch of cells; see `namespace` for the axes.

    Attributes:
        numbers: float64. A blank is 0, a truth value 0 or 1, a text the number that it spells (else NaN), an error NaN.
        kinds: what each number stands for, or None where all are plain numbers. Kinds never depend on variables.
        texts: the texts and error codes where kinds say so; None where there are none. Nor do they depend on variables.
        cells: the cells that the value was read from, None for a computed one.
        node: the graph node that computes `numbers` from the variables, None for a constant. What varies has no
            error codes: an error is just NaN.
        known: a constant's numbers as a NumPy array, whatever namespace `numbers` is in; None for what varies.

    """

    numbers: Array
    kinds: Kinds | None = None
    texts: Texts | None = None
    cells: CellBlock | None = None
    node: int | None = None
    known: NDArray[np.float64] | None = None

    @property
    def varies(self) -> bool:
        """Whether the numbers depend on the variables."""
        return self.node is not None

    @property
    def shape(self) -> tuple[int, ...]:
        """The last four axes."""
        return tuple(self.numbers.shape[-4:])

    def all_kinds(self) -> Kinds:
        """Give the kinds as an array in any case."""
        return np.zeros((1, 1, 1, 1), np.int8) if self.kinds is None else self.kinds

    def all_texts(self) -> Texts:
        """Give the texts as an array in any case."""
        return np.full((1, 1, 1, 1), None, dtype=object) if self.texts is None else self.texts

    def is_kind(self, *kinds: int) -> NDArray[np.bool_]:
        """Tell where the value is of one of these kinds; shape broadcasts to `numbers`."""
        held = self.all_kinds()
        found: NDArray[np.bool_] = held == kinds[0]
        for kind in kinds[1:]:
            found = found | (held == kind)
        return found

    def has_kind(self, *kinds: int) -> bool:
        """Tell whether the value is of one of these kinds anywhere."""
        return NUMBER in kinds if self.kinds is None else bool(self.is_kind(*kinds).any())


def require_array_size(shape: tuple[int, ...]) -> None:
    """Raise UnsupportedFormulaError where one array of a formula would not fit into memory with others."""
    if math.prod(shape) > _LARGEST_ARRAY:
        raise UnsupportedFormulaError(f"an array of {math.prod(shape):,} numbers is too large; use smaller areas")


def scalar_value(value: Scalar | None) -> Value:
    """Make a 1 x 1 value of a constant; None is a blank."""
    return array_value([[value]])


def array_value(rows: list[list[Scalar | None]] | tuple[tuple[Scalar, ...], ...]) -> Value:
    """Make a value of constants, row by row."""
    shape = (1, 1, len(rows), len(rows[0]))
    numbers, kinds = np.zeros(shape), np.zeros(shape, np.int8)
    texts = np.full(shape, None, dtype=object)
    for i, row in enumerate(rows):
        for j, scalar in enumerate(row):
            numbers[0, 0, i, j], kinds[0, 0, i, j], texts[0, 0, i, j] = encode(scalar)
    return constant(numbers, kinds, texts)


def constant(
    numbers: NDArray[np.float64],
    kinds: Kinds | None = None,
    texts: Texts | None = None,
    cells: CellBlock | None = None,
) -> Value:
    """Make a value that does not vary; kinds and texts that say nothing are dropped."""
    if kinds is not None and not kinds.any():
        kinds = None
    if kinds is None or not (kinds >= TEXT).any():
        texts = None
    return Value(numbers, kinds, texts, cells, None, numbers)


def encode(scalar: Scalar | None) -> tuple[float, int, str | None]:
    """Give the number, kind and text of a constant."""
    if scalar is None:
        return 0.0, BLANK, None
    if isinstance(scalar, bool):
        return float(scalar), BOOLEAN, None
    if isinstance(scalar, str):
        return text_number(scalar), TEXT, scalar
    if isinstance(scalar, ExcelError):
        return np.nan, ERROR, scalar.code
    return float(scalar), NUMBER, None


def decode(number: float, kind: int, text: object) -> Scalar | None:
    """Undo `encode`; a plain number that is not finite is #NUM!."""
    if kind == BLANK:
        return None
    if kind == BOOLEAN:
        return bool(number)
    if kind == TEXT:
        return str(text)
    if kind == ERROR or not np.isfinite(number):
        return ExcelError(str(text or "#NUM!"))
    return float(number)
