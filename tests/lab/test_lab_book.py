"""The workbook: its formulas give its values, and go on giving torch's numbers when a reader changes cells."""

import math
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from xlcf.bridge.verify import verify
from xlcf.errors import InputError
from xlcf.lab import write_lab
from xlcf.lab.line import LINE, WEIGHT_DECAY
from xlcf.lab.problem import LabProblem
from xlcf.lab.rules import RULES
from xlcf.lab.user import USER
from xlcf.ooxml import open_workbook
from xlcf.ooxml.editor import WorkbookEditor
from xlcf.ooxml.references import parse_area, r1c1_formula
from xlcf.ooxml.workbook import Workbook
from xlcf.ooxml.worksheet import Worksheet
from xlcf.report.method_colours import method_colour
from xlcf.verifying.libreoffice import has_soffice

Steps = Callable[..., np.ndarray]
STEPS = 32  # as in the fixture `lab`
SHEETS: dict[str, tuple[LabProblem, str]] = {
    problem.prefix + rule.title: (problem, rule.method) for problem in (LINE, USER) for rule in RULES
}
GROUP_ROW, NAME_ROW, START_ROW = 4, 6, 7  # as Excel counts


def named_cell(book: Workbook, name: str, sheet: str) -> tuple[str, tuple[int, int]]:
    """Find the cell that a formula on `sheet` means by a name."""
    found = book.defined_name(name, sheet)
    assert found is not None, (name, sheet)
    area = parse_area(found.text, sheet)
    return area.sheet, (area.row1, area.column1)


def columns_under(sheet: Worksheet, group: str, names: tuple[str, ...]) -> np.ndarray:
    """Read the columns of a group, one a parameter: shape (steps + 1, parameters)."""
    first = next(
        column
        for (row, column), value in sheet.values.items()
        if (row, value) == (GROUP_ROW, group) and sheet.values.get((NAME_ROW, column)) == names[0]
    )
    columns = range(first, first + len(names))
    assert tuple(sheet.values[NAME_ROW, column] for column in columns) == names
    return np.array(
        [[sheet.values[row, column] for column in columns] for row in range(START_ROW, START_ROW + STEPS + 1)]
    )


def assert_torchs(taken: np.ndarray, expected: np.ndarray) -> None:
    np.testing.assert_allclose(taken, expected, rtol=1e-12, atol=1e-12)


def test_sheets_and_names(lab: Path) -> None:
    book = open_workbook(lab)
    assert list(book.sheets) == ["Lab", *SHEETS, "Weight decay"]
    for sheet, (problem, method) in SHEETS.items():
        for name, value in problem.settings[method].items():
            where, at = named_cell(book, name, sheet)
            assert (where, book[where].values[at]) == (sheet, value)
    assert len({(name.name.lower(), name.sheet) for name in book.defined_names}) == len(book.defined_names)


def test_values_stored_are_torchs(lab: Path, torch_steps: Steps) -> None:
    book = open_workbook(lab)
    for sheet, (problem, method) in SHEETS.items():
        taken = columns_under(book[sheet], "After the step", problem.names)
        assert_torchs(taken, torch_steps(problem, method, problem.settings[method], STEPS))


def test_formulas_give_the_values_stored(tmp_path: Path) -> None:
    """As xlcf computes them and, where it is installed, LibreOffice; and the package is without fault."""
    write_lab(tmp_path / "lab.xlsx", steps=4)
    done = verify(tmp_path / "lab.xlsx", libreoffice=has_soffice())
    assert done.faults == ()
    for values in (done.values, done.libreoffice or done.values):
        assert values.unsupported == {}
        assert values.compared >= done.checked.formulas > 2000


@pytest.mark.slow
def test_formulas_give_the_values_stored_in_the_whole_laboratory(tmp_path: Path) -> None:
    write_lab(tmp_path / "lab.xlsx")
    assert verify(tmp_path / "lab.xlsx").faults == ()


def changed_settings(own: Mapping[str, float]) -> dict[str, float]:
    others = {
        "momentum": 0.7,
        "alpha": 0.9,
        "beta_1": 0.8,
        "beta_2": 0.95,
        "epsilon": 1e-4,
        "weight_decay": 0.03,
        "lowest_rate": 0.001,
        "first_cycle": 7.0,
        "cycle_factor": 3.0,
    }
    return {name: others.get(name, 0.7 * value) for name, value in own.items()}


def test_a_reader_changes_cells_and_libreoffice_gets_torchs_numbers(
    lab: Path, tmp_path: Path, recalculate: Callable[[Path], Path], torch_steps: Steps
) -> None:
    """Every hyperparameter on every sheet, and where the parameters start."""
    settings = {sheet: changed_settings(problem.settings[method]) for sheet, (problem, method) in SHEETS.items()}
    settings["Weight decay"] = changed_settings(WEIGHT_DECAY)
    starts = {"line": np.array([4.0, -3.0]), "user": np.array([0.3, -0.2, 0.9, 0.1, 1.1])}
    book = open_workbook(lab)
    changes: dict[str, dict[tuple[int, int], float | str | bool | None]] = {}
    for sheet, values in settings.items():
        for name, value in values.items():
            where, at = named_cell(book, name, sheet)
            changes.setdefault(where, {})[at] = value
    for problem in (LINE, USER):
        for parameter, value in zip(problem.parameters, starts[problem.key].tolist(), strict=True):
            where, at = named_cell(book, parameter.start_name, "Lab")
            changes.setdefault(where, {})[at] = value
    with WorkbookEditor(lab) as editor:
        for sheet, values_by_cell in changes.items():
            editor.set_values(sheet, values_by_cell)
        editor.save(tmp_path / "changed.xlsx")

    result = open_workbook(recalculate(tmp_path / "changed.xlsx"))
    for sheet, (problem, method) in SHEETS.items():
        moved = replace(problem, start=starts[problem.key])
        taken = columns_under(result[sheet], "After the step", problem.names)
        assert_torchs(taken, torch_steps(moved, method, settings[sheet], STEPS))
    for method, title in (("adam", "Adam"), ("adamw", "AdamW")):
        taken = columns_under(result["Weight decay"], f"{title}: After the step", LINE.names)
        moved = replace(LINE, start=starts["line"])
        assert_torchs(taken, torch_steps(moved, method, settings["Weight decay"], STEPS))


def test_the_first_sheet_shows_what_the_others_hold(lab: Path) -> None:
    values = openpyxl.load_workbook(lab, data_only=True)
    front, formulas = values["Lab"], openpyxl.load_workbook(lab)["Lab"]
    rows = {cell.value: cell.row for cell in formulas["B"] if cell.hyperlink and cell.value in SHEETS}
    assert rows.keys() == SHEETS.keys()
    for sheet, row in rows.items():
        assert formulas.cell(row, 2).hyperlink.location.replace("'", "") == f"{sheet}!A1"
        loss = front.cell(row, 3).value
        last = [cell.value for cell in values[sheet][START_ROW + STEPS] if cell.value is not None]
        assert loss == last[-1]
        assert formulas.cell(row, 3).value.startswith("=")


def test_best_values_are_those_of_least_squares(lab: Path) -> None:
    book = open_workbook(lab)
    for problem in (LINE, USER):
        best, residual, *_ = np.linalg.lstsq(problem.factors, problem.targets, rcond=None)
        for parameter, value in zip(problem.parameters, best, strict=True):
            sheet, at = named_cell(book, parameter.best_name, "Lab")
            assert book[sheet].values[at] == pytest.approx(value, rel=1e-12)
            assert book[sheet].formulas[at].array is not None
        sheet, at = named_cell(book, problem.least_name, "Lab")
        assert book[sheet].values[at] == pytest.approx(float(residual[0]) / len(problem), abs=1e-12)


def test_every_step_is_one_fill(lab: Path) -> None:
    """From the second step on, the formula of a column is the same: what a reader copies down."""
    book = open_workbook(lab)
    for sheet in SHEETS:
        texts: dict[int, set[str]] = {}
        for (row, column), formula in book[sheet].formulas.items():
            if row > START_ROW and column > 5:
                texts.setdefault(column, set()).add(r1c1_formula(formula.text, row, column))
        assert len(texts) > 10
        assert all(len(each) == 1 for each in texts.values())


def test_input_cells_look_so_and_refuse_what_no_method_takes(lab: Path) -> None:
    book, styled = open_workbook(lab), openpyxl.load_workbook(lab)
    assert any(rule.operator == "greaterThan" for rule in styled["SGD"].data_validations.dataValidation)
    for sheet, (problem, method) in SHEETS.items():
        checked = {str(rule.sqref): rule for rule in styled[sheet].data_validations.dataValidation}
        for name in problem.settings[method]:
            _, (row, column) = named_cell(book, name, sheet)
            cell = styled[sheet].cell(row, column)
            assert cell.fill.fgColor.rgb == "FFFFF4DC"
            rule = checked[cell.coordinate]
            assert rule.showErrorMessage
            assert rule.error.startswith("Enter ")
            assert rule.type == ("whole" if name in ("first_cycle", "cycle_factor") else "decimal")


def test_a_method_has_its_colour_on_every_chart(lab: Path) -> None:
    with zipfile.ZipFile(lab) as archive:
        charts = [archive.read(name).decode() for name in archive.namelist() if "/charts/chart" in name]
    assert len(charts) == 2 + 14 * 2 + 2 + 3
    titles = {rule.title: rule.method for rule in RULES}
    seen = 0
    for chart in charts:
        assert chart.count("<c:title>") == 3  # its own and both axes'
        for name, colour in re.findall(
            r"<c:ser>.*?<c:v>([^<]*)</c:v>.*?<a:srgbClr val=\"(\w{6})\"", chart, flags=re.DOTALL
        ):
            if name in titles:
                assert f"#{colour}" == method_colour(titles[name])
                seen += 1
    assert seen == 2 * 7 + 3 * 2


def test_the_same_call_with_a_date_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_lab(tmp_path / name, steps=3, created=datetime(2020, 1, 1, tzinfo=UTC))
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_what_is_told_of_the_sheets(tmp_path: Path) -> None:
    told = write_lab(tmp_path / "lab.xlsx", steps=2)
    assert [each.sheet for each in told] == list(SHEETS)
    for each in told:
        problem, method = SHEETS[each.sheet]
        assert (each.problem, each.method, each.steps) == (problem.key, method, 2)
        assert each.settings == problem.settings[method]
        assert each.loss_start == problem.loss(problem.start)
        assert each.loss_end == problem.loss(np.array(list(each.parameters.values())))
        assert math.isfinite(each.loss_end)


def test_without_a_number_of_steps_ten_rounds_are_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xlcf.lab.book.ROUNDS", 1)
    told = write_lab(tmp_path / "lab.xlsx")
    assert {(each.problem, each.steps) for each in told} == {("line", 29), ("user", 15)}


@pytest.mark.parametrize("steps", [0, -1, 1001])
def test_refused(tmp_path: Path, steps: int) -> None:
    path = tmp_path / "lab.xlsx"
    path.write_text("old")
    with pytest.raises(InputError, match=r"a whole number from 1 to 1000, not "):
        write_lab(path, steps=steps)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
