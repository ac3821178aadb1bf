"""What a check finds: which check it was, how bad it is, where, what, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class Finding:
    """One thing found in a workbook file.

    Attributes:
        check: the check's id, e.g. `duplicate-sheet-name`.
        severity: `error`: Excel refuses or repairs the file; `warning`: Excel opens it, but it shows or does something
            wrong; `note`: harmless, no fault.
        where: a part (`xl/workbook.xml`) or a cell (`dotprod!V41`).
        what: a sentence that says what is wrong.
        mend: a sentence that says how to mend it.
        count: how many times the same was found; `where` and `what` tell of the first.

    """

    check: str
    severity: Severity
    where: str
    what: str
    mend: str
    count: int = 1

    @property
    def is_fault(self) -> bool:
        """Whether it is more than a note."""
        return self.severity != "note"

    def __str__(self) -> str:
        # names come from the file: a line stays one line, and no terminal is steered by it
        more = f" (and {self.count - 1:,} more)" if self.count > 1 else ""
        line = f"{self.severity}: {self.where}: {self.what}{more} [{self.check}] {self.mend}".rstrip()
        return "".join(character if character.isprintable() else " " for character in line)


@dataclass(frozen=True)
class Check:
    """A check: its stable id, how bad its faults are, what it looks for, and how to mend what it finds."""

    id: str
    severity: Severity
    looks_for: str
    mend: str

    def found(self, where: str, what: str, *, severity: Severity | None = None, mend: str | None = None) -> Finding:
        """Make a finding of this check."""
        return Finding(self.id, severity or self.severity, where, what, self.mend if mend is None else mend)


class Tally:
    """Findings of one sheet, one for each check: the first of its kind, and how many there are."""

    def __init__(self) -> None:
        self._first: dict[str, Finding] = {}
        self._counts: dict[str, int] = {}

    def add(self, check: Check, where: str, what: str) -> None:
        """Count one more."""
        if check.id not in self._first:
            self._first[check.id] = check.found(where, what)
        self._counts[check.id] = self._counts.get(check.id, 0) + 1

    def __iter__(self) -> Iterator[Finding]:
        for id_, finding in self._first.items():
            yield replace(finding, count=self._counts[id_])
