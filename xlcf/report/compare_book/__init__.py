"""The sheets of a comparison."""

from xlcf.report.compare_book.book import write_compare_book
from xlcf.report.compare_book.report import CompareNames, Origin

__all__ = ["CompareNames", "Origin", "write_compare_book"]
