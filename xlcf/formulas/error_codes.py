"""Which error a constant result is: the first among the arguments, else the function's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from xlcf.formulas.errors import UnsupportedFormulaError
from xlcf.formulas.registry import SINGLE, Error
from xlcf.formulas.values import BLANK, BOOLEAN, ERROR, TEXT, Texts, Value, constant, scalar_value
from xlcf.ooxml.worksheet import ExcelError

ERROR_CODES = {
    **{"#NULL!": 1, "#DIV/0!": 2, "#VALUE!": 3, "#REF!": 4, "#NAME?": 5, "#NUM!": 6, "#N/A": 7, "#GETTING_DATA": 8},
    **{"#SPILL!": 9, "#CONNECT!": 10, "#BLOCKED!": 11, "#UNKNOWN!": 12, "#FIELD!": 13, "#CALC!": 14},
}
"""The number that ERROR.TYPE gives for each error."""


def with_error_codes(
    result: Value, arguments: Sequence[Value], letters: str, own: Error, *, wants_numbers: bool
) -> Value:
    """Give each number that is none its error code.

    Args:
        result: a constant whose errors may be just NaN or infinite.
        arguments: what the function was applied to, constants.
        letters: how it takes each of them; see `registry`.
        own: the code where no argument is an error, or what gives the codes from the arguments.
        wants_numbers: whether each single value has to be a number, so that the result is an error where one is not.

    """
    assert result.known is not None
    lost = ~np.isfinite(result.known) & ~result.is_kind(TEXT, ERROR)
    if not lost.any() and not wants_numbers:
        return result
    codes: Texts = np.full((1, 1, 1, 1), own, dtype=object) if isinstance(own, str) else own(*arguments)
    for value, letter in reversed(list(zip(arguments, letters, strict=True))):
        is_single = letter in SINGLE + "B" or (value.cells is None and value.shape[-2:] == (1, 1))
        theirs = _codes(value) if is_single else _first_code(value)
        has_code = np.asarray(theirs.astype(bool))
        codes = np.where(has_code, theirs, codes)
        if wants_numbers and letter in SINGLE:
            lost = lost | has_code
    if not lost.any():
        return result
    kinds = np.where(lost, np.int8(ERROR), result.all_kinds())
    numbers = np.where(lost, np.nan, result.known)
    return replace(result, numbers=numbers, known=numbers, kinds=kinds, texts=np.where(lost, codes, result.all_texts()))


def prepared(value: Value, letter: str) -> Value:
    """Read a value the way that a function takes it; see `registry`."""
    if letter == "N":
        return _toolpak_number(value)
    return truth_of(value) if letter == "L" and value.has_kind(TEXT) else value


def truth_of(value: Value) -> Value:
    """Read texts as truth values: TRUE and FALSE, any other is #VALUE!."""
    is_text, meant = value.is_kind(TEXT), spelled_truths(value)
    numbers = np.where(is_text, meant, np.nan if value.known is None else value.known)
    wrong = is_text & np.isnan(meant)
    kinds = np.where(wrong, np.int8(ERROR), np.where(is_text, np.int8(BOOLEAN), value.all_kinds()))
    return constant(numbers, kinds, np.where(wrong, "#VALUE!", value.all_texts()), value.cells)


def spelled_truths(value: Value) -> NDArray[np.float64]:
    """Give 1 for the text TRUE, 0 for FALSE, NaN for any other."""
    spelled = np.frompyfunc(lambda text: {"TRUE": 1.0, "FALSE": 0.0}.get(str(text).upper(), np.nan), 1, 1)
    truths: NDArray[np.float64] = spelled(value.all_texts()).astype(float)
    return truths


def _toolpak_number(value: Value) -> Value:
    """Make an error of what functions of the Analysis ToolPak take for no number; see `registry`.

    Raises:
        UnsupportedFormulaError: where only some elements of an array that depends on variables are truth values.

    """
    if value.cells is not None and value.shape[-2:] != (1, 1):
        return scalar_value(ExcelError("#VALUE!"))
    wrong = value.is_kind(BOOLEAN)
    if value.cells is None:
        wrong = wrong | value.is_kind(BLANK)
    if not wrong.any():
        return value
    codes: Texts = np.where(value.is_kind(BLANK), "#N/A", "#VALUE!").astype(object)
    if value.known is None:
        if not wrong.all() or codes.size > 1:
            raise UnsupportedFormulaError("truth values among numbers that depend on variables are not supported here")
        return scalar_value(ExcelError(codes.item()))
    kinds = np.where(wrong, np.int8(ERROR), value.all_kinds())
    texts = np.where(wrong, codes, value.all_texts())
    return constant(np.where(wrong, np.nan, value.known), kinds, texts, value.cells)


def _codes(value: Value) -> Texts:
    """Give the error code of each element, None where it is none; a text that spells no number is #VALUE!."""
    if not value.has_kind(TEXT, ERROR):
        return _without_code((1, 1, 1, 1))
    assert value.known is not None
    codes = _without_code(value.shape)
    wrong = np.broadcast_to(value.is_kind(ERROR), value.shape)
    codes[wrong] = np.broadcast_to(value.all_texts(), value.shape)[wrong]
    codes[np.broadcast_to(value.is_kind(TEXT), value.shape) & np.isnan(value.known)] = "#VALUE!"
    return codes


def _first_code(value: Value) -> Texts:
    """Give the first error code in each range or array, row by row: shape (batch rows, batch columns, 1, 1)."""
    if not value.has_kind(ERROR):
        return _without_code((1, 1, 1, 1))
    shape = (*value.shape[:2], -1)
    wrong = np.broadcast_to(value.is_kind(ERROR), value.shape).reshape(shape)
    texts = np.broadcast_to(value.all_texts(), value.shape).reshape(shape)
    codes = np.take_along_axis(texts, wrong.argmax(axis=-1)[..., None], axis=-1).copy()
    codes[~wrong.any(axis=-1)] = None
    return codes[..., None]


def _without_code(shape: tuple[int, ...]) -> Texts:
    return np.full(shape, None, dtype=object)
