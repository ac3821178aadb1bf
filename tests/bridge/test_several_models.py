"""A workbook with several Solver models: each keeps its report, and no output takes another's place."""

import json
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlcf.bridge.books import OpenBook
from xlcf.bridge.fit import Fit, fit_workbook
from xlcf.bridge.fit_records import FitRecords
from xlcf.bridge.models import read_problem
from xlcf.bridge.outputs import OutputOptions
from xlcf.bridge.verify import verify
from xlcf.fitting.options import FitOptions
from xlcf.ooxml.hidden_names import HiddenName, add_hidden_names
from xlcf.report.sheet_names import SheetNames

CELLS = {
    "A1": ("=(B1-3)^2+(B2-4)^2", 8.0), "B1": 1.0, "B2": 2.0,
    "T!A1": ("=(B1-5)^2+(B2-6)^2", 32.0), "T!B1": 1.0, "T!B2": 2.0,
}  # fmt: skip

MakeBook = Callable[..., Path]


def model_of(sheet: str) -> list[HiddenName]:
    stated = {"opt": f"{sheet}!$A$1", "adj": f"{sheet}!$B$1:$B$2", "typ": "2", "neg": "2"}
    return [HiddenName(f"solver_{key}", text, sheet) for key, text in stated.items()]


@pytest.fixture
def book(solver_book: MakeBook) -> Path:
    path = solver_book(CELLS)
    add_hidden_names(path, model_of("T"))
    return path


def fit(path: Path, output: Path | None = None, **more: object) -> Fit:
    said: list[str] = more.pop("said", [])  # type: ignore[assignment]
    ways = {name: more.pop(name) for name in ("in_place", "report_only", "keep_start") if name in more}
    return fit_workbook(path, FitOptions(), output=OutputOptions(output, **ways), notice=said.append, **more)  # type: ignore[arg-type]


def sheets(path: Path) -> list[str]:
    return openpyxl.load_workbook(path).sheetnames


def start(path: Path, sheet: str) -> list[float] | None:
    with OpenBook(path) as opened:
        found = FitRecords(opened.edit(), opened.book).start(read_problem(opened.book, sheet))
    return None if found is None else found.tolist()


def test_each_model_keeps_its_own_report(book: Path, tmp_path: Path) -> None:
    one, both, again = (tmp_path / name for name in ("one.xlsx", "both.xlsx", "again.xlsx"))
    fit(book, one, sheet="S")
    assert sheets(one) == ["S", "T", "Summary (S)", "Variables (S)", "Convergence (S)"]
    done = fit(one, both, sheet="T")
    assert done.written is not None
    assert list(done.written.sheets) == ["Summary (T)", "Variables (T)", "Convergence (T)"]
    assert sheets(both) == [*sheets(one), *done.written.sheets]
    values = openpyxl.load_workbook(both, data_only=True)
    assert [round(values[sheet]["B1"].value, 4) for sheet in "ST"] == [3, 5]
    assert values["Summary (S)"]["B2"].value.startswith("Sheet S, ")
    assert values["Summary (T)"]["B2"].value.startswith("Sheet T, ")
    assert (start(both, "S"), start(both, "T")) == ([1.0, 2.0], [1.0, 2.0])
    fit(both, again, sheet="S")
    assert sheets(again) == sheets(both)
    assert verify(again, libreoffice=False).faults == ()


def test_links_and_formulas_stay_within_the_report(book: Path, tmp_path: Path) -> None:
    both = tmp_path / "both.xlsx"
    fit(book, tmp_path / "one.xlsx", sheet="S")
    fit(tmp_path / "one.xlsx", both, sheet="T")
    opened = openpyxl.load_workbook(both)
    for name in "ST":
        links = [cell.hyperlink.location for row in opened[f"Summary ({name})"] for cell in row if cell.hyperlink]
        assert links == [f"'Variables ({name})'!A1", f"'Convergence ({name})'!A1"]
    with zipfile.ZipFile(both) as archive:
        charts = [archive.read(part).decode() for part in archive.namelist() if "charts/chart" in part]
    assert sorted({re.search(r"'(Convergence [^']*)'!", chart)[1] for chart in charts}) == [  # type: ignore[index]
        "Convergence (S)",
        "Convergence (T)",
    ]


def test_continue_goes_on_with_the_sheet_fitted_last(book: Path, tmp_path: Path) -> None:
    one, both, on = (tmp_path / name for name in ("one.xlsx", "both.xlsx", "on.xlsx"))
    fit(book, one, sheet="T")
    said: list[str] = []
    assert fit(one, on, from_last_fit=True, said=said).problem.sheet == "T"
    assert said == ["Continuing the fit of T, the last that was written into one.xlsx."]
    fit(one, both, sheet="S")
    going_on = fit(both, on, from_last_fit=True)
    assert going_on.problem.sheet == "S"
    assert going_on.result.objective_start == pytest.approx(0, abs=1e-12)
    assert fit(both, on, from_last_fit=True, sheet="T").problem.sheet == "T"
    fit(both, both.with_name("third.xlsx"), sheet="T")
    assert fit(both.with_name("third.xlsx"), on, from_last_fit=True).problem.sheet == "T"


def test_a_workbook_with_one_model_has_plain_names_and_keeps_them(solver_book: MakeBook, tmp_path: Path) -> None:
    one, two, three = (tmp_path / f"{name}.xlsx" for name in ("one", "two", "three"))
    fit(solver_book(CELLS), one)
    assert sheets(one)[2:] == ["Summary", "Variables", "Convergence"]
    add_hidden_names(one, model_of("T"))
    fit(one, two, sheet="T")
    fit(two, three, sheet="S")
    assert sheets(three) == sheets(two)
    assert sheets(two)[2:] == [
        "Summary", "Variables", "Convergence", "Summary (T)", "Variables (T)", "Convergence (T)",
    ]  # fmt: skip


def as_an_earlier_version_left_it(source: Path, target: Path, model: str, others: dict[str, object]) -> Path:
    """Plain names, and no word on whose the report is but on its Summary."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.startswith("customXml/item") and b"stored-document" in content and b'key="fits"' in content:
                text = re.search(rb">(\{.*\})<", content)[1]  # type: ignore[index]
                kept = json.loads(text.decode().replace("&quot;", '"'))
                for entry in kept.values():
                    del entry["mark"], entry["order"]
                content = content.replace(text, json.dumps(others | kept, sort_keys=True).encode())
            new.writestr(name, content.replace(f" ({model})".encode(), b""))
    return target


@pytest.mark.parametrize("model", ["S", "T"])
def test_a_report_of_an_earlier_version_is_replaced_by_a_fit_of_its_model_alone(
    model: str, book: Path, tmp_path: Path
) -> None:
    fit(book, tmp_path / "new.xlsx", sheet=model)
    other = "T" if model == "S" else "S"
    earlier = {other: {"variables": "B1:B2", "start": [0.0, 0.0], "fitted": [9.0, 9.0]}}
    old = as_an_earlier_version_left_it(tmp_path / "new.xlsx", tmp_path / "old.xlsx", model, earlier)
    assert sheets(old)[2:] == ["Summary", "Variables", "Convergence"]
    fit(old, tmp_path / "again.xlsx", sheet=model)
    assert sheets(tmp_path / "again.xlsx") == sheets(old)
    fit(old, tmp_path / "both.xlsx", sheet=other)
    assert sheets(tmp_path / "both.xlsx") == [
        *sheets(old), f"Summary ({other})", f"Variables ({other})", f"Convergence ({other})",
    ]  # fmt: skip
    assert fit(old, tmp_path / "on.xlsx", from_last_fit=True).problem.sheet == model


def test_a_model_whose_sheet_was_renamed_is_the_same_model(book: Path, tmp_path: Path) -> None:
    fit(book, tmp_path / "one.xlsx", sheet="T")
    renamed = tmp_path / "renamed.xlsx"
    with zipfile.ZipFile(tmp_path / "one.xlsx") as old, zipfile.ZipFile(renamed, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/workbook.xml":
                content = content.replace(b'name="T"', b'name="Tea"').replace(b">T!", b">Tea!")
            new.writestr(name, content)
    assert start(renamed, "Tea") == [1.0, 2.0]
    fit(renamed, tmp_path / "again.xlsx", sheet="Tea")
    assert sheets(tmp_path / "again.xlsx") == ["S", "Tea", "Summary (Tea)", "Variables (Tea)", "Convergence (Tea)"]


def test_outputs_without_a_name_take_no_other_files_place(book: Path, tmp_path: Path) -> None:
    first = tmp_path / "book.fitted.xlsx"
    said: list[str] = []
    assert fit(book, sheet="S").written.output == first  # type: ignore[union-attr]
    assert fit(book, sheet="S").written.output == first  # type: ignore[union-attr]
    before = first.read_bytes()
    second = fit(book, sheet="T", said=said).written
    assert second is not None
    assert second.output == tmp_path / "book.fitted-2.xlsx"
    assert "book.fitted.xlsx is not a fit of T, so the output is book.fitted-2.xlsx" in " ".join(said)
    assert first.read_bytes() == before
    assert fit(first, sheet="T").written.output.name == "book.fitted-3.xlsx"  # type: ignore[union-attr]
    assert fit(first, sheet="T").written.output.name == "book.fitted-4.xlsx"  # type: ignore[union-attr]
    assert fit(tmp_path / "book.fitted-3.xlsx", sheet="T").written.output.name == "book.fitted-5.xlsx"  # type: ignore[union-attr]
    assert first.read_bytes() == before


def test_a_file_that_is_no_fit_is_not_replaced(book: Path, tmp_path: Path) -> None:
    shutil.copy(book, tmp_path / "book.fitted.xlsx")
    (tmp_path / "book.fitted-2.xlsx").write_text("mine")
    (tmp_path / "book.report.xlsx").write_text("mine")
    assert fit(book, sheet="S").written.output.name == "book.fitted-3.xlsx"  # type: ignore[union-attr]
    reports = [fit(book, sheet=sheet, report_only=True).written.output.name for sheet in "SST"]  # type: ignore[union-attr]
    assert reports == ["book.report-2.xlsx", "book.report-2.xlsx", "book.report-3.xlsx"]
    assert (tmp_path / "book.fitted-2.xlsx").read_text() == (tmp_path / "book.report.xlsx").read_text() == "mine"
    assert sheets(tmp_path / "book.report-2.xlsx") == ["Summary", "Variables", "Convergence"]


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="[]:*?/\\"), min_size=1, max_size=31))
def test_names_are_names_that_excel_takes(sheet: str) -> None:
    names = SheetNames.of_model(sheet)
    for name in vars(names).values():
        assert len(name.encode("utf-16-le")) // 2 <= 31
        assert not re.search(r"[\[\]:*?/\\]", name)
    assert names.recommendations.startswith("Recommendations (")
    if len(sheet.encode("utf-16-le")) // 2 <= 13:
        assert names.summary == f"Summary ({sheet})"


def test_long_names_keep_their_end() -> None:
    assert SheetNames.of_model("Marketing budget 2025").recommendations == "Recommendations (Market…t 2025)"
    assert SheetNames.of_model("Marketing budget 2024").summary == "Summary (Marketing budget 2024)"


def test_further_sheets_bear_the_model_sheet_where_the_others_do() -> None:
    assert SheetNames().further("Gradient", "bias") == "Gradient"
    assert SheetNames.of_model("bias").further("Gradient", "bias") == "Gradient (bias)"
