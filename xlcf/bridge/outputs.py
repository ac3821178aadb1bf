"""Where and how a workbook's fit or comparison is written."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from xlcf.errors import InputError
from xlcf.options import option


@dataclass(frozen=True)
class OutputOptions:
    """Where and how a fit is written.

    Attributes:
        output: the file; None for `BOOK.fitted.xlsx` (or `.xlsm`) beside the workbook, with a number where that is
            another file's name; see `target`.
        in_place: replace the workbook itself, keeping a backup beside it.
        report_only: write a new workbook with the report's sheets alone.
        keep_start: leave the variable cells as they are, and only add the report's sheets.
        made: what was done, for the name of the output where none is given.

    """

    output: Path | None = option(None, "Where to write.", flag="o", kind=Path, otherwise="BOOK.fitted.xlsx")
    in_place: bool = option(False, "Write into WORKBOOK itself, and keep a backup beside it.", kind=bool)
    report_only: bool = option(False, "Write a new workbook with the report's sheets alone.", kind=bool)
    keep_start: bool = option(False, "Leave the variable cells as they are; only add the report's sheets.", kind=bool)
    made: str = "fitted"

    def target(self, book: Path, is_own: Callable[[Path], bool] = lambda _: True) -> Path:
        """Give the file to write.

        Where none is named it stands beside the workbook. A file there is replaced where it is this work's own output
        of before; else, and where the workbook is such an output itself, the name gets a number that is free.

        Args:
            book: the workbook.
            is_own: tells whether an existing file may be replaced.

        Raises:
            InputError: where the options contradict each other, or the output would replace the workbook unasked.

        """
        if self.in_place and (self.output is not None or self.report_only):
            raise InputError("`in_place` writes into the workbook itself; leave out `output` and `report_only`.")
        if self.report_only and self.keep_start:
            raise InputError("`report_only` leaves the workbook as it is anyway; leave out `keep_start`.")
        reads_itself = book.suffix.lower() in (".xlsx", ".xlsm")
        if self.in_place:
            if not reads_itself:
                raise InputError(f"{book.name} cannot be written in its own format; leave out `in_place`.")
            return book
        suffix = book.suffix if reads_itself else ".xlsm" if book.suffix.lower() == ".xltm" else ".xlsx"
        if self.report_only:
            suffix = ".xlsx"
        if self.output is None:
            return self._free_name(book, suffix, is_own)
        if self.output.suffix.lower() != suffix.lower():
            raise InputError(f"The output's name must end in {suffix}, as Excel expects of such a workbook.")
        if self.output.exists() and self.output.samefile(book):
            raise InputError(f"The output {self.output} is the workbook itself; choose another, or use `in_place`.")
        if self.output.is_dir():
            raise InputError(f"The output {self.output} is a folder; name a file in it with `output`.")
        if not self.output.parent.is_dir():
            raise InputError(
                f"The folder {self.output.parent} for the output does not exist; create it, or choose another with "
                "`output`."
            )
        return self.output

    def _free_name(self, book: Path, suffix: str, is_own: Callable[[Path], bool]) -> Path:
        made = "report" if self.report_only else self.made
        numbered = re.fullmatch(rf"(?P<stem>.+)\.{made}(?:-(?P<number>\d+))?", book.stem)
        stem, number = (book.stem, 1) if numbered is None else (numbered["stem"], int(numbered["number"] or 1) + 1)
        while True:
            path = book.with_name(f"{stem}.{made}{'' if number == 1 else f'-{number}'}{suffix}")
            if not path.exists() or (numbered is None and is_own(path)):
                return path
            number += 1


@dataclass(frozen=True)
class RunOptions:
    """Where a fit begins, and what it may end with.

    Attributes:
        from_last_fit: start from the numbers that the last fit left, not from where that one started.
        write_anyway: write the end of the fit even where it violates the constraints.

    """

    from_last_fit: bool = option(
        False, "Start from the last fit's answer, not from its start.", flag="continue", kind=bool
    )
    write_anyway: bool = option(False, "Write an end that violates the constraints; Summary says so first.", kind=bool)
