"""The order in which the schema wants the children of a root element; Excel refuses or repairs any other."""

from __future__ import annotations

# fmt: off
WORKBOOK = (
    "fileVersion", "fileSharing", "workbookPr", "workbookProtection", "bookViews", "sheets", "functionGroups",
    "externalReferences", "definedNames", "calcPr", "oleSize", "customWorkbookViews", "pivotCaches", "smartTagPr",
    "smartTagTypes", "webPublishing", "fileRecoveryPr", "webPublishObjects", "extLst",
)
WORKSHEET = (
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr", "sheetProtection",
    "protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate", "customSheetViews", "mergeCells",
    "phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup",
    "headerFooter", "rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors", "smartTags",
    "drawing", "legacyDrawing", "legacyDrawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts",
    "extLst",
)
STYLE_SHEET = (
    "numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "tableStyles", "colors",
    "extLst",
)
METADATA = (
    "metadataTypes", "metadataStrings", "mdxMetadata", "futureMetadata", "cellMetadata", "valueMetadata", "extLst",
)
# fmt: on


class OrderCheck:
    """Takes the children of a root element one by one, and tells which come too late."""

    def __init__(self, order: tuple[str, ...]) -> None:
        self._places = {name: place for place, name in enumerate(order)}
        self._last = ""

    def is_late(self, name: str) -> bool:
        """Tell whether a child, by its local name, stands after one that it belongs before."""
        if name not in self._places:
            return False
        late = bool(self._last) and self._places[name] < self._places[self._last]
        if not late:
            self._last = name
        return late

    @property
    def before(self) -> str:
        """The local name of the last child that stood in order."""
        return self._last
