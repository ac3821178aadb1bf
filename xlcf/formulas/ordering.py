"""The order of values of all kinds, as SORT and comparisons have it: numbers, texts, truth values, errors."""

from __future__ import annotations

from xlcf.formulas.error_codes import ERROR_CODES
from xlcf.ooxml.worksheet import ExcelError, Scalar


def sort_key(scalar: Scalar | None) -> tuple[int, float, str]:
    """Give a key that sorts values as Excel does, without regard to case; blanks come last."""
    if scalar is None:
        return 4, 0.0, ""
    if isinstance(scalar, ExcelError):
        return 3, float(ERROR_CODES.get(scalar.code, len(ERROR_CODES) + 1)), ""
    if isinstance(scalar, bool):
        return 2, float(scalar), ""
    if isinstance(scalar, str):
        return 1, 0.0, scalar.lower()
    return 0, float(scalar), ""
