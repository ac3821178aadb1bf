"""What the parts of a new user's or a new item's sheet are written with."""

from __future__ import annotations

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

from xlcf.arrays import Floats
from xlcf.report.area import Area
from xlcf.report.live_book.cold_start_formulas import ColdStartFormulas
from xlcf.report.live_book.places import ColdStartPlaces
from xlcf.report.page import Page
from xlcf.report.style import MUTED, decimals_format, sequential_scale

NUMBER = "0.0000"
NUMBER_WIDTH = 11.0


class ColdStartPage(Page):
    """A sheet under construction.

    Attributes:
        places: where everything stands.
        cold_start: who is new.
        formulas: the sheet's formulas.
        predictions: shape (rows,), for the new user or item, kept within the range.

    """

    def __init__(self, book: Workbook, places: ColdStartPlaces, sentence: str) -> None:
        super().__init__(book, places.sheet, places.sheet, sentence)
        self.places, self.cold_start = places, places.cold_start
        self.formulas = ColdStartFormulas(places)
        self.predictions: Floats = self.cold_start.model.shown(self.cold_start.sums)

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

    def colour(self, area: Area) -> None:
        """Colour predictions from the lowest to the highest rating."""
        self.sheet.conditional_format(area.top, area.left, area.bottom, area.right, sequential_scale(*self._ends()))

    def _ends(self) -> tuple[float, float]:
        return self.cold_start.model.allowed_range
