"""MATCH: the place of a value in a row or column."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlcf.formulas.curves import CONSTANT
from xlcf.formulas.functions.lookup import require_constant
from xlcf.formulas.namespace import Namespace
from xlcf.formulas.ranges import RaggedBatchError
from xlcf.formulas.registry import function
from xlcf.formulas.values import BLANK, ERROR, NUMBER, TEXT, Value, constant, decode, scalar_value
from xlcf.formulas.wildcards import LONGEST_CRITERION, Wildcards
from xlcf.ooxml.worksheet import ExcelError

Key = tuple[str, float | str]  # the kind of a value and what it is compared by


@function("MATCH", takes="VRV?", curve=CONSTANT)
def match(xp: Namespace, sought: Value, places: Value, how: Value | None = None) -> Value:
    require_constant("MATCH", sought, places, how)
    if how is None or how.known is None:
        return find_places(sought, places, 1, with_wildcards=True)
    kinds = np.sign(how.known).ravel()
    if (kinds != kinds[0]).any() and kinds.size > 1:
        raise RaggedBatchError
    if np.isnan(kinds[0]):
        return scalar_value(ExcelError("#VALUE!"))
    return find_places(sought, places, int(kinds[0]), with_wildcards=True)


def find_places(sought: Value, places: Value, how: int, *, with_wildcards: bool) -> Value:
    """Find the places of constants in a row or column of constants, counted from 1, or #N/A.

    Args:
        sought: what to find.
        places: where; the same for all cells of the batch, or one row or column for each.
        how: 0 for equal ones, 1 for the last that is not greater (they ascend), -1 that is not smaller (they descend).
        with_wildcards: whether a text that is to be equal may have wildcards. Then texts have Excel's limit, too.

    """
    assert sought.known is not None
    assert places.known is not None
    if 1 not in places.shape[-2:]:
        return scalar_value(ExcelError("#N/A"))
    batch = np.broadcast_shapes(sought.shape[:2], places.shape[:2])
    keys = keys_of(sought)
    shape = (*batch, *sought.shape[2:])
    keys = np.broadcast_to(keys, shape)
    columns: dict[tuple[int, int], _Column] = {}
    all_places = keys_of(places)
    numbers = np.full(shape, np.nan)
    codes = np.full(shape, None, dtype=object)
    for at in np.ndindex(shape):
        key: Any = keys[at]
        if with_wildcards and is_too_long(key):
            codes[at] = "#VALUE!"
            continue
        where = tuple(min(i, n - 1) for i, n in zip(at[:2], places.shape[:2], strict=True))
        if where not in columns:
            columns[where] = _Column([all_places[where][i] for i in np.ndindex(places.shape[2:])])
        found = columns[where].find(key, how, with_wildcards=with_wildcards)
        if found is None:
            codes[at] = "#N/A"
        else:
            numbers[at] = found + 1
    missing = np.isnan(numbers)
    return constant(numbers, np.where(missing, ERROR, NUMBER).astype(np.int8), codes)


def keys_of(value: Value) -> NDArray[np.object_]:
    """Give each element as (kind, comparable), where only equal kinds compare; None for a blank or an error."""
    assert value.known is not None
    result = np.empty(value.shape, dtype=object)
    texts = value.all_texts()
    numbers, kinds = (np.broadcast_to(array, value.shape) for array in (value.known, value.all_kinds()))
    texts = np.broadcast_to(texts, value.shape)
    for at in np.ndindex(value.shape):
        scalar = decode(float(numbers[at]), int(kinds[at]), texts[at])
        if kinds[at] == TEXT:
            result[at] = ("text", str(scalar).lower())
        elif kinds[at] not in (BLANK, ERROR) and not np.isnan(numbers[at]):
            result[at] = ("boolean" if isinstance(scalar, bool) else "number", float(numbers[at]))
    return result


def is_too_long(key: Key | None) -> bool:
    """Tell whether Excel refuses to search for a text, as #VALUE!."""
    return key is not None and key[0] == "text" and len(str(key[1])) > LONGEST_CRITERION


class _Column:
    """The places of one MATCH, by kind of value; keys are pairs (kind, value), or None."""

    def __init__(self, keys: list[Any]) -> None:
        self._first: dict[tuple[str, Any], int] = {}
        self._sorted: dict[str, tuple[list[Any], list[int]]] = {}
        for position, key in enumerate(keys):
            if key is not None:
                self._first.setdefault(key, position)
                held = self._sorted.setdefault(key[0], ([], []))
                held[0].append(key[1])
                held[1].append(position)

    def find(self, key: Any, how: int, *, with_wildcards: bool) -> int | None:
        if key is None:
            return None
        if how == 0:
            if with_wildcards and key[0] == "text" and any(sign in key[1] for sign in "*?~"):
                wanted = Wildcards(key[1])
                return next(
                    (at for (kind, text), at in self._first.items() if kind == "text" and wanted.matches(text)), None
                )
            return self._first.get(key)
        keys, places = self._sorted.get(key[0], ([], []))
        # ascending: the last that is not greater; descending: the last that is not smaller
        at = bisect_right(keys, key[1]) - 1 if how > 0 else len(keys) - bisect_left(keys[::-1], key[1]) - 1
        return places[at] if at >= 0 else None
