"""Defined names in the workbook part, read and written in one way (ECMA-376 Part 1, 18.2.5)."""

from __future__ import annotations

from lxml import etree

from xlcf.ooxml.markup import child_in_order, main_tag
from xlcf.ooxml.schema_order import WORKBOOK


def name_elements(root: etree._Element) -> list[etree._Element]:
    """List the elements of the defined names of a workbook, from the root of its part."""
    return list(root.iterfind("{*}definedNames/{*}definedName"))


def position_of(name: etree._Element) -> int | None:
    """Give the position of the tab that a defined name is local to, or None."""
    local = name.get("localSheetId")
    return int(local) if local is not None and local.isdecimal() else None


def is_hidden(name: etree._Element) -> bool:
    """Tell whether Excel's Name Manager leaves a name out."""
    return name.get("hidden") in ("1", "true")


def add_name(root: etree._Element, name: str, text: str, position: int | None, **attributes: str) -> None:
    """Define a name, in the place of one that has the same name and the same scope.

    Args:
        root: the root of the workbook part.
        name: the name.
        text: what it stands for, without a leading `=`.
        position: the position of the tab that it is local to, None for the whole workbook.
        attributes: more attributes of the element, such as `hidden="1"`.

    """
    element = etree.Element(main_tag("definedName"), name=name)
    if position is not None:
        element.set("localSheetId", str(position))
    for key, value in attributes.items():
        element.set(key, value)
    element.text = text
    present = [
        other
        for other in name_elements(root)
        if other.get("name", "").lower() == name.lower() and position_of(other) == position
    ]
    for other in present:
        other.getparent().remove(other)
    child_in_order(root, "definedNames", WORKBOOK).append(element)


def remove_name(element: etree._Element) -> None:
    """Remove a defined name, and with the last one the list of them."""
    parent = element.getparent()
    parent.remove(element)
    if not len(parent):
        parent.getparent().remove(parent)


def sort_names(root: etree._Element) -> None:
    """Bring the names into Excel's order: by name without the prefix of its own names, then by the sheet's name."""
    sheets = [sheet.get("name", "").lower() for sheet in root.iterfind("{*}sheets/{*}sheet")]

    def order(element: etree._Element) -> tuple[str, str]:
        position = position_of(element)
        sheet = sheets[position] if position is not None and position < len(sheets) else ""
        return element.get("name", "").lower().removeprefix("_xlnm."), sheet

    parent = root.find(main_tag("definedNames"))
    if parent is not None:
        parent[:] = sorted(parent, key=order)
