"""A new workbook to learn on: ratings, factors and live predictions, with Excel's Solver ready to fit them."""

from xlcf.report.ratings_book.book import BookSheet, write_ratings_book
from xlcf.report.ratings_book.start import BookStart, random_start

__all__ = ["BookSheet", "BookStart", "random_start", "write_ratings_book"]
