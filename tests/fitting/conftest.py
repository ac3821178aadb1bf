"""Problems to fit, each read once."""

from pathlib import Path

import pytest

import xlcf

TOP15 = Path(__file__).parents[2] / "workbooks" / "top15.xlsx"


@pytest.fixture(scope="session")
def dotprod():
    """Give the dot-product model of top15.xlsx."""
    return xlcf.read_problem(TOP15, "dotprod")


@pytest.fixture(scope="session")
def bias():
    """Give the model with biases of top15.xlsx."""
    return xlcf.read_problem(TOP15, "bias")


@pytest.fixture
def read_cells(solver_book):
    """Give a function that writes cells and what Solver's dialog says as a workbook, and reads its problem."""
    return lambda cells, *arguments, **solver: xlcf.read_problem(solver_book(cells, *arguments, **solver))
