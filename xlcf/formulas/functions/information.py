"""Questions about what a value is."""

from __future__ import annotations

import numpy as np

from xlcf.formulas.curves import CONSTANT, LINEAR, STEPPED, TOLD_ERROR
from xlcf.formulas.error_codes import ERROR_CODES
from xlcf.formulas.errors import UnsupportedFormulaError
from xlcf.formulas.functions.logical import is_error, is_na
from xlcf.formulas.namespace import Array, Namespace
from xlcf.formulas.registry import function
from xlcf.formulas.values import BLANK, BOOLEAN, ERROR, NUMBER, TEXT, Value, constant, scalar_value
from xlcf.ooxml.worksheet import ExcelError

_BOOLEANS = np.full((1, 1, 1, 1), BOOLEAN, np.int8)


def _enter(name: str, *kinds: int) -> None:
    @function(name, takes="V", curve=CONSTANT)
    def is_kind(xp: Namespace, value: Value) -> Value:
        holds = np.broadcast_to(value.is_kind(*kinds), value.shape).astype(float)
        return constant(holds, np.full(holds.shape, BOOLEAN, np.int8))


_enter("ISBLANK", BLANK)
_enter("ISTEXT", TEXT)
_enter("ISLOGICAL", BOOLEAN)


@function("ISNUMBER", takes="V", curve=TOLD_ERROR)
def isnumber(xp: Namespace, value: Value) -> Value:
    is_number = xp.asarray(value.is_kind(NUMBER)) & ~is_error(xp, value)
    return Value(xp.where(is_number, 1.0, 0.0), _BOOLEANS)


@function("ISERROR", takes="V", curve=TOLD_ERROR)
def iserror(xp: Namespace, value: Value) -> Value:
    return Value(xp.where(is_error(xp, value), 1.0, 0.0), _BOOLEANS)


@function("ISNA", takes="V", curve=CONSTANT)
def isna(xp: Namespace, value: Value) -> Value:
    holds = np.broadcast_to(is_na(value), value.shape).astype(float)
    return constant(holds, np.full(holds.shape, BOOLEAN, np.int8))


@function("ISERR", takes="V", curve=TOLD_ERROR)
def iserr(xp: Namespace, value: Value) -> Value:
    """Any error but #N/A."""
    return Value(xp.where(is_error(xp, value) & xp.asarray(~is_na(value)), 1.0, 0.0), _BOOLEANS)


@function("ISNONTEXT", takes="V", curve=CONSTANT)
def isnontext(xp: Namespace, value: Value) -> Value:
    holds = np.broadcast_to(~value.is_kind(TEXT), value.shape).astype(float)
    return constant(holds, np.full(holds.shape, BOOLEAN, np.int8))


@function("ISODD", takes="N", curve=STEPPED)
def isodd(xp: Namespace, value: Value) -> Value:
    """Without decimals."""
    return Value(_parity(xp, value), _BOOLEANS)


@function("ISEVEN", takes="N", curve=STEPPED)
def iseven(xp: Namespace, value: Value) -> Value:
    """Without decimals."""
    return Value(1.0 - _parity(xp, value), _BOOLEANS)


def _parity(xp: Namespace, value: Value) -> Array:
    whole = xp.elementwise("trunc", value.numbers)
    return xp.elementwise("abs", whole - 2.0 * xp.elementwise("trunc", whole / 2.0))


@function("TYPE", takes="R", curve=CONSTANT)
def type_(xp: Namespace, value: Value) -> Value:
    """1 for a number or blank, 2 text, 4 truth value, 16 error, 64 array."""
    if value.shape[-2:] != (1, 1):
        return scalar_value(64.0)
    if value.varies:
        numbers = xp.where(is_error(xp, value), 16.0, 4.0 if value.has_kind(BOOLEAN) else 1.0)
        return Value(numbers)
    types = np.select([value.is_kind(TEXT), value.is_kind(BOOLEAN), value.is_kind(ERROR)], [2.0, 4.0, 16.0], 1.0)
    return constant(types)


@function("ERROR.TYPE", takes="V", curve=CONSTANT)
def error_type(xp: Namespace, value: Value) -> Value:
    """A number for each error code, #N/A for what is no error."""
    if value.varies:
        raise UnsupportedFormulaError("ERROR.TYPE of a value that depends on variable cells is not supported")
    codes = np.where(value.is_kind(ERROR), value.all_texts(), "")
    numbers = np.frompyfunc(lambda code: ERROR_CODES.get(str(code), np.nan), 1, 1)(codes).astype(float)
    found = ~np.isnan(numbers)
    return constant(numbers, np.where(found, NUMBER, ERROR).astype(np.int8), np.where(found, "", "#N/A").astype(object))


@function("NA", takes="", curve=CONSTANT)
def na(xp: Namespace) -> Value:
    return scalar_value(ExcelError("#N/A"))


@function("N", takes="V", curve=LINEAR)
def n(xp: Namespace, value: Value) -> Value:
    return Value(xp.where(xp.asarray(value.is_kind(TEXT)), 0.0, value.numbers))
