"""The place of a value in a row or column: MATCH and XMATCH."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from xlcf.formulas.curves import CONSTANT, STEPPED
from xlcf.formulas.errors import UnsupportedFormulaError
from xlcf.formulas.functions.lookup import require_constant
from xlcf.formulas.namespace import Array, Namespace
from xlcf.formulas.ranges import RaggedBatchError
from xlcf.formulas.registry import function
from xlcf.formulas.values import BLANK, ERROR, NUMBER, TEXT, Value, constant, decode, scalar_value
from xlcf.formulas.wildcards import LONGEST_CRITERION, Wildcards
from xlcf.ooxml.worksheet import ExcelError

Key = tuple[str, float | str]  # the kind of a value and what it is compared by


@dataclass(frozen=True)
class Search:
    """How to look for a value.

    Attributes:
        otherwise: what to take where nothing is equal: -1 the next smaller, 1 the next larger, 0 nothing.
        order: from the first or from the last on; or by halves, in what is taken to ascend or descend.
        wildcards: whether a text may have wildcards. Then texts have Excel's limit, too.
        blank_is_zero: whether to look for 0 where a blank is sought, else for a blank.

    """

    otherwise: int = 0
    order: Literal["first", "last", "ascending", "descending"] = "first"
    wildcards: bool = False
    blank_is_zero: bool = True


EQUAL = Search(wildcards=True)
ASCENDING = Search(-1, "ascending")
DESCENDING = Search(1, "descending")


@function("MATCH", takes="VRV?", curve=STEPPED, error="#N/A")
def match(xp: Namespace, sought: Value, places: Value, how: Value | None = None) -> Value | Array:
    require_constant("MATCH", how)
    if sought.varies or places.varies:
        return _stepped(xp, sought, places, how)
    if how is None or how.known is None:
        return find_places(sought, places, ASCENDING)
    if how.has_kind(TEXT, ERROR):
        return scalar_value(_first_error(how) or ExcelError("#VALUE!"))
    return find_places(sought, places, {-1: DESCENDING, 0: EQUAL, 1: ASCENDING}[int(np.sign(_one(how)))])


def _stepped(xp: Namespace, sought: Value, places: Value, how: Value | None) -> Array:
    """Find the places of numbers that depend on variables, point by point: exact, without a gradient."""
    numbers = [np.asarray(xp.values(value.numbers)) for value in (sought, places)]
    lead = np.broadcast_shapes(*(each.shape[:-4] for each in numbers))
    wide = [np.broadcast_to(each, (*lead, *each.shape[-4:])) for each in numbers]
    found = []
    for at in np.ndindex(lead):
        fixed = [replace(v, numbers=n[at], known=n[at], node=None) for v, n in zip((sought, places), wide, strict=True)]
        result = match(xp, fixed[0], fixed[1], how)
        assert isinstance(result, Value)
        found.append(result.numbers)
    return xp.asarray(np.stack(found).reshape((*lead, *found[0].shape)))


@function("XMATCH", takes="VRV?V?", curve=CONSTANT)
def xmatch(xp: Namespace, sought: Value, places: Value, how: Value | None = None, order: Value | None = None) -> Value:
    require_constant("XMATCH", sought, places, how, order)
    search = search_of(how, order)
    return scalar_value(search) if isinstance(search, ExcelError) else find_places(sought, places, search)


def search_of(how: Value | None, order: Value | None) -> Search | ExcelError:
    """Read the match mode and search mode of XMATCH and XLOOKUP."""
    for value in (how, order):
        if value is not None and value.has_kind(TEXT, ERROR):
            return _first_error(value) or ExcelError("#VALUE!")
    mode, direction = (default if v is None else int(_one(v)) for v, default in ((how, 0), (order, 1)))
    if mode == 3:
        raise UnsupportedFormulaError("a match by a regular expression is not supported")
    orders: dict[int, Any] = {1: "first", -1: "last", 2: "ascending", -2: "descending"}
    if mode not in (-1, 0, 1, 2) or direction not in orders or (mode == 2 and abs(direction) == 2):
        return ExcelError("#VALUE!")
    return Search(mode if mode < 2 else 0, orders[direction], wildcards=mode == 2, blank_is_zero=False)


def _one(value: Value) -> float:
    assert value.known is not None
    numbers = value.known.ravel()
    if (numbers != numbers[0]).any():
        raise RaggedBatchError
    return float(numbers[0])


def _first_error(value: Value) -> ExcelError | None:
    wrong = value.is_kind(ERROR)
    return ExcelError(str(np.broadcast_to(value.all_texts(), wrong.shape)[wrong][0])) if wrong.any() else None


def find_places(sought: Value, places: Value, search: Search) -> Value:
    """Find the places of constants in a row or column of constants, counted from 1, or #N/A.

    Args:
        sought: what to find; an error gives that error.
        places: where; the same for all cells of the batch, or one row or column for each.
        search: how.

    """
    assert sought.known is not None
    assert places.known is not None
    if 1 not in places.shape[-2:]:
        return scalar_value(ExcelError("#N/A"))
    batch = np.broadcast_shapes(sought.shape[:2], places.shape[:2])
    shape = (*batch, *sought.shape[2:])
    keys = np.broadcast_to(keys_of(sought), shape)
    errors = np.broadcast_to(np.where(sought.is_kind(ERROR), sought.all_texts(), ""), shape)
    columns: dict[tuple[int, int], _Column] = {}
    all_places = keys_of(places)
    numbers = np.full(shape, np.nan)
    codes = np.full(shape, None, dtype=object)
    for at in np.ndindex(shape):
        key: Any = keys[at]
        if errors[at] or (search.wildcards and is_too_long(key)):
            codes[at] = errors[at] or "#VALUE!"
            continue
        if key == _BLANK and search.blank_is_zero:
            key = ("number", 0.0)
        where = tuple(min(i, n - 1) for i, n in zip(at[:2], places.shape[:2], strict=True))
        if where not in columns:
            columns[where] = _Column([all_places[where][i] for i in np.ndindex(places.shape[2:])])
        found = columns[where].find(key, search)
        if found is None:
            codes[at] = "#N/A"
        else:
            numbers[at] = found + 1
    missing = np.isnan(numbers)
    return constant(numbers, np.where(missing, ERROR, NUMBER).astype(np.int8), codes)


_BLANK: Key = ("blank", 0.0)


def keys_of(value: Value) -> NDArray[np.object_]:
    """Give each element as (kind, comparable), where only equal kinds compare; None for an error."""
    assert value.known is not None
    result = np.empty(value.shape, dtype=object)
    texts = value.all_texts()
    numbers, kinds = (np.broadcast_to(array, value.shape) for array in (value.known, value.all_kinds()))
    texts = np.broadcast_to(texts, value.shape)
    for at in np.ndindex(value.shape):
        scalar = decode(float(numbers[at]), int(kinds[at]), texts[at])
        if kinds[at] == TEXT:
            result[at] = ("text", str(scalar).lower())
        elif kinds[at] == BLANK:
            result[at] = _BLANK
        elif kinds[at] != ERROR and not np.isnan(numbers[at]):
            result[at] = ("boolean" if isinstance(scalar, bool) else "number", float(numbers[at]))
    return result


def is_too_long(key: Key | None) -> bool:
    """Tell whether Excel refuses to search for a text, as #VALUE!."""
    return key is not None and key[0] == "text" and len(str(key[1])) > LONGEST_CRITERION


class _Column:
    """What is searched; keys are pairs (kind, value), or None for errors."""

    def __init__(self, keys: list[Any]) -> None:
        self._keys = keys
        self._first: dict[Any, int] = {}
        self._last: dict[Any, int] = {}
        for place, key in enumerate(keys):
            if key is not None:
                self._first.setdefault(key, place)
                self._last[key] = place

    def find(self, key: Any, search: Search) -> int | None:
        if key is None:
            return None
        if search.order in ("ascending", "descending"):
            return self._halved(key, search)
        backwards = search.order == "last"
        if search.wildcards and key[0] == "text" and any(sign in key[1] for sign in "*?~"):
            wanted = Wildcards(key[1])
            matching = (at for (kind, text), at in self._first.items() if kind == "text" and wanted.matches(text))
            if backwards:
                return max((self._last[self._keys[at]] for at in matching), default=None)
            return min(matching, default=None)
        held = self._last if backwards else self._first
        if key in held or not search.otherwise:
            return held.get(key)
        next_to = [(abs_key, at) for (kind, abs_key), at in held.items() if kind == key[0]]
        if search.otherwise < 0:
            return max((pair for pair in next_to if pair[0] < key[1]), default=(None, None))[1]
        return min((pair for pair in next_to if pair[0] > key[1]), default=(None, None))[1]

    def _halved(self, key: Any, search: Search) -> int | None:
        """Search by halves, as Excel does, whether or not the keys are in order.

        A key of another kind in the middle is passed over, to the next on its right. Of equal keys side by side the
        last is taken.
        """
        low, high = 0, len(self._keys) - 1
        before: int | None = None
        after: int | None = None
        while low <= high:
            middle = at = (low + high) // 2
            while at <= high and (self._keys[at] is None or self._keys[at][0] != key[0]):
                at += 1
            if at > high:
                high = middle - 1
                continue
            held = self._keys[at]
            if held == key:
                while at + 1 < len(self._keys) and self._keys[at + 1] == key:
                    at += 1
                return at
            if (held[1] < key[1]) == (search.order == "ascending"):
                before, low = at, at + 1
            else:
                after, high = at, middle - 1
        if not search.otherwise:
            return None
        return before if (search.otherwise < 0) == (search.order == "ascending") else after
