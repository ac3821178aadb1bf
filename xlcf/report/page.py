"""A sheet of xlcf, written from the top: heading, texts, sections, facts, tables, charts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil
from typing import Final

from xlsxwriter.chart import Chart
from xlsxwriter.utility import quote_sheetname, xl_range_abs
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from xlcf.report.cells import as_text, merge_text, write_text
from xlcf.report.style import ACCENT, ROW_POINTS, Style, text_points

LEFT: Final = 1
"""The first column that is written to; the one before it is a margin."""

MARGIN_WIDTH: Final = 2.0
"""The width of the margin in characters."""

PRINTED_ROWS: Final = 200
"""Most rows of a table that are printed unless a reader changes the print area."""

CURVE_ROWS: Final = 35
"""Most printed rows of a table that is there to be drawn as a curve."""

_TITLE_POINTS, _SUBTITLE_POINTS, SECTION_POINTS = 34, 18, 20
_FIRST_ROW = 3
_GAP_POINTS = 5
_ROW_PIXELS = 22  # of a row of `ROW_POINTS`
_PAGE_WIDTH = 128.0  # characters across A4 in landscape at full size
_SMALLEST_SCALE = 0.5  # that can still be read
_FOOTER = "&L&8&A&C&8&F&R&8Page &P of &N"


class Page:
    """A sheet under construction, with a row where the next part begins.

    A part moves that row below itself. Parts are written from the top, so that a workbook may keep one row at a time in
    memory.

    Args:
        book: the workbook.
        name: the sheet's name.
        title: what stands on top; without it the sheet has no heading.
        subtitle: the sentence below the title.
        landscape: whether it is printed in landscape.
        pages: how many pages wide and high it is printed; 0: as many as it takes.
        sheet: an empty worksheet of the book; None adds one.
        style: the workbook's formats, where there are some already.

    Attributes:
        book: the workbook.
        sheet: the worksheet.
        style: the formats.
        row: 0-based, where the next part begins.
        last: 0-based, the last column of sections, facts and other texts.
        value: 0-based, where the texts of facts begin; their labels are in the columns before.
        right: 0-based, the last column of banners.

    """

    def __init__(
        self,
        book: Workbook,
        name: str,
        title: str = "",
        subtitle: str = "",
        *,
        landscape: bool = True,
        pages: tuple[int, int] = (1, 0),
        sheet: Worksheet | None = None,
        style: Style | None = None,
    ) -> None:
        self.book, self.style = book, style or Style(book)
        self.sheet: Worksheet = book.add_worksheet(name) if sheet is None else sheet
        self.row, self.last, self.value, self.right = _FIRST_ROW, LEFT, LEFT + 1, LEFT
        self._widths: dict[int, float] = {}
        self._set_up(landscape=landscape, pages=pages)
        if title:
            self.sheet.set_row(0, _TITLE_POINTS)
            write_text(self.sheet, 0, LEFT, title, self.style("title"))
            self.sheet.set_row(1, _SUBTITLE_POINTS)
        if subtitle:
            write_text(self.sheet, 1, LEFT, subtitle, self.style("subtitle"))

    def _set_up(self, *, landscape: bool, pages: tuple[int, int]) -> None:
        """Give the sheet xlcf's page: A4, a footer with sheet name and page; on screen, no grid lines."""
        sheet = self.sheet
        sheet.hide_gridlines(2)
        sheet.set_default_row(ROW_POINTS)
        sheet.set_tab_color(ACCENT)
        sheet.set_paper(9)
        if landscape:
            sheet.set_landscape()
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        sheet.fit_to_pages(*pages)
        sheet.set_footer(_FOOTER)
        sheet.set_column(0, 0, MARGIN_WIDTH)

    # columns

    def columns(self, widths: Iterable[float], left: int = LEFT) -> None:
        """Set the widths in characters of columns from `left` on; texts reach to the last of them."""
        for column, width in enumerate(widths, left):
            self.sheet.set_column(column, column, width)
            self._widths[column] = width
            self.last = self.right = max(self.right, column)

    def width(self, left: int, right: int) -> float:
        """Give the width in characters of some columns together."""
        return sum(self._widths[column] for column in range(left, right + 1))

    # texts

    def note_above(self, text: str) -> None:
        """Write a second sentence below the title."""
        write_text(self.sheet, 2, LEFT, text, self.style("subtitle"))

    def text(self, text: str, role: str, right: int | None = None) -> None:
        """Write a text over the columns up to `right` (`last`), in a row as high as it takes."""
        self.texts([(LEFT, self.last if right is None else right, text, role)])

    def texts(self, parts: Iterable[tuple[int, int, str, str]]) -> None:
        """Write texts side by side, each (first column, last column, text, role), in a row as high as they take."""
        points = ROW_POINTS
        for left, right, text, role in parts:
            style = self.style(role)
            if right > left:
                merge_text(self.sheet, self.row, left, right, text, style)
            else:
                write_text(self.sheet, self.row, left, text, style)
            points = max(points, text_points(text, self.width(left, right), role))
        self.sheet.set_row(self.row, points)
        self.row += 1

    def warnings(self, sentences: Iterable[str]) -> None:
        """Write sentences that the reader must see, each in a banner of its own."""
        for sentence in sentences:
            self.text(f"Warning: {sentence}", "warning", self.right)
            self._gap()

    def banner(self, text: str) -> None:
        """Write what it comes to, and leave a row."""
        self.text(text, "banner", self.right)
        self.row += 1

    def paragraph(self, text: str) -> None:
        """Write sentences."""
        self.text(text, "value")

    def note(self, text: str) -> None:
        """Write a remark on the table above."""
        self.text(text, "note")

    # sections

    def section(self, name: str) -> None:
        """Begin a section."""
        self.sheet.set_row(self.row, SECTION_POINTS)
        self.caption(self.row, LEFT, self.last, name)
        self.row += 1
        self._gap()

    def caption(self, row: int, left: int, right: int, text: str) -> None:
        """Write what stands above a table, over its columns."""
        section = self.style("section")
        write_text(self.sheet, row, left, text, section)
        for column in range(left + 1, right + 1):
            self.sheet.write_blank(row, column, None, section)

    def facts(self, name: str, facts: Iterable[tuple[str, str]]) -> None:
        """Write a section of facts, each a label and a text; then leave a row."""
        self.section(name)
        for label, text in facts:
            self.texts([(LEFT, self.value - 1, label, "label"), (self.value, self.last, text, "value")])
        self.row += 1

    def code(self, name: str, text: str) -> None:
        """Write a section with a command; then leave a row."""
        self.section(name)
        self.text(text, "code")
        self.row += 1

    def links(self, name: str, sheets: Iterable[tuple[str, str]]) -> None:
        """Write a section of links, each the name of a sheet and what it shows; then leave a row."""
        self.section(name)
        for sheet, text in sheets:
            self.link(self.row, LEFT, sheet)
            write_text(self.sheet, self.row, self.value, text, self.style("subtitle"))
            self.row += 1
        self.row += 1

    def link(self, row: int, column: int, sheet: str, text: str | None = None, role: str = "link") -> None:
        """Write a link to another sheet: its name, or a text."""
        style = self.style(role, **({} if role == "link" else {"font_color": ACCENT, "underline": 1}))
        shown = as_text(sheet if text is None else text)
        self.sheet.write_url(row, column, f"internal:{quote_sheetname(sheet)}!A1", style, shown)

    # tables and charts

    def headers(self, names: Sequence[str]) -> None:
        """Write the header of a table; names may be empty."""
        for column, name in enumerate(names, LEFT):
            write_text(self.sheet, self.row, column, name, self.style("header" if name else "header_text"))
        self.row += 1

    def chart(self, chart: Chart, size: tuple[int, int]) -> None:
        """Insert a chart of so many pixels across and down, and go on below it."""
        self.charts([chart], size)

    def charts(self, charts: Sequence[Chart], size: tuple[int, int], gap: int = 0) -> None:
        """Insert charts side by side, `gap` pixels apart, and go on below them."""
        for place, chart in enumerate(charts):
            self.chart_at(self.row, LEFT, chart, size, x_offset=place * (size[0] + gap))
        self.row += chart_rows(size)

    def chart_at(self, row: int, column: int, chart: Chart, size: tuple[int, int], x_offset: int = 0) -> None:
        """Insert a chart at a cell, `x_offset` pixels to the right."""
        chart.set_size({"width": size[0], "height": size[1]})
        offset = {"x_offset": x_offset} if x_offset else {}
        self.sheet.insert_chart(row, column, chart, {"object_position": 2, **offset})

    # print

    def print_table(self, header: tuple[int, int], last_row: int, last_column: int, most: int = PRINTED_ROWS) -> None:
        """Print a sheet with a table: headings on each page, of a long one the first rows only, as the footer says.

        Args:
            header: first and last row of the headings; the table's rows follow.
            last_row: the table's last row.
            last_column: the last column to print.
            most: the most rows to print.

        """
        self.sheet.print_area(0, 0, self.print_headings(header, last_row, most), last_column)

    def print_headings(self, header: tuple[int, int], last_row: int, most: int = PRINTED_ROWS) -> int:
        """Do what `print_table` does but for the print area; give the last row to print."""
        self.sheet.repeat_rows(*header)
        rows = last_row - header[1]
        if rows > most:
            note = f"The first {most:,} of {rows:,} rows. To print all: Page Layout > Print Area > Clear Print Area"
            self.sheet.set_footer(_FOOTER.replace("&R", f"\n{note}&R"))
        return header[1] + min(rows, most)

    def print_areas(self, areas: Sequence[tuple[int, int, int, int]]) -> None:
        """Print several areas, each on a page of its own: (first row, first column, last row, last column)."""
        name = quote_sheetname(self.sheet.get_name())
        texts = [f"{name}!{xl_range_abs(*area)}" for area in areas]
        self.book.define_name(f"{name}!_xlnm.Print_Area", f"={','.join(texts)}")

    def _gap(self) -> None:
        # with a cell: a book that keeps one row in memory at a time writes no row without
        self.sheet.write_blank(self.row, LEFT, None, self.style("subtitle"))
        self.sheet.set_row(self.row, _GAP_POINTS)
        self.row += 1


def chart_rows(size: tuple[int, int]) -> int:
    """Give how many rows a chart takes with the space below it."""
    return ceil(size[1] / _ROW_PIXELS) + 1


def pages_across(width: float) -> int:
    """Give how many pages in landscape `width` characters need at a size that can still be read."""
    return max(1, ceil(width * _SMALLEST_SCALE / _PAGE_WIDTH))
