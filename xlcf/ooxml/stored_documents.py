"""Small JSON documents kept inside a workbook, as custom XML parts: Excel keeps these when it saves."""

from __future__ import annotations

import json
import uuid

from lxml import etree

from xlcf.ooxml.book_part import BookPart
from xlcf.ooxml.markup import DOCUMENT, serialise
from xlcf.ooxml.package_writer import PackageWriter

_NAMESPACE = "urn:xlcf:stored-document"
_DATASTORE = "http://schemas.openxmlformats.org/officeDocument/2006/customXml"
_PROPERTIES_TYPE = "application/vnd.openxmlformats-officedocument.customXmlProperties+xml"


def store_document(package: PackageWriter, book: BookPart, key: str, document: object) -> None:
    """Keep a document under a key; one that was kept under it before is replaced."""
    text = json.dumps(document, ensure_ascii=True, allow_nan=False, sort_keys=True)
    element = etree.Element(f"{{{_NAMESPACE}}}document", {"key": key}, nsmap={None: _NAMESPACE})
    element.text = text
    part = _find(package, book, key)
    if part is not None:
        package.put(part, serialise(element))
        return
    part = package.free_name("customXml/item1.xml")
    package.put(part, serialise(element), "application/xml")
    properties = package.free_name("customXml/itemProps1.xml")
    package.put(properties, serialise(_properties(key)), _PROPERTIES_TYPE)
    package.relate(part, f"{DOCUMENT}/customXmlProps", properties)
    package.relate(book.part, f"{DOCUMENT}/customXml", part)


def load_document(package: PackageWriter, book: BookPart, key: str) -> object:
    """Give the document kept under a key; None where there is none, or where it is no JSON any more."""
    part = _find(package, book, key)
    if part is None:
        return None
    try:
        return json.loads(package.xml(part).text or "")
    except json.JSONDecodeError:
        return None


def _find(package: PackageWriter, book: BookPart, key: str) -> str | None:
    # LibreOffice links such parts to the package instead of the workbook
    for link in [*package.relationships(book.part), *package.relationships()]:
        if link.kind != "customXml" or link.target not in package:
            continue
        if _NAMESPACE.encode() not in package.read(link.target):
            continue  # somebody else's, and perhaps large
        root = package.xml(link.target)
        if root.tag == f"{{{_NAMESPACE}}}document" and root.get("key") == key:
            return link.target
    return None


def _properties(key: str) -> etree._Element:
    identity = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{_NAMESPACE}:{key}")).upper()
    attributes = {f"{{{_DATASTORE}}}itemID": f"{{{identity}}}"}
    item = etree.Element(f"{{{_DATASTORE}}}datastoreItem", attributes, nsmap={"ds": _DATASTORE})
    references = etree.SubElement(item, f"{{{_DATASTORE}}}schemaRefs")
    etree.SubElement(references, f"{{{_DATASTORE}}}schemaRef", {f"{{{_DATASTORE}}}uri": _NAMESPACE})
    return item
