"""Excel functions that move elements of arrays about without changing them: TAKE, HSTACK, SORTBY, FILTER, ...

They are written on places instead of values, so that gradients flow through whatever they move. A `Block` stands for
each range or array: `places`, shape (rows, columns), are whole numbers, one for each element of all the blocks
together, and the function gives an array of such places; -1 stands for #N/A. Where it has to know the values, `cells`
gives them, if they do not depend on variables. Other parameters, and errors, are as in `scalar_functions`.

    @moving_function("TAKE", takes="RV?V?")
    def take(block: Block, rows: int | None = None, columns: int | None = None) -> Places: ...
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from xlcf.formulas.errors import UnsupportedFormulaError
from xlcf.formulas.ranges import RaggedBatchError, Range, ReferenceContext
from xlcf.formulas.registry import reference_function
from xlcf.formulas.scalar_functions import LEFT_OUT, Signature, elements_of
from xlcf.formulas.scalars import Cells
from xlcf.formulas.values import Kinds, Value, scalar_value
from xlcf.ooxml.worksheet import ExcelError

Places = NDArray[np.int64]
Moving = TypeVar("Moving", bound=Callable[..., Any])


@dataclass(frozen=True)
class Block:
    """A range or array whose elements are moved.

    Attributes:
        places: shape (rows, columns), a number for each element.

    """

    places: Places
    _value: Value
    _batch: tuple[int, int]

    @property
    def height(self) -> int:
        """How many rows there are."""
        return len(self.places)

    @property
    def width(self) -> int:
        """How many columns there are."""
        return int(self.places.shape[1])

    @property
    def kinds(self) -> Kinds:
        """What each element is, shape (rows, columns); see `values`. It does not depend on variables."""
        kinds: Kinds = np.broadcast_to(self._value.all_kinds(), self._value.shape)[self._batch]
        return kinds

    @property
    def cells(self) -> Cells:
        """The values, row by row.

        Raises:
            UnsupportedFormulaError: where they depend on variable cells.

        """
        rows: Cells = elements_of(self._value, _known(self._value))[self._batch].tolist()
        return rows


def moving_function(*names: str, takes: str) -> Callable[[Moving], Moving]:
    """Enter a function that moves elements under its Excel names; see the module's docstring, and `registry`."""

    def decorate(implementation: Moving) -> Moving:
        signature = Signature(implementation, whole=Block)

        def call(context: ReferenceContext, *operands: Range | Value | None) -> Value:
            return _move(context, signature, operands)

        call.__module__ = implementation.__module__
        reference_function(*names, takes=takes)(call)
        return implementation

    return decorate


def _move(context: ReferenceContext, signature: Signature, operands: tuple[Range | Value | None, ...]) -> Value:
    values = [None if operand is None else context.read(operand) for operand in operands]
    blocks = [v for number, v in enumerate(values) if v is not None and signature.takes_whole(number)]
    shape = np.broadcast_shapes((1, 1), *(value.shape[:2] for value in values if value is not None))
    moved = []
    for at in np.ndindex(shape):
        arguments: list[Any] = []
        base = 0
        for number, value in enumerate(values):
            if value is None:
                arguments.append(LEFT_OUT)
                continue
            batch = min(at[0], value.shape[0] - 1), min(at[1], value.shape[1] - 1)
            if signature.takes_whole(number):
                size = value.shape[-2] * value.shape[-1]
                arguments.append(Block(np.arange(base, base + size).reshape(value.shape[-2:]), value, batch))
                base += size
            else:
                arguments.append(elements_of(value, _known(value))[batch][0, 0])
        moved.append(signature.call(arguments))
    errors = {each for each in moved if isinstance(each, ExcelError)}
    if len(errors) == 1 and all(isinstance(each, ExcelError) for each in moved):
        return scalar_value(errors.pop())
    places = [np.asarray(each, dtype=np.int64) for each in moved]
    if errors or len({each.shape for each in places}) > 1:
        raise RaggedBatchError
    if 0 in places[0].shape:
        return context.error("#CALC!")
    return context.gather(blocks, np.stack(places).reshape((*shape, *places[0].shape)))


def _known(value: Value) -> NDArray[np.float64]:
    if value.known is None:
        raise UnsupportedFormulaError("the place of a cell depends on variable cells, which is not supported")
    return np.broadcast_to(value.known, value.shape)
