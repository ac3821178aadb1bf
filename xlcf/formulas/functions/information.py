"""Questions about what a value is."""

from __future__ import annotations

import numpy as np

from xlcf.formulas.curves import CONSTANT, LINEAR, TOLD_ERROR
from xlcf.formulas.functions.logical import is_error, is_na
from xlcf.formulas.namespace import Namespace
from xlcf.formulas.registry import function
from xlcf.formulas.values import BLANK, BOOLEAN, NUMBER, TEXT, Value, constant, scalar_value
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


@function("NA", takes="", curve=CONSTANT)
def na(xp: Namespace) -> Value:
    return scalar_value(ExcelError("#N/A"))


@function("N", takes="V", curve=LINEAR)
def n(xp: Namespace, value: Value) -> Value:
    return Value(xp.where(xp.asarray(value.is_kind(TEXT)), 0.0, value.numbers))
