"""Texts cut at delimiters."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from xlcf.formulas.errors import CellError
from xlcf.formulas.scalar_functions import scalar_function
from xlcf.formulas.scalars import Cells, as_integer, as_text, first_error
from xlcf.ooxml.worksheet import ExcelError, Scalar


def _enter(name: str, part: Callable[[str, tuple[int, int]], str]) -> None:
    """Enter a function that keeps what stands on one side of a delimiter, given by where that begins and ends."""

    @scalar_function(name, takes="VRV?V?V?V?")
    def cut(
        text: str,
        delimiters: Cells,
        instance: Scalar | None = None,
        ignore_case: bool = False,
        to_end: bool = False,
        otherwise: Scalar | None = None,
    ) -> Scalar:
        marks = _delimiters(delimiters)
        found = _cut(text, marks, _instance(instance), ignore_case=ignore_case, to_end=to_end)
        return _not_found(otherwise) if found is None else part(text, found)


_enter("TEXTBEFORE", lambda text, cut: text[: cut[0]])
_enter("TEXTAFTER", lambda text, cut: text[cut[1] :])


def _instance(number: Scalar | None) -> int:
    return 1 if number is None else as_integer(number)


def _not_found(otherwise: Scalar | None) -> Scalar:
    return ExcelError("#N/A") if otherwise is None else otherwise


def _delimiters(cells: Cells) -> list[str]:
    first_error(cells)
    return [as_text(scalar) for row in cells for scalar in row]


def _cut(
    text: str, delimiters: Sequence[str], instance: int, *, ignore_case: bool, to_end: bool
) -> tuple[int, int] | None:
    """Find one occurrence of a delimiter, from the end where the number is negative: where it begins and ends."""
    if instance == 0 or abs(instance) > max(len(text), 1):
        raise CellError("#VALUE!")
    if "" in delimiters:  # it is found at once
        return (0, 0) if instance > 0 else (len(text), len(text))
    found = _occurrences(text, delimiters, ignore_case=ignore_case)
    if to_end:
        found = [*found, (len(text), len(text))] if instance > 0 else [(0, 0), *found]
    place = instance - 1 if instance > 0 else len(found) + instance
    return found[place] if 0 <= place < len(found) else None


def _occurrences(text: str, delimiters: Sequence[str], *, ignore_case: bool) -> list[tuple[int, int]]:
    """List where delimiters begin and end, from left to right; the longest counts where several begin."""
    searched = text.lower() if ignore_case else text
    wanted = sorted({d.lower() if ignore_case else d for d in delimiters if d}, key=len, reverse=True)
    found = []
    at = 0
    while at < len(text):
        length = next((len(delimiter) for delimiter in wanted if searched.startswith(delimiter, at)), 0)
        if length:
            found.append((at, at + length))
        at += length or 1
    return found


@scalar_function("TEXTSPLIT", takes="VRR?V?V?V?")
def textsplit(
    text: str,
    columns: Cells,
    rows: Cells | None = None,
    ignore_empty: bool = False,
    ignore_case: bool = False,
    pad: Scalar | None = None,
) -> Cells:
    column_marks = _marks(columns)
    row_marks = _marks(rows)
    if not column_marks and not row_marks:
        raise CellError("#VALUE!")
    lines = _split(text, row_marks, ignore_empty=ignore_empty, ignore_case=ignore_case)
    table: Cells = [
        list(_split(line, column_marks, ignore_empty=ignore_empty, ignore_case=ignore_case)) for line in lines
    ]
    width = max((len(line) for line in table), default=0)
    if not width:
        raise CellError("#CALC!")
    filler = ExcelError("#N/A") if pad is None else pad
    return [line + [filler] * (width - len(line)) for line in table]


def _marks(cells: Cells | None) -> list[str]:
    if cells is None or all(scalar is None for row in cells for scalar in row):
        return []
    marks = _delimiters(cells)
    if "" in marks:
        raise CellError("#VALUE!")
    return marks


def _split(text: str, delimiters: Sequence[str], *, ignore_empty: bool, ignore_case: bool) -> list[str]:
    start, pieces = 0, []
    for begin, end in _occurrences(text, delimiters, ignore_case=ignore_case):
        pieces.append(text[start:begin])
        start = end
    pieces.append(text[start:])
    return [piece for piece in pieces if piece or not ignore_empty]
