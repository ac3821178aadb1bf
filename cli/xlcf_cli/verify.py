"""`xlcf verify`: whether a workbook file is sound, its formulas' values true, and its original kept."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from xlcf.plain_numbers import counted
from xlcf_cli.console import counting, working
from xlcf_cli.options import json_option, quiet_option

if TYPE_CHECKING:
    from xlcf.bridge.verify import Verification
    from xlcf.ooxml.file_differences import CellChange, FileDifferences, Status
    from xlcf.ooxml.worksheet import Scalar
    from xlcf.verifying.value_check import ValueCheck

_CHANGES_SHOWN = 5
_STATUSES: tuple[Status, ...] = ("lost", "changed", "added", "same")  # the most interesting first


@click.command(epilog="Example: xlcf verify book.fitted.xlsx --against book.xlsx")
@click.argument("workbook", type=click.Path(path_type=Path))
@click.option(
    "--against",
    metavar="ORIGINAL",
    type=click.Path(path_type=Path),
    help="Say which parts and cells differ from this workbook; a part of it that is lost is a fault.",
)
@click.option(
    "--libreoffice/--no-libreoffice",
    default=None,
    help="Let LibreOffice compute the formulas, too; this takes some seconds.  [default: where it is installed]",
)
@click.option(
    "--resume",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Of a folder: keep each workbook's line in this file, and do not check again what it holds already.",
)
@json_option
@quiet_option
def verify(
    workbook: Path, against: Path | None, libreoffice: bool | None, resume: Path | None, as_json: bool, quiet: bool
) -> None:
    """Check the file WORKBOOK for what makes Excel repair or refuse it, and for values that are not true.

    Formulas are computed anew, by xlcf and by LibreOffice, and compared with the values that Excel stored. The exit
    code is 0 where there is no fault, 1 where there is one, 2 where the file is no workbook. WORKBOOK may be a folder:
    then each workbook in it is one line, and LibreOffice computes only where it is asked to.
    """
    if workbook.is_dir():
        if against is not None:
            raise click.UsageError("--against takes one workbook, not a folder.")
        _verify_folder(workbook, resume, libreoffice=libreoffice is True, as_json=as_json, quiet=quiet)
    if resume is not None:
        raise click.UsageError("--resume takes a folder, not one workbook.")
    with working("Checking ...", quiet=quiet):
        from xlcf.bridge import verify as verification

        done = verification.verify(workbook, against, libreoffice=libreoffice)
    if as_json:
        click.echo(json.dumps(as_dict(done), indent=2))
    else:
        for line in [str(fault) for fault in done.faults] if quiet else lines(done, wanted=libreoffice is not False):
            click.echo(line)
    sys.exit(1 if done.faults else 0)


def _verify_folder(folder: Path, resume: Path | None, *, libreoffice: bool, as_json: bool, quiet: bool) -> NoReturn:
    """Check a folder, and end with the exit code."""
    from xlcf.bridge.verify_folder import BookLine, summary, verify_folder

    with counting("Checking workbooks", quiet=quiet) as show:

        def on_book(line: BookLine, done: int, total: int) -> None:
            show(done, total)
            if not as_json and not (quiet and line.sound):
                click.echo(f"{line.workbook}: {line.verdict}")

        books = verify_folder(folder, libreoffice=libreoffice, resume=resume, on_book=on_book)
    if as_json:
        click.echo(
            json.dumps({"folder": str(folder), "summary": summary(books), "workbooks": list(map(asdict, books))})
        )
    elif not quiet:
        click.echo(summary(books))
    sys.exit(0 if all(line.sound for line in books) else 1)


def lines(done: Verification, *, wanted: bool) -> list[str]:
    """Say it in lines for a person: the verdict, each finding in a line, the counts, what differs from the original.

    `wanted`: LibreOffice should have computed the formulas.
    """
    text = [done.verdict, *map(str, done.findings), ""]
    checked = done.checked
    counts = ((checked.parts, "parts"), (checked.sheets, "sheets"), (checked.cells, "cells"))
    text.append(f"{done.path}: {', '.join(counted(*pair) for pair in counts)}.")
    text += _values("xlcf", done.values)
    if done.libreoffice is not None:
        text += _values("LibreOffice", done.libreoffice)
    elif wanted and checked.formulas and done.values.skipped is None:
        text.append("LibreOffice: not installed, so only xlcf computed the formulas.")
    return text if done.comparison is None else [*text, *_compared(done.comparison)]


def _values(who: str, values: ValueCheck) -> list[str]:
    if values.skipped is not None:
        return [f"Formulas: not computed by {who}: {values.skipped.rstrip('.')}."]
    beyond = sum(map(len, values.unsupported.values()))
    if not (values.compared or beyond or values.volatile or values.without_value):
        return ["Formulas: none."]
    counts = [
        f"{values.compared - len(values.differing) - len(values.placeholders):,} as stored",
        f"{len(values.differing):,} different",
        f"{len(values.placeholders):,} placeholders" if values.placeholders else "",
        f"{values.without_value:,} without a stored value" if values.without_value else "",
        f"{values.volatile:,} volatile" if values.volatile else "",
        f"{beyond:,} not computed" if beyond else "",
    ]
    text = [f"Formulas, computed by {who}: {', '.join(filter(None, counts))}."]
    from xlcf.ooxml.references import cell_name

    for reason, cells in values.unsupported.items():
        more = f" and {len(cells) - 1:,} more" if len(cells) > 1 else ""
        text.append(f"  not computed: {cell_name(cells[0])}{more}: {reason}")
    return text


def _compared(comparison: FileDifferences) -> list[str]:
    """Lay out the parts as a table, those that differ first, and the cells changed."""
    parts = sorted(comparison.parts, key=lambda part: _STATUSES.index(part.status))
    width = max((len(part.name) for part in parts), default=0)
    text = ["", f"{'part':{width}}  {'status':7}  {'bytes before':>12}  {'now':>12}"]
    for part in parts:
        sizes = ["-" if size is None else f"{size:,}" for size in (part.size_before, part.size)]
        text.append(f"{part.name:{width}}  {part.status:7}  {sizes[0]:>12}  {sizes[1]:>12}")
    text.append("parts: " + ", ".join(f"{comparison.count(status)} {status}" for status in _STATUSES))
    for title, sheets in (("added", comparison.sheets_added), ("lost", comparison.sheets_lost)):
        if sheets:
            text.append(f"sheets {title}: {', '.join(sheets)}")
    for sheet, changes in comparison.cells.items():
        shown = ", ".join(map(_change, changes[:_CHANGES_SHOWN]))
        more = f", and {len(changes) - _CHANGES_SHOWN:,} more" if len(changes) > _CHANGES_SHOWN else ""
        text.append(f"cells changed on {sheet}: {len(changes):,}: {shown}{more}")
    if not comparison.cells and not comparison.not_compared:
        text.append("cells changed: none")
    return text


def _change(change: CellChange) -> str:
    from xlcf.bridge.verify import show

    before, after = (change.before, change.after)
    if change.formula_before != change.formula:
        return f"{change.cell} {change.formula_before or show(before)} -> {change.formula or show(after)}"
    return f"{change.cell} {show(before)} -> {show(after)}"


def as_dict(done: Verification) -> dict[str, Any]:
    """Give it under the keys that docs/reference/json.md lists."""
    return {
        "workbook": str(done.path),
        "sound": not done.faults,
        "verdict": done.verdict,
        "findings": [asdict(finding) for finding in done.findings],
        "parts": done.checked.parts,
        "sheets": done.checked.sheets,
        "cells": done.checked.cells,
        "formulas": done.checked.formulas,
        "values": _values_dict(done.values),
        "libreoffice": None if done.libreoffice is None else _values_dict(done.libreoffice),
        "against": None if done.comparison is None else _comparison_dict(done.comparison),
    }


def _values_dict(values: ValueCheck) -> dict[str, Any]:
    from xlcf.ooxml.references import cell_name

    return {
        "compared": values.compared,
        "differing": [
            {
                "cell": cell_name(difference.cell),
                "formula": difference.formula,
                "cached": _plain(difference.cached),
                "computed": _plain(difference.computed),
            }
            for difference in values.differing
        ],
        "placeholders": len(values.placeholders),
        "without_value": values.without_value,
        "volatile": values.volatile,
        "unsupported": {reason: [cell_name(cell) for cell in cells] for reason, cells in values.unsupported.items()},
        "skipped": values.skipped,
    }


def _comparison_dict(comparison: FileDifferences) -> dict[str, Any]:
    return {
        "parts": [asdict(part) for part in comparison.parts],
        "sheets_added": list(comparison.sheets_added),
        "sheets_lost": list(comparison.sheets_lost),
        "cells": {
            sheet: [
                {
                    "cell": change.cell,
                    "before": _plain(change.before),
                    "after": _plain(change.after),
                    "formula_before": change.formula_before,
                    "formula": change.formula,
                }
                for change in changes
            ]
            for sheet, changes in comparison.cells.items()
        },
        "not_compared": comparison.not_compared,
    }


def _plain(value: Scalar | None) -> float | str | bool | None:
    return value if value is None or isinstance(value, float | str | bool) else str(value)
