"""Charts of a quantity against the step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlsxwriter.chart import Chart
from xlsxwriter.workbook import Workbook

from xlcf.report.line_chart import Axis, Points, add_line, line_chart


@dataclass(frozen=True)
class Line:
    """One line of a chart.

    Attributes:
        name: what the legend calls it.
        points: its cells: x the steps, y the quantity.
        colour: `#RRGGBB`.
        dash: XlsxWriter's dash type.

    """

    name: str
    points: Points
    colour: str
    dash: str = "solid"


def step_chart(book: Workbook, title: str, quantity: str, lines: Sequence[Line], *, log: bool = False) -> Chart:
    """Make a chart of `quantity` against the step; its value axis fits itself, as a reader changes what is drawn."""
    steps = max(line.points.last - line.points.first for line in lines)
    chart = line_chart(
        book,
        title,
        Axis("step", low=0, high=steps, number="#,##0"),
        Axis(quantity, log=log, number="0E+0" if log else "General"),
        legend=len(lines) > 1,
    )
    for line in lines:
        add_line(chart, line.name, line.points, line.colour, dash=line.dash, width=1.75)
    return chart
