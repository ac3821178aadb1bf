"""Small workbooks for the tests of the formulas room."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
import xlsxwriter

from xlcf.formulas.compiler import compile_cells
from xlcf.formulas.errors import UnsupportedFormulaError
from xlcf.formulas.program import Program
from xlcf.formulas.recalculation import recalculate
from xlcf.ooxml import Workbook, open_workbook
from xlcf.ooxml.references import parse_area, split_union
from xlcf.ooxml.worksheet import ExcelError
from xlcf.verifying.value_check import compare_with_xlcf

Content = float | str | bool | None


def write_book(path: Path, cells: Mapping[str, Content], names: Mapping[str, str] | None = None) -> Path:
    """Write `{"A1": 2, "T!B1": "=A1", "C1:D2": "{=...}"}`; where no sheet is named it is S. `'=` makes a text."""
    book = xlsxwriter.Workbook(path)
    sheets = {"S": book.add_worksheet("S")}
    for place, content in cells.items():
        name, _, local = place.rpartition("!")
        if (name or "S") not in sheets:
            sheets[name] = book.add_worksheet(name)
        sheet = sheets[name or "S"]
        if isinstance(content, str) and content.startswith("{="):
            if ":" in local:
                sheet.write_array_formula(local, content)
            else:
                sheet.write_array_formula(f"{local}:{local}", content)
        elif isinstance(content, str) and content.startswith("'"):
            sheet.write_string(local, content[1:])
        elif content is not None:
            sheet.write(local, content)
    for name, text in (names or {}).items():
        book.define_name(name, text)
    book.close()
    return path


def cells_of(text: str) -> list[tuple[str, int, int]]:
    """List the cells of areas such as `A1:B2, T!C3`."""
    return [cell for part in split_union(text) for cell in parse_area(part, "S").cells()]


class Sheets:
    """Writes workbooks into a folder, and compiles them."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "book.xlsx"

    def book(self, cells: Mapping[str, Content], names: Mapping[str, str] | None = None) -> Workbook:
        return open_workbook(write_book(self.path, cells, names))

    def program(
        self,
        cells: Mapping[str, Content],
        outputs: str,
        variables: str = "",
        names: Mapping[str, str] | None = None,
    ) -> Program:
        return compile_cells(self.book(cells, names), cells_of(outputs), cells_of(variables) if variables else [])

    def values(self, cells: Mapping[str, Content], outputs: str, variables: str = "") -> Sequence[float]:
        program = self.program(cells, outputs, variables)
        return [float(value) for value in program(program.start)]

    def computed(
        self, cells: Mapping[str, Content], place: str, names: Mapping[str, str] | None = None
    ) -> float | str | bool | None:
        """Compute a cell as `xlcf verify` does; an error is its code, what could not be computed raises."""
        (cell,) = cells_of(place)
        result = recalculate(self.book(cells, names))
        if cell in result.unsupported:
            raise UnsupportedFormulaError(result.unsupported[cell])
        value = result.values[cell]
        return value.code if isinstance(value, ExcelError) else value

    def answers(self, formulas: Sequence[str], cells: Mapping[str, Content] | None = None) -> list[Content]:
        """Compute formulas, written without `=`, beside cells of a sheet; `{...}` makes an array formula."""
        places = [f"ZZ{row}" for row in range(1, len(formulas) + 1)]
        book = {p: f"{{={f[1:]}" if f.startswith("{") else f"={f}" for p, f in zip(places, formulas, strict=True)}
        result = recalculate(self.book({**(cells or {}), **book}))
        values = [result.values.get(cell) for place in places for cell in cells_of(place)]
        return [value.code if isinstance(value, ExcelError) else value for value in values]

    def differing(
        self, answers: Sequence[tuple[str, object]], cells: Mapping[str, Content] | None = None, rel: float = 1e-12
    ) -> list[tuple[str, object, Content]]:
        """List the formulas that do not give what they should: a number, a truth value, a text or an error's code."""
        got = self.answers([formula for formula, _ in answers], cells)
        return [
            (formula, wanted, have)
            for (formula, wanted), have in zip(answers, got, strict=True)
            if isinstance(have, bool) != isinstance(wanted, bool)
            or (have != wanted and not (isinstance(wanted, int | float) and have == pytest.approx(wanted, rel=rel)))
        ]


@pytest.fixture(scope="session")
def sheets(tmp_path_factory: pytest.TempPathFactory) -> Sheets:
    """Give a maker of small workbooks; each replaces the one before."""
    return Sheets(tmp_path_factory.mktemp("sheets"))


@pytest.fixture(scope="session")
def differing(reference: Path) -> Callable[..., list[tuple[str, object]]]:
    """Give a function that computes reference books, named with blanks between, and lists cells that differ.

    With `or_refused` it also lists those that could not be computed.
    """

    def compare(names: str, *, or_refused: bool = False) -> list[tuple[str, object]]:
        found: list[tuple[str, object]] = []
        for name in names.split():
            book = open_workbook(reference / "workbooks" / "functions" / f"{name}.xlsx")
            check = compare_with_xlcf(book, recalculate(book), placeholders=False)
            found += [(name, cell) for cell in check.differing]
            if or_refused:
                found += [(reason, cell) for reason, cells in check.unsupported.items() for cell in cells]
        return found

    return compare
