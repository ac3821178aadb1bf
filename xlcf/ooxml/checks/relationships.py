"""Relationships: each leads to a part, each one used exists, and each part is reached (ECMA-376 Part 2, 9.3)."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from xlcf.ooxml.checks.contents import Contents
from xlcf.ooxml.checks.finding import Check, Finding
from xlcf.ooxml.relationships import relationships_part

DANGLING = Check(
    "dangling-relationship",
    "error",
    "relationships that lead to a part that is not there",
    "Delete the relationship and what uses it, or put the part back.",
)
MISSING = Check(
    "missing-relationship",
    "error",
    "relationship ids that are used but not declared",
    "Declare the relationship, or delete the element that uses it.",
)
DUPLICATE = Check(
    "duplicate-relationship-id",
    "error",
    "relationships of one part with the same id",
    "Give one of them another id, and use it where it is meant.",
)
ORPHAN = Check(
    "orphan-part",
    "warning",
    "parts that no relationship leads to",
    "Declare a relationship to it, or delete it: Excel drops it on the next save.",
)


def check_relationships(book: Contents) -> Iterator[Finding]:
    """Check every relationship, and every use of one."""
    if not book.links_of("", "officeDocument") and "" not in book.unreadable_links:
        yield MISSING.found("_rels/.rels", "The package has no relationship to a workbook.")
    for source, links in book.links.items():
        where = relationships_part(source)
        if source and book.find(source) is None:
            yield ORPHAN.found(where, "It holds relationships of a part that is not there.", mend="Delete it.")
        seen: set[str] = set()
        for link in links:
            if link.id in seen:
                yield DUPLICATE.found(where, f"Two relationships have the id {link.id}.")
            seen.add(link.id)
            if not (link.external or (link.place and link.target == source) or book.find(link.target)):
                # Excel itself writes the target NULL for a picture that it could not keep, and opens it
                harmless = posixpath.basename(link.target) == "NULL"
                yield DANGLING.found(
                    where,
                    f"The relationship {link.id} ({link.kind}) leads to {link.target}, which is not there.",
                    severity="note" if harmless else None,
                )
    yield from _uses(book)
    yield from _orphans(book)


def _uses(book: Contents) -> Iterator[Finding]:
    for part, scan in book.scans.items():
        if part in book.unreadable_links:
            continue
        declared = {link.id for link in book.links.get(part, [])}
        for id_, element in scan.relationship_ids.items():
            if id_ not in declared:
                yield MISSING.found(part, f"Its element {element} uses the relationship {id_}, which is not declared.")


def _orphans(book: Contents) -> Iterator[Finding]:
    if book.unreadable_links:
        return  # what they led to cannot be known
    reached = _reach(book, [""])
    left = [part for part in book.parts if part not in reached and not part.startswith("[trash]/")]
    targets = {book.find(link.target) for part in left for link in book.links.get(part, []) if not link.external}
    # name the heads of what hangs together, then whatever is left in rings
    for part in [*(part for part in left if part not in targets), *left]:
        if part not in reached:
            yield ORPHAN.found(part, "No relationship leads to it, so no program finds it.")
            reached |= _reach(book, [part])


def _reach(book: Contents, sources: list[str]) -> set[str]:
    reached, stack = set(sources), list(sources)
    while stack:
        for link in book.links.get(stack.pop(), []):
            target = None if link.external else book.find(link.target)
            if target is not None and target not in reached:
                reached.add(target)
                stack.append(target)
    return reached
