"""The list of sheets and names in a workbook's extended properties, docProps/app.xml (ECMA-376 Part 1, 22.2)."""

from __future__ import annotations

from lxml import etree

_PROPERTIES = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"
_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"


def update_titles(root: etree._Element, old: list[str], new: list[str]) -> None:
    """Bring one group of titles in the extended properties, such as the worksheets, from `old` to `new`.

    Excel names the groups in the language of its user ("Worksheets", "Feuilles de calcul"), so a group is known by its
    titles. Where none is recognised, nothing changes.
    """
    headings = root.find(f"{{{_PROPERTIES}}}HeadingPairs/{{{_TYPES}}}vector")
    titles = root.find(f"{{{_PROPERTIES}}}TitlesOfParts/{{{_TYPES}}}vector")
    if headings is None or titles is None:
        return
    start = 0
    for count in headings.iter(f"{{{_TYPES}}}i4"):
        text = count.text or ""
        size = int(text) if text.isdecimal() else 0
        group = [title.text or "" for title in titles[start : start + size]]
        if group and set(group) <= set(old):
            group = [title for title in group if title in new] + [title for title in new if title not in old]
            titles[start : start + size] = [_title(text) for text in group]
            count.text = str(len(group))
            titles.set("size", str(len(titles)))
            return
        start += size


def _title(text: str) -> etree._Element:
    element = etree.Element(f"{{{_TYPES}}}lpstr", nsmap={"vt": _TYPES})
    element.text = text
    return element
