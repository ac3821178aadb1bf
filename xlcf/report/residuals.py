"""The sheet `Residuals`: rating - prediction of each rating."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from xlcf.metrics import rmse
from xlcf.report.cells import write_formula, write_id, write_number, write_text
from xlcf.report.fit_report import FitReport
from xlcf.report.matrix import HEADER_ROW, LEFT, MatrixPlaces
from xlcf.report.model_view import ModelView, positions
from xlcf.report.predictions import PredictedCells, scale_ends
from xlcf.report.sheet_names import Area, SheetNames
from xlcf.report.style import (
    HAIRLINE,
    NEW_ERROR,
    Style,
    decimals_format,
    decimals_of,
    diverging_scale,
    error_format,
    id_width,
    print_areas,
    sequential_scale,
    signed_format,
    title_width,
    write_heading,
)

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

BIGGEST = 15
"""How many of the largest residuals are listed."""

_TITLE_WIDTH = 72.0
_MARGIN_WIDTH = 11.0


@dataclass(frozen=True)
class ResidualsPlaces:
    """Where the blocks stand: residuals with their margins, the observed ratings below, the misses at the right."""

    matrix: MatrixPlaces
    sheet: str

    @property
    def residual(self) -> Area:
        """The residuals, blank where there is no rating."""
        return self.matrix.area(self.sheet)

    @property
    def margin_row(self) -> int:
        """The row of the items' RMSE."""
        return self.matrix.first_row + len(self.matrix.view.matrix_users)

    @property
    def margin_column(self) -> int:
        """The column of the users' RMSE."""
        return LEFT + 1 + len(self.matrix.view.matrix_items)

    @property
    def observed(self) -> Area:
        """The observed ratings."""
        return self.matrix.area(self.sheet, self.margin_row + 3)

    @property
    def misses_column(self) -> int:
        """The first column of the list of the largest residuals."""
        return self.margin_column + 2


def root_mean_square(cells: str) -> str:
    """Give the formula of the root mean square of some cells; blank ones do not count."""
    return f"=SQRT(SUMSQ({cells})/COUNT({cells}))"


def write_residuals(book: Workbook, names: SheetNames, report: FitReport) -> None:
    """Add the sheet with residuals, their RMSE by user and by item, the ratings, and the largest residuals."""
    _ResidualsSheet(book, names, report.view).write()


class _ResidualsSheet:
    def __init__(self, book: Workbook, names: SheetNames, view: ModelView) -> None:
        self.book = book
        self.names = names
        self.view = view
        self.matrix = MatrixPlaces(view)
        self.places = ResidualsPlaces(self.matrix, names.residuals)
        self.cells = PredictedCells(view, names)
        self.style = Style(book)
        self.sheet: Worksheet = book.add_worksheet(names.residuals)
        low, high = scale_ends(view)
        self.least = 0.05 * (high - low)
        self.rating_number = decimals_of(view.ratings.values)
        self.number = decimals_format(max(abs(low), abs(high)))

    def write(self) -> None:
        self._set_up_page()
        self.matrix.write_headers(self.sheet, self.style)
        sentence = f"Residual = rating - prediction, live; blank where there is no rating. {self.matrix.limits()}"
        write_heading(self.sheet, self.style, "Residuals", sentence.strip())
        colours = "Red: the model predicts too little; blue: too much."
        write_text(self.sheet, 2, LEFT, colours, self.style("subtitle"))
        places = "The ratings stand below, the largest residuals at the right."
        write_text(self.sheet, 3, LEFT, places, self.style("subtitle"))
        self._residuals()
        self._margins()
        self._observed()
        self._biggest_misses()

    def _set_up_page(self) -> None:
        places = self.places
        pages_wide = self.matrix.set_up_page(self.sheet, self.matrix.width + _MARGIN_WIDTH)
        areas = [(0, 0, places.observed.bottom, places.margin_column)]
        if pages_wide == 1:  # else the users' ids would be repeated beside the misses, as if they belonged to them
            left, top = places.misses_column, places.residual.top
            areas.append((top - 1, left, top + BIGGEST, left + len(self._miss_columns) - 1))
        print_areas(self.book, self.sheet, areas)

    @cached_property
    def _miss_columns(self) -> list[tuple[str, float, str]]:
        """Name, width and header style of each column of the list of misses."""
        ratings = self.view.ratings
        columns = [
            (ratings.user_name, id_width(ratings.user_name, ratings.user_ids), "header_text"),
            (ratings.item_name, id_width(ratings.item_name, ratings.item_ids), "header_text"),
            ("Title", title_width(ratings.item_titles or [], _TITLE_WIDTH), "header_text"),
            ("Rating", 9.0, "header"),
            ("Prediction", 11.0, "header"),
            ("Residual", 10.0, "header"),
        ]
        if ratings.item_titles is None:
            del columns[2]
        return columns

    @cached_property
    def _pairs(self) -> Integers:
        """Shape (observed cells, 2): row and column of each observed cell."""
        return np.argwhere(np.isfinite(self.view.observed))

    def _residuals(self) -> None:
        area, style = (
            self.places.residual,
            self.style("cell", num_format=signed_format(self.number), border=0),
        )
        observed, predicted = self.places.observed.here(), self.matrix.area(self.names.predictions)
        blank = self.style("cell", border=0)
        for row in range(area.rows):
            for column in range(area.columns):
                self.sheet.write_blank(area.top + row, area.left + column, None, blank)
        for row, column in self._pairs.tolist():
            write_formula(
                self.sheet,
                area.top + row,
                area.left + column,
                f"={observed.cell(row, column)}-{predicted.cell(row, column)}",
                float(self.view.residual[row, column]),
                style,
            )
        if self.view.residual.size:
            self.sheet.conditional_format(
                area.top, area.left, area.bottom, area.right, diverging_scale(self.view.residual, least=self.least)
            )

    def _margins(self) -> None:
        partial = self.style("total", num_format=NEW_ERROR)
        header = self.style("header")
        area, local = self.places.residual, self.places.residual.here()
        bottom, right = self.places.margin_row, self.places.margin_column
        self.sheet.set_column(right, right, _MARGIN_WIDTH)
        if self.matrix.header_rows == 2:
            self.sheet.write_blank(HEADER_ROW, right, None, self.style("header", bottom=1, bottom_color=HAIRLINE))
        write_text(self.sheet, area.top - 1, right, "RMSE", header)
        write_text(self.sheet, bottom, LEFT, "RMSE", self.style("id"))
        everywhere = slice(None)
        lines: list[tuple[int, int, str, tuple[int | slice, int | slice]]] = [
            *((area.top + u, right, local.row(u), (u, everywhere)) for u in range(area.rows)),
            *((bottom, area.left + i, local.column(i), (everywhere, i)) for i in range(area.columns)),
            (bottom, right, str(local), (everywhere, everywhere)),
        ]
        for row, column, cells, part in lines:
            rated = self.view.residual[part][np.isfinite(self.view.observed[part])]
            if rated.size:
                error = rmse(rated)
                whole = row == bottom and column == right
                look = self.style("total", num_format=error_format(error)) if whole else partial
                write_formula(self.sheet, row, column, root_mean_square(cells), error, look)
            else:
                self.sheet.write_blank(row, column, None, partial)

    def _observed(self) -> None:
        area = self.places.observed
        section = self.style("section")
        write_text(self.sheet, area.top - 1, LEFT, "Ratings", section)
        for column in range(area.left, area.left + area.columns):
            self.sheet.write_blank(area.top - 1, column, None, section)
        self.matrix.write_users(self.sheet, self.style, area.top)
        self.matrix.write_users(self.sheet, self.style, self.places.residual.top)
        style = self.style("cell", num_format=self.rating_number, border=0)
        for row in range(area.rows):
            for column in range(area.columns):
                value = float(self.view.observed[row, column])
                write_number(self.sheet, area.top + row, area.left + column, None if np.isnan(value) else value, style)
        if self.view.observed.size:
            self.sheet.conditional_format(
                area.top, area.left, area.bottom, area.right, sequential_scale(*scale_ends(self.view))
            )

    def _biggest_misses(self) -> None:
        left, header_row = self.places.misses_column, self.places.residual.top
        self.sheet.set_column(left - 1, left - 1, 3)
        write_text(
            self.sheet, header_row - 1, left, "The largest residuals", self.style("section", bottom=0, valign="bottom")
        )
        for column, (name, width, role) in enumerate(self._miss_columns, left):
            self.sheet.set_column(column, column, width)
            write_text(self.sheet, header_row, column, name, self.style(role))
        for row, rating in enumerate(self._worst(), header_row + 1):
            self._write_miss(row, int(rating))

    def _worst(self) -> Integers:
        """Positions of the largest residuals among the ratings, the biggest first."""
        ratings = self.view.ratings
        listed = (positions(self.view.listed_users, ratings.n_users)[ratings.users] >= 0) & (
            positions(self.view.listed_items, ratings.n_items)[ratings.items] >= 0
        )
        size = np.abs(self.view.model.residuals())
        size[~listed | ~np.isfinite(size)] = -1.0
        order = np.argsort(-size, kind="stable")[:BIGGEST]
        return order[size[order] >= 0]

    def _write_miss(self, row: int, rating: int) -> None:
        ratings, left = self.view.ratings, self.places.misses_column
        user, item, value = int(ratings.users[rating]), int(ratings.items[rating]), float(ratings.values[rating])
        write_id(self.sheet, row, left, ratings.user_ids[user], self.style("id"))
        write_id(self.sheet, row, left + 1, ratings.item_ids[item], self.style("id", bold=False))
        column = left + 2
        if ratings.item_titles is not None:
            write_text(self.sheet, row, column, ratings.item_titles[item], self.style("text"))
            column += 1
        pair = np.array([user]), np.array([item])
        predicted = float(self.view.model.predict_codes(*pair)[0])
        formula = self.cells.formula(user, item)
        number = self.style("number", num_format=self.number)
        write_number(self.sheet, row, column, value, self.style("number", num_format=self.rating_number))
        write_formula(self.sheet, row, column + 1, formula, predicted, number)
        here = Area("", row, column, 1, 2)
        signed = self.style("number", num_format=signed_format(self.number), bold=True)
        write_formula(self.sheet, row, column + 2, f"={here.cell(0, 0)}-{here.cell(0, 1)}", value - predicted, signed)
