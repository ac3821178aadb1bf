"""Excel functions written on single values of Python instead of arrays: texts, dates, whatever has no gradient.

The parameters' annotations say what Excel's values are turned into before the call:

    float, int    a number (an int without its decimals); a text that spells none is #VALUE!
    str           a text
    bool          a truth value
    Scalar        the value as it is: float, str, bool or, for a blank, None
    Cells         the whole range or array, a list of rows of such values, which may be errors

with `| None` for one that is None when left out. `*args` repeats. An error among single values is the result, before
any call (unless the function `takes_errors`); the function gives other errors as an `ExcelError` or raises a
`CellError`. With single parameters it is called for each element of the arrays given; one that is annotated to return
`Cells` gives an array.

    @scalar_function("REPT", takes="VV")
    def rept(text: str, times: int) -> str: ...

Where an argument depends on variables, a result annotated as a number or truth value is a step function of it: exact
values, no gradient. A text cannot depend on variables.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar, get_args, get_type_hints

import numpy as np
from numpy.typing import NDArray

from xlcf.formulas.curves import STEPPED, Curve
from xlcf.formulas.errors import CellError, UnsupportedFormulaError
from xlcf.formulas.namespace import Array, Namespace
from xlcf.formulas.ranges import RaggedBatchError
from xlcf.formulas.registry import function
from xlcf.formulas.scalars import Cells, as_integer, as_number, as_text, as_truth
from xlcf.formulas.values import BOOLEAN, Kinds, Value, constant, decode, encode
from xlcf.ooxml.worksheet import ExcelError, Scalar

Plain = TypeVar("Plain", bound=Callable[..., Any])

LEFT_OUT = object()
"""Stands for an argument that is left out, which is not the same as a blank."""

Turn = Callable[[Scalar | None], Any]
_KINDS: dict[Any, Kinds | None] = {float: None, int: None, bool: np.full((1, 1, 1, 1), BOOLEAN, np.int8)}
_TURN: dict[Any, Turn] = {
    float: as_number,
    int: as_integer,
    str: as_text,
    bool: as_truth,
}


def scalar_function(
    *names: str, takes: str, curve: Curve = STEPPED, takes_errors: bool = False
) -> Callable[[Plain], Plain]:
    """Enter a function of single values under its Excel names; see the module's docstring, and `registry`."""

    def decorate(implementation: Plain) -> Plain:
        signature = Signature(implementation, takes_errors=takes_errors)

        def call(xp: Namespace, *values: Value) -> Value:
            return apply_to_scalars(signature, xp, values)

        call.__module__ = implementation.__module__
        function(*names, takes=takes, curve=curve)(call)
        return implementation

    return decorate


@dataclass(frozen=True)
class Signature:
    """What a function of single values takes and gives, as its annotations say; they are read at the first call.

    Attributes:
        function: the function.
        whole: the annotation of parameters that take ranges and arrays, besides `Cells`.
        takes_errors: whether it is called with errors among its single values.

    """

    function: Callable[..., Any]
    whole: Any = Cells
    takes_errors: bool = False

    @cached_property
    def gives(self) -> Any:
        """The annotation of the result."""
        return self._hints["return"]

    @cached_property
    def _hints(self) -> dict[str, Any]:
        return get_type_hints(self.function)

    @cached_property
    def _turns(self) -> tuple[tuple[Turn | None, ...], Turn | None]:
        """How a value is turned into what each parameter takes, and into what those beyond them take.

        None stands for what is given as it is, whole.
        """
        turns: list[Turn | None] = []
        repeated: Turn | None = None
        for name, parameter in inspect.signature(self.function).parameters.items():
            turn = _turn(self._hints[name], self.whole)
            if parameter.kind is parameter.VAR_POSITIONAL:
                repeated = turn
            else:
                turns.append(turn)
        return tuple(turns), repeated

    def takes_whole(self, number: int) -> bool:
        """Tell whether the function takes this argument whole, as a range or array."""
        return self._turn(number) is None

    def call(self, arguments: Sequence[Any]) -> Any:
        """Call the function with scalars and what it takes whole; a `CellError` comes back as an `ExcelError`."""
        for argument in arguments:
            if isinstance(argument, ExcelError) and not self.takes_errors:
                return argument
        try:
            turned: list[Any] = []
            for number, argument in enumerate(arguments):
                turn = self._turn(number)
                if argument is LEFT_OUT:
                    turned.append(None)
                else:
                    turned.append(argument if turn is None else turn(argument))
            return self.function(*turned)
        except CellError as error:
            return ExcelError(error.code)
        except OverflowError:
            return ExcelError("#NUM!")

    def _turn(self, number: int) -> Turn | None:
        turns, repeated = self._turns
        return turns[number] if number < len(turns) else repeated


def _turn(hint: Any, whole: Any) -> Turn | None:
    kinds = [kind for kind in get_args(hint) if kind is not type(None)]
    if any(each in (whole, Cells) for each in (hint, *kinds)):
        return None
    return _TURN.get(kinds[0] if len(kinds) == 1 else hint, _as_it_is)


def _as_it_is(scalar: Scalar | None) -> Scalar | None:
    return scalar


def apply_to_scalars(signature: Signature, xp: Namespace, values: Sequence[Value]) -> Value:
    """Apply a function of single values to arrays."""
    varies = any(value.varies for value in values)
    if varies and signature.gives not in _KINDS:
        raise UnsupportedFormulaError("a text that depends on variable cells is not supported")
    columns = []
    for number, value in enumerate(values):
        numbers = xp.values(value.numbers) if value.varies else _known(value)
        columns.append((rows_of if signature.takes_whole(number) else elements_of)(value, numbers))
    if signature.gives == Cells:
        return _arrays(signature, columns)
    results = _each(signature, columns)
    if varies:
        numbers = np.asarray(np.frompyfunc(_number, 1, 1)(results), dtype=float)
        return Value(xp.asarray(numbers), _KINDS[signature.gives])
    return _constant(results)


def _known(value: Value) -> NDArray[np.float64]:
    assert value.known is not None
    return value.known


def elements_of(value: Value, numbers: Array) -> NDArray[np.object_]:
    """Give a value's elements as scalars: shape (..., batch rows, batch columns, rows, columns)."""
    result = np.empty(numbers.shape, dtype=object)
    kinds, texts = (np.broadcast_to(array, numbers.shape) for array in (value.all_kinds(), value.all_texts()))
    flat = zip(numbers.ravel().tolist(), kinds.ravel().tolist(), texts.ravel().tolist(), strict=True)
    result.ravel()[:] = [decode(number, kind, text) for number, kind, text in flat]
    return result


def rows_of(value: Value, numbers: Array) -> NDArray[np.object_]:
    """Give each range as a list of rows: shape (..., batch rows, batch columns, 1, 1)."""
    elements = elements_of(value, np.broadcast_to(numbers, (*numbers.shape[:-4], *value.shape)))
    result = np.empty((*elements.shape[:-2], 1, 1), dtype=object)
    for at in np.ndindex(elements.shape[:-2]):
        result[(*at, 0, 0)] = elements[at].tolist()
    return result


def _each(signature: Signature, columns: Sequence[NDArray[np.object_]]) -> NDArray[np.object_]:
    """Call the function for each element; what repeats is worked out once."""
    held: dict[Any, Any] = {}

    def call(*arguments: Any) -> Any:
        if any(isinstance(argument, list) for argument in arguments):
            return signature.call(arguments)
        key = tuple((type(argument), argument) for argument in arguments)
        if key not in held:
            held[key] = signature.call(arguments)
        return held[key]

    if not columns:
        return np.full((1, 1, 1, 1), signature.call(()), dtype=object)
    shape = np.broadcast_shapes(*(column.shape for column in columns))
    result = np.empty(shape, dtype=object)
    each = zip(*(np.broadcast_to(column, shape).ravel().tolist() for column in columns), strict=True)
    result.ravel()[:] = [call(*arguments) for arguments in each]
    return result


def _arrays(signature: Signature, columns: Sequence[NDArray[np.object_]]) -> Value:
    """Call a function that gives an array, once for each cell of the batch; of arrays the first elements count."""
    firsts = [column[..., :1, :1] for column in columns]
    results = _each(signature, firsts)
    shape = results.shape[-4:-2]
    arrays: list[Cells] = [r if isinstance(r, list) else [[r]] for r in results.ravel().tolist()]
    sizes = {(len(rows), len(rows[0])) for rows in arrays}
    if len(sizes) > 1:
        raise RaggedBatchError
    elements = np.empty((*shape, *sizes.pop()), dtype=object)
    for at, rows in zip(np.ndindex(shape), arrays, strict=True):
        for i, row in enumerate(rows):
            for j, scalar in enumerate(row):
                elements[(*at, i, j)] = scalar
    return _constant(elements)


def _constant(elements: NDArray[np.object_]) -> Value:
    encoded = [encode(scalar) for scalar in elements.ravel().tolist()]
    numbers = np.array([number for number, _, _ in encoded], dtype=float).reshape(elements.shape)
    kinds = np.array([kind for _, kind, _ in encoded], dtype=np.int8).reshape(elements.shape)
    texts = np.empty(elements.shape, dtype=object)
    texts.ravel()[:] = [text for _, _, text in encoded]
    return constant(numbers, kinds, texts)


def _number(scalar: Scalar | None) -> float:
    return float(scalar) if isinstance(scalar, float | int) else np.nan
