"""What the matrix sheets share: users down, items across, ids and titles in frozen headers."""

from __future__ import annotations

from dataclasses import dataclass

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from xlcf.report.area import Area
from xlcf.report.cells import write_id, write_text
from xlcf.report.model_view import ModelView
from xlcf.report.page import LEFT, MARGIN_WIDTH, Page, pages_across
from xlcf.report.style import HAIRLINE, Style, id_width, line_count

HEADER_ROW = 5

_LINE_POINTS = 12.5
_MOST_TITLE_LINES = 7
_TITLED_WIDTH = 11.5
_PLAIN_WIDTH = 8.5


@dataclass(frozen=True)
class MatrixPlaces:
    """Where the cells of the matrix sheets stand: a user and an item have the same address on each of them.

    Attributes:
        view: the ratings and factors.

    """

    view: ModelView

    @property
    def header_rows(self) -> int:
        """Two with titles (ids, then titles), else one."""
        return 1 if self.view.ratings.item_titles is None else 2

    @property
    def first_row(self) -> int:
        """The first user's row."""
        return HEADER_ROW + self.header_rows

    def area(self, sheet: str, top: int | None = None) -> Area:
        """Give the cells of the matrix, or of another one under it that begins at `top`."""
        return Area(
            sheet,
            self.first_row if top is None else top,
            LEFT + 1,
            len(self.view.matrix_users),
            len(self.view.matrix_items),
        )

    @property
    def column_width(self) -> float:
        """The width of an item's column in characters."""
        return _PLAIN_WIDTH if self.view.ratings.item_titles is None else _TITLED_WIDTH

    @property
    def user_width(self) -> float:
        """The width of the users' column in characters."""
        ratings = self.view.ratings
        names = len(ratings.user_name), len(ratings.item_name)
        corner = max(names) + 4 if self.header_rows == 2 else sum(names) + 8
        return min(
            30.0, max(corner, id_width(ratings.user_name, [ratings.user_ids[u] for u in self.view.matrix_users]))
        )

    def write_headers(self, page: Page) -> None:
        """Write the items' ids and titles, size the columns, freeze the panes and repeat the headers in print."""
        ratings, items, sheet, style = self.view.ratings, self.view.matrix_items, page.sheet, page.style
        page.columns([self.user_width, *[self.column_width] * len(items)])
        last = self.first_row - 1
        self._write_corner(sheet, style)
        small = {"bold": False, "font_size": 9, "bottom": 1, "bottom_color": HAIRLINE}
        ids = style("header", num_format="0", **(small if self.header_rows == 2 else {}))
        for column, item in enumerate(items, LEFT + 1):
            write_id(sheet, HEADER_ROW, column, ratings.item_ids[item], ids)
        if ratings.item_titles is not None:
            titles = [ratings.item_titles[item] for item in items]
            for column, title in enumerate(titles, LEFT + 1):
                write_text(sheet, last, column, title, style("header", font_size=9))
            lines = max((line_count(title, 1.25 * self.column_width) for title in titles), default=1)
            sheet.set_row(last, 6 + _LINE_POINTS * min(_MOST_TITLE_LINES, lines))
        sheet.freeze_panes(self.first_row, LEFT + 1)
        sheet.repeat_rows(HEADER_ROW, last)

    def _write_corner(self, sheet: Worksheet, style: Style) -> None:
        ratings, corner = self.view.ratings, style("header_text", font_size=9, valign="bottom")
        if self.header_rows == 1:
            write_text(sheet, HEADER_ROW, LEFT, f"{ratings.user_name} ↓  {ratings.item_name} →", corner)
            return
        across = style("header_text", font_size=9, bold=False, align="right", bottom=1, bottom_color=HAIRLINE)
        write_text(sheet, HEADER_ROW, LEFT, f"{ratings.item_name} →", across)
        write_text(sheet, HEADER_ROW + 1, LEFT, f"{ratings.user_name} ↓", corner)

    def write_users(self, page: Page, top: int) -> None:
        """Write the users' ids down from `top`."""
        for row, user in enumerate(self.view.matrix_users, top):
            write_id(page.sheet, row, LEFT, self.view.ratings.user_ids[user], page.style("id"))

    def limits(self) -> str:
        """Say which part of the ratings the matrix shows; empty where it shows all."""
        ratings = self.view.ratings
        parts = [
            f"the {shown} {what} with most ratings, of {total:,}"
            for shown, total, what in (
                (len(self.view.matrix_users), ratings.n_users, "users"),
                (len(self.view.matrix_items), ratings.n_items, "items"),
            )
            if shown < total
        ]
        return f"Shown are {' and '.join(parts)}." if parts else ""

    @property
    def width(self) -> float:
        """The width of users' ids and matrix in characters."""
        return MARGIN_WIDTH + self.user_width + len(self.view.matrix_items) * (self.column_width + 0.7)

    def page(self, book: Workbook, name: str, title: str, subtitle: str, width: float | None = None) -> Page:
        """Begin a sheet that prints `width` characters (the matrix) across one page if readable there, else several."""
        wide = pages_across(width or self.width)
        page = Page(book, name, title, subtitle, pages=(wide, 0))
        if wide > 1:
            page.sheet.repeat_columns(0, LEFT)
        return page
