"""Small workbooks with a Solver model in them."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import xlsxwriter

from xlcf.ooxml.hidden_names import HiddenName, add_hidden_names

Content = float | str | bool | tuple[str, float]
MakeBook = Callable[..., Path]


def _write(sheet: xlsxwriter.worksheet.Worksheet, place: str, content: Content) -> None:
    formula, cached = content if isinstance(content, tuple) else (content, 0)
    if isinstance(formula, str) and formula.startswith("{="):
        sheet.write_array_formula(place if ":" in place else f"{place}:{place}", formula, value=cached)
    elif isinstance(formula, str) and formula.startswith("="):
        sheet.write_formula(place, formula, value=cached)
    elif isinstance(formula, str):
        sheet.write_string(place, formula.removeprefix("'"))
    else:
        sheet.write(place, formula)


@pytest.fixture
def solver_book(tmp_path: Path) -> MakeBook:
    """Give a maker of workbooks: contents by place, and what Solver's dialog says.

    Texts that begin with = take an apostrophe before it, as in Excel.

    A place is `A1`, `B1:C2` (for an array formula `{=...}`) or `T!A1`; without a sheet it is on S. A formula with the
    value that Excel would have cached is a pair of both. Further names of Solver's go by keyword: `lhs1`, `rel1`, ...
    """

    def make(
        cells: Mapping[str, Content],
        opt: str = "A1",
        adj: str = "B1:B2",
        *,
        typ: int = 2,
        sheet: str = "S",
        name: str = "book.xlsx",
        **solver: float | str,
    ) -> Path:
        path = tmp_path / name
        book = xlsxwriter.Workbook(path, {"in_memory": True})
        sheets = {sheet: book.add_worksheet(sheet)}
        for place, content in cells.items():
            tab, _, local = place.rpartition("!")
            if (tab or sheet) not in sheets:
                sheets[tab] = book.add_worksheet(tab)
            _write(sheets[tab or sheet], local, content)
        book.close()
        stated = {"opt": opt, "adj": adj, "typ": typ, "neg": 2} | solver
        if "lhs1" in stated:
            stated.setdefault("num", sum(key.startswith("lhs") for key in stated))
        # Excel writes the sheet's name before each area
        for key, text in stated.items():
            if isinstance(text, str) and "!" not in text and text[:1].isalpha():
                stated[key] = ",".join(f"{sheet}!{area}" for area in text.split(","))
        add_hidden_names(path, [HiddenName(f"solver_{key}", str(text), sheet) for key, text in stated.items()])
        return path

    return make
