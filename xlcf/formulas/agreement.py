"""Whether a computed value is the one that Excel stored."""

from __future__ import annotations

from xlcf.ooxml.worksheet import ExcelError, Scalar

_RELATIVE, _ROUNDING = 1e-9, 1e-13


def agree(cached: Scalar, computed: Scalar | None, magnitude: float = 0.0, *, any_error: bool = False) -> bool:
    """Tell whether two values are the same: numbers to 1e-9, or to rounding in sums of numbers as large as `magnitude`.

    With `any_error`, any error agrees with any other.
    """
    if any_error and isinstance(cached, ExcelError) and isinstance(computed, ExcelError):
        return True
    if isinstance(cached, bool) or isinstance(computed, bool):
        return cached is computed
    if isinstance(cached, float) and isinstance(computed, float):
        largest = max(abs(cached), abs(computed))
        return abs(cached - computed) <= max(_RELATIVE * largest, _ROUNDING * magnitude)
    return cached == computed
