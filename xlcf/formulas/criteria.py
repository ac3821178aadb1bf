"""Criteria such as ">=3", "a*", 5 or an error, and which cells meet them.

A criterion asks for cells that are equal to it, unless it is a text that begins with a comparison. Equal to a number
are also texts that spell it; equal to an error, or to a text that spells one, are errors alone. What is not equal is
every other cell, whatever its kind, while < and > compare with cells of the same kind alone. Numbers are compared in
all digits.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlcf.formulas.error_codes import ERROR_CODES
from xlcf.formulas.scalar_functions import elements_of
from xlcf.formulas.spelled_numbers import text_number
from xlcf.formulas.values import BLANK, BOOLEAN, ERROR, NUMBER, TEXT, Value
from xlcf.formulas.wildcards import LONGEST_CRITERION, Wildcards
from xlcf.ooxml.worksheet import ExcelError, Scalar

Mask = NDArray[np.bool_]

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


def criteria_of(value: Value) -> NDArray[np.object_]:
    """Give each criterion of a constant as a scalar, of the value's shape."""
    assert value.known is not None
    return elements_of(value, np.broadcast_to(value.known, value.shape))


def is_too_long(criterion: Scalar | None) -> bool:
    """Tell whether Excel refuses to search for a text, as #VALUE!."""
    return isinstance(criterion, str) and len(criterion) > LONGEST_CRITERION


def blank_meets(criterion: Scalar | None) -> bool:
    """Tell whether a blank cell meets a criterion."""
    return bool(TestedCells(_ONE_BLANK).meet(criterion).all())


class TestedCells:
    """Cells to be tested by criteria; results broadcast to (batch rows, batch columns, rows, columns).

    Args:
        tested: the cells, constants.
        from_start: whether a text without a comparison asks for cells that begin with it, as in the criteria of the
            functions on databases.

    """

    def __init__(self, tested: Value, *, from_start: bool = False) -> None:
        assert tested.known is not None
        self._numbers = tested.known
        self._from_start = from_start
        good = ~np.isnan(tested.known)
        self._kinds = {
            NUMBER: tested.is_kind(NUMBER) & good,
            BOOLEAN: tested.is_kind(BOOLEAN) & good,
            TEXT: tested.is_kind(TEXT),
            ERROR: tested.is_kind(ERROR),
        }
        self._blank = tested.is_kind(BLANK)
        self._texts = np.frompyfunc(lambda text: str(text or "").lower(), 1, 1)(tested.all_texts())

    def meet(self, criterion: Scalar | None) -> Mask:
        """Tell which cells meet a criterion; a blank one means 0."""
        if criterion is None:
            return self._compared("=", NUMBER, 0.0)
        if isinstance(criterion, ExcelError):
            return self._compared("=", ERROR, criterion.code.lower())
        if isinstance(criterion, bool):
            return self._compared("=", BOOLEAN, float(criterion))
        if isinstance(criterion, float):
            return self._compared("=", NUMBER, criterion)
        match = re.fullmatch(r"(<>|<=|>=|<|>|=)?(.*)", criterion.lower(), flags=re.DOTALL)
        assert match is not None
        sign, text = match[1] or "=", match[2]
        if not text and match[1] in ("=", "<>"):  # these two alone ask for blanks
            return self._blank if sign == "=" else ~self._blank
        if text in ("true", "false"):
            return self._compared(sign, BOOLEAN, float(text == "true"))
        if text.upper() in ERROR_CODES:
            return self._compared(sign, ERROR, text)
        number = text_number(text)
        if not math.isnan(number):
            return self._compared(sign, NUMBER, number)
        if sign not in ("=", "<>"):
            return self._compared(sign, TEXT, text) if text else np.zeros_like(self._blank)
        if self._from_start and not match[1]:
            text += "*"
        equal: Mask = self._kinds[TEXT] & self._matching(text)
        if not text:
            equal = equal | self._blank
        return equal if sign == "=" else ~equal

    def _matching(self, pattern: str) -> Mask:
        """Tell which texts match; each is tried once, however often it stands there."""
        if not any(sign in pattern for sign in "*?~"):
            return np.asarray(self._texts == pattern, dtype=bool)
        wildcards = Wildcards(pattern)
        answers: dict[str, bool] = {}

        def test(text: str) -> bool:
            if text not in answers:
                answers[text] = wildcards.matches(text)
            return answers[text]

        return np.asarray(np.frompyfunc(test, 1, 1)(self._texts), dtype=bool)

    def _compared(self, sign: str, kind: int, wanted: float | str) -> Mask:
        """Compare with cells of one kind; a text that spells a number equals it, and is unequal to it, too."""
        held = self._texts if kind in (TEXT, ERROR) else self._numbers
        of_kind: Mask = self._kinds[kind]
        if kind == NUMBER and sign == "=":
            of_kind = of_kind | self._kinds[TEXT]
        outcome: Mask = np.asarray(_COMPARE["=" if sign == "<>" else sign](held, wanted), dtype=bool)
        met: Mask = of_kind & outcome
        return ~met if sign == "<>" else met


_ONE_BLANK = Value(np.zeros((1, 1, 1, 1)), np.full((1, 1, 1, 1), BLANK, np.int8), known=np.zeros((1, 1, 1, 1)))
