"""A compiled model: the output cells as one function of the variables, with its gradients, or with torch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from xlcf.arrays import Floats
from xlcf.formulas.curves import CONSTANT_TRAITS, Argument, Traits, combined
from xlcf.formulas.graph import Apply, Gather, Input, Node, Pick, Scan, Spread, State, evaluate, prune
from xlcf.formulas.namespace import NUMPY, Array, Namespace
from xlcf.formulas.tape import TAPED, Traced, is_traced, jacobian_of, pull_back, variable
from xlcf.formulas.values import Value

if TYPE_CHECKING:
    from torch import Tensor

    from xlcf.formulas.torch_namespace import TorchNamespace

_STEPS_TO_SETTLE = 8  # until kinks, steps and a degree have gone round a chain; a degree that still grows is none
_MANY = 1 << 20  # numbers of a range, where it is not known how many


class Program:
    """A function from variables, shape (..., variables), to output cells, shape (..., outputs), in float64.

    Attributes:
        nodes: the expression graph, in order of evaluation; the first is the input.
        outputs: for each output (node, position in its flattened result), or None for a constant.
        constants: shape (outputs,), the outputs that are constants.
        start: shape (variables,), the variable cells as they stand in the workbook.
        first_error: the first cell on the way that is an error at the start, with its formula; None if there is none.

    """

    def __init__(
        self,
        nodes: Sequence[Node],
        outputs: Sequence[tuple[int, int] | None],
        constants: Floats,
        start: Floats,
        first_error: str | None,
    ) -> None:
        self.nodes, self.outputs = nodes, outputs
        self.start, self.first_error = start, first_error
        self.constants = constants
        self._constants = [np.array([constant]) for constant in constants]

    @property
    def n_variables(self) -> int:
        """How many variables there are."""
        return len(self.start)

    @cached_property
    def size(self) -> int:
        """How many numbers one evaluation holds, all nodes together."""
        return sum(int(value.numbers.size) for value in self._at_start)

    def shape(self, node: int) -> tuple[int, ...]:
        """Give the shape of a node's result: batch rows, batch columns, rows, columns."""
        return self._at_start[node].shape

    def at_start(self, node: int) -> Value:
        """Give a node's result at the start."""
        return self._at_start[node]

    @cached_property
    def _at_start(self) -> list[Value]:
        with np.errstate(all="ignore"):
            return evaluate(self.nodes, NUMPY, self.start)

    def constant(self, output: int) -> float | None:
        """Give an output that no variable changes; None for another."""
        return float(self.constants[output]) if self.outputs[output] is None else None

    def taking(self, outputs: Sequence[int]) -> Program:
        """Give the program of some of the outputs, with the nodes that they need."""
        kept = [self.outputs[output] for output in outputs]
        nodes, renumbered = prune(self.nodes, [place[0] for place in kept if place is not None])
        places = [None if place is None else (renumbered[place[0]], place[1]) for place in kept]
        return Program(nodes, places, self.constants[list(outputs)], self.start, None)

    @property
    def varies(self) -> bool:
        """Whether any output depends on a variable."""
        return any(output is not None for output in self.outputs)

    @cached_property
    def output_traits(self) -> tuple[Traits, ...]:
        """How each output depends on the variables: its degree, kinks and steps."""
        nodes = self._node_traits
        return tuple(CONSTANT_TRAITS if output is None else nodes[output[0]] for output in self.outputs)

    @property
    def traits(self) -> Traits:
        """What holds for all outputs together; see `output_traits`."""
        return combined(self.output_traits)

    @cached_property
    def _node_traits(self) -> list[Traits]:
        traits: list[Traits] = []
        for node in self.nodes:
            match node:
                case Input():
                    traits.append(Traits(degree=1))
                case Gather() | Pick() | Spread():
                    traits.append(combined(traits[source] for source in node.inputs))
                case Apply():
                    traits.append(self._applied(node, traits, self.shape))
                case State():
                    traits.append(CONSTANT_TRAITS)
                case Scan():
                    traits.append(self._scanned(node, [traits[source] for source in node.sources]))
        return traits

    def _scanned(self, scan: Scan, sources: list[Traits]) -> Traits:
        """Find what holds for the cells of a chain whatever the step: what a further step does not change."""
        cells = [CONSTANT_TRAITS] * len(scan.outputs)
        for _ in range(_STEPS_TO_SETTLE):
            traits = [*sources, *cells]
            for node in scan.nodes:
                if isinstance(node, Apply):
                    traits.append(self._applied(node, traits, lambda _: (1, 1, 1, _MANY)))
                else:
                    traits.append(combined(traits[source] for source in node.inputs))
            after = [combined([cell, traits[output]]) for cell, output in zip(cells, scan.outputs, strict=True)]
            if after == cells:
                return combined(cells)
            cells = after
        return replace(combined(cells), degree=None)

    def _applied(self, node: Apply, traits: Sequence[Traits], shape: Callable[[int], tuple[int, ...]]) -> Traits:
        curve = node.function.curve
        assert curve is not None  # functions of references give cells, not nodes
        arguments = []
        for argument in node.arguments:
            if isinstance(argument, int):
                height, width = shape(argument)[-2:]
                arguments.append(Argument(traits[argument], None, height * width))
            else:
                size = 1 if argument is None else argument.shape[-2] * argument.shape[-1]
                arguments.append(Argument(CONSTANT_TRAITS, argument, size))
        return curve.traits(node.function.name, arguments)

    def __call__(self, x: Floats) -> Floats:
        """Work out the outputs with NumPy; an error is NaN. x may hold many points: (..., variables)."""
        with np.errstate(all="ignore"):
            return np.asarray(self.evaluate(NUMPY, np.asarray(x, dtype=np.float64)))

    def torch(self, x: Tensor) -> Tensor:
        """Work out the outputs with torch; gradients flow to x, which must be float64.

        Where a branch was not taken its gradient may be NaN here; `value_and_gradient` sees to that.
        """
        outputs: Tensor = self.evaluate(self._torch, x)
        return outputs

    def value_and_gradient(self, x: Floats, output: int = 0) -> tuple[float, Floats]:
        """Give one output and its gradient, shape (variables,), at x of shape (variables,)."""
        point, values = self._taped(x)
        if not is_traced(values):
            return float(values[output]), np.zeros(self.n_variables)
        derivatives = np.zeros((1, len(self.outputs)))
        derivatives[0, output] = 1.0
        (gradient,) = pull_back(values, derivatives, [point])
        return float(values.values[output]), gradient[0]

    def jacobian(self, x: Floats) -> Floats:
        """Give all outputs' gradients, shape (outputs, variables)."""
        point, values = self._taped(x)
        if not is_traced(values):
            return np.zeros((len(self.outputs), self.n_variables))
        return jacobian_of(values, point, self.size)

    def _taped(self, x: Floats) -> tuple[Traced, Array]:
        """Work out the outputs at x of shape (variables,), recorded on a tape."""
        point = variable(np.asarray(x, dtype=np.float64))
        with np.errstate(all="ignore"):
            return point, self.evaluate(TAPED, point)

    @cached_property
    def _only_node(self) -> int | None:
        nodes = {None if output is None else output[0] for output in self.outputs}
        return nodes.pop() if len(nodes) == 1 else None

    @cached_property
    def _positions(self) -> NDArray[np.int64]:
        return np.array([output[1] for output in self.outputs if output is not None], dtype=np.int64)

    @cached_property
    def _torch(self) -> TorchNamespace:
        from xlcf.formulas.torch_namespace import TorchNamespace

        return TorchNamespace()

    def evaluate(self, xp: Namespace, x: Array) -> Array:
        """Work out the outputs in the namespace that x, shape (..., variables), belongs to."""
        results = evaluate(self.nodes, xp, x)
        lead = tuple(x.shape[:-1])
        if self._only_node is not None:  # all are taken from one result at once
            numbers = results[self._only_node].numbers
            flat = numbers.reshape((*numbers.shape[:-4], -1))
            taken = xp.take(flat, xp.constant(self._positions))
            return xp.broadcast_to(taken, (*lead, len(self.outputs)))
        columns = []
        for number, output in enumerate(self.outputs):
            if output is None:
                columns.append(xp.broadcast_to(xp.constant(self._constants[number]), (*lead, 1)))
                continue
            node, position = output
            numbers = results[node].numbers
            flat = numbers.reshape((*numbers.shape[:-4], -1))
            columns.append(xp.broadcast_to(flat[..., position : position + 1], (*lead, 1)))
        return columns[0] if len(columns) == 1 else xp.concatenate(columns)
