"""What Excel reached: a value, or a second workbook."""

import numpy as np
import pytest

from xlcf.bridge.books import open_workbook
from xlcf.comparing.excel import excel_solution, excel_value
from xlcf.errors import InputError

BOWL = {"A1": ("=(B1-3)^2+(B2-4)^2", 8.0), "B1": 1.0, "B2": 2.0}


def test_the_objective_at_the_solved_variable_cells(read_cells, solver_book):
    problem = read_cells(BOWL)
    solved = open_workbook(solver_book(BOWL | {"A1": ("=0", 0.05), "B1": 3.1, "B2": 4.2}, name="solved.xlsx"))
    row = excel_solution(problem, solved)
    assert row.objective_end == pytest.approx(0.1**2 + 0.2**2)
    np.testing.assert_array_equal(row.x, [3.1, 4.2])
    assert (row.method, row.status) == ("excel", "known")
    assert row.message == "The objective at the variable cells of solved.xlsx."


def test_other_data_there_are_noticed(read_cells, solver_book):
    solved = open_workbook(solver_book(BOWL | {"A1": ("=7", 7.0), "B1": 3.0, "B2": 4.0}, name="solved.xlsx"))
    assert "shows 7: the two workbooks differ" in excel_solution(read_cells(BOWL), solved).message


@pytest.mark.parametrize(
    ("cells", "sheet", "sentence"),
    [
        (BOWL | {"B1": "three"}, "S", r"The variable cell S!B1 of solved.xlsx holds no number"),
        (BOWL, "T", "There is no sheet 'S' in solved.xlsx; it has T"),
    ],
)
def test_what_is_no_solution(read_cells, solver_book, cells, sheet, sentence):
    solved = open_workbook(solver_book(cells, name="solved.xlsx", sheet=sheet))
    with pytest.raises(InputError, match=sentence):
        excel_solution(read_cells(BOWL), solved)


def test_a_solution_that_gives_no_objective(read_cells, solver_book):
    problem = read_cells(BOWL | {"A1": ("=1/B1+B2", 3.0)})
    solved = open_workbook(solver_book(BOWL | {"B1": 0.0}, name="solved.xlsx"))
    with pytest.raises(InputError, match=r"With the variable cells of solved.xlsx the objective A1 is an error"):
        excel_solution(problem, solved)


def test_a_value_is_a_number():
    assert excel_value(0.393015).objective_end == 0.393015
    with pytest.raises(InputError, match="must be a finite number, not nan"):
        excel_value(float("nan"))
