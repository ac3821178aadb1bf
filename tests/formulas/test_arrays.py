"""Functions that move elements of arrays, against Microsoft's documentation and Excel's stored answers."""

from typing import Any

import numpy as np
import pytest

from xlcf.formulas.recalculation import recalculate
from xlcf.ooxml.worksheet import ExcelError

TABLE = {"A1": 3, "A2": "'b", "A3": 1, "A4": None, "A5": True, "A6": "'B", "B1": 1, "B2": 2, "B3": 1, "B4": 3, "B5": 2}


@pytest.mark.parametrize(
    ("formula", "values"),
    [
        ("=SORT(A1:A6)", [1.0, 3.0, "b", "B", True, 0.0]),
        ("=SORT(A1:A6,1,-1)", [True, "b", "B", 3.0, 1.0, 0.0]),
        ("=SORT({3;1;2},,-1)", [3.0, 2.0, 1.0]),
        ("=SORT({3,1,2})", [3.0, 1.0, 2.0]),
        ("=SORT({3,1,2},1,1,TRUE)", [1.0, 2.0, 3.0]),
        ("=INDEX(SORT({1,9;2,8;1,7},{1,2}),0,2)", [7.0, 9.0, 8.0]),
        ("=INDEX(SORT({1,9;2,8;1,7},{1,2},{-1,1}),0,2)", [8.0, 7.0, 9.0]),
        ("=SORT({1;2},2)", ["#VALUE!"]),
        ("=SORT({1;2},1,0)", ["#VALUE!"]),
        ("=SORTBY({1;2;3},B1:B3,-1)", [2.0, 1.0, 3.0]),
        ("=SORTBY({1;2;3},B1:B3,1,{1;5;0},-1)", [1.0, 3.0, 2.0]),
        ("=SORTBY({1;2;3},{1;2})", ["#VALUE!"]),
        ("=UNIQUE(A1:A6)", [3.0, "b", 1.0, 0.0, True]),
        ("=UNIQUE(A1:A6,FALSE,TRUE)", [3.0, 1.0, 0.0, True]),
        ("=UNIQUE({1,1,2},TRUE)", [1.0, 2.0]),
        ("=UNIQUE({1;1},,TRUE)", ["#CALC!"]),
        ("=FILTER(A1:A6,{1;0;1;0;0;0})", [3.0, 1.0]),
        ("=FILTER({1,2,3},{0,0,1})", [3.0]),
        ("=FILTER({1;2},{0;0})", ["#CALC!"]),
        ('=FILTER({1;2},{0;0},"none")', ["none"]),
        ("=FILTER({1;2},{1;1;1})", ["#VALUE!"]),
        ('=FILTER({1;2},{"x";1})', ["#VALUE!"]),
        ("=FILTER({1;2},B1:B2/0)", ["#DIV/0!"]),
        ("=SUM(FILTER(B1:B5,B1:B5>1))", [7.0]),
        ("=SEQUENCE(2,2,5,2)", [5.0, 7.0, 9.0, 11.0]),
        ("=SEQUENCE(3)", [1.0, 2.0, 3.0]),
        ("=SEQUENCE(2,,0)", [0.0, 1.0]),
        ("=SEQUENCE(,3)", [1.0, 2.0, 3.0]),
        ("=SEQUENCE(0)", ["#CALC!"]),
        ("=SEQUENCE(-1)", ["#VALUE!"]),
        ('=SEQUENCE("x")', ["#VALUE!"]),
        ("=CHOOSEROWS({1;2;3},-1,1)", [3.0, 1.0]),
        ("=CHOOSEROWS({1;2;3},{2,3})", [2.0, 3.0]),
        ("=CHOOSECOLS({1,2,3},2)", [2.0]),
        ("=CHOOSECOLS({1,2,3},4)", ["#VALUE!"]),
        ("=CHOOSECOLS({1,2,3},0)", ["#VALUE!"]),
        ("=HSTACK({1;2},{3})", [1.0, 3.0, 2.0, "#N/A"]),
        ("=VSTACK({1,2},3)", [1.0, 2.0, 3.0, "#N/A"]),
        ("=EXPAND({1,2},2,2,0)", [1.0, 2.0, 0.0, 0.0]),
        ("=EXPAND({1,2},2)", [1.0, 2.0, "#N/A", "#N/A"]),
        ("=EXPAND({1,2},,1)", ["#VALUE!"]),
        ("=TOCOL({1,2;3,4})", [1.0, 2.0, 3.0, 4.0]),
        ("=TOCOL({1,2;3,4},0,TRUE)", [1.0, 3.0, 2.0, 4.0]),
        ("=TOROW(A3:A5,1)", [1.0, True]),
        ("=TOCOL({1,#N/A,2},2)", [1.0, 2.0]),
        ("=TOCOL({1},4)", ["#VALUE!"]),
        ("=WRAPROWS({1,2,3},2)", [1.0, 2.0, 3.0, "#N/A"]),
        ("=WRAPROWS({1,2,3},2,9)", [1.0, 2.0, 3.0, 9.0]),
        ("=WRAPCOLS({1,2,3},2,9)", [1.0, 3.0, 2.0, 9.0]),
        ("=WRAPROWS({1,2,3},5)", [1.0, 2.0, 3.0]),
        ("=WRAPROWS({1,2;3,4},2)", ["#VALUE!"]),
        ("=WRAPCOLS({1,2},0)", ["#NUM!"]),
        ("=TRIMRANGE(A1:A9)", [3.0, "b", 1.0, 0.0, True, "B"]),
        ("=TRIMRANGE(A4:A7,1)", [True, "B", 0.0]),
        ("=TRIMRANGE(F1:F3)", ["#REF!"]),
        ("=DROP({1;2},2)", ["#CALC!"]),
        ("=TAKE({1,2;3,4},,-1)", [2.0, 4.0]),
        ("=MUNIT(2)", [1.0, 0.0, 0.0, 1.0]),
        ("=MUNIT(0)", ["#VALUE!"]),
        ("=MDETERM({3,6,1;1,1,0;3,10,2})", [1.0]),
        ("=MDETERM({1,3,8,5;1,3,6,1;1,1,1,0;7,3,10,2})", [88.0]),
        ("=MDETERM({1,2})", ["#VALUE!"]),
        ("=MDETERM(A1:B2)", ["#VALUE!"]),
        ("=MINVERSE({4,-1;2,0})", [0.0, 0.5, -1.0, 2.0]),
        ("=MINVERSE({1,1;1,1})", ["#NUM!"]),
        ("=MINVERSE({1,2})", ["#VALUE!"]),
        ("=MMULT({1,2},{1,2})", ["#VALUE!"]),
        ("=MMULT({1,TRUE},{1;2})", ["#VALUE!"]),
        ("=MMULT({1,#N/A},{1;2})", ["#N/A"]),
        ("=MMULT({1E+200},{1E+200})", ["#NUM!"]),
    ],
)
def test_values(sheets: Any, formula: str, values: list[object]) -> None:
    """The elements in one row: those of the array, and then, where it has several, #N/A."""
    count = len(values) + (len(values) > 1)
    book = sheets.book({**TABLE, f"H1:{'HIJKLMNOP'[count - 1]}1": f"{{=TOROW({formula[1:]})}}"})
    found = recalculate(book).values
    row = [found["S", 1, 8 + number] for number in range(count)]
    shown = [value.code if isinstance(value, ExcelError) else value for value in row]
    assert shown == [*values, *["#N/A"] * (count - len(values))]
    assert [type(value) for value in shown[: len(values)]] == [type(value) for value in values]


def test_shapes(sheets: Any) -> None:
    cells = {
        "A1:B3": "{=WRAPROWS({1,2,3,4,5,6},2)}",
        "D1:F2": "{=WRAPCOLS({1,2,3,4,5,6},2)}",
        "D4:D9": "{=TOCOL(A1:B3)}",
    }
    values = recalculate(sheets.book(cells)).values
    assert [[values["S", row, column] for column in (1, 2)] for row in (1, 2, 3)] == [[1, 2], [3, 4], [5, 6]]
    assert [[values["S", row, column] for column in (4, 5, 6)] for row in (1, 2)] == [[1, 3, 5], [2, 4, 6]]
    assert [values["S", row, 4] for row in range(4, 10)] == [1, 2, 3, 4, 5, 6]


def test_matrices_of_a_column_are_inverted_each_by_itself(sheets: Any) -> None:
    cells = {"A1": 4, "A2": 0, "B1": "{=MINVERSE(A1)}", "B2": "{=MINVERSE(A2)}"}
    assert sheets.computed(cells, "B1") == 0.25
    assert sheets.computed(cells, "B2") == "#NUM!"


def test_gradients_flow_through_what_is_moved(sheets: Any) -> None:
    formula = "=SUMPRODUCT(SORTBY(A1:A3,{3;1;2}),{1;10;100})+SUM(WRAPROWS(A1:A3,2,A1^2))+SUM(SEQUENCE(3,1,A1,A2))"
    program = sheets.program({"A1": 1, "A2": 2, "A3": 3, "B1": formula}, "B1", "A1:A3")
    value, gradient = program.value_and_gradient(np.array([2.0, 3, 4]))
    assert value == (3 + 40 + 200) + (9 + 4) + (2 + 5 + 8)
    np.testing.assert_array_equal(gradient, [100 + 1 + 4 + 3, 1 + 1 + 3, 10 + 1])


@pytest.mark.parametrize("x", [[1.0, 2, 3], [0.5, 4, 2]])  # with the second point the matrix is singular
def test_the_gradient_of_a_determinant(sheets: Any, x: list[float]) -> None:
    program = sheets.program(
        {"A1": 1, "A2": 2, "A3": 3, "B1": "=MDETERM(CHOOSE({1,2;3,4},A1,A2,1,A3*4))"}, "B1", "A1:A3"
    )
    value, gradient = program.value_and_gradient(np.array(x))
    a, b, c = x
    assert value == pytest.approx(4 * a * c - b, abs=1e-12)
    np.testing.assert_allclose(gradient, [4 * c, -1, 4 * a], atol=1e-12)


@pytest.mark.parametrize("formula", ["{=MMULT(A1:B2,A1:B3)}", "{=MINVERSE(A1:B3)}"])
def test_matrices_that_do_not_fit_are_an_error_also_with_variables(sheets: Any, formula: str) -> None:
    program = sheets.program({"A1": 1, "D1": formula}, "D1", "A1")
    assert np.isnan(program(program.start)).all()
    assert program.first_error is not None
    assert program.first_error.startswith("S!D1")


def test_the_reference_books(differing: Any) -> None:
    books = "CHOOSECOLS_CHOOSEROWS DROP_TAKE DynamicArrays SORT TOCOL TRANSPOSE TRIMRANGE WRAPCOLS_ROWS"
    assert differing(f"{books} MMULT MUNIT_MDETERM_MINVERSE spill_operator dynamic_arrays") == []
