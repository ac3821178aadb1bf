"""The place that a text spells, for INDIRECT."""

from __future__ import annotations

import re

from xlcf.errors import InputError
from xlcf.formulas.errors import CellError
from xlcf.formulas.parser import parse
from xlcf.formulas.ranges import Range, ReferenceContext, Union
from xlcf.formulas.syntax import AreaReference, Coordinate, NameReference, TableReference
from xlcf.ooxml.references import MAX_COLUMNS, MAX_ROWS, split_sheet

_NO_PLACE = "#REF!"
_LINE = {letter: rf"{letter}(?:(?P<{letter}>\d+)|\[(?P<{letter}_away>[+-]?\d+)\])?" for letter in ("R", "C")}
_CELL = re.compile(f"(?:{_LINE['R']})?(?:{_LINE['C']})?", re.IGNORECASE)


def place_of(context: ReferenceContext, text: str, host: tuple[int, int], *, in_a1: bool) -> Range | Union | str:
    """Find the place that a text means, as seen from the formula's cell (row, column); else the code of the error."""
    text = text.strip().removeprefix("=")
    if not text:
        return _NO_PLACE
    try:
        if not in_a1 and (area := _in_r1c1(text, host)) is not None:
            reference: object = area
        else:
            reference = _absolute(parse(text, 1, 1))
        if not isinstance(reference, AreaReference | NameReference | TableReference):
            return _NO_PLACE
        if isinstance(reference, AreaReference) and reference.sheet is not None:
            context.workbook.sheet_name(reference.sheet)
        operand = context.evaluate(reference)
    except (InputError, CellError):
        return _NO_PLACE
    return operand if isinstance(operand, Range | Union) else _NO_PLACE


def _absolute(expression: object) -> object:
    """Turn what was read as seen from A1 into fixed places."""
    if not isinstance(expression, AreaReference):
        return expression
    corners = (expression.row1, expression.column1, expression.row2, expression.column2)
    fixed = [Coordinate(each.number if each.absolute else each.number + 1, True) for each in corners]
    return AreaReference(expression.sheet, *fixed)


def _in_r1c1(text: str, host: tuple[int, int]) -> AreaReference | None:
    """Read `R1C1`, `R[-1]C`, `R1C1:R2C2`, `R3` or `C[1]`; None where it is something else."""
    sheet, local = split_sheet(text)
    corners = []
    for part in local.split(":"):
        match = _CELL.fullmatch(part)
        if match is None or not part:
            return None
        upper = part.upper()
        corners.append((_line(match, "R", host[0], upper), _line(match, "C", host[1], upper)))
    if not 1 <= len(corners) <= 2:
        return None
    first, last = corners[0], corners[-1]
    rows, columns = (first[0], last[0]), (first[1], last[1])
    ends = [_ends(rows, MAX_ROWS), _ends(columns, MAX_COLUMNS)]
    if ends[0] is None or ends[1] is None:
        return None
    (row1, row2), (column1, column2) = ends[0], ends[1]
    if not (1 <= row1 <= row2 <= MAX_ROWS and 1 <= column1 <= column2 <= MAX_COLUMNS):
        raise CellError(_NO_PLACE)
    return AreaReference(sheet, *(Coordinate(number, True) for number in (row1, column1, row2, column2)))


def _line(match: re.Match[str], letter: str, host: int, text: str) -> int | None:
    if letter not in text:
        return None
    if match[letter] is not None:
        return int(match[letter])
    return host + int(match[f"{letter}_away"] or 0)


def _ends(numbers: tuple[int | None, int | None], most: int) -> tuple[int, int] | None:
    """Give the first and last line; where none is named, all of them."""
    first, last = numbers
    if first is None and last is None:
        return 1, most
    if first is None or last is None:
        return None
    return min(first, last), max(first, last)
