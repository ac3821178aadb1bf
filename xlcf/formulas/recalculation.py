"""Formulas computed afresh: all of a workbook's, or those that depend on cells whose numbers change.

Where the compiler stops at the first formula beyond it, here such a formula keeps the value that Excel cached, its cell
is named with the reason, and everything else goes on. Volatile functions (RAND, NOW) are kept in the same way.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from xlcf.arrays import Floats, Integers
from xlcf.errors import InputError
from xlcf.formulas.batch import Batch, PendingCellsError, make_batch
from xlcf.formulas.cells import BookCells
from xlcf.formulas.chain_tracing import TracedChain
from xlcf.formulas.circles import circles_of
from xlcf.formulas.compiler import Cell, Compiler, Fill
from xlcf.formulas.errors import FormulaError, UnsupportedFormulaError
from xlcf.formulas.graph_building import Graph
from xlcf.formulas.parser import parse
from xlcf.formulas.precedents import references
from xlcf.formulas.ranges import RaggedBatchError, Range
from xlcf.formulas.syntax import Call, Expression
from xlcf.formulas.tracer import Tracer
from xlcf.formulas.values import BLANK, ERROR, NUMBER, Value, decode
from xlcf.ooxml.workbook import Workbook
from xlcf.ooxml.worksheet import Formula, Position, Scalar

VOLATILE = frozenset({"RAND", "RANDBETWEEN", "RANDARRAY", "NOW", "TODAY", "INFO", "CELL"})
_LOOKS_ELSEWHERE = frozenset({"OFFSET", "INDIRECT"})  # these read cells that the formula does not name
_LARGEST_READ = 1 << 22  # numbers that one batch reads at once

# What a cell rests on: nothing that changed, changed cells, or a formula beyond xlcf that rests on changed cells.
_AS_IT_WAS, _CHANGED, _SPOILED = 0, 1, 2

Marks = NDArray[np.uint8]


@dataclass(frozen=True)
class Recalculation:
    """What computing formulas gave; cells are (sheet, row, column).

    Attributes:
        values: the value of each formula cell that could be computed.
        unsupported: for each formula cell that could not, the reason.
        volatile: those of the unsupported that hold a volatile function.
        magnitudes: for each cell in `values`, the largest number that its formula read, to judge rounding by.

    """

    values: dict[Cell, Scalar]
    unsupported: dict[Cell, str]
    volatile: frozenset[Cell]
    magnitudes: dict[Cell, float]


def recalculate(workbook: Workbook) -> Recalculation:
    """Compute every formula of a workbook, each from the computed values of those before it.

    A formula beyond xlcf gives its cached value to those that read it; where it has none, they are unsupported, too.
    """
    evaluator = _Evaluator(workbook, frozenset())
    evaluator.run()
    return evaluator.result(wanted=_AS_IT_WAS)


def recompute(workbook: Workbook, changed: Mapping[Cell, float]) -> Recalculation:
    """Compute the formulas that depend on cells whose numbers change; no other cell is in the result.

    Args:
        workbook: the workbook as it was read, with cached values; it stays as it is.
        changed: the new number of each cell that changes; a formula in such a cell counts as overwritten.

    Returns:
        `values` to put in place of the cached ones, and in `unsupported` the cells whose cached value is no longer
        to be believed: their formula, or one that it depends on, is beyond xlcf.

    """
    evaluator = _Evaluator(_with_numbers(workbook, changed), frozenset(changed))
    evaluator.run()
    return evaluator.result(wanted=_CHANGED)


def _with_numbers(workbook: Workbook, numbers: Mapping[Cell, float]) -> Workbook:
    result = copy.copy(workbook)
    result.sheets = dict(workbook.sheets)
    by_sheet: dict[str, dict[Position, float]] = {}
    for (name, row, column), number in numbers.items():
        by_sheet.setdefault(name, {})[row, column] = float(number)
    for name, cells in by_sheet.items():
        sheet = result.sheets[name] = copy.copy(workbook.sheets[name])
        sheet.values = {**sheet.values, **cells}
        sheet.formulas = {at: formula for at, formula in sheet.formulas.items() if at not in cells}
        sheet.n_rows = max(sheet.n_rows, *(row for row, _ in cells))
        sheet.n_columns = max(sheet.n_columns, *(column for _, column in cells))
    return result


class _Marks(dict[str, Marks]):
    """What each cell rests on, by sheet: one mark a slot of `SheetCells`."""

    def __init__(self, cells: BookCells) -> None:
        super().__init__()
        self._cells = cells

    def __missing__(self, sheet: str) -> Marks:
        marks = self[sheet] = np.zeros(self._cells[sheet].numbers.size, np.uint8)
        return marks


class _Reader(Tracer):
    """A tracer that keeps account of what it reads.

    Attributes:
        mark: shape broadcasts to the batch's, the worst mark of the cells read.
        magnitude: likewise, the largest number read.

    """

    def __init__(self, workbook: Workbook, cells: BookCells, graph: Graph, batch: Batch, marks: _Marks) -> None:
        super().__init__(workbook, cells, graph, batch)
        self._marks = marks
        self.mark: Marks = np.zeros((1, 1), np.uint8)
        self.magnitude: Floats = np.zeros((1, 1))
        self.reads: list[
            tuple[str, Integers, tuple[int, int] | None]
        ] = []  # sheets, slots, axes of what one cell reads

    def _read_range(self, operand: Range) -> Value:
        value = super()._read_range(operand)
        cells = self._cells[operand.sheet]
        slots = cells.slots(*self._extent(operand))
        axes = None if self.is_spread_out else (-2, -1)  # then all that is read is read by one cell
        self.mark = np.maximum(self.mark, self._marks[operand.sheet][slots].max(axis=axes))
        self.magnitude = np.maximum(self.magnitude, _largest(cells.numbers[slots], axes))
        self.reads.append((operand.sheet, slots, axes))
        return value

    def largest_read(self) -> Floats:
        """Give the largest number among the cells read, as they are by now; like `magnitude`."""
        each = [_largest(self._cells[sheet].numbers[slots], axes) for sheet, slots, axes in self.reads]
        return np.asarray(reduce(np.maximum, each, np.zeros((1, 1))))

    def trace_array(self, expression: Expression) -> Value:
        """See `Tracer`; refuses a dynamic array that fills other cells now that what it reads has changed."""
        value = super().trace_array(expression)
        size, stored = value.shape[-2:], self._batch.array
        if stored is None or size == stored or (self.mark == _AS_IT_WAS).all() or value.is_kind(ERROR).all():
            return value
        formulas = self._workbook.sheets[self._batch.sheet].formulas
        if any(formulas[row, column].dynamic for _, row, column in self._hosts()):
            now, before = (f"{rows} x {columns}" for rows, columns in (size, stored))
            raise UnsupportedFormulaError(
                f"its result fills {now} cells, not {before} as stored; calculate it in Excel"
            )
        return value


def _largest(numbers: Floats, axes: tuple[int, int] | None) -> Floats:
    return np.asarray(np.where(np.isfinite(numbers), np.abs(numbers), 0.0).max(axis=axes))


class _Evaluator(Compiler):
    """The compiler without variables: everything is constant, and what fails keeps its cached value."""

    def __init__(self, workbook: Workbook, changed: frozenset[Cell]) -> None:
        super().__init__(workbook, [])
        self._changed = changed
        self._marks = _Marks(self._cells)
        self._magnitudes: dict[str, Floats] = {}
        self._unreadable: dict[str, str] = {}  # by R1C1 text, the reason
        self._failed: dict[Cell, str] = {}  # by host cell
        self._volatile: set[Cell] = set()
        for sheet, row, column in changed:
            self._marks[sheet][self._cells[sheet].slots(np.array(row), np.array(column))] = _CHANGED

    def run(self) -> None:
        """Work out every formula cell."""
        self._discover(self._host((sheet.name, *position)) for sheet in self._workbook for position in sheet.formulas)
        while True:
            while (fill := self._next_fill()) is not None:
                self._trace(fill)
            left = [cell for cell, fill in self._fill_of.items() if cell[1:] in fill.waiting]
            if not left:
                return
            if self._workbook.calculation.iterative and circles_of(left, self._dependents):
                self._close_circles(left)
            else:
                self._break_circles(left)

    def result(self, wanted: int) -> Recalculation:
        """Collect the cells that are marked `wanted`, and those that could not be computed."""
        values: dict[Cell, Scalar] = {}
        unsupported: dict[Cell, str] = {}
        volatile: set[Cell] = set()
        magnitudes: dict[Cell, float] = {}
        for sheet, hosts in self._by_sheet():
            cells = self._cells[sheet]
            table = np.array([position for position, _ in hosts], dtype=np.int64)
            slots = cells.slots(table[:, 0], table[:, 1])
            marks = self._marks[sheet][slots].tolist()
            largest = self._magnitudes_of(sheet)[slots].tolist()
            numbers, kinds, texts = cells.numbers[slots].tolist(), cells.kinds[slots].tolist(), cells.texts[slots]
            for k, (position, host) in enumerate(hosts):
                cell = (sheet, *position)
                reason = self._failed.get(host)
                if reason is not None and (wanted == _AS_IT_WAS or marks[k] == _SPOILED):
                    unsupported[cell] = reason
                    if host in self._volatile:
                        volatile.add(cell)
                elif reason is not None:
                    continue  # beyond xlcf, but what it reads has not changed
                elif marks[k] == _SPOILED:
                    unsupported[cell] = "it depends on a formula that xlcf cannot compute"
                elif marks[k] == wanted:
                    value = decode(numbers[k], kinds[k], texts[k])
                    if wanted == _CHANGED and kinds[k] == NUMBER and not np.isfinite(numbers[k]):
                        unsupported[cell] = "it comes out as an error whose kind xlcf does not know"
                    elif value is not None:
                        values[cell], magnitudes[cell] = value, largest[k]
        return Recalculation(values, unsupported, frozenset(volatile), magnitudes)

    def _by_sheet(self) -> Iterator[tuple[str, list[tuple[Position, Cell]]]]:
        """List each sheet's formula cells, those of an array formula with the host they share."""
        found: dict[str, list[tuple[Position, Cell]]] = {}
        for host, fill in self._fill_of.items():
            height, width = fill.array or (1, 1)
            found.setdefault(host[0], []).extend(
                ((host[1] + i, host[2] + j), host) for i in range(height) for j in range(width)
            )
        return iter(found.items())

    # -- what fails keeps its cached value ---------------------------------------------------------------------------

    def _fail(self, fill: Fill, position: Position, reason: str) -> None:
        cell = (fill.sheet, *position)
        expression = fill.expression
        if isinstance(expression, Call) and self._is_unreadable(expression):
            reason = self._unreadable[expression.function]
        self._failed[cell] = reason
        text = self._workbook.sheets[cell[0]].formulas[cell[1:]].text
        if is_volatile(text):
            self._volatile.add(cell)
        cells = self._cells[fill.sheet]
        rows, columns, slots = self._place(fill, [position])
        without_value = (cells.kinds[slots] == BLANK).all()
        mark = _SPOILED if without_value or self._may_rest_on_changes(cell, expression, text) else _AS_IT_WAS
        self._marks[fill.sheet][slots] = mark
        self._store(fill, [position], cells.value(slots, rows, columns))

    def _is_unreadable(self, expression: Expression) -> bool:
        return isinstance(expression, Call) and expression.function in self._unreadable

    def _may_rest_on_changes(self, cell: Cell, expression: Expression, text: str) -> bool:
        """Tell whether a formula that was not computed may read changed cells; in doubt it may."""
        if not self._changed:
            return False
        if self._is_unreadable(expression) or _LOOKS_ELSEWHERE & _functions(text):
            return True
        try:
            areas = [area for reference in references(expression) for area in self._named_areas(cell, reference)]
        except InputError:
            return True
        slots = ((area.sheet, self._slots_in(area)) for area in areas)
        return any(
            (self._marks[sheet][at] != _AS_IT_WAS).any() or self._cells[sheet].pending[at].any() for sheet, at in slots
        )

    def _break_circles(self, left: list[Cell]) -> None:
        """Let the cells that refer to each other in a circle fail, so that those behind them go on."""
        stuck = [cell for circle in circles_of(left, self._dependents) for cell in circle] or left
        self._refuse_circle(stuck, FormulaError("it refers to itself in a circle"))

    def _refuse_circle(self, circle: list[Cell], error: FormulaError) -> None:
        stuck = set(circle)
        for dependents in self._dependents.values():
            dependents[:] = [cell for cell in dependents if cell not in stuck]
        for cell in circle:
            self._fail(self._fill_of[cell], cell[1:], error.reason)

    def is_computed(self, cell: Cell) -> bool:
        """See `Compiler`; a formula that failed was not worked out."""
        return super().is_computed(cell) and cell not in self._failed

    # -- the compiler's steps ----------------------------------------------------------------------------------------

    def _host(self, cell: Cell) -> Cell:
        formulas = self._workbook.sheets[cell[0]].formulas
        host = super()._host(cell)
        # an array formula whose area is damaged does not begin where it stands
        return host if formulas.get(host[1:]) is formulas[cell[1:]] else cell

    def _parse(self, formula: Formula, text: str) -> Expression:
        if text not in self._expressions:
            try:
                self._expressions[text] = parse(formula.text, *formula.origin)
            except InputError as error:
                self._unreadable[text] = _reason(error)
                self._expressions[text] = Call(text, ())  # it fails when its turn comes
        return self._expressions[text]

    def _precedents(self, cell: Cell, expression: Expression) -> list[Cell]:
        try:
            return super()._precedents(cell, expression)
        except InputError:
            return []  # tracing meets the same error, and fails

    def _by_dependence(self, fill: Fill, positions: list[Position]) -> list[list[Position]]:
        """Split into batches that fit into memory."""
        try:
            areas = [
                area
                for reference in self._references_in(fill.expression)
                for area in self._named_areas((fill.sheet, *positions[0]), reference)
            ]
        except InputError:
            areas = []
        each = sum(min(area.height, self._cells.n_rows) * min(area.width, self._cells.n_columns) for area in areas)
        size = max(1, _LARGEST_READ // max(each, 1))
        return [positions[start : start + size] for start in range(0, len(positions), size)]

    def _by_texts(self, fill: Fill, positions: list[Position]) -> list[list[Position]]:
        try:
            return super()._by_texts(fill, positions)
        except InputError:
            return [positions]

    def _try_batch(self, fill: Fill, positions: list[Position]) -> bool:
        if self._is_unreadable(fill.expression):
            for position in positions:
                self._fail(fill, position, "")
            return True
        batch = make_batch(fill.sheet, positions, fill.array)
        reader = self._tracer(batch)
        try:
            with np.errstate(all="ignore"):
                value = self._traced(reader, fill, positions)
        except PendingCellsError as pending:
            self._wait(fill, sorted(positions), pending)
            return True
        # Whatever else goes wrong in one formula must not take the others with it.
        except (
            InputError,
            RaggedBatchError,
            ArithmeticError,
            AssertionError,
            AttributeError,
            LookupError,
            MemoryError,
            TypeError,
            ValueError,
        ) as error:
            if len(positions) > 1:
                return False
            self._fail(fill, positions[0], _reason(error))
            return True
        _, _, slots = self._place(fill, positions)
        self._marks[fill.sheet][slots] = reader.mark[..., None, None]
        self._magnitudes_of(fill.sheet)[slots] = reader.magnitude[..., None, None]
        self._store(fill, positions, value)
        return True

    def _tracer(self, batch: Batch) -> _Reader:
        return _Reader(self._workbook, self._cells, self._graph, batch, self._marks)

    def _chain_is_stored(self, traced: TracedChain) -> None:
        marks = np.zeros((len(traced.batches), traced.steps), np.uint8)
        for number, tracer in enumerate(traced.tracers):
            assert isinstance(tracer, _Reader)
            marks[number] = tracer.mark[: traced.steps, 0]
        if marks.any():
            for step in range(traced.steps):
                for number, reads in enumerate(traced.reads):
                    before = [marks[cell, step - lag] for cell, lag in reads if step >= lag]
                    marks[number, step] = max(marks[number, step], *before, 0)
        for number, (batch, tracer) in enumerate(zip(traced.batches, traced.tracers, strict=True)):
            assert isinstance(tracer, _Reader)
            slots = self._cells.slots(batch)
            self._marks[batch.sheet][slots] = marks[number].reshape(slots.shape)
            largest = tracer.largest_read()[: traced.steps]
            self._magnitudes_of(batch.sheet)[slots] = largest[..., None, None]

    def _wait(self, fill: Fill, positions: list[Position], pending: PendingCellsError) -> None:
        """Postpone the cells of a batch, but for those that would wait for themselves."""
        waiting: list[Position] = []
        needs: list[list[Position]] = []
        for position, needed in zip(positions, pending.needs, strict=True):
            hosts = {self._host((pending.sheet, *at)) for at in needed}
            to_itself = (fill.sheet, *position) in hosts and not self._workbook.calculation.iterative
            if to_itself or (hosts and all(map(self._is_done, hosts))):
                self._fail(fill, position, "it refers to itself in a circle")
            else:
                waiting.append(position)
                needs.append(needed)
        self._postpone(fill, waiting, PendingCellsError(pending.sheet, needs))

    def _place(self, fill: Fill, positions: list[Position]) -> tuple[Integers, Integers, Integers]:
        """Give rows, columns and slots of the cells that a batch fills: shape (batch rows, batch columns, h, w)."""
        batch = make_batch(fill.sheet, positions, fill.array)
        height, width = fill.array or (1, 1)
        rows, columns = np.broadcast_arrays(
            batch.rows[..., None, None] + np.arange(height)[:, None],
            batch.columns[..., None, None] + np.arange(width),
        )
        return rows, columns, self._cells[fill.sheet].slots(rows, columns)

    def _magnitudes_of(self, sheet: str) -> Floats:
        if sheet not in self._magnitudes:
            self._magnitudes[sheet] = np.zeros(self._cells[sheet].numbers.size)
        return self._magnitudes[sheet]


def is_volatile(text: str) -> bool:
    """Tell whether a formula has a value of its own at each calculation."""
    return bool(VOLATILE & _functions(text))


def _functions(text: str) -> frozenset[str]:
    """List the functions that a formula's text calls, without those inside texts."""
    outside = re.sub(r'"(?:[^"]|"")*"', "", text)
    return frozenset(
        name.upper().rpartition("_XLFN.")[2] for name in re.findall(r"(?<![\w.])([A-Za-z_][\w.]*)\(", outside)
    )


def _reason(error: Exception) -> str:
    if isinstance(error, FormulaError):
        return error.reason
    if isinstance(error, RaggedBatchError):
        return "its areas do not fit together"
    if isinstance(error, InputError):
        return str(error)
    return f"xlcf cannot compute it ({type(error).__name__}: {error})"
