"""Sums, counts and averages of the cells that meet criteria.

The cells that are tested must not depend on variable cells; those that are summed may.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from xlcf.formulas.curves import CONSTANT, LINEAR
from xlcf.formulas.errors import FormulaError
from xlcf.formulas.functions.aggregates import counted, require_equal_shapes
from xlcf.formulas.functions.lookup import require_constant
from xlcf.formulas.functions.matching import Key, is_too_long, keys_of
from xlcf.formulas.functions.operators import Mask, ratio
from xlcf.formulas.namespace import Array, Namespace
from xlcf.formulas.registry import function
from xlcf.formulas.values import BLANK, BOOLEAN, NUMBER, TEXT, Value, text_number
from xlcf.formulas.wildcards import Wildcards

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


@function("SUMIF", takes="RVR?", curve=LINEAR)
def sumif(xp: Namespace, tested: Value, criterion: Value, summed: Value | None = None) -> Value:
    return sumifs(xp, tested if summed is None else summed, tested, criterion)


@function("AVERAGEIF", takes="RVR?", curve=LINEAR, error="#DIV/0!")
def averageif(xp: Namespace, tested: Value, criterion: Value, averaged: Value | None = None) -> Value:
    return averageifs(xp, tested if averaged is None else averaged, tested, criterion)


@function("COUNTIF", takes="RV", curve=CONSTANT)
def countif(xp: Namespace, tested: Value, criterion: Value) -> Value:
    return countifs(xp, tested, criterion)


@function("SUMIFS", takes="RRVR?V?R?V?R?V?R?V?R?V?R?V?R?V?", curve=LINEAR)
def sumifs(xp: Namespace, summed: Value, *tests: Value) -> Value:
    return _limited(xp, tests, xp.sum(xp.where(xp.asarray(_chosen(tests, summed)), summed.numbers, 0.0)))


@function("AVERAGEIFS", takes="RRVR?V?R?V?R?V?R?V?R?V?R?V?R?V?", curve=LINEAR, error="#DIV/0!")
def averageifs(xp: Namespace, averaged: Value, *tests: Value) -> Value:
    n = _chosen(tests, averaged).sum(axis=(-2, -1), keepdims=True).astype(float)
    return Value(ratio(xp, sumifs(xp, averaged, *tests).numbers, xp.asarray(n)))


@function("COUNTIFS", takes="RVR?V?R?V?R?V?R?V?R?V?R?V?R?V?", curve=CONSTANT)
def countifs(xp: Namespace, *tests: Value) -> Value:
    return _limited(xp, tests, xp.asarray(_chosen(tests).sum(axis=(-2, -1), keepdims=True).astype(float)))


def _limited(xp: Namespace, tests: tuple[Value, ...], result: Array) -> Value:
    """Make an error of a result with a criterion that is too long for Excel."""
    for criterion in tests[1::2]:
        too_long = np.asarray(np.frompyfunc(is_too_long, 1, 1)(keys_of(criterion)[..., :1, :1]), dtype=bool)
        if too_long.any():
            result = xp.where(xp.asarray(too_long), np.nan, result)
    return Value(result)


def _chosen(tests: tuple[Value, ...], used: Value | None = None) -> Mask:
    """Tell which cells meet all criteria, given as range, criterion, range, criterion, ...; and count, if `used`."""
    if len(tests) % 2:
        raise FormulaError("a criterion is missing")
    require_constant("a criterion", *tests)
    ranges = [*tests[::2], *([] if used is None else [used])]
    require_equal_shapes("a function with criteria", ranges)
    mask = np.ones((1, 1, *ranges[0].shape[-2:]), bool)
    for tested, criterion in zip(tests[::2], tests[1::2], strict=True):
        mask = mask & _meets(tested, criterion)
    if used is not None:
        counts = counted(used)[1]
        mask = mask if counts is None else mask & counts
    return mask


def _meets(tested: Value, criterion: Value) -> Mask:
    """Tell where cells meet a criterion; shape (batch rows, batch columns, rows, columns)."""
    criteria = keys_of(criterion)[:, :, 0, 0]
    cells = _Cells(tested)
    batch = np.broadcast_shapes(tested.shape[:2], criteria.shape)
    mask = np.zeros((*batch, *tested.shape[-2:]), bool)
    criteria = np.broadcast_to(criteria, batch)
    which = np.empty(batch, np.int64)  # cells with one criterion are tested together
    numbers: dict[Key | None, int] = {}
    for at in np.ndindex(batch):
        key: Any = criteria[at]
        which[at] = numbers.setdefault(key, len(numbers))
    for wanted, number in numbers.items():
        here = which == number
        mask[here] = np.broadcast_to(cells.meet(wanted), mask.shape)[here]
    return mask


class _Cells:
    """Cells to be tested by criteria; the arrays' shapes broadcast to (batch rows, batch columns, rows, columns)."""

    def __init__(self, tested: Value) -> None:
        assert tested.known is not None
        self._numbers = tested.known
        good = ~np.isnan(tested.known)
        self._kinds = {
            "number": tested.is_kind(NUMBER) & good,
            "boolean": tested.is_kind(BOOLEAN) & good,
            "text": tested.is_kind(TEXT),
        }
        self._blank = tested.is_kind(BLANK)
        self._texts = np.frompyfunc(lambda text: str(text or "").lower(), 1, 1)(tested.all_texts())

    def meet(self, criterion: Key | None) -> Mask:
        """Test for a criterion such as `">=3"`, `"a*"` or 5."""
        kind, wanted = criterion or ("number", 0.0)  # a blank criterion means 0
        if kind != "text":
            return self._compared("=", kind, wanted)
        match = re.fullmatch(r"(<>|<=|>=|<|>|=)?(.*)", str(wanted), flags=re.DOTALL)
        assert match is not None
        sign, text = match[1] or "=", match[2]
        if not text and match[1] in ("=", "<>"):  # these two alone ask for blanks
            return self._blank if sign == "=" else ~self._blank
        if text in ("true", "false"):
            return self._compared(sign, "boolean", float(text == "true"))
        number = text_number(text)
        if not math.isnan(number):
            return self._compared(sign, "number", number)
        if sign not in ("=", "<>"):
            return self._compared(sign, "text", text)
        equal: Mask = self._kinds["text"] & self._matching(text)
        if not text:
            equal = equal | self._blank
        return equal if sign == "=" else ~equal

    def _matching(self, pattern: str) -> Mask:
        """Tell which texts match; each is tried once, however often it stands there."""
        wildcards = Wildcards(pattern)
        answers: dict[str, bool] = {}

        def test(text: str) -> bool:
            if text not in answers:
                answers[text] = wildcards.matches(text)
            return answers[text]

        return np.asarray(np.frompyfunc(test, 1, 1)(self._texts), dtype=bool)

    def _compared(self, sign: str, kind: str, wanted: float | str) -> Mask:
        """Compare with cells of one kind; a cell of another kind is only ever unequal."""
        held = self._texts if kind == "text" else self._numbers
        of_kind: Mask = self._kinds[kind]
        outcome: Mask = np.asarray(_COMPARE[sign](held, wanted), dtype=bool)
        return ~of_kind | outcome if sign == "<>" else of_kind & outcome
