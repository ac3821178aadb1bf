"""The sheet `Residuals`: rating - prediction by groups of ratings, as tables and charts."""

from __future__ import annotations

from xlsxwriter.chart import Chart
from xlsxwriter.workbook import Workbook

from xlcf.exploring.residual_groups import ResidualGroup
from xlcf.exploring.residuals import Residuals
from xlcf.exploring.words import errors
from xlcf.report.line_chart import Axis
from xlcf.report.page import LEFT, Page, chart_rows
from xlcf.report.style import ACCENT, AMBER, FONT, HAIRLINE, INK, MUTED, NEW_ERROR, signed_format
from xlcf.report.table import Column, numbers, write_table

NAME = "Residuals"

_HEADS = ("Ratings", "Mean rating", "Mean prediction", "Mean residual", "RMSE")
_NUMBERS = ("#,##0", "0.000", "0.000", signed_format("0.000"), NEW_ERROR)
_CHART = LEFT + len(_HEADS) + 2
_SIZE = (620, 286)
_LABEL_WIDTH, _WIDTH = 18.0, 16.0
_TEXT = {"name": FONT, "size": 9, "color": MUTED}


def write_residuals_sheet(book: Workbook, residuals: Residuals) -> None:
    """Add the sheet."""
    sentence = f"Residual = rating - prediction, of all {len(residuals.actual):,} known ratings. {errors(residuals)}"
    page = Page(book, NAME, "Residuals", sentence, pages=(1, 1))
    page.columns([_LABEL_WIDTH, *[_WIDTH] * len(_HEADS), 3])
    for caption, head, groups, x in (
        ("By rating", "Rating", residuals.by_rating, "rating"),
        (
            "By prediction: in each range the mean rating should be the mean prediction",
            "Prediction",
            residuals.by_prediction,
            "prediction",
        ),
        ("By the user's activity", "User's ratings", residuals.by_activity, "ratings of the user"),
        ("By the item's popularity", "Item's ratings", residuals.by_popularity, "ratings of the item"),
    ):
        row = page.row
        below = write_table(page, _columns(head, groups), row, caption=caption)
        chart = _chart(book, row + 2, len(groups), x, calibration=groups is residuals.by_prediction)
        page.chart_at(row, _CHART, chart, _SIZE)
        page.row = max(below, row + chart_rows(_SIZE)) + 1


def _columns(head: str, groups: list[ResidualGroup]) -> list[Column]:
    values = [(group.count, group.actual, group.prediction, group.residual, group.rmse) for group in groups]
    shown = zip(_HEADS, zip(*values, strict=True), _NUMBERS, strict=True)
    return [
        Column(head, _LABEL_WIDTH, [group.label for group in groups], "text"),
        *(numbers(name, _WIDTH, one, number) for name, one, number in shown),
    ]


def _chart(book: Workbook, first: int, rows: int, x: str, *, calibration: bool) -> Chart:
    """Draw two columns of a table: mean rating and prediction, or RMSE and mean residual."""
    chart = book.add_chart({"type": "line"})
    shown = ("Mean rating", "Mean prediction") if calibration else ("RMSE", "Mean residual")
    last = first + rows - 1
    for name, colour in zip(shown, (ACCENT, AMBER), strict=True):
        column = LEFT + 1 + _HEADS.index(name)
        chart.add_series(
            {
                "name": name,
                "categories": [NAME, first, LEFT, last, LEFT],
                "values": [NAME, first, column, last, column],
                "line": {"color": colour, "width": 2},
                "marker": {"type": "circle", "size": 5, "fill": {"color": colour}, "border": {"color": "white"}},
            }
        )
    chart.set_title({"none": True})
    chart.set_x_axis({**_axis(Axis(x)), "label_position": "low", "line": {"color": HAIRLINE}})
    grid = {"visible": True, "line": {"color": HAIRLINE, "width": 0.75}}
    chart.set_y_axis({**_axis(Axis("", number="0.0")), "major_gridlines": grid, "line": {"none": True}})
    chart.set_legend({"position": "top", "font": {**_TEXT, "color": INK}})
    chart.set_chartarea({"border": {"color": HAIRLINE}})
    return chart


def _axis(axis: Axis) -> dict[str, object]:
    options: dict[str, object] = {"num_font": _TEXT, "num_format": axis.number}
    return options | ({"name": axis.name, "name_font": {**_TEXT, "bold": False}} if axis.name else {})
