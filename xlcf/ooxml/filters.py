"""Which rows of a sheet a filter hides (ECMA-376 Part 1, 18.3.1.2): a file marks them like rows hidden by hand."""

from __future__ import annotations

from lxml import etree

from xlcf.ooxml.package import Package
from xlcf.ooxml.references import Area, parse_area


def filtered_rows(package: Package, part: str, sheet: str, own: Area | None, hidden: frozenset[int]) -> frozenset[int]:
    """Give the rows that filters hide: the hidden ones below the header of a filter that is in use.

    Args:
        package: the workbook's.
        part: the sheet's part.
        sheet: its name.
        own: the area of the sheet's own filter in use, or None.
        hidden: the hidden rows.

    """
    if not hidden:
        return frozenset()
    areas = [] if own is None else [own]
    for link in package.relationships(part):
        if link.kind == "table" and link.target in package:
            element = package.xml(link.target).find("{*}autoFilter")
            area = None if element is None else area_in_use(element, sheet)
            if area is not None:
                areas.append(area)
    return frozenset(row for row in hidden if any(area.row1 < row <= area.row2 for area in areas))


def area_in_use(element: etree._Element, sheet: str) -> Area | None:
    """Give the area of an `autoFilter` that leaves rows out; None where all are shown."""
    reference = element.get("ref")
    return None if reference is None or element.find("{*}filterColumn") is None else parse_area(reference, sheet)
