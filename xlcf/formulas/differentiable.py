"""Functions of numbers, element by element, with their derivatives: what `Namespace.elementwise` works out.

One that NumPy or scipy.special and torch share goes by their name and stands in `NAMED`. Any other is made where it is
used, as an `Elementwise` of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Derivative = Callable[..., Any]
"""Gives the derivative by one argument from all arguments and, last, the result; the shapes are the result's."""

_STEP = float(np.finfo(np.float64).eps) ** 0.2


@dataclass(frozen=True, eq=False)
class Elementwise:
    """A function of numbers, element by element.

    Attributes:
        values: gives the result, NaN for an error, from float64 arrays that broadcast.
        derivatives: one for each argument; None where it has to be found by differences of the values, which is
            exact to about ten digits.

    """

    values: Callable[..., Any]
    derivatives: tuple[Derivative | None, ...]

    def derivative(self, argument: int, arrays: list[Any], result: Any) -> Any:
        """Give the derivative by one argument, of the result's shape."""
        exact = self.derivatives[argument]
        if exact is not None:
            return exact(*arrays, result)
        with np.errstate(all="ignore"):
            step = _STEP * np.maximum(np.abs(arrays[argument]), 1e-2)
            slope = self._difference(argument, arrays, step)
            if np.isnan(slope).any():  # the edge of the domain is near
                slope = np.where(np.isnan(slope), self._difference(argument, arrays, step * 1e-3), slope)
        return slope

    def _difference(self, argument: int, arrays: list[Any], step: Any) -> Any:
        """Take the central difference of fourth order."""

        def at(steps: float) -> Any:
            return self.values(*arrays[:argument], arrays[argument] + steps * step, *arrays[argument + 1 :])

        return (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * step)


def with_slopes(xp: Any, result: Any, *slopes: tuple[Any, Any]) -> Any:
    """Give a result worked out apart its derivatives: it becomes a linear function of arrays, right at this point.

    Args:
        xp: the namespace.
        result: plain numbers.
        slopes: pairs of an array and the derivatives of the result by it, plain numbers that broadcast with both.

    """
    for array, slope in slopes:
        moved = array - xp.asarray(xp.values(array))
        result = xp.multiply(xp.asarray(slope), moved) + xp.asarray(result)
    return result


def of_steps(values: Callable[..., Any], arguments: int) -> Elementwise:
    """Make a function that is constant between its jumps: its derivatives are 0."""
    return Elementwise(values, (no_derivative,) * arguments)


def no_derivative(*arrays: Any) -> Any:
    """Be the derivative by an argument that makes steps: 0."""
    return np.zeros_like(arrays[-1])


def _named(name: str) -> Callable[..., Any]:
    """Find NumPy's or scipy.special's function; SciPy is loaded when it is called."""
    if hasattr(np, name):
        held: Callable[..., Any] = getattr(np, name)
        return held

    def values(*arrays: Any) -> Any:
        import scipy.special

        return getattr(scipy.special, name)(*arrays)

    return values


def _digamma(x: Any) -> Any:
    from scipy.special import digamma

    return digamma(x)


_DENSITY = 1 / np.sqrt(2 * np.pi)
_DERIVATIVES: dict[str, tuple[Derivative, ...]] = {
    "exp": (lambda x, y: y,),
    "log": (lambda x, y: 1 / x,),
    "sqrt": (lambda x, y: 0.5 / y,),
    "sin": (lambda x, y: np.cos(x),),
    "cos": (lambda x, y: -np.sin(x),),
    "tan": (lambda x, y: 1 + y**2,),
    "arcsin": (lambda x, y: 1 / np.sqrt(1 - x**2),),
    "arccos": (lambda x, y: -1 / np.sqrt(1 - x**2),),
    "arctan": (lambda x, y: 1 / (1 + x**2),),
    "sinh": (lambda x, y: np.cosh(x),),
    "cosh": (lambda x, y: np.sinh(x),),
    "tanh": (lambda x, y: 1 - y**2,),
    "arcsinh": (lambda x, y: 1 / np.sqrt(x**2 + 1),),
    "arccosh": (lambda x, y: 1 / np.sqrt(x**2 - 1),),
    "arctanh": (lambda x, y: 1 / (1 - x**2),),
    "rad2deg": (lambda x, y: np.full_like(x, 180 / np.pi),),
    "deg2rad": (lambda x, y: np.full_like(x, np.pi / 180),),
    "abs": (lambda x, y: np.sign(x),),
    "sign": (no_derivative,),
    "floor": (no_derivative,),
    "ceil": (no_derivative,),
    "trunc": (no_derivative,),
    "arctan2": (lambda y, x, z: x / (x**2 + y**2), lambda y, x, z: -y / (x**2 + y**2)),
    "ndtr": (lambda x, y: _DENSITY * np.exp(-(x**2) / 2),),
    "ndtri": (lambda x, y: np.exp(y**2 / 2) / _DENSITY,),
    "gammaln": (lambda x, y: _digamma(x),),
    "erf": (lambda x, y: 2 / np.sqrt(np.pi) * np.exp(-(x**2)),),
    "erfc": (lambda x, y: -2 / np.sqrt(np.pi) * np.exp(-(x**2)),),
}

NAMED: dict[str, Elementwise] = {name: Elementwise(_named(name), slopes) for name, slopes in _DERIVATIVES.items()}
"""The functions that go by NumPy's or scipy.special's name."""
