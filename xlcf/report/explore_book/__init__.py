"""An exploration as a workbook."""

from xlcf.report.explore_book.book import check_output, write_explore_book

__all__ = ["check_output", "write_explore_book"]
