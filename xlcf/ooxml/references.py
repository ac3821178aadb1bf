"""A1 references: cells, areas, and references inside formula text (ECMA-376 Part 1, 18.17.2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384

_CELL = r"\$?[A-Z]{1,3}\$?[1-9][0-9]{0,6}"
_COLUMNS = r"\$?[A-Z]{1,3}:\$?[A-Z]{1,3}"
_ROWS = r"\$?[1-9][0-9]{0,6}:\$?[1-9][0-9]{0,6}"

# Strings, quoted sheet names and bracketed names come first, so that nothing inside them looks like a reference.
# Excel writes references in capitals; other programs leave them as typed.
_IN_FORMULA = re.compile(
    r"""(?P<skip>"(?:[^"]|"")*"|'(?:[^']|'')*'|\[(?:[^\[\]]|\[[^\]]*\])*\])"""
    rf"|(?<![\w.$\\?!:])(?P<line>{_COLUMNS}|{_ROWS})(?![\w.(!:$\\?])"
    rf"|(?<=!)(?P<sheet_line>{_COLUMNS}|{_ROWS})(?![\w.(!:$\\?])"
    rf"|(?<![\w.$\\?])(?P<cell>{_CELL})(?![\w(!\\?]|\.\w)",
    re.IGNORECASE,
)
_PARTS = re.compile(r"(\$?)([A-Z]{1,3})(\$?)([1-9][0-9]{0,6})", re.IGNORECASE)
_COLUMN_PART = re.compile(r"(\$?)([A-Z]{1,3})", re.IGNORECASE)
_ROW_PART = re.compile(r"(\$?)([1-9][0-9]{0,6})")
_Writer = Callable[[re.Match[str]], str]
_AREA = re.compile(rf"(?P<first>{_CELL})(?::(?P<last>{_CELL}))?|(?P<line>{_COLUMNS}|{_ROWS})", re.IGNORECASE)


def column_letters(column: int) -> str:
    """Name a column: 1 -> A, 27 -> AA."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """Number a column: A -> 1, AA -> 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def address(row: int, column: int) -> str:
    """Name a cell by its row and column, both counted from 1: (41, 22) -> V41."""
    return f"{column_letters(column)}{row}"


def address_seen_from(sheet: str, cell: tuple[str, int, int]) -> str:
    """Name a cell (sheet, row, column), with its sheet where that is not `sheet`: `V41`, `Data!V41`."""
    name, row, column = cell
    return address(row, column) if name == sheet else f"{quote_sheet(name)}!{address(row, column)}"


def parse_cell(text: str) -> tuple[int, int]:
    """Read `V41` or `$V$41` as (row, column), both counted from 1.

    Raises:
        ValueError: where the text is no cell address.

    """
    match = _PARTS.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a cell address")
    return int(match[4]), column_number(match[2])


@dataclass(frozen=True, order=True)
class Area:
    """A rectangle of cells on one sheet; rows and columns count from 1 and include both ends."""

    sheet: str
    row1: int
    column1: int
    row2: int
    column2: int

    @property
    def height(self) -> int:
        """Rows."""
        return self.row2 - self.row1 + 1

    @property
    def width(self) -> int:
        """Columns."""
        return self.column2 - self.column1 + 1

    @property
    def size(self) -> int:
        """Cells."""
        return self.height * self.width

    def __contains__(self, position: tuple[int, int]) -> bool:
        """Tell whether the area holds the cell at (row, column)."""
        row, column = position
        return self.row1 <= row <= self.row2 and self.column1 <= column <= self.column2

    def cells(self) -> Iterator[tuple[str, int, int]]:
        """Go through the cells row by row as (sheet, row, column)."""
        for row in range(self.row1, self.row2 + 1):
            for column in range(self.column1, self.column2 + 1):
                yield self.sheet, row, column

    def local(self) -> str:
        """Name the area without its sheet: `H2:V16`, or `V41` where it is one cell."""
        first = address(self.row1, self.column1)
        return first if self.size == 1 else f"{first}:{address(self.row2, self.column2)}"

    def __str__(self) -> str:
        return f"{quote_sheet(self.sheet)}!{self.local()}"


def quote_sheet(name: str) -> str:
    """Quote a sheet's name where a formula needs it."""
    reads_otherwise = re.fullmatch(rf"{_CELL}|R?[0-9]*C?[0-9]*|TRUE|FALSE", name.upper())
    if re.fullmatch(r"[^\W\d]\w*", name) and not reads_otherwise:
        return name
    return "'" + name.replace("'", "''") + "'"


def parse_area(text: str, sheet: str) -> Area:
    """Read `Sheet!$A$1:$B$2`, `A1` or `A:A`; `sheet` is meant where the text names none.

    Raises:
        ValueError: where the text is no area of one sheet.

    """
    name, local = split_sheet(text.strip().lstrip("="))
    match = _AREA.fullmatch(local)
    if match is None:
        raise ValueError(f"{text!r} is not a cell or an area")
    if match["line"]:
        row1, column1, row2, column2 = _line(match["line"])
    else:
        row1, column1 = parse_cell(match["first"])
        row2, column2 = parse_cell(match["last"] or match["first"])
    rows, columns = sorted((row1, row2)), sorted((column1, column2))
    if rows[1] > MAX_ROWS or columns[1] > MAX_COLUMNS:
        raise ValueError(f"{text!r} lies outside the sheet")
    return Area(sheet if name is None else name, rows[0], columns[0], rows[1], columns[1])


def cell_name(cell: tuple[str, int, int]) -> str:
    """Name a cell, (sheet, row, column), as Excel does: `dotprod!V41`."""
    return f"{quote_sheet(cell[0])}!{address(*cell[1:])}"


def split_sheet(text: str) -> tuple[str | None, str]:
    """Split `'My sheet'!A1` into the sheet's name (None where there is none) and the rest."""
    name, mark, local = text.rpartition("!")
    if not mark:
        return None, text
    if name.startswith("'") and name.endswith("'"):
        name = name[1:-1].replace("''", "'")
    return name, local


def split_union(text: str) -> list[str]:
    """Split a list of references at its commas, not at those inside quotes."""
    return [part for part in re.findall(r"(?:'(?:[^']|'')*+'|[^,'])++", text) if part.strip()]


def _line(text: str) -> tuple[int, int, int, int]:
    first, last = text.replace("$", "").split(":")
    if first[0].isdigit():
        return int(first), 1, int(last), MAX_COLUMNS
    return 1, column_number(first), MAX_ROWS, column_number(last)


def shift_formula(text: str, rows: int, columns: int) -> str:
    """Move a formula by rows and columns, as filling does: relative references move, absolute ones stay."""

    def cell(match: re.Match[str]) -> str:
        column = column_number(match[2]) + (0 if match[1] else columns)
        row = int(match[4]) + (0 if match[3] else rows)
        if not (1 <= row <= MAX_ROWS and 1 <= column <= MAX_COLUMNS):
            return "#REF!"
        return f"{match[1]}{column_letters(column)}{match[3]}{row}"

    def column_only(match: re.Match[str]) -> str:
        column = column_number(match[2]) + (0 if match[1] else columns)
        return match[1] + column_letters(column) if 1 <= column <= MAX_COLUMNS else "#REF!"

    def row_only(match: re.Match[str]) -> str:
        row = int(match[2]) + (0 if match[1] else rows)
        return f"{match[1]}{row}" if 1 <= row <= MAX_ROWS else "#REF!"

    return _rewrite(text, cell, column_only, row_only)


def r1c1_formula(text: str, row: int, column: int) -> str:
    """Write a formula in R1C1 terms, seen from its cell: cells filled with one formula give the same text."""

    def cell(match: re.Match[str]) -> str:
        return _r1c1("R", match[3], int(match[4]), row) + _r1c1("C", match[1], column_number(match[2]), column)

    def column_only(match: re.Match[str]) -> str:
        return _r1c1("C", match[1], column_number(match[2]), column)

    def row_only(match: re.Match[str]) -> str:
        return _r1c1("R", match[1], int(match[2]), row)

    return _rewrite(text, cell, column_only, row_only)


def _r1c1(letter: str, absolute: str, position: int, origin: int) -> str:
    return f"{letter}{position}" if absolute else f"{letter}[{position - origin}]"


def _rewrite(text: str, cell: _Writer, column_only: _Writer, row_only: _Writer) -> str:
    def replace(match: re.Match[str]) -> str:
        if match["skip"]:
            return match[0]
        if match["cell"]:
            parts = _PARTS.fullmatch(match[0])
            assert parts is not None
            if column_number(parts[2]) > MAX_COLUMNS or int(parts[4]) > MAX_ROWS:
                return match[0]  # a name such as ZZZ1
            return cell(parts)
        pattern, write = (_ROW_PART, row_only) if match[0][-1].isdigit() else (_COLUMN_PART, column_only)
        return pattern.sub(write, match[0])

    return _IN_FORMULA.sub(replace, text)
