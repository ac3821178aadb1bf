"""The sheet `Learning curves`: one row an epoch, and the chart of training and validation error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import floor, isnan, nan, sqrt

from xlsxwriter.chart import Chart
from xlsxwriter.workbook import Workbook

from xlcf.models.rating_model import RatingModel
from xlcf.report.area import Area
from xlcf.report.cells import Formula
from xlcf.report.line_chart import Axis, Points, add_line, line_chart
from xlcf.report.method_colours import method_colour
from xlcf.report.model_book.places import CURVES
from xlcf.report.model_book.words import METRICS
from xlcf.report.page import LEFT, Page
from xlcf.report.style import ACCENT_PALE, MUTED, NEW_ERROR, decimals_format
from xlcf.report.table import numbers, write_table

_HEADER_ROW = 3
_DOTS_UP_TO = 60  # epochs
_CHART_SIZE = (620, 380)


@dataclass(frozen=True)
class _Column:
    """A column of the sheet: its header, width, number format, and where its numbers are in an epoch's record."""

    name: str
    width: float
    number: str
    key: str


@dataclass(frozen=True)
class LearningCurves:
    """The epochs of a training run as a table.

    Attributes:
        model: the trained model.

    """

    model: RatingModel

    @cached_property
    def columns(self) -> list[_Column]:
        """The columns, from the left."""
        error = NEW_ERROR
        measured = [name for name in METRICS if any(f"valid_{name}" in record for record in self.model.history)]
        columns = [_Column("Epoch", 10, "0", "epoch"), _Column("Training loss", 15, error, "loss")]
        if not self.model.is_classifier:
            columns.append(_Column("Training RMSE", 15, error, "rmse"))
        columns += [_Column(f"Validation {METRICS[name]}", 15, error, f"valid_{name}") for name in measured]
        rates = [abs(record["learning_rate"]) for record in self.model.history]
        return [
            *columns,
            _Column("Learning rate", 14, decimals_format(max(rates, default=0.0), 4), "learning_rate"),
            _Column("Seconds", 11, "#,##0.00", "seconds"),
            _Column("Ratings a second", 14, "#,##0", "ratings_per_second"),
        ]

    def cells(self, key: str) -> Area:
        """Give the cells of a column by the key of its numbers."""
        place = [column.key for column in self.columns].index(key)
        return Area(CURVES, _HEADER_ROW + 1, LEFT + place, max(1, len(self.model.history)), 1)

    def value(self, record: Mapping[str, float], key: str) -> float:
        """Give an epoch's number; the training RMSE is the root of the loss."""
        return sqrt(record["loss"]) if key == "rmse" else record.get(key, nan)

    def shown(self, key: str) -> list[Formula | float | None]:
        """Give the cells of a column; None where an epoch has no such number."""
        values = [self.value(record, key) for record in self.model.history]
        if key == "rmse":
            losses = self.cells("loss").here()
            return [Formula(f"=SQRT({losses.cell(place, 0)})", value) for place, value in enumerate(values)]
        return [None if isnan(value) else value for value in values]

    def chart(self, book: Workbook) -> Chart | None:
        """Make the chart of training and validation error by epoch; None where there are fewer than two epochs."""
        history = self.model.history
        if len(history) < 2:
            return None
        curves = list(self._curves())
        error = "log loss" if self.model.is_classifier else "RMSE"
        shown = [self.value(record, key) for record in history for key, _ in curves]
        finite = [value for value in shown if value == value]
        low = floor(10 * 0.95 * min(finite)) / 10  # the bends are what matters, so the axis need not begin at 0
        title = "Learning curves" if len(curves) > 1 else f"Training {error} by epoch"
        epochs, errors = Axis("Epoch", 1, len(history), number="0"), Axis(error, low, number="0.00")
        chart = line_chart(book, title, epochs, errors, legend=len(curves) > 1)
        for key, name in curves:
            validation = key.startswith("valid")
            colour = method_colour(str(self.model.training.get("method", "adam"))) if validation else MUTED
            area = self.cells(key)
            points = Points(CURVES, area.top, area.bottom, self.cells("epoch").left, area.left)
            dash = "solid" if validation else "dash"
            add_line(chart, name, points, colour, dash=dash, dots=len(history) <= _DOTS_UP_TO)
        return chart

    def _curves(self) -> Iterator[tuple[str, str]]:
        """Give key and name of each curve."""
        training, validation = ("loss", "valid_log_loss") if self.model.is_classifier else ("rmse", "valid_rmse")
        yield training, "while training"
        if any(column.key == validation for column in self.columns):
            yield validation, "validation"


def write_learning_curves(book: Workbook, model: RatingModel) -> None:
    """Add the sheet; the epoch whose weights the model has is marked."""
    curves, best = LearningCurves(model), int(model.metrics.get("best_epoch", 0))
    note = "The training loss is the mean over the batches of an epoch, while the weights still change."
    if best:
        note += f" The model's weights are those of epoch {best:,}, the best by validation."
    page = Page(book, CURVES, CURVES, note)
    page.sheet.set_row(_HEADER_ROW, 30)
    marked = {"bg_color": ACCENT_PALE, "bold": True}
    columns = [
        numbers(each.name, each.width, curves.shown(each.key), each.number, role="number") for each in curves.columns
    ]
    write_table(
        page, columns, _HEADER_ROW, row_look=lambda place: marked if model.history[place]["epoch"] == best else {}
    )
    chart = curves.chart(book)
    if chart is not None:
        page.chart_at(_HEADER_ROW, LEFT + len(columns) + 1, chart, _CHART_SIZE)
    page.sheet.freeze_panes(_HEADER_ROW + 1, 0)
    page.sheet.repeat_rows(_HEADER_ROW)
