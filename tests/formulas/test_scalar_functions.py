"""Functions of single values and functions that move elements: what they share."""

from typing import Any

import numpy as np
import pytest

from xlcf.formulas.errors import UnsupportedFormulaError


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ('="a"&1', "a1"),
        ('="a"&TRUE', "aTRUE"),
        ('="a"&B9', "a"),
        ('="a"&NA()', "#N/A"),
        ("=(1/0)&NA()", "#DIV/0!"),
        ("=NA()+1/0", "#N/A"),
        ("=1/0+NA()", "#DIV/0!"),
        ('="x"+1', "#VALUE!"),
        ("=LN(-1)", "#NUM!"),
        ("=10^308*10", "#NUM!"),
        ("=NA()=NA()", "#N/A"),
        ("=SUM(1,NA(),1/0)", "#N/A"),
        ('=IFNA(1/0,"no")', "#DIV/0!"),
        ('=IFNA(VLOOKUP(1,{2,3},2,FALSE),"no")', "no"),
        ("=0.4999999999999999>=0.5", True),
        ("=0.499999999999999>=0.5", False),
        ("=0.1+0.2=0.3", True),
        ("=MATCH(0.3,{0.30000000000000004},0)", "#N/A"),
        ("=SUM(TAKE({1,2;3,4},1))", 3.0),
        ("=SUM(TAKE({1,2;3,4},-1,1))", 3.0),
        ("=SUM(DROP({1,2;3,4},1,-1))", 3.0),
        ("=SUM(DROP({1,2;3,4},2))", "#CALC!"),
        ("=TAKE({1,2;3,4},NA())", "#N/A"),
    ],
)
def test_values(sheets: Any, formula: str, value: object) -> None:
    computed = sheets.computed({"A1": formula}, "A1")
    assert computed == value
    assert type(computed) is type(value)


def test_gradients_flow_through_what_is_moved(sheets: Any) -> None:
    program = sheets.program({"A1": 1, "A2": 2, "A3": 3, "B1": "=SUMSQ(TAKE(A1:A3,-2))*TAKE(A1:A3,1)"}, "B1", "A1:A3")
    value, gradient = program.value_and_gradient(np.array([2.0, 3, 4]))
    assert value == 50
    np.testing.assert_array_equal(gradient, [25, 12, 16])


def test_a_text_cannot_depend_on_variables(sheets: Any) -> None:
    with pytest.raises(UnsupportedFormulaError, match="text that depends on variable cells"):
        sheets.program({"A1": 1, "B1": '=N("a"&A1)'}, "B1", "A1")


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("=AVERAGE(LARGE({3,1,4,1,5},{1,2,3}))", 4.0),
        ("=SUMPRODUCT(SMALL({3,1,4,1,5},{1;2}),{10;1})", 11.0),
        ("{=SUM(LARGE({3,1,4,1,5},{1,2})*{1,10})}", 45.0),
        ("=LARGE({3,1,4,1,5},{2,3})", 4.0),
    ],
)
def test_ranks_may_be_an_array(sheets: Any, formula: str, value: float) -> None:
    assert sheets.computed({"A1": formula}, "A1") == value
