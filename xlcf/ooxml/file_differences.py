"""Two versions of a workbook file side by side: parts same, changed, added, lost; cells changed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from xlcf.errors import InputError
from xlcf.ooxml.checks.contents import Contents
from xlcf.ooxml.package import Package
from xlcf.ooxml.references import address
from xlcf.ooxml.worksheet import Scalar, Worksheet, read_worksheet, rich_text

Status = Literal["same", "changed", "added", "lost"]

_SHEET_DATA = re.compile(rb"<(?:[^\s:<>/]+:)?sheetData[\s/>]")


@dataclass(frozen=True)
class Part:
    """What became of one part; sizes are in bytes, unpacked, None where it is not there or cannot be read."""

    name: str
    status: Status
    size_before: int | None
    size: int | None


@dataclass(frozen=True)
class CellChange:
    """A cell whose value or formula differs.

    Attributes:
        cell: its address, e.g. `V41`.
        before, after: its value, None for a blank.
        formula_before, formula: its formula with `=`, None for none.

    """

    cell: str
    before: Scalar | None
    after: Scalar | None
    formula_before: str | None
    formula: str | None


@dataclass(frozen=True)
class FileDifferences:
    """How a workbook file differs from its original.

    Attributes:
        parts: every part of either, in the order of the original, added ones last.
        sheets_added, sheets_lost: names of sheets that only one of them has.
        cells: by sheet the cells changed, row by row; sheets without any are left out.
        not_compared: by sheet the reason why its cells could not be compared.

    """

    parts: tuple[Part, ...]
    sheets_added: tuple[str, ...]
    sheets_lost: tuple[str, ...]
    cells: dict[str, tuple[CellChange, ...]]
    not_compared: dict[str, str]

    def count(self, status: Status) -> int:
        """Count the parts of one status."""
        return sum(part.status == status for part in self.parts)


def compare_packages(path: str | Path, original: str | Path) -> FileDifferences:
    """Compare a workbook file with its original.

    Cells are compared by value and formula, sheets by name; a sheet whose rows are the same byte for byte is not read.

    Raises:
        InputError: where either file is missing or no workbook; damage within is told in the result.

    """
    with Package(path) as new, Package(original) as old:
        parts = tuple(_compare_parts(new, old))
        after, before = _Sheets(new), _Sheets(old)
        strings_kept = after.strings[: len(before.strings)] == before.strings
        cells: dict[str, tuple[CellChange, ...]] = {}
        not_compared: dict[str, str] = {}
        for name, part in before.parts.items():
            if name not in after.parts:
                continue
            if strings_kept and _same_rows(new, after.parts[name], old, part):
                continue
            try:
                changes = tuple(_compare_sheets(after.read(name), before.read(name)))
            except InputError as error:
                not_compared[name] = str(error)
                continue
            if changes:
                cells[name] = changes
        return FileDifferences(
            parts=parts,
            sheets_added=tuple(name for name in after.names if name not in before.names),
            sheets_lost=tuple(name for name in before.names if name not in after.names),
            cells=cells,
            not_compared=not_compared,
        )


def _compare_parts(new: Package, old: Package) -> Iterator[Part]:
    for name in old.names:
        before = _digest(old, name)
        if name not in new:
            yield Part(name, "lost", _size(before), None)
            continue
        after = _digest(new, name)
        yield Part(name, "same" if after == before and after is not None else "changed", _size(before), _size(after))
    for name in new.names:
        if name not in old:
            yield Part(name, "added", None, _size(_digest(new, name)))


def _digest(package: Package, name: str) -> tuple[int, bytes] | None:
    """Give the size of a part and its hash; None where it cannot be read, of which `check_package` says why."""
    try:
        return _hashed(package.chunks(name))
    except InputError:
        return None


def _size(digest: tuple[int, bytes] | None) -> int | None:
    return None if digest is None else digest[0]


def _hashed(chunks: Iterator[bytes]) -> tuple[int, bytes]:
    size, sha256 = 0, hashlib.sha256()
    for chunk in chunks:
        size += len(chunk)
        sha256.update(chunk)
    return size, sha256.digest()


def _same_rows(new: Package, new_part: str, old: Package, old_part: str) -> bool:
    """Tell quickly that two worksheets differ in what stands before their rows at most, as in which tab is selected."""
    try:
        before, after = _hashed(_from_rows(old, old_part)), _hashed(_from_rows(new, new_part))
    except InputError:
        return False
    return before == after and before[0] > 0


def _from_rows(package: Package, part: str) -> Iterator[bytes]:
    head: bytes | None = b""
    for chunk in package.chunks(part):
        if head is None:
            yield chunk
            continue
        head += chunk
        match = _SHEET_DATA.search(head)
        if match is not None:
            yield head[match.start() :]
            head = None


class _Sheets:
    """The sheets of one version: `names` of all, and the parts of those that hold cells."""

    def __init__(self, package: Package) -> None:
        self._package = package
        book = Contents(package)
        self.names = [tab.name for tab in book.tabs]
        self.parts = {tab.name: tab.part for tab in book.tabs if tab.kind == "worksheet" and tab.part is not None}
        part = book.sheet_part("sharedStrings")
        try:
            self.strings = [] if part is None else [rich_text(item) for item in package.iterate(part, "si")]
        except InputError:
            self.strings = []  # then cells that show one cannot be read, which is told sheet by sheet

    def read(self, name: str) -> Worksheet:
        return read_worksheet(self._package, self.parts[name], name, self.names.index(name), self.strings)


def _compare_sheets(new: Worksheet, old: Worksheet) -> Iterator[CellChange]:
    positions = {*old.values, *old.formulas, *new.values, *new.formulas}
    for position in sorted(positions):
        before, after = old.values.get(position), new.values.get(position)
        same_value = before == after and type(before) is type(after)
        if same_value and old.formulas.get(position) == new.formulas.get(position):
            continue
        was, now = old.formula_at(*position), new.formula_at(*position)
        if not same_value or was != now:
            yield CellChange(address(*position), before, after, was, now)
