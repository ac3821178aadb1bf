"""The array namespace that every Excel function is written against: NumPy for values and gradients, or torch.

Arrays have the axes (..., batch rows, batch columns, rows, columns): one value of a formula is the last two axes, the
cells filled with that formula are the two before, and any axes in front hold several points at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from xlcf.formulas.differentiable import NAMED, Elementwise

Array = Any  # numpy.ndarray or torch.Tensor, by the namespace in use


class Namespace(Protocol):
    """What a function may do with arrays.

    Operations with a singular point or an infinite derivative (divide, power, sqrt, log, exp, multiply) go through
    the namespace, so that it can keep a gradient of zero at zero; + and - of Python are safe. `elementwise` takes a
    function with its derivatives, or the name of one; see `differentiable`. `values` gives the numbers alone, without
    what leads to the variables: for questions and steps, of which there is no gradient. `external` works a result out
    with NumPy; `back` takes the arrays, the result and derivatives by it, shape (rows, *result), and gives those by
    each array.
    """

    def asarray(self, array: Array) -> Array: ...
    def constant(self, array: Array) -> Array: ...
    def where(self, condition: Array, yes: Array, no: Array) -> Array: ...
    def sum(self, array: Array) -> Array: ...
    def amax(self, array: Array) -> Array: ...
    def amin(self, array: Array) -> Array: ...
    def multiply(self, left: Array, right: Array) -> Array: ...
    def divide(self, left: Array, right: Array) -> Array: ...
    def power(self, base: Array, exponent: Array) -> Array: ...
    def square(self, array: Array) -> Array: ...
    def elementwise(self, function: str | Elementwise, *arrays: Array) -> Array: ...
    def matmul(self, left: Array, right: Array) -> Array: ...
    def swap_last(self, array: Array) -> Array: ...
    def inverse(self, array: Array) -> Array: ...
    def isnan(self, array: Array) -> Array: ...
    def values(self, array: Array) -> NDArray[np.float64]: ...
    def broadcast_to(self, array: Array, shape: Sequence[int]) -> Array: ...
    def concatenate(self, arrays: Sequence[Array]) -> Array: ...
    def take(self, array: Array, index: Array) -> Array: ...
    def sort_last(self, array: Array) -> Array: ...
    def external(self, values: Callable[..., Any], back: Callable[..., Any], /, *arrays: Array) -> Array: ...


class NumpyNamespace:
    """float64 NumPy."""

    def asarray(self, array: Array) -> Array:
        return array

    def constant(self, array: Array) -> Array:
        return array

    def where(self, condition: Array, yes: Array, no: Array) -> Array:
        return np.where(condition, yes, no)

    def sum(self, array: Array) -> Array:
        return np.sum(array, axis=(-2, -1), keepdims=True)

    def amax(self, array: Array) -> Array:
        return np.max(array, axis=(-2, -1), keepdims=True)

    def amin(self, array: Array) -> Array:
        return np.min(array, axis=(-2, -1), keepdims=True)

    def multiply(self, left: Array, right: Array) -> Array:
        return np.multiply(left, right)

    def divide(self, left: Array, right: Array) -> Array:
        return np.divide(left, right)

    def power(self, base: Array, exponent: Array) -> Array:
        return np.power(base, exponent)

    def square(self, array: Array) -> Array:
        return np.square(array)

    def elementwise(self, function: str | Elementwise, *arrays: Array) -> Array:
        return (NAMED[function] if isinstance(function, str) else function).values(*arrays)

    def matmul(self, left: Array, right: Array) -> Array:
        return np.matmul(left, right)

    def swap_last(self, array: Array) -> Array:
        return np.swapaxes(array, -1, -2)

    def inverse(self, array: Array) -> Array:
        try:
            return np.linalg.inv(array)
        except np.linalg.LinAlgError:  # of one of the matrices
            if array.ndim == 2:
                return np.full_like(array, np.nan)
            return np.stack([self.inverse(matrix) for matrix in array])

    def isnan(self, array: Array) -> Array:
        return np.isnan(array)

    def values(self, array: Array) -> NDArray[np.float64]:
        return np.asarray(array)

    def broadcast_to(self, array: Array, shape: Sequence[int]) -> Array:
        return np.broadcast_to(array, tuple(shape))

    def concatenate(self, arrays: Sequence[Array]) -> Array:
        return np.concatenate(arrays, axis=-1)

    def take(self, array: Array, index: Array) -> Array:
        return np.take(array, index, axis=-1)

    def sort_last(self, array: Array) -> Array:
        return np.sort(array, axis=-1)

    def external(self, values: Callable[..., Any], _: Callable[..., Any], /, *arrays: Array) -> Array:
        return values(*arrays)


NUMPY = NumpyNamespace()
