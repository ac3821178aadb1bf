"""Functions that look a value up in a table: VLOOKUP, HLOOKUP, LOOKUP, XLOOKUP.

What is sought and where must not depend on variable cells; what is found may.
"""

from __future__ import annotations

import numpy as np

from xlcf.formulas.errors import UnsupportedFormulaError
from xlcf.formulas.functions.lookup import Operand, index, require_constant
from xlcf.formulas.functions.matching import find_places
from xlcf.formulas.ranges import RaggedBatchError, Range, ReferenceContext
from xlcf.formulas.registry import reference_function
from xlcf.formulas.values import Value, scalar_value

_ONE, _WHOLE = scalar_value(1.0), scalar_value(0.0)


@reference_function("VLOOKUP", takes="VRVV?")
def vlookup(
    context: ReferenceContext, sought: Value | None, table: Operand, column: Value, sorted_: Value | None = _ONE
) -> Operand:
    first = index(context, table, _WHOLE, _ONE)
    place = _place(sought, context.read(first), approximate=_is_true(sorted_))
    return context.error(place) if isinstance(place, str) else index(context, table, place, column)


@reference_function("HLOOKUP", takes="VRVV?")
def hlookup(
    context: ReferenceContext, sought: Value | None, table: Operand, row: Value, sorted_: Value | None = _ONE
) -> Operand:
    first = index(context, table, _ONE, _WHOLE)
    place = _place(sought, context.read(first), approximate=_is_true(sorted_))
    return context.error(place) if isinstance(place, str) else index(context, table, row, place)


@reference_function("LOOKUP", takes="VRR?")
def lookup(context: ReferenceContext, sought: Value | None, places: Operand, results: Operand | None = None) -> Operand:
    """With one array, the first of its longer side is searched and the last gives the result."""
    height, width = _size(places)
    if results is None and height > 1 and width > 1:
        first = index(context, places, *((_ONE, _WHOLE) if width > height else (_WHOLE, _ONE)))
        last = scalar_value(float(height if width > height else width))
        results = index(context, places, *((last, _WHOLE) if width > height else (_WHOLE, last)))
    else:
        first, results = places, places if results is None else results
    place = _place(sought, context.read(first), approximate=True)
    return context.error(place) if isinstance(place, str) else _along(context, results, place)


@reference_function("XLOOKUP", takes="VRRB?V?V?")
def xlookup(
    context: ReferenceContext,
    sought: Value | None,
    places: Operand,
    results: Operand,
    otherwise: Operand | None = None,
    how: Value | None = None,
    order: Value | None = None,
) -> Operand:
    if (how is not None and how.numbers.any()) or (order is not None and (order.numbers != 1).any()):
        raise UnsupportedFormulaError("XLOOKUP is supported for exact matches from the first on")
    place = _place(sought, context.read(places), approximate=False, with_wildcards=False)
    if isinstance(place, str):
        return context.error(place) if otherwise is None else otherwise
    height, width = _size(places)
    return (
        index(context, results, place, _WHOLE) if width == 1 or height > 1 else index(context, results, _WHOLE, place)
    )


def _place(sought: Value | None, places: Value, *, approximate: bool, with_wildcards: bool = True) -> Value | str:
    """Find the place of what is sought, a blank where it is left out; or give an error's code where it is not there."""
    require_constant("a lookup", sought, places)
    sought = scalar_value(None) if sought is None else sought
    found = find_places(sought, places, 1 if approximate else 0, with_wildcards=with_wildcards)
    missing = np.isnan(found.numbers)
    if missing.any() and not missing.all():
        raise RaggedBatchError
    return str(found.all_texts().flat[0]) if missing.all() else found


def _is_true(value: Value | None) -> bool:
    require_constant("a lookup", value)
    return value is not None and bool((value.numbers != 0).any())


def _size(operand: Operand) -> tuple[int, int]:
    return (operand.height, operand.width) if isinstance(operand, Range) else (operand.shape[-2], operand.shape[-1])


def _along(context: ReferenceContext, line: Operand, place: Value) -> Operand:
    return index(context, line, _ONE, place) if _size(line)[0] == 1 else index(context, line, place, _ONE)
