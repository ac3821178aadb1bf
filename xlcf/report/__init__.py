"""What an output workbook looks like (XlsxWriter)."""

from __future__ import annotations

import os
from pathlib import Path

from xlcf.report.fit_report import FitReport

__all__ = ["FitReport", "write_report"]


def write_report(path: str | os.PathLike[str], report: FitReport) -> None:
    """Write the sheets of a fit as a new workbook; an existing file is replaced whole or not at all.

    Raises:
        InputError: the model does not fit a worksheet, or the file cannot be written.

    """
    # here, so that importing the package does not load XlsxWriter
    from xlcf.report.fit_book import write_fit_book

    write_fit_book(Path(path), report)
