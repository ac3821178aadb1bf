"""The expression graph: what a model computes from its variables, with everything constant folded away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from xlcf.arrays import Integers
from xlcf.formulas.namespace import Array, Namespace
from xlcf.formulas.registry import Function
from xlcf.formulas.values import CellBlock, Kinds, Texts, Value


@dataclass(frozen=True)
class Input:
    """The variables: numbers of shape (..., 1, 1, 1, variables)."""

    n_variables: int

    @property
    def inputs(self) -> tuple[int, ...]:
        """The nodes that this one reads."""
        return ()


@dataclass(frozen=True)
class Gather:
    """Cells read from other nodes' results and from constants, in one go.

    Attributes:
        sources: the nodes read.
        constants: shape (constants,), numbers that stand before the sources' when all are joined.
        index: shape of the result, positions in the joined numbers.
        cells: where the result's elements stand in the workbook; None where they are put together otherwise.
        kinds, texts: see `Value`.
        in_order: whether the result is just the one source reshaped.

    """

    sources: tuple[int, ...]
    constants: NDArray[np.float64]
    index: Integers
    cells: CellBlock | None
    kinds: Kinds | None
    texts: Texts | None
    in_order: bool

    @property
    def inputs(self) -> tuple[int, ...]:
        """The nodes that this one reads."""
        return self.sources


@dataclass(frozen=True)
class Apply:
    """An Excel function applied to a batch of cells at once; an argument is a node's number, a constant, or None."""

    function: Function
    arguments: tuple[int | Value | None, ...]
    kinds: Kinds | None
    texts: Texts | None

    @property
    def inputs(self) -> tuple[int, ...]:
        """The nodes that this one reads."""
        return tuple(argument for argument in self.arguments if isinstance(argument, int))


@dataclass(frozen=True)
class Pick:
    """Elements of a computed array, one a cell of the batch: the positions broadcast to (batch, rows, columns)."""

    source: int
    rows: Integers
    columns: Integers
    kinds: Kinds | None
    texts: Texts | None

    @property
    def inputs(self) -> tuple[int, ...]:
        """The nodes that this one reads."""
        return (self.source,)


@dataclass(frozen=True)
class Spread:
    """An array formula's result laid over its area: shape (batch rows, batch columns, rows, columns)."""

    source: int
    shape: tuple[int, ...]
    kinds: Kinds | None
    texts: Texts | None

    @property
    def inputs(self) -> tuple[int, ...]:
        """The nodes that this one reads."""
        return (self.source,)


@dataclass(frozen=True)
class State:
    """What the cells of a chain hold while their formulas are traced: shape (steps, 1, 1, 1); see `scan`."""

    numbers: NDArray[np.float64]

    @property
    def inputs(self) -> tuple[int, ...]:
        """The nodes that this one reads."""
        return ()


@dataclass(frozen=True, eq=False)
class Scan:
    """A chain of cells, each of which reads those before it: shape (cells of a step, 1, 1, steps); see `scan`.

    Attributes:
        sources: the nodes outside that are read.
        steps: how many there are.
        nodes: the body, `Gather` and `Apply`. Its numbers begin with the sources and the cells of a step.
        outputs: the nodes of the body that give the cells of a step.

    """

    sources: tuple[int, ...]
    steps: int
    nodes: tuple[Node, ...]
    outputs: tuple[int, ...]

    @property
    def inputs(self) -> tuple[int, ...]:
        """The nodes that this one reads."""
        return self.sources


Node = Input | Gather | Apply | Pick | Spread | State | Scan


def evaluate(nodes: Sequence[Node], xp: Namespace, x: Array) -> list[Value]:
    """Work out every node for variables x of shape (..., variables), in the namespace that x belongs to."""
    results: list[Value] = []
    for number, node in enumerate(nodes):
        results.append(evaluate_node(node, number, xp, x, results))
    return results


def evaluate_node(
    node: Node, number: int, xp: Namespace, x: Array, results: Sequence[Value] | Mapping[int, Value]
) -> Value:
    """Work out one node from the results of those before it."""
    match node:
        case Input():
            return Value(x[..., None, None, None, :], node=number)
        case Gather():
            return Value(_gather(node, xp, results), node.kinds, node.texts, node.cells, number)
        case Pick():
            source = results[node.source].numbers
            return Value(pick(xp, source, node.rows, node.columns), node.kinds, node.texts, node=number)
        case Spread():
            return Value(spread(xp, results[node.source].numbers, node.shape), node.kinds, node.texts, node=number)
        case State():
            return Value(node.numbers, node=number)
        case Scan():
            from xlcf.formulas.scan import scan_numbers

            return Value(scan_numbers(xp, node, [results[source].numbers for source in node.sources]), node=number)
        case Apply():
            arguments = [
                results[argument] if isinstance(argument, int) else _in_namespace(argument, xp)
                for argument in node.arguments
            ]
            result = node.function.call(xp, *arguments)
            numbers = result.numbers if isinstance(result, Value) else result
            if isinstance(numbers, np.ndarray):
                numbers = xp.asarray(numbers)
            return Value(numbers, node.kinds, node.texts, node=number)


def _in_namespace(value: Value | None, xp: Namespace) -> Value | None:
    return None if value is None else replace(value, numbers=xp.constant(value.numbers))


def _gather(node: Gather, xp: Namespace, results: Sequence[Value] | Mapping[int, Value]) -> Array:
    parts = []
    for source in node.sources:
        numbers = results[source].numbers
        parts.append(numbers.reshape((*numbers.shape[:-4], -1)))
    lead = max((tuple(part.shape[:-1]) for part in parts), key=len)
    if node.in_order:
        return parts[0].reshape((*lead, *node.index.shape))
    if node.constants.size:
        parts.insert(0, xp.constant(node.constants))
    if len(parts) > 1:
        parts = [xp.concatenate([xp.broadcast_to(part, (*lead, part.shape[-1])) for part in parts])]
    return xp.take(parts[0], xp.constant(node.index))


def pick(xp: Namespace, numbers: Array, rows: Integers, columns: Integers) -> Array:
    """Take elements (rows, columns) of the last two axes, batch by batch."""
    height, width = numbers.shape[-2:]
    shape = np.broadcast_shapes(rows.shape, columns.shape, (*numbers.shape[-4:-2], 1, 1))
    batch = numbers.shape[-4:-2]
    outer = np.arange(batch[0])[:, None, None, None] if batch[0] > 1 else np.zeros((1, 1, 1, 1), np.int64)
    inner = np.arange(batch[1])[None, :, None, None] if batch[1] > 1 else np.zeros((1, 1, 1, 1), np.int64)
    flat = ((outer * batch[1] + inner) * height + rows) * width + columns
    return xp.take(numbers.reshape((*numbers.shape[:-4], -1)), np.ascontiguousarray(np.broadcast_to(flat, shape)))


def spread(xp: Namespace, numbers: Array, shape: tuple[int, ...]) -> Array:
    """Lay an array formula's result over its area, as Excel does.

    A single row or column repeats; where the area is larger than an array of several, the rest is #N/A.
    """
    batch, (height, width) = shape[:2], shape[2:]
    rows, columns = numbers.shape[-2:]
    numbers = numbers[..., : min(rows, height) if rows > 1 else 1, : min(columns, width) if columns > 1 else 1]
    rows, columns = numbers.shape[-2:]
    lead = tuple(numbers.shape[:-4])
    filled = xp.broadcast_to(
        numbers, (*lead, *batch, height if rows == 1 else rows, width if columns == 1 else columns)
    )
    short_rows, short_columns = height - filled.shape[-2], width - filled.shape[-1]
    if short_rows or short_columns:
        at_row = np.minimum(np.arange(height), filled.shape[-2] - 1)[:, None]
        at_column = np.minimum(np.arange(width), filled.shape[-1] - 1)
        beyond = (np.arange(height)[:, None] >= filled.shape[-2]) | (np.arange(width) >= filled.shape[-1])
        picked = pick(xp, filled, at_row[None, None], at_column[None, None, None])
        filled = xp.where(xp.asarray(beyond), np.nan, picked)
    return filled


def prune(nodes: Sequence[Node], wanted: Sequence[int]) -> tuple[list[Node], dict[int, int]]:
    """Keep the nodes that the wanted ones need, and the input; numbers change."""
    used: set[int] = {0}
    stack = list(wanted)
    while stack:
        number = stack.pop()
        if number not in used:
            used.add(number)
            stack.extend(nodes[number].inputs)
    order = sorted(used)
    renumbered = {old: new for new, old in enumerate(order)}
    return [_renumber(nodes[old], renumbered) for old in order], renumbered


def _renumber(node: Node, numbers: dict[int, int]) -> Node:
    match node:
        case Gather() | Scan():
            return replace(node, sources=tuple(numbers[source] for source in node.sources))
        case Apply():
            return replace(node, arguments=tuple(numbers[a] if isinstance(a, int) else a for a in node.arguments))
        case Pick() | Spread():
            return replace(node, source=numbers[node.source])
        case Input() | State():
            return node
