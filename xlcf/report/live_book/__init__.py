"""Sheets that answer at once: new users and items by live formulas, and what a prediction is made of."""

from xlcf.report.live_book.book import LiveNames, LiveOptions, LiveSheets, write_live_book, write_live_sheets

__all__ = ["LiveNames", "LiveOptions", "LiveSheets", "write_live_book", "write_live_sheets"]
