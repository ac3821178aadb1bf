"""A table of users or items on a sheet: ids, titles, numbers of ratings, biases and factors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from xlcf.report.cells import write_id, write_number, write_text
from xlcf.report.sheet_names import Area
from xlcf.report.style import (
    HIGH,
    LOW,
    ROW_POINTS,
    Style,
    decimals_format,
    diverging_scale,
    id_width,
    line_count,
    title_width,
)

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_TITLE_WIDTH = 44
_NUMBER_WIDTH = 10.0


@dataclass(frozen=True)
class FactorTable:
    """What a table holds, a row each.

    Attributes:
        caption: what stands above the table.
        id_name: what an id is called.
        ids: the raw ids.
        titles: their titles, or None.
        counts: shape (rows,), the ratings of each, or None.
        bias: shape (rows,), or None.
        factors: shape (rows, factors).

    """

    caption: str
    id_name: str
    ids: Sequence[object]
    titles: Sequence[str] | None
    counts: Integers | None
    bias: Floats | None
    factors: Floats


@dataclass(frozen=True)
class TablePlaces:
    """Where a table stands: columns id, title, ratings, bias (each if present) and factors."""

    sheet: str
    first_row: int
    left: int
    rows: int
    n_factors: int
    has_title: bool
    has_bias: bool
    has_counts: bool = False

    @property
    def ids(self) -> Area:
        """The ids."""
        return Area(self.sheet, self.first_row, self.left, self.rows, 1)

    @property
    def titles(self) -> Area:
        """The titles, where there are some."""
        return Area(self.sheet, self.first_row, self.left + 1, self.rows, 1)

    @property
    def counts(self) -> Area:
        """The numbers of ratings, where there are some."""
        return Area(self.sheet, self.first_row, self.left + 1 + self.has_title, self.rows, 1)

    @property
    def bias(self) -> Area:
        """The biases, where there are some."""
        column = self.left + 1 + self.has_title + self.has_counts
        return Area(self.sheet, self.first_row, column, self.rows, 1)

    @property
    def factors(self) -> Area:
        """The factors."""
        column = self.bias.left + self.has_bias
        return Area(self.sheet, self.first_row, column, self.rows, self.n_factors)

    @property
    def end(self) -> int:
        """The first column right of the table."""
        return self.factors.left + self.n_factors


def sigmoid_formula(z: str, low: str, high: str) -> str:
    """Give low + (high - low) / (1 + e^-z) as a formula, without the leading `=`."""
    # EXP overflows past 709; at 700 the prediction is the lowest rating to the last digit
    return f"{low}+({high}-{low})/(1+EXP(MIN(700,-({z}))))"


def write_table(sheet: Worksheet, style: Style, places: TablePlaces, table: FactorTable) -> None:
    """Write a table with caption and headers, row by row from the top."""
    _TableWriter(sheet, style, places, table).write()


class _TableWriter:
    def __init__(self, sheet: Worksheet, style: Style, places: TablePlaces, table: FactorTable) -> None:
        self.sheet, self.style, self.places, self.table = sheet, style, places, table
        self.id_format, self.title_format = style("id"), style("text", text_wrap=True)
        self.count_format = style("number", num_format="#,##0")
        blocks = [(places.factors, table.factors)]
        if table.bias is not None:
            blocks.insert(0, (places.bias, table.bias[:, None]))
        self.blocks = [(area, values, self._number_format(values)) for area, values in blocks if values.shape[1]]

    def write(self) -> None:
        self._headers()
        for row in range(len(self.table.ids)):
            self._names(row)
            for area, values, number in self.blocks:
                for column, value in enumerate(values[row].tolist(), area.left):
                    write_number(self.sheet, area.top + row, column, value, number)
        for area, values, _ in self.blocks:
            if values.size:
                scale = diverging_scale(values, LOW, HIGH)
                self.sheet.conditional_format(area.top, area.left, area.bottom, area.right, scale)

    def _headers(self) -> None:
        sheet, places, table, section = self.sheet, self.places, self.table, self.style("section")
        above = places.first_row - 2
        write_text(sheet, above, places.left, table.caption, section)
        for column in range(places.left + 1, places.end):
            sheet.write_blank(above, column, None, section)
        self._header(places.ids, table.id_name, "header_text", max(15.0, id_width(table.id_name, table.ids)))
        if table.titles is not None:
            self._header(places.titles, "Title", "header_text", title_width(table.titles, _TITLE_WIDTH))
        if table.counts is not None:
            self._header(places.counts, "Ratings", "header", _NUMBER_WIDTH)
        if table.bias is not None:
            self._header(places.bias, "Bias", "header", _NUMBER_WIDTH)
        for factor in range(places.n_factors):
            area = Area(places.sheet, places.first_row, places.factors.left + factor, places.rows, 1)
            self._header(area, f"Factor {factor + 1}", "header", _NUMBER_WIDTH)

    def _header(self, area: Area, name: str, role: str, width: float) -> None:
        self.sheet.set_column(area.left, area.left, width)
        write_text(self.sheet, area.top - 1, area.left, name, self.style(role))

    def _names(self, place: int) -> None:
        """Write what stands left of the numbers in a row."""
        row, places, table = self.places.first_row + place, self.places, self.table
        write_id(self.sheet, row, places.left, table.ids[place], self.id_format)
        if table.titles is not None:
            title = table.titles[place]
            write_text(self.sheet, row, places.titles.left, title, self.title_format)
            if (lines := line_count(title, 1.15 * _TITLE_WIDTH)) > 1:
                self.sheet.set_row(row, ROW_POINTS * lines)
        if table.counts is not None:
            write_number(self.sheet, row, places.counts.left, int(table.counts[place]), self.count_format)

    def _number_format(self, values: Floats) -> Format:
        finite = np.abs(values[np.isfinite(values)])
        return self.style("cell", num_format=decimals_format(float(finite.max()) if finite.size else 0.0, 4))
