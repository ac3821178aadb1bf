"""Formulas computed anew, by xlcf and by LibreOffice, against the values that a workbook stores."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from xlcf.formulas.agreement import agree
from xlcf.formulas.compiler import Cell
from xlcf.formulas.recalculation import Recalculation, recompute
from xlcf.ooxml.workbook import Workbook
from xlcf.ooxml.worksheet import ExcelError, Scalar, Worksheet

# functions that came after Excel 2007: which of them it knows depends on LibreOffice's version
_NEW_FUNCTION = re.compile(r"_xl(?:fn|ws)\.(?!SINGLE\()", re.IGNORECASE)


@dataclass(frozen=True)
class Difference:
    """A formula cell whose value is not the cached one."""

    cell: Cell
    formula: str
    cached: Scalar
    computed: Scalar | None


@dataclass(frozen=True)
class ValueCheck:
    """Formulas recomputed against their cached values.

    Attributes:
        compared: how many formula cells were compared.
        differing: those that differ.
        placeholders: those that hold 0 in a workbook that asks Excel to compute on load: no faults.
        without_value: how many have no cached value.
        volatile: how many have a value of their own at each calculation, or (in LibreOffice) depend on one that does.
        unsupported: the cells that could not be computed, by the reason.
        skipped: why nothing was compared, or None.

    """

    compared: int = 0
    differing: tuple[Difference, ...] = ()
    placeholders: tuple[Difference, ...] = ()
    without_value: int = 0
    volatile: int = 0
    unsupported: dict[str, tuple[Cell, ...]] = field(default_factory=dict)
    skipped: str | None = None


def compare_with_xlcf(workbook: Workbook, own: Recalculation, *, placeholders: bool) -> ValueCheck:
    """Hold the values that xlcf computed against the cached ones; `placeholders`: zeros may be such."""
    differing: list[Difference] = []
    waiting: list[Difference] = []
    compared = without_value = 0
    for cell, computed in own.values.items():
        cached = workbook.sheets[cell[0]].values.get(cell[1:])
        if cached is None:
            without_value += 1
            continue
        compared += 1
        if not agree(cached, computed, own.magnitudes[cell]):
            is_placeholder = placeholders and isinstance(cached, float) and cached == 0
            (waiting if is_placeholder else differing).append(_difference(workbook, cell, cached, computed))
    unsupported: dict[str, list[Cell]] = {}
    for cell, reason in own.unsupported.items():
        if cell not in own.volatile:
            unsupported.setdefault(reason, []).append(cell)
    return ValueCheck(
        compared=compared,
        differing=_in_order(differing),
        placeholders=_in_order(waiting),
        without_value=without_value,
        volatile=len(own.volatile),
        unsupported={reason: tuple(sorted(cells)) for reason, cells in unsupported.items()},
    )


def compare_with_libreoffice(workbook: Workbook, own: Recalculation, theirs: Workbook) -> ValueCheck:
    """Hold the values that LibreOffice computed against the cached ones.

    What LibreOffice cannot compute is not compared: cells where it gives nothing, or an error and Excel a value, and
    those of the differing ones that hold a function which it may not know, or that depend on such cells.

    Args:
        workbook: the workbook with the cached values.
        own: what xlcf made of it; says which cells are volatile.
        theirs: the workbook as LibreOffice recalculated it.

    """
    volatile = _with_dependents(workbook, own.volatile)
    differing: dict[Cell, Difference] = {}
    unread: set[Cell] = set()
    failed: set[Cell] = set()
    unknown: set[Cell] = set()
    compared = without_value = 0
    for sheet in workbook:
        if sheet.name not in theirs.sheets:
            continue
        computed_values = theirs.sheets[sheet.name].values
        for position in sheet.formulas:
            cell = (sheet.name, *position)
            cached, computed = sheet.values.get(position), computed_values.get(position)
            if cell in volatile:
                continue
            if cached is None:
                without_value += 1
                continue
            compared += 1
            if computed is None and isinstance(cached, str):
                computed = ""
            if agree(cached, computed, own.magnitudes.get(cell, 0.0), any_error=True):
                continue
            if computed is None:
                unread.add(cell)
            elif isinstance(computed, ExcelError):
                failed.add(cell)
            elif _may_be_unknown(sheet, position):
                unknown.add(cell)
            else:
                differing[cell] = _difference(workbook, cell, cached, computed)
    behind = differing.keys() & _with_dependents(workbook, unread | failed | unknown)
    unsupported = {
        "LibreOffice did not read it": unread,
        "LibreOffice gives an error": failed,
        "LibreOffice may not know a function in it": unknown,
        "it depends on a formula that LibreOffice cannot compute": behind,
    }
    return ValueCheck(
        compared=compared - sum(map(len, unsupported.values())),
        differing=_in_order(differing[cell] for cell in differing.keys() - behind),
        without_value=without_value,
        volatile=len(volatile),
        unsupported={reason: tuple(sorted(cells)) for reason, cells in unsupported.items() if cells},
    )


def _may_be_unknown(sheet: Worksheet, position: tuple[int, int]) -> bool:
    return _NEW_FUNCTION.search(sheet.formulas[position].text) is not None


def _with_dependents(workbook: Workbook, cells: Iterable[Cell]) -> set[Cell]:
    """Give cells, and all cells whose formulas depend on them."""
    seeds = set(cells)
    if not seeds:
        return set()
    behind = recompute(workbook, dict.fromkeys(seeds, 0.0))
    return {*seeds, *behind.values, *behind.unsupported}


def _difference(workbook: Workbook, cell: Cell, cached: Scalar, computed: Scalar | None) -> Difference:
    return Difference(cell, workbook.sheets[cell[0]].formula_at(*cell[1:]) or "", cached, computed)


def _in_order(differences: Iterable[Difference]) -> tuple[Difference, ...]:
    return tuple(sorted(differences, key=lambda difference: difference.cell))
