"""Writing into an existing workbook: values, sheets made by XlsxWriter, small documents; nothing else changes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from xlcf.errors import InputError
from xlcf.ooxml.app_properties import update_titles
from xlcf.ooxml.book_part import BookPart, marked_tabs, take_marked_names, unmark_copies, visible_names
from xlcf.ooxml.cell_markup import CellValue
from xlcf.ooxml.grafting import graft
from xlcf.ooxml.package import Package
from xlcf.ooxml.package_writer import PackageWriter
from xlcf.ooxml.patching import patch_cells
from xlcf.ooxml.removing import drop_tab
from xlcf.ooxml.selection import select_only
from xlcf.ooxml.stored_documents import load_document, store_document
from xlcf.ooxml.worksheet import Position

MARK = "xlcf"

_SHEET, _TEMPLATE = (
    f"application/vnd.openxmlformats-officedocument.spreadsheetml.{kind}.main+xml" for kind in ("sheet", "template")
)
_MACRO_SHEET, _MACRO_TEMPLATE = (
    f"application/vnd.ms-excel.{kind}.macroEnabled.main+xml" for kind in ("sheet", "template")
)


class WorkbookEditor:
    """An .xlsx or .xlsm workbook opened for editing; its file changes only where `save` is given its own path.

    >>> with WorkbookEditor("course.xlsx") as editor:
    ...     editor.set_values("dotprod", {(19, 8): 0.25, (41, 22): 0.3929})
    ...     editor.graft("report.xlsx", active=True)
    ...     editor.save("course.fitted.xlsx")

    It is made from a path, or from a package that is open already, which it then closes.

    Raises:
        InputError: where the file is missing, or is no workbook that can be edited.

    """

    def __init__(self, path: str | Path | Package) -> None:
        self._package = PackageWriter(path)
        self._whole = True  # no edit broke off
        try:
            self._book = BookPart(self._package)
            self._titles_before = self._titles()
        except BaseException:
            self._package.close()
            raise

    def __enter__(self) -> WorkbookEditor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Forget all edits that are not saved."""
        self._package.close()

    @property
    def sheet_names(self) -> list[str]:
        """The names of all sheets in tab order."""
        return [tab.name for tab in self._book.tabs]

    @property
    def active_sheet(self) -> str:
        """The name of the sheet that Excel shows."""
        tabs = self._book.tabs
        return tabs[min(self._book.active, len(tabs) - 1)].name

    def set_values(self, sheet: str, values: Mapping[Position, CellValue]) -> None:
        """Give cells of a worksheet new values, keyed by (row, column), both counted from 1.

        Style and formula of a cell stay: of a formula cell only the cached value changes. A text that goes into a cell
        without a formula is written in the cell, not among the shared strings. None takes the value away: a formula
        cell is left without a cached value, another cell is left blank. Cells that do not exist yet are made, with the
        format of their row or column; None makes none. Excel will calculate the workbook when it opens it.

        Raises:
            InputError: where there is no such worksheet, or a value cannot stand in a cell (NaN, an infinity).

        """
        tab = self._book.tab(sheet)
        if tab.kind != "worksheet":
            raise InputError(f"{tab.name!r} has no cells: it is a {tab.kind}.")
        self._package.put(tab.part, patch_cells(self._package.open(tab.part), values))
        self._book.calculate_on_load()

    def graft(self, path: str | Path, mark: str = MARK, *, active: bool = True) -> dict[str, str]:
        """Add the sheets of a workbook made by XlsxWriter; give each one's name here by its name there.

        A sheet that an earlier call made from a sheet of the same name is replaced in its place and keeps the name
        and the tab that it has now; other sheets of earlier calls are removed. They are known by a mark, so a person
        may rename and move them; copies that a person made of them are left alone. Other sheets are added at the end.

        Args:
            path: the workbook made by XlsxWriter.
            mark: tells the sheets of one kind of call from others'; part of a defined name.
            active: whether the first of the sheets is the one that Excel shows.

        Raises:
            InputError: where the file is no such workbook, or holds what cannot be moved (macros, chart sheets, images
                placed in cells, checkboxes).

        """
        self._whole = False
        names = graft(self._package, path, mark, active=active)
        self._whole = True
        self._book.calculate_on_load()
        return names

    def marked_sheets(self, mark: str = MARK) -> dict[str, str]:
        """Give the sheets that earlier calls of `graft` made: names here by the names they were made with."""
        return {origin: tab.name for origin, tab in marked_tabs(self._book, mark).items()}

    def remove_marked_sheets(self, mark: str = MARK) -> list[str]:
        """Remove the sheets that earlier calls of `graft` made, and give their names.

        Raises:
            InputError: where the workbook has no other sheet.

        """
        self._whole = False
        unmark_copies(self._book, mark)
        take_marked_names(self._book, mark)
        removed = sorted(marked_tabs(self._book, mark).values(), key=lambda tab: tab.position)
        for tab in reversed(removed):  # from the last, so that the positions before it hold
            drop_tab(self._package, self._book, tab)
        if removed:
            tabs = self._book.tabs
            shown = tabs[min(self._book.active, len(tabs) - 1)]
            select_only(self._package, self._book, shown, [])
            self._book.calculate_on_load()
        self._whole = True
        return [tab.name for tab in removed]

    def store(self, key: str, document: object) -> None:
        """Keep a JSON document inside the workbook under a key, instead of one kept before; Excel keeps it too."""
        store_document(self._package, self._book, key, document)

    def load(self, key: str) -> object:
        """Give the document kept under a key, or None."""
        return load_document(self._package, self._book, key)

    def save(self, target: str | Path, *, backup: Path | None = None) -> None:
        """Write the workbook to `target`, whole or not at all, and close the editor; `target` may be its own file.

        Args:
            target: where to write.
            backup: where a copy of what was at `target` goes.

        Raises:
            InputError: where the target cannot be written, where a workbook with macros would be named .xlsx, which
                Excel refuses, or where an edit broke off with an error.

        """
        if not self._whole:
            raise InputError("The workbook is not saved, because an edit of it broke off; open it again.")
        self._be_what_the_name_says(Path(target))
        part = self._package.related("", "extended-properties")
        after = self._titles()
        if part is not None and after != self._titles_before:
            root = self._package.edit(part)
            for old, new in zip(self._titles_before, after, strict=True):
                if old != new:
                    update_titles(root, old, new)
        self._package.save(target, backup=backup)

    def _be_what_the_name_says(self, target: Path) -> None:
        """Make a workbook of a template; Excel opens no file whose suffix does not fit its content type."""
        suffix, kind = target.suffix.lower(), self._package.types.of(self._book.part)
        if suffix == ".xlsm" and kind in (_SHEET, _TEMPLATE, _MACRO_TEMPLATE):
            self._package.types.declare(self._book.part, _MACRO_SHEET)
        elif suffix == ".xlsx" and kind == _TEMPLATE:
            self._package.types.declare(self._book.part, _SHEET)
        elif suffix == ".xlsx" and kind in (_MACRO_SHEET, _MACRO_TEMPLATE):
            raise InputError(f"{self._package.path.name} holds macros, so the name of its copy must end in .xlsm.")

    def _titles(self) -> tuple[list[str], list[str], list[str]]:
        """Give what the document properties list: worksheets, chart sheets, defined names."""
        tabs = self._book.tabs
        worksheets = [tab.name for tab in tabs if tab.kind == "worksheet"]
        charts = [tab.name for tab in tabs if tab.kind == "chartsheet"]
        return worksheets, charts, visible_names(self._book, [tab.name for tab in tabs])
