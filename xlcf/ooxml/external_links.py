"""Other workbooks' cells, with the values that this one has stored of them (ECMA-376 part 1, 18.14)."""

from __future__ import annotations

import math

from lxml import etree

from xlcf.ooxml.package import Package
from xlcf.ooxml.references import parse_cell
from xlcf.ooxml.worksheet import ExcelError, Scalar, Worksheet, unescape

_REFERENCES = "{*}externalReferences/{*}externalReference"


def read_external_sheets(package: Package, main: str, root: etree._Element) -> dict[str, Worksheet]:
    """Read the stored cells of all other workbooks that a workbook refers to.

    Args:
        package: the workbook's file.
        main: its workbook part.
        root: that part as a tree.

    Returns:
        The sheets, named as formulas of the file name them: `[1]Sheet1`, where links count from 1.

    """
    links = {link.id: link for link in package.relationships(main)}
    sheets: dict[str, Worksheet] = {}
    for number, element in enumerate(root.iterfind(_REFERENCES), start=1):
        link = links.get(next((value for key, value in element.items() if key.endswith("}id")), ""))
        if link is None or link.external or link.target not in package:
            continue
        book = package.xml(link.target).find("{*}externalBook")
        if book is None:
            continue
        names = [each.get("val", "") for each in book.iterfind("{*}sheetNames/{*}sheetName")]
        for data in book.iterfind("{*}sheetDataSet/{*}sheetData"):
            index = data.get("sheetId", "")
            if index.isdecimal() and int(index) < len(names):
                name = f"[{number}]{names[int(index)]}"
                sheets[name] = _sheet(name, data)
    return sheets


def _sheet(name: str, data: etree._Element) -> Worksheet:
    sheet = Worksheet(name, -1)
    for cell in data.iterfind("{*}row/{*}cell"):
        text = cell.findtext("{*}v")
        value = None if text is None else _value(cell.get("t", "n"), text)
        if value is not None:
            try:
                sheet.values[parse_cell(cell.get("r", ""))] = value
            except ValueError:
                continue  # a damaged cell is one that was not stored
    sheet.set_extent()
    return sheet


def _value(kind: str, text: str) -> Scalar | None:
    if kind == "str":
        return unescape(text)
    if kind == "b":
        return text.strip() in ("1", "true")
    if kind == "e":
        return ExcelError(text)
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
