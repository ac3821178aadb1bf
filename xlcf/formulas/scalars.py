"""Single values as Python objects, and Excel's rules that turn a value of one kind into another.

A number is a float, a truth value a bool, a text a str, a blank None, an error an `ExcelError`.
"""

from __future__ import annotations

from xlcf.formulas.errors import CellError
from xlcf.formulas.spelled_numbers import text_number
from xlcf.ooxml.worksheet import ExcelError, Scalar

_LONGEST = 20  # characters of a number that is not in scientific notation
_SMALLEST_NORMAL = 2.0**-1022  # smaller numbers are shown as 0

Cells = list[list[Scalar | None]]
"""The values of a range or array, row by row."""


def as_number(scalar: Scalar | None) -> float:
    """Turn a value into a number, as arithmetic does.

    Raises:
        CellError: #VALUE! for a text that spells no number; an error stays that error.

    """
    if scalar is None:
        return 0.0
    if isinstance(scalar, str):
        number = text_number(scalar)
        if number != number:
            raise CellError("#VALUE!")
        return number
    if isinstance(scalar, ExcelError):
        raise CellError(scalar.code)
    return float(scalar)


def as_integer(scalar: Scalar | None) -> int:
    """Turn a value into a number and cut its decimals off.

    Raises:
        CellError: as `as_number`.

    """
    return int(as_number(scalar))


def as_plain_integer(scalar: Scalar | None) -> int:
    """Turn a value into a whole number as the functions of the former Analysis ToolPak do: no truth values.

    Raises:
        CellError: as `as_integer`; #VALUE! for a truth value.

    """
    if isinstance(scalar, bool):
        raise CellError("#VALUE!")
    return as_integer(scalar)


def as_text(scalar: Scalar | None) -> str:
    """Turn a value into a text, as & does: a number in its general format, with 15 digits at most.

    Raises:
        CellError: for an error.

    """
    if scalar is None:
        return ""
    if isinstance(scalar, bool):
        return str(scalar).upper()
    if isinstance(scalar, ExcelError):
        raise CellError(scalar.code)
    return number_text(scalar) if isinstance(scalar, float) else scalar


def number_text(number: float) -> str:
    """Write a number as & does: 15 significant digits, with an exponent where it needs more than 20 characters."""
    if number == 0 or abs(number) < _SMALLEST_NORMAL:
        return "0"
    if number.is_integer() and abs(number) < 1e15:
        return str(int(number))
    mantissa, _, power = f"{abs(number):.14e}".partition("e")
    digits, exponent = mantissa.replace(".", "").rstrip("0"), int(power)
    sign = "-" if number < 0 else ""
    if exponent >= _LONGEST or (exponent < 0 and 1 - exponent + len(digits) > _LONGEST):
        fraction = f".{digits[1:]}" if len(digits) > 1 else ""
        return f"{sign}{digits[0]}{fraction}E{exponent:+03d}"
    if exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{digits}"
    digits = digits.ljust(exponent + 1, "0")
    return sign + digits[: exponent + 1] + ("." + digits[exponent + 1 :] if len(digits) > exponent + 1 else "")


def as_truth(scalar: Scalar | None) -> bool:
    """Turn a value into a truth value: a number other than 0 is true, of texts only TRUE and FALSE count.

    Raises:
        CellError: #VALUE! for another text; an error stays that error.

    """
    if isinstance(scalar, str):
        if scalar.upper() in ("TRUE", "FALSE"):
            return scalar.upper() == "TRUE"
        raise CellError("#VALUE!")
    return as_number(scalar) != 0


def first_error(cells: Cells) -> None:
    """Raise the first error among cells, row by row, as a CellError."""
    for row in cells:
        for scalar in row:
            if isinstance(scalar, ExcelError):
                raise CellError(scalar.code)
