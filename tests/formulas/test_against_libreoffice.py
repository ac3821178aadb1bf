"""Every function of the registry against LibreOffice, in one recalculated workbook.

Where LibreOffice and Excel differ, Excel's rule is in test_excel_rules.py instead.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
import torch

from xlcf.formulas.compiler import compile_cells
from xlcf.formulas.registry import FUNCTIONS

# A numbers, B a mixture (a blank in B2), C numbers with a blank, D texts, E errors, F ascending, G descending, H blank,
# J:L and N:O matrices, Q yes/no
GRID: dict[str, Any] = {
    **{f"A{row}": value for row, value in enumerate([3, -1.5, 2, 0.25, 7, 4], 1)},
    **{f"B{row}": value for row, value in enumerate([5, None, "'text", "'x", "'3", -2], 1)},
    **{f"C{row}": value for row, value in enumerate([1, 2.5, None, -4, 0.5, 6], 1)},
    **{f"D{row}": value for row, value in enumerate(["'apple", "'Banana", "'cherry", "'apple pie", "'b*d", "'bad"], 1)},
    **{"E1": "=1/0", "E2": "=NA()"},
    **{f"F{row}": value for row, value in enumerate([1, 3, 3.5, 5, 8, 13], 1)},
    **{f"G{row}": value for row, value in enumerate([9, 7, 6.5, 4, 2, 0], 1)},
    **{
        f"{c}{r}": v
        for r, row in enumerate([[2, 1, 0.5], [-1, 3, 1], [0.5, 0.25, 4]], 1)
        for c, v in zip("JKL", row, strict=True)
    },
    **{f"{c}{r}": v for r, row in enumerate([[1, 2], [3, -4], [0.5, 6]], 1) for c, v in zip("NO", row, strict=True)},
    **{f"Q{row}": value for row, value in enumerate([True, False, True], 1)},
}
VARIABLES = ["A1", "A2", "A3", "A4", "A5", "A6", "C1", "C5", "J1", "K2", "N1", "O3"]

FORMULAS = {
    "+": ["A1+A2", "A1+B2", 'A1+"3"', "A1+TRUE", "+A1", "A1+E1", "1+2+3", 'A1+" 12 "', 'A1+"1e2"'],
    "-": ["A1-A2", "5-3-1", "A1-Q1", "A1--A2"],
    "*": ["A1*A2", "A1*B2", "A1*TRUE*TRUE"],
    "/": ["A1/A2", "A1/B2", "8/4/2", "0/5"],
    "^": ["A1^2", "2^3^2", "-2^2", "0-2^2", "2^-1", "4^0.5", "A1^A3", "(-2)^3", "(-2)^0.5", "0^2", "0^-1", "A2^2"],
    "POWER": ["POWER(A1,3)", "POWER(2,-2)", "POWER(A4,0.5)"],
    "u-": ["-A1", "-(-A2)", "-TRUE", '-"3"', "-B2"],
    "%": ["50%", "A1*10%", "200%^2", "-50%", "A1%%"],
    "&": ['(C2&"x")="2.5x"', '(D1&D2)="appleBanana"', '(H1&"")=""', '("1"&"2")+1', '(0.1&"")="0.1"'],
    "=": ["A1=3", 'D1="APPLE"', "B2=0", 'B2=""', "B5=3", '"3"=3', "B2=FALSE", "E1=1", "H1=H2"],
    "<>": ["A1<>3", 'D1<>"pear"', 'B3<>""', "A1<>A2"],
    "<": ["A2<A1", '5<"a"', '"B"<"a"', "B2<1", '"apple"<"apples"'],
    ">": ["A2>A1", '"10">9', "A1>B2"],
    "<=": ["A1<=3", "A1<=2.9", "D1<=D2"],
    ">=": ["A1>=3", "A2>=-1.4", "H1>=0"],
    "SUM": [
        "SUM(A1:A6)",
        "SUM(B1:B6)",
        "SUM(B1:B6,1,TRUE)",
        "SUM(H1:H3)",
        "SUM(A1:A6,E1)",
        "SUM(A1:A2,C1:C6)",
        "SUM({1,2;3,4})",
        "SUM(A1:A3*2)",
        "{=SUM(A1:A3*C1:C3)}",
        "SUM(A1,,2)",
    ],
    "SUMSQ": ["SUMSQ(A1:A6)", "SUMSQ(B1:B6,3)", "SUMSQ(H1:H3)"],
    "COUNT": ["COUNT(A1:A6)", "COUNT(B1:B6)", "COUNT(D1:E2)", "COUNT(H1:H9)", 'COUNT(1,"2",TRUE)', "COUNT(E1:E2)"],
    "COUNTA": ["COUNTA(A1:A6)", "COUNTA(B1:B6)", "COUNTA(H1:H3)", "COUNTA(E1:E2)"],
    "COUNTBLANK": ["COUNTBLANK(A1:A6)", "COUNTBLANK(B1:B6)", "COUNTBLANK(H1:H30)"],
    "AVERAGE": ["AVERAGE(A1:A6)", "AVERAGE(B1:B6)", "AVERAGE(H1:H3)", "AVERAGE(A1:A2,C1:C6,10)", "AVERAGE(A1,TRUE)"],
    "MAX": ["MAX(A1:A6)", "MAX(B1:B6)", "MAX(H1:H3)", "MAX(A2,B2)", "MAX(E1,1)", "MAX(-5,H1:H2)", "MAX(A1,C6)"],
    "MIN": ["MIN(A1:A6)", "MIN(B1:B6)", "MIN(H1:H3)", "MIN(A1:A6,-9)", "MIN(5,H1:H2)"],
    "PRODUCT": ["PRODUCT(A1:A6)", "PRODUCT(B1:B6)", "PRODUCT(A1:A3,C1:C6)", "PRODUCT(2,3)"],
    "SUMPRODUCT": [
        "SUMPRODUCT(A1:A6,C1:C6)",
        "SUMPRODUCT(A1:A6)",
        "SUMPRODUCT((A1:A6>1)*C1:C6)",
        "SUMPRODUCT(--(A1:A6>1))",
        "SUMPRODUCT(A1:A6,F1:F6,G1:G6)",
        "SUMPRODUCT(J1:L1,TRANSPOSE(N1:N3))",
        "SUMPRODUCT(A1:A6^2)",
    ],
    "SUMXMY2": ["SUMXMY2(A1:A6,F1:F6)", "SUMXMY2({1,2},{3,5})"],
    "SUMX2MY2": ["SUMX2MY2(A1:A6,F1:F6)"],
    "SUMX2PY2": ["SUMX2PY2(A1:A6,F1:F6)"],
    "SUMIF": [
        'SUMIF(F1:F6,">3")',
        'SUMIF(F1:F6,">3",A1:A6)',
        "SUMIF(F1:F6,3,A1:A6)",
        'SUMIF(D1:D6,"apple",A1:A6)',
        'SUMIF(D1:D6,"<>apple",A1:A6)',
        'SUMIF(D1:D6,"a*",A1:A6)',
        'SUMIF(D1:D6,"ba?",A1:A6)',
        'SUMIF(F1:F6,"<="&5,B1:B6)',
        'SUMIF(D1:D6,"b~*d",A1:A6)',
        "SUMIF(Q1:Q3,TRUE,A1:A3)",
        'SUMIF(B1:B6,"<>",A1:A6)',
        'SUMIF(B1:B6,"=",A1:A6)',
    ],
    "COUNTIF": [
        'COUNTIF(F1:F6,">3")',
        "COUNTIF(F1:F6,3)",
        'COUNTIF(D1:D6,"APPLE")',
        'COUNTIF(D1:D6,"<>apple")',
        'COUNTIF(D1:D6,">b")',
        'COUNTIF(B1:B6,"<>5")',
        "COUNTIF(F1:F6,F2)",
    ],
    "AVERAGEIF": [
        'AVERAGEIF(F1:F6,">3",A1:A6)',
        'AVERAGEIF(F1:F6,">99",A1:A6)',
        'AVERAGEIF(G1:G6,">1")',
        'AVERAGEIF(F1:F6,">0",B1:B6)',
    ],
    "SUMIFS": ['SUMIFS(A1:A6,F1:F6,">1",G1:G6,">2")', 'SUMIFS(A1:A6,D1:D6,"*a*",F1:F6,"<10")'],
    "COUNTIFS": ['COUNTIFS(F1:F6,">1",G1:G6,">2")', 'COUNTIFS(D1:D6,"b*")'],
    "AVERAGEIFS": ['AVERAGEIFS(A1:A6,F1:F6,">1",G1:G6,">2")', 'AVERAGEIFS(A1:A6,F1:F6,">99")'],
    "SQRT": ["SQRT(A1)", "SQRT(A2)", "SQRT(B2)"],
    "EXP": ["EXP(A1)", "EXP(A2)", "EXP(1000)"],
    "ABS": ["ABS(A2)", "ABS(A1)"],
    "SIGN": ["SIGN(A2)", "SIGN(H1)", "SIGN(A1)"],
    "INT": ["INT(A2)", "INT(A1/2)", "INT(-0.5)"],
    **{
        name: [f"{name}(A4)", f"{name}(A2/2)"]
        for name in [
            "SIN",
            "COS",
            "TAN",
            "ASIN",
            "ACOS",
            "ATAN",
            "SINH",
            "COSH",
            "TANH",
            "ASINH",
            "ATANH",
            "DEGREES",
            "RADIANS",
        ]
    },
    "ACOSH": ["ACOSH(A1)", "ACOSH(A4)"],
    "ATAN2": ["ATAN2(A1,A2)", "ATAN2(A2,A1)"],
    "LN": ["LN(A1)", "LN(A2)", "LN(H1)"],
    "LOG10": ["LOG10(A1)", "LOG10(-1)"],
    "LOG": ["LOG(A1)", "LOG(A1,2)", "LOG(8,A3)", "LOG(8,1)"],
    "PI": ["PI()*A1"],
    "MOD": ["MOD(A1,2)", "MOD(A2,2)", "MOD(A1,-2)", "MOD(-3,-2)", "MOD(3,0)", "MOD(A5,A4)"],
    "ROUND": [
        "ROUND(2.5,0)",
        "ROUND(-2.5,0)",
        "ROUND(A1/7,3)",
        "ROUND(1.005,2)",
        "ROUND(1250,-2)",
        "ROUND(-1350,-2)",
        "ROUND(A2,0)",
        "ROUND(2.345,2)",
        "ROUND(1234567.5,0)",
        "ROUND(A1*1000/7,-1)",
        "ROUND(0.285,2)",
        "ROUND(5.015,2)",
    ],
    "ROUNDUP": [
        "ROUNDUP(2.1,0)",
        "ROUNDUP(-2.1,0)",
        "ROUNDUP(A1/7,3)",
        "ROUNDUP(1210,-2)",
        "ROUNDUP(2,0)",
        "ROUNDUP(4.1*100,0)",
    ],
    "ROUNDDOWN": [
        "ROUNDDOWN(2.9,0)",
        "ROUNDDOWN(-2.9,0)",
        "ROUNDDOWN(A1/7,3)",
        "ROUNDDOWN(1290,-2)",
        "ROUNDDOWN(A2,0)",
    ],
    "TRUNC": ["TRUNC(2.9)", "TRUNC(-2.9)", "TRUNC(A1/7,2)"],
    "CEILING": ["CEILING(2.5,1)", "CEILING(A1,2)", "CEILING(-2.5,-2)", "CEILING(2.5,0)"],
    "FLOOR": ["FLOOR(2.5,1)", "FLOOR(A1,2)", "FLOOR(-2.5,-2)", "FLOOR(2.5,0)"],
    "ISBLANK": ["ISBLANK(H1)", "ISBLANK(A1)", "ISBLANK(D1)"],
    "ISTEXT": ["ISTEXT(D1)", "ISTEXT(A1)", "ISTEXT(H1)"],
    "ISLOGICAL": ["ISLOGICAL(Q1)", "ISLOGICAL(A1)", "ISLOGICAL(A1>2)"],
    "ISNUMBER": ["ISNUMBER(A1)", "ISNUMBER(D1)", "ISNUMBER(H1)", "ISNUMBER(E1)", "ISNUMBER(B5)"],
    "ISERROR": ["ISERROR(E1)", "ISERROR(A1)", "ISERROR(A1/H1)", "ISERROR(D1)", "ISERROR(SQRT(A2))"],
    "ISNA": ["ISNA(E2)", "ISNA(E1)", "ISNA(A1)"],
    "NA": ["NA()", "ISNA(NA())"],
    "N": ["N(A1)", "N(D1)", "N(Q1)", "N(H1)"],
    "IF": [
        "IF(A1>2,A2,A3)",
        "IF(A1<2,A2,A3)",
        "IF(H1,1,2)",
        "IF(F1>5,1)",
        'IF(H1="",0,A1)',
        "IF(E1,1,2)",
        "IF(TRUE,A1,E1)",
        "SUM(IF(A1>2,F1:F3,G1:G3))",
        "{=SUM(IF(A1:A6>1,F1:F6,0))}",
        "IF(0,1,)",
        'IF(D1="apple",A1,A2)',
        "IF(A2,A1,9)",
    ],
    "IFERROR": ["IFERROR(A1/H1,7)", "IFERROR(A1,7)", "IFERROR(E2,A1)", 'IFERROR(D1,0)="apple"', "IFERROR(EXP(1000),5)"],
    "IFNA": ["IFNA(E2,A1)", "IFNA(A1,7)", "IFNA(E1,7)"],
    "CHOOSE": ["CHOOSE(2,A1,A2,A3)", "CHOOSE(1.9,A1,A2)", "CHOOSE(4,A1,A2,A3)", "SUM(CHOOSE(2,A1:A3,F1:F3))"],
    "NOT": ["NOT(A1>2)", "NOT(H1)", "NOT(1)"],
    "AND": ["AND(A1>2,A2<0)", "AND(A1>2,A2>0)", "AND(Q1:Q3)", "AND(TRUE,1)", "AND(A1:A6)", "AND(B1:B2)"],
    "OR": ["OR(A1>5,A2>0)", "OR(A1>5,A2<0)", "OR(Q1:Q3)", "OR(H1:H2,FALSE)"],
    "XOR": ["XOR(TRUE,FALSE)", "XOR(TRUE,TRUE)", "XOR(A1>2,A2>0,A3>0)", "XOR(Q1:Q3)"],
    "TRUE": ["TRUE()+1"],
    "FALSE": ["FALSE()+1"],
    "OFFSET": [
        "OFFSET(A1,2,0)",
        "SUM(OFFSET(A1,1,0,3,1))",
        "SUM(OFFSET(A1:A3,0,2))",
        "OFFSET(A1,-1,0)",
        "SUM(OFFSET(A1,,,2,))",
    ],
    "INDEX": [
        "INDEX(A1:A6,3)",
        "INDEX(J1:L3,2,3)",
        "SUM(INDEX(J1:L3,0,2))",
        "SUM(INDEX(J1:L3,2,0))",
        "SUM(INDEX(J1:L3,2,))",
        "INDEX(J1:L1,2)",
        "INDEX(A1:A6,9)",
        "SUM(INDEX(J1:L3,0,0))",
        "INDEX({1,2;3,4},2,1)",
        "{=INDEX(MMULT(J1:L3,N1:O3),2,2)}",
    ],
    "ROW": ["ROW(A7)", "ROW(B3)+1"],
    "COLUMN": ["COLUMN(C1)", "COLUMN(C1)*A1"],
    "ROWS": ["ROWS(A1:B7)", "ROWS({1;2;3})"],
    "COLUMNS": ["COLUMNS(A1:B7)", "COLUMNS(A:C)"],
    "MATCH": [
        "MATCH(3,F1:F6,0)",
        "MATCH(4,F1:F6)",
        "MATCH(4,F1:F6,1)",
        "MATCH(4,F1:F6,0)",
        "MATCH(5,G1:G6,-1)",
        "MATCH(0.5,F1:F6,1)",
        'MATCH("CHERRY",D1:D6,0)',
        'MATCH("ba*",D1:D6,0)',
        'MATCH("?ad",D1:D6,0)',
        'MATCH("b~*d",D1:D6,0)',
        "MATCH(7,G1:G6,-1)",
        "MATCH(TRUE,Q1:Q3,0)",
        "MATCH(99,F1:F6,1)",
        "MATCH(10,G1:G6,-1)",
        "MATCH(3,D1:D6,0)",
        "MATCH(3,F1:F6,)",
    ],
    "VLOOKUP": [
        "VLOOKUP(3,F1:G6,2,FALSE)",
        "VLOOKUP(4,F1:G6,2)",
        "VLOOKUP(4,F1:G6,2,0)",
        "VLOOKUP(0,F1:G6,2,TRUE)",
        "VLOOKUP(3.5,F1:G6,3,0)",
    ],
    "HLOOKUP": ["HLOOKUP(3,{1,3,5;2,4,6},2,FALSE)", "HLOOKUP(4,{1,3,5;2,4,6},2)"],
    "LOOKUP": ["LOOKUP(4,F1:F6,G1:G6)", "LOOKUP(4,F1:F6)", "LOOKUP(4,F1:G6)", "LOOKUP(0,F1:F6,G1:G6)"],
    "MMULT": ["{=SUM(MMULT(J1:L3,N1:O3))}", "{=INDEX(MMULT(J1:L3,N1:O3),3,1)}", "SUMPRODUCT(MMULT(J1:L1,N1:N3))"],
    "TRANSPOSE": ["{=SUM(TRANSPOSE(J1:L3)*J1:L3)}", "{=INDEX(TRANSPOSE(N1:O3),2,3)}"],
    "MINVERSE": ["{=INDEX(MINVERSE(J1:L3),1,2)}", "{=SUM(MMULT(MINVERSE(J1:L3),N1:O3))}"],
    "DEVSQ": ["DEVSQ(A1:A6)", "DEVSQ(B1:B6)", "DEVSQ(A1:A6,C1:C6)"],
    **{
        name: [f"{name}(A1:A6)", f"{name}(B1:B6)", f"{name}(A1:A6,5,C1:C6)", f"{name}(A1)", f"{name}(H1:H2)"]
        for name in ["VAR", "VARP", "STDEV", "STDEVP", "VAR.S", "VAR.P", "STDEV.S", "STDEV.P"]
    },
    "LARGE": ["LARGE(A1:A6,2)", "LARGE(B1:B6,1)", "LARGE(A1:A6,7)", "LARGE(A1:A6,0)"],
    "SMALL": ["SMALL(A1:A6,2)", "SMALL(B1:B6,2)", "SMALL(A1:A6,7)"],
    "MEDIAN": ["MEDIAN(A1:A6)", "MEDIAN(A1:A5)", "MEDIAN(B1:B6)", "MEDIAN(A1:A6,C1:C6,100)", "MEDIAN(H1:H2)"],
    "SLOPE": ["SLOPE(A1:A6,F1:F6)", "SLOPE(A1:A6,C1:C6)"],
    "INTERCEPT": ["INTERCEPT(A1:A6,F1:F6)", "INTERCEPT(A1:A6,C1:C6)"],
    "CORREL": ["CORREL(A1:A6,F1:F6)", "CORREL(A1:A6,C1:C6)"],
    "PEARSON": ["PEARSON(A1:A6,F1:F6)"],
    "RSQ": ["RSQ(A1:A6,F1:F6)"],
    "FORECAST": ["FORECAST(4,A1:A6,F1:F6)"],
    "FORECAST.LINEAR": ["FORECAST.LINEAR(A1,A1:A6,F1:F6)"],
    "NORM.DIST": ["NORM.DIST(A1,1,2,TRUE)", "NORM.DIST(A1,1,A3,FALSE)", "NORM.DIST(1,1,0,TRUE)"],
    "NORMDIST": ["NORMDIST(A1,1,2,TRUE)", "NORMDIST(A1,1,2,FALSE)"],
    "NORM.S.DIST": ["NORM.S.DIST(A2,TRUE)", "NORM.S.DIST(A2,FALSE)"],
    "NORMSDIST": ["NORMSDIST(A2)"],
    "NORM.INV": ["NORM.INV(A4,A1,2)", "NORM.INV(0.5,1,0)"],
    "NORMINV": ["NORMINV(A4,1,A3)"],
    "NORM.S.INV": ["NORM.S.INV(A4)", "NORM.S.INV(0)"],
    "NORMSINV": ["NORMSINV(A4)"],
    "GAMMALN": ["GAMMALN(A1)", "GAMMALN(A2)"],
    "GAMMALN.PRECISE": ["GAMMALN.PRECISE(A4)"],
    "FACT": ["FACT(5)", "FACT(5.9)", "FACT(-1)", "FACT(0)", "FACT(20)"],
    "COMBIN": ["COMBIN(8,3)", "COMBIN(40,20)", "COMBIN(3,8)"],
    "NPV": ["NPV(0.1,A1:A6)", "NPV(0.1,B1:B6)", "NPV(0.05,-10,A1:A3,C1:C6)"],
    "PMT": ["PMT(0.05,10,1000)", "PMT(0.05,10,1000,50,1)", "PMT(0,10,A1)"],
}


TABLE = [(name, formula) for name, formulas in FORMULAS.items() for formula in formulas]


@pytest.fixture(scope="module")
def checked(sheets: Any, recalculate: Callable[[Path], Path]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Give LibreOffice's values, and ours: with all constant, with variables by NumPy, and by torch. Errors are NaN."""
    places = [(row, 26) for row in range(101, 101 + len(TABLE))]  # in rows that no formula refers to
    formulas = {f"Z{row}": as_typed(formula) for (row, _), (_, formula) in zip(places, TABLE, strict=True)}
    book = sheets.book({**GRID, **formulas})
    converted = openpyxl.load_workbook(recalculate(sheets.path), data_only=True)["S"]
    expected = [as_number(converted.cell(*place).value) for place in places]
    ours, numpy_values, torch_values = [], [], []
    variables = [("S", int(cell[1:]), ord(cell[0]) - 64) for cell in VARIABLES]
    for place in places:
        output = [("S", *place)]
        ours.append(compile_cells(book, output, [])(np.zeros(0))[0])
        program = compile_cells(book, output, variables)
        numpy_values.append(program(program.start)[0])
        torch_values.append(float(program.torch(torch.tensor(program.start))[0]))
    return np.array(expected), *map(finite, (ours, numpy_values, torch_values))


def as_typed(formula: str) -> str:
    formula = re.sub(r"\b(IFNA|XOR|[A-Z]+(\.[A-Z]+)+)\(", r"_xlfn.\g<0>", formula)  # as files name the newer functions
    return formula if formula.startswith("{=") else "=" + formula


def as_number(value: Any) -> float:
    if isinstance(value, str):
        assert value.startswith("#"), f"a formula of the table gives the text {value!r}"
        return np.nan
    assert value is not None
    return float(value)


def finite(values: list[float]) -> np.ndarray:
    return np.where(np.isfinite(values), values, np.nan)


@pytest.mark.parametrize("row", range(len(TABLE)), ids=[formula for _, formula in TABLE])
def test_value_equals_libreoffice(checked: tuple[np.ndarray, ...], row: int) -> None:
    expected, *ours = (values[row] for values in checked)
    for value in ours:
        np.testing.assert_allclose(value, expected, rtol=1e-9, atol=1e-12)


def test_every_function_is_tested() -> None:
    """Each is named in this folder's tests."""
    tests = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("*.py"))
    named = set(re.findall(r"[A-Z][A-Z0-9.]*", tests))
    assert {name for name in FUNCTIONS if name[0].isalpha() and name.isupper()} - named <= {"SINGLE", "ANCHORARRAY"}
