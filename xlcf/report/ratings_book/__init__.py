"""A new workbook to learn on: ratings, factors and live predictions, with Excel's Solver ready to fit them."""

from typing import TYPE_CHECKING

from xlcf.lazy import imported_when_used

if TYPE_CHECKING:
    from xlcf.report.ratings_book.book import BookSheet, write_ratings_book
    from xlcf.report.ratings_book.start import BookStart, random_start

__all__ = [
    "BookSheet",
    "BookStart",
    "random_start",
    "write_ratings_book",
]

__getattr__ = imported_when_used(
    __name__,
    {
        "BookSheet": "xlcf.report.ratings_book.book",
        "BookStart": "xlcf.report.ratings_book.start",
        "random_start": "xlcf.report.ratings_book.start",
        "write_ratings_book": "xlcf.report.ratings_book.book",
    },
)
