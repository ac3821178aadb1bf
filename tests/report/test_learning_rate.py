"""The sheet `Learning rate` in the workbook of a fit by gradient descent."""

import shutil
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pytest

import xlcf
from xlcf.bridge.fit import fit_workbook
from xlcf.report.learning_rate import MOST_EPOCHS

TOP15 = Path(__file__).parents[2] / "workbooks" / "top15.xlsx"
BOWL = {"A1": ("=(B1-3)^2+9*(B2-4)^2+1", 41.0), "B1": 1.0, "B2": 2.0}


def table(sheet, head):
    """Give the rows below a header, from its column on."""
    rows = list(sheet.iter_rows(values_only=True))
    row, column = next((r, c) for r, cells in enumerate(rows) for c, cell in enumerate(cells) if cell == head)
    return [cells[column : column + 2] for cells in rows[row + 1 :] if cells[column] is not None]


def test_trials_and_schedule_are_on_the_sheet(solver_book):
    done = fit_workbook(solver_book(BOWL), xlcf.FitOptions(method="adam", epochs=450))
    rates = done.result.learning_rates
    book = openpyxl.load_workbook(done.written.output)
    sheet = book["Learning rate"]
    trials = table(sheet, "Learning rate")[1:]  # the first is the title's own
    np.testing.assert_allclose([rate for rate, _ in trials[-17:]], rates.tried)
    ends = [np.inf if end is None else end for _, end in trials[-17:]]
    np.testing.assert_allclose(ends, rates.losses)
    schedule = table(sheet, "Epoch")
    assert len(schedule) == MOST_EPOCHS
    assert (schedule[0][0], schedule[-1][0]) == (1, 450)
    for epoch, rate in schedule:
        assert rate == pytest.approx(rates.schedule[epoch - 1], rel=1e-12)
    links = [cell.hyperlink.location for row in book["Summary"].iter_rows() for cell in row if cell.hyperlink]
    assert "'Learning rate'!A1" in links
    with zipfile.ZipFile(done.written.output) as package:
        charts = [package.read(name).decode() for name in package.namelist() if name.startswith("xl/charts/chart")]
    finding = next(chart for chart in charts if "Finding the learning rate" in chart)
    assert f"suggested: {rates.chosen:.2g}" in finding
    assert any("The schedule" in chart for chart in charts)


def test_a_given_rate_has_a_schedule_only(solver_book):
    done = fit_workbook(solver_book(BOWL), xlcf.FitOptions(method="sgd", epochs=30, learning_rate=0.5))
    sheet = openpyxl.load_workbook(done.written.output)["Learning rate"]
    assert "The rate was given" in sheet["B2"].value
    assert [epoch for epoch, _ in table(sheet, "Epoch")] == list(range(1, 31))


@pytest.mark.parametrize("method", ["scipy", "solver"])
def test_other_methods_have_no_such_sheet(solver_book, method):
    done = fit_workbook(solver_book(BOWL), xlcf.FitOptions(method=method))
    assert "Learning rate" not in done.written.sheets


def test_a_trial_that_never_falls_is_drawn_too(tmp_path):
    """Mini-batches: the trials' losses are shares of the start as well."""
    book = Path(shutil.copy(TOP15, tmp_path / "top15.xlsx"))
    done = fit_workbook(book, xlcf.FitOptions(method="adam", batch_size=50, epochs=3), sheet="dotprod")
    losses = done.result.learning_rates.losses
    assert losses[0] == pytest.approx(1, abs=0.01)  # a rate so small changes nothing
    assert "Learning rate (dotprod)" in done.written.sheets
