"""How the first sheet of a comparison begins and ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xlsxwriter.workbook import Workbook

from xlcf.report.compare_book.report import Origin
from xlcf.report.page import Page
from xlcf.report.sections import written_by

AGAIN: Final = "To repeat this comparison"
"""The section with the command."""


def front_page(
    book: Workbook, name: str, title: str, origin: Origin, sheet: str, widths: Sequence[float], verdict: str
) -> Page:
    """Begin a first sheet, printed on one page: warnings, and what it comes to.

    Args:
        book: the workbook.
        name: the new sheet's name.
        title: its title.
        origin: where the comparison comes from.
        sheet: the sheet whose model it is about.
        widths: the widths of the columns.
        verdict: what it comes to.

    """
    made = written_by(f"{origin.workbook}, sheet {sheet}, compared", origin.created, origin.version)
    page = Page(book, name, title, made, pages=(1, 1))
    page.columns(widths)
    page.warnings(origin.warnings)
    page.banner(verdict)
    return page
