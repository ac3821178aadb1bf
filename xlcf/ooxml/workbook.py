"""A workbook as it is: sheets, defined names, nothing computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from xlcf.errors import InputError
from xlcf.ooxml.calculation import Calculation, calculation, counts_from_1904
from xlcf.ooxml.defined_names import is_hidden, name_elements
from xlcf.ooxml.external_links import read_external_sheets
from xlcf.ooxml.markup import leads_nowhere
from xlcf.ooxml.package import Package
from xlcf.ooxml.rich_errors import rich_errors
from xlcf.ooxml.tables import Table, read_tables
from xlcf.ooxml.worksheet import Worksheet, read_worksheet, rich_text


@dataclass(frozen=True)
class DefinedName:
    """A defined name; `sheet` is the sheet it is local to, None for the whole workbook."""

    name: str
    text: str
    sheet: str | None
    hidden: bool


class Workbook:
    """A workbook that was read.

    Attributes:
        path: the file that was read.
        source: the file that a person named; another one where `path` was made from it.
        sheets: the worksheets by name, in tab order.
        defined_names: all defined names, hidden ones too.
        tables: the tables of all sheets.
        external_sheets: sheets of other workbooks, `[1]Sheet1`, with the values that this one has stored of them.
        has_macros: whether it holds code, which may define functions of its own.
        calculation: how Excel is to calculate it.
        n_tabs: how many sheets of any kind it has.
        date1904: whether the serial numbers of dates count from 1 January 1904 instead of 1900.

    """

    def __init__(
        self,
        path: Path,
        sheets: dict[str, Worksheet],
        defined_names: tuple[DefinedName, ...],
        tables: tuple[Table, ...] = (),
        external_sheets: Mapping[str, Worksheet] | None = None,
        *,
        has_macros: bool = False,
    ) -> None:
        self.path = self.source = path
        self.sheets = sheets
        self.defined_names = defined_names
        self.tables = tables
        self.external_sheets = external_sheets or {}
        self.has_macros = has_macros
        self.calculation = Calculation()
        self.date1904 = False
        self.n_tabs = len(sheets)

    def __getitem__(self, sheet: str) -> Worksheet:
        return self.sheets[self.sheet_name(sheet)]

    def __iter__(self) -> Iterator[Worksheet]:
        return iter(self.sheets.values())

    def sheet_name(self, name: str) -> str:
        """Find a sheet as Excel does, without regard to case.

        Raises:
            InputError: where there is none.

        """
        if name in self.sheets:
            return name
        for existing in self.sheets:
            if existing.lower() == name.lower():
                return existing
        raise InputError(f"There is no sheet {name!r} in {self.path.name}; it has {', '.join(self.sheets)}.")

    def cells_of(self, name: str) -> Worksheet:
        """Give the sheet of this name, of another workbook too; KeyError where there is none."""
        return self.sheets[name] if name in self.sheets else self.external_sheets[name]

    def table(self, name: str) -> Table | None:
        """Find a table by its name, without regard to case."""
        return next((table for table in self.tables if table.name.lower() == name.lower()), None)

    def table_at(self, sheet: str, row: int, column: int) -> Table | None:
        """Find the table that a cell is in."""
        return next((t for t in self.tables if t.area.sheet == sheet and (row, column) in t.area), None)

    def defined_name(self, name: str, sheet: str) -> DefinedName | None:
        """Find a defined name as seen from a sheet: the sheet's own goes before the workbook's."""
        found = None
        for candidate in self.defined_names:
            if candidate.name.lower() == name.lower():
                if candidate.sheet == sheet:
                    return candidate
                if candidate.sheet is None:
                    found = candidate
        return found


def open_workbook(path: str | Path) -> Workbook:
    """Read an .xlsx or .xlsm workbook: values, formulas and defined names of every sheet.

    Raises:
        InputError: where the file is missing or is no workbook that can be read.

    """
    with Package(path) as package:
        return read_workbook(package)


def read_workbook(package: Package) -> Workbook:
    """Read the workbook in a package; see `open_workbook`."""
    main = package.related("", "officeDocument")
    if main is None:
        raise InputError(f"{package.path.name} has no workbook in it; open and save it in Excel.")
    root = package.xml(main)
    if _local_name(root.tag) != "workbook":
        raise InputError(f"{package.path.name} is an Office document, but not an Excel workbook.")
    links = {link.id: link for link in package.relationships(main)}
    strings = _shared_strings(package, [link.target for link in links.values() if link.kind == "sharedStrings"])
    errors = rich_errors(package, links.values())
    tabs: list[str] = []
    sheets: dict[str, Worksheet] = {}
    parts: dict[str, str] = {}
    tables: list[Table] = []
    for position, element in enumerate(root.iterfind("{*}sheets/{*}sheet")):
        name = element.get("name", "")
        tabs.append(name)
        link = links.get(next((value for key, value in element.items() if key.endswith("}id")), ""))
        if link is None and leads_nowhere(element):
            continue
        if link is None:
            raise InputError(f"{package.path.name} is damaged: it lacks the sheet {name!r}; save it again in Excel.")
        if link.kind == "worksheet":  # chart sheets and dialogs hold no cells
            if link.target in parts:
                raise InputError(
                    f"{package.path.name} is damaged: its sheets {parts[link.target]!r} and {name!r} are the same "
                    "part of the file; save it again in Excel."
                )
            parts[link.target] = name
            sheets[name] = read_worksheet(package, link.target, name, position, strings, errors)
            tables += read_tables(package, link.target, name)
    names = []
    for element in name_elements(root):
        local = element.get("localSheetId")
        if local is not None and not (local.isdecimal() and int(local) < len(tabs)):
            continue  # left behind by a deleted sheet
        names.append(
            DefinedName(
                name=element.get("name", ""),
                text=element.text or "",
                sheet=None if local is None else tabs[int(local)],
                hidden=is_hidden(element),
            )
        )
    has_macros = any(link.kind == "vbaProject" for link in links.values())
    external = read_external_sheets(package, main, root)
    workbook = Workbook(package.path, sheets, tuple(names), tuple(tables), external, has_macros=has_macros)
    workbook.calculation, workbook.date1904 = calculation(root), counts_from_1904(root)
    workbook.n_tabs = len(tabs)
    return workbook


def _local_name(tag: str) -> str:
    """Strip the namespace off a tag."""
    return tag.rpartition("}")[2]


def _shared_strings(package: Package, parts: list[str]) -> list[str]:
    return [rich_text(item) for part in parts if part in package for item in package.iterate(part, "si")]
