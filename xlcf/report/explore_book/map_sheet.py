"""The sheet `Map`: the items on the first two directions, as a chart with titles, and the numbers behind it."""

from __future__ import annotations

from math import ceil

import numpy as np
from xlsxwriter.chart import Chart
from xlsxwriter.workbook import Workbook

from xlcf.arrays import Floats
from xlcf.exploring.exploration import Exploration
from xlcf.exploring.label_places import place_labels, short_title
from xlcf.report.cells import as_text
from xlcf.report.explore_book.lists import item_columns
from xlcf.report.line_chart import Axis, Points, line_chart, round_step
from xlcf.report.page import LEFT, Page, chart_rows
from xlcf.report.style import ACCENT, FONT, INK, signed_format
from xlcf.report.table import numbers, write_table

NAME = "Map"

_CANDIDATES, _LABELS, _DOTS = 120, 45, 250
_SIZE = (1080, 600)  # with the heading it fits a page
_PLOT = (0.08, 0.10, 0.89, 0.78)  # left, top, width and height of the plot as shares of the chart
_LETTER, _LINE = 5.6, 14.0  # pixels of a letter and of a line at size 8
_GAP = 7.0
_WRAPPED = 0.165  # of a chart's width: Excel breaks a longer label into lines
_PALE = "#C3CCD6"
_SCORE = signed_format("0.000")


class MapSheet:
    """The sheet: its chart can be made before it is written, for another sheet."""

    def __init__(self, book: Workbook, found: Exploration) -> None:
        self.book, self.found = book, found
        self.items = found.known[:_DOTS]
        self.scores = found.directions.scores[self.items][:, :2]
        kind = found.directions.kind[:-1].capitalize()
        axes = range(self.scores.shape[1])
        columns = [numbers(f"{kind} {k + 1}", 1.15 * len(kind) + 3, self.scores[:, k], _SCORE) for k in axes]
        self.table = item_columns(found.model, self.items, columns)
        self.top = 3 + (chart_rows(_SIZE) if len(columns) > 1 else 0)

    def chart(self, size: tuple[int, int] = _SIZE, labels: int = _LABELS) -> Chart | None:
        """Make the chart, in pixels of width and height, with so many titles at most; None for one direction."""
        if self.scores.shape[1] < 2:
            return None
        x = LEFT + len(self.table) - 3
        points = Points(NAME, self.top + 2, self.top + 1 + len(self.items), x, x + 1)
        return _chart(self.book, self.found, self.scores, points, size, labels)

    def write(self) -> None:
        """Add the sheet."""
        sentence = "Items that the same users like lie in the same direction from the middle."
        page, widths = Page(self.book, NAME, NAME, sentence), [column.width for column in self.table]
        chart = self.chart()
        if chart is not None:
            page.chart(chart, _SIZE)
        caption = f"The {len(self.items):,} items of the map, those with most ratings first"
        below = write_table(page, self.table, self.top, caption=caption)
        last = page.print_headings((self.top, self.top + 1), below - 1)
        uncovered = _SIZE[0] - sum(7 * width + 5 for width in widths)
        above = [(0, 0, self.top - 1, page.last + max(0, ceil(uncovered / 64)))] if chart is not None else []
        page.print_areas([*above, (self.top, 0, last, page.last)])


def _chart(
    book: Workbook, found: Exploration, scores: Floats, points: Points, size: tuple[int, int], most_labels: int
) -> Chart:
    """Draw all items as dots, and over them the best known ones with their titles, as far as these find room."""
    axes = [_axis(found, k, scores[:, k]) for k in (0, 1)]
    chart = line_chart(book, f"The first two {found.directions.kind}", *axes, legend=False)
    left, top, width, height = _PLOT
    chart.set_plotarea({"layout": {"x": left, "y": top, "width": width, "height": height}})
    cells = {
        "categories": [points.sheet, points.first, points.x, points.last, points.x],
        "values": [points.sheet, points.first, points.y, points.last, points.y],
    }
    dot = {"type": "circle", "size": 3, "fill": {"color": _PALE}, "border": {"none": True}}
    chart.add_series({"name": "items", **cells, "line": {"none": True}, "marker": dot})
    named = min(len(scores), _CANDIDATES)
    longest = int(_WRAPPED * size[0] / _LETTER)
    labels = found.model.item_labels()
    titles = [as_text(short_title(labels[item], longest)) for item in found.known[:named].tolist()]
    pixels = size[0] * width, size[1] * height
    sides = place_labels(
        _pixels(scores[:named], axes, pixels),
        np.array([(_LETTER * len(title) + 8, _LINE) for title in titles]),
        pixels,
        _GAP,
        most_labels,
        _pixels(scores, axes, pixels),
    )
    for row, (title, side) in enumerate(zip(titles, sides, strict=True), points.first):
        if side is not None:
            _name_point(chart, Points(points.sheet, row, row, points.x, points.y), title, side)
    return chart


def _name_point(chart: Chart, point: Points, title: str, side: str) -> None:
    """Draw a named item over its dot: a series of its own, since a label's side is one for all of a series."""
    chart.add_series(
        {
            "name": title,
            "categories": [point.sheet, point.first, point.x, point.last, point.x],
            "values": [point.sheet, point.first, point.y, point.last, point.y],
            "line": {"none": True},
            "marker": {"type": "circle", "size": 5, "fill": {"color": ACCENT}, "border": {"none": True}},
            "data_labels": {
                "value": True,
                "custom": [{"value": title}],
                "position": side,
                "font": {"name": FONT, "size": 8, "color": INK},
            },
        }
    )


def _axis(found: Exploration, k: int, values: Floats) -> Axis:
    low, high = float(values.min()), float(values.max())
    step = round_step((high - low) / 8 or 1.0)
    share = found.directions.explained[k]
    name = f"{found.directions.kind[:-1]} {k + 1} ({share:.1%} of the variance)"
    ends = np.floor(low / step - 0.25) * step, np.ceil(high / step + 0.25) * step
    return Axis(name, float(round(ends[0], 9)), float(round(ends[1], 9)), number="0.0##")


def _pixels(scores: Floats, axes: list[Axis], pixels: tuple[float, float]) -> Floats:
    """Give where points lie in the plot, in pixels from its bottom left."""
    lows = np.array([axis.low for axis in axes], dtype=np.float64)
    highs = np.array([axis.high for axis in axes], dtype=np.float64)
    return np.asarray((scores - lows) / (highs - lows) * pixels)
