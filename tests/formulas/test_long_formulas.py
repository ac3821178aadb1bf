"""Formulas as long and as nested as Excel allows: all are computed, in time proportional to their length."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcf.errors import InputError
from xlcf.formulas.compiler import compile_cells
from xlcf.formulas.errors import UnsupportedFormulaError
from xlcf.formulas.recalculation import recalculate

LIMIT = 8192


def both(sheets: Any, formula: str, **cells: Any) -> list[float]:
    """Compute a formula of the variable A1 = 2 as a program and by recalculation."""
    book = sheets.book({"A1": 2.0, **cells, "D1": "=" + formula})
    program = compile_cells(book, [("S", 1, 4)], [("S", 1, 1)])
    return [float(program(program.start)[0]), recalculate(book).values["S", 1, 4]]


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("+".join(["A1"] * 2731), 5462.0),
        ("-".join(["A1"] * 2731), -2 * 2729.0),
        ("1" + "%" * 150, 1e-300),
        ("A1" + "%" * 8190, 0.0),
        ("-" * 8190 + "A1", 2.0),
        ("-" * 8189 + "A1", -2.0),
        ("+" * 8190 + "A1", 2.0),
        ("1*" * 4095 + "A1", 2.0),
        ("A1" + "^1" * 4095, 2.0),
        ("A1" + "=9" * 4095, 0.0),  # 2=9 is FALSE, which is not 9 either
        ("A1+" + "+".join(["2*3^2-1"] * 1000), 17002.0),
        ("IF(" + "&".join(['"a"'] * 1500) + '="' + "a" * 1500 + '",A1,0)', 2.0),
        ("SUM(A1*{" + ",".join(["1"] * 4000) + "})", 8000.0),
        ("SUM(A1*{" + ";".join(["-1"] * 2700) + "})", -5400.0),
        ("SUM(" + ",".join(["A1"] * 255) + ")", 510.0),
        ("(" * 64 + "A1" + ")" * 64, 2.0),
        ("ABS(" * 64 + "A1" + ")" * 64, 2.0),
        ("IF(A1>0," * 64 + "A1" + ",0)" * 64, 2.0),
        ("IF(1=1+0*1^IF(1=1," * 32 + "A1" + ",0),A1,0)" * 32, 2.0),
        ("A1+(" * 64 + "A1" + ")" * 64, 130.0),
        ("1+-2*-(" * 64 + "A1" + ")" * 64, 3 * 2.0**64 - 1),
    ],
)  # fmt: skip
def test_within_excels_limits(sheets: Any, formula: str, value: float) -> None:
    assert len(formula) <= LIMIT
    assert both(sheets, formula) == pytest.approx([value, value], rel=1e-12, abs=0)


@pytest.mark.parametrize(
    ("formula", "reason"),
    [
        ("+".join(["A1"] * 2732), "8,195 characters, but Excel allows 8,192"),
        ("(" * 200 + "A1" + ")" * 200, "levels of brackets"),
        ("SQRT(" * 1000 + "A1" + ")" * 1000, "levels of brackets"),
    ],
)
def test_beyond_them_a_sentence(sheets: Any, formula: str, reason: str) -> None:
    book = sheets.book({"A1": 2.0, "D1": "=" + formula})
    with pytest.raises(UnsupportedFormulaError, match=reason):
        compile_cells(book, [("S", 1, 4)], [("S", 1, 1)])
    assert reason in recalculate(book).unsupported["S", 1, 4]


def test_prefixes_of_newer_functions_are_not_counted(sheets: Any) -> None:
    formula = "+".join(["_xlfn.STDEV.S(A1,0)"] * 500)
    assert len(formula) > LIMIT
    assert both(sheets, formula)[0] == pytest.approx(500 * 2**0.5)


def test_long_names_in_a_row(sheets: Any) -> None:
    """Each name means two of the next: a million cells, were each read by itself."""
    names = {f"step_{k}": f"=step_{k + 1}+step_{k + 1}" for k in range(20)} | {"step_20": "=S!$A$1"}
    book = sheets.book({"A1": 2.0, "D1": "=step_0"}, names)
    assert recalculate(book).values["S", 1, 4] == 2.0**21
    assert float(compile_cells(book, [("S", 1, 4)], [("S", 1, 1)])(np.array([3.0]))[0]) == 3 * 2.0**20


@pytest.mark.parametrize("name", ["=step_0", "=step_1*2"])
def test_names_in_a_circle(sheets: Any, name: str) -> None:
    book = sheets.book({"A1": 2.0, "D1": "=step_0"}, {"step_0": name, "step_1": "=step_0+1"})
    with pytest.raises(InputError, match="refers to itself"):
        compile_cells(book, [("S", 1, 4)], [("S", 1, 1)])


expressions = st.recursive(
    st.sampled_from(["A1", "B1", "3", "0.5"]),
    lambda inner: st.builds(
        lambda shape, parts: shape.format(*parts),
        st.sampled_from(
            ["{0}+{1}-{2}", "{0}*{1}", "({0}-{1})/4", "-{0}*-{1}", "--({0})", "{0}-({1}+{2})", "+{0}--{1}"]
        ),
        st.lists(inner, min_size=3, max_size=3),
    ),
    max_leaves=40,
)


@settings(max_examples=25, deadline=None)
@given(expressions)
def test_arithmetic_is_pythons(sheets: Any, formula: str) -> None:
    # here Excel and Python agree: there is no power, and a sign is never followed by one
    value = eval(formula, {"A1": 2.0, "B1": -1.5})
    assert both(sheets, formula, B1=-1.5) == pytest.approx([value, value], rel=1e-9, abs=1e-9)


KINDS: dict[str, Callable[[int], str]] = {
    "sum": lambda n: "+".join(["A1"] * n),
    "of cells": lambda n: "+".join(f"A{row + 1}" for row in range(n // 2)),
    "percents": lambda n: "A1" + "%" * (4 * n),
    "signs": lambda n: "-" * (4 * n) + "A1",
    "power": lambda n: "A1" + "^1" * n,
    "comparison": lambda n: "A1" + "=9" * n,
    "text": lambda n: "&".join(['"a"'] * n),
    "array": lambda n: "SUM(A1*{" + ",".join(["1"] * n) + "})",
    "squares": lambda n: "+".join(["(A1-1)^2"] * (n // 4)),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_time_is_proportional_to_length(sheets: Any, kind: str) -> None:
    def seconds(n: int) -> float:
        book = sheets.book({"A1": 2.0, "D1": "=" + KINDS[kind](n)})
        times = []
        for _ in range(3):
            start = time.process_time()
            program = compile_cells(book, [("S", 1, 4)], [("S", 1, 1)])
            program.value_and_gradient(program.start)
            recalculate(book)
            times.append(time.process_time() - start)
        return min(times)

    seconds(8)  # loads what is needed
    assert seconds(1600) <= 9 * seconds(400) + 0.05  # 4 times, were nothing in the way; 16 times by squares


@pytest.mark.slow
def test_a_chain_of_cells(sheets: Any) -> None:
    """Each cell waits for the one above: no recursion, and time proportional to the number of cells."""

    def seconds(n: int) -> float:
        book = sheets.book({"A1": 1.0, **{f"A{row}": f"=A{row - 1}+1" for row in range(2, n + 1)}})
        start = time.process_time()
        program = compile_cells(book, [("S", n, 1)], [("S", 1, 1)])
        value, gradient = program.value_and_gradient(np.array([5.0]))
        assert (value, gradient.tolist()) == (n + 4.0, [1.0])
        assert recalculate(book).values["S", n, 1] == n
        return time.process_time() - start

    seconds(10)
    assert seconds(6000) <= 9 * seconds(1500) + 0.1


@pytest.mark.parametrize(
    ("formula", "reason"),
    [
        ("SUM(ROW(1:1048576)*COLUMN(1:1))", "17,179,869,184 numbers is too large"),
        ("SUM(MMULT(ROW(1:1048576),COLUMN(1:1)))", "17,179,869,184 numbers is too large"),
        ("LOOKUP(A1,)", "LOOKUP needs a reference as argument 2"),
        ("IF(A1)", "IF cannot take 1 argument"),
        ("SUM({1,2;3})", "rows of an array constant are not of one length"),
        ("A1-[1\n]" + "S!A" * 900, "stands where xlcf expects a reference"),
        ("SUM(A1,\n(2)", "ends too early"),
    ],
)
def test_what_cannot_be_computed_is_said(sheets: Any, formula: str, reason: str) -> None:
    book = sheets.book({"A1": 2.0, "A2": "=A1*2", "D1": "=" + formula})
    with pytest.raises(InputError, match=reason) as caught:
        compile_cells(book, [("S", 1, 4)], [("S", 1, 1)])
    assert "\n" not in str(caught.value)
    result = recalculate(book)
    assert reason in result.unsupported["S", 1, 4]
    assert result.values["S", 2, 1] == 4.0
