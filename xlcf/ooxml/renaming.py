"""New names for sheets, tables and defined names, and formulas that follow them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from xlcf.ooxml.references import quote_sheet

LONGEST_SHEET_NAME = 31  # UTF-16 units

_WORD = r"[^\W\d][\w.\\?]*"
_BRACKETS = r"\[(?:'.|[^\[\]']|\[(?:'.|[^\[\]'])*\])*\]"
# Strings and brackets (columns of tables, other workbooks) are passed; what precedes a "!" names sheets.
_TOKEN = re.compile(
    rf"""(?P<passed>"(?:[^"]|"")*"|{_BRACKETS}(?:{_WORD}!)?)"""
    r"|'(?P<quoted>(?:[^']|'')*)'!"
    rf"|(?<![\w.$!\\?])(?P<bare>{_WORD}(?::{_WORD})?)!"
    rf"|(?<![\w.$!\\?])(?P<name>{_WORD})(?![\w(!$.])",
    re.DOTALL,
)


class Renaming:
    """Old names to new ones, of sheets and of tables and defined names; names match without regard to case."""

    def __init__(self, sheets: dict[str, str], names: dict[str, str]) -> None:
        self._sheets = {old.lower(): new for old, new in sheets.items() if old != new}
        self._names = {old.lower(): new for old, new in names.items() if old != new}

    def __bool__(self) -> bool:
        return bool(self._sheets or self._names)

    def name(self, old: str) -> str:
        """Give the new name of a table or a defined name."""
        return self._names.get(old.lower(), old)

    def formula(self, text: str) -> str:
        """Rewrite a formula; text inside strings (such as INDIRECT takes) stays as it is."""
        return _TOKEN.sub(self._token, text)

    def _token(self, match: re.Match[str]) -> str:
        if match["passed"] is not None:
            return match[0]
        if match["name"] is not None:
            return self.name(match["name"])
        old = match["bare"] if match["quoted"] is None else match["quoted"].replace("''", "'")
        ends = [self._sheets.get(sheet.lower(), sheet) for sheet in old.split(":")]  # a 3-D reference names two
        if ends == old.split(":"):
            return match[0]
        if all(quote_sheet(sheet) == sheet for sheet in ends):
            return ":".join(ends) + "!"
        return "'" + ":".join(ends).replace("'", "''") + "'!"


def free_sheet_name(name: str, taken: Iterable[str]) -> str:
    """Give a sheet's name, with a number as Excel adds it where the name is taken: `Summary (2)`."""
    used = {other.lower() for other in taken}
    number, new = 1, name
    while new.lower() in used:
        number += 1
        new = name
        while len(f"{new} ({number})".encode("utf-16-le")) // 2 > LONGEST_SHEET_NAME:
            new = new[:-1]
        new = f"{new} ({number})"
    return new


def free_name(name: str, taken: Iterable[str]) -> str:
    """Give the name of a table or a defined name, with a number where the name is taken: `Ratings_2`."""
    used = {other.lower() for other in taken}
    number, new = 1, name
    while new.lower() in used:
        number += 1
        new = f"{name}_{number}"
    return new
