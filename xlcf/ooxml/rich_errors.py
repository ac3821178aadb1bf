"""Errors that older Excel does not know (#CALC!, #SPILL!, ...): stored as #VALUE! with a rich value behind them.

[MS-XLSX] 2.2.4.9: a cell's `vm` counts from 1 in the metadata part's valueMetadata; that leads to a rich value, whose
structure `_error` has the number of the error, which is one less than ERROR.TYPE gives for it.
"""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from xlcf.ooxml.package import Package
from xlcf.ooxml.relationships import Relationship
from xlcf.ooxml.worksheet import ExcelError

_CODES = {
    8: "#SPILL!",
    9: "#CONNECT!",
    10: "#BLOCKED!",
    11: "#UNKNOWN!",
    12: "#FIELD!",
    13: "#CALC!",
}


def rich_errors(package: Package, links: Iterable[Relationship]) -> dict[str, ExcelError]:
    """Give the error of each value that cells of a workbook may name in `vm`.

    Args:
        package: the workbook's.
        links: the relationships of the workbook part.

    """
    parts = {link.kind: link.target for link in links if link.target in package}
    if not {"sheetMetadata", "rdRichValue", "rdRichValueStructure"} <= parts.keys():
        return {}
    errors = _errors(package.xml(parts["rdRichValue"]), package.xml(parts["rdRichValueStructure"]))
    metadata = package.xml(parts["sheetMetadata"])
    future = metadata.find("{*}futureMetadata[@name='XLRICHVALUE']")
    values = [] if future is None else [block.find(".//{*}rvb") for block in future.iterfind("{*}bk")]
    found: dict[str, ExcelError] = {}
    for number, block in enumerate(metadata.iterfind("{*}valueMetadata/{*}bk"), start=1):
        record = block.find("{*}rc")
        index = -1 if record is None else int(record.get("v", "-1"))
        value = values[index] if 0 <= index < len(values) else None
        error = None if value is None else errors.get(int(value.get("i", "-1")))
        if error is not None:
            found[str(number)] = error
    return found


def _errors(values: etree._Element, structures: etree._Element) -> dict[int, ExcelError]:
    """Give the errors among rich values, by their places."""
    kinds = [
        [key.get("n") for key in structure.iterfind("{*}k")] if structure.get("t") == "_error" else []
        for structure in structures.iterfind("{*}s")
    ]
    found: dict[int, ExcelError] = {}
    for place, value in enumerate(values.iterfind("{*}rv")):
        structure = int(value.get("s", "-1"))
        keys = kinds[structure] if 0 <= structure < len(kinds) else []
        if "errorType" in keys:
            fields = [field.text or "" for field in value.iterfind("{*}v")]
            code = _CODES.get(int(fields[keys.index("errorType")]))
            if code is not None:
                found[place] = ExcelError(code)
    return found
