"""A fit written into the user's own workbook: fitted numbers, true cached values, report sheets, nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlcf.errors import InputError
from xlcf.formulas.recalculation import recompute
from xlcf.ooxml.cell_markup import CellValue
from xlcf.ooxml.editor import WorkbookEditor
from xlcf.ooxml.references import address, quote_sheet
from xlcf.ooxml.workbook import Workbook
from xlcf.ooxml.worksheet import Position
from xlcf.report import write_report
from xlcf.report.fit_report import FitReport
from xlcf.solver.problem import Problem

Floats = NDArray[np.float64]

_FITS = (
    "fits"  # the document kept in the workbook: for each model's sheet, its variable cells, start and fitted numbers
)


@dataclass(frozen=True)
class Written:
    """What was written.

    Attributes:
        output: the workbook.
        backup: where the original went, when it was replaced.
        sheets: the names that the report's sheets have there, Summary first.
        not_recomputed: (cell, reason) of formulas that depend on the fitted cells and are beyond xlcf; they are left
            without a stored value until Excel computes them.

    """

    output: Path
    backup: Path | None
    sheets: tuple[str, ...]
    not_recomputed: tuple[tuple[str, str], ...]


def write_back(problem: Problem, report: FitReport, target: Path, *, keep_start: bool, backup: bool) -> Written:
    """Write the workbook that a problem was read from, with the fit in it, to `target`, whole or not at all.

    Sheets that hold none of the fitted cells and of what depends on them keep their bytes. So Excel opens the workbook
    on the report's Summary only where it would have opened it on a sheet that changes anyway.

    Args:
        problem: what was fitted.
        report: the fit.
        target: where to write; may be the workbook itself.
        keep_start: leave the variable cells as they are, and only add the report's sheets.
        backup: keep a copy of what stands at `target`, under a free name beside it.

    Raises:
        InputError: where the workbook cannot be edited, or the target cannot be written.

    """
    values, not_recomputed = ({}, ()) if keep_start else _new_values(problem, report.result.x)
    with TemporaryDirectory(prefix="xlcf-") as folder, WorkbookEditor(problem.workbook.path) as editor:
        sheets_only = Path(folder) / "report.xlsx"
        write_report(sheets_only, report)
        for sheet, cells in values.items():
            editor.set_values(sheet, cells)
        # before the sheets, which go and come again with each fit: so its part and links stay where they are
        editor.store(_FITS, _remember(editor.load(_FITS), problem, report, keep_start=keep_start))
        # another sheet would lose its selection, and with it its bytes
        summary_first = editor.active_sheet in {*values, *editor.marked_sheets().values()}
        names = editor.graft(sheets_only, active=summary_first)
        copy = _backup_name(target) if backup else None
        editor.save(target, backup=copy)
    return Written(target, copy, tuple(names.values()), not_recomputed)


def _new_values(
    problem: Problem, x: Floats
) -> tuple[dict[str, dict[Position, CellValue]], tuple[tuple[str, str], ...]]:
    """Give the fitted numbers, and the values of all formulas that depend on them, by sheet."""
    fitted = dict(zip(problem.cells, x.tolist(), strict=True))
    recalculated = recompute(problem.workbook, fitted)
    values: dict[str, dict[Position, CellValue]] = {}
    for (sheet, row, column), value in [*fitted.items(), *recalculated.values.items()]:
        values.setdefault(sheet, {})[row, column] = value
    not_recomputed = []
    for (sheet, row, column), reason in sorted(recalculated.unsupported.items()):
        values.setdefault(sheet, {})[row, column] = None
        not_recomputed.append((f"{quote_sheet(sheet)}!{address(row, column)}", reason))
    return values, tuple(not_recomputed)


def check_editable(workbook: Workbook) -> None:
    """Refuse now, before long work, a workbook that `write_back` would refuse later.

    Raises:
        InputError: where the workbook cannot be edited.

    """
    WorkbookEditor(workbook.path).close()


def stored_start(problem: Problem) -> Floats | None:
    """Give the start of the fit whose answer stands in the workbook's variable cells: shape (variables,).

    None where there was no fit, or where the variable cells were changed since.
    """
    try:
        with WorkbookEditor(problem.workbook.path) as editor:
            document = editor.load(_FITS)
    except InputError:
        return None  # it can only be read, so no fit was ever written into it
    entry = _entry(document, problem.model.sheet)
    if entry is None or entry.get("variables") != problem.model.variables_text():
        return None
    start, fitted = _floats(entry.get("start")), _floats(entry.get("fitted"))
    if start is None or fitted is None or not len(start) == len(fitted) == len(problem.cells):
        return None
    # Excel keeps numbers to the last bit, LibreOffice to 15 digits
    return start if np.allclose(fitted, problem.start, rtol=1e-12, atol=0) else None


def _remember(document: object, problem: Problem, report: FitReport, *, keep_start: bool) -> dict[str, Any]:
    entries = dict(document) if isinstance(document, dict) else {}
    if not keep_start:
        entries[problem.model.sheet] = {
            "variables": problem.model.variables_text(),
            "start": report.result.x_start.tolist(),
            "fitted": report.result.x.tolist(),
        }
    return entries


def _entry(document: object, sheet: str) -> dict[str, Any] | None:
    entry = document.get(sheet) if isinstance(document, dict) else None
    return entry if isinstance(entry, dict) else None


def _floats(numbers: object) -> Floats | None:
    if not isinstance(numbers, Sequence) or isinstance(numbers, str):
        return None
    try:
        return np.array(numbers, dtype=np.float64)
    except (TypeError, ValueError):
        return None


def _backup_name(path: Path) -> Path:
    number = 1
    while True:
        name = path.with_name(f"{path.stem}.backup{'' if number == 1 else f'-{number}'}{path.suffix}")
        if not name.exists():
            return name
        number += 1
