"""The sheet `Predictions`: what the fitted model says of every user and item, live over the factors."""

from __future__ import annotations

import numpy as np
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from xlcf.report.cells import write_formula, write_number, write_text
from xlcf.report.factors import FactorsPlaces
from xlcf.report.fit_report import FitReport
from xlcf.report.matrix import MatrixPlaces
from xlcf.report.model_view import ModelView, positions
from xlcf.report.page import LEFT
from xlcf.report.sheet_names import SheetNames
from xlcf.report.style import ACCENT, BAND, Style, decimals_format, sequential_scale

_LEGEND_ROW = 2
_PREDICTED_ONLY: dict[str, object] = {"italic": True, "font_color": ACCENT, "border": 0}
_BOXED: dict[str, object] = {"bold": True, "border": 1, "border_color": ACCENT}
_BOX_UP_TO = 0.25  # where more of the matrix is not rated, boxes would hide the numbers


def write_predictions(book: Workbook, names: SheetNames, report: FitReport) -> None:
    """Add the sheet with the users x items matrix of predictions, observed and predicted-only cells told apart."""
    view = report.view
    matrix, factors = MatrixPlaces(view), FactorsPlaces(view, names.factors)
    low, high = scale_ends(view)
    sentence = (
        "What the fitted model says of every user and item. Each cell is live over the Factors sheet. "
        "Orange is low, green is high."
    )
    if view.model.factors.rating_range is None and len(view.ratings):
        sentence += (
            f" The numbers are the model's own sums, which may lie outside the ratings' range, {low:g} to {high:g}."
        )
    page = matrix.page(book, names.predictions, "Predictions", f"{sentence} {matrix.limits()}".strip())
    sheet, style = page.sheet, page.style
    matrix.write_headers(page)
    matrix.write_users(page, matrix.first_row)
    area = matrix.area(names.predictions)
    number = decimals_format(max(abs(low), abs(high)))
    rated = style("cell", num_format=number, border=0)
    predicted_only = _predicted_only(style, view, number)
    observed = np.isfinite(view.observed)
    for row, user in enumerate(view.matrix_users):
        for column, item in enumerate(view.matrix_items):
            write_formula(
                sheet,
                area.top + row,
                area.left + column,
                factors.prediction(user, item),
                float(view.predicted[row, column]),
                rated if observed[row, column] else predicted_only,
            )
    if view.predicted.size:
        sheet.conditional_format(area.top, area.left, area.bottom, area.right, sequential_scale(low, high))
    _write_legend(sheet, style, view, number)


class PredictedCells:
    """Names the cell that holds a prediction."""

    def __init__(self, view: ModelView, names: SheetNames) -> None:
        self._factors = FactorsPlaces(view, names.factors)
        self._area = MatrixPlaces(view).area(names.predictions)
        self._row = positions(view.matrix_users, view.ratings.n_users)
        self._column = positions(view.matrix_items, view.ratings.n_items)

    def shown(self, user: int, item: int, ends: tuple[float, float] | None) -> str:
        """Give the formula of a prediction that is kept within a range, where there is one."""
        formula = self.formula(user, item)
        return formula if ends is None else f"=MIN({ends[1]:.17g},MAX({ends[0]:.17g},{formula.removeprefix('=')}))"

    def formula(self, user: int, item: int) -> str:
        """Give `=` and the cell on the Predictions sheet; where there is none, the formula over the factors."""
        row, column = int(self._row[user]), int(self._column[item])
        if row >= 0 and column >= 0:
            return f"={self._area.cell(row, column)}"
        return self._factors.prediction(user, item)


def scale_ends(view: ModelView) -> tuple[float, float]:
    """Give the lowest and the highest rating that colours are spread over."""
    if view.model.factors.rating_range is not None:
        return view.model.factors.rating_range
    if not len(view.ratings):
        return 0.0, 1.0
    return float(view.ratings.values.min()), float(view.ratings.values.max())


def _predicted_only(style: Style, view: ModelView, number: str) -> Format:
    """Give the look of a prediction without a rating."""
    few = np.isnan(view.observed).sum() <= _BOX_UP_TO * view.observed.size
    return style("cell", num_format=number, **_PREDICTED_ONLY | (_BOXED if few else {}))


def _write_legend(sheet: Worksheet, style: Style, view: ModelView, number: str) -> None:
    if not view.predicted.size:
        return
    example = float(np.mean(scale_ends(view)))
    sheet.set_row(_LEGEND_ROW, 18)
    write_number(sheet, _LEGEND_ROW, LEFT, example, style("cell", num_format=number, border=0, bg_color=BAND))
    write_text(
        sheet, _LEGEND_ROW, LEFT + 1, "rated: the model was fitted to a rating here", style("subtitle", indent=1)
    )
    row = _LEGEND_ROW + 1
    sheet.set_row(row, 18)
    write_number(sheet, row, LEFT, example, _predicted_only(style, view, number))
    write_text(sheet, row, LEFT + 1, "not rated: a prediction and nothing else", style("subtitle", indent=1))
