"""From syntax trees to graph nodes, for all cells filled with one formula at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from xlcf.arrays import Integers
from xlcf.formulas.agreement import agree
from xlcf.formulas.batch import Batch, PendingCellsError
from xlcf.formulas.cells import CONSTANT, BookCells
from xlcf.formulas.closures import OMITTED, Closure, Operand, Scope, bound_name
from xlcf.formulas.error_codes import prepared, with_error_codes
from xlcf.formulas.errors import CellError, FormulaError, UnsupportedFormulaError, UserFunctionError
from xlcf.formulas.excel_functions import FUNCTIONS_OF_EXCEL
from xlcf.formulas.graph import Apply, Node
from xlcf.formulas.graph_building import Graph, node_of
from xlcf.formulas.namespace import NUMPY
from xlcf.formulas.nesting import Nested, run
from xlcf.formulas.parser import parse
from xlcf.formulas.precedents import areas_of, find_sheet
from xlcf.formulas.ranges import RaggedBatchError, Range, Union, size_of, uniform
from xlcf.formulas.registry import FUNCTIONS, LAST_OPERATIONS, SINGLE, Function
from xlcf.formulas.syntax import (
    AreaReference,
    ArrayLiteral,
    Call,
    Coordinate,
    Expression,
    ExternalReference,
    Invoke,
    Literal,
    Missing,
    NameReference,
    Reference,
    SheetsReference,
    TableReference,
)
from xlcf.formulas.values import (
    Value,
    array_value,
    constant,
    decode,
    require_array_size,
    scalar_value,
)
from xlcf.ooxml.references import MAX_COLUMNS, MAX_ROWS
from xlcf.ooxml.workbook import Workbook
from xlcf.ooxml.worksheet import ExcelError, Scalar

Cell = tuple[str, int, int]
_MOST_CALLS_INSIDE = 1024  # LAMBDAs that call each other; beyond it Excel gives #NUM!
_MOST_CALLS = 60_000  # of LAMBDAs in one formula
_MANY_ROWS, _MANY_COLUMNS = 65_535, 255  # from here on an area means all that is there
T = TypeVar("T", bound=np.generic)


class Tracer:
    """Traces one formula for one batch of cells; it is the `ReferenceContext` of reference functions, too."""

    def __init__(self, workbook: Workbook, cells: BookCells, graph: Graph, batch: Batch) -> None:
        self._workbook, self._cells, self._graph, self._batch = workbook, cells, graph, batch
        self._scope = Scope()
        self._calls: list[Closure] = []  # those under way, one inside the other
        self._n_calls = 0
        self.is_spread_out = False  # whether elements of arrays are laid along the axes of the batch
        self._unknown: str | None = None  # a name or function that is neither the workbook's nor Excel's
        self._unknown_is_function = False
        # what a formula repeats is traced once
        self._literals: dict[tuple[type, object], Value] = {}
        self._ranges: dict[tuple[AreaReference, bool], Range] = {}
        self._named: dict[tuple[str | None, str, bool, bool], Operand] = {}
        self._read: dict[int, tuple[Range | Union, Value]] = {}  # by the range's identity
        self._applied: dict[tuple[object, ...], tuple[list[Value], Value]] = {}  # by the values' identities

    @property
    def host_rows(self) -> Integers:
        """See `ReferenceContext`."""
        return self._batch.rows

    @property
    def host_columns(self) -> Integers:
        """See `ReferenceContext`."""
        return self._batch.columns

    @property
    def host_size(self) -> tuple[int, int]:
        """See `ReferenceContext`."""
        return self._batch.array or (1, 1)

    @property
    def host_sheet(self) -> str:
        """See `ReferenceContext`."""
        return self._batch.sheet

    @property
    def workbook(self) -> Workbook:
        """See `ReferenceContext`."""
        return self._workbook

    def evaluate(self, reference: Expression) -> Operand:
        """See `ReferenceContext`."""
        return run(self._expression(reference, array_mode=False, single=False))

    def trace(self, expression: Expression) -> Value:
        """Trace the formula; the value has the batch's shape up to broadcasting.

        Raises:
            PendingCellsError: where it reads cells not traced yet.
            RaggedBatchError: where the cells of the batch do not fit one operation.
            FormulaError: where the formula cannot be evaluated.

        """
        array = self._batch.array
        if array is None:
            return self._finished(self.intersect(run(self._expression(expression, array_mode=False, single=True))))
        value = self.trace_array(expression)
        shape = (*self._batch.shape, *array)
        return value if value.varies and value.shape == shape else self._graph.laid(value, shape)

    def _require_stored(self, value: Value) -> None:
        """Raise where a name is not defined and the result may be another than Excel's.

        An unknown name is #NAME?; an unknown function is, too, unless stored values show that an add-in has it.
        """
        if value.known is None:
            raise FormulaError(f"{self._unknown} is not defined")
        values = self._workbook.sheets[self._batch.sheet].values
        shape = (*self._batch.shape, 1, 1)
        first = (value.known, value.all_kinds(), value.all_texts())
        numbers, kinds, texts = (np.broadcast_to(array[..., :1, :1], shape).ravel() for array in first)
        for (_, row, column), number, kind, text in zip(self._hosts(), numbers, kinds, texts, strict=True):
            stored = values.get((row, column))
            computed = decode(float(number), int(kind), text)
            if (stored is None and self._unknown_is_function) or (
                stored is not None and not agree(stored, "" if computed is None else computed)
            ):
                raise UserFunctionError(
                    f"{self._unknown} is not {'supported' if self._unknown_is_function else 'defined'}"
                )

    def trace_array(self, expression: Expression) -> Value:
        """Trace it as an array formula, whatever shape it gives; raises as `trace`."""
        return self._finished(run(self._expression(expression, array_mode=True, single=False)))

    def _finished(self, operand: Operand) -> Value:
        value = self.error("#CALC!") if isinstance(operand, Closure) else self.read(operand)
        if self._unknown is not None:
            self._require_stored(value)
        return value

    def _expression(self, expression: Expression, *, array_mode: bool, single: bool) -> Nested[Operand]:
        """Trace a part; `single` where one value is wanted of it."""
        match expression:
            case Literal(value):
                return self._literal(value)
            case ArrayLiteral(rows):
                return array_value(rows)
            case AreaReference():
                return self._range(expression)
            case TableReference() | ExternalReference() | SheetsReference():
                return self._resolved(expression)
            case NameReference(sheet, name):
                traced: Operand = yield self._name(sheet, name, array_mode=array_mode, single=single)
                return traced
            case Call():
                result: Operand = yield self._call(expression, array_mode=array_mode, single=single)
                return result
            case Missing():
                return scalar_value(None)
            case Invoke(callee, arguments):
                function: Operand = yield self._expression(callee, array_mode=array_mode, single=False)
                called: Operand = yield self._called(function, arguments, array_mode=array_mode, single=single)
                return called

    def _literal(self, value: Scalar) -> Value:
        key = (type(value), value)
        if key not in self._literals:
            self._literals[key] = scalar_value(value)
        return self._literals[key]

    def _range(self, reference: AreaReference) -> Range:
        key = (reference, self._scope.name_depth > 0)
        if key not in self._ranges:
            self._ranges[key] = self._placed(reference)
        return self._ranges[key]

    def _placed(self, reference: AreaReference) -> Range:
        sheet = self._batch.sheet if reference.sheet is None else self._sheet(reference.sheet)
        rows = [_place(corner, self._batch.rows) for corner in (reference.row1, reference.row2)]
        columns = [_place(corner, self._batch.columns) for corner in (reference.column1, reference.column2)]
        if self._scope.name_depth:
            rows = [(row - 1) % MAX_ROWS + 1 for row in rows]
            columns = [(column - 1) % MAX_COLUMNS + 1 for column in columns]
        height, width = uniform(abs(rows[1] - rows[0])) + 1, uniform(abs(columns[1] - columns[0])) + 1
        return Range(sheet, np.minimum(*rows), np.minimum(*columns), height, width)

    def _resolved(self, reference: TableReference | ExternalReference | SheetsReference) -> Operand:
        """Find the cells that a reference means beyond the formula's own sheets."""
        hosts = self._hosts()
        if not (isinstance(reference, TableReference) and reference.depends_on_place):
            hosts = hosts[:1]
        found = {self._outcome(reference, host) for host in hosts}
        if len(found) > 1:
            raise RaggedBatchError
        outcome = found.pop()
        if isinstance(outcome, str):
            return self.error(outcome)
        ranges = tuple(self._range(area) for area in outcome)
        return ranges[0] if len(ranges) == 1 else Union(ranges)

    def _outcome(self, reference: Reference, host: Cell) -> tuple[AreaReference, ...] | str:
        """Give areas, or the code of the error that the reference is."""
        try:
            return areas_of(reference, self._workbook, host)
        except CellError as error:
            return error.code

    def _hosts(self) -> list[Cell]:
        rows, columns = np.broadcast_arrays(self._batch.rows, self._batch.columns)
        pairs = zip(rows.ravel().tolist(), columns.ravel().tolist(), strict=True)
        return [(self._batch.sheet, row, column) for row, column in pairs]

    def _sheet(self, name: str) -> str:
        return find_sheet(self._workbook, name)

    def _name(self, sheet: str | None, name: str, *, array_mode: bool, single: bool) -> Nested[Operand]:
        if sheet is None and bound_name(name) in self._scope.bound:
            return self._scope.bound[bound_name(name)]
        key = (sheet, name.lower(), array_mode, single)
        if key in self._named:
            return self._named[key]
        found = self._workbook.defined_name(name, self._batch.sheet if sheet is None else self._sheet(sheet))
        if found is None:
            self._unknown = self._unknown or f"the name {name}"
            return self.error("#NAME?")
        if self._scope.name_depth > 20:
            raise FormulaError(f"the name {name} refers to itself")
        # a name's relative references are kept as seen from A1, and go round at the sheet's edges
        expression = parse(found.text.removeprefix("="), 1, 1)
        scope = Scope(name_depth=self._scope.name_depth + 1)
        operand: Operand = yield self.within(scope, expression, array_mode=array_mode, single=single)
        self._named[key] = operand
        return operand

    # -- LET and LAMBDA ----------------------------------------------------------------------------------------------

    @property
    def scope(self) -> Scope:
        """See `TracingContext`."""
        return self._scope

    def within(self, scope: Scope, expression: Expression, *, array_mode: bool, single: bool) -> Nested[Operand]:
        """See `TracingContext`."""
        outer, self._scope = self._scope, scope
        operand: Operand = yield self._expression(expression, array_mode=array_mode, single=single)
        self._scope = outer
        return operand

    def finish(self, call: Nested[Operand]) -> Operand:
        """See `TracingContext`."""
        scope, calls = self._scope, list(self._calls)
        try:
            return run(call)
        finally:
            self._scope, self._calls = scope, calls

    def _called(
        self, function: Operand, arguments: Sequence[Expression], *, array_mode: bool, single: bool
    ) -> Nested[Operand]:
        """Call what an expression gave; only a LAMBDA can be called."""
        operands: list[Operand] = []
        for argument in arguments:
            if isinstance(argument, Missing):
                operands.append(OMITTED)
            else:
                operands.append((yield self._expression(argument, array_mode=array_mode, single=False)))
        if not isinstance(function, Closure):
            is_error = isinstance(function, Value) and function.known is not None and np.isnan(function.known).all()
            return function if is_error else self.error("#VALUE!")
        result: Operand = yield self.invoke(function, operands, array_mode=array_mode, single=single)
        return result

    def invoke(
        self, function: Closure, operands: Sequence[Operand], *, array_mode: bool, single: bool = False
    ) -> Nested[Operand]:
        """See `TracingContext`."""
        left_out = function.parameters[len(operands) :]
        if len(operands) > len(function.parameters) or not all(parameter.optional for parameter in left_out):
            return self.error("#VALUE!")
        self._n_calls += 1
        if len(self._calls) == _MOST_CALLS_INSIDE:
            return self.error("#NUM!")
        if self._n_calls > _MOST_CALLS:
            raise UnsupportedFormulaError(
                f"more than {_MOST_CALLS:,} calls of LAMBDAs in one formula are not supported"
            )
        given = {parameter.name: operand for parameter, operand in zip(function.parameters, operands, strict=False)}
        scope = function.scope.binding({**{parameter.name: OMITTED for parameter in left_out}, **given})
        self._calls.append(function)
        result: Operand = yield self.within(scope, function.body, array_mode=array_mode, single=single)
        self._calls.pop()
        return result

    def _is_recursive(self) -> bool:
        """Tell whether a LAMBDA is under way that called itself."""
        bodies = [id(closure.body) for closure in self._calls]
        return bool(bodies) and bodies.count(bodies[-1]) > 1

    def try_at_once(self, function: Closure, arrays: Sequence[Range | Value], along: Sequence[int]) -> Value | None:
        """See `TracingContext`."""
        if self.is_spread_out:
            return None
        if self._batch.shape != (1, 1):
            parts_of = [number for axis, number in enumerate(size_of(arrays[0])) if axis in along]
            if math.prod(parts_of) > math.prod(self._batch.shape):
                raise RaggedBatchError
            return None
        parts = [self._spread_out(array, along) for array in arrays]
        self.is_spread_out = True
        try:
            operand = self.finish(self.invoke(function, parts, array_mode=True))
            if isinstance(operand, Closure | Union):
                return self.error("#CALC!")
            value = self.read(operand)
        except (RaggedBatchError, FormulaError):
            return None
        finally:
            self.is_spread_out = False
        if value.shape[-2:] != (1, 1):
            return self.error("#CALC!")
        size = tuple(number if axis in along else 1 for axis, number in enumerate(size_of(arrays[0])))
        return self._swapped(value, along, (*size, 1, 1))

    def _spread_out(self, array: Range | Value, along: Sequence[int]) -> Range | Value:
        """Lay the parts of an array along the axes of the batch."""
        if isinstance(array, Value):
            return self._swapped(array, along, array.shape)
        row, column, size = array.row, array.column, [array.height, array.width]
        for axis in along:
            steps = np.arange(size[axis])
            row, column = (row + steps[:, None], column) if axis == 0 else (row, column + steps)
            size[axis] = 1
        return Range(array.sheet, row, column, *size)

    def _swapped(self, value: Value, along: Sequence[int], shape: tuple[int, ...]) -> Value:
        """Swap axes of the batch with those of the values, in what broadcasts to a shape."""

        def swap(array: NDArray[T]) -> NDArray[T]:
            array = np.broadcast_to(array, shape)
            for axis in along:
                array = np.swapaxes(array, axis, axis + 2)
            return array

        kinds = None if value.kinds is None else swap(value.kinds)
        texts = None if value.texts is None else swap(value.texts)
        if value.known is not None:
            return constant(swap(value.known), kinds, texts)
        offset = swap(np.arange(value.numbers.size).reshape(value.shape))
        shown = Value(value.numbers, kinds, texts)
        return self._graph.gathered(np.full(offset.shape, node_of(value)), offset, np.zeros(offset.shape), shown)

    # -- functions ---------------------------------------------------------------------------------------------------

    def _unknown_call(self, call: Call, *, array_mode: bool, single: bool) -> Nested[Operand]:
        """Call a function that the registry does not have: a LAMBDA with a name, or nothing of the workbook's."""
        name = call.function
        is_bound = bound_name(name) in self._scope.bound
        if is_bound or self._workbook.defined_name(name, self._batch.sheet) is not None:
            function: Operand = yield self._name(None, name, array_mode=array_mode, single=False)
            called: Operand = yield self._called(function, call.arguments, array_mode=array_mode, single=single)
            return called
        if call.is_own or name in FUNCTIONS_OF_EXCEL:
            raise UnsupportedFormulaError(f"the function {name} is not supported")
        if self._workbook.has_macros or "!" in name:
            raise UserFunctionError(f"the function {name} is not supported: it is in code, which xlcf does not run")
        for argument in call.arguments:
            operand: Operand = yield self._expression(argument, array_mode=array_mode, single=False)
            if not isinstance(operand, Closure) and self.read(operand).varies:
                raise UserFunctionError(f"the function {name} is not supported")
        self._unknown, self._unknown_is_function = self._unknown or f"the function {name}", True
        return self.error("#NAME?")

    def _call(self, call: Call, *, array_mode: bool, single: bool) -> Nested[Operand]:
        function = FUNCTIONS.get(call.function)
        if function is None or bound_name(call.function) in self._scope.bound:
            named: Operand = yield self._unknown_call(call, array_mode=array_mode, single=single)
            return named
        if function.takes_expressions:
            function.parameters(len(call.arguments))  # refuses a wrong number
            own: Operand = yield function.call(self, call.arguments, array_mode=array_mode, single=single)
            return own
        letters = function.parameters(len(call.arguments))
        operands: list[Operand | None] = []
        for number, (letter, argument) in enumerate(zip(letters, call.arguments, strict=True), start=1):
            if isinstance(argument, Missing) and function.needs_references:
                if letter not in SINGLE and number <= function.required:
                    raise FormulaError(f"{function.name} needs a reference as argument {number}, which is empty")
                operands.append(None)
                continue
            is_single = letter in SINGLE or (letter == "B" and single)
            operand: Operand = yield self._expression(
                argument, array_mode=array_mode or letter == "A", single=is_single
            )
            operand = self.intersect(operand) if is_single and not array_mode else operand
            operands.append(operand)
            if function.taken is not None and number == 1:
                taken = self._taken(function, self.read(operand), len(call.arguments))
                if isinstance(taken, Value):
                    return taken
                if taken is not None:
                    branch: Operand = yield self._branch(call.arguments[taken], array_mode, single)
                    return branch
        if function.needs_references:
            # only references in R, B and P places: a V is always a value
            given = [
                self.read(operand) if letter in SINGLE and operand is not None else operand
                for letter, operand in zip(letters, operands, strict=True)
            ]
            if any(isinstance(operand, Closure) for operand in given):
                return self.error("#VALUE!")
            if not function.of_unions and any(isinstance(operand, Union) for operand in given):
                raise UnsupportedFormulaError(f"{function.name} of several areas is not supported")
            result: Operand = function.call(self, *given)
            return result
        if call.is_last:
            function = LAST_OPERATIONS[call.function]
        return self._apply(function, [self.read(operand) for operand in operands if operand is not None])

    def _branch(self, argument: Expression, array_mode: bool, single: bool) -> Nested[Operand]:
        operand: Operand = yield self._expression(argument, array_mode=array_mode, single=single)
        return self.intersect(operand) if single and not array_mode else operand

    def _taken(self, function: Function, first: Value, count: int) -> int | Value | None:
        """Tell which argument alone gives the result, or the result; None where they all have to be traced."""
        assert function.taken is not None
        taken = function.taken(first, count)
        if taken is None and self._is_recursive():  # the calls inside would never end
            if first.varies:
                raise UnsupportedFormulaError("how often a LAMBDA calls itself depends on variable cells")
            raise RaggedBatchError
        return taken

    def _apply(self, function: Function, values: list[Value]) -> Value:
        key = (function.name, *map(id, values))
        if key not in self._applied:
            self._applied[key] = (values, self._apply_once(function, values))
        return self._applied[key][1]

    def _apply_once(self, function: Function, values: list[Value]) -> Value:
        values = self._of_one_size(function, values)
        try:
            return self._applied_to(function, values)
        except CellError as error:  # the function has no such arguments: it does not depend on numbers
            return self.error(error.code)

    def _applied_to(self, function: Function, values: list[Value]) -> Value:
        letters = function.parameters(len(values))
        values = [prepared(value, letter) for value, letter in zip(values, letters, strict=True)]
        if any(value.varies for value in values):
            arguments = tuple(value if value.node is None else value.node for value in values)
            # which elements are numbers, blanks or texts cannot depend on the variables: it is settled here, once
            shown = function.call(NUMPY, *values)
            if isinstance(shown, Value) and shown.known is not None:
                return shown  # no variable has a say in it after all
            kinds, texts = (shown.kinds, shown.texts) if isinstance(shown, Value) else (None, None)
            return self._graph.add(Apply(function, arguments, kinds, texts))
        result = function.call(NUMPY, *values)
        gives_numbers = not isinstance(result, Value)
        known = constant(result) if gives_numbers else constant(result.numbers, result.kinds, result.texts)
        return with_error_codes(known, values, letters, function.error, wants_numbers=gives_numbers)

    def _of_one_size(self, function: Function, values: list[Value]) -> list[Value]:
        """Fill arrays that are worked out element by element up with #N/A to one size.

        A single row or column repeats.
        """
        letters = function.parameters(len(values))
        elementwise = [letter in SINGLE + "B" for letter in letters]
        shapes = [value.shape[-2:] for value, each in zip(values, elementwise, strict=True) if each]
        height, width = (max(sizes) for sizes in zip((1, 1), *shapes, strict=True))
        require_array_size((height, width))
        result = []
        for value, each in zip(values, elementwise, strict=True):
            rows, columns = value.shape[-2:]
            is_short = rows not in (1, height) or columns not in (1, width)
            size = (height if rows > 1 else 1, width if columns > 1 else 1)
            result.append(self._graph.laid(value, (*value.shape[:2], *size)) if each and is_short else value)
        return result

    def read(self, operand: Operand) -> Value:
        """See `ReferenceContext`.

        Raises:
            PendingCellsError: where the range holds formulas not traced yet.

        """
        if isinstance(operand, Value):
            return operand
        if isinstance(operand, Closure):
            return self.error("#VALUE!")
        if id(operand) not in self._read:
            value = self._read_union(operand) if isinstance(operand, Union) else self._read_range(operand)
            self._read[id(operand)] = (operand, value)
        return self._read[id(operand)][1]

    def _read_union(self, operand: Union) -> Value:
        blocks = [self.read(part) for part in operand.ranges]
        count = sum(block.shape[-2] * block.shape[-1] for block in blocks)
        return self._graph.gather(blocks, np.arange(count).reshape(1, 1, 1, count))

    def read_cells(self, cells: Sequence[Cell]) -> Value:
        """Read single cells that vary, side by side: shape (1, 1, 1, cells)."""
        places = [
            (sheet, int(self._cells[sheet].slots(np.array(row), np.array(column)))) for sheet, row, column in cells
        ]
        held = [self._cells[sheet] for sheet, _ in places]
        slots = [slot for _, slot in places]

        def row_of(name: str) -> NDArray[Any]:
            found = [getattr(each, name)[slot] for each, slot in zip(held, slots, strict=True)]
            return np.array(found).reshape(1, 1, 1, -1)

        numbers = row_of("numbers")
        return self._graph.gathered(row_of("producer"), row_of("offset"), numbers, constant(numbers))

    def add(self, node: Node) -> Value:
        """Add a node to the graph."""
        return self._graph.add(node)

    def _read_range(self, operand: Range) -> Value:
        cells = self._cells[operand.sheet]
        rows, columns = self._extent(operand)
        slots = cells.slots(rows, columns)
        if cells.pending[slots].any():
            raise PendingCellsError(operand.sheet, self._needs(cells.pending[slots], rows, columns))
        value = cells.value(slots, rows, columns)
        source = cells.producer[slots]
        if (source == CONSTANT).all():
            return value
        return self._graph.gathered(source, cells.offset[slots], cells.numbers[slots], value)

    def _extent(self, area: Range) -> tuple[Integers, Integers]:
        # Whole rows and columns are cut to the size of the largest sheet: what lies beyond is blank. Where they start
        # does not matter, so that two areas of one size are still of one size.
        height, width = area.height, area.width
        if height > _MANY_ROWS:
            height = min(height, self._cells.n_rows)
        if width > _MANY_COLUMNS:
            width = min(width, self._cells.n_columns)
        rows = area.row[..., None, None] + np.arange(height)[:, None]
        columns = area.column[..., None, None] + np.arange(width)
        return rows, columns

    def _needs(
        self, pending: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], rows: Integers, columns: Integers
    ) -> list[list[tuple[int, int]]]:
        batch = self._batch.shape
        if self.is_spread_out:  # the batch is one cell, which reads for all elements
            pending, rows, columns = (each.reshape(1, 1, -1, 1) for each in np.broadcast_arrays(pending, rows, columns))
        shape = (*batch, *pending.shape[2:])
        pending = np.broadcast_to(pending, shape)
        rows, columns = np.broadcast_to(rows, shape), np.broadcast_to(columns, shape)
        return [
            list(zip(rows[at][pending[at]].tolist(), columns[at][pending[at]].tolist(), strict=True))
            for at in np.ndindex(batch)
        ]

    def intersect(self, operand: Operand) -> Operand:
        """See `ReferenceContext`."""
        if isinstance(operand, Value | Closure):
            return operand
        if isinstance(operand, Union):
            return self.error("#VALUE!")
        if operand.height == 1 and operand.width == 1:
            return operand
        row, column = operand.row, operand.column
        inside = np.ones((1, 1), bool)
        if operand.height > 1:
            inside = inside & (row <= self._batch.rows) & (self._batch.rows < row + operand.height)
            row = self._batch.rows
        if operand.width > 1:
            inside = inside & (column <= self._batch.columns) & (self._batch.columns < column + operand.width)
            column = self._batch.columns
        if inside.all():
            return Range(operand.sheet, row, column, 1, 1)
        if inside.any():
            raise RaggedBatchError
        return self.error("#VALUE!")

    def index(self, value: Value, rows: Integers, columns: Integers) -> Value:
        """See `ReferenceContext`."""
        return self._graph.index(value, rows, columns)

    def gather(self, blocks: Sequence[Value], places: Integers) -> Value:
        """See `ReferenceContext`."""
        return self._graph.gather(blocks, places)

    def join(self, values: Sequence[Value], size: tuple[int, int]) -> Value:
        """See `TracingContext`."""
        return self._graph.join(values, size)

    def apply(self, name: str, *values: Value) -> Value:
        """See `ReferenceContext`."""
        return self._apply(FUNCTIONS[name], list(values))

    def spill(self, anchor: Range) -> Range | Value:
        """See `ReferenceContext`."""
        row, column = uniform(anchor.row), uniform(anchor.column)
        formula = self._workbook.sheets[anchor.sheet].formulas.get((row, column))
        area = None if formula is None else formula.array
        if area is None or (area.row1, area.column1) != (row, column):
            return self.error("#REF!")
        return Range(anchor.sheet, np.full((1, 1), area.row1), np.full((1, 1), area.column1), area.height, area.width)

    def error(self, code: str) -> Value:
        """See `ReferenceContext`."""
        return scalar_value(ExcelError(code))


def _place(corner: Coordinate, hosts: Integers) -> Integers:
    return np.full((1, 1), corner.number, dtype=np.int64) if corner.absolute else hosts + corner.number
