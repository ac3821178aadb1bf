"""Sums of squares in an expression graph: the residuals behind an objective such as SUMSQ, SUMXMY2 or an RMSE."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xlcf.arrays import Floats, Integers
from xlcf.formulas.curves import CONSTANT_TRAITS, Argument, Traits
from xlcf.formulas.functions.aggregates import counted
from xlcf.formulas.graph import Apply, Gather, Input, Node, Scan, evaluate_node, prune
from xlcf.formulas.program import Program
from xlcf.formulas.registry import FUNCTIONS
from xlcf.formulas.tape import TAPED, Tape, Traced, pull_back, variable
from xlcf.formulas.values import ERROR, NUMBER, Value, constant

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class LeastSquares:
    """An objective that grows with a sum of squares: minimising either is the same.

    Attributes:
        residuals: the residuals as a function of the variables; `residuals.traits.is_linear` tells of linear least
            squares. Each is multiplied by the root of its weight.
        offset: what the objective has beside the squares: objective = offset + sum of squares, or its root.
        is_root: whether the objective is the root of that, as an RMSE is.

    """

    residuals: Program
    offset: float
    is_root: bool

    def objective(self, x: Floats) -> float:
        """Work out the objective from the residuals at x, shape (variables,)."""
        total = self.offset + float(np.sum(np.square(self.residuals(x))))
        return float(np.sqrt(total)) if self.is_root else total


def least_squares(program: Program, output: int = 0) -> LeastSquares | None:
    """Find the residuals behind an output; None where it is no sum of squares with weights that are not negative.

    Squares are `^2`, a product of a value with itself, SUMSQ, SUMXMY2 and SUMPRODUCT(a,a); what adds them up may be
    any formula that is linear in them, with a root around it.
    """
    place = program.outputs[output]
    if place is None:
        return None
    node, position = place
    top = program.nodes[node]
    is_root = isinstance(top, Apply) and top.function.name == "SQRT" and program.shape(node) == (1, 1, 1, 1)
    if is_root:
        node = top.inputs[0]
    found = _squares_below(program, node)
    if found is None:
        return None
    region, squares = found
    weights = _weights(program, region, squares, node, position)
    nodes = list(program.nodes)
    sources: list[int] = []
    kept: list[Integers] = []
    roots: list[Floats] = []
    for square, weight in weights.items():
        for base, mask in _bases(program, square, nodes):
            each = np.broadcast_to(weight, mask.shape)[mask]
            if (each < 0).any():
                return None
            sources.append(base)
            kept.append(np.flatnonzero(mask.ravel())[each > 0])
            roots.append(np.sqrt(each[each > 0]))
    residuals = _gathered(program, nodes, sources, kept, roots)
    if residuals is None:
        return None
    start = float(program(program.start)[output])
    offset = (start**2 if is_root else start) - float(np.sum(np.square(residuals(residuals.start))))
    result = LeastSquares(residuals, offset, is_root)
    return result if _agrees(program, output, result) else None


def _squares_below(program: Program, top: int) -> tuple[set[int], set[int]] | None:
    """Find the squares that a node is linear in, and the nodes between; None where it depends on something else."""
    region: set[int] = set()
    squares: set[int] = set()
    stack = [top]
    while stack:
        number = stack.pop()
        if number in region or number in squares:
            continue
        node = program.nodes[number]
        if isinstance(node, Input | Scan):
            return None
        if isinstance(node, Apply):
            if _is_square(node):
                squares.add(number)
                continue
            if not _is_linear(program, node):
                return None
        region.add(number)
        stack.extend(node.inputs)
    return region, squares


def _is_square(node: Apply) -> bool:
    arguments = node.arguments
    match node.function.name:
        case "^" | "POWER":
            base, exponent = arguments
            if not isinstance(base, int) or not isinstance(exponent, Value) or exponent.known is None:
                return False
            return bool((exponent.known == 2).all()) and exponent.known.size == 1
        case "*" | "SUMPRODUCT":
            return len(arguments) == 2 and isinstance(arguments[0], int) and arguments[0] == arguments[1]
        case "SUMSQ" | "SUMXMY2":
            return True
    return False


def _is_linear(program: Program, node: Apply) -> bool:
    curve = node.function.curve
    assert curve is not None
    one = [
        Argument(Traits(1), None, int(np.prod(program.shape(argument)[-2:])))
        if isinstance(argument, int)
        else Argument(CONSTANT_TRAITS, argument, 1 if argument is None else int(np.prod(argument.shape[-2:])))
        for argument in node.arguments
    ]
    return curve.traits(node.function.name, one).is_linear


def _weights(program: Program, region: set[int], squares: set[int], top: int, position: int) -> dict[int, Floats]:
    """Give the derivative of the top's number by each square, of the square's shape."""
    tape: Tape = []
    point = program.start
    results: dict[int, Value] = {}
    leaves: dict[int, Traced] = {}
    with np.errstate(all="ignore"):
        for number in sorted(region | squares):
            node = program.nodes[number]
            if number in squares:
                assert isinstance(node, Apply)
                leaves[number] = variable(np.zeros(program.shape(number)), tape)
                results[number] = Value(leaves[number], node.kinds, node.texts, node=number)
            else:
                results[number] = evaluate_node(node, number, TAPED, point, results)
    value = results[top].numbers.reshape((-1,))[position : position + 1]
    gradients = pull_back(value, np.ones((1, 1)), list(leaves.values()))
    return {number: gradient[0] for number, gradient in zip(leaves, gradients, strict=True)}


def _bases(program: Program, square: int, nodes: list[Node]) -> list[tuple[int, Mask]]:
    """Give the nodes whose numbers are squared, and which of their numbers count; new nodes are added at the end."""
    node = program.nodes[square]
    assert isinstance(node, Apply)
    values = [program.at_start(argument) if isinstance(argument, int) else argument for argument in node.arguments]
    if node.function.name == "SUMXMY2":
        x, y = values
        assert x is not None
        assert y is not None
        shape = np.broadcast_shapes(x.shape, y.shape)
        nodes.append(Apply(FUNCTIONS["-"], node.arguments, None, None))
        both = x.is_kind(NUMBER, ERROR) & y.is_kind(NUMBER, ERROR)
        return [(len(nodes) - 1, np.broadcast_to(both, shape))]
    given = node.arguments[:1] if node.function.name != "SUMSQ" else node.arguments
    bases = []
    for argument, value in zip(given, values, strict=False):
        if not isinstance(argument, int) or value is None:
            continue
        mask = None
        if node.function.name == "SUMSQ":
            mask = counted(value)[1]
        elif node.function.name == "SUMPRODUCT":
            mask = value.is_kind(NUMBER, ERROR)
        bases.append((argument, np.broadcast_to(True if mask is None else mask, value.shape)))
    return bases


def _gathered(
    program: Program, nodes: list[Node], sources: list[int], kept: list[Integers], roots: list[Floats]
) -> Program | None:
    """Make a program whose outputs are the numbers kept of the sources, times the roots of their weights."""
    if not sum(len(positions) for positions in kept):
        return None
    sizes = [_size(program, nodes, source) for source in sources]
    starts = np.cumsum([0, *sizes[:-1]])
    index = np.concatenate([positions + start for positions, start in zip(kept, starts, strict=True)])
    weights = constant(np.concatenate(roots).reshape(1, 1, 1, -1))
    nodes.append(Gather(tuple(sources), np.zeros(0), index.reshape(1, 1, 1, -1), None, None, None, in_order=False))
    nodes.append(Apply(FUNCTIONS["*"], (len(nodes) - 1, weights), None, None))
    last = len(nodes) - 1
    pruned, renumbered = prune(nodes, [last])
    outputs = [(renumbered[last], k) for k in range(len(index))]
    return Program(pruned, outputs, np.zeros(len(index)), program.start, None)


def _size(program: Program, nodes: list[Node], source: int) -> int:
    if source < len(program.nodes):
        return int(np.prod(program.shape(source)))
    node = nodes[source]
    assert isinstance(node, Apply)
    shapes = [
        program.shape(argument) if isinstance(argument, int) else argument.shape
        for argument in node.arguments
        if argument is not None
    ]
    return int(np.prod(np.broadcast_shapes(*shapes)))


def _agrees(program: Program, output: int, result: LeastSquares) -> bool:
    """Check the residuals against the objective at points around the start."""
    rng = np.random.default_rng(0)
    for _ in range(3):
        x = program.start + rng.normal(scale=0.1, size=program.start.shape) * np.maximum(1.0, np.abs(program.start))
        expected, given = float(program(x)[output]), result.objective(x)
        if np.isfinite(expected) and not abs(expected - given) <= 1e-8 * max(abs(expected), abs(given)):
            return False
    return True
