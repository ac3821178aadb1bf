"""The order of the elements in the workbook part and in the style sheet; worksheets are streamed with their cells."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from xlcf.ooxml.checks.contents import Contents, local_name
from xlcf.ooxml.checks.finding import Check, Finding
from xlcf.ooxml.schema_order import STYLE_SHEET, WORKBOOK, OrderCheck

ELEMENT_ORDER = Check(
    "element-order",
    "error",
    "elements of a sheet, of the workbook part or of the style sheet in the wrong order",
    "Move the element to its place, or let Excel repair the file.",
)


def check_element_order(book: Contents) -> Iterator[Finding]:
    """Check the parts of which there is one."""
    styles = book.sheet_part("styles")
    for part, root, names in ((book.main, book.workbook, WORKBOOK), (styles, book.tree(styles), STYLE_SHEET)):
        if part is None or root is None:
            continue
        order = OrderCheck(names)
        for element in root.iterchildren(etree.Element):
            name = local_name(element.tag)
            if order.is_late(name):
                what = f"Its {name} stands after its {order.before}, where Excel does not look for it."
                yield ELEMENT_ORDER.found(part, what)
                break  # what follows is late for the same reason
