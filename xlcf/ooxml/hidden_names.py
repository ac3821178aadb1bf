"""Hidden defined names, such as those in which Excel's Solver keeps its models (ECMA-376 Part 1, 18.2.5).

XlsxWriter defines names, but only visible ones: this adds hidden ones to a finished workbook.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from xlcf.errors import InputError
from xlcf.files.input_files import open_input
from xlcf.files.replacing import replacing

_WORKBOOK = "xl/workbook.xml"
_NAMESPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_DECLARATION = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# the schema wants definedNames after the last of these
_BEFORE = ("sheets", "functionGroups", "externalReferences")


@dataclass(frozen=True)
class HiddenName:
    """A defined name that Excel's Name Manager does not show.

    Attributes:
        name: e.g. `solver_opt`.
        formula: what it stands for, without a leading `=`: `dotprod!$V$41`, or a number.
        sheet: the sheet it belongs to, or None where it belongs to the whole workbook.

    """

    name: str
    formula: str
    sheet: str | None = None


def add_hidden_names(path: str | Path, names: Iterable[HiddenName]) -> None:
    """Add hidden defined names to a workbook file, in its place.

    A name that the same sheet has already is replaced. All other parts of the file keep their bytes, their order
    and their times.

    Raises:
        InputError: where the file is no workbook, a sheet does not exist, or the file cannot be replaced.

    """
    path = Path(path)
    with replacing(path) as beside:
        try:
            with (
                open_input(path, kind="workbook") as stream,
                zipfile.ZipFile(stream) as old,
                zipfile.ZipFile(beside, "w") as new,
            ):
                old.getinfo(_WORKBOOK)
                for info in old.infolist():
                    content = old.read(info)
                    new.writestr(info, _with_names(content, names) if info.filename == _WORKBOOK else content)
        except (zipfile.BadZipFile, KeyError):
            raise InputError(f"{path.name} is not an Excel workbook (.xlsx).") from None


def _with_names(workbook: bytes, names: Iterable[HiddenName]) -> bytes:
    root = etree.fromstring(workbook, etree.XMLParser(resolve_entities=False, no_network=True))
    sheets = [sheet.get("name") for sheet in root.iterfind(f"{_NAMESPACE}sheets/{_NAMESPACE}sheet")]
    parent = _defined_names(root)
    elements = {_key(element): element for element in parent}
    for name in names:
        element = _element(name, sheets)
        elements[_key(element)] = element

    def excel_order(element: etree._Element) -> tuple[str, str]:
        # as Excel sorts them: by name without the prefix of its own names, then by the sheet's name
        position = element.get("localSheetId")
        sheet = "" if position is None else sheets[int(position)]
        return element.get("name").lower().removeprefix("_xlnm."), sheet.lower()

    parent[:] = sorted(elements.values(), key=excel_order)
    content: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=False)
    return _DECLARATION + content


def _defined_names(root: etree._Element) -> etree._Element:
    """Find the element that holds the defined names, made in the place that the schema demands if need be."""
    parent = root.find(f"{_NAMESPACE}definedNames")
    if parent is None:
        parent = etree.Element(f"{_NAMESPACE}definedNames")
        last = [child for child in root if child.tag in {_NAMESPACE + tag for tag in _BEFORE}][-1]
        last.addnext(parent)
    return parent


def _element(name: HiddenName, sheets: list[str]) -> etree._Element:
    element = etree.Element(f"{_NAMESPACE}definedName", name=name.name)
    if name.sheet is not None:
        if name.sheet not in sheets:
            raise InputError(f"There is no sheet {name.sheet!r} for the name {name.name}; there are {sheets}.")
        element.set("localSheetId", str(sheets.index(name.sheet)))
    element.set("hidden", "1")
    element.text = name.formula
    return element


def _key(element: etree._Element) -> tuple[str, str | None]:
    return element.get("name").lower(), element.get("localSheetId")
