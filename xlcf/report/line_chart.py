"""Charts of lines over a number axis, in xlcf's look: what comparisons and learning rates are drawn with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import floor, log10

from xlsxwriter.chart import Chart
from xlsxwriter.workbook import Workbook

from xlcf.report.style import FONT, HAIRLINE, INK, MUTED

_DASHES = {"adamw": "square_dot", "sgd": "long_dash", "excel": "dash"}
_MOST_INTERVALS = 10
_LENGTH, _LETTER, _APART = 350, 6, 14  # pixels: of the shortest axis, of a letter, between two labels
_TEXT = {"name": FONT, "size": 9, "color": MUTED}


@dataclass(frozen=True)
class Axis:
    """One axis of a chart.

    Attributes:
        name: what it measures.
        low: where it begins; None for the spreadsheet's own choice.
        high: where it ends; likewise.
        log: whether it is a log scale.
        number: the number format.

    """

    name: str
    low: float | None = None
    high: float | None = None
    log: bool = False
    number: str = "General"


@dataclass(frozen=True)
class Points:
    """The cells of a line: two columns of a sheet, all places counted from 0."""

    sheet: str
    first: int
    last: int
    x: int
    y: int

    def end(self) -> Points:
        """Give the last point alone."""
        return Points(self.sheet, self.last, self.last, self.x, self.y)


def line_chart(
    book: Workbook, title: str, x: Axis, y: Axis, *, legend: bool = True, unlisted: Iterable[int] = ()
) -> Chart:
    """Make an empty chart; `add_line` and `add_mark` fill it.

    The legend leaves out the series `unlisted`, counted from 0 in the order in which they are added.
    """
    chart = book.add_chart({"type": "scatter", "subtype": "straight"})
    chart.set_title(
        {"name": title, "name_font": {"name": FONT, "size": 12, "color": INK, "bold": True}, "overlay": False}
    )
    chart.set_x_axis(
        _options(x) | {"line": {"color": HAIRLINE}, "major_gridlines": {"visible": False}, "label_position": "low"}
    )
    chart.set_y_axis(
        _options(y)
        | {
            "line": {"none": True},
            "major_gridlines": {"visible": True, "line": {"color": HAIRLINE, "width": 0.75}},
            "label_position": "low",
        }
    )
    listed = {"position": "bottom", "font": _TEXT, "delete_series": list(unlisted)}
    chart.set_legend(listed if legend else {"none": True})
    chart.set_chartarea({"border": {"color": HAIRLINE}})
    return chart


def add_line(
    chart: Chart,
    name: str,
    points: Points,
    colour: str,
    *,
    dash: str = "solid",
    dots: bool = False,
    width: float = 2,
    spread: str | None = None,
) -> None:
    """Draw a line through points; with `dots` each is shown, with `spread` (an area) error bars of that length."""
    bars = {"type": "custom", "plus_values": f"={spread}", "minus_values": f"={spread}"}
    chart.add_series(
        {
            "name": name,
            **_cells(points),
            "line": {"color": colour, "width": width, "dash_type": dash},
            "marker": _marker("circle", 5, colour) if dots else {"type": "none"},
            "y_error_bars": None if spread is None else {**bars, "line": {"color": colour, "width": 0.75}},
        }
    )


def add_mark(
    chart: Chart, name: str, points: Points, colour: str, label: str | None = None, *, below: bool = False
) -> None:
    """Mark one point; a label stands above it or below."""
    series: dict[str, object] = {
        "name": name,
        **_cells(points),
        "line": {"none": True},
        "marker": _marker("diamond", 10, colour),
    }
    if label is not None:
        series["data_labels"] = {
            "custom": [{"value": label}],
            "value": True,
            "position": "below" if below else "above",
            "font": {"name": FONT, "size": 9, "bold": True, "color": colour},
        }
    chart.add_series(series)


def _marker(kind: str, size: int, colour: str) -> dict[str, object]:
    return {"type": kind, "size": size, "fill": {"color": colour}, "border": {"color": "white"}}


def _cells(points: Points) -> dict[str, object]:
    return {
        "categories": [points.sheet, points.first, points.x, points.last, points.x],
        "values": [points.sheet, points.first, points.y, points.last, points.y],
    }


def _options(axis: Axis) -> dict[str, object]:
    options: dict[str, object] = {
        "name": axis.name + (" (log scale)" if axis.log else ""),
        "name_font": {**_TEXT, "bold": False},
        "num_font": _TEXT,
        "num_format": axis.number,
        "crossing": "min",
    }
    if axis.low is not None:
        options["min"] = axis.low
    if axis.high is not None:
        options["max"] = axis.high
    if axis.log:
        options["log_base"] = 10
    elif axis.low is not None and axis.high is not None and axis.high > axis.low:
        options["major_unit"] = _major_unit(axis.low, axis.high, axis.number)
    return options


def _major_unit(low: float, high: float, number: str) -> float:
    """Choose the distance of an axis's labels: none touches the next one, and none comes twice."""
    shown = f"{max(abs(low), abs(high)):,.0f}" if "." not in number else f"{max(abs(low), abs(high)):.4g}"
    intervals = min(_MOST_INTERVALS, _LENGTH // (_LETTER * len(shown) + _APART))
    least = 1.0 if number in ("0", "#,##0") else 0.0
    return max(least, round_step((high - low) / intervals))


def round_step(step: float) -> float:
    """Give the least of 1, 2 and 5 times a power of ten that is not below a step.

    >>> round_step(12_000)
    20000.0
    """
    power = 10.0 ** floor(log10(step))
    return float(next((factor * power for factor in (1, 2, 5) if factor * power >= step * (1 - 1e-9)), 10 * power))


def line_dash(method: str) -> str:
    """Give the dashes of a method's line: methods that often run along one another are told apart by them."""
    return _DASHES.get(method, "solid")
