"""The sheet `Predicted against actual`: how predictions lie about the ratings that were given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isnan

import numpy as np
from xlsxwriter.chart import Chart
from xlsxwriter.workbook import Workbook

from xlcf.exploring.predicted_actual import PredictedActual
from xlcf.exploring.residual_groups import ResidualGroup
from xlcf.metrics import rmse_of_sums
from xlcf.report.area import Area
from xlcf.report.cells import write_formula, write_number, write_text
from xlcf.report.line_chart import Axis, Points, add_line, line_chart
from xlcf.report.model_book.places import ACTUAL
from xlcf.report.model_view import ModelView
from xlcf.report.page import LEFT, Page, chart_rows
from xlcf.report.style import (
    ACCENT,
    HIGH,
    MUTED,
    NEW_ERROR,
    PAPER,
    decimals_format,
    diverging_scale,
    signed_format,
)

_COLUMNS = 7  # of both tables
_CHART_ROW = 4
_CHART_SIZE, _CHART_GAP = (560, 400), 20
_LABEL_WIDTH, _WIDTH = 16, 11.5
_HEADER_POINTS = 30


def write_actual(book: Workbook, view: ModelView, compared: PredictedActual, unknown: int, whose: str) -> None:
    """Add the sheet with predictions by rating and ratings by prediction.

    Args:
        book: the workbook.
        view: the model.
        compared: its predictions against ratings.
        unknown: how many of them are by users or of items that the model does not know.
        whose: which ratings these are, in a sentence.

    """
    _ActualSheet(book, view, compared, whose).write(unknown)


class _ActualSheet:
    def __init__(self, book: Workbook, view: ModelView, compared: PredictedActual, whose: str) -> None:
        self.book, self.view, self.compared = book, view, compared
        self.page = Page(book, ACTUAL, ACTUAL, whose)
        self.sheet, self.style = self.page.sheet, self.page.style
        n_ratings, n_predictions = len(compared.ratings), len(compared.predictions)
        top = _CHART_ROW + chart_rows(_CHART_SIZE) + 2
        self.by_rating = Area(ACTUAL, top, LEFT, n_ratings, _COLUMNS)
        self.by_prediction = Area(ACTUAL, top + n_ratings + 4, LEFT, n_predictions, _COLUMNS)
        self.counts = Area(ACTUAL, self.by_prediction.top, self.by_prediction.right + 2, n_predictions, n_ratings)

    def write(self, unknown: int) -> None:
        self.page.columns([_LABEL_WIDTH, *[_WIDTH] * (self.counts.right - LEFT)])
        self.page.columns([3], self.counts.left - 1)
        if unknown:
            note = (
                f"{unknown:,} of them are by users or of items that the model does not know: these are "
                "predicted from means."
            )
            self.page.note_above(note)
        self._charts()
        self._by_rating()
        self._by_prediction()
        self._colours()

    def _charts(self) -> None:
        self.page.row = _CHART_ROW
        self.page.charts([self._prediction_by_rating(), self._actual_by_prediction()], _CHART_SIZE, _CHART_GAP)

    def _by_rating(self) -> None:
        self._captions({self.by_rating: "By rating"})
        self._headers(self.by_rating, _names("Rating", "Mean rating"))
        for place, group in enumerate(self.compared.by_rating):
            self._row(self.by_rating, place, group, group.rating)
        self._total()

    def _by_prediction(self) -> None:
        """Write the table by prediction and, beside it, how many ratings there are of each pair of both."""
        how_many = "Number of ratings: predictions down, ratings across"
        self._captions({self.by_prediction: "By prediction", self.counts: how_many})
        actual = "Share" if self.view.model.is_classifier else "Mean rating"
        self._headers(self.by_prediction, _names("Prediction", actual))
        self._headers(self.counts, self.compared.ratings.labels)
        for place, group in enumerate(self.compared.by_prediction):
            self._row(self.by_prediction, place, group, group.actual)
            self._counts(place)

    def _captions(self, captions: Mapping[Area, str]) -> None:
        for area, caption in captions.items():
            self.page.caption(area.top - 2, area.left, area.right, caption)

    def _headers(self, area: Area, names: Sequence[str]) -> None:
        for column, name in enumerate(names, area.left):
            write_text(self.sheet, area.top - 1, column, name, self.style("header"))
        self.sheet.set_row(area.top - 1, _HEADER_POINTS)

    def _row(self, area: Area, place: int, group: ResidualGroup, actual: float) -> None:
        row, left = area.top + place, area.left
        write_text(self.sheet, row, left, group.label, self.style("id", align="center", indent=0, num_format="General"))
        write_number(self.sheet, row, left + 1, group.count, self.style("cell", num_format="#,##0"))
        values = (group.prediction, group.prediction_sd, actual, group.residual, group.rmse)
        for column, (value, number) in enumerate(zip(values, self._formats(area), strict=True), left + 2):
            write_number(
                self.sheet, row, column, None if isnan(value) else value, self.style("cell", num_format=number)
            )

    def _formats(self, area: Area) -> tuple[str, ...]:
        """Give the number formats of mean prediction, spread, actual, residual, RMSE."""
        shown = self.view.number
        actual = shown if area == self.by_prediction else decimals_format(max(map(abs, self.view.model.rating_range)))
        residual = "+0.0%;-0.0%;0.0%" if self.view.model.is_classifier else signed_format(shown)
        return shown, shown, actual, residual, NEW_ERROR

    def _total(self) -> None:
        """Write the line over all ratings, live."""
        area, groups = self.by_rating.here(), [group for group in self.compared.by_rating if group.count]
        row, count = area.bottom + 1, area.column(1)
        write_text(self.sheet, row, area.left, "All", self.style("total"))
        counts = np.array([group.count for group in groups])
        n = int(counts.sum())
        write_formula(self.sheet, row, area.left + 1, f"=SUM({count})", n, self.style("total", num_format="#,##0"))
        number = self._formats(self.by_rating)
        means = np.array([(group.prediction, group.rating, group.residual, group.rmse**2) for group in groups])
        *totals, square = (counts @ means / n).tolist()
        for offset, mean in zip((2, 4, 5), totals, strict=True):
            formula = f"=SUMPRODUCT({count},{area.column(offset)})/SUM({count})"
            total = self.style("total", num_format=number[offset - 2])
            write_formula(self.sheet, row, area.left + offset, formula, mean, total)
            if offset == 2:
                self.sheet.write_blank(row, area.left + 3, None, self.style("total"))
        errors = area.column(6)
        formula = f"=SQRT(SUMPRODUCT({count},{errors},{errors})/SUM({count}))"
        total = self.style("total", num_format=number[4])
        write_formula(self.sheet, row, area.left + 6, formula, rmse_of_sums(n * square, n), total)

    def _counts(self, place: int) -> None:
        cell = self.style("cell", num_format="#,##0", border=0)
        for column, count in enumerate(self.compared.counts[place].tolist(), self.counts.left):
            write_number(self.sheet, self.counts.top + place, column, count, cell)

    def _colours(self) -> None:
        area = self.counts
        most = max(1, int(self.compared.counts.max()))
        heat = {"type": "2_color_scale", "min_type": "num", "min_value": 0, "max_type": "num", "max_value": most}
        heat |= {"min_color": PAPER, "max_color": HIGH}
        self.sheet.conditional_format(area.top, area.left, area.bottom, area.right, heat)
        for table, groups in (
            (self.by_rating, self.compared.by_rating),
            (self.by_prediction, self.compared.by_prediction),
        ):
            column, residuals = table.left + 5, np.array([group.residual for group in groups])
            self.sheet.conditional_format(table.top, column, table.bottom, column, diverging_scale(residuals))

    # charts

    def _prediction_by_rating(self) -> Chart:
        model, area = self.view.model, self.by_rating
        number = "0%" if model.is_classifier else "General"
        x, y = Axis("Rating", *model.rating_range), Axis("Prediction", *model.prediction_range, number=number)
        title, exact = "What is predicted for each rating", not model.is_classifier
        chart = line_chart(self.book, title, x, y, legend=exact)
        spread = area.column(3)
        add_line(chart, "mean prediction, and its spread", _points(area, 4, 2), ACCENT, dots=True, spread=spread)
        if exact:
            add_line(chart, "exactly right", _points(area, 4, 4), MUTED, dash="dash")
        return chart

    def _actual_by_prediction(self) -> Chart:
        model, area = self.view.model, self.by_prediction
        name = f"share of {model.threshold:g} or more" if model.is_classifier else "mean rating"
        number, (low, high) = "0%" if model.is_classifier else "General", model.prediction_range
        x, y = Axis("Prediction", low, high, number=number), Axis(name.capitalize(), low, high, number=number)
        chart = line_chart(self.book, "What came true of each prediction", x, y)
        add_line(chart, name, _points(area, 2, 4), ACCENT, dots=True)
        add_line(chart, "exactly right", _points(area, 2, 2), MUTED, dash="dash")
        return chart


def _names(first: str, actual: str) -> list[str]:
    """Name the columns of a table."""
    return [first, "Ratings", "Mean prediction", "Spread", actual, "Mean residual", "RMSE"]


def _points(area: Area, x: int, y: int) -> Points:
    """Give the points of two columns of a table."""
    return Points(area.sheet, area.top, area.bottom, area.left + x, area.left + y)
