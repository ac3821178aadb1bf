"""The sheets of a comparison, written as a workbook from which they can be taken over into another."""

from __future__ import annotations

from pathlib import Path

from xlsxwriter.workbook import Workbook

from xlcf.comparing.comparison import Comparison
from xlcf.comparing.factor_counts import FactorCounts
from xlcf.report.compare_book.agreement_sheet import write_agreement
from xlcf.report.compare_book.compare_sheet import write_compare
from xlcf.report.compare_book.convergence_sheet import ConvergenceSheet
from xlcf.report.compare_book.factors_sheet import write_factor_counts
from xlcf.report.compare_book.report import CompareNames, Origin
from xlcf.report.compare_book.starts_sheet import write_starts
from xlcf.report.learning_rate import write_learning_rates
from xlcf.report.new_book import new_book


def write_compare_book(path: Path, found: Comparison | FactorCounts, origin: Origin) -> None:
    """Write the sheets of a comparison as a new workbook, whole or not at all.

    Of methods: Compare, Convergence, Random starts (where there were any), Learning rate (where one of the methods has
    one), Agreement. Of numbers of factors: Number of factors.

    Raises:
        InputError: the file cannot be written.

    """
    with new_book(path, f"Ways to fit {origin.workbook}") as book:
        if isinstance(found, FactorCounts):
            write_factor_counts(book, CompareNames(), found, origin)
        else:
            _write_methods(book, CompareNames(), found, origin)


def _write_methods(book: Workbook, names: CompareNames, found: Comparison, origin: Origin) -> None:
    convergence = ConvergenceSheet(book, names, found)
    write_compare(book, names, found, origin, convergence.charts()[:1])
    convergence.write()
    write_starts(book, names, found)
    write_learning_rates(book, names.learning_rate, found.results)
    write_agreement(book, names, found)
