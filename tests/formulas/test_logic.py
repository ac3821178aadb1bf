"""Logical functions and questions about values, as Excel answers them."""

from typing import Any

import numpy as np
import pytest

from xlcf.formulas.errors import UnsupportedFormulaError

CELLS = {"A1": "'", "A2": "'x", "A3": None, "A4": True, "A5": 0, "A6": "=1/0", "B1": "'TRUE"}
ANSWERS: list[tuple[str, object]] = [
    ('OR("")', "#VALUE!"),
    ('OR("0")', "#VALUE!"),
    ('OR("",TRUE)', True),
    ('AND("",FALSE)', False),
    ('XOR("",TRUE)', True),
    ('OR("TRUE")', True),
    ('AND("false")', False),
    ("OR(A3)", "#VALUE!"),
    ("AND(A1:A3)", "#VALUE!"),
    ("XOR(A1:A3)", "#VALUE!"),
    ("OR(A1:A4)", True),
    ("AND(A1:A5)", False),
    ("XOR(A4,A4)", False),
    ("XOR(A4,A4,A4)", True),
    ("OR(A1:A6)", "#DIV/0!"),
    ("AND(B1)", "#VALUE!"),
    ("AND(TRUE,)", False),
    ("IFS(FALSE,1,TRUE,2)", 2),
    ("IFS(FALSE,1)", "#N/A"),
    ('IFS("x",1,TRUE,2)', "#VALUE!"),
    ("IFS(1/0,1,TRUE,2)", "#DIV/0!"),
    ('IFS(A5=0,"none",TRUE,A5)', "none"),
    ("SUM(IFS({1,0,0}=1,5,{0,1,0}=1,7,TRUE,9))", 21),
    ('SWITCH(2,1,"a",2,"b","c")', "b"),
    ('SWITCH(3,1,"a",2,"b","c")', "c"),
    ('SWITCH(3,1,"a")', "#N/A"),
    ('SWITCH("B","a",1,"b",2)', 2),
    ("SWITCH(TRUE,1,10,TRUE,20)", 20),
    ("SWITCH(1/0,1,2)", "#DIV/0!"),
    ("SWITCH(1,1,NA(),2,3)", "#N/A"),
    ("SWITCH(1,1,2,1/0,3)", 2),
    ("SUM(SWITCH({1,2,3},1,10,2,20,30))", 60),
    ("ISERR(1/0)", True),
    ("ISERR(NA())", False),
    ("ISERR(A2)", False),
    ("ISNONTEXT(A3)", True),
    ("ISNONTEXT(A1)", False),
    ("ISODD(3.9)", True),
    ("ISEVEN(-2.5)", True),
    ("ISODD(TRUE)", "#VALUE!"),
    ("ISODD(-1)", True),
    ("ISEVEN(A3)", True),
    ("SUM(ISODD({1,2,3})*1)", 2),
    ("{SUM(ISODD(C1:C2)*1)}", "#VALUE!"),
    ("TYPE(1)", 1),
    ("TYPE(A3)", 1),
    ("TYPE(A2)", 2),
    ("TYPE(A4)", 4),
    ("TYPE(A6)", 16),
    ("TYPE({1,2})", 64),
    ("TYPE(A1:A2)", 64),
    ("ERROR.TYPE(A6)", 2),
    ("ERROR.TYPE(NA())", 7),
    ("ERROR.TYPE(#NULL!)", 1),
    ("ERROR.TYPE(SQRT(-1))", 6),
    ("ERROR.TYPE(1)", "#N/A"),
]


def test_answers(sheets: Any) -> None:
    assert not sheets.differing(ANSWERS, CELLS)


def test_choices_by_variables(sheets: Any) -> None:
    cells = {"A1": 2, "A2": 3, "B1": "=IFS(A1>1,A2^2,TRUE,A2)+SWITCH(A1,2,5*A2,A2)", "B2": "=XOR(A1>1,A2>5)*A2"}
    program = sheets.program(cells, "B1:B2", "A1:A2")
    np.testing.assert_array_equal(program(np.array([2.0, 3])), [9 + 15, 3])
    np.testing.assert_array_equal(program.jacobian(np.array([2.0, 3]))[:, 1], [6 + 5, 1])
    np.testing.assert_array_equal(program(np.array([0.0, 6])), [6 + 6, 6])
    assert program.traits.steps


def test_the_type_of_an_error_that_variables_make_is_not_known(sheets: Any) -> None:
    with pytest.raises(UnsupportedFormulaError, match=r"ERROR\.TYPE"):
        sheets.program({"A1": 2, "B1": "=ERROR.TYPE(1/A1)"}, "B1", "A1")


def test_only_the_last_sum_of_a_formula_cancels_to_zero(sheets: Any) -> None:
    """As Microsoft's page on floating-point arithmetic in Excel says; SUM and brackets show what is left."""
    left = 1.1 - 1 - 0.1
    answers = [
        ("1.1-1-0.1", 0),
        ("(1.1-1-0.1)", left),
        ("1*(1.1-1-0.1)", left),
        ("SUM(1.1,-1,-0.1)", sum([1.1, -1, -0.1])),
        ("1.1+(-1)+(-0.1)", 0),
        ("100.1-100-0.1", 100.1 - 100 - 0.1),
        ("B1-0.3", 0),
        ("{SUM({1,1})-2}", 0),
    ]
    assert not sheets.differing(answers, {"B1": "=0.1+0.2"})
    program = sheets.program({"A1": 0.3, "B1": "=A1-0.3"}, "B1", "A1")
    np.testing.assert_array_equal(program.value_and_gradient(np.array([0.1 + 0.2]))[1], [1])
