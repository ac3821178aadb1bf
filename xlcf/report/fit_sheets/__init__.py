"""Further sheets of a fit's report, after those that every report has; each is a module here that enters itself.

A sheet is a function with a decorator that gives its name and, in a few words for the Summary, what it shows:

    @fit_sheet("Gradient", "how fast the objective changes with each variable cell")
    def write_gradient(book, name, report):
        page = Page(book, name, "Gradient", "How fast the objective changes with each variable cell.")

`name` is what the sheet is to be called: in a workbook with several models it bears the name of the model's sheet.
`when` tells for which fits there is such a sheet.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from xlcf.entries import import_modules_of
from xlcf.report.fit_report import FitReport

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook

Write: TypeAlias = "Callable[[Workbook, str, FitReport], None]"


@dataclass(frozen=True)
class FitSheet:
    """One kind of sheet.

    Attributes:
        name: what it is called.
        shows: what it shows, in a few words.
        write: adds it to a workbook.
        when: tells for which fits.

    """

    name: str
    shows: str
    write: Write
    when: Callable[[FitReport], bool]


FIT_SHEETS: dict[str, FitSheet] = {}


def _always(_report: FitReport) -> bool:
    return True


def fit_sheet(name: str, shows: str, *, when: Callable[[FitReport], bool] = _always) -> Callable[[Write], Write]:
    """Enter a sheet; see the module's docstring."""

    def decorate(write: Write) -> Write:
        FIT_SHEETS[name] = FitSheet(name, shows, write, when)
        return write

    return decorate


def fit_sheets(report: FitReport) -> list[FitSheet]:
    """Give the further sheets of a fit."""
    _import_all()
    return [sheet for sheet in FIT_SHEETS.values() if sheet.when(report)]


@cache
def _import_all() -> None:
    import_modules_of(sys.modules[__name__])
