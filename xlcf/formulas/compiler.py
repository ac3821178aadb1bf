"""From a workbook's cells to a `Program`: follow the precedents, batch what is filled with one formula, fold constants.

Cells are traced in waves. A cell is ready when all cells that its formula names are done; cells filled with one formula
are traced together as soon as all of them are ready, or else those that are. Places that only tracing finds (OFFSET,
INDEX) add their cells to the waiting list and are tried again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

import xlcf.formulas.functions  # noqa: F401  (enters the functions in the registry)
from xlcf.arrays import Floats, Integers
from xlcf.formulas.batch import Batch, PendingCellsError, make_batch
from xlcf.formulas.cells import BookCells
from xlcf.formulas.chain_tracing import TracedChain, trace_chain
from xlcf.formulas.chains import MOST_CHAINS, SHORTEST, Chain, find_chain
from xlcf.formulas.errors import CellError, FormulaError, UnsupportedFormulaError
from xlcf.formulas.graph import Input, prune
from xlcf.formulas.graph_building import Graph
from xlcf.formulas.parser import is_too_long, parse
from xlcf.formulas.precedents import areas_of, find_sheet, references
from xlcf.formulas.program import Program
from xlcf.formulas.ranges import RaggedBatchError
from xlcf.formulas.syntax import AreaReference, Call, Coordinate, Expression, NameReference, Reference
from xlcf.formulas.tracer import Tracer
from xlcf.formulas.values import TEXT, Value
from xlcf.ooxml.references import MAX_COLUMNS, MAX_ROWS, Area, cell_name, r1c1_formula
from xlcf.ooxml.workbook import Workbook
from xlcf.ooxml.worksheet import Formula, Position

Cell = tuple[str, int, int]


@dataclass(frozen=True)
class TextFormula:
    """A formula that stands in no cell.

    Attributes:
        sheet: the sheet that it is seen from.
        text: the formula without `=`; relative references are as in the cell A1.

    """

    sheet: str
    text: str


Output = Cell | TextFormula | float


def compile_cells(workbook: Workbook, outputs: Sequence[Cell], variables: Sequence[Cell]) -> Program:
    """Turn the output cells into one differentiable function of the variable cells.

    Args:
        workbook: the workbook that both lie in.
        outputs: (sheet, row, column) of the cells to compute, e.g. the objective.
        variables: (sheet, row, column) of the cells that may change; their numbers in the workbook are the start.

    Raises:
        FormulaError: where a formula that the outputs need cannot be evaluated; it names cell, formula and reason.

    """
    return Compiler(workbook, variables).compile(outputs)


@dataclass
class Fill:
    """Cells filled with one formula that are still to be traced."""

    sheet: str
    expression: Expression
    array: tuple[int, int] | None
    waiting: dict[Position, int] = field(default_factory=dict)  # how many precedents each cell waits for
    ready: set[Position] = field(default_factory=set)
    is_chained: bool = True  # whether a chain may begin with it: False once it did not


class Compiler:
    """Follows and traces what output cells need; `Recalculation`'s evaluator builds on it."""

    def __init__(self, workbook: Workbook, variables: Sequence[Cell]) -> None:
        self._workbook = workbook
        by_sheet: dict[str, dict[Position, int]] = {name: {} for name in workbook.sheets}
        for number, (sheet, row, column) in enumerate(variables):
            by_sheet[sheet][row, column] = number
        self._variables = by_sheet
        self._cells = BookCells(workbook, by_sheet)
        start = np.array([self._start(cell) for cell in variables], dtype=np.float64)
        self._graph = Graph(start)
        self._graph.add(Input(len(variables)))
        self._fills: dict[tuple[str, str, tuple[int, int] | None], Fill] = {}  # by sheet, R1C1 text, array's size
        self._expressions: dict[str, Expression] = {}  # by R1C1 text
        self._references: dict[int, tuple[Expression, list[Reference]]] = {}  # by the expression's identity
        self._fill_of: dict[Cell, Fill] = {}  # by host cell: for an array formula the first of its area
        self._dependents: dict[Cell, list[Cell]] = {}
        self._areas: dict[Area, list[Cell]] = {}
        self._fully_ready: deque[Fill] = deque()
        self._first_error: Cell | None = None

    # -- what parts of the model that are compiled on their own ask ----------------------------------------------------

    @property
    def workbook(self) -> Workbook:
        """The workbook."""
        return self._workbook

    @property
    def cells(self) -> BookCells:
        """What is known of the cells so far."""
        return self._cells

    def variable_cells(self) -> list[Cell]:
        """List the cells that may change."""
        return [(sheet, *at) for sheet, positions in self._variables.items() for at in positions]

    def number_of(self, cell: Cell) -> float:
        """Give a cell's number, 0 where it holds none."""
        cells = self._cells[cell[0]]
        number = float(cells.numbers[cells.slots(np.array(cell[1]), np.array(cell[2]))])
        return number if np.isfinite(number) else 0.0

    def expression_of(self, cell: Cell) -> Expression:
        """Give the formula of a cell that was met."""
        return self._fill_of[cell].expression

    def is_computed(self, cell: Cell) -> bool:
        """Tell whether a formula cell has been worked out."""
        return self._is_done(cell)

    def area_of(self, cell: Cell, reference: AreaReference) -> Area:
        """Find the area that a reference in a cell's formula means."""
        return self._area(cell, reference, goes_round=False)

    def _traced(self, tracer: Tracer, fill: Fill, positions: list[Position]) -> Value:
        """Trace a formula, or work a data table out."""
        expression = fill.expression
        if isinstance(expression, Call) and expression.function == "TABLE" and fill.array is not None:
            from xlcf.formulas.data_tables import table_value

            return table_value(self, tracer, expression, (fill.sheet, *positions[0]), fill.array)
        return tracer.trace(expression)

    def _close_circles(self, left: list[Cell]) -> None:
        """Work out a circle of references that waits for no other, where the workbook asks for that."""
        from xlcf.formulas.circles import circles_of, close_circle, cuts_of

        circle = circles_of(left, self._dependents)[0]
        cuts = cuts_of(circle, self._dependents)
        try:
            for cell in cuts:
                if self._fill_of[cell].array is not None:
                    raise UnsupportedFormulaError("an array formula in a circle of references is not supported")
            stored = [self._stored_number(cell) for cell in cuts]
            sheet, *at = cuts[0]
            tracer = self._tracer(make_batch(sheet, [(at[0], at[1])], None))
            values = close_circle(self, tracer, cuts, stored)
        except FormulaError as error:
            self._refuse_circle(circle, error)
            return
        for cell, value in zip(cuts, values, strict=True):
            self._store(self._fill_of[cell], [cell[1:]], value)

    def _stored_number(self, cell: Cell) -> float:
        value = self._workbook.sheets[cell[0]].values.get(cell[1:])
        if value is not None and (isinstance(value, bool) or not isinstance(value, float)):
            raise UnsupportedFormulaError(f"a circle of references through {cell_name(cell)}, which holds no number")
        return 0.0 if value is None else value

    def _refuse_circle(self, circle: list[Cell], error: FormulaError) -> None:
        raise self._located(error, circle[0]) from error

    def _start(self, cell: Cell) -> float:
        value = self._workbook.sheets[cell[0]].values.get(cell[1:])
        if value is None:
            return 0.0
        if isinstance(value, bool) or not isinstance(value, float):
            raise FormulaError(f"the variable cell {cell_name(cell)} holds {value!r} instead of a number")
        return value

    def compile(self, outputs: Sequence[Output]) -> Program:
        """Compile the outputs: cells, formulas that stand in no cell, and numbers; see `compile_cells`.

        What was compiled before is not traced again.
        """
        if self._workbook.calculation.as_displayed:
            raise UnsupportedFormulaError(
                "the workbook computes with values as displayed, which xlcf does not; in Excel turn off Set precision "
                "as displayed (File, Options, Advanced), and save"
            )
        self._trace_all(self._host(cell) for cell in outputs if isinstance(cell, tuple) and self._is_formula(cell))
        texts = {text: self._trace_text(text) for text in outputs if isinstance(text, TextFormula)}
        return self._program(outputs, texts)

    def _trace_all(self, cells: Iterable[Cell]) -> None:
        """Trace cells, and all that they need."""
        self._discover(cells)
        while True:
            while (fill := self._next_fill()) is not None:
                self._trace(fill)
            left = [cell for cell, fill in self._fill_of.items() if cell[1:] in fill.waiting]
            if not left:
                return
            if not self._workbook.calculation.iterative:
                self._explain_circle(left)
            self._close_circles(left)

    def _trace_text(self, formula: TextFormula) -> Value:
        """Trace a formula that stands in no cell, after the cells that it needs."""
        host = (formula.sheet, 1, 1)
        batch = make_batch(formula.sheet, [host[1:]], None)
        try:
            expression = parse(formula.text, 1, 1)
            self._trace_all(self._precedents(host, expression))
            while True:
                try:
                    with np.errstate(all="ignore"):
                        value = Tracer(self._workbook, self._cells, self._graph, batch).trace_array(expression)
                    if value.numbers.size > 1:
                        raise FormulaError("it gives several numbers where one is wanted")
                    return value
                except PendingCellsError as pending:
                    needed = dict.fromkeys(self._host((pending.sheet, *at)) for needs in pending.needs for at in needs)
                    self._trace_all(needed)
        except FormulaError as error:
            raise error if error.cell else error.at(f"a formula on {formula.sheet}", f"={formula.text}") from error

    # -- discovery ---------------------------------------------------------------------------------------------------

    def _is_formula(self, cell: Cell) -> bool:
        sheet, position = cell[0], cell[1:]
        return position in self._workbook.sheets[sheet].formulas and position not in self._variables[sheet]

    def _host(self, cell: Cell) -> Cell:
        formula = self._workbook.sheets[cell[0]].formulas[cell[1:]]
        return cell if formula.array is None else (cell[0], formula.array.row1, formula.array.column1)

    def _discover(self, cells: Iterable[Cell]) -> None:
        """Put cells, and all that they need, on the waiting list."""
        stack = [cell for cell in dict.fromkeys(cells) if cell not in self._fill_of]
        while stack:
            cell = stack.pop()
            if cell in self._fill_of:
                continue
            formula = self._workbook.sheets[cell[0]].formulas[cell[1:]]
            # one that is too long is refused anyway, so that nothing need be known of it
            text = formula.text if is_too_long(formula.text) else r1c1_formula(formula.text, *formula.origin)
            try:
                expression = self._parse(formula, text)
                precedents = self._precedents(cell, expression)
            except FormulaError as error:
                raise self._located(error, cell) from error
            stack.extend(precedent for precedent in precedents if precedent not in self._fill_of)
            self._enter(cell, formula, text, expression, precedents)

    def _enter(self, cell: Cell, formula: Formula, text: str, expression: Expression, precedents: list[Cell]) -> None:
        sheet = cell[0]
        array = None if formula.array is None else (formula.array.height, formula.array.width)
        fill = self._fills.setdefault((sheet, text, array), Fill(sheet, expression, array))
        self._fill_of[cell] = fill
        self._wait_for(cell, [p for p in precedents if not self._is_done(p)])

    def _is_done(self, cell: Cell) -> bool:
        fill = self._fill_of.get(cell)
        return fill is not None and cell[1:] not in fill.waiting

    def _wait_for(self, cell: Cell, precedents: list[Cell]) -> None:
        fill, position = self._fill_of[cell], cell[1:]
        fill.waiting[position] = len(precedents)
        for precedent in precedents:
            self._dependents.setdefault(precedent, []).append(cell)
        if precedents:
            fill.ready.discard(position)
        else:
            self._make_ready(fill, position)

    def _make_ready(self, fill: Fill, position: Position) -> None:
        fill.ready.add(position)
        if len(fill.ready) == len(fill.waiting):
            self._fully_ready.append(fill)

    def _parse(self, formula: Formula, text: str) -> Expression:
        """Parse a formula, once for all cells filled with it, whose R1C1 text is `text`."""
        if text not in self._expressions:
            self._expressions[text] = parse(formula.text, *formula.origin)
        return self._expressions[text]

    def _precedents(self, cell: Cell, expression: Expression) -> list[Cell]:
        found: dict[Cell, None] = {}
        for reference in self._references_in(expression):
            for area in self._named_areas(cell, reference):
                found.update(dict.fromkeys(self._formulas_in(area)))
        return list(found)

    def _references_in(self, expression: Expression) -> list[Reference]:
        """List what a formula names outright, once for all cells filled with it."""
        held = self._references.get(id(expression))
        if held is None:
            held = self._references[id(expression)] = (expression, list(references(expression)))
        return held[1]

    def _named_areas(self, cell: Cell, reference: Reference) -> list[Area]:
        """List the areas that a reference means; those of names may be many, those of an error are none."""
        if isinstance(reference, AreaReference):
            return [self._area(cell, reference, goes_round=False)]
        if not isinstance(reference, NameReference):
            return [self._area(cell, area, goes_round=False) for area in self._areas_of(cell, reference)]
        areas: list[Area] = []
        seen = {reference}
        stack = [reference]
        while stack:
            outer = stack.pop()
            sheet = cell[0] if outer.sheet is None else find_sheet(self._workbook, outer.sheet)
            name = self._workbook.defined_name(outer.name, sheet)
            if name is None:
                continue  # tracing says what is wrong, if it comes to that
            for inner in references(parse(name.text.removeprefix("="), 1, 1)):
                if not isinstance(inner, NameReference):
                    areas += [self._area(cell, area, goes_round=True) for area in self._areas_of(cell, inner)]
                elif inner not in seen:
                    seen.add(inner)
                    stack.append(inner)
        return areas

    def _areas_of(self, cell: Cell, reference: Reference) -> tuple[AreaReference, ...]:
        try:
            return areas_of(reference, self._workbook, cell)
        except CellError:
            return ()  # the formula gives that error when it is traced

    def _area(self, cell: Cell, reference: AreaReference, *, goes_round: bool) -> Area:
        sheet = cell[0] if reference.sheet is None else find_sheet(self._workbook, reference.sheet)
        rows = [_at(corner, cell[1]) for corner in (reference.row1, reference.row2)]
        columns = [_at(corner, cell[2]) for corner in (reference.column1, reference.column2)]
        if goes_round:  # as relative references in names do
            rows = [(row - 1) % MAX_ROWS + 1 for row in rows]
            columns = [(column - 1) % MAX_COLUMNS + 1 for column in columns]
        rows.sort()
        columns.sort()
        if rows[0] < 1 or columns[0] < 1 or rows[1] > MAX_ROWS or columns[1] > MAX_COLUMNS:
            raise FormulaError("a reference lies outside the sheet")
        return Area(sheet, rows[0], columns[0], rows[1], columns[1])

    def _formulas_in(self, area: Area) -> list[Cell]:
        formulas = self._workbook.cells_of(area.sheet).formulas
        variables = self._variables.get(area.sheet, {})
        if area.row1 == area.row2 and area.column1 == area.column2:
            position = area.row1, area.column1
            is_computed = position in formulas and position not in variables
            return [self._host((area.sheet, *position))] if is_computed else []
        held = self._areas.get(area)
        if held is None:
            if area.size <= len(formulas):
                inside: Iterable[Position] = ((row, column) for _, row, column in area.cells())
            else:
                inside = (position for position in formulas if position in area)
            hosts = (
                self._host((area.sheet, *position))
                for position in inside
                if position in formulas and position not in variables
            )
            held = self._areas[area] = list(dict.fromkeys(hosts))
        return held

    # -- tracing -----------------------------------------------------------------------------------------------------

    def _next_fill(self) -> Fill | None:
        while self._fully_ready:
            fill = self._fully_ready.popleft()
            if fill.ready and len(fill.ready) == len(fill.waiting):
                return fill
        return next((fill for fill in self._fills.values() if fill.ready), None)

    def _trace(self, fill: Fill) -> None:
        """Trace the ready cells of a fill, together where that works, else one by one."""
        if self._try_chain(fill):
            return
        for group in self._by_dependence(fill, sorted(fill.ready)):
            if self._try_batch(fill, group):
                continue
            for alike in self._by_texts(fill, group):
                if not self._try_batch(fill, alike):
                    for position in alike:
                        self._try_batch(fill, [position])

    def _try_chain(self, fill: Fill) -> bool:
        """Trace the chains that begin with the few ready cells of a fill, each as one; False where there is none."""
        few = 0 < len(fill.ready) <= MOST_CHAINS and len(fill.waiting) >= SHORTEST * len(fill.ready)
        if not fill.is_chained or not few:
            return False
        found = False
        for position in sorted(fill.ready):
            if position not in fill.ready:
                continue  # it was in the chain of another
            chain = find_chain((fill.sheet, *position), self._fill_of, self._dependents, self._precedents_of)
            fill.is_chained = chain is not None and self._run_chain(chain)
            found = found or fill.is_chained
            if not fill.is_chained:
                break
        return found

    def _precedents_of(self, cell: Cell) -> list[Cell]:
        return self._precedents(cell, self._fill_of[cell].expression)

    def _run_chain(self, chain: Chain) -> bool:
        """Trace the formulas of a chain once each, and keep the cells' values; False where that does not work."""
        expressions = [self._fill_of[cell].expression for cell in chain.cells]
        traced = trace_chain(chain, expressions, self._cells, self._graph, self._tracer)
        if traced is None:
            return False
        for batch, value in zip(traced.batches, traced.values, strict=True):
            self._store_batch(batch, self._cells.slots(batch), value)
        self._chain_is_stored(traced)
        members = [(self._fill_of[cell], chain.positions(k, traced.steps)) for k, cell in enumerate(chain.cells)]
        for fill, positions in members:
            for position in positions:
                del fill.waiting[position]
                fill.ready.discard(position)
        for fill, positions in members:
            self._release(fill, positions)
        return True

    def _chain_is_stored(self, traced: TracedChain) -> None:
        """Keep account of what a chain read; nothing is done here."""

    def _tracer(self, batch: Batch) -> Tracer:
        return Tracer(self._workbook, self._cells, self._graph, batch)

    def _by_dependence(self, fill: Fill, positions: list[Position]) -> list[list[Position]]:
        """Split into cells that may depend on a variable and cells that cannot, so that the latter are folded."""
        groups: dict[bool, list[Position]] = {}
        for position in positions:
            groups.setdefault(self._may_vary((fill.sheet, *position), fill.expression), []).append(position)
        return list(groups.values())

    def _may_vary(self, cell: Cell, expression: Expression) -> bool:
        for reference in self._references_in(expression):
            for area in self._named_areas(cell, reference):
                cells = self._cells[area.sheet]
                if (cells.producer[self._slots_in(area)] >= 0).any():
                    return True
        return False

    def _slots_in(self, area: Area) -> Integers:
        cells = self._cells
        rows = np.arange(area.row1, min(area.row2, max(cells.n_rows, area.row1)) + 1)[:, None]
        columns = np.arange(area.column1, min(area.column2, max(cells.n_columns, area.column1)) + 1)[None, :]
        return cells[area.sheet].slots(rows, columns)

    def _by_texts(self, fill: Fill, positions: list[Position]) -> list[list[Position]]:
        """Split by where the cells referred to hold texts: what works for a number may not work for a text."""
        groups: dict[tuple[bool, ...], list[Position]] = {}
        for position in positions:
            cell = (fill.sheet, *position)
            areas = [
                area
                for reference in self._references_in(fill.expression)
                for area in self._named_areas(cell, reference)
            ]
            texts = tuple(bool((self._cells[a.sheet].kinds[self._slots_in(a)] == TEXT).any()) for a in areas)
            groups.setdefault(texts, []).append(position)
        return list(groups.values())

    def _try_batch(self, fill: Fill, positions: list[Position]) -> bool:
        """Trace cells as one batch; False where they have to be traced one by one."""
        batch = make_batch(fill.sheet, positions, fill.array)
        length = len(self._graph.nodes)
        try:
            with np.errstate(all="ignore"):
                value = self._traced(self._tracer(batch), fill, positions)
        except RaggedBatchError:
            self._graph.truncate(length)
            if len(positions) > 1:
                return False
            raise FormulaError("its areas do not fit together").at(*self._where((fill.sheet, *positions[0]))) from None
        except PendingCellsError as pending:
            self._graph.truncate(length)
            self._postpone(fill, sorted(positions), pending)
            return True
        except FormulaError as error:
            if len(positions) > 1:
                self._graph.truncate(length)
                return False
            raise self._located(error, (fill.sheet, *positions[0])) from error
        self._store(fill, positions, value)
        return True

    def _postpone(self, fill: Fill, positions: list[Position], pending: PendingCellsError) -> None:
        """Let each cell wait for the pending cells that tracing found it to read."""
        for position, needed in zip(positions, pending.needs, strict=True):
            hosts = list(dict.fromkeys(self._host((pending.sheet, *at)) for at in needed))
            self._discover(hosts)
            cell = (fill.sheet, *position)
            if cell in hosts and not self._workbook.calculation.iterative:
                raise FormulaError("the formula refers to its own cell").at(*self._where(cell))
            fill.ready.discard(position)
            self._wait_for(cell, [host for host in hosts if not self._is_done(host)])

    def _store(self, fill: Fill, positions: list[Position], value: Value) -> None:
        batch = make_batch(fill.sheet, positions, fill.array)
        height, width = fill.array or (1, 1)
        rows = batch.rows[..., None, None] + np.arange(height)[:, None]
        columns = batch.columns[..., None, None] + np.arange(width)
        slots = self._cells[fill.sheet].slots(*np.broadcast_arrays(rows, columns))
        self._store_batch(batch, slots, value)
        for position in positions:
            del fill.waiting[position]
            fill.ready.discard(position)
        self._release(fill, positions)

    def _store_batch(self, batch: Batch, slots: Integers, value: Value) -> None:
        cells = self._cells[batch.sheet]
        cells.store(slots, value)
        if self._first_error is None:
            bad = ~np.isfinite(cells.numbers[slots]) & (cells.kinds[slots] != TEXT)
            if bad.any():
                i, j, row, column = (int(k) for k in np.argwhere(bad)[0])
                rows, columns = (np.broadcast_to(array, batch.shape) for array in (batch.rows, batch.columns))
                self._first_error = (batch.sheet, int(rows[i, j]) + row, int(columns[i, j]) + column)

    def _release(self, fill: Fill, positions: list[Position]) -> None:
        """Let the cells that waited for these go on."""
        for position in positions:
            for dependent in self._dependents.pop((fill.sheet, *position), ()):
                other = self._fill_of[dependent]
                if dependent[1:] not in other.waiting:
                    continue  # it was traced in one chain with these
                other.waiting[dependent[1:]] -= 1
                if other.waiting[dependent[1:]] == 0:
                    self._make_ready(other, dependent[1:])

    # -- the end -----------------------------------------------------------------------------------------------------

    def _program(self, outputs: Sequence[Output], texts: Mapping[TextFormula, Value]) -> Program:
        constants = np.zeros(len(outputs))
        sources: list[tuple[int, int] | None] = []
        for number, output in enumerate(outputs):
            node, offset = -1, 0
            match output:
                case TextFormula():
                    value = texts[output]
                    constants[number] = value.numbers.flat[0]
                    node = -1 if value.node is None else value.node
                case (sheet, row, column):
                    cells = self._cells[sheet]
                    slot = int(cells.slots(np.array(row), np.array(column)))
                    constants[number] = cells.numbers[slot]
                    node, offset = int(cells.producer[slot]), int(cells.offset[slot])
                case _:
                    constants[number] = output
            sources.append(None if node < 0 else (node, offset))
        return self._program_from(sources, constants)

    def _program_of(self, values: Sequence[Value]) -> Program:
        """Make a program of single values."""
        sources = [None if value.node is None else (value.node, 0) for value in values]
        return self._program_from(sources, np.array([float(value.numbers.flat[0]) for value in values]))

    def _program_from(self, sources: list[tuple[int, int] | None], constants: Floats) -> Program:
        nodes, renumbered = prune(self._graph.nodes, [source[0] for source in sources if source])
        return Program(
            nodes=nodes,
            outputs=[None if source is None else (renumbered[source[0]], source[1]) for source in sources],
            constants=constants,
            start=self._graph.start,
            first_error=None if self._first_error is None else " ".join(self._where(self._first_error)),
        )

    def _where(self, cell: Cell) -> tuple[str, str]:
        return cell_name(cell), self._workbook.sheets[cell[0]].formula_at(*cell[1:]) or ""

    def _located(self, error: FormulaError, cell: Cell) -> FormulaError:
        return error if error.cell else error.at(*self._where(cell))

    def _explain_circle(self, left: list[Cell]) -> None:
        """Name a circle of cells among those that never became ready."""
        waits: dict[Cell, Cell] = {
            dependent: precedent for precedent, dependents in self._dependents.items() for dependent in dependents
        }
        path: dict[Cell, None] = {}
        cell = left[0]
        while cell not in path:
            path[cell] = None
            cell = waits[cell]
        circle = list(path)[list(path).index(cell) :]
        shown = " -> ".join(cell_name(member) for member in [*circle[:4], *circle[:1]])
        raise FormulaError(f"the formulas refer to each other in a circle: {shown}").at(*self._where(cell))


def _at(corner: Coordinate, host: int) -> int:
    return corner.number if corner.absolute else host + corner.number
