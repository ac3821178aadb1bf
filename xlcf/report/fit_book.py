"""The sheets of a fit, all together: added to a workbook, or written as a workbook of their own."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from xlsxwriter.workbook import Workbook

from xlcf.report.convergence import write_convergence
from xlcf.report.factors import write_factors
from xlcf.report.fit_report import FitReport
from xlcf.report.fit_sheets import fit_sheets
from xlcf.report.learning_rate import write_learning_rates
from xlcf.report.new_book import new_book
from xlcf.report.predictions import write_predictions
from xlcf.report.recommendations import write_recommendations
from xlcf.report.residuals import write_residuals
from xlcf.report.sheet_names import SheetNames
from xlcf.report.summary import write_summary
from xlcf.report.variables import write_variables
from xlcf.report.verdict import verdict, warnings


def write_sheets(book: Workbook, names: SheetNames, report: FitReport) -> None:
    """Add the sheets of a fit to a workbook, the Summary first.

    With ratings: Summary, Factors, Predictions, Residuals, Recommendations, Convergence. Without: Summary,
    Variables, Convergence. After gradient descent one more: Learning rate. Last come those of `fit_sheets`.

    Raises:
        InputError: the model does not fit a worksheet.

    """
    write_summary(book, names, report)
    if report.of_ratings:
        write_factors(book, names, report)
        write_predictions(book, names, report)
        write_residuals(book, names, report)
        write_recommendations(book, names, report)
    else:
        write_variables(book, names, report)
    write_convergence(book, names, report)
    write_learning_rates(book, names.learning_rate, [report.result])
    for sheet in fit_sheets(report):
        sheet.write(book, names.further(sheet.name, report.sheet), report)


def write_fit_book(path: Path, report: FitReport, names: SheetNames) -> None:
    """Write the sheets of a fit as a new workbook, beside `path` first and then renamed.

    Equal reports give equal bytes.

    Raises:
        InputError: the model does not fit a worksheet, or the file cannot be written.

    """
    with new_book(
        path,
        f"The fit of {report.workbook}",
        datetime.strptime(report.created, "%Y-%m-%d %H:%M"),
        subject=f"Solver model on sheet {report.sheet}",
        author=f"xlcf {report.version}",
        comments="\n".join([*warnings(report), verdict(report), report.result.command]).strip(),
    ) as book:
        write_sheets(book, names, report)
        book.get_worksheet_by_name(names.summary).activate()
