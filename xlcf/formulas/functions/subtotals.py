"""SUBTOTAL and AGGREGATE: totals that leave out hidden rows, other subtotals, or errors."""

from __future__ import annotations

import re

import numpy as np

from xlcf.arrays import Integers
from xlcf.formulas.errors import UnsupportedFormulaError
from xlcf.formulas.functions.operators import Mask
from xlcf.formulas.ranges import RaggedBatchError, Range, ReferenceContext, Union
from xlcf.formulas.registry import reference_function
from xlcf.formulas.values import BLANK, BOOLEAN, TEXT, Value, constant, scalar_value

Operand = Range | Union | Value

_TOTALS = (
    *("AVERAGE", "COUNT", "COUNTA", "MAX", "MIN", "PRODUCT", "STDEV.S", "STDEV.P", "SUM", "VAR.S", "VAR.P"),
    *("MEDIAN", "MODE.SNGL"),
)
_OF_ARRAYS = ("LARGE", "SMALL", "PERCENTILE.INC", "QUARTILE.INC", "PERCENTILE.EXC", "QUARTILE.EXC")
_IS_SUBTOTAL = re.compile(r"(?<![\w.])(SUBTOTAL|AGGREGATE)\(", re.IGNORECASE)


@reference_function("SUBTOTAL", takes="VR+", of_unions=True)
def subtotal(context: ReferenceContext, number: Value, *references: Operand) -> Value:
    """Leave out rows that a filter hides, with 101 to 111 all hidden rows, and cells that hold subtotals themselves."""
    which = _whole(number)
    name = _named(_TOTALS[:11], which - 100 if which is not None and which > 100 else which)
    if name is None or which is None:
        return context.error("#VALUE!")
    ranges = _ranges(references)
    if ranges is None:
        return context.error("#VALUE!")
    values = [
        _without(context, each, _in_hidden_rows(context, each, by_hand=which > 100) | _subtotals(context, each))
        for each in ranges
    ]
    return context.apply(name, *values)


@reference_function("AGGREGATE", takes="VVA+", of_unions=True)
def aggregate(context: ReferenceContext, number: Value, options: Value | None, *operands: Operand) -> Value:
    """Leave out what the options say: hidden rows, errors, cells that hold subtotals themselves."""
    which, option = _whole(number), 0 if options is None else _whole(options)
    if which is None or option is None or not 1 <= which <= 19 or not 0 <= option <= 7:
        return context.error("#VALUE!")
    is_of_array = which > len(_TOTALS)
    name = _OF_ARRAYS[which - len(_TOTALS) - 1] if is_of_array else _TOTALS[which - 1]
    if is_of_array and len(operands) != 2:
        return context.error("#VALUE!")
    counted = operands[:1] if is_of_array else operands
    parts: list[Range | Value] = []
    for each in counted:
        parts += each.ranges if isinstance(each, Union) else [each]
    values = []
    for part in parts:
        left_out = np.zeros((1, 1, 1, 1), bool)
        if isinstance(part, Range):
            if option in (1, 3, 5, 7):
                left_out = left_out | _in_hidden_rows(context, part, by_hand=True)
            if option < 4:
                left_out = left_out | _subtotals(context, part)
        if option in (2, 3, 6, 7):
            left_out = left_out | _errors(context.read(part))
        values.append(_without(context, part, left_out))
    last = [context.read(operand) for operand in operands[1:]] if is_of_array else []
    return context.apply(name, *values, *last)


def _whole(value: Value) -> int | None:
    """Read the number of a function or option, the same for all cells; None where it is an error or no number."""
    if value.known is None:
        raise UnsupportedFormulaError("which function SUBTOTAL or AGGREGATE applies depends on variable cells")
    if (value.known != value.known.flat[0]).any():
        raise RaggedBatchError
    number = float(value.known.flat[0])
    return int(number) if np.isfinite(number) else None


def _named(names: tuple[str, ...], number: int | None) -> str | None:
    return names[number - 1] if number is not None and 1 <= number <= len(names) else None


def _ranges(references: tuple[Operand, ...]) -> list[Range] | None:
    ranges: list[Range] = []
    for each in references:
        if isinstance(each, Value):
            return None
        ranges += each.ranges if isinstance(each, Union) else [each]
    return ranges


def _cells(context: ReferenceContext, area: Range) -> tuple[Integers, Integers]:
    """Give the rows and columns of the cells read."""
    cells = context.read(area).cells
    assert cells is not None
    return cells.rows, cells.columns


def _in_hidden_rows(context: ReferenceContext, area: Range, *, by_hand: bool) -> Mask:
    sheet = context.workbook.cells_of(area.sheet)
    hidden = sheet.hidden_rows if by_hand else sheet.filtered_rows
    rows, _ = _cells(context, area)
    return np.isin(rows, list(hidden)) if hidden else np.zeros((1, 1, 1, 1), bool)


def _subtotals(context: ReferenceContext, area: Range) -> Mask:
    rows, columns = np.broadcast_arrays(*_cells(context, area))
    found = np.zeros(rows.shape, bool)
    formulas = context.workbook.cells_of(area.sheet).formulas
    places = [at for at, formula in formulas.items() if _IS_SUBTOTAL.search(formula.text)]
    for row, column in places:
        found |= (rows == row) & (columns == column)
    return found


def _errors(value: Value) -> Mask:
    if value.known is None:
        raise UnsupportedFormulaError(
            "AGGREGATE leaves out errors, and which cells are errors depends on variable cells; use an option without"
        )
    return np.broadcast_to(~np.isfinite(value.known) & ~value.is_kind(TEXT), value.shape)


def _without(context: ReferenceContext, operand: Range | Value, left_out: Mask) -> Value:
    """Read cells, with a blank in place of those that are left out."""
    value = context.read(operand)
    if not left_out.any():
        return value
    shape = np.broadcast_shapes(left_out.shape, value.shape)
    if shape[-2:] == (1, 1):  # a single blank would count as 0
        if not left_out.all():
            raise RaggedBatchError
        return constant(np.zeros((1, 1, 1, 2)), np.full((1, 1, 1, 2), BLANK, np.int8))
    shown = np.broadcast_to(~left_out, shape)
    return context.apply(
        "IF", constant(shown.astype(float), np.full(shape, BOOLEAN, np.int8)), value, scalar_value(None)
    )
