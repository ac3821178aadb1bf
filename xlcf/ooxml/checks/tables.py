"""Tables: names and ids that no other table has (ECMA-376 Part 1, 18.5.1.2)."""

from __future__ import annotations

from collections.abc import Iterator

from xlcf.ooxml.checks.contents import Contents
from xlcf.ooxml.checks.finding import Check, Finding
from xlcf.ooxml.defined_names import name_elements

DUPLICATE = Check(
    "duplicate-table",
    "error",
    "tables with the same name or id, or with the name of a defined name",
    "Give one of them another name and id.",
)


def check_tables(book: Contents) -> Iterator[Finding]:
    """Check the tables of all sheets against each other."""
    names: dict[str, str] = {}
    ids: dict[str, str] = {}
    if book.workbook is not None:
        for element in name_elements(book.workbook):
            if element.get("localSheetId") is None:
                names[element.get("name", "").lower()] = "a defined name"
    for part in book.linked("table"):
        root = book.tree(part)
        if root is None:
            continue
        name, id_ = root.get("displayName") or root.get("name", ""), root.get("id", "")
        if name.lower() in names:
            yield DUPLICATE.found(part, f"The table is called {name}, as is {names[name.lower()]}.")
        if id_ in ids:
            yield DUPLICATE.found(part, f"The table has the id {id_}, as has {ids[id_]}.")
        names.setdefault(name.lower(), f"the table in {part}")
        ids.setdefault(id_, f"the table in {part}")
