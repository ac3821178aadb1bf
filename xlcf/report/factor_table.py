"""A table of users or items on a sheet: ids, titles, numbers of ratings, biases and factors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from xlcf.arrays import Floats, Integers
from xlcf.report.area import Area
from xlcf.report.page import Page
from xlcf.report.style import (
    HIGH,
    LOW,
    ROW_POINTS,
    decimals_format,
    diverging_scale,
    id_width,
    text_points,
    title_width,
)
from xlcf.report.table import Column, numbers, write_table

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


def write_factor_table(page: Page, places: TablePlaces, table: FactorTable) -> None:
    """Write a table with caption and headers, row by row from the top."""
    columns = _columns(table)
    for row, title in enumerate(table.titles or (), places.first_row):
        if (points := text_points(title, _TITLE_WIDTH, "text")) > ROW_POINTS:
            page.sheet.set_row(row, points)
    write_table(page, columns, places.first_row - 2, places.left, caption=table.caption)
    for area, values in ((places.bias, table.bias), (places.factors, table.factors)):
        if values is not None and values.size:
            scale = diverging_scale(values, LOW, HIGH)
            page.sheet.conditional_format(area.top, area.left, area.bottom, area.right, scale)


def _columns(table: FactorTable) -> list[Column]:
    columns = [Column(table.id_name, max(15.0, id_width(table.id_name, table.ids)), table.ids, "id")]
    if table.titles is not None:
        look = {"text_wrap": True}
        columns.append(Column("Title", title_width(table.titles, _TITLE_WIDTH), table.titles, "text", look))
    if table.counts is not None:
        columns.append(numbers("Ratings", _NUMBER_WIDTH, table.counts.tolist(), "#,##0", role="number"))
    if table.bias is not None:
        columns.append(numbers("Bias", _NUMBER_WIDTH, table.bias.tolist(), _number_format(table.bias)))
    number = _number_format(table.factors)
    for factor, values in enumerate(table.factors.T.tolist(), 1):
        columns.append(numbers(f"Factor {factor}", _NUMBER_WIDTH, values, number))
    return columns


def _number_format(values: Floats) -> str:
    finite = np.abs(values[np.isfinite(values)])
    return decimals_format(float(finite.max()) if finite.size else 0.0, 4)
