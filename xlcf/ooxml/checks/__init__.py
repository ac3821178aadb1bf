"""A checker of workbook files: the faults for which Excel repairs or refuses them, found without Excel.

Each family of checks is one module; each check has a stable id (`CHECKS`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from xlcf.ooxml.calculation import Calculation, calculation
from xlcf.ooxml.checks import (
    calc_chain,
    cells,
    content_types,
    contents,
    element_order,
    metadata,
    names,
    relationships,
    sheets,
    styles,
    tables,
)
from xlcf.ooxml.checks.finding import Check, Finding, Severity
from xlcf.ooxml.package import Package

__all__ = ["CHECKS", "Calculation", "Check", "Checked", "Finding", "Severity", "check_package"]

CHECKS: tuple[Check, ...] = (
    contents.UNREADABLE,
    contents.MALFORMED,
    content_types.DUPLICATE,
    content_types.NO_TYPE,
    content_types.OVERRIDE,
    content_types.FILE_NAME,
    relationships.DANGLING,
    relationships.MISSING,
    relationships.DUPLICATE,
    relationships.ORPHAN,
    sheets.NAME,
    sheets.DUPLICATE_NAME,
    sheets.DUPLICATE_ID,
    sheets.VISIBLE,
    sheets.ACTIVE,
    sheets.SELECTED,
    names.DUPLICATE,
    names.LOCAL_SHEET,
    names.EQUALS,
    tables.DUPLICATE,
    element_order.ELEMENT_ORDER,
    styles.STYLE,
    styles.DXF,
    cells.ORDER,
    cells.SHARED_STRING,
    cells.NOT_FINITE,
    cells.VALUE,
    metadata.METADATA,
    calc_chain.CALC_CHAIN,
)


@dataclass(frozen=True)
class Checked:
    """What checking a package gave.

    Attributes:
        findings: faults and notes, the worst first.
        parts: how many parts there are.
        sheets: how many sheets.
        cells: how many cells hold a value.
        formulas: how many cells hold a formula of their own.
        calculation: how the workbook wants to be calculated.

    """

    findings: tuple[Finding, ...]
    parts: int
    sheets: int
    cells: int
    formulas: int
    calculation: Calculation


def check_package(path: str | Path) -> Checked:
    """Check a workbook file; sheets are streamed, so that large ones need little memory.

    Raises:
        InputError: where the file is missing or is no Excel workbook at all; damage to one is a finding.

    """
    with Package(path) as package:
        book = contents.Contents(package)
        book.scan_parts()
        formats = styles.Styles(book)
        checker = cells.CellChecker(book, formats)
        found: list[Finding] = []
        worksheets = {tab.part: tab for tab in book.tabs if tab.kind == "worksheet" and tab.part is not None}
        for tab in worksheets.values():
            found += checker.check(tab)
        found += checker.calc_chain.check(book)
        found += content_types.check_content_types(book)
        found += relationships.check_relationships(book)
        found += sheets.check_sheets(book)
        found += element_order.check_element_order(book)
        found += names.check_names(book)
        found += tables.check_tables(book)
        found += styles.check_styles(book, formats)
        found += book.findings
        worst_first = sorted(found, key=lambda finding: ("error", "warning", "note").index(finding.severity))
        return Checked(
            findings=tuple(worst_first),
            parts=len(book.parts),
            sheets=len(book.tabs),
            cells=checker.counts.cells,
            formulas=checker.counts.formulas,
            calculation=calculation(book.workbook),
        )
