"""A part of a model on its own: what cells are worth when some others hold something else.

Data tables and circular references need it. What does not depend on the replaced cells is not traced again: it is
taken from the model around, as a constant, or as a variable of the part where it depends on variables.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from xlcf.arrays import Integers
from xlcf.errors import InputError
from xlcf.formulas.batch import PendingCellsError, make_batch
from xlcf.formulas.cells import CONSTANT, BookCells, SheetCells
from xlcf.formulas.compiler import Cell, Compiler
from xlcf.formulas.graph import Input
from xlcf.formulas.graph_building import Graph
from xlcf.formulas.namespace import Array, Namespace
from xlcf.formulas.precedents import references
from xlcf.formulas.program import Program
from xlcf.formulas.syntax import Call, Expression, walk
from xlcf.formulas.tracer import Tracer
from xlcf.formulas.values import NUMBER, Value, encode
from xlcf.ooxml.workbook import Workbook
from xlcf.ooxml.worksheet import Position, Scalar

_LOOKS_ELSEWHERE = frozenset({"OFFSET", "INDIRECT", ":"})  # these read cells that the formula does not name


@dataclass(frozen=True)
class Rest:
    """What a part takes from the model around: values as arguments of a node there.

    Attributes:
        arguments: nodes, as values of one row each.
        count: how many numbers they have together.

    """

    arguments: tuple[Value, ...]
    count: int


class SubModel(Compiler):
    """Compiles cells anew, with others replaced by variables, or by constants."""

    def __init__(self, outer: Compiler, replaced: Sequence[Cell], constants: Sequence[Scalar | None] = ()) -> None:
        super().__init__(outer.workbook, [])
        self._outer = outer
        self._replaced = list(replaced)
        around = [cell for cell in outer.variable_cells() if cell not in self._replaced]
        for number, (sheet, row, column) in enumerate([*self._replaced, *around]):
            self._variables[sheet][row, column] = number
        self._cells = _Branch(outer, self._workbook, self._variables)
        start = [*(outer.number_of(cell) for cell in self._replaced), *(outer.number_of(cell) for cell in around)]
        self._graph = Graph(np.array(start, dtype=np.float64))
        self._graph.add(Input(len(start)))
        self._around: list[Cell] = around  # the variables beyond the replaced cells
        self._taken: set[Cell] = set()
        self._touched: dict[Cell, bool] = {}
        for cell, scalar in zip(self._replaced, constants, strict=False):
            cells = self._cells[cell[0]]
            slot = cells.slots(np.array(cell[1]), np.array(cell[2]))
            cells.numbers[slot], cells.kinds[slot], cells.texts[slot] = encode(scalar)
            cells.producer[slot] = CONSTANT

    @property
    def is_closed(self) -> bool:
        """Whether nothing in it depends on the variables of the model around."""
        return not self._around

    def kind_of(self, cell: Cell) -> int:
        """Give the kind of a cell; see `values`."""
        cells = self._cells[cell[0]]
        return int(cells.kinds[cells.slots(np.array(cell[1]), np.array(cell[2]))])

    def scalar_of(self, cell: Cell) -> Scalar | None:
        """Give the value of a cell."""
        return self._cells[cell[0]].scalar(cell[1:])

    def formulas_program(self, cells: Sequence[Cell]) -> Program:
        """Compile the formulas of replaced cells, whose own cells are variables."""
        values = [self._formula_value(cell) for cell in cells]
        return self._program_of(values)

    def _formula_value(self, cell: Cell) -> Value:
        formula = self._workbook.sheets[cell[0]].formulas[cell[1:]]
        expression = self._outer.expression_of(cell)
        self._trace_all(self._precedents(cell, expression))
        tracer = Tracer(self._workbook, self._cells, self._graph, make_batch(cell[0], [cell[1:]], None))
        assert formula.array is None
        while True:
            length = len(self._graph.nodes)
            try:
                with np.errstate(all="ignore"):
                    return tracer.trace(expression)
            except PendingCellsError as pending:
                self._graph.truncate(length)
                self._trace_all(self._host((pending.sheet, *at)) for needed in pending.needs for at in needed)

    def rest(self, tracer: Tracer) -> Rest:
        """Give the numbers of the variables beyond the replaced cells, as nodes of the model around."""
        if not self._around:
            return Rest((), 0)
        value = tracer.read_cells(self._around)
        return Rest((value,), len(self._around))

    # -- what is traced again, and what is taken ---------------------------------------------------------------------

    def _discover(self, cells: Iterable[Cell]) -> None:
        super()._discover(self._needed(cells))

    def _precedents(self, cell: Cell, expression: Expression) -> list[Cell]:
        return self._needed(super()._precedents(cell, expression))

    def _is_done(self, cell: Cell) -> bool:
        return cell in self._taken or super()._is_done(cell)

    def _needed(self, cells: Iterable[Cell]) -> list[Cell]:
        """Give those of some formula cells that have to be traced; take the others from the model around."""
        needed = []
        for cell in cells:
            if self._touches(cell):
                needed.append(cell)
            elif cell not in self._taken:
                self._take(cell)
        return needed

    def _touches(self, start: Cell) -> bool:
        """Tell whether a cell may depend on a replaced one."""
        stack: list[tuple[Cell, list[Cell]]] = []
        entered: set[Cell] = set()

        def enter(cell: Cell) -> None:
            entered.add(cell)
            inner = self._reads(cell)
            if inner is None:
                self._touched[cell] = True
            stack.append((cell, inner or []))

        if start in self._touched:
            return self._touched[start]
        enter(start)
        while stack:
            cell, inner = stack[-1]
            if self._touched.get(cell):
                stack.pop()
                if stack:
                    self._touched[stack[-1][0]] = True
                continue
            if not inner:
                self._touched.setdefault(cell, False)
                stack.pop()
                continue
            other = inner.pop()
            if self._touched.get(other) or (other in entered and other not in self._touched):
                self._touched[cell] = True  # in doubt, as in a circle, it may
            elif other not in self._touched:
                enter(other)
        return self._touched[start]

    def _reads(self, cell: Cell) -> list[Cell] | None:
        """List the formula cells that a cell reads; None where it may depend on a replaced cell by itself."""
        if not self._outer.is_computed(cell):
            return None
        expression = self._outer.expression_of(cell)
        if any(isinstance(part, Call) and part.function in _LOOKS_ELSEWHERE for part in walk(expression)):
            return None
        try:
            areas = [area for each in references(expression) for area in self._named_areas(cell, each)]
        except InputError:
            return None
        if any(
            sheet == area.sheet and (row, column) in area for sheet, row, column in self._replaced for area in areas
        ):
            return None
        return [each for area in areas for each in self._formulas_in(area)]

    def _take(self, host: Cell) -> None:
        self._taken.add(host)
        formula = self._workbook.cells_of(host[0]).formulas[host[1:]]
        places = [host] if formula.array is None else list(formula.array.cells())
        for sheet, row, column in places:
            cells = self._cells[sheet]
            slot = int(cells.slots(np.array(row), np.array(column)))
            cells.pending[slot] = False
            if cells.producer[slot] != CONSTANT:
                number = len(self._graph.start)
                self._around.append((sheet, row, column))
                self._graph.start = np.append(self._graph.start, cells.numbers[slot])
                cells.producer[slot], cells.offset[slot] = 0, number
        if len(self._graph.start) != self._n_inputs():
            self._graph.widen(Input(len(self._graph.start)))

    def _n_inputs(self) -> int:
        node = self._graph.nodes[0]
        assert isinstance(node, Input)
        return node.n_variables


class _Branch(BookCells):
    """The cells of the model around, with all formulas pending again."""

    def __init__(self, outer: Compiler, workbook: Workbook, variables: dict[str, dict[Position, int]]) -> None:
        super().__init__(workbook, variables)
        self._outer = outer

    def __missing__(self, sheet: str) -> SheetCells:
        variables = self._variables.get(sheet, {})
        cells = self[sheet] = self._outer.cells[sheet].branch(list(variables))
        formulas = [at for at in self._workbook.cells_of(sheet).formulas if at not in variables]
        cells.pending[_slots(cells, formulas)] = True
        places = _slots(cells, list(variables))
        cells.pending[places] = False
        cells.kinds[places], cells.producer[places] = NUMBER, 0
        cells.offset[places] = list(variables.values())
        return cells


def _slots(cells: SheetCells, positions: Sequence[Position]) -> Integers:
    table = np.array(positions, dtype=np.int64).reshape(-1, 2)
    return cells.slots(table[:, 0], table[:, 1])


def joined(xp: Namespace, replaced: Sequence[Array], rest: Sequence[Array], points: int) -> Array:
    """Lay the variables of a part side by side: shape (..., points, variables).

    Args:
        xp: the namespace.
        replaced: for each replaced cell its numbers at the points, shape (..., points).
        rest: the other variables, shape (..., 1, 1, 1, count).
        points: how many there are.

    """
    parts = [numbers.reshape((*numbers.shape[:-1], points, 1)) for numbers in replaced]
    parts += [numbers.reshape((*numbers.shape[:-4], 1, numbers.shape[-1])) for numbers in rest]
    lead = max((tuple(part.shape[:-2]) for part in parts), key=len)
    return xp.concatenate([xp.broadcast_to(part, (*lead, points, part.shape[-1])) for part in parts])
