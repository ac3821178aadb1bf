"""Finding chains: cells of a few fills that wait for each other in a regular pattern, step after step."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from xlcf.formulas.batch import Batch
from xlcf.ooxml.worksheet import Position

Cell = tuple[str, int, int]

SHORTEST = 16  # steps; fewer are traced cell by cell
MOST_CHAINS = 16  # side by side; more are traced step by step, all together
_FIRST_STEPS = 6  # which may read cells that are before the chain
_WIDEST = 64  # cells that a step may have


class Waiting(Protocol):
    """Cells filled with one formula; see `compiler.Fill`."""

    sheet: str
    array: tuple[int, int] | None
    waiting: dict[Position, int]
    ready: set[Position]


@dataclass(frozen=True)
class Chain:
    """Cells that wait for each other.

    Attributes:
        cells: those of the first step, in an order in which they can be worked out.
        shift: (rows, columns) from one step to the next.
        steps: how many there are.

    """

    cells: tuple[Cell, ...]
    shift: Position
    steps: int

    def positions(self, number: int, steps: int | None = None) -> list[Position]:
        """Give the positions of one of the cells in all steps, or the first ones."""
        _, row, column = self.cells[number]
        count = self.steps if steps is None else steps
        return [(row + step * self.shift[0], column + step * self.shift[1]) for step in range(count)]

    def batch(self, number: int, steps: int | None = None) -> Batch:
        """Give one of the cells in all steps, or the first ones, as a batch of as many rows."""
        table = np.array(self.positions(number, steps), dtype=np.int64)
        return Batch(self.cells[number][0], table[:, :1], table[:, 1:], None)


def find_chain(
    start: Cell,
    fill_of: Mapping[Cell, Waiting],
    dependents: Mapping[Cell, Sequence[Cell]],
    precedents: Callable[[Cell], Sequence[Cell]],
) -> Chain | None:
    """Find the chain that begins with a cell that is ready; None where there is none.

    Args:
        start: the cell.
        fill_of: the fill that each cell belongs to.
        dependents: the cells that wait for each cell.
        precedents: gives the formula cells that a cell reads.

    """
    found = _next_of_fill(start, fill_of, dependents)
    if found is None:
        return None
    following, seen = found
    shift = (following[1] - start[1], following[2] - start[2])
    needed: dict[Cell, None] = {}
    stack = [following]
    while stack:
        for precedent in precedents(stack.pop()):
            if precedent in seen and precedent not in needed:
                needed[precedent] = None
                stack.append(precedent)
    cells = tuple(cell for cell in seen if cell in needed)
    if start not in needed or len({id(fill_of[cell]) for cell in cells}) < len(cells):
        return None
    steps = _count(cells, shift, fill_of)
    return None if steps < SHORTEST else Chain(cells, shift, steps)


def _next_of_fill(
    start: Cell, fill_of: Mapping[Cell, Waiting], dependents: Mapping[Cell, Sequence[Cell]]
) -> tuple[Cell, dict[Cell, None]] | None:
    """Find the next cell of the fill that would be ready after this one, and the cells that are before it."""
    counts: dict[Cell, int] = {}
    seen: dict[Cell, None] = {}
    queue = deque([start])
    while queue and len(seen) < _WIDEST:
        cell = queue.popleft()
        if cell != start and fill_of[cell] is fill_of[start]:
            return cell, seen
        seen[cell] = None
        for dependent in dependents.get(cell, ()):
            left = counts.get(dependent, fill_of[dependent].waiting.get(dependent[1:], 0)) - 1
            counts[dependent] = left
            if left == 0:
                queue.append(dependent)
    return None


def _count(cells: Sequence[Cell], shift: Position, fill_of: Mapping[Cell, Waiting]) -> int:
    """Count the steps in which each cell waits for as many cells as after the first steps, which may differ."""
    fills = [fill_of[cell] for cell in cells]
    if any(fill.array is not None for fill in fills):
        return 0

    def waits(step: int) -> list[int | None]:
        places = ((row + step * shift[0], column + step * shift[1]) for _, row, column in cells)
        return [fill.waiting.get(place) for fill, place in zip(fills, places, strict=True)]

    regular = waits(_FIRST_STEPS)
    if any(None in waits(step) for step in range(1, _FIRST_STEPS + 1)):
        return 0
    step = _FIRST_STEPS + 1
    while waits(step) == regular:
        step += 1
    return step
