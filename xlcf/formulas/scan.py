"""Chains of cells, each of which reads those before it: their formulas as one body, run step by step.

A column of balances, each from the balance above, is such a chain; so is a table of loans, where interest, principal
and balance of a row read one another and the row above. The formulas are traced once, for all steps together, with
`State` nodes in place of the cells of the chain; the body so found is then run from step to step.

With variables the chain is one node. Its derivatives are those of a triangular system: the body's partial derivatives
at all steps are taken at once, and solved backwards (Griewank, Walther 2008, "Evaluating Derivatives", section 3.3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from xlcf.arrays import Floats, Integers
from xlcf.formulas.graph import Apply, Gather, Node, Scan, evaluate_node
from xlcf.formulas.namespace import NUMPY, Array, Namespace
from xlcf.formulas.tape import TAPED, Tape, Traced, is_traced, pull_back, variable
from xlcf.formulas.values import Value

Reads = frozenset[tuple[int, int]]
"""Pairs of a cell of the step and how many steps before it is read."""


def make_scan(
    nodes: Sequence[Node], first: int, owners: Sequence[int], outputs: Sequence[int], steps: int, sizes: Sequence[int]
) -> tuple[Scan, tuple[Reads, ...]] | None:
    """Make one node of a traced chain, and tell what its cells read; None where it cannot be run step by step.

    Args:
        nodes: the states, one a cell of the pattern, and then the nodes traced from them.
        first: the number of the first of them in the graph.
        owners: for each node, which cell of the pattern it was traced for.
        outputs: the numbers of the nodes that give the cells of the pattern.
        steps: how many steps the chain has.
        sizes: for each node of the graph before these how many numbers it gives.

    """
    size = len(outputs)
    outer: dict[int, int] = {}
    for node in nodes[size:]:
        if not isinstance(node, Gather | Apply):
            return None
        for number in node.inputs:
            if number < first:
                outer.setdefault(number, len(outer))
    if any(not first + size <= number < first + len(nodes) for number in outputs):
        return None
    reads: list[set[tuple[int, int]]] = [set() for _ in outputs]
    for node, owner in zip(nodes, owners, strict=True):
        if isinstance(node, Gather):
            if any(number >= first + size for number in node.sources):
                return None
            reads[owner] |= _reads(node, first, size, steps, sizes)
    if any(lag < 0 or (lag == 0 and cell >= owner) for owner, each in enumerate(reads) for cell, lag in each):
        return None
    place = outer | {first + k: len(outer) + k for k in range(len(nodes))}
    body = tuple(_moved(node, place) for node in nodes[size:])
    scan = Scan(tuple(outer), steps, body, tuple(place[number] for number in outputs))
    return scan, tuple(map(frozenset, reads))


def _moved(node: Node, place: Mapping[int, int]) -> Node:
    if isinstance(node, Gather):
        return replace(node, sources=tuple(place[source] for source in node.sources))
    assert isinstance(node, Apply)
    return replace(node, arguments=tuple(place[a] if isinstance(a, int) else a for a in node.arguments))


def _reads(node: Gather, first: int, size: int, steps: int, sizes: Sequence[int]) -> set[tuple[int, int]]:
    """Tell which cells of the chain are read, see `Reads`; a cell that is read later counts as -1 steps before."""
    ends = node.constants.size + np.cumsum([sizes[source] if source < first else steps for source in node.sources])
    sources = np.append(np.asarray(node.sources, dtype=np.int64), -1)
    after = np.searchsorted(ends, node.index, side="right")  # of the constants 0, which is as good as any
    cell = np.where(node.index < node.constants.size, -1, sources[after]) - first
    lag = np.arange(steps).reshape(-1, 1, 1, 1) - (node.index - np.append(ends, 0)[after]) % steps
    cell = np.broadcast_to(cell, lag.shape)
    here = (cell >= 0) & (cell < size)
    pairs = np.unique(np.stack([cell[here], lag[here]]), axis=1)
    return {(int(one), max(int(other), -1)) for one, other in pairs.T}


def scan_numbers(xp: Namespace, scan: Scan, outer: Sequence[Array]) -> Array:
    """Run a chain in a namespace: shape (..., cells of a step, 1, 1, steps)."""
    sizes = tuple(int(np.prod(array.shape[-4:])) for array in outer)
    body = Body(scan, sizes)

    def values(*arrays: Floats) -> Floats:
        lead = np.broadcast_shapes(*(array.shape[:-4] for array in arrays))
        whole = [np.broadcast_to(array, (*lead, *array.shape[-4:])) for array in arrays]
        result = np.empty((*lead, len(scan.outputs), 1, 1, scan.steps))
        for at in np.ndindex(lead):
            result[at] = body.run([array[at] for array in whole])[:, None, None, :]
        return result

    def back(arrays: Sequence[Floats], result: Floats, derivatives: Floats) -> list[Floats]:
        return body.pull_back(arrays, result[:, 0, 0, :], derivatives[:, :, 0, 0, :])

    return xp.external(values, back, *outer)


@dataclass(frozen=True)
class Body:
    """A scan made ready to run.

    Attributes:
        scan: the node.
        sizes: how many numbers each outer node gives.

    """

    scan: Scan
    sizes: tuple[int, ...]

    @cached_property
    def places(self) -> dict[int, Integers]:
        """For each `Gather` of the body where its numbers stand in the memory: shape (steps or 1, 1, rows, columns)."""
        scan = self.scan
        base = self._first_constant
        found: dict[int, Integers] = {}
        for number, node in enumerate(scan.nodes, self._first_node):
            if isinstance(node, Gather):
                parts = [np.arange(base, base + node.constants.size)]
                base += node.constants.size
                parts += [np.arange(self._starts[source], self._starts[source + 1]) for source in node.sources]
                found[number] = np.concatenate(parts)[node.index]
        return found

    @property
    def _first_node(self) -> int:
        return len(self.sizes) + len(self.scan.outputs)

    @cached_property
    def _starts(self) -> Integers:
        sizes = [*self.sizes, *[self.scan.steps] * len(self.scan.outputs)]
        return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)

    @property
    def _first_constant(self) -> int:
        return int(self._starts[-1])

    @cached_property
    def states(self) -> slice:
        """Where the cells' numbers stand in the memory, cell by cell of the pattern."""
        return slice(int(self._starts[len(self.sizes)]), self._first_constant)

    def memory(self, outer: Sequence[Floats]) -> Floats:
        """Lay the numbers of the outer nodes, room for the cells, and the constants into one array."""
        constants = [node.constants for node in self.scan.nodes if isinstance(node, Gather)]
        room = np.full(self.scan.steps * len(self.scan.outputs), np.nan)
        return np.concatenate([*(each.ravel() for each in outer), room, *constants])

    def run(self, outer: Sequence[Floats]) -> Floats:
        """Run all steps: shape (cells of the pattern, steps)."""
        scan = self.scan
        memory = self.memory(outer)
        first = self._first_node
        results: list[Any] = [None] * (first + len(scan.nodes))
        plan: list[tuple[int, Any, Any, Any]] = []
        for number, node in enumerate(scan.nodes, first):
            kinds, texts = _by_step(node.kinds), _by_step(node.texts)  # type: ignore[union-attr]
            if isinstance(node, Gather):
                index = np.broadcast_to(self.places[number], (scan.steps, *node.index.shape[1:]))
                plan.append((number, (index, node.cells), kinds, texts))
            else:
                assert isinstance(node, Apply)
                constants = [a if isinstance(a, int) else _values_by_step(a) for a in node.arguments]
                plan.append((number, (node.function.call, constants), kinds, texts))
        start, steps = self.states.start, scan.steps
        stored = {output: start + steps * cell for cell, output in enumerate(scan.outputs)}
        with np.errstate(all="ignore"):
            for step in range(steps):
                for number, (what, rest), kinds, texts in plan:
                    if isinstance(what, np.ndarray):
                        numbers = memory[what[step : step + 1]]
                        results[number] = Value(numbers, kinds(step), texts(step), rest, number)
                    else:
                        arguments = [results[a] if isinstance(a, int) else a(step) for a in rest]
                        given = what(NUMPY, *arguments)
                        numbers = given.numbers if isinstance(given, Value) else given
                        results[number] = Value(numbers, kinds(step), texts(step), None, number)
                    if number in stored:
                        memory[stored[number] + step] = numbers.flat[0]
        return memory[self.states].reshape(len(scan.outputs), steps)

    def pull_back(self, outer: Sequence[Floats], states: Floats, derivatives: Floats) -> list[Floats]:
        """Take derivatives back to the outer nodes.

        Args:
            outer: the numbers of the outer nodes.
            states: what `run` gave.
            derivatives: shape (rows, cells of the pattern, steps), by the cells.

        Returns:
            For each outer node shape (rows, *its shape).

        """
        from scipy.sparse import coo_array, eye_array
        from scipy.sparse.linalg import splu

        memory = self.memory(outer)
        memory[self.states] = states.ravel()
        count, steps = states.shape
        rows, columns, slopes = [], [], []
        for cell, partial in enumerate(self._partials(memory)):
            for number, slope in partial.items():
                place = np.broadcast_to(self.places[number], slope.shape)
                at = np.broadcast_to(cell * steps + np.arange(steps).reshape(-1, 1, 1, 1), slope.shape)
                used = slope != 0
                rows.append(at[used])
                columns.append(place[used])
                slopes.append(slope[used])
        size = count * steps
        table = coo_array(
            (np.concatenate(slopes), (np.concatenate(rows), np.concatenate(columns))), shape=(size, memory.size)
        ).tocsc()
        among = table[:, self.states.start : self.states.stop]
        order = np.arange(size).reshape(count, steps).T.ravel()  # from step to step it is triangular
        system = (eye_array(size, format="csc") - among).T.tocsc()[order][:, order]
        solved = np.zeros((size, len(derivatives)))
        solver = splu(system.tocsc(), permc_spec="NATURAL", diag_pivot_thresh=0.0)
        solved[order] = solver.solve(derivatives.reshape(len(derivatives), size).T[order])
        result = []
        for number, each in enumerate(outer):
            part = table[:, self._starts[number] : self._starts[number + 1]]
            result.append(np.asarray((part.T @ solved).T).reshape((len(derivatives), *each.shape)))
        return result

    def _partials(self, memory: Floats) -> list[dict[int, Floats]]:
        """Give the derivatives of each cell of the pattern by what its step reads, at all steps at once."""
        tape: Tape = []
        read: dict[int, Traced] = {}
        results: dict[int, Value] = {}
        with np.errstate(all="ignore"):
            for number, node in enumerate(self.scan.nodes, self._first_node):
                if isinstance(node, Gather):
                    index = np.broadcast_to(self.places[number], (self.scan.steps, *node.index.shape[1:]))
                    read[number] = variable(memory[index], tape)
                    results[number] = Value(read[number], node.kinds, node.texts, node.cells, number)
                else:
                    results[number] = evaluate_node(node, number, TAPED, np.zeros(0), results)
        partials: list[dict[int, Floats]] = []
        for output in self.scan.outputs:
            numbers = results[output].numbers
            if not is_traced(numbers):
                partials.append({})
                continue
            whole = TAPED.broadcast_to(numbers[..., :1, :1], (self.scan.steps, 1, 1, 1))
            seeds = np.ones((1, self.scan.steps, 1, 1, 1))
            gradients = pull_back(whole, seeds, list(read.values()))
            partials.append({number: g[0] for number, g in zip(read, gradients, strict=True)})
        return partials


def _by_step(array: Any) -> Any:
    """Give a function from the step to what holds for it."""
    if array is None or array.shape[0] == 1:
        return lambda _: array
    return lambda step: array[step : step + 1]


def _values_by_step(value: Value | None) -> Any:
    if value is None or value.shape[0] == 1:
        return lambda _: value
    numbers, kinds, texts = (_by_step(array) for array in (value.numbers, value.kinds, value.texts))

    def at(step: int) -> Value:
        known = numbers(step)
        return Value(known, kinds(step), texts(step), value.cells, None, known)

    return at
