"""The chart of a waterfall: stacked columns on a base that is not drawn."""

from __future__ import annotations

from xlcf.report.live_book.waterfall_places import BAR_COLUMNS, CHART_LEFT, USER_ROW, WaterfallPlaces
from xlcf.report.page import Page
from xlcf.report.style import ACCENT, FONT, HAIRLINE, HIGH, INK, LOW, MUTED

_SIZE = (1000, 520)
_TEXT = {"name": FONT, "size": 9, "color": MUTED}
_COLOURS = {"Base": None, "Up": HIGH, "Up below 0": HIGH, "Down": LOW, "Down below 0": LOW, "Total": ACCENT}


def write_chart(page: Page, places: WaterfallPlaces) -> None:
    """Add the chart above the table of its bars."""
    sheet, area = page.sheet, places.bars
    chart = page.book.add_chart({"type": "column", "subtype": "stacked"})
    for name, colour in _COLOURS.items():
        column = area.left + BAR_COLUMNS.index(name)
        chart.add_series(
            {
                "name": name,
                "categories": [sheet.name, area.top, area.left, area.bottom, area.left],
                "values": [sheet.name, area.top, column, area.bottom, column],
                "fill": {"none": True} if colour is None else {"color": colour},
                "border": {"none": True},
                "gap": 35,
            }
        )
    what = "sum" if places.has_sigmoid else "prediction"
    chart.set_title(
        {
            "name": f"What the {what} is made of",
            "name_font": {"name": FONT, "size": 12, "color": INK, "bold": True},
            "overlay": False,
        }
    )
    chart.set_x_axis({"num_font": _TEXT, "label_position": "low", "line": {"color": MUTED}, "major_tick_mark": "none"})
    unit = "sum" if places.has_sigmoid else "rating"
    chart.set_y_axis(
        {
            "name": unit,
            "name_font": {**_TEXT, "bold": False},
            "num_font": _TEXT,
            "num_format": "0.0#",
            "line": {"none": True},
            "major_gridlines": {"visible": True, "line": {"color": HAIRLINE, "width": 0.75}},
        }
    )
    chart.set_legend({"none": True})
    chart.set_chartarea({"border": {"color": HAIRLINE}})
    page.chart_at(USER_ROW - 1, CHART_LEFT, chart, _SIZE)
