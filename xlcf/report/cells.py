"""Writing one cell safely: data never becomes a formula, and no NaN or infinity reaches a file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import isfinite

import numpy as np
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

MAX_ROWS = 1_048_576
MAX_COLUMNS = 16_384
MAX_TEXT = 32_767
NOT_A_NUMBER = "not a number"

_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_READ_AS_ANOTHER = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)|\r")  # an escape, and what a parser turns into a line feed
_EXACT_DIGITS = 15  # what a cell's double keeps of an integer


@dataclass(frozen=True)
class Formula:
    """A formula, with `=`, and the value it gives."""

    text: str
    value: float | str


def write_text(sheet: Worksheet, row: int, column: int, text: str, style: Format) -> None:
    """Write text as text, whatever it looks like."""
    sheet.write_string(row, column, as_text(text), style)


def write_number(sheet: Worksheet, row: int, column: int, value: float | None, style: Format) -> None:
    """Write a number; None leaves the cell blank, and what is not finite is said in words."""
    if value is None:
        sheet.write_blank(row, column, None, style)
    elif isfinite(value):
        sheet.write_number(row, column, float(value), style)
    else:
        sheet.write_string(row, column, NOT_A_NUMBER, style)


def write_formula(sheet: Worksheet, row: int, column: int, formula: str, value: float | str, style: Format) -> None:
    """Write a formula with its cached value; where that is not finite, the words instead of the formula."""
    if isinstance(value, str):
        # XlsxWriter escapes it in texts, but not in what a formula gives
        cached = _READ_AS_ANOTHER.sub(lambda found: f"_x{ord(found[0]):04X}_", as_text(value))
        sheet.write_formula(row, column, formula, style, cached)
    elif isfinite(value):
        sheet.write_formula(row, column, formula, style, float(value))
    else:
        sheet.write_string(row, column, NOT_A_NUMBER, style)


def write_id(sheet: Worksheet, row: int, column: int, value: object, style: Format) -> None:
    """Write a raw user or item id: a number where a cell can hold it exactly, else text."""
    if isinstance(value, (int, np.integer)) and len(str(abs(int(value)))) <= _EXACT_DIGITS:
        sheet.write_number(row, column, int(value), style)
    elif isinstance(value, (float, np.floating)) and isfinite(value):
        sheet.write_number(row, column, float(value), style)
    else:
        write_text(sheet, row, column, str(value), style)


def merge_text(
    sheet: Worksheet, row: int, left: int, right: int, text: str, style: Format, last_row: int | None = None
) -> None:
    """Write text as text over the merged columns `left` to `right`."""
    sheet.merge_range(row, left, row if last_row is None else last_row, right, "", style)
    write_text(sheet, row, left, text, style)


def as_text(text: str) -> str:
    """Make any string safe for a cell: what XML can hold, within Excel's length, and never taken for rich text.

    A character that XML forbids, such as most control characters, becomes the replacement character: escapes of such
    are read by some programs only, and a formula that gives the text must agree with it in all of them.
    """
    text = _NOT_IN_XML.sub("\ufffd", text.encode("utf-8", "replace").decode("utf-8"))[:MAX_TEXT]
    if text.startswith("<r>") and text.endswith("</r>"):
        # XlsxWriter would copy this into the file as XML
        text = text[: MAX_TEXT - 1] + " "
    return text
