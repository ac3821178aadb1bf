"""The calculation chain: the order in which Excel last computed the formulas (ECMA-376 Part 1, 18.6.1)."""

from __future__ import annotations

from collections.abc import Iterator

from xlcf.ooxml.checks.contents import Contents
from xlcf.ooxml.checks.finding import Check, Finding
from xlcf.ooxml.references import Area, address, parse_cell, quote_sheet

CALC_CHAIN = Check(
    "calc-chain",
    "error",
    "entries of the calculation chain for cells without a formula",
    "Delete xl/calcChain.xml with its Override and relationship: Excel makes it anew.",
)


class CalcChain:
    """The entries that no formula has been seen for yet: by sheetId the cells."""

    def __init__(self, book: Contents) -> None:
        self.part = book.sheet_part("calcChain")
        self.waiting: dict[str, set[tuple[int, int]]] = {}
        self.unreadable: list[str] = []
        root = book.tree(self.part)
        sheet_id = ""
        for element in () if root is None else root.iterchildren("{*}c"):
            sheet_id = element.get("i", sheet_id)  # the sheet of the entry before, where it names none
            reference = element.get("r", "")
            try:
                self.waiting.setdefault(sheet_id, set()).add(parse_cell(reference))
            except ValueError:
                self.unreadable.append(reference)

    def meet(self, sheet_id: str, area: Area) -> None:
        """Cross out the cells of a formula."""
        waiting = self.waiting.get(sheet_id)
        if not waiting:
            return
        if area.size == 1:
            waiting.discard((area.row1, area.column1))
        else:
            waiting.difference_update([cell for cell in waiting if cell in area])

    def check(self, book: Contents) -> Iterator[Finding]:
        """Report what is left once all sheets are read."""
        if self.part is None:
            return
        for reference in self.unreadable[:1]:
            yield CALC_CHAIN.found(self.part, f"It names {reference!r}, which is no cell.")
        tabs = {tab.sheet_id: tab for tab in book.tabs}
        for sheet_id, cells in self.waiting.items():
            tab = tabs.get(sheet_id)
            if not cells or (tab is not None and (tab.part is None or not book.is_readable(tab.part))):
                continue
            if tab is None:
                what = f"It names cells of a sheet with the sheetId {sheet_id}, which is not there."
            else:
                first = address(*min(cells))
                what = f"It names {quote_sheet(tab.name)}!{first}, which holds no formula"
                what += f" (nor do {len(cells) - 1:,} other cells)." if len(cells) > 1 else "."
            yield CALC_CHAIN.found(self.part, what)
