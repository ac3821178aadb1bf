"""Sheets that answer at once: new users and items by live formulas, and what a prediction is made of."""

from typing import TYPE_CHECKING

from xlcf.lazy import imported_when_used

if TYPE_CHECKING:
    from xlcf.report.live_book.book import LiveNames, LiveSheets, write_live_book, write_live_sheets
    from xlcf.report.live_book.options import LiveOptions

__all__ = [
    "LiveNames",
    "LiveOptions",
    "LiveSheets",
    "write_live_book",
    "write_live_sheets",
]

__getattr__ = imported_when_used(
    __name__,
    {
        "LiveNames": "xlcf.report.live_book.book",
        "LiveOptions": "xlcf.report.live_book.options",
        "LiveSheets": "xlcf.report.live_book.book",
        "write_live_book": "xlcf.report.live_book.book",
        "write_live_sheets": "xlcf.report.live_book.book",
    },
)
