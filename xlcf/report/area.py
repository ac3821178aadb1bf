"""Rectangles of cells on the sheets that reports write; rows and columns count from 0, as XlsxWriter counts."""

from __future__ import annotations

from dataclasses import dataclass, replace

from xlsxwriter.utility import quote_sheetname, xl_range, xl_range_abs, xl_rowcol_to_cell


def cell_name(row: int, column: int, sheet: str = "") -> str:
    """Name a cell as formulas do: `$C$5`, `Factors!$C$5`."""
    return Area(sheet, row, column, 1, 1).cell(0, 0)


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

    def local(self) -> str:
        """Name the area as formulas on its own sheet do that are not filled: `C5:G19`."""
        return str(xl_range(self.top, self.left, self.bottom, self.right))

    def cell(self, row: int, column: int) -> str:
        """Name one cell, counted from the area's first: `Factors!$C$5`."""
        return self._sheet() + str(xl_rowcol_to_cell(self.top + row, self.left + column, True, True))

    def row(self, row: int) -> str:
        """Name one row, counted from the area's first: `Factors!$C$5:$G$5`."""
        return self._reference(self.top + row, self.left, self.top + row, self.right)

    def column(self, column: int) -> str:
        """Name one column, counted from the area's first: `Factors!$C$5:$C$19`."""
        return self._reference(self.top, self.left + column, self.bottom, self.left + column)

    def part(self, column: int, columns: int = 1) -> Area:
        """Give some of its columns, counted from the area's first."""
        return replace(self, left=self.left + column, columns=columns)

    def _reference(self, top: int, left: int, bottom: int, right: int) -> str:
        return self._sheet() + str(xl_range_abs(top, left, bottom, right))

    def _sheet(self) -> str:
        return f"{quote_sheetname(self.sheet)}!" if self.sheet else ""
