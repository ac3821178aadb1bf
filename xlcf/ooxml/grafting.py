"""Sheets of a workbook made by XlsxWriter added to another workbook, with everything that they need.

Formats, shared strings and dynamic-array metadata are merged; the parts of the sheets (drawings, charts, tables,
images, comments) move under free names; names of sheets, tables and defined names are made unique, and formulas follow.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from copy import deepcopy
from pathlib import Path
from urllib.parse import quote, unquote

from lxml import etree

from xlcf.errors import InputError
from xlcf.ooxml.book_part import (
    BookPart,
    Tab,
    mark_name,
    marked_tabs,
    name_comment,
    set_mark,
    take_marked_names,
    unmark_copies,
)
from xlcf.ooxml.chart_defaults import say_defaults
from xlcf.ooxml.defined_names import position_of
from xlcf.ooxml.markup import DOCUMENT, integer, serialise
from xlcf.ooxml.metadata_merge import merge_metadata
from xlcf.ooxml.package_writer import PackageWriter
from xlcf.ooxml.part_translation import Translation, table_name
from xlcf.ooxml.relationships import read_relationships, relationships_part, set_target
from xlcf.ooxml.removing import drop_tab, empty_tab
from xlcf.ooxml.renaming import Renaming, free_name, free_sheet_name
from xlcf.ooxml.selection import select_only
from xlcf.ooxml.strings_merge import count_string_cells, merge_strings, string_count
from xlcf.ooxml.styles_merge import StyleMap, empty_styles, merge_styles

_TABLE = "application/vnd.openxmlformats-officedocument.spreadsheetml.table+xml"
_MERGED = ("styles", "sharedStrings", "sheetMetadata")
_CHART = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_KNOWN = ("worksheet", "theme", "calcChain", *_MERGED)
_TYPES = {
    "styles": "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml",
    "sharedStrings": "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml",
    "sheetMetadata": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheetMetadata+xml",
}


def graft(package: PackageWriter, source_path: str | Path, mark: str, *, active: bool) -> dict[str, str]:
    """Add the sheets of a workbook made by XlsxWriter, and give the name in `package` of each.

    Each new sheet bears the mark. A sheet that bears it already and was made from a sheet of the same name is
    replaced in its place, and keeps its name; other sheets that bear it are removed. All other sheets are new tabs at
    the end.

    Args:
        package: the workbook that grows.
        source_path: the workbook made by XlsxWriter.
        mark: what the new sheets are marked with; see `book_part.marked_tabs`.
        active: whether the first of the new sheets becomes the active tab.

    Raises:
        InputError: where one of the files cannot be used, or the sheets need what cannot be moved (macros, chart
            sheets, images placed in cells, checkboxes).

    """
    if re.fullmatch(r"[A-Za-z]\w*", mark) is None:
        raise InputError(f"{mark!r} cannot be a mark of sheets: it becomes part of a name, so use letters and digits.")
    with PackageWriter(source_path) as source:
        return _Graft(package, source, mark).run(active)


class _Graft:
    def __init__(self, package: PackageWriter, source: PackageWriter, mark: str) -> None:
        self._package = package
        self._source = source
        self._mark = mark
        self._book = BookPart(package)
        self._source_book = BookPart(source)
        self._copied: dict[str, str] = {}  # part of the source -> part here

    def run(self, active: bool) -> dict[str, str]:
        new_tabs = self._source_book.tabs
        self._refuse_the_unknown()
        kept = self._clear_old_sheets({tab.name for tab in new_tabs})
        names = self._sheet_names(new_tabs, kept)
        renaming = Renaming(names, self._unique_names())
        translation = Translation(self._merged_styles(), self._merged_strings(), self._merged_metadata(), renaming)
        places = {}
        for tab in new_tabs:
            link = self._package.relate(self._book.part, f"{DOCUMENT}/worksheet", self._copy(tab.part, translation))
            if tab.name in kept:
                self._book.relink(kept[tab.name], link)
                places[tab.position] = kept[tab.name].position
            else:
                places[tab.position] = self._book.add_tab(names[tab.name], link)
        self._add_names(new_tabs, places, renaming)
        self._select(places, active)
        return names

    def _refuse_the_unknown(self) -> None:
        for link in self._source.relationships(self._source_book.part):
            if link.kind == "chartsheet":  # cannot bear a mark: a defined name is never local to it
                raise InputError("A chart sheet cannot be added to a workbook; put the chart on a worksheet.")
            if link.kind not in _KNOWN:
                raise InputError(
                    f"Sheets of a workbook that also holds {link.kind} cannot be added to another workbook; "
                    "make them without it."
                )

    def _clear_old_sheets(self, new: set[str]) -> dict[str, Tab]:
        """Empty the marked sheets that come again, and remove the others."""
        unmark_copies(self._book, self._mark)
        old = sorted(marked_tabs(self._book, self._mark).items(), key=lambda item: -item[1].position)
        for origin, tab in old:  # from the last, so that the positions before it hold
            if origin not in new:
                drop_tab(self._package, self._book, tab)
        kept = marked_tabs(self._book, self._mark)
        for tab in kept.values():
            empty_tab(self._package, self._book, tab, mark_name(self._mark))
        return kept

    def _sheet_names(self, new_tabs: list[Tab], kept: dict[str, Tab]) -> dict[str, str]:
        taken = [element.get("name", "") for element in self._book.sheet_elements()]
        names = {}
        for tab in new_tabs:
            names[tab.name] = kept[tab.name].name if tab.name in kept else free_sheet_name(tab.name, taken)
            taken.append(names[tab.name])
        return names

    def _unique_names(self) -> dict[str, str]:
        """Give the tables and the workbook's defined names of the source names that are free here."""
        earlier = take_marked_names(self._book, self._mark)
        wanted = [table_name(self._source.read(part)) for part in self._source.parts_of_type(_TABLE)]
        wanted += [element.get("name", "") for element in self._source_names(local=False)]
        taken = [self._package.xml(part).get("displayName", "") for part in self._package.parts_of_type(_TABLE)]
        taken += [element.get("name", "") for element in self._book.name_elements()]
        names = {}
        for name in wanted:
            names[name] = free_name(earlier.get(name, name), taken)
            taken.append(names[name])
        return names

    def _merged_styles(self) -> StyleMap:
        source = self._source.xml(_required(self._source_book, "styles"))
        part = self._book.related("styles")
        if part is None:
            part = self._add_whole("styles")
            empty_styles(self._package.edit(part))
        same = _theme_font(self._package, self._book) == _theme_font(self._source, self._source_book)
        return merge_styles(self._package.edit(part), source, same_theme_fonts=same)

    def _merged_strings(self) -> list[int]:
        source = self._source_book.related("sharedStrings")
        if source is None:
            return []
        part = self._book.related("sharedStrings")
        if part is None:
            part = self._add_whole("sharedStrings")
            return list(range(string_count(self._package.open(part))))
        uses = sum(count_string_cells(self._source.open(tab.part)) for tab in self._source_book.tabs)
        return merge_strings(self._package, part, self._source, source, uses)

    def _merged_metadata(self) -> int:
        source = self._source_book.related("sheetMetadata")
        if source is None:
            return 1
        part = self._book.related("sheetMetadata") or self._add_whole("sheetMetadata")
        return merge_metadata(self._package.edit(part), self._source.xml(source))

    def _add_whole(self, kind: str) -> str:
        """Take over a part that the workbook lacks."""
        source = _required(self._source_book, kind)
        part = source if source not in self._package else self._package.free_name(source)
        self._package.put(part, self._source.read(source), _TYPES[kind])
        self._package.relate(self._book.part, f"{DOCUMENT}/{kind}", part)
        return part

    def _copy(self, part: str, translation: Translation) -> str:
        """Copy a part with all parts that it needs, under free names; give its new name."""
        if part in self._copied:
            return self._copied[part]
        new = self._copied[part] = self._package.free_name(part)
        content_type = self._source.types.of(part)
        content: bytes | Iterable[bytes]
        if content_type.endswith(".worksheet+xml"):
            content = translation.sheet(self._source.open(part))
        elif content_type == _TABLE:
            used = [integer(self._package.xml(table), "id") for table in self._package.parts_of_type(_TABLE)]
            content = translation.table(self._source.read(part), 1 + max(used, default=0))
        elif content_type == _CHART:
            root = etree.fromstring(translation.part(self._source.read(part)), etree.XMLParser(resolve_entities=False))
            say_defaults(root)
            content = serialise(root)
        elif content_type.endswith("+xml"):
            content = translation.part(self._source.read(part))
        else:
            content = self._source.read(part)
        self._package.put(new, content, content_type)
        self._copy_links(part, new, translation)
        return new

    def _copy_links(self, part: str, new: str, translation: Translation) -> None:
        """Give the copy of a part the same relationships, with the same ids, to the copies of the other parts."""
        if relationships_part(part) not in self._source:
            return
        root = deepcopy(self._source.xml(relationships_part(part)))
        for element, link in read_relationships(root, part, self._source.find):
            if link.external:
                continue
            if link.target == part and link.place:  # a place in the workbook
                place = unquote(link.place)
                if translation.renaming.formula(place) != place:
                    place = quote(translation.renaming.formula(place), safe="!'$:(),&")
                    set_target(element, new, new, place)
            else:
                set_target(element, new, self._copy(link.target, translation), link.place)
        self._package.put(relationships_part(new), serialise(root))

    def _source_names(self, *, local: bool) -> list[etree._Element]:
        return [name for name in self._source_book.name_elements() if (position_of(name) is not None) == local]

    def _add_names(self, new_tabs: list[Tab], places: dict[int, int], renaming: Renaming) -> None:
        for element in [*self._source_names(local=True), *self._source_names(local=False)]:
            old_position = position_of(element)
            position = None if old_position is None else places[old_position]
            name = element.get("name", "")
            rest = {key: value for key, value in element.items() if key not in ("name", "localSheetId")}
            if position is None:
                rest["comment"] = name_comment(self._mark, name)
                name = renaming.name(name)
            self._book.add_name(name, renaming.formula(element.text or ""), position, **rest)
        for tab in new_tabs:
            set_mark(self._book, places[tab.position], self._mark, tab.name)

    def _select(self, places: dict[int, int], active: bool) -> None:
        tabs = self._book.tabs
        if active:
            self._book.show(tabs[places[0]])
            self._book.activate(places[0])
        shown = tabs[min(self._book.active, len(tabs) - 1)]
        select_only(self._package, self._book, shown, [tabs[position].part for position in places.values()])


def _required(book: BookPart, kind: str) -> str:
    part = book.related(kind)
    if part is None:
        raise InputError(f"The workbook with the new sheets has no {kind}; make it with XlsxWriter.")
    return part


def _theme_font(package: PackageWriter, book: BookPart) -> str | None:
    """Give the theme's font for text, which fonts of the scheme "minor" stand for."""
    part = book.related("theme")
    if part is None:
        return None
    font = package.xml(part).find("{*}themeElements/{*}fontScheme/{*}minorFont/{*}latin")
    return None if font is None else font.get("typeface")
