"""A fit written into the user's own workbook: fitted numbers, true cached values, report sheets, nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from xlcf.arrays import Floats
from xlcf.bridge.fit_records import FitRecords
from xlcf.formulas.recalculation import recompute
from xlcf.ooxml.cell_markup import CellValue
from xlcf.ooxml.references import address, quote_sheet
from xlcf.ooxml.workbook import Workbook
from xlcf.ooxml.worksheet import Position
from xlcf.report import write_report
from xlcf.report.fit_report import FitReport
from xlcf.solver.problem import Problem


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


def write_back(
    records: FitRecords,
    problem: Problem,
    report: FitReport,
    target: Path,
    *,
    keep_start: bool,
    backup: bool,
) -> Written:
    """Write the workbook that a problem was read from, with the fit in it, to `target`, whole or not at all.

    The sheets of the report replace those of an earlier report on the same model, and of no other.

    Sheets that hold none of the fitted cells and of what depends on them keep their bytes. So Excel opens the workbook
    on the report's Summary only where it would have opened it on a sheet that changes anyway.

    Args:
        records: of the fits in the workbook, which is open for editing.
        problem: what was fitted.
        report: the fit.
        target: where to write; may be the workbook itself.
        keep_start: leave the variable cells as they are, and only add the report's sheets.
        backup: keep a copy of what stands at `target`, under a free name beside it.

    Raises:
        InputError: where the workbook cannot be edited, or the target cannot be written.

    """
    values, not_recomputed = ({}, ()) if keep_start else _new_values(records.workbook, problem, report.result.x)
    editor = records.editor
    with TemporaryDirectory(prefix="xlcf-") as folder:
        mark, names = records.mark(problem), records.sheet_names(problem)
        sheets_only = Path(folder) / "report.xlsx"
        write_report(sheets_only, report, names)
        for sheet, cells in values.items():
            editor.set_values(sheet, cells)
        # before the sheets, which go and come again with each fit: so its part and links stay where they are
        records.keep(problem, mark, report.result.x_start, None if keep_start else report.result.x)
        # another sheet would lose its selection, and with it its bytes
        summary_first = editor.active_sheet in {*values, *records.report_sheets()}
        grafted = editor.graft(sheets_only, mark, active=summary_first)
        copy = _backup_name(target) if backup else None
        editor.save(target, backup=copy)
    return Written(target, copy, tuple(grafted.values()), not_recomputed)


def _new_values(
    workbook: Workbook, problem: Problem, x: Floats
) -> tuple[dict[str, dict[Position, CellValue]], tuple[tuple[str, str], ...]]:
    """Give the fitted numbers, and the values of all formulas that depend on them, by sheet."""
    fitted = dict(zip(problem.variables.cells, x.tolist(), strict=True))
    recalculated = recompute(workbook, fitted)
    values: dict[str, dict[Position, CellValue]] = {}
    for (sheet, row, column), value in [*fitted.items(), *recalculated.values.items()]:
        values.setdefault(sheet, {})[row, column] = value
    not_recomputed = []
    for (sheet, row, column), reason in sorted(recalculated.unsupported.items()):
        values.setdefault(sheet, {})[row, column] = None
        not_recomputed.append((f"{quote_sheet(sheet)}!{address(row, column)}", reason))
    return values, tuple(not_recomputed)


def _backup_name(path: Path) -> Path:
    number = 1
    while True:
        name = path.with_name(f"{path.stem}.backup{'' if number == 1 else f'-{number}'}{path.suffix}")
        if not name.exists():
            return name
        number += 1
