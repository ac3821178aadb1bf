"""A table of recommendations on a sheet: for each user the best items, ranked, with what is known of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range
from xlsxwriter.worksheet import Worksheet

from xlcf.models.recommendations import Recommended
from xlcf.report.cells import write_formula, write_id, write_number, write_text
from xlcf.report.style import MUTED, Style, id_width, print_table, sequential_scale, title_width

_TITLE_WIDTH = 72.0
_QUIET: dict[str, object] = {"italic": True, "font_color": MUTED}
_MEANS_NOTHING = "disagree: means nothing"


@dataclass(frozen=True)
class Recommendation:
    """An item for a user.

    Attributes:
        item: what is recommended.
        title: its title; empty where items have none.
        formula: the live formula of the prediction, or None.
        mean: the mean of the item's ratings, or None.

    """

    item: Recommended
    title: str
    formula: str | None
    mean: float | None


@dataclass(frozen=True)
class RecommendationColumns:
    """Which columns a table has, and how they look.

    Attributes:
        user_name: what a user id is called.
        user_ids: the ids that the column of users must have room for.
        item_name: what an item id is called.
        item_ids: the ids that the column of items must have room for.
        titles: the titles that their column must have room for, or None for no such column.
        has_mean: whether there are columns of the user's and the items' mean ratings.
        has_spread: whether there are columns of what equally good fits predict.
        number: the number format of predictions and means.
        ends: the lowest and the highest prediction that colours are spread over.

    """

    user_name: str
    user_ids: Sequence[object]
    item_name: str
    item_ids: Sequence[object]
    titles: Sequence[str] | None
    has_mean: bool
    has_spread: bool
    number: str
    ends: tuple[float, float]

    def all(self) -> list[tuple[str, float, str]]:
        """Give name, width and header style of each column."""
        columns = [
            (self.user_name, id_width(self.user_name, self.user_ids), "header_text"),
            ("Rank", 9.0, "header"),
            (self.item_name, id_width(self.item_name, self.item_ids), "header_text"),
        ]
        if self.titles is not None:
            columns.append(("Title", title_width(self.titles, _TITLE_WIDTH), "header_text"))
        columns.append(("Prediction", 13.0, "header"))
        if self.has_mean:
            columns += [("User's mean", 14.0, "header"), ("Item's mean", 14.0, "header")]
        columns.append(("Ratings", 11.0, "header"))
        if self.has_spread:
            columns += [("Lowest", 11.0, "header"), ("Highest", 11.0, "header")]
            columns.append(("Equally good fits", 25.0, "header_text"))
        return columns


class RecommendationTable:
    """A table under construction: headers first, then user by user.

    Attributes:
        row: 0-based, the last row that was written.

    """

    def __init__(self, sheet: Worksheet, style: Style, row: int, left: int, columns: RecommendationColumns) -> None:
        self.row = row
        self._sheet, self._style, self._top, self._left, self._columns = sheet, style, row, left, columns
        all_columns = columns.all()
        self._right = left + len(all_columns) - 1
        self._at = {name: column for column, (name, _, _) in enumerate(all_columns, left)}
        self._coloured: list[str] = []
        for column, (name, width, role) in enumerate(all_columns, left):
            sheet.set_column(column, column, width)
            write_text(sheet, row, column, name, style(role))
        sheet.freeze_panes(row + 1, 0)

    def write_user(self, user_id: object, items: Sequence[Recommendation], mean: float | None, why_empty: str) -> None:
        """Write a user's recommendations, the best first.

        Args:
            user_id: the user's raw id.
            items: the recommendations.
            mean: the user's mean rating, or None.
            why_empty: said in their place where there are none.

        """
        for rank, item in enumerate(items, 1):
            self.row += 1
            self._write_item(user_id, rank, item, mean)
        if not items:
            self.row += 1
            write_id(self._sheet, self.row, self._left, user_id, self._format("id", 1))
            for column in range(self._left + 1, self._right + 1):
                self._sheet.write_blank(self.row, column, None, self._format("text", 1))
            nothing = self._format("text", 1, **_QUIET)
            write_text(self._sheet, self.row, self._left + 2, why_empty, nothing)
            if self._columns.has_mean:
                self._write_mean("User's mean", mean, 1)

    def finish(self) -> None:
        """Add filter and colours, of predictions that mean something, and say what is printed."""
        print_table(self._sheet, (self._top, self._top), self.row, self._right)
        if self.row > self._top:
            self._sheet.autofilter(self._top, self._left, self.row, self._right)
        if self._coloured:
            column = self._at["Prediction"]
            scale = sequential_scale(*self._columns.ends) | {"multi_range": " ".join(self._coloured)}
            self._sheet.conditional_format(self._top + 1, column, self.row, column, scale)

    def _write_item(self, user_id: object, rank: int, recommendation: Recommendation, mean: float | None) -> None:
        sheet, row, left, number = self._sheet, self.row, self._left, self._columns.number
        item, at = recommendation.item, self._at
        write_id(sheet, row, left, user_id, self._format("id", rank))
        write_number(sheet, row, left + 1, rank, self._format("cell", rank, num_format="0"))
        write_id(sheet, row, left + 2, item.item_id, self._format("id", rank, bold=False))
        if self._columns.titles is not None:
            write_text(sheet, row, left + 3, recommendation.title, self._format("text", rank))
        means_nothing = item.fits_agree is False
        if not means_nothing:
            self._coloured.append(xl_range(row, at["Prediction"], row, at["Prediction"]))
        shown = self._format("cell", rank, num_format=number, **(_QUIET if means_nothing else {"bold": True}))
        if recommendation.formula is None:
            write_number(sheet, row, at["Prediction"], item.prediction, shown)
        else:
            write_formula(sheet, row, at["Prediction"], recommendation.formula, item.prediction, shown)
        if self._columns.has_mean:
            self._write_mean("User's mean", mean, rank)
            self._write_mean("Item's mean", recommendation.mean, rank)
        write_number(sheet, row, at["Ratings"], item.count, self._format("cell", rank, num_format="#,##0"))
        if self._columns.has_spread:
            for name, value in (("Lowest", item.lowest), ("Highest", item.highest)):
                write_number(sheet, row, at[name], value, self._format("cell", rank, num_format=number))
            text = _MEANS_NOTHING if means_nothing else "agree"
            said = self._format("text", rank, **(_QUIET if means_nothing else {}))
            write_text(sheet, row, at["Equally good fits"], text, said)

    def _write_mean(self, name: str, mean: float | None, rank: int) -> None:
        cell = self._format("cell", rank, num_format=self._columns.number)
        write_number(self._sheet, self.row, self._at[name], mean, cell)

    def _format(self, role: str, rank: int, **changes: object) -> Format:
        """Give a cell's format; a line parts a user from the one above."""
        edge: dict[str, object] = {"top": 1, "top_color": MUTED} if rank == 1 else {}
        return self._style(role, **edge, **changes)
