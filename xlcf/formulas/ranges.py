"""References as the tracer sees them: one area for each cell of a batch, all of one size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from xlcf.arrays import Integers
from xlcf.formulas.errors import UnsupportedFormulaError
from xlcf.formulas.nesting import Nested
from xlcf.formulas.syntax import Expression
from xlcf.formulas.values import Value
from xlcf.ooxml.workbook import Workbook

if TYPE_CHECKING:
    from xlcf.formulas.closures import Closure, Scope


@dataclass(frozen=True)
class Range:
    """A reference for a batch of formula cells.

    Attributes:
        sheet: the sheet that it lies on.
        row: shape (batch rows or 1, batch columns or 1), the first row of each cell's area.
        column: likewise, the first column.
        height: rows, the same for all.
        width: columns, the same for all.

    """

    sheet: str
    row: Integers
    column: Integers
    height: int
    width: int


@dataclass(frozen=True)
class Union:
    """Several references taken together: `(A1,B2:C3)`, or `Jan:Dec!A1`, which is one on each sheet."""

    ranges: tuple[Range, ...]


def size_of(operand: Range | Value) -> tuple[int, int]:
    """Give the rows and columns of a range or array."""
    return (operand.height, operand.width) if isinstance(operand, Range) else (operand.shape[-2], operand.shape[-1])


class RaggedBatchError(Exception):
    """The cells of a batch need areas of different sizes; they have to be traced one by one."""


def uniform(numbers: Integers) -> int:
    """Give the one number that all cells of a batch agree on.

    Raises:
        RaggedBatchError: where they differ.

    """
    first = int(numbers.flat[0])
    if (numbers != first).any():
        raise RaggedBatchError
    return first


class ReferenceContext(Protocol):
    """What a reference function may ask of the tracer."""

    @property
    def host_rows(self) -> Integers:
        """The rows of the formula cells: shape (batch rows, 1)."""

    @property
    def host_columns(self) -> Integers:
        """The columns of the formula cells: shape (1 or batch rows, batch columns)."""

    @property
    def host_size(self) -> tuple[int, int]:
        """How many rows and columns each formula fills: (1, 1) unless it is an array formula."""

    @property
    def host_sheet(self) -> str:
        """The sheet of the formula cells."""

    @property
    def workbook(self) -> Workbook:
        """The workbook that they are in."""

    def evaluate(self, reference: Expression) -> Range | Union | Value | Closure:
        """Find what a reference means."""

    def read(self, operand: Range | Union | Value | Closure) -> Value:
        """Read the cells of a range, those of a union in one row; a value stays."""

    def intersect(self, operand: Range | Value) -> Range | Value:
        """Cut a range down to the formula's own row or column."""

    def index(self, value: Value, rows: Integers, columns: Integers) -> Value:
        """Pick one element of a computed array for each cell of the batch; positions count from 0."""

    def gather(self, blocks: Sequence[Value], places: Integers) -> Value:
        """Put a new array together from elements of others.

        Args:
            blocks: the arrays; their elements are numbered one block after the other, row by row.
            places: shape (batch rows or 1, batch columns or 1, rows, columns), the number of each element, or -1 for
                #N/A.

        """

    def apply(self, name: str, *values: Value) -> Value:
        """Apply a function of values, by its name."""

    def spill(self, anchor: Range) -> Range | Value:
        """Give the area that a dynamic array formula fills; #REF! where there is none in the cell."""

    def error(self, code: str) -> Value:
        """Make an error value."""


class TracingContext(ReferenceContext, Protocol):
    """What a function may ask of the tracer that gets its arguments as expressions."""

    @property
    def scope(self) -> Scope:
        """The names that the arguments see."""

    def within(self, scope: Scope, expression: Expression, *, array_mode: bool, single: bool) -> Nested[Any]:
        """Trace an expression that sees these names."""

    def invoke(
        self, function: Closure, operands: Sequence[Any], *, array_mode: bool, single: bool = False
    ) -> Nested[Any]:
        """Call a LAMBDA; the result is an operand, #VALUE! where it does not take these arguments."""

    def join(self, values: Sequence[Value], size: tuple[int, int]) -> Value:
        """Put single values together, row by row."""

    def finish(self, call: Nested[Any]) -> Any:
        """Trace to the end at once."""

    def try_at_once(self, function: Closure, arrays: Sequence[Range | Value], along: Sequence[int]) -> Value | None:
        """Call a LAMBDA with all parts of arrays of one size in one batch.

        Args:
            function: the LAMBDA, with a parameter for each array.
            arrays: the arrays.
            along: the axes along which they are cut: 0 into rows, 1 into columns, both into single elements.

        Returns:
            what it gives, one value a part, laid out as the parts were; #CALC! where it gives arrays; None where the
            calls cannot be traced together.

        Raises:
            RaggedBatchError: where the cells of the batch are better traced one by one.

        """


def positions(value: Value | None, default: int) -> Integers:
    """Read a constant argument as whole numbers, one a cell: shape (batch rows or 1, batch columns or 1).

    Raises:
        UnsupportedFormulaError: where the argument is an array.

    """
    if value is None or value.known is None:
        return np.full((1, 1), default, dtype=np.int64)
    if value.shape[-2:] != (1, 1):
        raise UnsupportedFormulaError("looking up several places at once is not supported")
    return np.trunc(value.known[:, :, 0, 0]).astype(np.int64)
