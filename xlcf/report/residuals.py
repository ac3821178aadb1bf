"""The sheet `Residuals`: rating - prediction of each rating."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from xlsxwriter.workbook import Workbook

from xlcf.arrays import Integers
from xlcf.metrics import rmse
from xlcf.report.area import Area
from xlcf.report.cells import Formula, write_formula, write_number, write_text
from xlcf.report.fit_report import FitReport
from xlcf.report.matrix import HEADER_ROW, MatrixPlaces
from xlcf.report.model_view import ModelView, positions
from xlcf.report.page import LEFT, pages_across
from xlcf.report.predictions import PredictedCells, scale_ends
from xlcf.report.sheet_names import SheetNames
from xlcf.report.style import (
    HAIRLINE,
    NEW_ERROR,
    decimals_format,
    decimals_of,
    diverging_scale,
    error_format,
    id_width,
    sequential_scale,
    signed_format,
    title_width,
)
from xlcf.report.table import Column, numbers, write_table

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
        sentence = f"Residual = rating - prediction, live; blank where there is no rating. {self.matrix.limits()}"
        width = self.matrix.width + _MARGIN_WIDTH
        self.page = self.matrix.page(book, names.residuals, "Residuals", sentence.strip(), width)
        self.sheet, self.style = self.page.sheet, self.page.style
        low, high = scale_ends(view)
        self.least = 0.05 * (high - low)
        self.rating_number = decimals_of(view.ratings.values)
        self.number = decimals_format(max(abs(low), abs(high)))

    def write(self) -> None:
        self._print()
        self.matrix.write_headers(self.page)
        self.page.note_above("Red: the model predicts too little; blue: too much.")
        places = "The ratings stand below, the largest residuals at the right."
        write_text(self.sheet, 3, LEFT, places, self.style("subtitle"))
        self._residuals()
        self._margins()
        self._observed()
        self._biggest_misses()

    def _print(self) -> None:
        places, pages_wide = self.places, pages_across(self.matrix.width + _MARGIN_WIDTH)
        areas = [(0, 0, places.observed.bottom, places.margin_column)]
        if pages_wide == 1:  # else the users' ids would be repeated beside the misses, as if they belonged to them
            left, top = places.misses_column, places.residual.top
            areas.append((top - 1, left, top + BIGGEST, left + len(self._largest) - 1))
        self.page.print_areas(areas)

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
        self.page.caption(area.top - 1, LEFT, area.right, "Ratings")
        self.matrix.write_users(self.page, area.top)
        self.matrix.write_users(self.page, self.places.residual.top)
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
        self.page.columns([3], left - 1)
        caption = self.style("section", bottom=0, valign="bottom")
        write_text(self.sheet, header_row - 1, left, "The largest residuals", caption)
        write_table(self.page, self._largest, header_row, left)

    @cached_property
    def _largest(self) -> list[Column]:
        """The columns of the list of the largest residuals."""
        ratings, worst = self.view.ratings, self._worst()
        users, items, given = ratings.users[worst], ratings.items[worst], ratings.values[worst]
        codes = list(zip(users.tolist(), items.tolist(), strict=True))
        predicted = self.view.model.predict_codes(users, items)
        columns = [
            Column(
                ratings.user_name,
                id_width(ratings.user_name, ratings.user_ids),
                [ratings.user_ids[user] for user, _ in codes],
                "id",
            ),
            Column(
                ratings.item_name,
                id_width(ratings.item_name, ratings.item_ids),
                [ratings.item_ids[item] for _, item in codes],
                "id",
                {"bold": False},
            ),
        ]
        if ratings.item_titles is not None:
            titles = [ratings.item_titles[item] for _, item in codes]
            columns.append(Column("Title", title_width(ratings.item_titles, _TITLE_WIDTH), titles, "text"))
        at = self.places.misses_column + len(columns)
        here = Area("", self.places.residual.top + 1, at, max(1, len(codes)), 2)
        live = [
            Formula(self.cells.formula(user, item), value)
            for (user, item), value in zip(codes, predicted.tolist(), strict=True)
        ]
        residuals = [
            Formula(f"={here.cell(place, 0)}-{here.cell(place, 1)}", value)
            for place, value in enumerate((given - predicted).tolist())
        ]
        signed = signed_format(self.number)
        return [
            *columns,
            numbers("Rating", 9.0, given.tolist(), self.rating_number, role="number"),
            numbers("Prediction", 11.0, live, self.number, role="number"),
            numbers("Residual", 10.0, residuals, signed, role="number", bold=True),
        ]

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
