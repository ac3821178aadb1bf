"""The expression graph while it is built, and arrays put together from elements of others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from xlcf.arrays import Integers
from xlcf.formulas.cells import CONSTANT
from xlcf.formulas.graph import Gather, Input, Node, Pick, Spread, evaluate_node
from xlcf.formulas.namespace import NUMPY
from xlcf.formulas.values import ERROR, Kinds, Texts, Value, constant

T = TypeVar("T", bound=np.generic)


class Graph:
    """The nodes so far, each with its value at the start of the variables."""

    def __init__(self, start: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
        self.start = start
        self.nodes: list[Node] = []
        self.values: list[Value] = []

    def add(self, node: Node) -> Value:
        """Append a node and work it out at the start."""
        number = len(self.nodes)
        value = evaluate_node(node, number, NUMPY, self.start, self.values)
        self.nodes.append(node)
        self.values.append(value)
        return value

    def widen(self, node: Input) -> None:
        """Let there be more variables than before; `start` has them already."""
        self.nodes[0] = node
        self.values[0] = evaluate_node(node, 0, NUMPY, self.start, self.values)

    def truncate(self, length: int) -> None:
        """Forget the nodes from `length` on."""
        del self.nodes[length:], self.values[length:]

    def gather(self, blocks: Sequence[Value], places: Integers) -> Value:
        """Put a new array together from elements of others; see `ReferenceContext`."""
        batch = np.broadcast_shapes(places.shape[:2], *(block.shape[:2] for block in blocks))
        places = np.broadcast_to(places, (*batch, *places.shape[2:]))
        numbers = np.full(places.shape, np.nan)
        kinds = np.full(places.shape, ERROR, np.int8)
        texts = np.full(places.shape, "#N/A", dtype=object)
        source = np.full(places.shape, CONSTANT)
        offset = np.zeros(places.shape, np.int64)
        first = 0
        for block in blocks:
            size = block.shape[-2] * block.shape[-1]
            here = (places >= first) & (places < first + size)
            outer, inner = (np.minimum(i, n - 1) for i, n in zip(np.nonzero(here)[:2], block.shape[:2], strict=True))
            flat = (outer * block.shape[1] + inner) * size + places[here] - first
            kinds[here] = np.broadcast_to(block.all_kinds(), block.shape).ravel()[flat]
            texts[here] = np.broadcast_to(block.all_texts(), block.shape).ravel()[flat]
            if block.varies:
                source[here], offset[here] = node_of(block), flat
            else:
                numbers[here] = np.broadcast_to(block.numbers, block.shape).ravel()[flat]
            first += size
        if (source == CONSTANT).all():
            return constant(numbers, kinds, texts)
        return self.gathered(source, offset, numbers, constant(numbers, kinds, texts))

    def join(self, values: Sequence[Value], size: tuple[int, int]) -> Value:
        """Put single values together to an array; see `TracingContext`."""
        shape = (*np.broadcast_shapes(*(value.shape[:2] for value in values)), len(values))
        numbers, offset = np.zeros(shape), np.zeros(shape, np.int64)
        kinds, texts = np.zeros(shape, np.int8), np.full(shape, None, dtype=object)
        source = np.full(shape, CONSTANT)
        for place, value in enumerate(values):
            kinds[..., place] = value.all_kinds()[..., 0, 0]
            texts[..., place] = value.all_texts()[..., 0, 0]
            if value.varies:
                source[..., place] = node_of(value)
                offset[..., place] = np.arange(value.numbers.size).reshape(value.shape)[..., 0, 0]
            else:
                numbers[..., place] = value.numbers[..., 0, 0]
        arrays = (numbers, kinds, texts, source, offset)
        numbers, kinds, texts, source, offset = (each.reshape(*shape[:2], *size) for each in arrays)
        shown = constant(numbers, kinds, texts)
        return shown if (source == CONSTANT).all() else self.gathered(source, offset, numbers, shown)

    def gathered(self, source: Integers, offset: Integers, numbers: NDArray[np.float64], shown: Value) -> Value:
        """Add a node that joins elements of other nodes, and constants.

        Args:
            source: for each element the node that works it out, or CONSTANT.
            offset: where it stands in that node's flattened result.
            numbers: the constants; whatever elsewhere.
            shown: the kinds, texts and cells of the result.

        """
        sources = tuple(int(node) for node in np.unique(source) if node != CONSTANT)
        fixed = source == CONSTANT
        constants = numbers[fixed]
        index = np.zeros(source.shape, np.int64)
        index[fixed] = np.arange(constants.size)
        base = constants.size
        for node in sources:
            here = source == node
            index[here] = base + offset[here]
            base += self.values[node].numbers.size
        in_order = len(sources) == 1 and base == index.size and not constants.size
        in_order = in_order and bool((index.ravel() == np.arange(base)).all())
        return self.add(Gather(sources, constants, index, shown.cells, shown.kinds, shown.texts, in_order))

    def index(self, value: Value, rows: Integers, columns: Integers) -> Value:
        """Pick elements of an array; see `ReferenceContext`."""
        kinds = None if value.kinds is None else _pick_array(value.kinds, value.shape, rows, columns)
        texts = None if value.texts is None else _pick_array(value.texts, value.shape, rows, columns)
        if value.varies:
            return self.add(Pick(node_of(value), rows, columns, kinds, texts))
        assert value.known is not None
        return constant(_pick_array(value.known, value.shape, rows, columns), kinds, texts)

    def laid(self, value: Value, shape: tuple[int, ...]) -> Value:
        """Lay an array over a larger area; what lies beyond it is #N/A."""
        if value.node is None:
            return _spread_constant(value, shape)
        return self.add(Spread(value.node, shape, *_spread_kinds(value, shape)))


def node_of(value: Value) -> int:
    """Give the node of a value that varies."""
    assert value.node is not None
    return value.node


def _pick_array(array: NDArray[T], shape: tuple[int, ...], rows: Integers, columns: Integers) -> NDArray[T]:
    full = np.broadcast_to(array, shape)
    return full[np.arange(shape[0])[:, None, None, None], np.arange(shape[1])[:, None, None], rows, columns]


def _spread_constant(value: Value, shape: tuple[int, ...]) -> Value:
    """Lay a constant array result over an array formula's area; see `graph.spread`."""
    kinds, texts = _spread_kinds(value, shape)
    assert value.known is not None
    return constant(_lay(value.known, value.shape, shape, np.nan), kinds, texts)


def _spread_kinds(value: Value, shape: tuple[int, ...]) -> tuple[Kinds, Texts]:
    """Lay the kinds and texts of an array result over an array formula's area."""
    kinds = _lay(value.all_kinds(), value.shape, shape, ERROR)
    return kinds, _lay(value.all_texts(), value.shape, shape, "#N/A")


def _lay(array: NDArray[T], given: tuple[int, ...], shape: tuple[int, ...], fill: object) -> NDArray[T]:
    rows, columns = given[-2:]
    at_row, at_column = np.arange(shape[2])[:, None], np.arange(shape[3])
    beyond = (at_row >= rows) & (rows > 1) | (at_column >= columns) & (columns > 1)
    at_row, at_column = np.minimum(at_row, rows - 1), np.minimum(at_column, columns - 1)
    full = np.broadcast_to(array, (*shape[:2], rows, columns))[..., at_row, at_column].copy()
    full[..., beyond] = fill
    return full
