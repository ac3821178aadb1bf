"""Circular references, computed again and again until they settle, as a workbook with iterative calculation wants it.

A few cells cut each circle open: x = g(x, v), where v is what the circle reads from outside. The iteration starts from
the stored values and ends by the workbook's own rule; from there Newton's method goes on to the fixed point. With the
Jacobians J by x and K by v at the fixed point, dx/dv = (I - J)^-1 K (the implicit function theorem).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from xlcf.arrays import Floats
from xlcf.formulas.compiler import Cell, Compiler
from xlcf.formulas.curves import Applied, Curve, Traits
from xlcf.formulas.errors import UnsupportedFormulaError
from xlcf.formulas.graph import Apply
from xlcf.formulas.namespace import NUMPY, Array, Namespace
from xlcf.formulas.program import Program
from xlcf.formulas.registry import Function
from xlcf.formulas.submodel import SubModel, joined
from xlcf.formulas.tracer import Tracer
from xlcf.formulas.values import Value, constant
from xlcf.ooxml.calculation import Calculation

_NEWTON_STEPS = 50
_SETTLED = 1e-13  # relative change of a step, as small as rounding lets it become
_MOST_CUTS = 1_000


def circles_of(left: Sequence[Cell], dependents: Mapping[Cell, Iterable[Cell]]) -> list[list[Cell]]:
    """Find the circles among cells that wait for each other, those first that wait for no other circle.

    Args:
        left: the cells.
        dependents: for each cell those that wait for it.

    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    number = {cell: k for k, cell in enumerate(left)}
    edges = [
        (number[precedent], number[dependent])
        for precedent, waiting in dependents.items()
        for dependent in waiting
        if precedent in number and dependent in number
    ]
    pairs = np.array(edges, dtype=np.int64).reshape(-1, 2)
    links = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(left), len(left)))
    _, label = connected_components(links.tocsr(), directed=True, connection="strong")
    in_circle = np.bincount(label)[label] > 1
    in_circle[pairs[pairs[:, 0] == pairs[:, 1], 0]] = True
    waits = set(label[pairs[:, 1]][label[pairs[:, 0]] != label[pairs[:, 1]]].tolist())
    found: dict[int, list[Cell]] = {}
    for cell, circular, its in zip(left, in_circle, label.tolist(), strict=True):
        if circular:
            found.setdefault(its, []).append(cell)
    return [cells for its, cells in sorted(found.items(), key=lambda item: item[0] in waits)]


def cuts_of(circle: Sequence[Cell], dependents: Mapping[Cell, Iterable[Cell]]) -> list[Cell]:
    """Choose cells that cut all rings of a circle open: where a search along the dependents comes back."""
    inside = set(circle)
    cuts: dict[Cell, None] = {}
    state: dict[Cell, bool] = {}  # True while the search is below the cell
    for root in sorted(circle):
        if root in state:
            continue
        state[root] = True
        stack = [(root, iter(sorted(set(dependents.get(root, ())))))]
        while stack:
            cell, following = stack[-1]
            other = next(following, None)
            if other is None:
                state[cell] = False
                stack.pop()
            elif other not in inside:
                continue
            elif state.get(other):
                cuts[other] = None
            elif other not in state:
                state[other] = True
                stack.append((other, iter(sorted(set(dependents.get(other, ()))))))
    return list(cuts)


def close_circle(outer: Compiler, tracer: Tracer, cuts: list[Cell], stored: Sequence[float]) -> list[Value]:
    """Give the values at which the cells that cut a circle settle.

    Args:
        outer: the model around.
        tracer: what reads cells for it.
        cuts: the cells.
        stored: the numbers that the workbook holds for them.

    Raises:
        UnsupportedFormulaError: where the circle does not settle.

    """
    if len(cuts) > _MOST_CUTS:
        raise UnsupportedFormulaError(f"a circle of references with {len(cuts):,} rings is too large")
    sub = SubModel(outer, cuts)
    program = sub.formulas_program(cuts)
    start = np.concatenate([np.asarray(stored, float), program.start[len(cuts) :]])
    settled = _Settling(program, outer.workbook.calculation, len(cuts), start)
    first = settled.at_start()
    if sub.is_closed:
        return [constant(np.full((1, 1, 1, 1), number)) for number in first]
    rest = sub.rest(tracer)
    function = Function("a circle", settled.call, "R", 1, False, False, Curve(_rule(program)))
    (value,) = rest.arguments
    assert value.node is not None
    together = tracer.add(Apply(function, (value.node,), None, None))
    zero = np.zeros((1, 1, 1, 1), np.int64)
    return [tracer.index(together, zero, zero + number) for number in range(len(cuts))]


class _Settling:
    """The fixed point x = g(x, v) as a function of v."""

    def __init__(self, program: Program, rule: Calculation, n: int, start: Floats) -> None:
        self._program, self._rule, self._n = program, rule, n
        self._start = start
        self._near = start[:n]

    def at_start(self) -> Floats:
        """Iterate from the stored values; values that are settled by the workbook's rule stay as they are stored."""
        x, rest = self._start[: self._n], self._start[self._n :]
        settled = self._iterate(x, rest)
        if settled is None:
            raise UnsupportedFormulaError(
                f"the formulas refer to each other in a circle that does not settle in {self._rule.iterations:,} "
                "calculations"
            )
        if not len(rest):
            return settled
        exact = self._newton(settled, rest)
        if exact is None:
            raise UnsupportedFormulaError("the formulas refer to each other in a circle that has no fixed point")
        self._near = exact
        return exact

    def call(self, xp: Namespace, value: Value) -> Array:
        """Give the fixed points, shape (..., 1, 1, 1, n), with derivatives."""
        v = value.numbers
        known = np.asarray(xp.values(v))
        lead = tuple(known.shape[:-4])
        flat = known.reshape((-1, known.shape[-1]))
        points = [self._solve(row) for row in flat]
        x = np.stack([point for point, _ in points]).reshape((*lead, 1, self._n))
        inverse = np.stack([matrix for _, matrix in points]).reshape((*lead, self._n, self._n))
        fixed = x.reshape((*lead, self._n))
        after = self._program.evaluate(
            xp, joined(xp, [xp.constant(fixed[..., k : k + 1]) for k in range(self._n)], [v], 1)
        )
        change = (after - xp.constant(x)).reshape((*lead, self._n, 1))
        step = xp.matmul(xp.constant(inverse), change).reshape((*lead, 1, 1, 1, self._n))
        return step + xp.constant(x.reshape((*lead, 1, 1, 1, self._n)))

    def _solve(self, rest: Floats) -> tuple[Floats, Floats]:
        """Give the fixed point and (I - J)^-1 there; NaN where it does not settle."""
        settled = self._iterate(self._near, rest)
        exact = None if settled is None else self._newton(settled, rest)
        if exact is None:
            return np.full(self._n, np.nan), np.eye(self._n)
        return exact, _inverse(self._jacobian(exact, rest))

    def _iterate(self, x: Floats, rest: Floats) -> Floats | None:
        for number in range(self._rule.iterations):
            after = self._program(np.concatenate([x, rest]))
            if not np.isfinite(after).all():
                return None
            if np.abs(after - x).max() <= self._rule.tolerance:
                return x if number == 0 else after
            x = after
        return None

    def _newton(self, x: Floats, rest: Floats) -> Floats | None:
        for _ in range(_NEWTON_STEPS):
            change = self._program(np.concatenate([x, rest])) - x
            step = _inverse(self._jacobian(x, rest)) @ change
            x = x + step
            if not np.isfinite(x).all():
                return None
            if (np.abs(step) <= _SETTLED * np.maximum(np.abs(x), 1.0)).all():
                return x
        return None

    def _jacobian(self, x: Floats, rest: Floats) -> Floats:
        return self._program.jacobian(np.concatenate([x, rest]))[:, : self._n]


def _inverse(jacobian: Floats) -> Floats:
    """Give (I - J)^-1; NaN where there is none."""
    return np.asarray(NUMPY.inverse(np.eye(len(jacobian)) - jacobian))


def _rule(program: Program) -> Callable[[Applied], Traits]:
    def rule(applied: Applied) -> Traits:
        return replace(
            applied.traits, degree=None, is_total=False, kinks=program.traits.kinks, steps=program.traits.steps
        )

    return rule
