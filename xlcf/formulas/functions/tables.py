"""Functions that look a value up in a table: VLOOKUP, HLOOKUP, LOOKUP, XLOOKUP.

What is sought and where must not depend on variable cells; what is found may. Where one value is sought, the result is
the cell found, else an array of what is found.
"""

from __future__ import annotations

import numpy as np

from xlcf.formulas.functions.lookup import Operand, first_error, index, require_constant
from xlcf.formulas.functions.matching import ASCENDING, EQUAL, Search, find_places, search_of
from xlcf.formulas.ranges import RaggedBatchError, ReferenceContext, size_of
from xlcf.formulas.registry import reference_function
from xlcf.formulas.values import ERROR, TEXT, Value, scalar_value
from xlcf.ooxml.worksheet import ExcelError

_ONE, _WHOLE = scalar_value(1.0), scalar_value(0.0)


@reference_function("VLOOKUP", takes="VRVV?")
def vlookup(
    context: ReferenceContext, sought: Value | None, table: Operand, column: Value, sorted_: Value | None = _ONE
) -> Operand:
    if code := _wrong(table, size_of(table)[1], sought, column, sorted_):
        return context.error(code)
    place = _place(sought, context.read(index(context, table, _WHOLE, _ONE)), _search(sorted_))
    return _found(context, index(context, table, _WHOLE, column), place)


@reference_function("HLOOKUP", takes="VRVV?")
def hlookup(
    context: ReferenceContext, sought: Value | None, table: Operand, row: Value, sorted_: Value | None = _ONE
) -> Operand:
    if code := _wrong(table, size_of(table)[0], sought, row, sorted_):
        return context.error(code)
    place = _place(sought, context.read(index(context, table, _ONE, _WHOLE)), _search(sorted_))
    return _found(context, index(context, table, row, _WHOLE), place)


def _wrong(table: Operand, size: int, sought: Value | None, line: Value | None, sorted_: Value | None) -> str | None:
    """Give the error that the arguments of VLOOKUP or HLOOKUP make, if any."""
    require_constant("a lookup", sought, line, sorted_)
    if isinstance(table, Value) and table.has_kind(TEXT) and size_of(table) == (1, 1):
        return "#VALUE!"
    if sought is not None and sought.is_kind(ERROR).all() and (code := first_error(sought)):
        return code
    if code := first_error(line, sorted_):
        return code
    numbers = np.zeros(1) if line is None or line.known is None else np.trunc(line.known)
    wrong = np.where(numbers < 1, "#VALUE!", np.where(numbers > size, "#REF!", ""))
    if (wrong != wrong.flat[0]).any():
        raise RaggedBatchError
    return str(wrong.flat[0]) or None


def _search(sorted_: Value | None) -> Search:
    return ASCENDING if sorted_ is not None and (sorted_.numbers != 0).any() else EQUAL


@reference_function("LOOKUP", takes="VRR?")
def lookup(context: ReferenceContext, sought: Value | None, places: Operand, results: Operand | None = None) -> Operand:
    """With one array, the first of its longer side is searched and the last gives the result."""
    require_constant("a lookup", sought)
    height, width = size_of(places)
    if results is None and height > 1 and width > 1:
        first = index(context, places, *((_ONE, _WHOLE) if width > height else (_WHOLE, _ONE)))
        last = scalar_value(float(height if width > height else width))
        results = index(context, places, *((last, _WHOLE) if width > height else (_WHOLE, last)))
    else:
        first, results = places, places if results is None else results
    return _found(context, results, _place(sought, context.read(first), ASCENDING))


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
    require_constant("a lookup", sought, how, order)
    search = search_of(how, order)
    if isinstance(search, ExcelError):
        return context.error(search.code)
    height, width = size_of(places)
    is_column = width == 1 or height > 1
    if 1 not in (height, width) or size_of(results)[0 if is_column else 1] != max(height, width):
        return context.error("#VALUE!")
    place = _place(sought, context.read(places), search)
    if place.shape[-2:] != (1, 1):
        line = index(context, results, *((_WHOLE, _ONE) if is_column else (_ONE, _WHOLE)))
        return _found(context, line, place, None if otherwise is None else context.read(otherwise))
    code = _code(place)
    if code is not None:
        return otherwise if code == "#N/A" and otherwise is not None else context.error(code)
    return index(context, results, place, _WHOLE) if is_column else index(context, results, _WHOLE, place)


def _place(sought: Value | None, places: Value, search: Search) -> Value:
    """Find the places of what is sought, a blank where it is left out; an error where it is not there."""
    require_constant("a lookup", sought, places)
    return find_places(scalar_value(None) if sought is None else sought, places, search)


def _code(place: Value) -> str | None:
    """Give the error code where nothing was found, for all cells of the batch alike."""
    assert place.known is not None
    missing = np.isnan(place.known)
    codes = set(np.where(missing, place.all_texts(), "").ravel().tolist())
    if len(codes) > 1:
        raise RaggedBatchError
    return str(codes.pop()) or None


def _found(context: ReferenceContext, line: Operand, place: Value, otherwise: Value | None = None) -> Operand:
    """Give what stands at a place in a row or column, or all that stand at several."""
    height, width = size_of(line)
    if place.shape[-2:] == (1, 1):
        code = _code(place)
        if code is not None:
            return context.error(code)
        return index(context, line, _ONE, place) if height == 1 else index(context, line, place, _ONE)
    assert place.known is not None
    size = height * width
    missing = np.isnan(place.known)
    texts = np.broadcast_to(place.all_texts(), place.shape)
    codes = sorted({str(code) for code in texts[missing].tolist()})
    blocks = [context.read(line), *(scalar_value(ExcelError(code)) for code in codes)]
    places = np.where(missing, -1, np.nan_to_num(place.known) - 1).astype(np.int64)
    for number, code in enumerate(codes):
        places[missing & np.asarray(np.equal(texts, code), dtype=bool)] = size + number
        if code == "#N/A" and otherwise is not None:
            blocks[1 + number] = context.index(otherwise, *(np.zeros((1, 1, 1, 1), np.int64) for _ in range(2)))
    return context.gather(blocks, places)
