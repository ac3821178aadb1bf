"""Cell metadata, by which Excel knows dynamic-array formulas, merged into another workbook (ECMA-376 Part 1, 18.9)."""

from __future__ import annotations

from copy import deepcopy

from lxml import etree

from xlcf.errors import InputError
from xlcf.ooxml.markup import child_in_order, main_tag
from xlcf.ooxml.schema_order import METADATA

_DYNAMIC_ARRAY = "XLDAPR"


def merge_metadata(target: etree._Element, source: etree._Element) -> int:
    """Make sure that `target` can mark cells as dynamic arrays as `source` does, and give the number (`cm`) for it.

    XlsxWriter marks all its dynamic arrays by one and the same record, number 1.

    Raises:
        InputError: where `source` marks cells as anything else, such as images placed in cells.

    """
    types = [element.get("name", "") for element in source.find(main_tag("metadataTypes"))]
    if types != [_DYNAMIC_ARRAY]:
        raise InputError(
            "Sheets with images placed in cells cannot be added to a workbook; place the images over the cells."
        )
    type_number = _type_number(target, source)
    record = _record(target, source)
    cells = child_in_order(target, "cellMetadata", METADATA)
    for number, block in enumerate(cells, 1):
        if [(rc.get("t"), rc.get("v")) for rc in block] == [(str(type_number), str(record))]:
            return number
    block = etree.SubElement(cells, main_tag("bk"))
    etree.SubElement(block, main_tag("rc"), t=str(type_number), v=str(record))
    return _count(cells)


def _type_number(target: etree._Element, source: etree._Element) -> int:
    """Give the number, from 1, of the metadata type of dynamic arrays."""
    types = child_in_order(target, "metadataTypes", METADATA)
    for number, element in enumerate(types, 1):
        if element.get("name") == _DYNAMIC_ARRAY:
            return number
    types.append(deepcopy(source.find(main_tag("metadataTypes"))[0]))
    return _count(types)


def _record(target: etree._Element, source: etree._Element) -> int:
    """Give the index, from 0, of the record that says "a dynamic array, not collapsed"."""
    wanted = source.find(main_tag("futureMetadata"))[0]
    future = next((e for e in target.iterfind(main_tag("futureMetadata")) if e.get("name") == _DYNAMIC_ARRAY), None)
    if future is None:
        future = etree.Element(main_tag("futureMetadata"), name=_DYNAMIC_ARRAY, count="0")
        # the schema allows several of these in a row
        child_in_order(target, "cellMetadata", METADATA).addprevious(future)
    for index, block in enumerate(future):
        if [dict(e.attrib) for e in block.iter()] == [dict(e.attrib) for e in wanted.iter()]:
            return index
    future.append(deepcopy(wanted))
    return _count(future) - 1


def _count(parent: etree._Element) -> int:
    parent.set("count", str(len(parent)))
    return len(parent)
