"""What every Summary sheet is built from: banners, sections of facts, a chart beside them, links to other sheets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from xlsxwriter.chart import Chart
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from xlcf.report.cells import as_text, merge_text, write_text
from xlcf.report.style import Style, line_count, set_up_page

LEFT, VALUE, LAST = 1, 2, 4
"""The columns of labels, of the first value and of the last; the facts are merged over the values."""

_CHART = 6
_LABEL_WIDTH, _VALUE_WIDTH, _CHART_WIDTH = 20, 21, 88
_CHART_SIZE = {"width": 620, "height": 380}
_LINE = 13.5
_BANNERS = {"banner": 1.2, "warning": 1.05}  # role: size of its letters


class SummaryPage:
    """A Summary sheet under construction, written from the top.

    Attributes:
        sheet: the worksheet.
        style: its formats.
        row: 0-based, where the next part begins.

    """

    def __init__(self, book: Workbook, name: str, title: str, subtitle: str) -> None:
        self.style = Style(book)
        self.sheet: Worksheet = book.add_worksheet(name)
        self.row = 3
        set_up_page(self.sheet)
        self.sheet.fit_to_pages(1, 1)
        self.sheet.set_column(0, 0, 2)
        self.sheet.set_column(LEFT, LEFT, _LABEL_WIDTH)
        self.sheet.set_column(VALUE, LAST, _VALUE_WIDTH)
        self.sheet.set_column(LAST + 1, LAST + 1, 3)
        self.sheet.set_column(_CHART, _CHART, _CHART_WIDTH)
        self.sheet.set_row(0, 34)
        write_text(self.sheet, 0, LEFT, title, self.style("title"))
        write_text(self.sheet, 1, LEFT, subtitle, self.style("subtitle"))

    def warnings(self, sentences: Iterable[str]) -> None:
        """Write sentences that the reader must see, each in a banner of its own."""
        for sentence in sentences:
            self._banner(f"Warning: {sentence}", "warning")
            self._gap(6)

    def verdict(self, text: str) -> None:
        """Write what it comes to."""
        self._banner(text, "banner")
        self.row += 1

    def chart(self, chart: Chart | None) -> None:
        """Put a chart beside what follows."""
        if chart is not None:
            chart.set_size(_CHART_SIZE)
            self.sheet.insert_chart(self.row, _CHART, chart, {"object_position": 2})

    def section(self, name: str) -> None:
        """Begin a section."""
        section = self.style("section")
        write_text(self.sheet, self.row, LEFT, name, section)
        for column in range(VALUE, LAST + 1):
            self.sheet.write_blank(self.row, column, None, section)
        self.sheet.set_row(self.row, 20)
        self.row += 1
        self._gap(5)

    def headers(self, names: Sequence[str]) -> None:
        """Write the header of a table from the column of labels on; names may be empty."""
        for column, name in enumerate(names, LEFT):
            write_text(self.sheet, self.row, column, name, self.style("header" if name else "header_text"))
        self.row += 1

    def note(self, text: str) -> None:
        """Write a remark on the table above."""
        merge_text(self.sheet, self.row, LEFT, LAST, text, self.style("note", valign="vcenter"))
        self.sheet.set_row(self.row, 6 + _LINE * line_count(text, _LABEL_WIDTH + 3 * _VALUE_WIDTH))
        self.row += 1

    def facts(self, name: str, facts: Iterable[tuple[str, str]]) -> None:
        """Write a section of facts, each a label and a text."""
        self.section(name)
        for label, text in facts:
            write_text(self.sheet, self.row, LEFT, label, self.style("label"))
            merge_text(self.sheet, self.row, VALUE, LAST, text, self.style("value"))
            self.sheet.set_row(self.row, 4 + _LINE * line_count(text, 1.25 * 3 * _VALUE_WIDTH))
            self.row += 1
        self.row += 1

    def code(self, name: str, text: str) -> None:
        """Write a section with a command."""
        self.section(name)
        merge_text(self.sheet, self.row, LEFT, LAST, text, self.style("code"))
        width = (_LABEL_WIDTH + 3 * _VALUE_WIDTH) * 0.85  # a monospace letter is wider
        self.sheet.set_row(self.row, 10 + _LINE * line_count(text, width))
        self.row += 2

    def links(self, name: str, sheets: Iterable[tuple[str, str]]) -> None:
        """Write a section of links, each the name of a sheet and what it shows."""
        self.section(name)
        for sheet, text in sheets:
            place = f"internal:'{sheet.replace(chr(39), chr(39) * 2)}'!A1"
            self.sheet.write_url(self.row, LEFT, place, self.style("link"), as_text(sheet))
            write_text(self.sheet, self.row, VALUE, text, self.style("subtitle"))
            self.row += 1

    def _banner(self, text: str, role: str) -> None:
        merge_text(self.sheet, self.row, LEFT, _CHART, text, self.style(role))
        size, width = _BANNERS[role], _LABEL_WIDTH + 3 * _VALUE_WIDTH + 3 + _CHART_WIDTH
        self.sheet.set_row(self.row, 10 + _LINE * size * line_count(text, width * 0.95 / size))
        self.row += 1

    def _gap(self, points: float) -> None:
        # with a cell: a book that keeps one row in memory at a time writes no row without
        self.sheet.write_blank(self.row, LEFT, None, self.style("subtitle"))
        self.sheet.set_row(self.row, points)
        self.row += 1
