"""What the sheets of a report are called, and how a formula refers to them."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from xlsxwriter.utility import quote_sheetname, xl_range_abs, xl_rowcol_to_cell

from xlcf.ooxml.renaming import LONGEST_SHEET_NAME


@dataclass(frozen=True)
class SheetNames:
    """The names of a report's sheets; another set of names makes them unique in a workbook that has its own."""

    summary: str = "Summary"
    factors: str = "Factors"
    predictions: str = "Predictions"
    residuals: str = "Residuals"
    recommendations: str = "Recommendations"
    variables: str = "Variables"
    convergence: str = "Convergence"
    learning_rate: str = "Learning rate"

    @classmethod
    def of_model(cls, sheet: str) -> SheetNames:
        """Give names that say which sheet's model the report is about: `Summary (bias)`.

        A long name of a sheet loses its middle, for what tells sheets apart often stands at the end.
        """
        return cls(**{field.name: _with_sheet(field.default, sheet) for field in fields(cls)})

    def further(self, name: str, sheet: str) -> str:
        """Give what a further sheet of that model's report is called, whose plain name this is."""
        return _with_sheet(name, sheet) if self == SheetNames.of_model(sheet) else name


def _with_sheet(name: object, sheet: str) -> str:
    room = LONGEST_SHEET_NAME - _units(f"{name} ()")
    head, tail = sheet[: len(sheet) // 2], sheet[len(sheet) // 2 :]
    if _units(sheet) <= room:
        return f"{name} ({sheet})"
    while _units(head) + _units(tail) + 1 > room:
        head, tail = (head[:-1], tail) if _units(head) >= _units(tail) else (head, tail[1:])
    return f"{name} ({head.rstrip()}…{tail.lstrip()})"


def _units(text: str) -> int:
    """Count as Excel does."""
    return len(text.encode("utf-16-le")) // 2


@dataclass(frozen=True)
class Area:
    """A rectangle of cells on a sheet, as formulas name it.

    Attributes:
        sheet: the sheet's name; empty for formulas on that very sheet.
        top: 0-based row of the first cell.
        left: 0-based column of the first cell.
        rows: how many rows, at least 1.
        columns: how many columns, at least 1.

    """

    sheet: str
    top: int
    left: int
    rows: int
    columns: int

    @property
    def bottom(self) -> int:
        """The 0-based row of the last cell."""
        return self.top + self.rows - 1

    @property
    def right(self) -> int:
        """The 0-based column of the last cell."""
        return self.left + self.columns - 1

    def here(self) -> Area:
        """Give the same area as formulas on its own sheet name it."""
        return replace(self, sheet="")

    def __str__(self) -> str:
        return self._reference(self.top, self.left, self.bottom, self.right)

    def cell(self, row: int, column: int) -> str:
        """Name one cell, counted from the area's first: `Factors!$C$5`."""
        return self._sheet() + str(xl_rowcol_to_cell(self.top + row, self.left + column, True, True))

    def row(self, row: int) -> str:
        """Name one row, counted from the area's first: `Factors!$C$5:$G$5`."""
        return self._reference(self.top + row, self.left, self.top + row, self.right)

    def column(self, column: int) -> str:
        """Name one column, counted from the area's first: `Factors!$C$5:$C$19`."""
        return self._reference(self.top, self.left + column, self.bottom, self.left + column)

    def _reference(self, top: int, left: int, bottom: int, right: int) -> str:
        return self._sheet() + str(xl_range_abs(top, left, bottom, right))

    def _sheet(self) -> str:
        return f"{quote_sheetname(self.sheet)}!" if self.sheet else ""
