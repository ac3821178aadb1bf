"""Excel's rules by hand: what Excel's documentation says, or Excel shows, where LibreOffice differs or cannot tell."""

import math
from typing import Any

import pytest

GRID = {
    **{"A1": 3, "A2": None, "A3": "'text", "A4": True, "A5": "'5", "A6": -2},
    **{"B1": 1, "B2": 2, "B3": 3, "B4": 4, "B5": None, "B6": 6},
    **{"C1": "=1/0", "C2": "=NA()", "D1": False, "D2": "'TRUE", "D3": "'"},
}

RULES: list[tuple[str, float | None]] = [
    # truth values: below no text, above every text, numbers in arithmetic only
    ("TRUE=1", 0),
    ('TRUE>"zzz"', 1),
    ('"a">99', 1),
    ("TRUE+TRUE", 2),
    ("A4*3", 3),
    ('("a"&TRUE)="aTRUE"', 1),
    ("ISNUMBER(A4)", 0),
    # in ranges, truth values, texts and blanks are skipped; written directly, they count
    ("SUM(A1:A6)", 1),
    ("COUNT(A1:A6)", 2),
    ("AVERAGE(A1:A6)", 0.5),
    ("MAX(A4:A5)", 0),
    ("PRODUCT(A1:A6)", -6),
    ("SUMSQ(A1:A6)", 13),
    ('SUM("3",2)', 5),
    ('SUM("x",2)', None),
    ("SUM(TRUE,2)", 3),
    ('COUNT("3",TRUE,"x")', 2),
    ("DEVSQ(A1:A6)", 12.5),
    ("VAR(A1:A6)", 12.5),
    ("MEDIAN(A1:A6)", 0.5),
    ("SUMPRODUCT(A1:A6,B1:B6)", -9),
    ("SUMPRODUCT(A1:A6>0)", 0),
    ("SUMPRODUCT((A1:A6=3)*1)", 1),
    ("AND(A1:A6)", 1),
    ("AND(B5,A2)", None),
    ("NPV(1,A1:A6)", 1),
    # pairs with a blank, a text or a truth value are skipped
    ("SUMXMY2(A1:A6,B1:B6)", 4 + 64),
    ("SUMX2MY2(A1:A6,B1:B6)", 9 - 1 + 4 - 36),
    ("SUMX2PY2(A1:A6,B1:B6)", 9 + 1 + 4 + 36),
    ("SLOPE(B1:B6,A1:A6)", -1),
    # blanks
    ('IF(A2="",7,8)', 7),
    ("IF(A2=0,7,8)", 7),
    ("IF(A2=FALSE,7,8)", 7),
    ("A2+1", 1),
    ('A2&"x"="x"', 1),
    # texts in arithmetic, without regard to the locale
    ("A5+1", 6),
    ("A3+1", None),
    ("D3+1", None),
    ('"1,234.5"+0', 1234.5),
    ('"12%"+0', 0.12),
    ('" -3 "+0', -3),
    ('"1_000"+0', None),
    ('"inf"+0', None),
    ('"nan"+0', None),
    # conditions: of texts only TRUE and FALSE
    ("IF(D2,1,2)", 1),
    ("IF(A3,1,2)", None),
    ('NOT("FALSE")', 1),
    # errors go through, and only they
    ("C1+1", None),
    ("IF(C1,1,2)", None),
    ('IFERROR("abc",1)="abc"', 1),
    ("IFERROR(IF(C1,1,2),9)", 9),
    ("IFERROR(EXP(1000),9)", 9),
    ('IFERROR(C1&"x",9)', 9),
    ("COUNT(C1:C2,1)", 1),
    ("IFNA(C2,4)", 4),
    ("IFNA(C1,4)", None),
    ("AVERAGE(B5:B5)", None),
    ("MAX(A2:A3)", 0),
    ("PRODUCT(A2:A3)", 0),
    ("0^0", None),
    ("(-8)^(1/3)", None),
    ("ATAN2(0,0)", None),
    # precedence: a sign before a power, powers from the left
    ("-2^2", 4),
    ("2^3^2", 64),
    ("0-2^2", -4),
    ("2^-1", 0.5),
    ("1+2&3=33", 0),
    ('(1+2&3)="33"', 1),
    # an empty argument is a 0, also for counts
    ("COUNT(1,)", 2),
    ("AVERAGE(1,)", 0.5),
    ("MAX(-1,)", 0),
    ("IF(1,,5)", 0),
    ("ROUND(2.5,)", 3),
    ("MATCH(3,B1:B4,)", 3),
    # ranges
    ("SUM(OFFSET(B4,0,0,-3,1))", 2 + 3 + 4),
    ("SUM(OFFSET(B1:B2,1,))", 2 + 3),
    ("COUNTBLANK(B1:B1048576)", 1048576 - 5),
    ("ROWS(B:B)", 1048576),
    ("SUM(B:B)", 16),
    ("_xlfn.SINGLE(B1:B1)", 1),
    ("_xlfn.SINGLE({7,8})", 7),
    ("_xlfn.XLOOKUP(3,B1:B6,A1:A6)=A3", 1),
    ("_xlfn.XLOOKUP(9,B1:B6,A1:A6,42)", 42),
    ("_xlfn.XLOOKUP(9,B1:B6,A1:A6)", None),
    ('MATCH("te*",A1:A6,0)', 3),
    ("MATCH(TRUE,A1:A6,0)", 4),
    ("ROUND(-2.5,0)", -3),
    ("ROUND(2.675,2)", 2.68),
    ("ROUND(1000000000000001,0)", 1000000000000001),
    ("MOD(-3,2)", 1),
    ("MOD(3,-2)", -1),
    ("INT(-1.5)", -2),
    ("CHOOSE(2,1/0,5)", 5),
]


@pytest.fixture(scope="module")
def answers(sheets: Any) -> dict[str, float]:
    places = [f"Z{row}" for row in range(101, 101 + len(RULES))]
    formulas = {place: f"={formula}" for place, (formula, _) in zip(places, RULES, strict=True)}
    values = sheets.values({**GRID, **formulas}, f"Z101:Z{100 + len(RULES)}")
    return {formula: value for (formula, _), value in zip(RULES, values, strict=True)}


@pytest.mark.parametrize(("formula", "expected"), RULES)
def test_excel_rule(answers: dict[str, float], formula: str, expected: float | None) -> None:
    if expected is None:
        assert math.isnan(answers[formula]), "an error was expected"
    else:
        assert answers[formula] == pytest.approx(expected, rel=1e-14)
