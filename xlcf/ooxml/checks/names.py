"""Defined names (ECMA-376 Part 1, 18.2.5)."""

from __future__ import annotations

from collections.abc import Iterator

from xlcf.ooxml.checks.contents import Contents
from xlcf.ooxml.checks.finding import Check, Finding
from xlcf.ooxml.defined_names import name_elements

DUPLICATE = Check(
    "duplicate-defined-name",
    "error",
    "defined names that occur twice in the same scope",
    "Delete one of them.",
)
LOCAL_SHEET = Check(
    "local-sheet-id",
    "error",
    "defined names that belong to a sheet that is not there",
    "Delete the name, or set localSheetId to the sheet's position (the first is 0).",
)
EQUALS = Check(
    "name-starts-with-equals",
    "error",
    "defined names whose text starts with '='",
    "Take the leading '=' off the text.",
)


def check_names(book: Contents) -> Iterator[Finding]:
    """Check the defined names of the workbook part."""
    if book.workbook is None or book.main is None:
        return
    seen: set[tuple[str, str | None]] = set()
    for element in name_elements(book.workbook):
        name, local = element.get("name", ""), element.get("localSheetId")
        key = (name.lower(), local)
        if key in seen:
            scope = "in the workbook" if local is None else f"on sheet number {local}"
            yield DUPLICATE.found(book.main, f"The name {name} is defined more than once {scope}.")
        seen.add(key)
        if local is not None and not (local.isdecimal() and int(local) < len(book.tabs)):
            yield LOCAL_SHEET.found(
                book.main,
                f"The name {name} belongs to sheet number {local} (from 0), but there are {len(book.tabs)} sheets.",
            )
        if (element.text or "").lstrip().startswith("="):
            yield EQUALS.found(book.main, f"The text of the name {name} starts with '='.")
