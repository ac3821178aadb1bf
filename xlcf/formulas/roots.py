"""Roots of equations, with their derivatives by what stands in the equation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from xlcf.arrays import Floats
from xlcf.formulas.namespace import NUMPY, Array, Namespace
from xlcf.formulas.tape import TAPED, is_traced, pull_back, variable

Equation = Callable[..., Array]
"""Takes a namespace, the unknown, and what else stands in the equation; what it gives is to be 0."""

_ROUNDS = 100
_LEAST = -1.0  # rates of return are above it


def implicit_root(xp: Namespace, equation: Equation, guess: Floats | float, *given: Array) -> Array:
    """Solve an equation for a rate above -1, element by element; NaN where no root was found.

    The result has the derivatives of an implicit function: by p it is -(df/dp) / (df/dr) at the root r.

    Args:
        xp: the namespace.
        equation: smooth in the rate and in what is given; of the shape of all of them together.
        guess: where to start, plain numbers.
        given: what else stands in the equation.

    """
    known = [np.asarray(xp.values(each), dtype=float) for each in given]
    with np.errstate(all="ignore"):
        root, slope = _solve(lambda space, r: equation(space, r, *known), np.asarray(guess, dtype=float), known)
    root_here = xp.asarray(root)
    return root_here - xp.divide(equation(xp, root_here, *given), xp.asarray(slope))


def _solve(equation: Equation, guess: Floats, known: list[Floats]) -> tuple[Floats, Floats]:
    shape = np.broadcast_shapes(
        guess.shape, np.shape(equation(NUMPY, guess)), *((*each.shape[:-2], 1, 1) for each in known)
    )
    rate = np.broadcast_to(guess, shape).astype(float)
    done = np.zeros(shape, bool)
    for _ in range(_ROUNDS):
        value, slope = _value_and_slope(equation, rate)
        step = np.where(value == 0, 0.0, value / slope)
        new = rate - step
        new = np.where(new <= _LEAST, (rate + _LEAST) / 2, new)
        done = done | (np.abs(new - rate) <= 4e-16 * (1.0 + np.abs(rate))) | (value == 0)
        rate = np.where(np.isfinite(new), new, rate)
        if done.all():
            break
    value, slope = _value_and_slope(equation, rate)
    settled = np.abs(value / slope) <= 1e-9 * (1.0 + np.abs(rate))
    if not settled.all():
        rate = np.where(settled, rate, _bracketed(equation, guess, shape))
        value, slope = _value_and_slope(equation, rate)
        settled = np.abs(value / slope) <= 1e-9 * (1.0 + np.abs(rate))
    return np.where(settled, rate, np.nan), slope


def _value_and_slope(equation: Equation, rate: Floats) -> tuple[Floats, Floats]:
    tape: Any = []
    at = variable(rate, tape)
    result = equation(TAPED, at)
    if not is_traced(result):
        return np.asarray(result), np.zeros_like(rate)
    (slope,) = pull_back(result, np.ones((1, *result.shape)), [at])
    return result.values, slope[0]


def _bracketed(equation: Equation, guess: Floats, shape: tuple[int, ...]) -> Floats:
    """Bisect between the change of sign that is nearest to the guess, on a grid of rates."""
    grid = np.concatenate([np.linspace(-0.999999, 1.0, 400), np.geomspace(1.01, 1e6, 200)])
    values = np.stack([np.broadcast_to(equation(NUMPY, np.full(shape, rate)), shape) for rate in grid])
    changes = np.sign(values[:-1]) * np.sign(values[1:]) < 0
    distance = np.abs((grid[:-1] + grid[1:]) / 2)[(slice(None), *[None] * len(shape))] - 0.0
    distance = np.abs(distance - np.broadcast_to(guess, shape))
    place = np.where(changes, distance, np.inf).argmin(axis=0)
    found = changes.any(axis=0)
    low, high = np.where(found, grid[place], np.nan), np.where(found, grid[place + 1], np.nan)
    sign = np.sign(equation(NUMPY, low))
    for _ in range(80):
        middle = (low + high) / 2
        is_left = np.sign(equation(NUMPY, middle)) == sign
        low, high = np.where(is_left, middle, low), np.where(is_left, high, middle)
    return (low + high) / 2
