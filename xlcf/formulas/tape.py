"""The gradient side of the array namespace: NumPy operations on a tape, and derivatives taken backwards over it.

Reverse-mode differentiation (Griewank, Walther 2008, "Evaluating Derivatives", chapter 3): each operation notes how a
derivative by its result becomes derivatives by its arguments. All derivatives have one more axis in front, so that the
gradients of several outputs are taken in one pass.

A derivative of zero stays zero, whatever the slope that it is multiplied by: =IF(A1>0,SQRT(A1),0) at A1 = 0 takes
nothing from the branch that was not taken, though its slope is infinite there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeGuard

import numpy as np

from xlcf.arrays import Floats
from xlcf.formulas.differentiable import NAMED, Elementwise
from xlcf.formulas.namespace import NUMPY, Array

Pullback = Callable[[Floats], Floats]
"""Turns derivatives by a result, shape (outputs, *result), into those by an argument, shape (outputs, *argument)."""


class Traced:
    """An array on a tape; its operations are recorded there.

    Attributes:
        values: the array.
        tape: for each array on it, in the order of evaluation, the places of its arguments and their pullbacks.
        place: where this one stands there.

    """

    __array_ufunc__ = None  # NumPy's arrays leave operations with this one to it
    __slots__ = ("place", "tape", "values")

    def __init__(self, values: Floats, tape: Tape, steps: Sequence[tuple[int, Pullback]] = ()) -> None:
        self.values, self.tape, self.place = values, tape, len(tape)
        tape.append(steps)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the array."""
        return self.values.shape

    def __add__(self, other: Array) -> Array:
        return _record(_values(self) + _values(other), (self, lambda g: g), (other, lambda g: g))

    __radd__ = __add__

    def __sub__(self, other: Array) -> Array:
        return _record(_values(self) - _values(other), (self, lambda g: g), (other, np.negative))

    def __rsub__(self, other: Array) -> Array:
        return _record(_values(other) - _values(self), (other, lambda g: g), (self, np.negative))

    def __neg__(self) -> Array:
        return _record(-self.values, (self, np.negative))

    def __mul__(self, other: Array) -> Array:
        return TAPED.multiply(self, other)

    __rmul__ = __mul__

    def __truediv__(self, other: Array) -> Array:
        return TAPED.divide(self, other)

    def __abs__(self) -> Array:
        return TAPED.elementwise("abs", self)

    def __eq__(self, other: object) -> Array:
        return self.values == _values(other)

    def __ne__(self, other: object) -> Array:
        return self.values != _values(other)

    def __lt__(self, other: Array) -> Array:
        return self.values < _values(other)

    def __le__(self, other: Array) -> Array:
        return self.values <= _values(other)

    def __gt__(self, other: Array) -> Array:
        return self.values > _values(other)

    def __ge__(self, other: Array) -> Array:
        return self.values >= _values(other)

    __hash__ = None  # type: ignore[assignment]  # compared by values, as arrays are

    def __getitem__(self, index: Any) -> Array:
        """Give a part, by slices; shape as NumPy's."""
        whole = index if isinstance(index, tuple) else (index,)

        def back(g: Floats) -> Floats:
            result = np.zeros((len(g), *self.shape))
            result[(slice(None), *whole)] = g
            return result

        return _record(self.values[index], (self, back))

    def reshape(self, shape: Sequence[int]) -> Array:
        """Give the same numbers in another shape."""
        return _record(self.values.reshape(tuple(shape)), (self, lambda g: g.reshape((len(g), *self.shape))))

    def swapaxes(self, one: int, other: int) -> Array:
        """Give the array with two axes, counted from the last, exchanged."""
        return _record(self.values.swapaxes(one, other), (self, lambda g: g.swapaxes(one, other)))


Tape = list[Sequence[tuple[int, Pullback]]]


class TapedNamespace:
    """float64 NumPy with gradients; arrays that depend on no variable stay plain ones."""

    def asarray(self, array: Array) -> Array:
        return array

    def constant(self, array: Array) -> Array:
        return array

    def where(self, condition: Array, yes: Array, no: Array) -> Array:
        taken = _values(condition)
        return _record(
            np.where(taken, _values(yes), _values(no)),
            (yes, lambda g: np.where(taken, g, 0.0)),
            (no, lambda g: np.where(taken, 0.0, g)),
        )

    def sum(self, array: Array) -> Array:
        return _record(NUMPY.sum(_values(array)), (array, lambda g: np.broadcast_to(g, (len(g), *array.shape))))

    def amax(self, array: Array) -> Array:
        return _extreme(NUMPY.amax(_values(array)), array)

    def amin(self, array: Array) -> Array:
        return _extreme(NUMPY.amin(_values(array)), array)

    def multiply(self, left: Array, right: Array) -> Array:
        a, b = _values(left), _values(right)
        return _record(np.multiply(a, b), (left, _times(b)), (right, _times(a)))

    def divide(self, left: Array, right: Array) -> Array:
        a, b = _values(left), _values(right)
        result = np.divide(a, b)
        return _record(result, (left, _times(np.divide(1.0, b))), (right, lambda g: _times(np.divide(-result, b))(g)))

    def power(self, base: Array, exponent: Array) -> Array:
        a, b = _values(base), _values(exponent)
        result = np.power(a, b)

        def back_to_base(g: Floats) -> Floats:
            return _times(np.where(b == 0, 0.0, b * np.power(a, b - 1.0)))(g)

        def back_to_exponent(g: Floats) -> Floats:
            return _times(np.where((a == 0) & (b >= 0), 0.0, result * np.log(a)))(g)

        return _record(result, (base, back_to_base), (exponent, back_to_exponent))

    def square(self, array: Array) -> Array:
        values = _values(array)
        return _record(np.square(values), (array, lambda g: _times(2.0 * values)(g)))

    def elementwise(self, function: str | Elementwise, *arrays: Array) -> Array:
        if isinstance(function, str):
            function = NAMED[function]
        values = [_values(array) for array in arrays]
        result = NUMPY.elementwise(function, *values)
        backs = (_derivative_times(function, number, values, result) for number in range(len(values)))
        return _record(result, *zip(arrays, backs, strict=True))

    def matmul(self, left: Array, right: Array) -> Array:
        a, b = _values(left), _values(right)
        return _record(
            np.matmul(a, b),
            (left, lambda g: _product(g, _swap(b))),
            (right, lambda g: _swap(_product(_swap(g), a))),
        )

    def swap_last(self, array: Array) -> Array:
        return array.swapaxes(-1, -2)

    def inverse(self, array: Array) -> Array:
        result = NUMPY.inverse(_values(array))
        turned = _swap(result)
        return _record(result, (array, lambda g: -_product(_swap(_product(_swap(g), result)), turned)))

    def isnan(self, array: Array) -> Array:
        return np.isnan(_values(array))

    def values(self, array: Array) -> Floats:
        return np.asarray(_values(array))

    def broadcast_to(self, array: Array, shape: Sequence[int]) -> Array:
        return _record(np.broadcast_to(_values(array), tuple(shape)), (array, lambda g: g))

    def concatenate(self, arrays: Sequence[Array]) -> Array:
        ends = np.cumsum([array.shape[-1] for array in arrays])
        steps = (
            (array, lambda g, end=end, size=array.shape[-1]: g[..., end - size : end])
            for array, end in zip(arrays, ends, strict=True)
        )
        return _record(np.concatenate([_values(array) for array in arrays], axis=-1), *steps)

    def take(self, array: Array, index: Array) -> Array:
        def back(g: Floats) -> Floats:
            rows, size = int(np.prod(g.shape[: g.ndim - index.ndim])), array.shape[-1]
            places = np.arange(rows)[:, None] * size + index.reshape(-1)
            sums = np.bincount(places.reshape(-1), weights=g.reshape(-1), minlength=rows * size)
            return sums.reshape((len(g), *array.shape))

        return _record(np.take(_values(array), index, axis=-1), (array, back))

    def sort_last(self, array: Array) -> Array:
        order = np.argsort(_values(array), axis=-1, kind="stable")

        def back(g: Floats) -> Floats:
            result = np.zeros_like(g)
            np.put_along_axis(result, np.broadcast_to(order, g.shape), g, axis=-1)
            return result

        return _record(np.take_along_axis(_values(array), order, axis=-1), (array, back))

    def external(self, values: Callable[..., Any], back: Callable[..., Any], /, *arrays: Array) -> Array:
        known = [_values(array) for array in arrays]
        result = values(*known)
        held: list[tuple[Floats, list[Floats]]] = []

        def part(number: int) -> Pullback:
            def pull(g: Floats) -> Floats:
                if not held or held[0][0] is not g:
                    held[:] = [(g, back(known, result, g))]
                return held[0][1][number]

            return pull

        return _record(result, *((array, part(number)) for number, array in enumerate(arrays)))


TAPED = TapedNamespace()
_AT_ONCE = 1 << 22  # numbers


def variable(values: Floats, tape: Tape | None = None) -> Traced:
    """Put an array on a tape, a new one where none is given, to take derivatives by it."""
    return Traced(values, [] if tape is None else tape)


def is_traced(array: Array) -> TypeGuard[Traced]:
    """Tell whether an array depends on a variable."""
    return isinstance(array, Traced)


def pull_back(result: Traced, derivatives: Floats, variables: Sequence[Traced]) -> list[Floats]:
    """Take derivatives back over the tape.

    Args:
        result: what was worked out.
        derivatives: shape (outputs, *result), by it.
        variables: on the same tape.

    Returns:
        For each of the variables the derivatives by it, shape (outputs, *variable).

    """
    held: dict[int, Floats] = {result.place: derivatives}
    least = min(each.place for each in variables)
    wanted = {each.place for each in variables}
    with np.errstate(all="ignore"):
        for place in range(result.place, least, -1):
            g = held.get(place) if place in wanted else held.pop(place, None)
            if g is None:
                continue
            for argument, back in result.tape[place]:
                by_argument = back(g)
                held[argument] = held[argument] + by_argument if argument in held else by_argument
    return [held[each.place] if each.place in held else np.zeros((len(derivatives), *each.shape)) for each in variables]


def jacobian_of(values: Traced, point: Traced, size: int) -> Floats:
    """Give the gradients of values, shape (values,), by a point, shape (variables,): shape (values, variables).

    Args:
        values: what was worked out.
        point: the variables.
        size: how many numbers there are on the tape, to take no more gradients at once than memory holds.

    """
    count = values.shape[0]
    at_once = max(1, _AT_ONCE // max(size, 1))
    rows = []
    for first in range(0, count, at_once):
        last = min(first + at_once, count)
        rows.append(pull_back(values, np.eye(last - first, count, first), [point])[0])
    return np.concatenate(rows) if rows else np.zeros((0, *point.shape))


def _values(array: Any) -> Any:
    return array.values if isinstance(array, Traced) else array


def _record(values: Array, *arguments: tuple[Array, Pullback]) -> Array:
    """Put a result on the tape of its arguments; where none of them is on one it stays a plain array."""
    traced = [(argument, back) for argument, back in arguments if isinstance(argument, Traced)]
    if not traced:
        return values
    steps = [(argument.place, _fitted(back, argument.shape)) for argument, back in traced]
    return Traced(values, traced[0][0].tape, steps)


def _fitted(back: Pullback, shape: tuple[int, ...]) -> Pullback:
    """Sum over what broadcasting repeated, after a pullback."""

    def summed(g: Floats) -> Floats:
        g = back(g)
        if g.shape[1:] == shape:
            return g
        extra = g.ndim - 1 - len(shape)
        if extra:
            g = g.sum(axis=tuple(range(1, 1 + extra)))
        repeated = tuple(axis for axis, size in enumerate(shape, 1) if size == 1 and g.shape[axis] != 1)
        return g.sum(axis=repeated, keepdims=True) if repeated else g

    return summed


def _times(slope: Array) -> Pullback:
    """Multiply by a slope; a derivative of zero stays zero."""

    def back(g: Floats) -> Floats:
        product = g * slope
        return product if np.isfinite(product).all() else np.where(g == 0, 0.0, product)

    return back


def _derivative_times(function: Elementwise, argument: int, values: list[Array], result: Array) -> Pullback:
    return lambda g: _times(function.derivative(argument, values, result))(g)


def _product(g: Floats, matrix: Array) -> Floats:
    """Multiply matrices; in the left one a zero stays zero."""
    product = np.matmul(g, matrix)
    if np.isfinite(product).all():
        return np.asarray(product)
    left = g[..., None]
    return np.asarray(np.where(left == 0, 0.0, left * matrix[..., None, :, :]).sum(axis=-2))


def _extreme(result: Floats, array: Array) -> Array:
    """Share the derivative by the largest or least number out among those that are equal to it."""

    def back(g: Floats) -> Floats:
        at = array.values == result
        return _times(at / at.sum(axis=(-2, -1), keepdims=True))(g)

    return _record(result, (array, back))


def _swap(array: Array) -> Array:
    return np.swapaxes(array, -1, -2)
