"""IF and the other logical functions."""

from __future__ import annotations

import numpy as np

from xlcf.formulas.errors import UnsupportedFormulaError
from xlcf.formulas.functions.aggregates import counted
from xlcf.formulas.namespace import Array, Namespace
from xlcf.formulas.registry import function
from xlcf.formulas.values import BLANK, BOOLEAN, ERROR, NUMBER, TEXT, Value, scalar_value

FALSE = scalar_value(False)
EMPTY = scalar_value(None)
_BOOLEANS = np.full((1, 1, 1, 1), BOOLEAN, np.int8)


@function("IF", takes="VR?R?")
def if_(xp: Namespace, condition: Value, yes: Value | None, no: Value | None = FALSE) -> Value:
    yes, no = yes or EMPTY, no or EMPTY
    return choose_where(xp, condition, condition.numbers != 0, yes, no)


@function("IFERROR", takes="VR")
def iferror(xp: Namespace, value: Value, otherwise: Value | None) -> Value:
    return choose_where(xp, value, is_error(xp, value), otherwise or EMPTY, value)


def is_error(xp: Namespace, value: Value) -> Array:
    """Tell where a value is an error; a text is none."""
    return xp.isnan(value.numbers) & xp.asarray(~value.is_kind(TEXT))


def choose_where(xp: Namespace, source: Value, condition: Array, yes: Value, no: Value) -> Value:
    """Take `yes` where the condition, worked out from `source`, holds, else `no`; an error in the source stays one.

    Raises:
        UnsupportedFormulaError: where it would depend on variables whether the result is a text or a number.

    """
    numbers = xp.where(condition, yes.numbers, no.numbers)
    if source is not no:
        numbers = xp.where(is_error(xp, source), np.nan, numbers)
    if source.known is None:
        return Value(numbers, _common_kinds(yes, no))
    # the source is a constant, so the choice is known, and with it every kind
    known = np.isnan(source.known) if source is no else source.known != 0
    kinds = np.where(known, yes.all_kinds(), no.all_kinds())
    texts = np.where(known, yes.all_texts(), no.all_texts())
    return Value(numbers, kinds if kinds.any() else None, texts if (kinds >= TEXT).any() else None)


def _common_kinds(yes: Value, no: Value) -> np.ndarray[tuple[int, ...], np.dtype[np.int8]] | None:
    plain = (NUMBER, BLANK, ERROR)
    if not (yes.has_kind(TEXT, BOOLEAN) or no.has_kind(TEXT, BOOLEAN)):
        return None
    kinds = [np.where(np.isin(value.all_kinds(), plain), NUMBER, value.all_kinds()) for value in (yes, no)]
    if (kinds[0] != kinds[1]).any() or (kinds[0] == TEXT).any():
        raise UnsupportedFormulaError(
            "whether the result is a text or a number depends on variable cells, which is not supported"
        )
    return kinds[0].astype(np.int8)


@function("NOT", takes="V")
def not_(xp: Namespace, value: Value) -> Value:
    return Value(xp.where(xp.isnan(value.numbers), np.nan, xp.where(value.numbers == 0, 1.0, 0.0)), _BOOLEANS)


@function("AND", takes="R+")
def and_(xp: Namespace, *values: Value) -> Value:
    return _all(xp, values, wanted=True)


@function("OR", takes="R+")
def or_(xp: Namespace, *values: Value) -> Value:
    negated = _all(xp, values, wanted=False)
    return Value(1.0 - negated.numbers, _BOOLEANS)


def _all(xp: Namespace, values: tuple[Value, ...], *, wanted: bool) -> Value:
    result: Array = None
    for value in values:
        numbers, mask = counted(value, BOOLEAN)
        holds = xp.where((numbers != 0) if wanted else (numbers == 0), 1.0, xp.where(xp.isnan(numbers), np.nan, 0.0))
        if mask is not None:
            holds = xp.where(xp.asarray(mask), holds, 1.0)
        least = xp.amin(holds)
        result = least if result is None else xp.multiply(result, least)
    return Value(result, _BOOLEANS)


@function("TRUE", takes="")
def true(xp: Namespace) -> Value:
    return scalar_value(True)


@function("FALSE", takes="")
def false(xp: Namespace) -> Value:
    return FALSE
