"""The list of sheets: names, ids, which tab is in front (ECMA-376 Part 1, 18.2.19 and 18.2.20)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator

from xlcf.ooxml.checks.contents import Contents, ListedSheet
from xlcf.ooxml.checks.finding import Check, Finding

NAME = Check(
    "sheet-name",
    "error",
    "sheet names that Excel does not allow",
    "Rename the sheet: at most 31 characters, none of []:*?/\\, no apostrophe at either end.",
)
DUPLICATE_NAME = Check("duplicate-sheet-name", "error", "sheets with the same name", "Rename one of them.")
DUPLICATE_ID = Check(
    "duplicate-sheet-id",
    "error",
    "sheets with the same sheetId, or made of the same part",
    "Give one of them a sheetId and a relationship of its own.",
)
VISIBLE = Check("no-visible-sheet", "error", "workbooks without a visible sheet", "Let one sheet be visible.")
ACTIVE = Check(
    "active-tab", "error", "an active tab that is beyond the last sheet", "Set activeTab to the number of a sheet."
)
SELECTED = Check(
    "selected-tabs",
    "warning",
    "more than one selected tab: Excel then edits all of these sheets together",
    "Keep tabSelected on one sheet only, or click one tab in Excel and save.",
)

_LONGEST_NAME = 31


def check_sheets(book: Contents) -> Iterator[Finding]:
    """Check the list of sheets in the workbook part."""
    if book.workbook is None or book.main is None:
        return
    for tab in book.tabs:
        length = len(tab.name.encode("utf-16-le")) // 2  # as Excel counts
        if not tab.name or length > _LONGEST_NAME or re.search(r"[\[\]:*?/\\]|^'|'$", tab.name):
            yield NAME.found(book.main, f"{tab.name!r} cannot be the name of a sheet.")
    for first in _repeated(book.tabs, lambda tab: tab.name.lower()):
        yield DUPLICATE_NAME.found(book.main, f"More than one sheet is called {first.name!r}.")
    for first in _repeated(book.tabs, lambda tab: tab.sheet_id):
        yield DUPLICATE_ID.found(book.main, f"More than one sheet has the sheetId {first.sheet_id}.")
    for first in _repeated([tab for tab in book.tabs if tab.relationship], lambda tab: tab.relationship):
        yield DUPLICATE_ID.found(book.main, f"More than one sheet uses the relationship {first.relationship}.")
    if all(tab.state != "visible" for tab in book.tabs):
        yield VISIBLE.found(book.main, "No sheet is visible." if book.tabs else "There is no sheet.")
    for view in book.workbook.iterfind("{*}bookViews/{*}workbookView"):
        active = view.get("activeTab", "0")
        if not (active.isdecimal() and int(active) < max(len(book.tabs), 1)):
            yield ACTIVE.found(book.main, f"The active tab is number {active}, but there are {len(book.tabs)} sheets.")
    yield from _selected(book, book.main)


def _repeated(tabs: list[ListedSheet], key: Callable[[ListedSheet], str]) -> Iterator[ListedSheet]:
    counts = Counter(map(key, tabs))
    for tab in tabs:
        if counts.pop(key(tab), 1) > 1:
            yield tab


def _selected(book: Contents, main: str) -> Iterator[Finding]:
    views: dict[str, list[str]] = {}
    for tab in book.tabs:
        if tab.part in book.scans:
            for view in dict.fromkeys(book.scans[tab.part].selected_views):
                views.setdefault(view, []).append(tab.name)
    for names in views.values():
        if len(names) > 1:
            yield SELECTED.found(main, f"{len(names)} tabs are selected at once: {', '.join(map(repr, names[:5]))}.")
