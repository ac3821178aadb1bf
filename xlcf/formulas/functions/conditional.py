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
from xlcf.formulas.functions.matching import Key, keys_of, wildcard
from xlcf.formulas.functions.operators import Mask, ratio
from xlcf.formulas.namespace import Array, Namespace
from xlcf.formulas.registry import function
from xlcf.formulas.values import Value, text_number

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


@function("SUMIF", takes="RVR?", curve=LINEAR)
def sumif(xp: Namespace, tested: Value, criterion: Value, summed: Value | None = None) -> Array:
    return sumifs(xp, tested if summed is None else summed, tested, criterion)


@function("AVERAGEIF", takes="RVR?", curve=LINEAR)
def averageif(xp: Namespace, tested: Value, criterion: Value, averaged: Value | None = None) -> Array:
    return averageifs(xp, tested if averaged is None else averaged, tested, criterion)


@function("COUNTIF", takes="RV", curve=CONSTANT)
def countif(xp: Namespace, tested: Value, criterion: Value) -> Array:
    return countifs(xp, tested, criterion)


@function("SUMIFS", takes="RRVR?V?R?V?R?V?R?V?R?V?R?V?R?V?", curve=LINEAR)
def sumifs(xp: Namespace, summed: Value, *tests: Value) -> Array:
    return xp.sum(xp.where(xp.asarray(_chosen(tests, summed)), summed.numbers, 0.0))


@function("AVERAGEIFS", takes="RRVR?V?R?V?R?V?R?V?R?V?R?V?R?V?", curve=LINEAR)
def averageifs(xp: Namespace, averaged: Value, *tests: Value) -> Array:
    n = _chosen(tests, averaged).sum(axis=(-2, -1), keepdims=True).astype(float)
    return ratio(xp, sumifs(xp, averaged, *tests), xp.asarray(n))


@function("COUNTIFS", takes="RVR?V?R?V?R?V?R?V?R?V?R?V?R?V?", curve=CONSTANT)
def countifs(xp: Namespace, *tests: Value) -> Array:
    return xp.asarray(_chosen(tests).sum(axis=(-2, -1), keepdims=True).astype(float))


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
    cells, criteria = keys_of(tested), keys_of(criterion)
    batch = np.broadcast_shapes(cells.shape[:2], criteria.shape[:2])
    cells = np.broadcast_to(cells, (*batch, *cells.shape[2:]))
    criteria = np.broadcast_to(criteria, (*batch, *criteria.shape[2:]))
    mask = np.zeros(cells.shape, bool)
    for at in np.ndindex(batch):
        test = _reader(criteria[at][0, 0])
        mask[at] = [[test(cell) for cell in row] for row in cells[at]]
    return mask


def _reader(criterion: Key | None) -> Callable[[Key | None], bool]:
    """Turn a criterion such as `">=3"`, `"a*"` or 5 into a test of a cell's key; a blank cell is None."""
    kind, wanted = criterion or ("number", 0.0)  # a blank criterion means 0
    if kind != "text":
        return _compared("=", kind, wanted)
    match = re.fullmatch(r"(<>|<=|>=|<|>|=)?(.*)", str(wanted), flags=re.DOTALL)
    assert match is not None
    sign, text = match[1] or "=", match[2]
    if not text and match[1] in ("=", "<>"):  # these two alone ask for blanks
        return lambda cell: (cell is None) == (sign == "=")
    if text in ("true", "false"):
        return _compared(sign, "boolean", float(text == "true"))
    number = text_number(text)
    if not math.isnan(number):
        return _compared(sign, "number", number)
    if sign in ("=", "<>"):
        pattern = wildcard(text)

        def matches(cell: Key | None) -> bool:
            held = _text_of(cell)
            return (held is not None and pattern.fullmatch(held) is not None) == (sign == "=")

        return matches
    return _compared(sign, "text", text)


def _compared(sign: str, kind: str, wanted: float | str) -> Callable[[Key | None], bool]:
    """Compare with cells of one kind; a cell of another kind is only ever unequal."""
    compare = _COMPARE[sign]
    return lambda cell: compare(cell[1], wanted) if cell is not None and cell[0] == kind else sign == "<>"


def _text_of(cell: Key | None) -> str | None:
    """Give a cell's text; a blank cell's is empty, and other kinds have none."""
    if cell is None:
        return ""
    return str(cell[1]) if cell[0] == "text" else None
