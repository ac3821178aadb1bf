"""Data tables (Excel's what-if analysis): a formula worked out again for each value of one or two input cells.

The cells to the left of a table, or above it, hold the values that go into the input cells. What the formula is worth
with them is compiled once as a function of the input cells, and evaluated for all cells of the table together, so that
gradients flow through the values, and through everything else that the formula reads.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from xlcf.formulas.compiler import Cell, Compiler
from xlcf.formulas.curves import Applied, Curve, Traits
from xlcf.formulas.errors import FormulaError, UnsupportedFormulaError
from xlcf.formulas.graph import Apply
from xlcf.formulas.namespace import NUMPY, Array, Namespace
from xlcf.formulas.program import Program
from xlcf.formulas.ranges import Range
from xlcf.formulas.registry import Function
from xlcf.formulas.submodel import SubModel, joined
from xlcf.formulas.syntax import AreaReference, Call, Expression
from xlcf.formulas.tracer import Tracer
from xlcf.formulas.values import NUMBER, TEXT, Kinds, Value, array_value, constant, decode
from xlcf.ooxml.worksheet import Scalar

_LARGEST = 1 << 25  # numbers that the cells of a table need together
_MOST_ONE_BY_ONE = 2_000  # cells of a table that are worked out one after the other


def table_value(outer: Compiler, tracer: Tracer, call: Call, host: Cell, size: tuple[int, int]) -> Value:
    """Work out a data table.

    Args:
        outer: the model that it is in.
        tracer: what reads cells for it.
        call: TABLE(row input cell, column input cell, the cells above, the cells to the left).
        host: its first cell.
        size: its rows and columns.

    Raises:
        UnsupportedFormulaError: where its formula cannot be worked out with other inputs.

    """
    inputs = [_input_cell(outer, host, argument) for argument in call.arguments[:2]]
    return _Table(outer, tracer, inputs, host, size).value()


def _input_cell(outer: Compiler, host: Cell, argument: Expression) -> Cell | None:
    if not isinstance(argument, AreaReference):
        return None
    area = outer.area_of(host, argument)
    return area.sheet, area.row1, area.column1


class _Table:
    def __init__(
        self, outer: Compiler, tracer: Tracer, inputs: list[Cell | None], host: Cell, size: tuple[int, int]
    ) -> None:
        self._outer, self._tracer = outer, tracer
        self._height, self._width = size
        sheet, row, column = host
        by_row, by_column = inputs
        top, left = self._range(sheet, row - 1, column, 1, size[1]), self._range(sheet, row, column - 1, size[0], 1)
        if by_row is not None and by_column is not None:
            self._replaced, self._edges = [by_row, by_column], [tracer.read(top), tracer.read(left)]
            self._formulas = [(sheet, row - 1, column - 1)]
            tracer.read(self._range(sheet, row - 1, column - 1, 1, 1))
        elif by_row is not None:
            self._replaced, self._edges = [by_row], [tracer.read(top)]
            self._formulas = [(sheet, row + i, column - 1) for i in range(size[0])]
            tracer.read(left)
        elif by_column is not None:
            self._replaced, self._edges = [by_column], [tracer.read(left)]
            self._formulas = [(sheet, row - 1, column + j) for j in range(size[1])]
            tracer.read(top)
        else:
            raise UnsupportedFormulaError("the data table has no input cell any more; make it again in Excel")
        self._is_by_row = by_row is not None and by_column is None

    @staticmethod
    def _range(sheet: str, row: int, column: int, height: int, width: int) -> Range:
        return Range(sheet, np.full((1, 1), row), np.full((1, 1), column), height, width)

    @property
    def _points(self) -> int:
        """How many different contents the input cells get."""
        if len(self._replaced) == 2:
            return self._height * self._width
        return self._width if self._is_by_row else self._height

    def value(self) -> Value:
        varies = any(edge.varies for edge in self._edges)
        if varies or not any(edge.has_kind(*range(1, 5)) for edge in self._edges):
            sub = SubModel(self._outer, self._replaced)
            try:
                program = sub.compile(self._formulas)
            except FormulaError:
                if varies or not self._is_small(sub):
                    raise
                return self._one_by_one()
            if self._points * max(program.size, 1) > _LARGEST:
                raise UnsupportedFormulaError(
                    f"a data table of {self._points:,} inputs for formulas of {program.size:,} numbers is too large"
                )
            if not varies and sub.is_closed:
                return self._closed(sub, program)
            return self._open(sub, program)
        return self._one_by_one()

    def _is_small(self, sub: SubModel) -> bool:
        return sub.is_closed and self._points <= _MOST_ONE_BY_ONE

    def _closed(self, sub: SubModel, program: Program) -> Value:
        """Work out a table of constants."""
        kinds = self._kinds(sub)
        if not kinds.any() or not (kinds == TEXT).any():
            edges = [edge.known for edge in self._edges]
            numbers = np.asarray(self._at_points(NUMPY, program, [e for e in edges if e is not None], []))
            if np.isfinite(numbers).all():
                return constant(numbers, np.broadcast_to(kinds, numbers.shape).astype(np.int8))
        return self._one_by_one()  # errors have codes, texts letters

    def _one_by_one(self) -> Value:
        """Work out each point with constants in the input cells."""
        if self._points > _MOST_ONE_BY_ONE:
            raise UnsupportedFormulaError(
                f"a data table of {self._points:,} inputs that are texts, or whose results are, is too large"
            )
        rows = []
        edges = [self._scalars(edge) for edge in self._edges]
        for point in range(self._points):
            at = (point % self._width, point // self._width) if len(edges) == 2 else (point,)
            sub = SubModel(self._outer, self._replaced, [edge[k] for edge, k in zip(edges, at, strict=True)])
            program = sub.compile(self._formulas)
            if program.varies or not sub.is_closed:
                raise UnsupportedFormulaError("a data table with texts or errors depends on variable cells")
            rows.append([sub.scalar_of(cell) for cell in self._formulas])
        flat = array_value([[scalar for row in rows for scalar in row]])
        assert flat.known is not None
        shape = (1, 1, len(rows), len(self._formulas))
        arrays = [np.broadcast_to(each, flat.shape).reshape(shape) for each in (flat.all_kinds(), flat.all_texts())]
        numbers, kinds, texts = (self._laid(each) for each in (flat.known.reshape(shape), *arrays))
        return constant(numbers, kinds, texts)

    def _laid(self, array: Array) -> Array:
        """Turn (1, 1, points, formulas) into the table."""
        if self._is_by_row:
            return array.swapaxes(-1, -2)
        return array.reshape((1, 1, self._height, self._width))

    def _scalars(self, edge: Value) -> list[Scalar | None]:
        if edge.known is None:
            raise UnsupportedFormulaError("a data table with texts or errors depends on variable cells")
        flat = zip(
            *(
                np.broadcast_to(each, edge.shape).ravel().tolist()
                for each in (edge.known, edge.all_kinds(), edge.all_texts())
            ),
            strict=True,
        )
        return [decode(number, kind, text) for number, kind, text in flat]

    def _kinds(self, sub: SubModel) -> Kinds:
        kinds = np.array([sub.kind_of(cell) for cell in self._formulas], np.int8)
        kinds = np.where(kinds == 1, NUMBER, kinds).astype(np.int8)  # a blank shows as 0
        return kinds.reshape((1, 1, -1, 1)) if self._is_by_row else kinds.reshape((1, 1, 1, -1))

    def _open(self, sub: SubModel, program: Program) -> Value:
        """Add a node that works the table out from variables."""
        kinds = self._kinds(sub)
        if (kinds == TEXT).any():
            raise UnsupportedFormulaError("a data table of texts depends on variable cells")
        rest = sub.rest(self._tracer)
        n_edges = len(self._edges)

        def call(xp: Namespace, *values: Value) -> Array:
            arrays = [value.numbers for value in values]
            return self._at_points(xp, program, arrays[:n_edges], arrays[n_edges:])

        values = [*self._edges, *rest.arguments]
        letters = "R" * len(values)
        function = Function("TABLE", call, letters, len(letters), False, False, Curve(_rule(program)))
        arguments = tuple(value if value.node is None else value.node for value in values)
        full = np.broadcast_to(np.where(kinds == 4, NUMBER, kinds), (1, 1, self._height, self._width)).astype(np.int8)
        return self._tracer.add(Apply(function, arguments, full if full.any() else None, None))

    def _at_points(self, xp: Namespace, program: Program, edges: list[Array], rest: list[Array]) -> Array:
        """Work out the formulas at all points: shape (..., 1, 1, rows, columns)."""
        replaced = []
        for edge in edges:
            lead = tuple(edge.shape[:-4])
            size = (self._height, self._width) if len(edges) == 2 else tuple(edge.shape[-2:])
            replaced.append(xp.broadcast_to(edge, (*lead, 1, 1, *size)).reshape((*lead, self._points)))
        results = program.evaluate(xp, joined(xp, replaced, rest, self._points))
        lead = tuple(results.shape[:-2])
        if self._is_by_row:
            return xp.swap_last(results.reshape((*lead, 1, 1, *results.shape[-2:])))
        return results.reshape((*lead, 1, 1, self._height, self._width))


def _rule(program: Program) -> Callable[[Applied], Traits]:
    def rule(applied: Applied) -> Traits:
        return composed(program.traits, applied.traits)

    return rule


def composed(inner: Traits, arguments: Traits) -> Traits:
    """Give the traits of a function of arguments that depend on the variables themselves."""
    degrees = inner.degree, arguments.degree
    degree = None if degrees[0] is None or degrees[1] is None else degrees[0] * degrees[1]
    return replace(
        arguments,
        degree=degree,
        is_total=inner.is_total and arguments.is_total,
        kinks=tuple(dict.fromkeys([*inner.kinks, *arguments.kinks])),
        steps=tuple(dict.fromkeys([*inner.steps, *arguments.steps])),
    )
