"""Content types: each part has one, and none is declared for a part that is not there (ECMA-376 Part 2, 10.1.2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from xlcf.ooxml.checks.contents import Contents
from xlcf.ooxml.checks.finding import Check, Finding
from xlcf.ooxml.content_types import CONTENT_TYPES_PART

OVERRIDE = Check(
    "override-without-part",
    "warning",
    "content types declared for parts that are not there",
    "Delete the Override.",
)
NO_TYPE = Check(
    "part-without-content-type",
    "error",
    "parts without a content type, or with none that says what they are",
    "Add an Override for the part, or a Default for its extension.",
)
DUPLICATE = Check(
    "duplicate-part",
    "error",
    "parts that are in the zip more than once",
    "Keep one of them.",
)
FILE_NAME = Check(
    "file-name",
    "error",
    "files whose name ends in another way than their content type wants: Excel does not open them",
    "Rename the file.",
)

# what Excel opens under each suffix
_SUFFIXES = {
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": ".xlsx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml": ".xltx",
    "application/vnd.ms-excel.sheet.macroEnabled.main+xml": ".xlsm",
    "application/vnd.ms-excel.template.macroEnabled.main+xml": ".xltm",
}
# Relationships to parts for which "some XML" is too little: Excel goes by the content type.
# fmt: off
_TYPED = (
    "officeDocument", "worksheet", "chartsheet", "dialogsheet", "styles", "sharedStrings", "theme", "table", "drawing",
    "chart", "comments", "calcChain", "pivotTable", "pivotCacheDefinition", "pivotCacheRecords", "externalLink",
    "sheetMetadata", "connections", "queryTable",
)
# fmt: on
_GENERIC = ("application/xml", "text/xml")


def check_content_types(book: Contents) -> Iterator[Finding]:
    """Check that content types and parts fit each other."""
    for name, count in Counter(name.lower() for name in book.entries).items():
        if count > 1:
            yield DUPLICATE.found(name, f"The zip holds it {count} times.")
    if not book.types.known:
        return
    for name in book.types.declared():
        if name not in book.package:
            yield OVERRIDE.found(CONTENT_TYPES_PART, f"It declares a content type for {name}, which is not there.")
    suffix = book.package.path.suffix.lower()
    wanted = _SUFFIXES.get(book.types.of(book.main)) if book.main else None
    if wanted is not None and suffix in _SUFFIXES.values() and suffix != wanted:
        yield FILE_NAME.found(
            book.package.path.name,
            f"Its content type is that of {wanted} files, so Excel does not open it as {suffix}.",
        )
    typed = {part for kind in _TYPED for part in book.linked(kind)}
    for part in [*book.parts, *book.relationship_parts]:
        kind = book.types.of(part)
        if not kind and not part.startswith("[trash]/"):
            yield NO_TYPE.found(part, f"{CONTENT_TYPES_PART} does not say what it is.")
        elif part in typed and kind in _GENERIC:
            yield NO_TYPE.found(part, f"{CONTENT_TYPES_PART} only says that it is {kind}, not what it is.")
