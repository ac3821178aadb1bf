import time
from typing import Any

import numpy as np
import pytest
import torch
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcf.formulas.compiler import compile_cells
from xlcf.formulas.errors import FormulaError, UnsupportedFormulaError
from xlcf.formulas.graph import Apply, evaluate
from xlcf.formulas.namespace import NUMPY
from xlcf.formulas.program import Program
from xlcf.formulas.recalculation import recalculate
from xlcf.ooxml import open_workbook
from xlcf.ooxml.references import address, column_letters, parse_area, shift_formula
from xlcf.ooxml.worksheet import ExcelError, Formula

RNG = np.random.default_rng(7)


def grid(at: str, numbers: Any) -> dict[str, float]:
    """Lay an array of numbers out from a cell on."""
    column, row = ord(at[0]) - 64, int(at[1:])
    rows = np.atleast_2d(numbers)
    return {address(row + i, column + j): float(rows[i, j]) for i in range(rows.shape[0]) for j in range(rows.shape[1])}


def filled(area: tuple[range, range], origin: tuple[int, int], text: str) -> dict[str, str]:
    """Fill a formula, as written at its origin, into rows x columns."""
    return {
        address(row, column): "=" + shift_formula(text, row - origin[0], column - origin[1])
        for row in area[0]
        for column in area[1]
    }


def applied(program: Program, name: str) -> list[Apply]:
    return [node for node in program.nodes if isinstance(node, Apply) and node.function.name == name]


def shapes(program: Program, node: Apply) -> list[tuple[int, ...]]:
    results = evaluate(program.nodes, NUMPY, program.start)
    return [results[a].shape if isinstance(a, int) else a.shape for a in node.arguments]


# -- batches -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def factor_model() -> tuple[dict[str, Any], np.ndarray, np.ndarray, np.ndarray]:
    """Ratings at A31:O45 with blanks, users B11:F25, movies at H1:V5, predictions at H11:V25, as in the course."""
    users, movies = RNG.normal(size=(15, 5)), RNG.normal(size=(5, 15))
    ratings = np.round(RNG.uniform(1, 5, size=(15, 15)))
    ratings[RNG.random((15, 15)) < 0.1] = np.nan
    cells = {**grid("B11", users), **grid("H1", movies)}
    cells |= {place: value for place, value in grid("A31", ratings).items() if not np.isnan(value)}
    for i in range(15):
        for j in range(15):
            movie = f"{column_letters(8 + j)}$1:{column_letters(8 + j)}$5"
            rated = address(31 + i, 1 + j)
            text = f'{{=IF({rated}="",0,MMULT($B{11 + i}:$F{11 + i},{movie}))}}'
            cells[address(11 + i, 8 + j)] = text
    cells["A1"] = "=SQRT(SUMXMY2(A31:O45,H11:V25)/COUNT(A31:O45))"
    return cells, users, movies, ratings


def test_225_products_become_one(sheets: Any, factor_model: tuple[Any, ...]) -> None:
    cells, users, movies, ratings = factor_model
    program = sheets.program(cells, "A1", "B11:F25, H1:V5")
    (product,) = applied(program, "MMULT")
    left, right = shapes(program, product)
    assert (left, right) == ((15, 1, 1, 5), (1, 15, 5, 1))
    rmse = np.sqrt(np.nanmean((ratings - users @ movies) ** 2))
    assert program(program.start)[0] == pytest.approx(rmse, rel=1e-13)
    assert len(program.nodes) <= 9


def test_fill_with_a_hole(sheets: Any, factor_model: tuple[Any, ...]) -> None:
    cells, users, movies, ratings = factor_model
    program = sheets.program({**cells, "J13": 2.5}, "A1", "B11:F25, H1:V5")
    (product,) = applied(program, "MMULT")
    assert shapes(program, product) == [(224, 1, 1, 5), (224, 1, 5, 1)]
    predicted = users @ movies
    predicted[2, 2] = 2.5
    assert program(program.start)[0] == pytest.approx(np.sqrt(np.nanmean((ratings - predicted) ** 2)), rel=1e-13)


def test_one_hot_edition(sheets: Any) -> None:
    """206 ratings, one-hot rows of 206 x 15 times factors of 15 x 5, two products for all rows."""
    users, movies = RNG.normal(size=(15, 5)), RNG.normal(size=(15, 5))
    u, m = RNG.integers(0, 15, 206), RNG.integers(0, 15, 206)
    r = RNG.uniform(1, 5, 206)
    book = sheets.path.with_name("onehot.xlsx")

    with xlsxwriter.Workbook(book) as workbook:
        data, factors = workbook.add_worksheet("data"), workbook.add_worksheet("factors")
        for i in range(15):
            factors.write_row(i, 0, users[i])
            factors.write_row(i, 10, movies[i])
        for k in range(206):
            data.write_number(k, 0, r[k])
            data.write_row(k, 1, np.eye(15)[u[k]])
            data.write_row(k, 20, np.eye(15)[m[k]])
        data.write_array_formula(0, 40, 205, 44, "{=MMULT(B1:P206,factors!A1:E15)}")
        for k in range(206):
            one = f"SUMPRODUCT(AO{k + 1}:AS{k + 1},MMULT(U{k + 1}:AI{k + 1},factors!$K$1:$O$15))"
            data.write_array_formula(k, 50, k, 50, f"{{={one}}}")
        data.write_formula("BA1", "=SUMXMY2(A1:A206,AY1:AY206)")
    variables = [cell for text in ("A1:E15", "K1:O15") for cell in parse_area(text, "factors").cells()]
    program = compile_cells(open_workbook(book), [("data", 1, 53)], variables)
    assert len(applied(program, "MMULT")) == 2
    expected = np.sum((r - np.sum(users[u] * movies[m], axis=1)) ** 2)
    assert program(program.start)[0] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("area", [(range(1, 7), range(3, 4)), (range(9, 10), range(3, 9)), (range(1, 7), range(3, 9))])
def test_columns_rows_and_blocks_are_one_batch(sheets: Any, area: tuple[range, range]) -> None:
    formulas = filled(area, (1, 3), "$A$1*2+$B$1")
    places = list(formulas)
    program = sheets.program({"A1": 3, "B1": 1, "Z1": f"=SUM({places[0]}:{places[-1]})", **formulas}, "Z1", "A1")
    assert len(applied(program, "*")) == 1
    assert program(program.start)[0] == 7 * len(formulas)


def test_constants_are_folded(sheets: Any) -> None:
    cells = {"A1": 2, "B1": 3, "B2": "=B1*7", "C1": "=A1*SUM(B1:B2)", "D1": "=C1+0*B2"}
    program = sheets.program(cells, "D1", "A1")
    assert [node.function.name for node in program.nodes if isinstance(node, Apply)] == ["*", "+"]
    assert program(np.array([10.0]))[0] == 240


def test_constant_and_varying_cells_in_one_fill(sheets: Any) -> None:
    cells = {"A1": 1, "A2": 2, "A3": 3, "A4": 4, **filled((range(1, 5), range(2, 3)), (1, 2), "A1*10")}
    program = sheets.program({**cells, "C1": "=SUM(B1:B4)"}, "C1, B1, B4", "A2, A4")
    np.testing.assert_array_equal(program(np.array([5.0, 6.0])), [150, 10, 60])


def test_several_points_at_once(sheets: Any) -> None:
    cells = {"A1": 1, "A2": 2, "B1": "=A1*A2+IF(A1>A2,1,0)", "B2": "=SUM({1,2}*A1)", "B3": 5, "B4": "=MAX(A1:A2)"}
    program = sheets.program(cells, "B1:B4, A1", "A1:A2")
    x = RNG.normal(size=(3, 7, 2))
    expected = np.stack(
        [x[..., 0] * x[..., 1] + (x[..., 0] > x[..., 1]), 3 * x[..., 0], 0 * x[..., 0] + 5, x.max(-1), x[..., 0]], -1
    )
    assert program(x).shape == (3, 7, 5)
    np.testing.assert_allclose(program(x), expected, rtol=1e-14)
    np.testing.assert_allclose(program.torch(torch.tensor(x)).numpy(), expected, rtol=1e-14)


# -- chains and circles ------------------------------------------------------------------------------------------------


def test_long_chain(sheets: Any) -> None:
    cells = {"A1": 2, **filled((range(2, 2001), range(1, 2)), (2, 1), "A1*1.001")}
    started = time.perf_counter()
    program = sheets.program(cells, "A2000", "A1")
    assert program(program.start)[0] == pytest.approx(2 * 1.001**1999, rel=1e-12)
    value, gradient = program.value_and_gradient(program.start)
    assert gradient[0] == pytest.approx(value / 2, rel=1e-12)
    assert time.perf_counter() - started < 10


def test_interleaved_chains(sheets: Any) -> None:
    cells: dict[str, Any] = {"A1": 1, "B1": "=A1*2"}
    cells |= filled((range(2, 101), range(1, 2)), (2, 1), "B1-A1+1") | filled(
        (range(2, 101), range(2, 3)), (2, 2), "A2*2"
    )
    program = sheets.program(cells, "B100", "A1")
    assert program(program.start)[0] == 200
    assert program(np.array([3.0]))[0] == 2 * (3 + 99)


def test_running_sums(sheets: Any) -> None:
    cells = {f"A{row}": row for row in range(1, 51)} | filled((range(1, 51), range(2, 3)), (1, 2), "SUM($A$1:A1)")
    program = sheets.program(cells, "B1, B50", "A1:A50")
    np.testing.assert_array_equal(program(program.start), [1, 1275])


def test_running_sums_of_formulas(sheets: Any) -> None:
    cells = {"A1": 1, **filled((range(2, 21), range(1, 2)), (2, 1), "SUM(A$1:A1)")}
    assert sheets.values(cells, "A20", "A1") == [2.0**18]


@pytest.mark.parametrize("terms", [2000])
def test_long_sum(sheets: Any, terms: int) -> None:
    program = sheets.program({"A1": 2, "B1": "=" + "+".join(["A1"] * terms)}, "B1", "A1")
    assert program.value_and_gradient(program.start)[1][0] == terms


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"B1": "=C1+A1", "C1": "=D1", "D1": "=B1"}, r"in a circle: S!.1 -> S!.1 -> S!.1 -> S!.1"),
        ({"B1": "=B1+A1"}, r"S!B1.*refers to its own cell"),
        ({"B1": "=SUM(B:B)+A1"}, r"S!B1"),
        ({"B1": "=OFFSET(B1,0,0)+A1"}, r"S!B1.*refers to its own cell"),
        ({"B1": "=SUM(OFFSET(C1,0,0,2,1))", "C1": 1, "C2": "=B1*A1"}, r"in a circle"),
    ],
)
def test_circles_are_named(sheets: Any, cells: dict[str, Any], words: str) -> None:
    with pytest.raises(FormulaError, match=words):
        sheets.program({"A1": 1, **cells}, "B1", "A1")


def test_variables_break_circles(sheets: Any) -> None:
    """A variable's own formula is not looked at."""
    assert sheets.values({"A1": "=B1", "B1": "=A1+1"}, "B1", "A1") == [1]


def test_asking_for_a_place_is_no_circle(sheets: Any) -> None:
    cells = {"A1": 5, "B3": "=ROW(B3)+COLUMN(B3)+ROWS(B$1:B3)+COLUMNS($A3:B3)+A1"}
    assert sheets.values(cells, "B3", "A1") == [3 + 2 + 3 + 2 + 5]


# -- references --------------------------------------------------------------------------------------------------------


def test_dynamic_places_on_formulas_not_yet_traced(sheets: Any) -> None:
    cells = {"A1": 2, "A2": 1, "C1": "=A1*10", "C2": "=C1+1", "C3": "=C2*A1"}
    cells |= {"E1": "=OFFSET(C1,A2+1,0)", "E2": "=SUM(OFFSET($C$1,0,0,3,1))", "E3": "=INDEX(C1:C3,A2+1)"}
    assert sheets.values(cells, "E1:E3", "A1") == [42, 20 + 21 + 42, 21]


@pytest.mark.parametrize(
    "formula",
    [
        "=OFFSET(B1,A1,0)",
        '=COUNTIF(A1:A1,">0")',
        "=CHOOSE(A1,1,2)",
        '=A1&"x"',
    ],
)
def test_wiring_by_variables_is_refused(sheets: Any, formula: str) -> None:
    with pytest.raises(UnsupportedFormulaError, match="depends on variable cells"):
        sheets.program({"A1": 1, "B1": 1, "B2": 2, "C1": formula}, "C1", "A1")


def test_other_sheets(sheets: Any) -> None:
    cells = {"T!A1": 3, "U!B2": "=T!A1*2", "A1": "=U!B2+t!A1+A2", "A2": 1}
    program = sheets.program(cells, "A1", "T!A1")
    assert program(program.start)[0] == 10
    assert program.value_and_gradient(program.start)[1][0] == 3


def test_variable_before_another_sheet(sheets: Any) -> None:
    assert sheets.values({"A1": 2, "T!B1": 3, "C1": "=A1+T!B1"}, "C1", "A1") == [5]


@pytest.mark.parametrize("text", ["Gone!A1", "A1048577", "SUM(Gone!A1:A2)"])
def test_references_that_lead_nowhere(sheets: Any, text: str) -> None:
    with pytest.raises(FormulaError, match=r"S!C1 \(=.*(no sheet 'Gone'|outside the sheet|not defined)"):
        sheets.program({"A1": 1, "C1": f"=A1+{text}"}, "C1", "A1")


def test_references_pushed_off_the_sheet(sheets: Any) -> None:
    """A shared formula whose first cell is fine, filled up beyond row 1 by hand."""
    book = sheets.book({"A1": 1, "B2": "=A1"})
    book["S"].formulas[1, 2] = Formula("A1", (2, 2))
    with pytest.raises(FormulaError, match="outside the sheet"):
        compile_cells(book, [("S", 1, 2)], [("S", 1, 1)])


def test_names(sheets: Any) -> None:
    names = {"rate": "=S!$A$1", "S!local": "=S!$A$2*10", "left": "=S!XFD1", "both": "=rate+local", "five": "=5"}
    cells = {
        "A1": 2,
        "A2": 3,
        "B1": "=rate*five",
        "B2": "=Local",
        "B3": "=S!both",
        "A4": 8,
        "B4": "=left+1",
        "B5": "=LEFT",
    }
    program = sheets.program({**cells, "A5": 9}, "B1:B5", "A1:A2, A5", names)
    np.testing.assert_array_equal(program(program.start), [10, 30, 32, 9, 9])


@pytest.mark.parametrize(
    ("names", "words"), [({}, "the name nothing is not defined"), ({"nothing": "=nothing"}, "refers to itself")]
)
def test_names_that_mean_nothing(sheets: Any, names: dict[str, str], words: str) -> None:
    with pytest.raises(FormulaError, match=rf"S!B1 \(=nothing\+A1\): .*{words}"):
        sheets.program({"A1": 1, "B1": "=nothing+A1"}, "B1", "A1", names)


def test_whole_columns_and_rows(sheets: Any) -> None:
    cells = {"A1": 1, "A900": 4, "B1": 10, "B900": 2, "T!A5": 3, "D1": "=SUM(A:A)", "D2": "=SUMPRODUCT(A:A,B:B)"}
    cells |= {"D3": "=SUMPRODUCT(A:A,T!A:A)+COUNT(A:B)", "D4": "=SUM($1:$1)-D1", "D5": "=SUM(A2:A1048576)"}
    program = sheets.program({k: v for k, v in cells.items() if k != "D4"}, "D1, D2, D3, D5", "A1, B900")
    np.testing.assert_array_equal(program(program.start), [5, 18, 4, 4])


def test_implicit_intersection(sheets: Any) -> None:
    cells = {"A1": 1, "A2": 2, "A3": 3, "B2": "=$A$1:$A$3*10", "B3": "=SQRT(A1:A3)", "B5": "=IFERROR(A1:A3+1,99)"}
    cells |= {"C2": "=_xlfn.SINGLE($A$1:$A$3)+1", "D2": "=IF(TRUE,A1:A3)", "E2": "=A1:A3", "F3": "=E1:G1", "F1": 7}
    values = sheets.values(cells, "B2, B3, B5, C2, D2, E2, F3", "A1:A3")
    assert values == [20, np.sqrt(3), 99, 3, 2, 2, 7]


@pytest.mark.parametrize(
    ("area", "formula", "expected"),
    [
        ("D1:D1", "A1:B2*2", [[2]]),
        ("D1:E2", "A1:B2*2", [[2, 4], [6, 8]]),
        ("D1:D2", "A1:B2*2", [[2], [6]]),
        ("D1:E1", "A1:B2*2", [[2, 4]]),
        ("D1:F3", "A1:B2*2", [[2, 4, np.nan], [6, 8, np.nan], [np.nan] * 3]),
        ("D1:F2", "A1:A2*2", [[2, 2, 2], [6, 6, 6]]),
        ("D1:E3", "A1:B1*2", [[2, 4]] * 3),
        ("D1:E2", "SUM(A1:B2)", [[10, 10], [10, 10]]),
        ("D1:E2", "TRANSPOSE(A1:B2)", [[1, 3], [2, 4]]),
        ("D1:E2", "MMULT(A1:B2,A1:B2)", [[7, 10], [15, 22]]),
        ("D1:E2", "IF(A1:B2>2,A1:B2,0)", [[0, 0], [3, 4]]),
        ("D1:E2", "{5,6}", [[5, 6], [5, 6]]),
        ("D2:E3", "ROW()*10+COLUMN()+0*A1", [[24, 25], [34, 35]]),
        ("D1:E2", "--(ROW(A1:A2)=COLUMN(A1:B1))", [[1, 0], [0, 1]]),
    ],
)
def test_array_formulas(sheets: Any, area: str, formula: str, expected: Any) -> None:
    cells = {"A1": 1, "B1": 2, "A2": 3, "B2": 4, area: f"{{={formula}}}"}
    for variables in ("", "A1:B2"):
        program = sheets.program(cells, area, variables)
        np.testing.assert_array_equal(program(program.start), np.ravel(expected))


def test_array_results_keep_their_kinds(sheets: Any) -> None:
    """Truth values in cells are not summed, whether or not they come from variables."""
    cells = {
        "A1": 1,
        "A2": 5,
        "C1:C2": "{=A1:A2>2}",
        "D1": "=SUM(C1:C2)",
        "D2": "=SUMPRODUCT(--C1:C2)",
        "D3": "=COUNT(C1:C2)",
    }
    for variables in ("", "A1:A2"):
        assert sheets.values(cells, "D1:D3", variables) == [0, 1, 0]


def test_dynamic_arrays(sheets: Any) -> None:

    path = sheets.path.with_name("dynamic.xlsx")
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("S")
        sheet.write_column("A1", [1, 2, 3])
        sheet.write_dynamic_array_formula("B1:B3", "=A1:A3*2")
        sheet.write_formula("C1", "=SUM(_xlfn.ANCHORARRAY(B1))")
        sheet.write_formula("C2", "=SUM(_xlfn.ANCHORARRAY(A1))")
    workbook = open_workbook(path)
    variables = [("S", row, 1) for row in (1, 2, 3)]
    assert compile_cells(workbook, [("S", 1, 3)], variables)(np.array([1.0, 2, 4]))[0] == 14
    assert recalculate(workbook).values["S", 2, 3] == ExcelError("#REF!")


# -- texts, blanks, errors ---------------------------------------------------------------------------------------------


def test_texts_beside_numbers_in_one_fill(sheets: Any) -> None:
    """A table with gaps, carried on from column to column as "" and compared again."""
    cells: dict[str, Any] = {"A1": 2, "B1": 1, "B2": None, "B3": 3, "B4": "'n/a"}
    cells |= filled((range(1, 5), range(3, 4)), (1, 3), 'IF(B1="","",IF(B1="n/a","none",B1*$A$1))')
    cells |= filled((range(1, 5), range(4, 5)), (1, 4), 'IF(C1="","",IF(C1="none",100,C1+$A$1))')
    cells["E1"] = '=SUM(D1:D4)+COUNT(D1:D4)*1000+IF(C2="",10000,0)'
    for variables in ("", "A1"):
        assert sheets.values(cells, "E1", variables) == [4 + 8 + 100 + 3000 + 10000]


def test_blank_variable_starts_at_zero(sheets: Any) -> None:
    program = sheets.program({"B1": "=A1+COUNT(A1:A2)+1"}, "B1", "A1:A2")
    np.testing.assert_array_equal(program.start, [0, 0])
    assert program(program.start)[0] == 3


@pytest.mark.parametrize(("content", "shown"), [("'text", "'text'"), (True, "True")])
def test_variable_that_is_no_number(sheets: Any, content: Any, shown: str) -> None:
    with pytest.raises(FormulaError, match=f"S!A1 holds {shown} instead of a number"):
        sheets.program({"A1": content, "B1": "=A1"}, "B1", "A1")


def test_first_error_is_named(sheets: Any) -> None:
    program = sheets.program({"A1": 0, "B1": "=1/A1", "C1": "=B1+1"}, "C1", "A1")
    assert np.isnan(program(program.start)[0])
    assert program.first_error == "S!B1 =1/A1"
    assert program(np.array([2.0]))[0] == 1.5


def test_unsupported_functions_are_named(sheets: Any) -> None:
    cells = {"A1": 1, "B1": "=_xlfn.LAMBDA(x,x)(A1)", "B2": "=T!C3+1", "T!C3": "=A1+CUBEVALUE(A1,2)"}
    with pytest.raises(
        UnsupportedFormulaError, match=r"^T!C3 \(=A1\+CUBEVALUE\(A1,2\)\): the function CUBEVALUE is not"
    ) as caught:
        sheets.program(cells, "B2", "T!A1")
    assert (caught.value.cell, caught.value.formula) == ("T!C3", "=A1+CUBEVALUE(A1,2)")


@pytest.mark.parametrize("formula", ["=SQRT()", "=SQRT(1,2)", "=IF()", "=MMULT(A1)", "=PI(1)"])
def test_wrong_number_of_arguments(sheets: Any, formula: str) -> None:
    with pytest.raises(FormulaError, match="cannot take"):
        sheets.program({"A1": 1, "B1": formula}, "B1", "A1")


@pytest.mark.parametrize(
    ("formula", "code"),
    [
        ("=SUMPRODUCT(A1:A2,A1:A3)", "#VALUE!"),
        ("{=MMULT(A1:B2,A1:B3)}", "#VALUE!"),
        ("{=MINVERSE(A1:B3)}", "#VALUE!"),
        ("=SUMXMY2(A1:A2,A1:B2)", "#N/A"),
        ("=CORREL(A1:A2,A1:B2)", "#N/A"),
        ('=SUMIFS(A1:A2,A1:A3,">0")', "#VALUE!"),
        ("=SUMX2MY2(A1:A2,A1:B1)", 16.0),  # as many numbers, whatever their rows and columns
        ("{=SUM(IFERROR({1,2,3}+{1;2}+{10,20},0))}", 72.0),
        ("{=SUM({1,2}+{1,2,3})}", "#N/A"),
        ("{=INDEX({1;2}+{1;2;3},2)}", 4.0),
        ("{=SUM(IF({TRUE,FALSE,TRUE},{1,2},5))}", "#N/A"),
    ],
)
def test_sizes_that_do_not_fit(sheets: Any, formula: str, code: object) -> None:
    assert sheets.computed({"A1": 1, "A2": 5, "B1": 3, "B2": 1, "D1": formula}, "D1") == code


def test_arrays_of_variables_that_do_not_fit(sheets: Any) -> None:
    """What both have follows the variables; the rest is #N/A."""
    program = sheets.program({"A1": 2, "A2": 3, "D1": "{=SUM(IFERROR(A1:A2^2+{1;2;3},100))}"}, "D1", "A1:A2")
    assert program(program.start)[0] == 4 + 1 + 9 + 2 + 100
    assert program.value_and_gradient(program.start)[1].tolist() == [4, 6]


def test_one_singular_matrix_among_others(sheets: Any) -> None:
    cells = {"A1": 2, "A2": 0, "A3": 4, **{f"B{row}": f"=MINVERSE(A{row})" for row in (1, 2, 3)}}
    assert [sheets.computed(cells, f"B{row}") for row in (1, 2, 3)] == [0.5, "#NUM!", 0.25]


def test_output_that_is_no_formula(sheets: Any) -> None:
    program = sheets.program({"A1": 4, "B1": 5}, "A1, B1, C1", "A1")
    np.testing.assert_array_equal(program(np.array([9.0])), [9, 5, 0])
    assert program.varies
    assert not sheets.program({"A1": 4, "B1": "=1+1"}, "B1", "A1").varies


# -- a batch equals its cells ------------------------------------------------------------------------------------------


def formulas() -> st.SearchStrategy[str]:
    """Formulas at E1 over the cells of their own row and of fixed ones."""
    cells = st.sampled_from(["A1", "B1", "C1", "$A$1", "B$2", "D1"])
    areas = st.sampled_from(["A1:C1", "$A$1:$C$6", "D1:D2", "A$1:A1", "$B$1:B1"])
    leaves = cells | st.sampled_from(["2", "0.5", "TRUE", '"3"', "D$9"])

    def grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        infix = st.builds("({}{}{})".format, inner, st.sampled_from(["+", "-", "*", "/", "=", ">", "<="]), inner)
        aggregate = st.builds(
            "{}({},{})".format, st.sampled_from(["SUM", "MAX", "AVERAGE", "COUNT", "SUMSQ", "MIN"]), areas, inner
        )
        plain = st.builds("{}({})".format, st.sampled_from(["SQRT", "EXP", "ABS", "ISNUMBER", "-", "INT"]), inner)
        branch = st.builds("IF({}>{},{},{})".format, inner, inner, inner, inner)
        guard = st.builds("IFERROR({},{})".format, inner, inner)
        return infix | aggregate | plain | branch | guard

    return st.recursive(leaves, grow, max_leaves=6)


NUMBERS = {
    **grid("A1", RNG.normal(size=(6, 3)).round(2)),
    "D1": None,
    "D2": "'x",
    "D3": 4,
    "D4": True,
    "D5": "'1.5",
    "D6": 0,
}


@settings(max_examples=120, deadline=None)
@given(text=formulas())
def test_a_batch_equals_its_cells(sheets: Any, text: str) -> None:
    """One fill of six cells gives what six workbooks with one cell each give; NumPy gives what torch gives."""
    fill = filled((range(1, 7), range(5, 6)), (1, 5), text)
    book = sheets.book({**NUMBERS, **fill})

    outputs = [("S", row, 5) for row in range(1, 7)]
    variables = [("S", row, column) for row in range(1, 6) for column in (1, 2)]
    try:
        together = compile_cells(book, outputs, variables)
    except UnsupportedFormulaError:
        return  # mixed kinds that depend on variables
    x = together.start + np.linspace(0, 0.3, 10)
    batch = together(x)
    folded = compile_cells(book, outputs, [])(np.zeros(0))
    for number, output in enumerate(outputs):
        alone = compile_cells(book, [output], variables)
        np.testing.assert_allclose(alone(x), batch[number : number + 1], rtol=1e-12)
        if not np.isnan(folded[number]):  # an error compared with a text may pass where it varies
            np.testing.assert_allclose(alone(alone.start), folded[number], rtol=1e-12)
    np.testing.assert_allclose(together.torch(torch.tensor(x)).numpy(), batch, rtol=1e-12)
    assert together(np.stack([x, together.start]))[0] == pytest.approx(batch, rel=1e-12, nan_ok=True)
