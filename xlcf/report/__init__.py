"""What an output workbook looks like (XlsxWriter)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from xlcf.lazy import imported_when_used

if TYPE_CHECKING:
    from xlcf.report.fit_report import FitReport
    from xlcf.report.sheet_names import SheetNames

__all__ = ["FitReport", "write_report"]

__getattr__ = imported_when_used(__name__, {"FitReport": "xlcf.report.fit_report"})


def write_report(path: str | os.PathLike[str], report: FitReport, names: SheetNames | None = None) -> None:
    """Write the sheets of a fit as a new workbook; an existing file is replaced whole or not at all.

    Args:
        path: where to write.
        report: the fit.
        names: what the sheets are called; None for plain names.

    Raises:
        InputError: the model does not fit a worksheet, or the file cannot be written.

    """
    # here, so that importing the package does not load XlsxWriter
    from xlcf.report.fit_book import write_fit_book
    from xlcf.report.sheet_names import SheetNames

    write_fit_book(Path(path), report, names or SheetNames())
