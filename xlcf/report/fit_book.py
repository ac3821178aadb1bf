"""The sheets of a fit, all together: added to a workbook, or written as a workbook of their own."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.workbook import Workbook

from xlcf.errors import InputError
from xlcf.ooxml.replacing import replacing
from xlcf.report.convergence import write_convergence
from xlcf.report.factors import write_factors
from xlcf.report.fit_report import FitReport
from xlcf.report.learning_rate import write_learning_rates
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
    Variables, Convergence. After gradient descent a last one: Learning rate.

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
    write_learning_rates(book, names.learning_rate, [report.result])


def write_fit_book(path: Path, report: FitReport) -> None:
    """Write the sheets of a fit as a new workbook, beside `path` first and then renamed.

    Equal reports give equal bytes.

    Raises:
        InputError: the model does not fit a worksheet, or the file cannot be written.

    """
    with replacing(path) as unfinished:
        try:
            _write(unfinished, report)
        except FileCreateError as error:  # the disk is full, say
            cause = error.args[0] if error.args else error
            raise InputError(f"{path} cannot be written ({cause}); choose another place with -o.") from error


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
