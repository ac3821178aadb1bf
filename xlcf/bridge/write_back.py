"""A fit written into the user's own workbook: fitted numbers, true cached values, report sheets, nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

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
        values: by sheet, the cells that have other values now.

    """

    output: Path
    backup: Path | None
    sheets: tuple[str, ...]
    not_recomputed: tuple[tuple[str, str], ...]
    values: Mapping[str, Mapping[Position, CellValue]] = field(default_factory=dict, repr=False)


def write_back(
    records: FitRecords,
    fits: Sequence[tuple[Problem, FitReport]],
    target: Path,
    *,
    keep_start: bool,
    backup: bool,
) -> Written:
    """Write the workbook that problems were read from, with their fits in it, to `target`, whole or not at all.

    The sheets of a report replace those of an earlier report on the same model, and of no other.

    Sheets that hold none of the fitted cells and of what depends on them keep their bytes. So Excel opens the workbook
    on the report's Summary only where it would have opened it on a sheet that changes anyway.

    Args:
        records: of the fits in the workbook, which is open for editing.
        fits: what was fitted, each with its report.
        target: where to write; may be the workbook itself.
        keep_start: leave the variable cells as they are, and only add the report's sheets.
        backup: keep a copy of what stands at `target`, under a free name beside it.

    Raises:
        InputError: where the workbook cannot be edited, or the target cannot be written.

    """
    values, not_recomputed = ({}, ()) if keep_start else _new_values(records.workbook, fits)
    editor = records.editor
    tabs: list[str] = []
    with TemporaryDirectory(prefix="xlcf-") as folder:
        for sheet, cells in values.items():
            editor.set_values(sheet, cells)
        for problem, report in fits:
            mark, names = records.mark(problem), records.sheet_names(problem)
            sheets_only = Path(folder) / "report.xlsx"
            write_report(sheets_only, report, names)
            # before the sheets, which go and come again with each fit: so its part and links stay where they are
            records.keep(problem, mark, report.result.x_start, None if keep_start else report.result.x)
            # another sheet would lose its selection, and with it its bytes
            summary_first = not tabs and editor.active_sheet in {*values, *records.report_sheets()}
            tabs += editor.graft(sheets_only, mark, active=summary_first).values()
        copy = _backup_name(target) if backup else None
        editor.save(target, backup=copy)
    return Written(target, copy, tuple(tabs), not_recomputed, values)


def _new_values(
    workbook: Workbook, fits: Sequence[tuple[Problem, FitReport]]
) -> tuple[dict[str, dict[Position, CellValue]], tuple[tuple[str, str], ...]]:
    """Give the fitted numbers, and the values of all formulas that depend on them, by sheet."""
    fitted = {
        cell: value
        for problem, report in fits
        for cell, value in zip(problem.variables.cells, report.result.x.tolist(), strict=True)
    }
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
