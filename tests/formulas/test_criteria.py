"""Criteria and searches as Excel has them, in ordinary and in array formulas, and gradients of what they choose."""

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

CELLS = {
    **{f"A{row}": value for row, value in enumerate([23, "'23", True, 1, -23, "'hey", "=NA()", None, "'"], 1)},
    **{f"B{row}": row for row in range(1, 10)},
    **{"C1": "'Apples", "C2": "'Pears", "C3": "'apples", "D1": 5, "D2": 7, "D3": "=1/0", "E1": ">1", "E2": "<3"},
    **{"F1": 1, "F2": 3, "F3": 5, "G1": 10, "G2": 20, "G3": 30, "H1": 2, "H2": 4},
}
ANSWERS: list[tuple[str, object]] = [
    ("COUNTIF(A1:A9,23)", 2),
    ('COUNTIF(A1:A9,"=23")', 2),
    ('COUNTIF(A1:A9,"<>23")', 8),
    ('COUNTIF(A1:A9,">0")', 2),
    ("COUNTIF(A1:A9,TRUE)", 1),
    ('COUNTIF(A1:A9,"#N/A")', 1),
    ("COUNTIF(A1:A9,NA())", 1),
    ('COUNTIF(A1:A9,"h?y")', 1),
    ('COUNTIF(A1:A9,"")', 2),
    ('COUNTIF(A1:A9,"=")', 1),
    ('COUNTIF(A1:A9,"<>")', 8),
    ("COUNTIF(A1:A9,A8)", 0),
    ('COUNTIF(B:B,"<>5")', 1048575),
    ('COUNTIFS(B:B,"",A:A,"<>x")', 1048567),
    ("COUNTIFS(A1:A3,1,B1:B2,1)", "#VALUE!"),
    ("{SUM(1/COUNTIF(B1:B9,B1:B9))}", 9),
    ("SUMPRODUCT(COUNTIF(C1:C3,C1:C3))", 5),
    ("{SUM(SUMIF(B1:B9,{2;3;5},B1:B9))}", 10),
    ('{SUM(COUNTIFS(B1:B9,{">2",">7"},B1:B9,{"<6";"<9"}))}', 3 + 6 + 0 + 1),
    ("SUMIF(B1:B3,2,F1)", 3),
    ('SUMIF(C1:C3,"apples",D1)', "#DIV/0!"),
    ('SUMIF(C1:C3,"pears",D1:D3)', 7),
    ("SUMIF(A1:A9,NA())", "#N/A"),
    ('AVERAGEIF(B1:B9,">8")', 9),
    ('AVERAGEIF(B1:B9,">9")', "#DIV/0!"),
    ('AVERAGEIFS(B1:B9,B1:B9,">2",B1:B9,"<5")', 3.5),
    ('MAXIFS(B1:B9,B1:B9,"<5")', 4),
    ('MINIFS(B1:B9,B1:B9,">5")', 6),
    ('MAXIFS(B1:B9,B1:B9,">50")', 0),
    ("MATCH(1,{1,0})", 1),
    ("MATCH(2,{1,3,2,4,0})", 3),
    ("MATCH(3,{1,3,3,9})", 3),
    ('MATCH(3,{1,"a",3,"b"})', 3),
    ("MATCH(0,{1,2})", "#N/A"),
    ("MATCH(4,{9,5,3},-1)", 2),
    ("MATCH(1/0,{1})", "#DIV/0!"),
    ("MATCH(1,{1},NA())", "#N/A"),
    ("MATCH(A8,{5,0},0)", 2),
    ("XMATCH(4,{1,3,5})", "#N/A"),
    ("XMATCH(4,{5,1,3},-1)", 3),
    ("XMATCH(4,{5,1,3},1)", 1),
    ("XMATCH(3,{3,1,3},0,-1)", 3),
    ('XMATCH("a*",{"b","ab","ac"},2)', 2),
    ('XMATCH("a*",{"b","ab","ac"},2,-1)', 3),
    ("XMATCH(4,{1,3,5},-1,2)", 2),
    ("XMATCH(4,{5,3,1},1,-2)", 1),
    ("XMATCH(4,{1,3,5},7)", "#VALUE!"),
    ("VLOOKUP(4,F1:G3,2)", 20),
    ("VLOOKUP(3,F1:G3,3)", "#REF!"),
    ("VLOOKUP(3,F1:G3,0)", "#VALUE!"),
    ("HLOOKUP(1,F1:G3,2,1/0)", "#DIV/0!"),
    ("{SUM(VLOOKUP({1;5},F1:G3,2,FALSE))}", 40),
    ("{SUM(IFERROR(VLOOKUP({1;2},F1:G3,2,FALSE),1))}", 11),
    ("{SUM(LOOKUP(H1:H2,F1:F3,G1:G3))}", 30),
    ("{SUM(XLOOKUP({1,2},F1:F3,G1:G3,7))}", 17),
    ("XLOOKUP(4,F1:F3,G1:G3,,-1)", 20),
    ("XLOOKUP(4,F1:F3,G1:G2)", "#VALUE!"),
    ('LOOKUP(2,1/({1,0,1}=1),{"a","b","c"})', "c"),
    ("INDEX(F1:F3,-1)", "#VALUE!"),
    ("INDEX(F1:F3,NA())", "#N/A"),
]


def test_answers(sheets: Any) -> None:
    assert not sheets.differing(ANSWERS, CELLS)


@settings(max_examples=30, deadline=None)
@given(
    numbers=st.lists(st.integers(-5, 5), min_size=1, max_size=12),
    sought=st.integers(-6, 6),
)
def test_a_search_in_order_finds_what_a_plain_one_does(sheets: Any, numbers: list[int], sought: int) -> None:
    up = ",".join(map(str, sorted(numbers)))
    smaller = [number for number in numbers if number <= sought]
    formulas = [f"MATCH({sought},{{{up}}})", f"XMATCH({sought},{{{up}}},-1,-1)", f"COUNTIF(A1:A12,{sought})"]
    expected = len(smaller) or "#N/A"
    cells = {f"A{row}": number for row, number in enumerate(numbers, 1)}
    assert sheets.answers(formulas, cells) == [expected, expected, numbers.count(sought)]


def test_gradients_of_what_is_chosen(sheets: Any) -> None:
    formulas = [
        '=SUMIFS(A1:A3,B1:B3,">1")',
        "=MAXIFS(A1:A3,B1:B3,1)+AVERAGEIFS(A1:A3,B1:B3,1)",
        "=SUM(LOOKUP({1,2},B2:B3,A2:A3))",
        "=SUMPRODUCT(SUMIF(B1:B3,{1;2},A1:A3),{10;100})",
    ]
    cells = {
        **{"A1": 1, "A2": 2, "A3": 3, "B1": 1, "B2": 1, "B3": 2},
        **{f"C{i}": f for i, f in enumerate(formulas, 1)},
    }
    program = sheets.program(cells, "C1:C4", "A1:A3")
    np.testing.assert_array_equal(program(np.array([1.0, 2, 3])), [3, 3.5, 5, 330])
    np.testing.assert_array_equal(
        program.jacobian(np.array([1.0, 2, 3])), [[0, 0, 1], [0.5, 1.5, 0], [0, 1, 1], [10, 10, 100]]
    )
