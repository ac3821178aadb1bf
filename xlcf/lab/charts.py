"""Charts of a quantity against the step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlsxwriter.chart import Chart
from xlsxwriter.workbook import Workbook

from xlcf.report.style import FONT, HAIRLINE, INK, MUTED


@dataclass(frozen=True)
class Line:
    """One line of a chart: two columns of a sheet, and how it looks.

    Attributes:
        name: what the legend calls it.
        sheet: the sheet's name.
        first: 0-based row of the first point.
        last: 0-based row of the last.
        steps: 0-based column of the steps.
        values: 0-based column of the quantity.
        colour: `#RRGGBB`.
        dash: XlsxWriter's dash type.

    """

    name: str
    sheet: str
    first: int
    last: int
    steps: int
    values: int
    colour: str
    dash: str = "solid"


def step_chart(book: Workbook, title: str, quantity: str, lines: Sequence[Line], *, log: bool = False) -> Chart:
    """Make a chart of `quantity` against the step; its value axis fits itself, as a reader changes what is drawn."""
    chart = book.add_chart({"type": "scatter", "subtype": "straight"})
    for line in lines:
        chart.add_series(
            {
                "name": line.name,
                "categories": [line.sheet, line.first, line.steps, line.last, line.steps],
                "values": [line.sheet, line.first, line.values, line.last, line.values],
                "line": {"color": line.colour, "width": 1.75, "dash_type": line.dash},
            }
        )
    text = {"name": FONT, "size": 9, "color": MUTED}
    named = {"name_font": {**text, "bold": False}, "num_font": text}
    chart.set_title({"name": title, "name_font": {"name": FONT, "size": 11, "color": INK, "bold": True}})
    chart.set_x_axis(
        {
            "name": "step",
            **named,
            "min": 0,
            "max": max(line.last - line.first for line in lines),
            "num_format": "#,##0",
            "line": {"color": HAIRLINE},
            "major_gridlines": {"visible": False},
            "label_position": "low",
            "crossing": "min",
        }
    )
    y_axis: dict[str, object] = {
        "name": quantity + (", log scale" if log else ""),
        **named,
        "num_format": "General",
        "line": {"none": True},
        "major_gridlines": {"visible": True, "line": {"color": HAIRLINE, "width": 0.75}},
        "crossing": "min",
    }
    if log:
        y_axis |= {"log_base": 10, "num_format": "0E+0"}
    chart.set_y_axis(y_axis)
    chart.set_legend({"none": True} if len(lines) == 1 else {"position": "bottom", "font": text})
    chart.set_chartarea({"border": {"color": HAIRLINE}})
    return chart
