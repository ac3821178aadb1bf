"""LET, LAMBDA and the functions that call a LAMBDA.

They get their arguments as expressions, and trace them where they need them. Where a LAMBDA is called for each element
of an array, all calls are traced at once, with the elements laid along the axes of the batch; where that does not work,
one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from xlcf.formulas.closures import OMITTED, Closure, Operand, Parameter, bound_name
from xlcf.formulas.errors import FormulaError, UnsupportedFormulaError
from xlcf.formulas.nesting import Nested
from xlcf.formulas.ranges import Range, TracingContext, Union, positions, size_of, uniform
from xlcf.formulas.registry import expression_function
from xlcf.formulas.syntax import Expression, Missing, NameReference, TableReference
from xlcf.formulas.values import Value, constant, require_array_size, scalar_value

_MOST_ELEMENTS = 50_000  # for which a LAMBDA is called one after the other


@expression_function("LET", takes="RRR+")
def let(context: TracingContext, arguments: Sequence[Expression], *, array_mode: bool, single: bool) -> Nested[Operand]:
    if len(arguments) % 2 == 0:
        raise FormulaError("LET needs a name for each value, and a last argument to work out with them")
    scope = context.scope
    for name, expression in zip(arguments[:-1:2], arguments[1::2], strict=True):
        operand: Operand = yield context.within(scope, expression, array_mode=array_mode, single=False)
        scope = scope.binding({_parameter(name).name: operand})
    result: Operand = yield context.within(scope, arguments[-1], array_mode=array_mode, single=single)
    return result


@expression_function("LAMBDA", takes="R+")
def lambda_(
    context: TracingContext, arguments: Sequence[Expression], *, array_mode: bool, single: bool
) -> Nested[Operand]:
    yield from ()  # nothing is traced before the call
    return Closure(tuple(map(_parameter, arguments[:-1])), arguments[-1], context.scope)


@expression_function("ISOMITTED", takes="R")
def isomitted(
    context: TracingContext, arguments: Sequence[Expression], *, array_mode: bool, single: bool
) -> Nested[Operand]:
    operand: Operand = yield context.within(context.scope, arguments[0], array_mode=array_mode, single=False)
    return scalar_value(operand is OMITTED)


@expression_function("MAP", takes="RR+")
def map_(
    context: TracingContext, arguments: Sequence[Expression], *, array_mode: bool, single: bool
) -> Nested[Operand]:
    *arrays, function = yield _operands(context, arguments)
    if not isinstance(function, Closure):
        return context.error("#VALUE!")
    return _called_with(context, function, _of_one_size(context, [_whole(context, each) for each in arrays]), (1, 1))


def _enter_by_lines(name: str, axis: int) -> None:
    """Enter a function that calls a LAMBDA for each row (axis 0) or column (axis 1)."""

    @expression_function(name, takes="RR")
    def by_lines(
        context: TracingContext, arguments: Sequence[Expression], *, array_mode: bool, single: bool
    ) -> Nested[Operand]:
        array, function = yield _operands(context, arguments)
        if not isinstance(function, Closure):
            return context.error("#VALUE!")
        whole = _whole(context, array)
        height, width = size_of(whole)
        return _called_with(context, function, [whole], (1, width) if axis == 0 else (height, 1))


_enter_by_lines("BYROW", 0)
_enter_by_lines("BYCOL", 1)


@expression_function("MAKEARRAY", takes="RRR")
def makearray(
    context: TracingContext, arguments: Sequence[Expression], *, array_mode: bool, single: bool
) -> Nested[Operand]:
    *sizes, function = yield _operands(context, arguments)
    if not isinstance(function, Closure):
        return context.error("#VALUE!")
    numbers = []
    for size in sizes:
        value = context.read(context.intersect(size))
        if value.varies:
            raise FormulaError("the size of an array depends on variable cells, which is not supported")
        if value.known is None or not np.isfinite(value.known).all():
            return context.error("#VALUE!")
        numbers.append(uniform(positions(value, 1)))
    height, width = numbers
    if height < 1 or width < 1:
        return context.error("#VALUE!")
    require_array_size((height, width))
    row, column = np.indices((height, width)) + 1.0
    return _called_with(context, function, [constant(row[None, None]), constant(column[None, None])], (1, 1))


@expression_function("REDUCE", takes="RRR")
def reduce_(
    context: TracingContext, arguments: Sequence[Expression], *, array_mode: bool, single: bool
) -> Nested[Operand]:
    start, array, function = yield _operands(context, arguments)
    if not isinstance(function, Closure):
        return context.error("#VALUE!")
    result: Operand = start
    for element in _elements(context, _whole(context, array), (1, 1)):
        result = element if result is OMITTED else (yield context.invoke(function, [result, element], array_mode=True))
    return result


@expression_function("SCAN", takes="RRR")
def scan(
    context: TracingContext, arguments: Sequence[Expression], *, array_mode: bool, single: bool
) -> Nested[Operand]:
    start, array, function = yield _operands(context, arguments)
    if not isinstance(function, Closure):
        return context.error("#VALUE!")
    whole = _whole(context, array)
    results: list[Operand] = []
    last: Operand = start
    for element in _elements(context, whole, (1, 1)):
        last = element if last is OMITTED else (yield context.invoke(function, [last, element], array_mode=True))
        results.append(last)
    return _laid_out(context, results, size_of(whole))


def _parameter(expression: Expression) -> Parameter:
    """Read the name of a parameter; `[x]` is an optional one."""
    match expression:
        case NameReference(None, name):
            return Parameter(bound_name(name), name.lower().startswith("_xlop."))
        case TableReference(None, (), (name, _)):
            return Parameter(bound_name(name), optional=True)
    raise FormulaError("LET and LAMBDA need names where something else stands")


def _operands(context: TracingContext, arguments: Sequence[Expression]) -> Nested[list[Operand]]:
    """Trace arguments as arrays and functions; one left out is OMITTED."""
    operands: list[Operand] = []
    for argument in arguments:
        if isinstance(argument, Missing):
            operands.append(OMITTED)
        else:
            operands.append((yield context.within(context.scope, argument, array_mode=True, single=False)))
    return operands


def _whole(context: TracingContext, operand: Operand) -> Range | Value:
    """Keep a range, so that a LAMBDA gets references; read anything else."""
    return operand if isinstance(operand, Range) else context.read(operand)


def _of_one_size(context: TracingContext, arrays: list[Range | Value]) -> list[Range | Value]:
    """Fill smaller arrays up with #N/A."""
    height, width = (max(sizes) for sizes in zip(*map(size_of, arrays), strict=True))
    return [each if size_of(each) == (height, width) else _filled(context, each, height, width) for each in arrays]


def _filled(context: TracingContext, operand: Range | Value, height: int, width: int) -> Value:
    rows, columns = size_of(operand)
    places = np.full((1, 1, height, width), -1, np.int64)
    places[..., :rows, :columns] = np.arange(rows * columns).reshape(rows, columns)
    return context.gather([context.read(operand)], places)


def _called_with(
    context: TracingContext, function: Closure, arrays: Sequence[Range | Value], part: tuple[int, int]
) -> Operand:
    """Call a function with each part, of so many rows and columns, of arrays of one size; lay out what it gives."""
    height, width = (whole // each for whole, each in zip(size_of(arrays[0]), part, strict=True))
    along = [axis for axis, each in enumerate(part) if each == 1]
    at_once = context.try_at_once(function, arrays, along)
    if at_once is not None:
        return at_once
    results = [
        context.finish(context.invoke(function, list(parts), array_mode=True))
        for parts in zip(*(_elements(context, each, part) for each in arrays), strict=True)
    ]
    return _laid_out(context, results, (height, width))


def _elements(context: TracingContext, operand: Range | Value, part: tuple[int, int]) -> Iterator[Range | Value]:
    """Cut an array into parts of so many rows and columns, row by row."""
    height, width = size_of(operand)
    count = (height // part[0]) * (width // part[1])
    if count > _MOST_ELEMENTS:
        raise UnsupportedFormulaError(f"a LAMBDA for each of {count:,} elements is not supported; use smaller areas")
    for row in range(0, height, part[0]):
        for column in range(0, width, part[1]):
            if isinstance(operand, Range):
                yield Range(operand.sheet, operand.row + row, operand.column + column, *part)
            else:
                rows, columns = np.indices(part)
                yield context.index(operand, (row + rows)[None, None], (column + columns)[None, None])


def _laid_out(context: TracingContext, results: Sequence[Operand], size: tuple[int, int]) -> Value:
    """Put single values together to an array; an array or a function among them is #CALC!."""
    if any(isinstance(each, Closure | Union) for each in results):
        return context.error("#CALC!")
    values = [context.read(each) for each in results]
    if any(value.shape[-2:] != (1, 1) for value in values):
        return context.error("#CALC!")
    return context.join(values, size)
