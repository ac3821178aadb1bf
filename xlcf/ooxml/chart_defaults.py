"""Charts that look the same whatever program version their workbook names.

XlsxWriter leaves out of a chart what is the default of Excel 2007, and says in the workbook's properties that Excel
2007 wrote it. In a workbook of a later version other defaults hold, those of the schema: rounded corners, smooth lines,
crossed tick marks. A chart that moves into such a workbook therefore has to say what it means (ECMA-376 Part 1, 21.2).
"""

from __future__ import annotations

from lxml import etree

_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"

_SHOWN = ("showLegendKey", "showVal", "showCatName", "showSerName", "showPercent", "showBubbleSize")
_AXIS = {"delete": "0", "majorTickMark": "out", "minorTickMark": "none"}
_VARY = {"varyColors": "0"}
# what each element means by leaving a child out
_MEANT: dict[str, dict[str, str]] = {
    "chartSpace": {"roundedCorners": "0"},
    "chart": {"autoTitleDeleted": "0", "dispBlanksAs": "gap"},
    "title": {"overlay": "0"},
    "legend": {"overlay": "0"},
    "catAx": {**_AXIS, "noMultiLvlLbl": "0"},
    "valAx": _AXIS,
    "dateAx": _AXIS,
    "barChart": _VARY,
    "lineChart": _VARY,
    "areaChart": _VARY,
    "scatterChart": _VARY,
    "radarChart": _VARY,
    "bubbleChart": _VARY,
    "dLbls": dict.fromkeys(_SHOWN, "0"),
    "dLbl": dict.fromkeys(_SHOWN, "0"),
    "trendline": {"dispRSqr": "0", "dispEq": "0"},
    "errBars": {"noEndCap": "0"},
    "dTable": dict.fromkeys(("showHorzBorder", "showVertBorder", "showOutline", "showKeys"), "0"),
}
_MEANT_BY_SERIES = {
    "lineChart": {"smooth": "0"},
    "scatterChart": {"smooth": "0"},
    "stockChart": {"smooth": "0"},
    "barChart": {"invertIfNegative": "0"},
    "bubbleChart": {"invertIfNegative": "0"},
}
# what stands after each of these children, wherever they occur
_AFTER = {
    "roundedCorners": ("style", "clrMapOvr", "pivotSource", "protection", "chart"),
    "autoTitleDeleted": ("pivotFmts", "view3D", "floor", "sideWall", "backWall", "plotArea"),
    "dispBlanksAs": ("showDLblsOverMax", "extLst"),
    "overlay": ("spPr", "txPr", "extLst"),
    "delete": ("axPos",),
    "majorTickMark": ("minorTickMark", "tickLblPos", "spPr", "txPr", "crossAx"),
    "minorTickMark": ("tickLblPos", "spPr", "txPr", "crossAx"),
    "noMultiLvlLbl": ("extLst",),
    "varyColors": ("ser", "dLbls", "dropLines", "hiLowLines", "gapWidth", "marker", "axId"),
    "smooth": ("extLst",),
    "invertIfNegative": (
        *("pictureOptions", "dPt", "dLbls", "trendline", "errBars", "cat", "val", "xVal", "yVal", "bubbleSize"),
        *("bubble3D", "shape", "extLst"),
    ),
    "dispRSqr": ("dispEq", "trendlineLbl", "extLst"),
    "dispEq": ("trendlineLbl", "extLst"),
    "noEndCap": ("plus", "minus", "val", "spPr", "extLst"),
    "showHorzBorder": ("showVertBorder", "showOutline", "showKeys", "spPr", "txPr", "extLst"),
    "showVertBorder": ("showOutline", "showKeys", "spPr", "txPr", "extLst"),
    "showOutline": ("showKeys", "spPr", "txPr", "extLst"),
    "showKeys": ("spPr", "txPr", "extLst"),
    **{
        name: (*_SHOWN[place + 1 :], "separator", "showLeaderLines", "leaderLines", "extLst")
        for place, name in enumerate(_SHOWN)
    },
}


def say_defaults(root: etree._Element) -> None:
    """Write out, in the tree of a chart part by XlsxWriter, the defaults that depend on the program version."""
    for parent in list(root.iter(*(_CHART + tag for tag in _MEANT), _CHART + "ser")):
        tag = parent.tag.removeprefix(_CHART)
        if tag == "ser":
            meant = _MEANT_BY_SERIES.get(parent.getparent().tag.removeprefix(_CHART), {})
        elif tag in ("dLbls", "dLbl") and parent.find(_CHART + "delete") is not None:
            continue  # no labels
        else:
            meant = _MEANT[tag]
        for child, value in meant.items():
            if parent.find(_CHART + child) is None:
                _insert(parent, child, value)


def _insert(parent: etree._Element, tag: str, value: str) -> None:
    child = etree.SubElement(parent, _CHART + tag, val=value)
    later = {_CHART + name for name in _AFTER[tag]}
    successor = next((element for element in parent if element.tag in later), None)
    if successor is not None:
        successor.addprevious(child)
