"""From syntax trees to graph nodes, for all cells filled with one formula at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from xlcf.arrays import Integers
from xlcf.errors import InputError
from xlcf.formulas.cells import CONSTANT, BookCells
from xlcf.formulas.error_codes import prepared, with_error_codes
from xlcf.formulas.errors import CellError, FormulaError, UnsupportedFormulaError
from xlcf.formulas.graph import Apply, Gather, Node, Pick, Spread, evaluate_node
from xlcf.formulas.namespace import NUMPY
from xlcf.formulas.nesting import Nested, run
from xlcf.formulas.parser import parse
from xlcf.formulas.ranges import RaggedBatchError, Range, Union, uniform
from xlcf.formulas.registry import FUNCTIONS, SINGLE, Function, look_up
from xlcf.formulas.structured import resolve
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
    parts,
)
from xlcf.formulas.values import (
    ERROR,
    Kinds,
    Texts,
    Value,
    array_value,
    constant,
    require_array_size,
    scalar_value,
)
from xlcf.ooxml.references import MAX_COLUMNS, MAX_ROWS
from xlcf.ooxml.workbook import Workbook
from xlcf.ooxml.worksheet import ExcelError, Scalar

Operand = Range | Union | Value
Cell = tuple[str, int, int]
_MANY_ROWS, _MANY_COLUMNS = 65_535, 255  # from here on an area means all that is there
T = TypeVar("T", bound=np.generic)


@dataclass(frozen=True)
class Batch:
    """Cells of one sheet that are filled with one formula.

    Attributes:
        sheet: their sheet.
        rows: shape (batch rows, 1): the cells' rows.
        columns: shape (1, batch columns) where the cells make a rectangle, else (batch rows, 1).
        array: (height, width) of the area that each fills, for array formulas; None for ordinary ones.

    """

    sheet: str
    rows: Integers
    columns: Integers
    array: tuple[int, int] | None

    @property
    def shape(self) -> tuple[int, int]:
        """Batch rows and batch columns."""
        rows, columns = np.broadcast_shapes(self.rows.shape, self.columns.shape)
        return rows, columns


def make_batch(sheet: str, positions: list[tuple[int, int]], array: tuple[int, int] | None) -> Batch:
    """Arrange cells as a grid where they make a full rectangle of rows and columns, else as a list."""
    table = np.array(sorted(positions), dtype=np.int64)
    if len(table) == 1:  # as in a chain of cells, each of which waits for the one before
        return Batch(sheet, table[:, :1], table[:, 1:], array)
    rows, columns = np.unique(table[:, 0]), np.unique(table[:, 1])
    if len(rows) * len(columns) == len(table):
        return Batch(sheet, rows[:, None], columns[None, :], array)
    return Batch(sheet, table[:, :1], table[:, 1:], array)


class PendingCellsError(Exception):
    """A batch reads cells whose formulas are not traced yet.

    Attributes:
        needs: for each cell of the batch, in order, the positions that it reads and that are pending.

    """

    def __init__(self, sheet: str, needs: list[list[tuple[int, int]]]) -> None:
        super().__init__(f"{sum(map(len, needs))} cells on {sheet} are pending")
        self.sheet, self.needs = sheet, needs


class Graph:
    """The nodes so far, each with its value at the start of the variables."""

    def __init__(self, start: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
        self.start = start
        self.nodes: list[Node] = []
        self.values: list[Value] = []

    def add(self, node: Node) -> Value:
        """Append a node and work it out at the start."""
        number = len(self.nodes)
        value = evaluate_node(node, number, NUMPY, self.start, self.values)
        self.nodes.append(node)
        self.values.append(value)
        return value

    def truncate(self, length: int) -> None:
        """Forget the nodes from `length` on."""
        del self.nodes[length:], self.values[length:]


class Tracer:
    """Traces one formula for one batch of cells; it is the `ReferenceContext` of reference functions, too."""

    def __init__(self, workbook: Workbook, cells: BookCells, graph: Graph, batch: Batch) -> None:
        self._workbook, self._cells, self._graph, self._batch = workbook, cells, graph, batch
        self._name_depth = 0
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

    def trace(self, expression: Expression) -> Value:
        """Trace the formula; the value has the batch's shape up to broadcasting.

        Raises:
            PendingCellsError: where it reads cells not traced yet.
            RaggedBatchError: where the cells of the batch do not fit one operation.
            FormulaError: where the formula cannot be evaluated.

        """
        array = self._batch.array
        if array is None:
            return self.read(self.intersect(run(self._expression(expression, array_mode=False, single=True))))
        value = self.trace_array(expression)
        shape = (*self._batch.shape, *array)
        if not value.varies:
            return _spread_constant(value, shape)
        if value.shape == shape:
            return value
        kinds, texts = _spread_kinds(value, shape)
        return self._graph.add(Spread(_node(value), shape, kinds, texts))

    def trace_array(self, expression: Expression) -> Value:
        """Trace it as an array formula, whatever shape it gives; raises as `trace`."""
        return self.read(run(self._expression(expression, array_mode=True, single=False)))

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
            case Invoke():
                raise UnsupportedFormulaError("a LAMBDA that is called where it stands is not supported")

    def _literal(self, value: Scalar) -> Value:
        key = (type(value), value)
        if key not in self._literals:
            self._literals[key] = scalar_value(value)
        return self._literals[key]

    def _range(self, reference: AreaReference) -> Range:
        key = (reference, self._name_depth > 0)
        if key not in self._ranges:
            self._ranges[key] = self._placed(reference)
        return self._ranges[key]

    def _placed(self, reference: AreaReference) -> Range:
        sheet = self._batch.sheet if reference.sheet is None else self._sheet(reference.sheet)
        rows = [_place(corner, self._batch.rows) for corner in (reference.row1, reference.row2)]
        columns = [_place(corner, self._batch.columns) for corner in (reference.column1, reference.column2)]
        if self._name_depth:
            rows = [(row - 1) % MAX_ROWS + 1 for row in rows]
            columns = [(column - 1) % MAX_COLUMNS + 1 for column in columns]
        height, width = uniform(abs(rows[1] - rows[0])) + 1, uniform(abs(columns[1] - columns[0])) + 1
        return Range(sheet, np.minimum(*rows), np.minimum(*columns), height, width)

    def _resolved(self, reference: TableReference | ExternalReference | SheetsReference) -> Operand:
        """Find the cells that a reference means beyond the formula's own sheets."""
        places = sorted(self._hosts())
        found = {self._outcome(reference, place) for place in places}
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

    def _hosts(self) -> set[Cell]:
        rows, columns = np.broadcast_arrays(self._batch.rows, self._batch.columns)
        pairs = zip(rows.ravel().tolist(), columns.ravel().tolist(), strict=True)
        return {(self._batch.sheet, row, column) for row, column in pairs}

    def _sheet(self, name: str) -> str:
        return find_sheet(self._workbook, name)

    def _name(self, sheet: str | None, name: str, *, array_mode: bool, single: bool) -> Nested[Operand]:
        key = (sheet, name.lower(), array_mode, single)
        if key in self._named:
            return self._named[key]
        found = self._workbook.defined_name(name, self._batch.sheet if sheet is None else self._sheet(sheet))
        if found is None:
            raise FormulaError(f"the name {name} is not defined")
        if self._name_depth > 20:
            raise FormulaError(f"the name {name} refers to itself")
        self._name_depth += 1
        # a name's relative references are kept as seen from A1, and go round at the sheet's edges
        expression = parse(found.text.removeprefix("="), 1, 1)
        operand: Operand = yield self._expression(expression, array_mode=array_mode, single=single)
        self._name_depth -= 1
        self._named[key] = operand
        return operand

    def _call(self, call: Call, *, array_mode: bool, single: bool) -> Nested[Operand]:
        function = look_up(call.function)
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
            operands.append(self.intersect(operand) if is_single and not array_mode else operand)
        if function.needs_references:
            # only references in R, B and P places: a V is always a value
            given = [
                self.read(operand) if letter in SINGLE and operand is not None else operand
                for letter, operand in zip(letters, operands, strict=True)
            ]
            if not function.of_unions and any(isinstance(operand, Union) for operand in given):
                raise UnsupportedFormulaError(f"{function.name} of several areas is not supported")
            result: Operand = function.call(self, *given)
            return result
        return self._apply(function, [self.read(operand) for operand in operands if operand is not None])

    def _apply(self, function: Function, values: list[Value]) -> Value:
        key = (function.name, *map(id, values))
        if key not in self._applied:
            self._applied[key] = (values, self._apply_once(function, values))
        return self._applied[key][1]

    def _apply_once(self, function: Function, values: list[Value]) -> Value:
        _require_one_array(function, values)
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

    def read(self, operand: Operand) -> Value:
        """See `ReferenceContext`.

        Raises:
            PendingCellsError: where the range holds formulas not traced yet.

        """
        if isinstance(operand, Value):
            return operand
        if id(operand) not in self._read:
            value = self._read_union(operand) if isinstance(operand, Union) else self._read_range(operand)
            self._read[id(operand)] = (operand, value)
        return self._read[id(operand)][1]

    def _read_union(self, operand: Union) -> Value:
        blocks = [self.read(part) for part in operand.ranges]
        count = sum(block.shape[-2] * block.shape[-1] for block in blocks)
        return self.gather(blocks, np.arange(count).reshape(1, 1, 1, count))

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
        return self._gathered(source, cells.offset[slots], cells.numbers[slots], value)

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
        shape = (*batch, *pending.shape[2:])
        pending = np.broadcast_to(pending, shape)
        rows, columns = np.broadcast_to(rows, shape), np.broadcast_to(columns, shape)
        return [
            list(zip(rows[at][pending[at]].tolist(), columns[at][pending[at]].tolist(), strict=True))
            for at in np.ndindex(batch)
        ]

    def intersect(self, operand: Operand) -> Operand:
        """See `ReferenceContext`."""
        if isinstance(operand, Value) or (isinstance(operand, Range) and operand.height == 1 and operand.width == 1):
            return operand
        if isinstance(operand, Union):
            return self.error("#VALUE!")
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
        kinds = None if value.kinds is None else _pick_array(value.kinds, value.shape, rows, columns)
        texts = None if value.texts is None else _pick_array(value.texts, value.shape, rows, columns)
        if value.varies:
            return self._graph.add(Pick(_node(value), rows, columns, kinds, texts))
        assert value.known is not None
        return constant(_pick_array(value.known, value.shape, rows, columns), kinds, texts)

    def gather(self, blocks: Sequence[Value], places: Integers) -> Value:
        """See `ReferenceContext`."""
        batch = np.broadcast_shapes(places.shape[:2], *(block.shape[:2] for block in blocks))
        places = np.broadcast_to(places, (*batch, *places.shape[2:]))
        numbers = np.full(places.shape, np.nan)
        kinds = np.full(places.shape, ERROR, np.int8)
        texts = np.full(places.shape, "#N/A", dtype=object)
        source = np.full(places.shape, CONSTANT)
        offset = np.zeros(places.shape, np.int64)
        first = 0
        for block in blocks:
            size = block.shape[-2] * block.shape[-1]
            here = (places >= first) & (places < first + size)
            outer, inner = (np.minimum(i, n - 1) for i, n in zip(np.nonzero(here)[:2], block.shape[:2], strict=True))
            flat = (outer * block.shape[1] + inner) * size + places[here] - first
            kinds[here] = np.broadcast_to(block.all_kinds(), block.shape).ravel()[flat]
            texts[here] = np.broadcast_to(block.all_texts(), block.shape).ravel()[flat]
            if block.varies:
                source[here], offset[here] = _node(block), flat
            else:
                numbers[here] = np.broadcast_to(block.numbers, block.shape).ravel()[flat]
            first += size
        if (source == CONSTANT).all():
            return constant(numbers, kinds, texts)
        return self._gathered(source, offset, numbers, constant(numbers, kinds, texts))

    def _gathered(self, source: Integers, offset: Integers, numbers: NDArray[np.float64], shown: Value) -> Value:
        """Add a node that joins elements of other nodes, and constants.

        Args:
            source: for each element the node that works it out, or CONSTANT.
            offset: where it stands in that node's flattened result.
            numbers: the constants; whatever elsewhere.
            shown: the kinds, texts and cells of the result.

        """
        sources = tuple(int(node) for node in np.unique(source) if node != CONSTANT)
        fixed = source == CONSTANT
        constants = numbers[fixed]
        index = np.zeros(source.shape, np.int64)
        index[fixed] = np.arange(constants.size)
        base = constants.size
        for node in sources:
            here = source == node
            index[here] = base + offset[here]
            base += self._graph.values[node].numbers.size
        in_order = len(sources) == 1 and base == index.size and not constants.size
        in_order = in_order and bool((index.ravel() == np.arange(base)).all())
        return self._graph.add(Gather(sources, constants, index, shown.cells, shown.kinds, shown.texts, in_order))

    def apply(self, name: str, *values: Value) -> Value:
        """See `ReferenceContext`."""
        return self._apply(look_up(name), list(values))

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


def references(expression: Expression) -> Iterator[Reference]:
    """List the references that a formula names outright and reads."""
    stack = [expression]
    while stack:
        part = stack.pop()
        if isinstance(part, Reference):
            yield part
            continue
        function = FUNCTIONS.get(part.function) if isinstance(part, Call) else None
        for number, argument in enumerate(parts(part)):
            is_place = function is not None and function.is_place(number)
            if not is_place or parts(argument):
                stack.append(argument)


def areas_of(reference: Reference, workbook: Workbook, host: Cell) -> tuple[AreaReference, ...]:
    """Find the areas that a reference means, but for a name's, as seen from the formula's cell.

    Raises:
        CellError: where it means none: the error that the formula gives.
        UnsupportedFormulaError: where it means cells of another workbook that are not stored in this one.

    """
    match reference:
        case TableReference():
            return (resolve(reference, workbook, host),)
        case SheetsReference(first, last, area):
            names = list(workbook.sheets)
            try:
                ends = sorted(names.index(workbook.sheet_name(end)) for end in (first, last))
            except InputError:
                raise CellError("#REF!") from None
            return tuple(replace(area, sheet=name) for name in names[ends[0] : ends[1] + 1])
        case ExternalReference(book, inner):
            sheet = f"[{book}]{inner.sheet}"
            if isinstance(inner, AreaReference) and sheet in workbook.external_sheets:
                return (replace(inner, sheet=sheet),)
            raise UnsupportedFormulaError("it refers to another workbook, whose values are not stored in this one")
        case AreaReference():
            return (reference,)
        case NameReference():
            return ()


def find_sheet(workbook: Workbook, name: str) -> str:
    """Find a sheet as Excel does, without regard to case.

    Raises:
        FormulaError: where there is none.

    """
    if name in workbook.external_sheets:
        return name
    try:
        return workbook.sheet_name(name)
    except InputError as error:
        raise FormulaError(f"there is no sheet {name!r}") from error


def _require_one_array(function: Function, values: list[Value]) -> None:
    """Raise FormulaError where what is worked out element by element does not fit together, or is huge."""
    letters = function.parameters(len(values))
    shapes = [value.shape[-2:] for value, letter in zip(values, letters, strict=True) if letter in SINGLE + "B"]
    try:
        rows_and_columns = np.broadcast_shapes(*shapes)
    except ValueError:
        sizes = dict.fromkeys(f"{rows} x {columns}" for rows, columns in shapes if (rows, columns) != (1, 1))
        raise FormulaError(f"arrays of {' and '.join(sizes)} do not fit together") from None
    require_array_size(rows_and_columns)


def _node(value: Value) -> int:
    assert value.node is not None
    return value.node


def _place(corner: Coordinate, hosts: Integers) -> Integers:
    return np.full((1, 1), corner.number, dtype=np.int64) if corner.absolute else hosts + corner.number


def _pick_array(array: NDArray[T], shape: tuple[int, ...], rows: Integers, columns: Integers) -> NDArray[T]:
    full = np.broadcast_to(array, shape)
    return full[np.arange(shape[0])[:, None, None, None], np.arange(shape[1])[:, None, None], rows, columns]


def _spread_constant(value: Value, shape: tuple[int, ...]) -> Value:
    """Lay a constant array result over an array formula's area; see `graph.spread`."""
    kinds, texts = _spread_kinds(value, shape)
    assert value.known is not None
    return constant(_lay(value.known, value.shape, shape, np.nan), kinds, texts)


def _spread_kinds(value: Value, shape: tuple[int, ...]) -> tuple[Kinds, Texts]:
    """Lay the kinds and texts of an array result over an array formula's area."""
    kinds = _lay(value.all_kinds(), value.shape, shape, ERROR)
    return kinds, _lay(value.all_texts(), value.shape, shape, "#N/A")


def _lay(array: NDArray[T], given: tuple[int, ...], shape: tuple[int, ...], fill: object) -> NDArray[T]:
    rows, columns = given[-2:]
    at_row, at_column = np.arange(shape[2])[:, None], np.arange(shape[3])
    beyond = (at_row >= rows) & (rows > 1) | (at_column >= columns) & (columns > 1)
    at_row, at_column = np.minimum(at_row, rows - 1), np.minimum(at_column, columns - 1)
    full = np.broadcast_to(array, (*shape[:2], rows, columns))[..., at_row, at_column].copy()
    full[..., beyond] = fill
    return full
