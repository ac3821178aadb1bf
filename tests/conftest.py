"""Fixtures for several rooms: reference files, small Solver workbooks, LibreOffice as an independent calculator."""

import math
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import settings

import xlcf
from xlcf.ooxml.hidden_names import HiddenName, add_hidden_names
from xlcf.solver.problem import Problem

# The tests' tensors are small: a second thread would spend its time waiting, and more of it on a busy machine. Set
# before torch is loaded, and inherited by the processes that tests start.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# CI judges a commit by the same examples each time; on a developer's machine they are drawn afresh
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")

# Without this LibreOffice trusts the cached values of an xlsx file and recalculates only some cells.
_ALWAYS_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
  <item oor:path="/org.openoffice.Office.Calc/Formula/Load">
    <prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop>
  </item>
</oor:items>
"""


@pytest.fixture(scope="session")
def reference() -> Path:
    """Give the folder of reference files (the course's workbooks, MovieLens); not in the repository."""
    folder = os.environ.get("XLCF_REFERENCE")
    if not folder:
        pytest.skip("set XLCF_REFERENCE to the folder with the reference workbooks and data")
    path = Path(folder)
    if not path.is_dir():
        pytest.skip(f"XLCF_REFERENCE = {folder} is not a folder")
    return path


@pytest.fixture(scope="session")
def recalculate_all(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Sequence[Path]], list[Path]]:
    """Give a function: workbooks -> xlsx copies of them with every formula recalculated by LibreOffice.

    LibreOffice takes a second to start, and a moment for each workbook. Their names must differ.
    """
    soffice = shutil.which("soffice") or shutil.which("libreoffice")
    if soffice is None:
        pytest.skip("LibreOffice (soffice) is not installed")
    profile = tmp_path_factory.mktemp("libreoffice-profile")
    (profile / "user").mkdir()
    (profile / "user" / "registrymodifications.xcu").write_text(_ALWAYS_RECALCULATE, encoding="utf-8")

    def convert(paths: Sequence[Path]) -> list[Path]:
        folder = tmp_path_factory.mktemp("recalculated")
        subprocess.run(
            [
                soffice,
                f"-env:UserInstallation={profile.as_uri()}",
                "--headless",
                *("--convert-to", "xlsx:Calc MS Excel 2007 XML"),
                *("--outdir", str(folder)),
                *map(str, paths),
            ],
            check=True,
            capture_output=True,
            timeout=180,
        )
        copies = [folder / f"{Path(path).stem}.xlsx" for path in paths]
        assert len(set(copies)) == len(copies)
        for path, copy in zip(paths, copies, strict=True):
            assert copy.exists(), f"LibreOffice could not convert {path}"
        return copies

    return convert


@pytest.fixture(scope="session")
def recalculate(recalculate_all: Callable[[Sequence[Path]], list[Path]]) -> Callable[[Path], Path]:
    """Give a function: workbook -> an xlsx copy of it with every formula recalculated by LibreOffice."""
    return lambda path: recalculate_all([path])[0]


@pytest.fixture(scope="session")
def formula_values(
    recalculate: Callable[[Path], Path],
) -> Callable[[Path], dict[tuple[str, str], tuple[object, object]]]:
    """Give a function: workbook -> {(sheet, address): (cached value, value recalculated by LibreOffice)}."""

    def read(path: Path) -> dict[tuple[str, str], tuple[object, object]]:
        cached = openpyxl.load_workbook(path, data_only=True)
        recalculated = openpyxl.load_workbook(recalculate(path), data_only=True)
        return {
            (sheet.title, cell.coordinate): (
                cached[sheet.title][cell.coordinate].value,
                recalculated[sheet.title][cell.coordinate].value,
            )
            for sheet in openpyxl.load_workbook(path)
            for row in sheet.iter_rows()
            for cell in row
            if cell.data_type == "f"
        }

    return read


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


@pytest.fixture
def read_cells(solver_book: MakeBook) -> Callable[..., Problem]:
    """Give a function that writes cells and what Solver's dialog says as a workbook, and reads its problem."""
    return lambda cells, *arguments, **solver: xlcf.read_problem(solver_book(cells, *arguments, **solver))


@pytest.fixture
def growth_book(solver_book: MakeBook) -> Callable[[], Path]:
    """Give a maker of the workbook that docs/how-to/solver-workbook.md tells its reader to build."""

    def make() -> Path:
        page = Path(__file__).parents[1] / "docs" / "how-to" / "solver-workbook.md"
        rows = re.findall(r"^\| ([2-9]) \| (\d+) \| (\d+) \|", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
        cells: dict[str, Content] = {"F1": 50, "F2": 0.5}
        cells |= {"A1": "week", "B1": "measured", "C1": "model", "E1": "limit", "E2": "rate", "E4": "squared errors"}
        squares = 0.0
        for row, week, measured in rows:
            value = 50 * (1 - math.exp(-0.5 * float(week)))  # as Excel stores it
            cells |= {f"A{row}": float(week), f"B{row}": float(measured)}
            cells[f"C{row}"] = (f"=$F$1*(1-EXP(-$F$2*A{row}))", value)
            squares += (float(measured) - value) ** 2
        cells["F4"] = ("=SUMXMY2(B2:B9,C2:C9)", squares)
        return solver_book(cells, "F4", "F1:F2", sheet="growth", name="growth.xlsx", neg=1, lhs1="F1", rel1=1, rhs1=100)

    return make


@pytest.fixture(params=["cpu", "cuda"])
def device(request):
    """Give each torch device that there is."""
    import torch

    if request.param == "cuda" and not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    return torch.device(request.param)


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


@pytest.fixture
def raw_book(tmp_path: Path) -> Callable[..., Path]:
    """Give a maker of workbooks: rows of sheet XML by sheet name, defined names as XML, shared strings as XML.

    A sheet whose rows are None becomes a chart sheet. `parts` replaces or adds parts; None deletes one.
    """

    def make(
        sheets: Mapping[str, str | None],
        names: str = "",
        strings: str = "",
        parts: Mapping[str, str | bytes | None] | None = None,
        main: str = MAIN,
        office: str = OFFICE,
    ) -> Path:
        tabs, links = "", ""
        written: dict[str, str | bytes | None] = {}
        for number, (name, rows) in enumerate(sheets.items(), start=1):
            kind = "chartsheet" if rows is None else "worksheet"
            tabs += f'<sheet name="{name}" sheetId="{number * 7}" r:id="r{number}"/>'
            links += f'<Relationship Id="r{number}" Type="{office}/{kind}" Target="{kind}s/s{number}.xml"/>'
            body = "<chartsheet/>" if rows is None else f"<sheetData>{rows}</sheetData>"
            written[f"xl/{kind}s/s{number}.xml"] = f'<{kind} xmlns="{main}">{body}</{kind}>'
        links += f'<Relationship Id="strings" Type="{office}/sharedStrings" Target="/xl/sharedStrings.xml"/>'
        written |= {
            "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
            "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
            f'<Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{tabs}</sheets>'
            f"<definedNames>{names}</definedNames></workbook>",
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>',
            "xl/sharedStrings.xml": f'<sst xmlns="{main}">{strings}</sst>',
            **(parts or {}),
        }
        path = tmp_path / "raw.xlsx"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in written.items():
                if content is not None:
                    archive.writestr(name, content)
        return path

    return make
