"""The cell formats of one workbook added to those of another (ECMA-376 Part 1, 18.8)."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass

from lxml import etree

from xlcf.errors import InputError
from xlcf.ooxml.markup import child_in_order, integer, main_tag
from xlcf.ooxml.schema_order import STYLE_SHEET

_FIRST_CUSTOM = 164  # number formats below have a fixed meaning
_MOST_CELL_FORMATS = 65_490  # that Excel opens


@dataclass(frozen=True)
class StyleMap:
    """New indices by old ones: of cell formats (`s`, `style`), and of differential formats (`dxfId`)."""

    cells: list[int]
    differentials: list[int]


def merge_styles(target: etree._Element, source: etree._Element, *, same_theme_fonts: bool) -> StyleMap:
    """Add the formats of `source` to `target`, both style sheets; formats that are there already are used again.

    The default format stays the target's own, so that unformatted cells look as everywhere in that workbook.
    Where the themes have different fonts, fonts that follow the theme keep the look they had.

    Raises:
        InputError: where the formats would be more than Excel opens.

    """
    number_formats = _merge_number_formats(target, source)
    if not same_theme_fonts:
        source = deepcopy(source)
        for scheme in list(source.iter(main_tag("scheme"))):
            scheme.getparent().remove(scheme)
    indices = {
        "fontId": _append(target, "fonts", _children(source, "fonts")),
        "fillId": _append(target, "fills", _children(source, "fills")),
        "borderId": _append(target, "borders", _children(source, "borders")),
    }
    default = next(iter(_children(target, "cellXfs")), None)
    indices["fontId"][0:1] = [0 if default is None else integer(default, "fontId")]

    def renumbered(xf: etree._Element) -> etree._Element:
        xf = deepcopy(xf)
        for attribute, new in indices.items():
            if attribute in xf.attrib:
                xf.set(attribute, str(new[integer(xf, attribute)]))
        number_format = integer(xf, "numFmtId")
        xf.set("numFmtId", str(number_formats.get(number_format, number_format)))
        return xf

    bases = _merge_named_styles(target, source, [renumbered(xf) for xf in _children(source, "cellStyleXfs")])
    cells = [renumbered(xf) for xf in _children(source, "cellXfs")]
    for xf in cells:
        base = integer(xf, "xfId")
        xf.set("xfId", str(bases[base] if base < len(bases) else 0))
    if default is None:
        _append(target, "cellXfs", cells[:1])
    indices_of_cells = [0, *_append(target, "cellXfs", cells[1:])]
    if max(indices_of_cells) >= _MOST_CELL_FORMATS:
        raise InputError(
            f"The workbook has so many cell formats that no more fit (Excel opens {_MOST_CELL_FORMATS:,}); "
            "remove some in Excel, or put the sheets into a workbook of their own."
        )
    return StyleMap(indices_of_cells, _merge_differentials(target, source))


def empty_styles(root: etree._Element) -> None:
    """Leave of a style sheet only its named styles, to be filled by `merge_styles`."""
    for tag in ("numFmts", "fonts", "fills", "borders", "cellXfs", "dxfs"):
        for element in root.findall(main_tag(tag)):
            root.remove(element)


def _merge_number_formats(target: etree._Element, source: etree._Element) -> dict[int, int]:
    known = {element.get("formatCode"): integer(element, "numFmtId") for element in _children(target, "numFmts")}
    new: dict[int, int] = {}
    for element in _children(source, "numFmts"):
        new[integer(element, "numFmtId")] = _number_format(target, known, element.get("formatCode"))
    return new


def _number_format(target: etree._Element, known: dict[str, int], code: str) -> int:
    if code not in known:
        known[code] = max([_FIRST_CUSTOM - 1, *known.values()]) + 1
        parent = child_in_order(target, "numFmts", STYLE_SHEET)
        etree.SubElement(parent, main_tag("numFmt"), numFmtId=str(known[code]), formatCode=code)
        _count(parent)
    return known[code]


def _merge_named_styles(target: etree._Element, source: etree._Element, bases: list[etree._Element]) -> list[int]:
    """Find the target's style of the same name for each of the source's, and add those that it lacks."""
    known = {_style_key(style): integer(style, "xfId") for style in _children(target, "cellStyles")}
    new = [0] * len(bases)
    for style in _children(source, "cellStyles"):
        old = integer(style, "xfId")
        if old >= len(bases):
            continue
        key = _style_key(style)
        if key not in known and style.get("builtinId") != "0":
            parent = child_in_order(target, "cellStyleXfs", STYLE_SHEET)
            parent.append(bases[old])
            known[key] = _count(parent) - 1
            styles = child_in_order(target, "cellStyles", STYLE_SHEET)
            styles.append(deepcopy(style))
            styles[-1].set("xfId", str(known[key]))
            _count(styles)
        new[old] = known.get(key, 0)
    return new


def _style_key(style: etree._Element) -> str:
    builtin = style.get("builtinId")
    return f"{builtin}/{style.get('iLevel', '')}" if builtin else str(style.get("name", "")).lower()


def _merge_differentials(target: etree._Element, source: etree._Element) -> list[int]:
    known = {element.get("formatCode"): integer(element, "numFmtId") for element in _children(target, "numFmts")}
    formats = [deepcopy(element) for element in _children(source, "dxfs")]
    for element in formats:
        for number_format in element.iterfind(main_tag("numFmt")):
            if integer(number_format, "numFmtId") >= _FIRST_CUSTOM:
                new = _number_format(target, known, number_format.get("formatCode"))
                number_format.set("numFmtId", str(new))
    return _append(target, "dxfs", formats)


def _children(root: etree._Element, tag: str) -> list[etree._Element]:
    parent = root.find(main_tag(tag))
    return [] if parent is None else list(parent.iterchildren(etree.Element))


def _append(target: etree._Element, tag: str, elements: Iterable[etree._Element]) -> list[int]:
    """Append elements that are not in a list yet, and give the index of each."""
    elements = list(elements)
    if not elements:
        return []
    parent = child_in_order(target, tag, STYLE_SHEET)
    known: dict[object, int] = {}
    for index, child in enumerate(_children(target, tag)):
        known.setdefault(_shape(child), index)
    indices = []
    for element in elements:
        shape = _shape(element)
        if shape not in known:
            parent.append(deepcopy(element))
            known[shape] = _count(parent) - 1
        indices.append(known[shape])
    return indices


def _count(parent: etree._Element) -> int:
    number = sum(1 for _ in parent.iterchildren(etree.Element))
    parent.set("count", str(number))
    return number


def _shape(element: etree._Element) -> object:
    """Describe an element so that equal ones have equal descriptions, whatever their prefixes."""
    children = tuple(_shape(child) for child in element.iterchildren(etree.Element))
    return element.tag, tuple(sorted(element.attrib.items())), (element.text or "").strip(), children
