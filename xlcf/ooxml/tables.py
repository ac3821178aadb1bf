"""Tables: named areas of a sheet with named columns (ECMA-376 part 1, 18.5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xlcf.ooxml.package import Package
from xlcf.ooxml.references import Area, parse_area
from xlcf.ooxml.worksheet import unescape


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        name: by which formulas refer to it.
        area: all of it, with headers and totals.
        columns: the columns' names, from left to right.
        header_rows: how many rows of headers there are: 0 or 1.
        totals_rows: how many rows of totals there are: 0 or 1.

    """

    name: str
    area: Area
    columns: tuple[str, ...]
    header_rows: int
    totals_rows: int

    @property
    def data_rows(self) -> tuple[int, int]:
        """The first and the last row of the data; the first is after the last where there are none."""
        return self.area.row1 + self.header_rows, self.area.row2 - self.totals_rows

    def column(self, name: str) -> int | None:
        """Find a column of the sheet by its name, without regard to case; None where there is none."""
        for number, each in enumerate(self.columns):
            if each.lower() == name.lower():
                return self.area.column1 + number
        return None


def read_tables(package: Package, part: str, sheet: str) -> Iterator[Table]:
    """Read the tables of one sheet, whose part is given."""
    for link in package.relationships(part):
        if link.kind != "table" or link.external or link.target not in package:
            continue
        root = package.xml(link.target)
        try:
            area = parse_area(root.get("ref", ""), sheet)
        except ValueError:
            continue  # a damaged table has no cells
        columns = tuple(unescape(each.get("name", "")) for each in root.iterfind("{*}tableColumns/{*}tableColumn"))
        name = root.get("displayName") or root.get("name", "")
        yield Table(name, area, columns, _rows(root.get("headerRowCount"), 1), _rows(root.get("totalsRowCount"), 0))


def _rows(text: str | None, default: int) -> int:
    return int(text) if text is not None and text.isdecimal() else default
