"""Ratings against predictions: the place in an expression graph where constants meet computed cells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from xlcf.arrays import Floats, Integers
from xlcf.formulas.graph import Apply, evaluate
from xlcf.formulas.namespace import NUMPY
from xlcf.formulas.program import Program
from xlcf.formulas.tape import TAPED, jacobian_of, variable
from xlcf.formulas.values import NUMBER, TEXT, Value


@dataclass(frozen=True)
class Pairs:
    """Ratings, the cells that they stand in, and the predictions that they are compared with.

    Attributes:
        program: the compiled objective.
        node: the graph node that computes the predictions.
        positions: shape (ratings,), where in the node's flattened result each prediction stands.
        ratings: shape (ratings,).
        sheet: the sheet of the ratings.
        rows: shape (ratings,), their rows.
        columns: shape (ratings,), their columns.
        number_texts: cells among the ratings that hold a number as text.

    """

    program: Program
    node: int
    positions: Integers
    ratings: Floats
    sheet: str
    rows: Integers
    columns: Integers
    number_texts: tuple[tuple[int, int], ...]

    def predictions(self, x: Floats) -> Floats:
        """Work out the predictions at x, shape (variables,): shape (ratings,)."""
        with np.errstate(all="ignore"):
            numbers = evaluate(self.program.nodes[: self.node + 1], NUMPY, x)[self.node].numbers
        return np.asarray(numbers.reshape(-1)[self.positions])

    def jacobian(self, x: Floats) -> Floats:
        """Give the predictions' gradients at x: shape (ratings, variables)."""
        point = variable(x)
        with np.errstate(all="ignore"):
            numbers = evaluate(self.program.nodes[: self.node + 1], TAPED, point)[self.node].numbers
        return jacobian_of(TAPED.take(numbers.reshape((-1,)), self.positions), point, self.program.size)


def find_pairs(program: Program) -> Iterator[Pairs]:
    """List the places, nearest to the objective first, where a block of constants is compared with computed cells."""
    for node in reversed(program.nodes):
        if not (isinstance(node, Apply) and node.function.name in ("-", "SUMXMY2") and len(node.arguments) == 2):
            continue
        left, right = node.arguments
        if isinstance(left, Value) and isinstance(right, int):
            found = _pairs(program, left, right)
        elif isinstance(right, Value) and isinstance(left, int):
            found = _pairs(program, right, left)
        else:
            continue
        if found is not None:
            yield found


def _pairs(program: Program, ratings: Value, node: int) -> Pairs | None:
    if ratings.cells is None or ratings.known is None:
        return None
    shape = program.shape(node)
    if ratings.shape != shape:
        return None  # one constant against many predictions is no block of ratings
    rated = np.broadcast_to(ratings.is_kind(NUMBER), shape) & np.isfinite(ratings.known)
    if rated.sum() < 2:
        return None
    rows, columns = (np.broadcast_to(at, shape) for at in (ratings.cells.rows, ratings.cells.columns))
    texts = np.broadcast_to(ratings.is_kind(TEXT), shape) & np.isfinite(ratings.known)
    return Pairs(
        program=program,
        node=node,
        positions=np.flatnonzero(rated.ravel()),
        ratings=ratings.known[rated],
        sheet=ratings.cells.sheet,
        rows=rows[rated],
        columns=columns[rated],
        number_texts=tuple(zip(rows[texts].tolist(), columns[texts].tolist(), strict=True)),
    )
