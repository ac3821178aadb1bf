"""Whether a workbook file can be trusted: its package, its formulas' values, and what became of its original."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from xlcf.errors import InputError, XlcfError
from xlcf.formulas.recalculation import recalculate
from xlcf.notebook import facts, table
from xlcf.ooxml.checks import Check, Checked, Finding, check_package
from xlcf.ooxml.file_differences import FileDifferences, compare_packages
from xlcf.ooxml.references import cell_name, quote_sheet
from xlcf.ooxml.workbook import open_workbook
from xlcf.ooxml.worksheet import Scalar
from xlcf.plain_numbers import counted
from xlcf.verifying.libreoffice import has_soffice, recalculate_in_libreoffice, require_soffice
from xlcf.verifying.value_check import Difference, ValueCheck, compare_with_libreoffice, compare_with_xlcf

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

_MOST_CELLS = 3_000_000  # to hold more than these in memory at once takes gigabytes
_SHORT, _LONG = 60.0, 600.0  # seconds that LibreOffice may take: unasked, asked for
_LONGEST_FORMULA = 80


@dataclass(frozen=True)
class Verification:
    """What there is to say of a workbook file.

    Attributes:
        path: the file.
        checked: its package.
        values: its formulas, recomputed by xlcf.
        libreoffice: the same by LibreOffice; None where it was not asked.
        comparison: how it differs from its original, or None.
        findings: faults and notes of all of these, the worst first.

    """

    path: Path
    checked: Checked
    values: ValueCheck
    libreoffice: ValueCheck | None
    comparison: FileDifferences | None
    findings: tuple[Finding, ...]

    @property
    def faults(self) -> tuple[Finding, ...]:
        """The findings that are more than notes."""
        return tuple(finding for finding in self.findings if finding.is_fault)

    @property
    def verdict(self) -> str:
        """Say in one line whether the file is sound, whether its values are as computed, and what was changed."""
        faults = f"not sound: {counted(len(self.faults), 'faults')}" if self.faults else "sound: no faults"
        sentences = [f"{self.path.name} is {faults}.", _values_in_words(self.values, self.libreoffice)]
        if self.comparison is not None:
            sentences.append(_changes_in_words(self.comparison))
        # names come from the file: a line stays one line
        return "".join(character if character.isprintable() else " " for character in " ".join(sentences))

    def _repr_html_(self) -> str:
        rows = [(each.severity, each.check, each.where, each.count, each.what) for each in self.findings]
        listed = table(("severity", "check", "where", "times", "what"), rows) if rows else ""
        return facts(self.verdict, []) + listed


def verify(path: str | Path, against: str | Path | None = None, *, libreoffice: bool | None = None) -> Verification:
    """Check a workbook file, its formulas' values, and, where asked, what became of its original.

    Args:
        path: the file.
        against: the workbook that it was made from.
        libreoffice: whether LibreOffice computes the formulas, too; None: where it is installed. Where it then fails,
            or needs more than a minute, that is a note; where it was asked for, a fault.

    Raises:
        InputError: where a file is missing or no workbook at all, or LibreOffice is asked for and not installed.

    """
    if libreoffice:
        require_soffice()
    comparison = None if against is None else compare_packages(path, against)
    checked = check_package(path)
    findings = list(checked.findings)
    values, second = _check_values(Path(path), checked, findings, libreoffice=libreoffice)
    if comparison is not None:
        findings += _comparison_findings(comparison)
    worst_first = sorted(findings, key=lambda finding: ("error", "warning", "note").index(finding.severity))
    return Verification(Path(path), checked, values, second, comparison, tuple(worst_first))


def _values_in_words(own: ValueCheck, second: ValueCheck | None) -> str:
    """Say how many formulas hold the value that was computed anew, by whom, and how many were not compared."""
    if own.skipped is not None:
        return f"Its formulas were not computed: {own.skipped.rstrip('.')}."
    beyond = len(own.placeholders) + own.without_value + own.volatile + sum(map(len, own.unsupported.values()))
    compared = own.compared - len(own.placeholders)
    if not compared:
        return f"None of its {counted(beyond, 'formulas')} could be compared." if beyond else "It has no formulas."
    wrong = len(own.differing)
    theirs = second is not None and second.skipped is None
    if wrong:
        holds = "holds" if wrong == 1 else "hold"
        words = f"{wrong:,} of {counted(compared, 'formulas')} {holds} another value than xlcf computes"
    else:
        who = "xlcf and LibreOffice compute" if theirs and second and not second.differing else "xlcf computes"
        words = f"{counted(compared, 'formulas')} {'holds' if compared == 1 else 'hold'} the value that {who}"
    if theirs and second and second.differing:
        words += f", {len(second.differing):,} another than LibreOffice computes"
    return f"{words}; {beyond:,} could not be compared." if beyond else f"{words}."


def _changes_in_words(comparison: FileDifferences) -> str:
    """Say what was lost, added and changed."""
    lost = comparison.count("lost")
    words = [f"{counted(lost, 'parts')} lost" if lost else "nothing lost"]
    words += [f"{counted(len(sheets), 'sheets')} {how}" for sheets, how in _sheets(comparison) if sheets]
    changed = {sheet: len(changes) for sheet, changes in comparison.cells.items()}
    if changed:
        words.append(f"{counted(sum(changed.values()), 'cells')} changed on {', '.join(changed)}")
    else:
        words.append("no cell changed" if not comparison.not_compared else "no other cell changed")
    words += [f"cells of {sheet} not compared" for sheet in comparison.not_compared]
    return f"Against the original: {', '.join(words)}."


def _sheets(comparison: FileDifferences) -> tuple[tuple[tuple[str, ...], str], ...]:
    return (tuple(comparison.sheets_added), "added"), (tuple(comparison.sheets_lost), "lost")


def _check_values(
    path: Path, checked: Checked, findings: list[Finding], *, libreoffice: bool | None
) -> tuple[ValueCheck, ValueCheck | None]:
    """Compute the formulas by xlcf and by LibreOffice, and add to the findings what is wrong with them."""
    if not checked.formulas:
        return ValueCheck(), None
    reason = _not_computable(checked)
    if reason is not None:
        return ValueCheck(skipped=reason), None
    try:
        workbook = open_workbook(path)
        own = recalculate(workbook)
    except InputError as error:
        if not any(finding.is_fault for finding in findings):
            findings.append(UNREADABLE_WORKBOOK.found(path.name, str(error)))
        return ValueCheck(skipped=str(error)), None
    values = compare_with_xlcf(workbook, own, placeholders=checked.calculation.on_load)
    findings += _value_findings(values, CACHED_VALUE, checked)
    if libreoffice is False or not has_soffice():
        return values, None
    if checked.calculation.iterative:
        return values, ValueCheck(
            skipped="it repeats circular formulas until they settle, which each program does its way"
        )
    try:
        theirs = recalculate_in_libreoffice(path, timeout=_LONG if libreoffice else _SHORT)
    except XlcfError as error:
        findings.append(NOT_COMPARED.found(path.name, str(error), severity="warning" if libreoffice else "note"))
        return values, ValueCheck(skipped=str(error))
    second = compare_with_libreoffice(workbook, own, theirs)
    findings += _value_findings(second, LIBREOFFICE_VALUE, checked)
    return values, second


def _not_computable(checked: Checked) -> str | None:
    if checked.cells > _MOST_CELLS:
        return f"its {checked.cells:,} cells are more than the {_MOST_CELLS:,} that are recomputed"
    if checked.calculation.as_displayed:
        return "it is set to compute with values as displayed, which xlcf does not"
    return None


def _value_findings(values: ValueCheck, check: Check, checked: Checked) -> list[Finding]:
    found = []
    by_sheet: dict[str, list[Difference]] = {}
    for difference in values.differing:
        by_sheet.setdefault(difference.cell[0], []).append(difference)
    mend = "The workbook is set to manual calculation: press F9 in Excel and save."
    for differences in by_sheet.values():
        first = differences[0]
        finding = check.found(cell_name(first.cell), _say(first), mend=mend if checked.calculation.manual else None)
        found.append(replace(finding, count=len(differences)))
    if values.placeholders:
        first = values.placeholders[0]
        what = f"The formula holds a placeholder, {first.cached:g}, until Excel opens the file and computes it."
        finding = check.found(cell_name(first.cell), what, severity="note", mend="")
        found.append(replace(finding, count=len(values.placeholders)))
    return found


def _say(difference: Difference) -> str:
    formula = difference.formula
    if len(formula) > _LONGEST_FORMULA:
        formula = formula[: _LONGEST_FORMULA - 3] + "..."
    return f"It holds {show(difference.cached)}, but {formula} gives {show(difference.computed)}."


def _comparison_findings(comparison: FileDifferences) -> list[Finding]:
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


def show(value: Scalar | None) -> str:
    """Write a value for a person."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).upper()
    return f"{value:.15g}" if isinstance(value, float) else repr(value) if isinstance(value, str) else str(value)
