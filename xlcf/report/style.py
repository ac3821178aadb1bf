"""How every sheet of xlcf looks: one palette, one set of cell formats, heights of texts."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, isfinite, log10
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

from xlcf.arrays import Floats

INK: Final = "#1F2A37"
MUTED: Final = "#6B7684"
HAIRLINE: Final = "#DDE3EA"
PAPER: Final = "#FFFFFF"
BAND: Final = "#F4F6F9"
HEADER: Final = "#E7EDF3"
ACCENT: Final = "#1F6F8B"
ACCENT_PALE: Final = "#E6F1F5"
AMBER: Final = "#8A5A00"
AMBER_PALE: Final = "#FFF4DC"

# colour scales: all ends are pale enough for INK to be read on them
LOW: Final = "#F6C49A"
MIDDLE: Final = "#FBFAF6"
HIGH: Final = "#8CCBC0"
NEGATIVE: Final = "#8FBCE0"
ZERO: Final = "#FDFDFD"
POSITIVE: Final = "#EFA492"

FONT: Final = "Calibri"
MONOSPACE: Final = "Consolas"
ROW_POINTS: Final = 16.5
LINE_POINTS: Final = 13.5
"""The height of a line of text of 10 points."""

NEW_ERROR: Final = "0.0000"
"""The number format of errors on ratings that a model was not fitted to, and of parts of an error."""

_TINY: Final = 1e-3
_LETTERS: Final = 1.1  # letters of 10 points that a character of a column's width has room for
_WIDER: Final = {"banner": 1.3, "warning": 1.15, "code": 1.25}  # role: how wide its letters are, to those of texts
_TALLER: Final = {"banner": 1.2}
_PADDING: Final = {"banner": 10, "warning": 10, "code": 10, "note": 6, "value": 4, "label": 4, "text": 3}

_BASE: Final[dict[str, object]] = {
    "font_name": FONT,
    "font_size": 10,
    "font_color": INK,
    "valign": "vcenter",
}
_GRID: Final[dict[str, object]] = {"border": 1, "border_color": HAIRLINE}

_ROLES: Final[dict[str, dict[str, object]]] = {
    "title": {"font_size": 20, "bold": True, "font_color": ACCENT},
    "subtitle": {"font_color": MUTED},
    "section": {"font_size": 12, "bold": True, "font_color": ACCENT, "bottom": 2, "bottom_color": ACCENT},
    "note": {"font_color": MUTED, "text_wrap": True, "valign": "top"},
    "banner": {
        "font_size": 12,
        "text_wrap": True,
        "bg_color": ACCENT_PALE,
        "left": 5,
        "left_color": ACCENT,
        "indent": 1,
    },
    "warning": {
        "bold": True,
        "font_color": AMBER,
        "text_wrap": True,
        "bg_color": AMBER_PALE,
        "left": 5,
        "left_color": AMBER,
        "indent": 1,
    },
    "label": {"font_color": MUTED, "valign": "top"},
    "value": {"align": "left", "text_wrap": True, "valign": "top"},
    "code": {
        "font_name": MONOSPACE,
        "text_wrap": True,
        "bg_color": BAND,
        "border": 1,
        "border_color": HAIRLINE,
        "indent": 1,
    },
    "link": {"font_color": ACCENT, "underline": 1},
    "header": {
        **_GRID,
        "bold": True,
        "bg_color": HEADER,
        "bottom": 2,
        "bottom_color": ACCENT,
        "align": "center",
        "text_wrap": True,
    },
    "header_text": {
        **_GRID,
        "bold": True,
        "bg_color": HEADER,
        "bottom": 2,
        "bottom_color": ACCENT,
        "align": "left",
        "text_wrap": True,
        "indent": 1,
    },
    "id": {**_GRID, "bold": True, "bg_color": BAND, "align": "left", "num_format": "0", "indent": 1},
    "text": {**_GRID, "align": "left", "indent": 1, "shrink": True},  # no text is cut where its column ends
    "number": {**_GRID, "num_format": "0.00", "align": "right", "indent": 1},
    "cell": {**_GRID, "num_format": "0.00", "align": "center"},
    "total": {
        **_GRID,
        "bold": True,
        "bg_color": BAND,
        "num_format": "0.00",
        "align": "center",
    },
    "input": {**_GRID, "bg_color": AMBER_PALE, "num_format": "0.00", "align": "center"},
}


class Style:
    """The cell formats of one workbook, by role.

    The roles are `title`, `subtitle`, `section`, `note`, `banner`, `warning`, `label`, `value`, `code`, `link`,
    `header`, `header_text`, `id`, `text`, `number`, `cell`, `total` and `input` (a cell that a person or Solver
    may change).

    >>> style = Style(book)
    >>> sheet.write_number(4, 2, 0.5, style("number", num_format="0.000"))
    """

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._formats: dict[tuple[str, tuple[tuple[str, object], ...]], Format] = {}

    def __call__(self, role: str, **changes: object) -> Format:
        """Give the format of a role, with XlsxWriter's format properties changed by `changes`."""
        key = (role, tuple(sorted(changes.items())))
        if key not in self._formats:
            self._formats[key] = self._book.add_format({**_BASE, **_ROLES[role], **changes})
        return self._formats[key]


def sequential_scale(low: float, high: float) -> dict[str, object]:
    """Give a colour scale for ratings from `low` to `high`: XlsxWriter's conditional_format options."""
    if not high > low:
        low, high = low - 0.5, low + 0.5
    return _scale((low, (low + high) / 2, high), (LOW, MIDDLE, HIGH))


def diverging_scale(
    values: Floats, negative: str = NEGATIVE, positive: str = POSITIVE, least: float = 0.0
) -> dict[str, object]:
    """Give a colour scale symmetric around zero that spans `values`: XlsxWriter's conditional_format options.

    `least` is what the scale spans at least, so that rounding errors do not glow.
    """
    finite = np.abs(values[np.isfinite(values)])
    reach = max(least, float(finite.max()) if finite.size else 0.0) or 1.0
    return _scale((-reach, 0.0, reach), (negative, ZERO, positive))


def _scale(points: tuple[float, float, float], colors: tuple[str, str, str]) -> dict[str, object]:
    options: dict[str, object] = {"type": "3_color_scale"}
    for name, point, color in zip(("min", "mid", "max"), points, colors, strict=True):
        options |= {f"{name}_type": "num", f"{name}_value": point, f"{name}_color": color}
    return options


def decimals_format(size: float, digits: int = 3) -> str:
    """Give the number format that shows a number of the given size with about `digits` significant digits.

    >>> decimals_format(4.5)
    '0.00'
    """
    if not isfinite(size) or size == 0:
        return "0.00"
    decimals = digits - 1 - floor(log10(abs(size)))
    if decimals > 9 or decimals < -9:
        return "0." + "0" * (digits - 1) + "E+00"
    return "0." + "0" * decimals if decimals > 0 else "#,##0"


def error_format(size: float) -> str:
    """Give the number format of an objective, RMSE or MAE of fitted ratings: six digits, six decimals at most.

    Smaller errors than 0.001 need more decimals.

    >>> error_format(0.3929)
    '0.000000'
    """
    size = abs(size)
    return decimals_format(max(size, 0.1) if size > _TINY else size, 6)


def text_points(text: str, width: float, role: str = "value") -> float:
    """Estimate the height in points of a row where `text` is wrapped in a cell `width` characters wide."""
    letters = _LETTERS / _WIDER.get(role, 1.0)
    return _PADDING[role] + LINE_POINTS * _TALLER.get(role, 1.0) * line_count(text, width * letters)


def line_count(text: str, width: float) -> int:
    """Estimate how many lines `text` takes in a cell `width` characters wide, broken at spaces as Excel does."""
    lines = 0
    for paragraph in text.split("\n"):
        lines += 1
        used = 0.0
        for word in paragraph.split(" "):
            if used and used + 1 + len(word) > width:
                lines += 1
                used = 0.0
            used += len(word) + (1 if used else 0)
            if used > width:  # a word longer than the cell is broken
                lines += ceil(used / width) - 1
                used = used % width
    return lines


def signed_format(number: str) -> str:
    """Give a number format with plus and minus signs, none on what rounds to zero.

    >>> signed_format("0.00")
    '[>=0.005]+0.00;[<=-0.005]-0.00;0.00'
    """
    if "E" in number:
        return f"+{number};-{number};{number}"
    decimals = len(number.partition(".")[2])
    half = f"{0.5 * 10**-decimals:.{decimals + 1}f}"
    return f"[>={half}]+{number};[<=-{half}]-{number};{number}"


def decimals_of(values: NDArray[np.floating[Any]], most: int = 3) -> str:
    """Give the number format with as few decimals as show `values` exactly, `most` at most.

    >>> decimals_of(np.array([3.0, 4.5]))
    '0.0'
    """
    for decimals in range(most):
        if np.allclose(values, np.round(values, decimals), rtol=0, atol=1e-9):
            break
    else:
        decimals = most
    return "0." + "0" * decimals if decimals else "0"


def title_width(titles: Sequence[str], most: float) -> float:
    """Give the width in characters of a column of titles."""
    return min(most, max([16.0, *(0.95 * len(title) + 3 for title in titles)]))


def id_width(name: str, ids: Sequence[object]) -> float:
    """Give the width in characters of a column of ids called `name`."""
    return min(26.0, max([12.0, len(name) + 3, *(len(str(raw)) + 3 for raw in ids)]))
