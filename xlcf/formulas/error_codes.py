"""Which error a constant result is: the first among the arguments, else the function's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from xlcf.formulas.values import ERROR, TEXT, Texts, Value


def with_error_codes(
    result: Value, arguments: Sequence[Value], letters: str, own: str, *, wants_numbers: bool
) -> Value:
    """Give each number that is none its error code.

    Args:
        result: a constant whose errors may be just NaN or infinite.
        arguments: what the function was applied to, constants.
        letters: how it takes each of them; see `registry`.
        own: the code where no argument is an error.
        wants_numbers: whether each single value has to be a number, so that the result is an error where one is not.

    """
    assert result.known is not None
    lost = ~np.isfinite(result.known) & ~result.is_kind(TEXT, ERROR)
    if not lost.any() and not wants_numbers:
        return result
    codes: Texts = np.full((1, 1, 1, 1), own, dtype=object)
    for value, letter in reversed(list(zip(arguments, letters, strict=True))):
        is_single = letter in "VB" or (value.cells is None and value.shape[-2:] == (1, 1))
        theirs = _codes(value) if is_single else _first_code(value)
        has_code = np.asarray(theirs.astype(bool))
        codes = np.where(has_code, theirs, codes)
        if wants_numbers and letter == "V":
            lost = lost | has_code
    if not lost.any():
        return result
    kinds = np.where(lost, np.int8(ERROR), result.all_kinds())
    numbers = np.where(lost, np.nan, result.known)
    return replace(result, numbers=numbers, known=numbers, kinds=kinds, texts=np.where(lost, codes, result.all_texts()))


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
