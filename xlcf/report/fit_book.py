"""The sheets of a fit, all together: added to a workbook, or written as a workbook of their own."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.workbook import Workbook

from xlcf.errors import InputError
from xlcf.report.convergence import write_convergence
from xlcf.report.factors import write_factors
from xlcf.report.fit_report import FitReport
from xlcf.report.predictions import write_predictions
from xlcf.report.recommendations import write_recommendations
from xlcf.report.residuals import write_residuals
from xlcf.report.sheet_names import SheetNames
from xlcf.report.summary import write_summary
from xlcf.report.variables import write_variables
from xlcf.report.verdict import verdict


def write_sheets(book: Workbook, names: SheetNames, report: FitReport) -> None:
    """Add the sheets of a fit to a workbook, the Summary first.

    With ratings: Summary, Factors, Predictions, Residuals, Recommendations, Convergence. Without: Summary,
    Variables, Convergence.

    Raises:
        InputError: the model does not fit a worksheet.

    """
    write_summary(book, names, report)
    if report.ratings is not None and report.fitted is not None:
        write_factors(book, names, report)
        write_predictions(book, names, report)
        write_residuals(book, names, report)
        write_recommendations(book, names, report)
    else:
        write_variables(book, names, report)
    write_convergence(book, names, report)


def write_fit_book(path: Path, report: FitReport) -> None:
    """Write the sheets of a fit as a new workbook, beside `path` first and then renamed.

    Equal reports give equal bytes.

    Raises:
        InputError: the model does not fit a worksheet, or the file cannot be written.

    """
    if not path.parent.is_dir():
        raise InputError(
            f"cannot write {path}: the folder {path.parent} does not exist; create it or choose another place with -o"
        )
    try:
        with tempfile.TemporaryDirectory(prefix=".xlcf-", dir=path.parent) as folder:
            unfinished = Path(folder) / "book.xlsx"
            _write(unfinished, report)
            unfinished.replace(path)
    except (OSError, FileCreateError) as error:
        raise InputError(_why_not(path, error)) from error


def _write(path: Path, report: FitReport) -> None:
    book = xlsxwriter.Workbook(
        str(path), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties(
        {
            "title": f"The fit of {report.workbook}",
            "subject": f"Solver model on sheet {report.sheet}",
            "author": f"xlcf {report.version}",
            "comments": f"{verdict(report)}\n{report.result.command}".strip(),
            "created": datetime.strptime(report.created, "%Y-%m-%d %H:%M"),
        }
    )
    book.set_size(24000, 14000)
    write_sheets(book, SheetNames(), report)
    book.get_worksheet_by_name(SheetNames().summary).activate()
    book.close()


def _why_not(path: Path, error: Exception) -> str:
    cause = error.args[0] if isinstance(error, FileCreateError) and error.args else error
    if path.is_dir():
        return f"cannot write {path}: it is a folder; name a file with -o"
    if isinstance(cause, PermissionError):
        return (
            f"cannot write {path}: it is open in another program or the folder is read-only; "
            "close it or choose another place with -o"
        )
    reason = getattr(cause, "strerror", None) or str(cause)
    return f"cannot write {path}: {reason}; choose another place with -o"
