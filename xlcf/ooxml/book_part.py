"""The workbook part: the list of sheets, the defined names, the active tab (ECMA-376 Part 1, 18.2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from xlcf.errors import InputError
from xlcf.ooxml.defined_names import add_name, is_hidden, name_elements, position_of, remove_name, sort_names
from xlcf.ooxml.markup import DOCUMENT, child_in_order, integer, leads_nowhere, main_tag
from xlcf.ooxml.package_writer import PackageWriter
from xlcf.ooxml.references import quote_sheet
from xlcf.ooxml.schema_order import WORKBOOK

_LINK = f"{{{DOCUMENT}}}id"


@dataclass(frozen=True)
class Tab:
    """One sheet in the list of sheets.

    Attributes:
        name: as its tab shows it.
        sheet_id: the id that stays with the sheet.
        position: place among all tabs, from 0; what localSheetId and activeTab count.
        part: name of the part that holds it.
        kind: `worksheet`, `chartsheet`, ...; `module` for one of Excel 5, which has no part.
        link: id of the relationship that leads to the part.

    """

    name: str
    sheet_id: int
    position: int
    part: str
    kind: str
    link: str


class BookPart:
    """The workbook part of a package, to be read and edited."""

    def __init__(self, package: PackageWriter) -> None:
        self._package = package
        part = package.related("", "officeDocument")
        if part is None:
            raise InputError(f"{package.path.name} has no workbook in it; open and save it in Excel.")
        self.part = part
        root = package.xml(part)
        if root.tag != main_tag("workbook"):
            if root.tag == "{http://purl.oclc.org/ooxml/spreadsheetml/main}workbook":
                raise InputError(
                    f"{package.path.name} is a Strict Open XML workbook, which xlcf only reads; "
                    "save it in Excel as an ordinary workbook (.xlsx)."
                )
            raise InputError(f"{package.path.name} is an Office document, but not an Excel workbook.")

    @property
    def tabs(self) -> list[Tab]:
        """All tabs in order."""
        links = {link.id: link for link in self._package.relationships(self.part)}
        tabs = []
        for position, element in enumerate(self.sheet_elements()):
            name, link = element.get("name", ""), links.get(element.get(_LINK, ""))
            if leads_nowhere(element):
                tabs.append(Tab(name, integer(element, "sheetId"), position, "", "module", ""))
                continue
            if link is None or link.target not in self._package:
                raise InputError(f"{self._package.path.name} lacks its sheet {name!r}; save it again in Excel.")
            sheet_id = integer(element, "sheetId")
            tabs.append(Tab(name, sheet_id, position, link.target, link.kind, link.id))
        return tabs

    def tab(self, name: str) -> Tab:
        """Find a tab as Excel does, without regard to case.

        Raises:
            InputError: where there is none.

        """
        tabs = self.tabs
        for tab in tabs:
            if tab.name.lower() == name.lower():
                return tab
        raise InputError(
            f"There is no sheet {name!r} in {self._package.path.name}; it has {', '.join(tab.name for tab in tabs)}."
        )

    def related(self, kind: str) -> str | None:
        """Give the part of a kind that the workbook part links to: `styles`, `sharedStrings`, ..."""
        return self._package.related(self.part, kind)

    def add_tab(self, name: str, link: str) -> int:
        """Add a sheet as the last tab, and give its position; `link` is the relationship that leads to its part."""
        position = len(self.sheet_elements())
        sheet_id = 1 + max((integer(element, "sheetId") for element in self.sheet_elements()), default=0)
        sheets = child_in_order(self._edit(), "sheets", WORKBOOK)
        etree.SubElement(sheets, main_tag("sheet"), {"name": name, "sheetId": str(sheet_id), _LINK: link})
        return position

    def relink(self, tab: Tab, link: str) -> None:
        """Let a tab lead to another part; its name, place and id stay."""
        self._edit()
        self.sheet_elements()[tab.position].set(_LINK, link)

    def show(self, tab: Tab) -> None:
        """Unhide a sheet."""
        element = self.sheet_elements()[tab.position]
        if "state" in element.attrib:
            self._edit()
            del element.attrib["state"]

    def remove_tab(self, tab: Tab) -> None:
        """Take a sheet out of the list, with the names that are local to it; its part and the link to it stay."""
        root = self._edit()
        element = self.sheet_elements()[tab.position]
        element.getparent().remove(element)
        for name in self.name_elements():
            local = position_of(name)
            if local == tab.position:
                self.remove_name(name)
            elif local is not None and local > tab.position:
                name.set("localSheetId", str(local - 1))
        left = len(self.sheet_elements())
        for view in root.iterfind(f"{main_tag('bookViews')}/{main_tag('workbookView')}"):
            for attribute in ("activeTab", "firstSheet"):
                place = integer(view, attribute)
                if place > tab.position or (place == tab.position and place >= left):
                    view.set(attribute, str(max(place - 1, 0)))

    @property
    def active(self) -> int:
        """Position of the active tab."""
        view = self._package.xml(self.part).find(f"{main_tag('bookViews')}/{main_tag('workbookView')}")
        return 0 if view is None else integer(view, "activeTab")

    def activate(self, position: int) -> None:
        """Make a tab the one that is shown when the workbook opens."""
        views = child_in_order(self._edit(), "bookViews", WORKBOOK)
        if not len(views):
            etree.SubElement(views, main_tag("workbookView"))
        for view in views:
            view.set("activeTab", str(position))

    def calculate_on_load(self) -> None:
        """Ask Excel to calculate every formula when it opens the workbook."""
        child_in_order(self._edit(), "calcPr", WORKBOOK).set("fullCalcOnLoad", "1")

    def name_elements(self) -> list[etree._Element]:
        """List the elements of the defined names."""
        return name_elements(self._package.xml(self.part))

    def add_name(self, name: str, text: str, position: int | None, **attributes: str) -> None:
        """Define a name, or define it anew; see `defined_names.add_name`."""
        add_name(self._edit(), name, text, position, **attributes)

    def remove_name(self, element: etree._Element) -> None:
        """Remove a defined name."""
        self._edit()
        remove_name(element)

    def sort_names(self) -> None:
        """Bring the defined names into Excel's order."""
        sort_names(self._edit())

    def sheet_elements(self) -> list[etree._Element]:
        """List the elements of the sheets in tab order."""
        return list(self._package.xml(self.part).iterfind(f"{main_tag('sheets')}/{main_tag('sheet')}"))

    def _edit(self) -> etree._Element:
        return self._package.edit(self.part)


def marked_tabs(book: BookPart, mark: str) -> dict[str, Tab]:
    """Find the tabs that bear a mark, by the name that they had when they were made.

    The mark is a hidden defined name local to the sheet, which Excel keeps when the sheet is renamed or moved. Excel
    copies it with the sheet: of several sheets with one origin, the first-made is meant, and copies are the user's.
    """
    tabs = book.tabs
    found: dict[str, Tab] = {}
    for element in book.name_elements():
        position = position_of(element)
        if element.get("name", "").lower() != mark_name(mark).lower() or position is None or position >= len(tabs):
            continue
        origin = (element.text or "").strip().removeprefix('"').removesuffix('"').replace('""', '"')
        tab = tabs[position]
        if origin not in found or tab.sheet_id < found[origin].sheet_id:
            found[origin] = tab
    return found


def set_mark(book: BookPart, position: int, mark: str, origin: str) -> None:
    """Mark the tab at a position as made from the sheet `origin`; see `marked_tabs`."""
    text = '"' + origin.replace('"', '""') + '"'
    book.add_name(mark_name(mark), text, position, hidden="1")


def take_marked_names(book: BookPart, mark: str) -> dict[str, str]:
    """Remove the workbook's defined names that bear a mark, and give them by the names that they were made with."""
    prefix = name_comment(mark, "")
    taken = {}
    for element in book.name_elements():
        comment = element.get("comment", "")
        if comment.startswith(prefix) and position_of(element) is None:
            taken[comment.removeprefix(prefix)] = element.get("name", "")
            book.remove_name(element)
    return taken


def name_comment(mark: str, origin: str) -> str:
    """Give the comment by which a defined name of the workbook is known as made from the name `origin`."""
    return f"{mark}: {origin}"


def unmark_copies(book: BookPart, mark: str) -> None:
    """Take the mark off the copies that a person made of marked sheets, so that they are never taken for those."""
    originals = {tab.position for tab in marked_tabs(book, mark).values()}
    for element in book.name_elements():
        if element.get("name", "").lower() == mark_name(mark).lower() and position_of(element) not in originals:
            book.remove_name(element)


def mark_name(mark: str) -> str:
    """Give the defined name that marks a sheet."""
    return f"_{mark}_sheet"


def visible_names(book: BookPart, tab_names: Iterable[str]) -> list[str]:
    """List the defined names as the document properties list them: `total`, `Sheet1!Print_Titles`."""
    tabs = list(tab_names)
    listed = []
    for element in book.name_elements():
        if is_hidden(element):
            continue
        name, position = element.get("name", "").removeprefix("_xlnm."), position_of(element)
        if position is None:
            listed.append(name)
        elif position < len(tabs):
            listed.append(f"{quote_sheet(tabs[position])}!{name}")
    return listed
