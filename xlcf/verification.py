"""Whether a workbook file can be trusted: its package, its formulas' values, and what became of its original."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from xlcf.errors import InputError, XlcfError
from xlcf.formulas.compiler import Cell
from xlcf.formulas.recalculation import Recalculation, recalculate, recompute
from xlcf.libreoffice import recalculate_in_libreoffice, require_soffice
from xlcf.ooxml.checks import Check, Checked, Finding, check_package
from xlcf.ooxml.comparison import Comparison, compare_packages
from xlcf.ooxml.references import address, quote_sheet
from xlcf.ooxml.workbook import Workbook, open_workbook
from xlcf.ooxml.worksheet import ExcelError, Scalar

CACHED_VALUE = Check(
    "cached-value",
    "warning",
    "formulas whose cached value is not what they compute",
    "Press Ctrl+Alt+F9 in Excel and save.",
)
LIBREOFFICE_VALUE = Check(
    "libreoffice-value",
    "warning",
    "formulas whose cached value is not what LibreOffice computes",
    "Press Ctrl+Alt+F9 in Excel and save; where the value stays, LibreOffice computes it differently.",
)
LOST_PART = Check(
    "lost-part", "warning", "parts of the original that are gone", "Take the original again, and save with care."
)
UNREADABLE_WORKBOOK = Check(
    "unreadable-workbook",
    "error",
    "whatever else keeps a reader from the cells",
    "Open the workbook in Excel, let it repair the file, and save.",
)
NOT_COMPARED = Check("not-compared", "note", "what could not be looked at", "")

_RELATIVE, _ROUNDING = 1e-9, 1e-13
_MOST_CELLS = 3_000_000  # to hold more than these in memory at once takes gigabytes
_LONGEST_FORMULA = 80


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


@dataclass(frozen=True)
class Verification:
    """What there is to say of a workbook file.

    Attributes:
        path: the file.
        checked: its package.
        values: its formulas, recomputed by xlcf.
        libreoffice: the same by LibreOffice, or None.
        comparison: how it differs from its original, or None.
        findings: faults and notes of all of these, the worst first.

    """

    path: Path
    checked: Checked
    values: ValueCheck
    libreoffice: ValueCheck | None
    comparison: Comparison | None
    findings: tuple[Finding, ...]

    @property
    def faults(self) -> tuple[Finding, ...]:
        """The findings that are more than notes."""
        return tuple(finding for finding in self.findings if finding.is_fault)


def verify(path: str | Path, against: str | Path | None = None, *, libreoffice: bool = False) -> Verification:
    """Check a workbook file; compare it with its original, and with LibreOffice's values, where asked.

    Raises:
        InputError: where a file is missing or no workbook at all, or LibreOffice is asked for and not installed.

    """
    if libreoffice:
        require_soffice()
    comparison = None if against is None else compare_packages(path, against)
    checked = check_package(path)
    findings = list(checked.findings)
    values, second = ValueCheck(), ValueCheck() if libreoffice else None
    if checked.formulas:
        try:
            values, second = _check_values(path, checked, libreoffice=libreoffice)
        except InputError as error:
            values = ValueCheck(skipped=str(error))
            second = values if libreoffice else None
            if not any(finding.is_fault for finding in findings):
                findings.append(UNREADABLE_WORKBOOK.found(Path(path).name, str(error)))
    findings += _value_findings(values, CACHED_VALUE, checked)
    if second is not None:
        findings += _value_findings(second, LIBREOFFICE_VALUE, checked)
    if comparison is not None:
        findings += _comparison_findings(comparison)
    worst_first = sorted(findings, key=lambda finding: ("error", "warning", "note").index(finding.severity))
    return Verification(Path(path), checked, values, second, comparison, tuple(worst_first))


def _check_values(path: str | Path, checked: Checked, *, libreoffice: bool) -> tuple[ValueCheck, ValueCheck | None]:
    reason = _not_computable(checked)
    if reason is not None:
        skipped = ValueCheck(skipped=reason)
        return skipped, skipped if libreoffice else None
    workbook = open_workbook(path)
    own = recalculate(workbook)
    return (
        _compare_own(workbook, own, placeholders=checked.calculation.on_load),
        _compare_libreoffice(workbook, own) if libreoffice else None,
    )


def agree(cached: Scalar, computed: Scalar | None, magnitude: float = 0.0) -> bool:
    """Tell whether two values are the same: numbers to 1e-9, or to rounding in sums of numbers as large as `magnitude`.

    Any error agrees with any other, as which one it is depends on the order of evaluation.
    """
    if isinstance(cached, ExcelError) or isinstance(computed, ExcelError):
        return isinstance(cached, ExcelError) and isinstance(computed, ExcelError)
    if isinstance(cached, bool) or isinstance(computed, bool):
        return cached is computed
    if isinstance(cached, float) and isinstance(computed, float):
        largest = max(abs(cached), abs(computed))
        return abs(cached - computed) <= max(_RELATIVE * largest, _ROUNDING * magnitude)
    return cached == computed


def _not_computable(checked: Checked) -> str | None:
    if checked.cells > _MOST_CELLS:
        return f"its {checked.cells:,} cells are more than the {_MOST_CELLS:,} that are recomputed"
    if checked.calculation.as_displayed:
        return "it is set to compute with values as displayed, which xlcf does not"
    return None


def _compare_own(workbook: Workbook, own: Recalculation, *, placeholders: bool) -> ValueCheck:
    differing: list[Difference] = []
    waiting: list[Difference] = []
    compared = without_value = 0
    for cell, computed in own.values.items():
        sheet = workbook.sheets[cell[0]]
        cached = sheet.values.get(cell[1:])
        if cached is None:
            without_value += 1
            continue
        compared += 1
        if not agree(cached, computed, own.magnitudes[cell]):
            difference = Difference(cell, sheet.formula_at(*cell[1:]) or "", cached, computed)
            is_placeholder = placeholders and isinstance(cached, float) and cached == 0
            (waiting if is_placeholder else differing).append(difference)
    unsupported: dict[str, list[Cell]] = {}
    for cell, reason in own.unsupported.items():
        if cell not in own.volatile:
            unsupported.setdefault(reason, []).append(cell)
    return ValueCheck(
        compared=compared,
        differing=tuple(sorted(differing, key=lambda difference: difference.cell)),
        placeholders=tuple(sorted(waiting, key=lambda difference: difference.cell)),
        without_value=without_value,
        volatile=len(own.volatile),
        unsupported={reason: tuple(sorted(cells)) for reason, cells in unsupported.items()},
    )


def _compare_libreoffice(workbook: Workbook, own: Recalculation) -> ValueCheck:
    try:
        theirs = recalculate_in_libreoffice(workbook.path)
    except XlcfError as error:
        return ValueCheck(skipped=str(error))
    volatile = _volatile_and_dependents(workbook, own)
    differing: list[Difference] = []
    beyond: list[Cell] = []
    compared = without_value = 0
    for sheet in workbook:
        if sheet.name not in theirs.sheets:
            continue
        other = theirs.sheets[sheet.name].values
        for position in sheet.formulas:
            cell = (sheet.name, *position)
            cached, computed = sheet.values.get(position), other.get(position)
            if cell in volatile:
                continue
            if cached is None:
                without_value += 1
            elif isinstance(computed, ExcelError) and not isinstance(cached, ExcelError):
                beyond.append(cell)
            else:
                compared += 1
                computed = "" if computed is None and isinstance(cached, str) else computed
                if not agree(cached, computed, own.magnitudes.get(cell, 0.0)):
                    differing.append(Difference(cell, sheet.formula_at(*position) or "", cached, computed))
    return ValueCheck(
        compared=compared,
        differing=tuple(sorted(differing, key=lambda difference: difference.cell)),
        without_value=without_value,
        volatile=len(volatile),
        unsupported={"LibreOffice gives an error": tuple(sorted(beyond))} if beyond else {},
    )


def _volatile_and_dependents(workbook: Workbook, own: Recalculation) -> set[Cell]:
    if not own.volatile:
        return set()
    behind = recompute(workbook, dict.fromkeys(own.volatile, 0.0))
    return {*own.volatile, *behind.values, *behind.unsupported}


def _value_findings(values: ValueCheck, check: Check, checked: Checked) -> list[Finding]:
    found = []
    by_sheet: dict[str, list[Difference]] = {}
    for difference in values.differing:
        by_sheet.setdefault(difference.cell[0], []).append(difference)
    mend = "The workbook is set to manual calculation: press F9 in Excel and save."
    for differences in by_sheet.values():
        first = differences[0]
        finding = check.found(name_cell(first.cell), _say(first), mend=mend if checked.calculation.manual else None)
        found.append(replace(finding, count=len(differences)))
    if values.placeholders:
        first = values.placeholders[0]
        what = f"The formula holds a placeholder, {first.cached:g}, until Excel opens the file and computes it."
        finding = check.found(name_cell(first.cell), what, severity="note", mend="")
        found.append(replace(finding, count=len(values.placeholders)))
    return found


def _say(difference: Difference) -> str:
    formula = difference.formula
    if len(formula) > _LONGEST_FORMULA:
        formula = formula[: _LONGEST_FORMULA - 3] + "..."
    return f"It holds {show(difference.cached)}, but {formula} gives {show(difference.computed)}."


def _comparison_findings(comparison: Comparison) -> list[Finding]:
    found = []
    for part in comparison.parts:
        if part.status == "lost":
            if part.name.lower().endswith("calcchain.xml"):
                what = "The calculation chain is gone; Excel makes it anew."
                found.append(LOST_PART.found(part.name, what, severity="note", mend=""))
            else:
                found.append(LOST_PART.found(part.name, "The original has this part, the workbook has not."))
    for sheet, reason in comparison.not_compared.items():
        found.append(NOT_COMPARED.found(quote_sheet(sheet), f"Its cells could not be compared: {reason}"))
    return found


def name_cell(cell: Cell) -> str:
    """Name a cell as Excel does: `dotprod!V41`."""
    return f"{quote_sheet(cell[0])}!{address(*cell[1:])}"


def show(value: Scalar | None) -> str:
    """Write a value for a person."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).upper()
    return f"{value:.15g}" if isinstance(value, float) else repr(value) if isinstance(value, str) else str(value)
