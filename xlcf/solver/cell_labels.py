"""What a person calls a cell: by its defined name, or by the texts beside it, as the reports of Excel's Solver do."""

from __future__ import annotations

from bisect import bisect_left

from xlcf.ooxml.references import parse_area
from xlcf.ooxml.workbook import Workbook

Cell = tuple[str, int, int]

_LONGEST = 50  # characters; a longer text is a note, not a label


class CellLabels:
    """Labels of a workbook's cells.

    A cell is called by its visible defined name, where it has one of its own; else by the nearest text to the left in
    its row and the nearest text above in its column: `TV, Optimized spend`. Texts without a letter or digit (`<=`) and
    long ones are passed over.
    """

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._texts: dict[str, tuple[dict[int, list[int]], dict[int, list[int]]]] = {}
        self._names = _names_of_cells(workbook)

    def __call__(self, cell: Cell) -> str | None:
        """Give a cell's label; None where it has no name and no text beside it."""
        if cell in self._names:
            return self._names[cell]
        sheet, row, column = cell
        if sheet not in self._texts:
            self._texts[sheet] = self._find_texts(sheet)
        by_row, by_column = self._texts[sheet]
        left, above = _before(by_row.get(row, []), column), _before(by_column.get(column, []), row)
        parts = [self._text(sheet, row, left)] if left else []
        parts += [self._text(sheet, above, column)] if above else []
        return ", ".join(dict.fromkeys(parts)) or None

    def named(self, cell: Cell, address: str) -> str:
        """Name a cell by its address, with its label where it has one: `C4 (TV, Optimized spend)`."""
        label = self(cell)
        return address if label is None else f"{address} ({label})"

    def _text(self, sheet: str, row: int, column: int) -> str:
        return _cleaned(self._workbook.sheets[sheet].values[row, column])

    def _find_texts(self, sheet: str) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
        """List the columns of each row's labels, and the rows of each column's, ascending."""
        by_row: dict[int, list[int]] = {}
        by_column: dict[int, list[int]] = {}
        values = self._workbook.sheets[sheet].values
        for row, column in sorted(place for place, value in values.items() if _cleaned(value)):
            by_row.setdefault(row, []).append(column)
            by_column.setdefault(column, []).append(row)
        return by_row, by_column


def _before(places: list[int], place: int) -> int:
    """Give the last of ascending places that lies before a place; 0 where none does."""
    at = bisect_left(places, place)
    return places[at - 1] if at else 0


def _cleaned(value: object) -> str:
    """Give a label in one line; empty where the value cannot be one."""
    if not isinstance(value, str) or len(value) > 4 * _LONGEST:
        return ""
    text = " ".join(value.split()).rstrip(":").rstrip()
    return text if len(text) <= _LONGEST and any(letter.isalnum() for letter in text) else ""


def _names_of_cells(workbook: Workbook) -> dict[Cell, str]:
    """Find the visible defined names that stand for one cell; a cell with several goes by the first."""
    names: dict[Cell, str] = {}
    for name in workbook.defined_names:
        if name.hidden or name.name.lower().startswith(("_xl", "solver_")):
            continue
        try:
            area = parse_area(name.text.strip().removeprefix("="), name.sheet or "")
        except ValueError:
            continue
        if area.size == 1:
            names.setdefault((area.sheet, area.row1, area.column1), name.name)
    return names
