"""LET, LAMBDA and the functions that call a LAMBDA: Excel's documented results, stored ones, and gradients."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from xlcf.formulas.errors import FormulaError
from xlcf.formulas.recalculation import recalculate
from xlcf.ooxml import open_workbook
from xlcf.verifying.value_check import compare_with_xlcf

GRID = {"A1": 1, "B1": 2, "C1": 3, "A2": 4, "B2": 5, "C2": 6, "A4": "a", "B4": "b"}
FACT = "=LAMBDA(_xlpm.n,IF(_xlpm.n<2,1,_xlpm.n*FACTORIAL(_xlpm.n-1)))"


def x(formula: str) -> str:
    """Write a formula as files do: names marked, newer functions too. Names are single small letters."""
    marked = re.sub(r"(?<![\w.$\"])([a-z])(?![\w(\"])", r"_xlpm.\1", formula)
    marked = re.sub(r"(?<![\w.$\"])([a-z])\(", r"_xlpm.\1(", marked)
    new = "LET|LAMBDA|MAP|REDUCE|SCAN|BYROW|BYCOL|MAKEARRAY|ISOMITTED"
    return "=" + re.sub(rf"\b({new})\(", r"_xlfn.\1(", marked)


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("LET(x,5,SUM(x,1))", 6),
        ("LET(x,1,y,x+1,x*10+y)", 12),
        ("LET(x,1,LET(x,2,x+x)*x)", 4),
        ("LET(r,A1:C2,SUM(r))", 21),
        ("LET(r,A1:C2,SUM(r*r))", 91),
        ("LET(r,A1,SUM(r:C1))", 6),
        ("LAMBDA(x,y,SQRT(x*x+y*y))(3,4)", 5),
        ("LET(f,LAMBDA(x,x*x),f(f(3)))", 81),
        ("LET(k,10,f,LAMBDA(x,x*k),k,1,f(2)+k)", 21),  # a LAMBDA sees the names where it stands
        ("LET(c,LAMBDA(x,LAMBDA(y,x-y)),c(10)(3))", 7),
        ("LAMBDA(x,y,IF(ISOMITTED(y),x,x+y))(5,)", 5),
        ("LAMBDA(x,[y],IF(ISOMITTED(y),x,x+y))(5)", 5),
        ("LAMBDA(x,[y],IF(ISOMITTED(y),x,x+y))(5,2)", 7),
        ("LAMBDA(x,y,x+y)(1)", "#VALUE!"),
        ("LAMBDA(x,x)(1,2)", "#VALUE!"),
        ("LAMBDA(x,x)", "#CALC!"),
        ("LAMBDA(x,x)+1", "#VALUE!"),
        ("LET(x,2,x(1))", "#VALUE!"),
        ("LAMBDA(x,x)(1/0)", "#DIV/0!"),
        ("IFERROR(x+LET(x,1,x),0)", 0),  # the first x is no name; 0 is what is stored
        ("SUM(MAP(A1:C2,LAMBDA(x,x^2)))", 91),
        ("SUM(MAP(A1:C1,A2:C2,LAMBDA(x,y,MAX(x,y)*x)))", 32),
        ("SUM(MAP(A1:C2,LAMBDA(x,ROW(x)*COLUMN(x))))", 18),  # references, not values
        ("SUM(MAP(A1:C1,LAMBDA(x,SUM(MAP(A2:C2,LAMBDA(y,x*y))))))", 90),
        ("SUM(MAP(A1:C2,LAMBDA(x,IF(x>3,LAMBDA(y,y+x)(1),0))))", 18),
        ("SUM(MAP(A1:C1,LAMBDA(x,SUM(OFFSET(A1,0,0,1,x)))))", 10),  # areas of several sizes
        ("MAP(A1:C1,LAMBDA(x,A1:C1))", "#CALC!"),
        ("MAP(A1:C1,LAMBDA(x,LAMBDA(y,y)))", "#CALC!"),
        ("MAP(A1:C1,5)", "#VALUE!"),
        ("ROWS(LAMBDA(x,x))", "#VALUE!"),
        ("INDEX(LAMBDA(x,x),1)", "#VALUE!"),
        ("REDUCE(0,A1:C2,LAMBDA(a,b,a+b^2))", 91),
        ("REDUCE(,A1:C2,LAMBDA(a,b,a*b))", 720),
        ('REDUCE("",A4:B4,LAMBDA(a,b,a&b&","))', "a,b,"),
        ("INDEX(SCAN(1,A1:C2,LAMBDA(a,b,a*b)),2,2)", 120),
        ("SUM(BYROW(A1:C2,LAMBDA(r,MAX(r))))", 9),
        ("SUM(BYCOL(A1:C2,LAMBDA(c,MAX(c)*ROWS(c))))", 30),
        ("SUM(BYROW(A1:C2*1,LAMBDA(r,SUM(r)*COLUMNS(r))))", 63),
        ("BYROW(A1:C2,LAMBDA(r,r))", "#CALC!"),
        ("SUM(MAKEARRAY(2,3,LAMBDA(r,c,r*c)))", 18),
        ("MAKEARRAY(0,3,LAMBDA(r,c,r*c))", "#VALUE!"),
        ("FACTORIAL(5)", 120),
        ("FACTORIAL(FACTORIAL(3))", 720),
        ("SUM(MAP(A1:C1,FACTORIAL))", 9),
        ("SUM(MAP(A1:C1,LAMBDA(x,FACTORIAL(x))))", 9),
        ("FIB(15)", 610),
        ("FACTORIAL(5000)", "#NUM!"),
        ("DOUBLED(A2)+BESIDE()", 10),
    ],
)  # fmt: skip
def test_results(sheets: Any, formula: str, value: object) -> None:
    names = {
        "FACTORIAL": FACT,
        "FIB": "=LAMBDA(_xlpm.n,IF(_xlpm.n<2,_xlpm.n,FIB(_xlpm.n-1)+FIB(_xlpm.n-2)))",
        "DOUBLED": "=LAMBDA(_xlpm.n,2*_xlpm.n)",
        "BESIDE": "=LAMBDA(S!$B$1)",
    }
    assert sheets.computed({**GRID, "E9": f"{{{x(formula)}}}"}, "E9", names) == value


def test_arrays_fill_their_area(sheets: Any) -> None:
    """Rows stay rows, and an element that is an error leaves the others alone."""
    cells = {**GRID, "E1:F3": "{" + x("MAP(A1:B2,LAMBDA(x,1/(x-2)))") + "}"}
    assert [sheets.computed(cells, place) for place in ("E1", "F1", "E2", "F2", "E3")] == [
        -1.0,
        "#DIV/0!",
        0.5,
        pytest.approx(1 / 3),
        "#N/A",
    ]


def test_arrays_of_several_sizes(sheets: Any) -> None:
    """The smaller is filled up with #N/A."""
    cells = {**GRID, "E1:G1": "{" + x("MAP(A1:C1,A2:B2,LAMBDA(x,y,x+y))") + "}"}
    assert [sheets.computed(cells, place) for place in ("E1", "F1", "G1")] == [5.0, 7.0, "#N/A"]


GRADIENTS = [
    "LET(x,A1*B1,x^2+SIN(x))",
    "LET(f,LAMBDA(x,y,x^2*y),f(A1,B1)+f(B1,C1))",
    "SUM(MAP(A1:C2,LAMBDA(x,x^3)))",
    "SUM(MAP(A1:B1,B2:C2,LAMBDA(x,y,x*y+SUM(A1:C2))))",
    "SUMPRODUCT(BYROW(A1:C2,LAMBDA(r,SUM(r)^2)),BYROW(A1:C2,LAMBDA(r,MAX(r))))",
    "SUM(BYCOL(A1:C2*2,LAMBDA(c,PRODUCT(c))))",
    "REDUCE(1,A1:C2,LAMBDA(a,b,a*b+SQRT(b)))",
    "SUM(SCAN(A1,B1:C2,LAMBDA(a,b,a*b)))",
    "SUM(MAKEARRAY(2,3,LAMBDA(r,c,r*INDEX(A1:C2,r,c)^2)))",
    "SUM(MAP(A1:C1,LAMBDA(x,SUM(MAP(A2:C2,LAMBDA(y,x*y^2))))))",
    "POWERS(A1,4)+A2",
]


@pytest.mark.parametrize("formula", GRADIENTS)
def test_gradients(sheets: Any, formula: str) -> None:
    """They agree with central differences, for NumPy and torch."""
    torch = pytest.importorskip("torch")
    names = {"POWERS": "=LAMBDA(_xlpm.x,_xlpm.n,IF(_xlpm.n=0,1,_xlpm.x*POWERS(_xlpm.x,_xlpm.n-1)))"}
    program = sheets.program({**GRID, "E9": f"{{{x(formula)}}}"}, "E9", "A1:C2", names)
    at = program.start + 0.1
    value, gradient = program.value_and_gradient(at)
    steps = np.eye(len(at)) * 1e-6
    differences = [(program(at + step)[0] - program(at - step)[0]) / 2e-6 for step in steps]
    assert value == program(at)[0]
    assert gradient == pytest.approx(differences, rel=1e-6, abs=1e-6)
    point = torch.tensor(at, requires_grad=True)
    program.torch(point)[0].backward()
    assert point.grad.numpy() == pytest.approx(gradient, rel=1e-9)


def test_recursion_that_depends_on_variables_is_refused(sheets: Any) -> None:
    with pytest.raises(FormulaError, match="how often a LAMBDA calls itself depends on variable cells"):
        sheets.program({"A1": 3, "B1": "=FACTORIAL(A1)"}, "B1", "A1", {"FACTORIAL": FACT})


def test_recursion_without_end(sheets: Any) -> None:
    """It ends all the same."""
    names = {"LOOP": "=LAMBDA(_xlpm.n,LOOP(_xlpm.n)+1)"}
    assert sheets.computed({"A1": "=LOOP(1)"}, "A1", names) == "#NUM!"


def test_many_elements(sheets: Any) -> None:
    """Calls are traced together, in one cell and in several; those that follow each other have a limit."""
    cells = {"A1": 2, "E1": x("SUM(MAP(A1:A30000,LAMBDA(x,x+1)))"), "E2": x("SUM(MAP(A2:A30001,LAMBDA(x,x+1)))")}
    assert [sheets.computed(cells, place) for place in ("E1", "E2")] == [30002, 30000]
    with pytest.raises(FormulaError, match="for each of 1,048,576 elements is not supported"):
        sheets.computed({"A1": 2, "E1": x("REDUCE(0,A:A,LAMBDA(a,b,a+b))")}, "E1")


def test_filled_formulas(sheets: Any) -> None:
    """Cells filled with one formula call a recursive LAMBDA for different numbers of times."""
    cells: dict[str, Any] = {f"A{row}": row for row in range(1, 7)}
    cells.update({f"B{row}": f"=FACTORIAL(A{row})" for row in range(1, 7)})
    assert [sheets.computed(cells, f"B{row}", {"FACTORIAL": FACT}) for row in range(1, 7)] == [1, 2, 6, 24, 120, 720]


@pytest.mark.parametrize("wrong", ["LET(x,1)", "LET(1,2,3)", "LAMBDA(1,2)(3)"])
def test_wrong_forms(sheets: Any, wrong: str) -> None:
    with pytest.raises(FormulaError):
        sheets.computed({"A1": x(wrong)}, "A1")


BOOKS = ["LET", "LAMBDA", "MAP_REDUCE", "SCAN", "MAKEARRAY", "BYCOL_BYROW", "ISOMITTED"]


@pytest.mark.parametrize("name", BOOKS)
def test_reference_books(reference: Path, name: str) -> None:
    book = open_workbook(reference / "workbooks" / "functions" / f"{name}.xlsx")
    check = compare_with_xlcf(book, recalculate(book), placeholders=False)
    assert not check.differing
    assert not [reason for reason in check.unsupported if "LAMBDA" in reason or "LET" in reason]
