"""The course's own workbook: every formula cell that xlcf evaluates equals the value that Excel cached."""

from pathlib import Path

import numpy as np
import pytest

from xlcf.formulas.compiler import compile_cells
from xlcf.formulas.graph import Apply
from xlcf.ooxml import ExcelError, Workbook, open_workbook
from xlcf.solver.model import solver_models


@pytest.fixture(scope="module")
def workbook(reference: Path) -> Workbook:
    return open_workbook(reference / "workbooks" / "collab_filter_2017.xlsx")


CACHED = {"dotprod": 2.8060620616483134, "movielens_emb": 2.8060620616483134, "bias": 28.963803378204645}


@pytest.mark.parametrize("sheet", CACHED)
def test_objectives(workbook: Workbook, sheet: str) -> None:
    model = next(model for model in solver_models(workbook) if model.sheet == sheet)
    assert model.objective is not None
    program = compile_cells(workbook, [model.objective], model.variable_cells())
    assert program(program.start)[0] == pytest.approx(CACHED[sheet], rel=1e-12)
    assert program.first_error is None


@pytest.mark.parametrize(
    ("sheet", "product"),
    [("dotprod", "MMULT"), ("bias", "MMULT"), ("movielens_emb", "SUMPRODUCT")],
)
def test_predictions_are_one_operation(workbook: Workbook, sheet: str, product: str) -> None:
    model = next(model for model in solver_models(workbook) if model.sheet == sheet)
    assert model.objective is not None
    program = compile_cells(workbook, [model.objective], model.variable_cells())
    assert sum(isinstance(node, Apply) and node.function.name == product for node in program.nodes) == 1
    assert len(program.nodes) <= 12


@pytest.mark.parametrize(("name", "expected"), [("collab_filter_2017.xlsx", 1000), ("graddesc_2017.xlsm", 2000)])
def test_every_formula_equals_its_cached_value(reference: Path, name: str, expected: int) -> None:
    """Without GETPIVOTDATA, which reads a pivot table, and without the sheet `data`, which draws random numbers."""
    workbook = open_workbook(reference / "workbooks" / name)
    checked = 0
    for sheet in workbook:
        texts = {at: sheet.formula_at(*at) or "" for at in sheet.formulas}
        cells = [
            (sheet.name, *at) for at, text in texts.items() if "GETPIVOT" not in text and "RANDBETWEEN" not in text
        ]
        if not cells or sheet.name == "data":
            continue
        values = compile_cells(workbook, cells, [])(np.zeros(0))
        for cell, value in zip(cells, values, strict=True):
            cached = sheet.values.get(cell[1:])
            if isinstance(cached, float):
                assert value == pytest.approx(cached, rel=1e-9, abs=1e-12), cell
                checked += 1
            elif isinstance(cached, ExcelError):
                assert np.isnan(value), cell
    assert checked > expected
