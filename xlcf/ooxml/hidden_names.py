"""Hidden defined names, such as those in which Excel's Solver keeps its models (ECMA-376 Part 1, 18.2.5).

XlsxWriter defines names, but only visible ones: this adds hidden ones to a finished workbook.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from xlcf.ooxml.book_part import BookPart
from xlcf.ooxml.package_writer import PackageWriter


@dataclass(frozen=True)
class HiddenName:
    """A defined name that Excel's Name Manager does not show.

    Attributes:
        name: e.g. `solver_opt`.
        formula: what it stands for, without a leading `=`: `dotprod!$V$41`, or a number.
        sheet: the sheet it belongs to, or None where it belongs to the whole workbook.

    """

    name: str
    formula: str
    sheet: str | None = None


def add_hidden_names(path: str | Path, names: Iterable[HiddenName]) -> None:
    """Add hidden defined names to a workbook file, in its place.

    A name that the same sheet has already is replaced. All other parts of the file keep their bytes, their order
    and their times.

    Raises:
        InputError: where the file is no workbook, a sheet does not exist, or the file cannot be replaced.

    """
    with PackageWriter(path) as package:
        book = BookPart(package)
        for name in names:
            position = None if name.sheet is None else book.tab(name.sheet).position
            book.add_name(name.name, name.formula, position, hidden="1")
        book.sort_names()
        package.save(path)
