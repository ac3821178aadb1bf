"""References made of references."""

from __future__ import annotations

import numpy as np

from xlcf.formulas.errors import UnsupportedFormulaError
from xlcf.formulas.ranges import RaggedBatchError, Range, ReferenceContext, Union, uniform
from xlcf.formulas.registry import reference_function
from xlcf.formulas.values import Value, scalar_value

Operand = Range | Union | Value


@reference_function(":", takes="PP")
def area_between(context: ReferenceContext, first: Operand, last: Operand) -> Operand:
    """The smallest area that holds both."""
    if (error := _error_of(first, last)) is not None:
        return error
    one, other = _range(first), _range(last)
    if one.sheet != other.sheet:
        return context.error("#VALUE!")
    row, column = np.minimum(one.row, other.row), np.minimum(one.column, other.column)
    bottom = np.maximum(one.row + one.height, other.row + other.height)
    right = np.maximum(one.column + one.width, other.column + other.width)
    return Range(one.sheet, row, column, uniform(bottom - row), uniform(right - column))


@reference_function(" ", takes="PP")
def intersection(context: ReferenceContext, first: Operand, second: Operand) -> Operand:
    """The cells that both have."""
    if (error := _error_of(first, second)) is not None:
        return error
    one, other = _range(first), _range(second)
    row, column = np.maximum(one.row, other.row), np.maximum(one.column, other.column)
    height = np.minimum(one.row + one.height, other.row + other.height) - row
    width = np.minimum(one.column + one.width, other.column + other.width) - column
    nothing = (height <= 0) | (width <= 0)
    if one.sheet != other.sheet or nothing.all():
        return context.error("#NULL!")
    if nothing.any():
        raise RaggedBatchError
    return Range(one.sheet, row, column, uniform(height), uniform(width))


@reference_function(",", takes="P+", of_unions=True)
def union(context: ReferenceContext, *references: Operand) -> Operand:
    """All the cells, one reference after the other."""
    if (error := _error_of(*references)) is not None:
        return error
    ranges: list[Range] = []
    for each in references:
        ranges += each.ranges if isinstance(each, Union) else [_range(each)]
    return Union(tuple(ranges))


@reference_function("AREAS", takes="P", of_unions=True)
def areas(context: ReferenceContext, reference: Operand) -> Value:
    """How many areas a reference has."""
    return scalar_value(float(len(reference.ranges) if isinstance(reference, Union) else 1))


def _error_of(*operands: Operand) -> Value | None:
    """Give the first operand that is an error instead of a reference."""
    return next((o for o in operands if isinstance(o, Value) and o.known is not None and np.isnan(o.known).all()), None)


def _range(operand: Operand) -> Range:
    if isinstance(operand, Range):
        return operand
    raise UnsupportedFormulaError("an operator on references has something else as its operand")
