"""Wildcards, against a matcher that tries everything, and Excel's rules for them."""

import time
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlcf.formulas.wildcards import Wildcards


def naive(pattern: str, text: str) -> bool:
    """Match by trying every length for each star."""

    @cache
    def rest(i: int, j: int) -> bool:
        if i == len(pattern):
            return j == len(text)
        if pattern[i] == "*":
            return rest(i + 1, j) or (j < len(text) and rest(i, j + 1))
        if pattern[i] == "~" and pattern[i + 1 : i + 2] in ("*", "?", "~") and i + 1 < len(pattern):
            return j < len(text) and text[j] == pattern[i + 1] and rest(i + 2, j + 1)
        return j < len(text) and pattern[i] in ("?", text[j]) and rest(i + 1, j + 1)

    return rest(0, 0)


@given(st.text("ab*?~", max_size=9), st.text("ab*?~\n", max_size=12))
def test_any_pattern(pattern: str, text: str) -> None:
    assert Wildcards(pattern).matches(text) == naive(pattern, text)


@given(st.lists(st.text("ab?", max_size=3), min_size=2, max_size=4), st.lists(st.text("ab", max_size=3), max_size=9))
def test_patterns_that_often_match(pieces: list[str], fill: list[str]) -> None:
    text = "".join(piece.replace("?", "a") + "".join(fill[k::2]) for k, piece in enumerate(pieces))
    assert Wildcards("*".join(pieces)).matches(text) == naive("*".join(pieces), text)


LONG, STARS = "a" * 2000, "*a" * 100 + "*b"


def test_many_stars_take_no_time(sheets: Any) -> None:
    cells = {f"A{row}": "'" + LONG for row in range(1, 9)} | {f"B{row}": row for row in range(1, 9)}
    formulas = {
        "C1": f'=COUNTIF(A1:A8,"{STARS}")',
        "C2": f'=SUMIF(A1:A8,"{STARS}",B1:B8)',
        "C3": f'=COUNTIFS(A1:A8,"<>{STARS}")',
        "C4": f'=IFERROR(MATCH("{STARS}",A1:A8,0),-1)',
        "C5": f'=IFERROR(VLOOKUP("{STARS}",A1:B8,2,FALSE),-1)',
        "C6": f'=MATCH("{"*a?" * 60}*",A1:A8,0)',
    }
    start = time.process_time()
    assert sheets.values({**cells, **formulas}, "C1:C6") == [0, 0, 8, -1, -1, 1]
    assert time.process_time() - start < 2


GRID = {"A1": "'apple", "A2": "'", "A3": None, "A4": 5, "A5": "=NA()", "A6": "'App*", "A7": True, "A8": "'5", "B1": 1}


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ('COUNTIF(A1:A8,"*")', 4),  # texts, the empty one too; a blank cell is no text
        ('COUNTIF(A1:A8,"<>*")', 4),
        ('COUNTIF(A1:A8,"APP*")', 2),
        ('COUNTIF(A1:A8,"app~*")', 1),
        ('COUNTIF(A1:A8,"?")', 1),
        ('COUNTIF(A1:A8,"")', 2),
        ('COUNTIF(A1:A8,"=")', 1),  # an error is not blank
        ('COUNTIF(A1:A8,"<>")', 7),
        ('COUNTIF(A1:A8,">app")', 2),
        ('COUNTIF(A1:A8,"TRUE")', 1),
        ('MATCH("a*e",A1:A8,0)', 1),
        ('ISNA(VLOOKUP(,A1:B8,2,FALSE))+ISNA(HLOOKUP(,A1:B1,1,FALSE))', 2),  # a blank is sought
        ('HLOOKUP("App~*",{"apple","x","app*";1,2,3},2,FALSE)', 3),
        ('_xlfn.XLOOKUP("a*",A1:A8,A1:A8,7)', 7),  # exact, without wildcards
        ('_xlfn.XLOOKUP("App*",A1:A8,ROW(A1:A8))', 6),
    ],
)  # fmt: skip
def test_excels_rules(sheets: Any, formula: str, value: float) -> None:
    assert sheets.values({**GRID, "C1": "=" + formula}, "C1") == [value]


@pytest.mark.parametrize("count", [255, 256])
def test_longest_criterion(sheets: Any, count: int) -> None:
    """Criteria and what MATCH and VLOOKUP seek have 255 characters at most; more is #VALUE!."""
    half = "x" * 128
    cells = {"A1": "'" + "x" * count, "B1": 4, "D1": f'="{half}"&"{"x" * (count - 128)}"'}
    formulas = ["COUNTIF(A1,D1)", "SUMIF(A1,D1,B1)", "MATCH(D1,A1:A2,0)", "VLOOKUP(D1,A1:B1,2,FALSE)"]
    tried = [f"=IFERROR({formula},-1)" for formula in [*formulas, "_xlfn.XLOOKUP(D1,A1,B1)"]]
    values = sheets.values({**cells, **{f"E{k + 1}": text for k, text in enumerate(tried)}}, "E1:E5")
    assert values == ([1, 4, 1, 4, 4] if count == 255 else [-1, -1, -1, -1, 4])
    told = sheets.values({**cells, "E1": "=ISNA(MATCH(D1,A1:A2,0))", "E2": "=ISNA(VLOOKUP(D1,A1:B1,2,0))"}, "E1:E2")
    assert told == [0, 0]


def test_each_cell_of_a_fill_has_its_criterion(sheets: Any) -> None:
    texts = ["ab", "abc", "b", "ab"]
    cells = {f"A{k + 1}": "'" + text for k, text in enumerate(texts)}
    cells |= {f"B{k + 1}": f'=COUNTIF($A$1:$A$4,A{k + 1}&"*")' for k in range(4)}
    cells |= {f"C{k + 1}": f'=COUNTIF(A{k + 1}:A{k + 2},"ab")' for k in range(4)}
    assert sheets.values(cells, "B1:B4") == [3, 1, 1, 3]
    assert sheets.values(cells, "C1:C4") == [1, 0, 1, 1]
