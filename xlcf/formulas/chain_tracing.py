"""Tracing a chain: its formulas once each, for all steps, with the cells of the chain as states."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from xlcf.errors import InputError
from xlcf.formulas.batch import Batch, PendingCellsError
from xlcf.formulas.cells import BookCells
from xlcf.formulas.chains import Chain
from xlcf.formulas.graph import Gather, Scan, State
from xlcf.formulas.graph_building import Graph
from xlcf.formulas.ranges import RaggedBatchError
from xlcf.formulas.scan import Body, Reads, make_scan
from xlcf.formulas.syntax import Expression
from xlcf.formulas.tracer import Tracer
from xlcf.formulas.values import BLANK, BOOLEAN, ERROR, TEXT, Value, constant

# a chain that meets one of these is traced cell by cell, which says what is wrong if anything is
_UNTRACEABLE = (
    *(InputError, RaggedBatchError, PendingCellsError, ArithmeticError, AssertionError, AttributeError, LookupError),
    *(MemoryError, TypeError, ValueError),
)


@dataclass(frozen=True)
class TracedChain:
    """A chain worked out.

    Attributes:
        steps: how many of its steps were; those behind an error, whose code a chain does not know, are left out.
        batches: the cells, for each cell of a step as many rows as steps.
        values: likewise.
        tracers: those that read for them.
        reads: for each cell of a step which cells of the chain it reads; see `scan.Reads`.

    """

    steps: int
    batches: tuple[Batch, ...]
    values: tuple[Value, ...]
    tracers: tuple[Tracer, ...]
    reads: tuple[Reads, ...]


def trace_chain(
    chain: Chain,
    expressions: Sequence[Expression],
    cells: BookCells,
    graph: Graph,
    tracer_of: Callable[[Batch], Tracer],
) -> TracedChain | None:
    """Work a chain out, with one node of the graph where it depends on variables; None where that is not possible.

    Args:
        chain: the cells.
        expressions: the formula of each cell of a step.
        cells: the workbook's; they stay as they are.
        graph: where the node is added.
        tracer_of: makes the tracer of a batch.

    """
    first = len(graph.nodes)
    batches = [chain.batch(number) for number in range(len(chain.cells))]
    slots = [cells.slots(batch) for batch in batches]
    held = [cells[batch.sheet].snapshot(at) for batch, at in zip(batches, slots, strict=True)]
    tracers: list[Tracer] = []
    outputs: list[int] = []
    owners = list(range(len(batches)))
    try:
        for batch, at in zip(batches, slots, strict=True):
            state = State(np.nan_to_num(cells[batch.sheet].numbers[at]))
            cells[batch.sheet].store(at, graph.add(state))
        with np.errstate(all="ignore"):
            for number, (batch, expression) in enumerate(zip(batches, expressions, strict=True)):
                tracers.append(tracer_of(batch))
                value = tracers[-1].trace(expression)
                if value.node is None or value.has_kind(BLANK, BOOLEAN, TEXT, ERROR):
                    return None
                outputs.append(value.node)
                owners += [number] * (len(graph.nodes) - first - len(owners))
        sizes = [value.numbers.size for value in graph.values[:first]]
        made = make_scan(graph.nodes[first:], first, owners, outputs, chain.steps, sizes)
    except _UNTRACEABLE:
        return None
    finally:
        for batch, at, before in zip(batches, slots, held, strict=True):
            cells[batch.sheet].restore(at, before)
        graph.truncate(first)
    if made is None:
        return None
    scan, reads = made
    values = _varying(scan, graph) if scan.sources else _constant(scan)
    steps = values[0].shape[0]
    if not steps:
        return None
    kept = tuple(chain.batch(number, steps) for number in range(len(batches)))
    return TracedChain(steps, kept, values, tuple(tracers), reads)


def _varying(scan: Scan, graph: Graph) -> tuple[Value, ...]:
    node = graph.add(scan)
    assert node.node is not None
    places = np.arange(node.numbers.size).reshape(len(scan.outputs), scan.steps, 1, 1, 1)
    return tuple(graph.add(Gather((node.node,), np.zeros(0), each, None, None, None, False)) for each in places)


def _constant(scan: Scan) -> tuple[Value, ...]:
    numbers = Body(scan, ()).run([])
    good = np.isfinite(numbers).all(axis=0)
    steps = scan.steps if good.all() else int(good.argmin())
    return tuple(constant(row[:steps].reshape(-1, 1, 1, 1)) for row in numbers)
