"""What the front sheets of comparisons are built from: texts across the page, sections and facts, from the top."""

from __future__ import annotations

from xlsxwriter.chart import Chart
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from xlcf.report.cells import merge_text, write_text
from xlcf.report.compare_book.report import Origin
from xlcf.report.style import Style, line_count, set_up_page

LEFT = 1

_LINE = 13.5
_LABEL = 17  # characters of the two columns that labels are merged over
_SIZES = {"banner": 1.2, "code": 1.15}  # role: size of its letters, a monospace one being wider
_ROW_PIXELS = 22


class Page:
    """A sheet under construction, printed on one page.

    Attributes:
        sheet: the worksheet.
        style: its formats.
        last: 0-based, the last column that texts are merged over.
        row: 0-based, where the next part begins.

    """

    def __init__(self, book: Workbook, name: str, title: str, origin: Origin, sheet: str, last: int) -> None:
        self.sheet: Worksheet = book.add_worksheet(name)
        self.style = Style(book)
        self.last, self.row, self._width = last, 3, 0.0
        set_up_page(self.sheet)
        self.sheet.fit_to_pages(1, 1)
        self.sheet.set_column(0, 0, 2)
        self.sheet.set_row(0, 34)
        write_text(self.sheet, 0, LEFT, title, self.style("title"))
        made = f"{origin.workbook}, sheet {sheet}, compared {origin.created} by xlcf {origin.version}"
        write_text(self.sheet, 1, LEFT, made, self.style("subtitle"))

    def set_widths(self, widths: list[float]) -> None:
        """Set the widths in characters of the columns from the first after the margin; texts wrap by their sum."""
        for column, width in enumerate(widths, LEFT):
            self.sheet.set_column(column, column, width)
        self._width = 0.95 * sum(widths)

    def text(self, text: str, role: str) -> None:
        """Write a text across the page, and leave a row."""
        merge_text(self.sheet, self.row, LEFT, self.last, text, self.style(role))
        size = _SIZES.get(role, 1.0)
        self.sheet.set_row(self.row, 10 + _LINE * size * line_count(text, self._width / size))
        self.row += 2

    def warnings(self, origin: Origin) -> None:
        """Write the sentences that the reader must see."""
        for sentence in origin.warnings:
            self.text(f"Warning: {sentence}", "warning")

    def section(self, name: str) -> None:
        """Begin a section."""
        write_text(self.sheet, self.row, LEFT, name, self.style("section"))
        for column in range(LEFT + 1, self.last + 1):
            self.sheet.write_blank(self.row, column, None, self.style("section"))
        self.sheet.set_row(self.row, 20)
        self.sheet.set_row(self.row + 1, 5)
        self.row += 2

    def facts(self, name: str, facts: list[tuple[str, str]]) -> None:
        """Write a section of facts, each a label over two columns and a text over the others; then leave a row."""
        self.section(name)
        for label, text in facts:
            merge_text(self.sheet, self.row, LEFT, LEFT + 1, label, self.style("label"))
            merge_text(self.sheet, self.row, LEFT + 2, self.last, text, self.style("value"))
            self.sheet.set_row(self.row, 4 + _LINE * line_count(text, self._width - _LABEL))
            self.row += 1
        self.row += 1

    def chart(self, chart: Chart, width: int, height: int) -> None:
        """Insert a chart, and go on below it."""
        chart.set_size({"width": width, "height": height})
        self.sheet.insert_chart(self.row, LEFT, chart, {"object_position": 2})
        self.row += height // _ROW_PIXELS + 2
