"""The sheet `Residuals`: rating - prediction by groups of ratings, as tables and charts."""

from __future__ import annotations

from xlsxwriter.chart import Chart
from xlsxwriter.workbook import Workbook

from xlcf.exploring.misses import Group, Misses
from xlcf.exploring.words import errors
from xlcf.report.cells import write_number, write_text
from xlcf.report.explore_book.lists import LEFT, write_list
from xlcf.report.line_chart import Axis
from xlcf.report.style import (
    ACCENT,
    AMBER,
    FONT,
    HAIRLINE,
    INK,
    MUTED,
    NEW_ERROR,
    Style,
    set_up_page,
    signed_format,
    write_heading,
)

NAME = "Residuals"

_HEADS = ("Ratings", "Mean rating", "Mean prediction", "Mean residual", "RMSE")
_NUMBERS = ("#,##0", "0.000", "0.000", signed_format("0.000"), NEW_ERROR)
_CHART = LEFT + len(_HEADS) + 2
_SIZE = {"width": 620, "height": 286}
_CHART_ROWS = 14
_TEXT = {"name": FONT, "size": 9, "color": MUTED}


def write_misses_sheet(book: Workbook, misses: Misses) -> None:
    """Add the sheet."""
    sheet, style = book.add_worksheet(NAME), Style(book)
    set_up_page(sheet)
    sheet.fit_to_pages(1, 1)
    write_heading(
        sheet,
        style,
        "Residuals",
        f"Residual = rating - prediction, of all {len(misses.actual):,} known ratings. {errors(misses)}",
    )
    sheet.set_column(LEFT, LEFT, 18)
    sheet.set_column(LEFT + 1, LEFT + len(_HEADS), 16)
    sheet.set_column(_CHART - 1, _CHART - 1, 3)
    row = 3
    for caption, head, groups, x in (
        ("By rating", "Rating", misses.by_rating, "rating"),
        (
            "By prediction: in each range the mean rating should be the mean prediction",
            "Prediction",
            misses.by_prediction,
            "prediction",
        ),
        ("By the user's activity", "User's ratings", misses.by_activity, "ratings of the user"),
        ("By the item's popularity", "Item's ratings", misses.by_popularity, "ratings of the item"),
    ):
        below = _table(sheet, style, row, caption, head, groups)
        calibration = groups is misses.by_prediction
        sheet.insert_chart(
            row, _CHART, _chart(book, row + 2, len(groups), x, calibration=calibration), {"object_position": 2}
        )
        row = max(below, row + _CHART_ROWS) + 1


def _table(sheet: object, style: Style, top: int, caption: str, head: str, groups: list[Group]) -> int:
    def row(number: int) -> None:
        group = groups[number - top - 2]
        write_text(sheet, number, LEFT, group.label, style("text"))
        values = (group.ratings, group.rating, group.prediction, group.residual, group.rmse)
        for column, (value, shown) in enumerate(zip(values, _NUMBERS, strict=True), LEFT + 1):
            write_number(sheet, number, column, value, style("cell", num_format=shown))

    write_list(sheet, style, top, LEFT, caption, row, [head, *_HEADS], len(groups))
    return top + 2 + len(groups)


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
    chart.set_size(_SIZE)
    return chart


def _axis(axis: Axis) -> dict[str, object]:
    options: dict[str, object] = {"num_font": _TEXT, "num_format": axis.number}
    return options | ({"name": axis.name, "name_font": {**_TEXT, "bold": False}} if axis.name else {})
