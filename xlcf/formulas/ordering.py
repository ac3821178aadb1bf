"""The order of values of all kinds, as SORT and comparisons have it: numbers, texts, truth values, errors."""

from __future__ import annotations

from xlcf.ooxml.worksheet import ExcelError, Scalar

_ERRORS = (
    "#NULL!",
    "#DIV/0!",
    "#VALUE!",
    "#REF!",
    "#NAME?",
    "#NUM!",
    "#N/A",
    "#GETTING_DATA",
    "#SPILL!",
    "#CONNECT!",
    "#BLOCKED!",
    "#UNKNOWN!",
    "#FIELD!",
    "#CALC!",
)
"""The errors in the order of ERROR.TYPE, which counts from 1."""


def error_type(code: str) -> int:
    """Give the number that ERROR.TYPE has for an error."""
    return _ERRORS.index(code) + 1 if code in _ERRORS else len(_ERRORS) + 1


def sort_key(scalar: Scalar | None) -> tuple[int, float, str]:
    """Give a key that sorts values as Excel does, without regard to case; blanks come last."""
    if scalar is None:
        return 4, 0.0, ""
    if isinstance(scalar, ExcelError):
        return 3, float(error_type(scalar.code)), ""
    if isinstance(scalar, bool):
        return 2, float(scalar), ""
    if isinstance(scalar, str):
        return 1, 0.0, scalar.lower()
    return 0, float(scalar), ""
