"""What the parts of a new user's or a new item's sheet are written with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from xlcf.report.cells import write_text
from xlcf.report.live_book.newcomer_formulas import NewcomerFormulas
from xlcf.report.live_book.places import NewcomerPlaces
from xlcf.report.sheet_names import Area
from xlcf.report.style import MUTED, Style, decimals_format, sequential_scale

Floats = NDArray[np.float64]

NUMBER = "0.0000"
NUMBER_WIDTH = 11.0


class Canvas:
    """A sheet under construction.

    Attributes:
        sheet: the worksheet.
        style: its formats.
        places: where everything stands.
        newcomer: who is new.
        formulas: the sheet's formulas.
        predictions: shape (rows,), the newcomer's, kept within the range.

    """

    def __init__(self, sheet: Worksheet, style: Style, places: NewcomerPlaces) -> None:
        self.sheet, self.style, self.places, self.newcomer = sheet, style, places, places.newcomer
        self.formulas = NewcomerFormulas(places)
        self.predictions: Floats = self.newcomer.fitted.shown(self.newcomer.sums)

    @property
    def count(self) -> Format:
        """The format of a number of ratings."""
        return self.style("cell", num_format="#,##0")

    @property
    def number(self) -> Format:
        """The format of a weight."""
        return self.style("cell", num_format=NUMBER)

    @property
    def quiet(self) -> Format:
        """The format of a number on the way."""
        return self.style("cell", num_format=NUMBER, font_color=MUTED)

    def rating(self, **changes: object) -> Format:
        """Give the format of a prediction."""
        low, high = self._ends()
        return self.style("cell", num_format=decimals_format(max(abs(low), abs(high))), **changes)

    def caption(self, row: int, left: int, right: int, text: str) -> None:
        """Write what stands above a table, over its columns."""
        section = self.style("section")
        for column in range(left, right + 1):
            self.sheet.write_blank(row, column, None, section)
        write_text(self.sheet, row, left, text, section)

    def colour(self, area: Area) -> None:
        """Colour predictions from the lowest to the highest rating."""
        self.sheet.conditional_format(area.top, area.left, area.bottom, area.right, sequential_scale(*self._ends()))

    def _ends(self) -> tuple[float, float]:
        return self.newcomer.fitted.allowed_range
