"""What a workbook remembers of the fits that were written into it: for each model where it began, and its report.

The record is a JSON document kept in the workbook: by sheet of the model `variables`, `start`, `fitted`, `mark` (what
the sheets of its report are marked with) and `order` (which fit was written after which). Versions of xlcf before kept
one report a workbook, without `mark` and `order`: whose it is, its Summary says.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from xlcf.arrays import Floats
from xlcf.bridge.books import OpenBook
from xlcf.errors import InputError
from xlcf.ooxml.editor import MARK, WorkbookEditor
from xlcf.ooxml.workbook import Workbook
from xlcf.report.sheet_names import SheetNames
from xlcf.solver.model import solver_models
from xlcf.solver.problem import Problem

_KEY = "fits"
_SUBTITLE = (2, 2)  # the cell of a Summary that says whose it is
_WHOSE = re.compile(r"Sheet (?P<sheet>.+), (?:fitted|solved) \d{4}-\d\d-\d\d ", re.DOTALL)


class FitRecords:
    """The records of a workbook that is open for editing."""

    def __init__(self, editor: WorkbookEditor, workbook: Workbook) -> None:
        self.editor, self.workbook = editor, workbook
        document = editor.load(_KEY)
        kept = document.items() if isinstance(document, dict) else ()
        self._entries: dict[str, dict[str, Any]] = {key: dict(entry) for key, entry in kept if isinstance(entry, dict)}
        self._know_the_unmarked()

    def _know_the_unmarked(self) -> None:
        """Find out whose the one report of an earlier version is."""
        if any(entry.get("mark") == MARK for entry in self._entries.values()):
            return
        tabs = self.editor.marked_sheets(MARK)
        if not tabs:
            return
        owner = _owner(self.workbook, tabs.get(SheetNames().summary))
        if owner is None and len(self._entries) == 1:
            owner = next(iter(self._entries))
        if owner is not None:
            self._entries.setdefault(owner, {})["mark"] = MARK

    def sheets(self) -> set[str]:
        """Give the sheets of the models that have a fit or a report here."""
        return set(self._entries)

    def last(self) -> str | None:
        """Give the sheet of the model whose fit was written last; None where there is none."""
        usable = {model.sheet for model in solver_models(self.workbook) if model.problem is None}
        fitted = [
            sheet for sheet, entry in self._entries.items() if sheet in usable and entry.get("fitted") is not None
        ]
        # of fits by earlier versions the one with the report was the last
        return max(fitted, key=lambda sheet: (self._order(sheet), "mark" in self._entries[sheet]), default=None)

    def start(self, problem: Problem) -> Floats | None:
        """Give the start of the fit whose answer stands in the variable cells: shape (variables,); else None."""
        entry = self._entries.get(self._key(problem), {})
        if entry.get("variables") != problem.variables.text:
            return None
        start, fitted = _floats(entry.get("start")), _floats(entry.get("fitted"))
        if start is None or fitted is None or not len(start) == len(fitted) == len(problem.variables):
            return None
        # Excel keeps numbers to the last bit, LibreOffice to 15 digits
        return start if np.allclose(fitted, problem.start, rtol=1e-12, atol=0) else None

    def mark(self, problem: Problem) -> str:
        """Give the mark of the sheets of a model's report: that which it has, or one that is free."""
        mark = self._entries.get(self._key(problem), {}).get("mark")
        if isinstance(mark, str):
            return mark
        taken = {entry.get("mark") for entry in self._entries.values()}
        number, mark = 1, MARK
        while mark in taken or self.editor.marked_sheets(mark):
            number += 1
            mark = f"{MARK}_{number}"
        return mark

    def report_sheets(self) -> set[str]:
        """Give the names of the sheets of all reports."""
        marks = {entry["mark"] for entry in self._entries.values() if isinstance(entry.get("mark"), str)}
        return {tab for mark in marks for tab in self.editor.marked_sheets(mark).values()}

    def sheet_names(self, problem: Problem) -> SheetNames:
        """Give what the sheets of a model's report are called.

        Where the workbook has another model that can be solved they bear the name of the model's sheet; a report that
        was made without it keeps its names, which formulas of the user's may refer to.
        """
        own = self.editor.marked_sheets(self.mark(problem))
        plain = SheetNames()
        alone = not any(
            model.problem is None and model.sheet != problem.sheet for model in solver_models(self.workbook)
        )
        is_plain = not own.keys().isdisjoint(asdict(plain).values()) if own else alone
        return plain if is_plain else SheetNames.of_model(problem.sheet)

    def keep(self, problem: Problem, mark: str, start: Floats, fitted: Floats | None) -> None:
        """Store the record of a fit; `fitted` is None where the variable cells were left as they are."""
        key, sheet = self._key(problem), problem.sheet
        entry = self._entries.pop(key, {}) | {"mark": mark}
        if fitted is not None:
            entry |= {
                "variables": problem.variables.text,
                "start": start.tolist(),
                "fitted": fitted.tolist(),
                "order": 1 + max(map(self._order, self._entries), default=0),
            }
        self._entries[sheet] = entry
        self.editor.store(_KEY, self._entries)

    def _key(self, problem: Problem) -> str:
        """Give under what sheet a model is recorded: its own, or one that is gone, whose name it was before."""
        if problem.sheet in self._entries:
            return problem.sheet
        gone = [
            sheet
            for sheet, entry in self._entries.items()
            if sheet not in self.workbook.sheets and entry.get("variables") == problem.variables.text
        ]
        return gone[0] if len(gone) == 1 else problem.sheet

    def _order(self, sheet: str) -> int:
        order = self._entries[sheet].get("order")
        return order if isinstance(order, int) else 0


def is_fit_of(path: Path, sheets: set[str]) -> bool:
    """Tell whether a file is a workbook with the fits of some sheets' models, or their report, and of no other."""
    try:
        with OpenBook(path) as opened:
            if _owner(opened.book, SheetNames().summary) in sheets and len(solver_models(opened.book)) == 0:
                return True  # a report alone
            found = FitRecords(opened.edit(), opened.book).sheets()
            return bool(found) and found <= sheets
    except InputError:
        return False


def _owner(workbook: Workbook, summary: str | None) -> str | None:
    """Give the sheet of the model that a Summary is about."""
    if summary is None or summary not in workbook.sheets:
        return None
    subtitle = workbook.sheets[summary].values.get(_SUBTITLE)
    found = _WHOSE.match(subtitle) if isinstance(subtitle, str) else None
    return None if found is None else found["sheet"]


def _floats(numbers: object) -> Floats | None:
    if not isinstance(numbers, Sequence) or isinstance(numbers, str):
        return None
    try:
        return np.array(numbers, dtype=np.float64)
    except (TypeError, ValueError):
        return None
