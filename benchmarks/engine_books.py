"""The workbooks of `engines.py`, with the right values of their formulas."""

from __future__ import annotations

import json
import math
from pathlib import Path

SHIFTED, CHAINED = 20_000, 50_000
DATA = [3, 7, 1, 9, 4, 6, 2, 8, 5, 10]  # A1:A10; B1:B10 is 2 a + 1
FUNCTIONS: list[tuple[str, float | str | bool]] = [
    ("SUM(A1:A10)", 55.0),
    ("AVERAGE(A1:A10)", 5.5),
    ("MIN(A1:A10)", 1.0),
    ("MAX(A1:A10)", 10.0),
    ("COUNT(A1:A10)", 10.0),
    ("COUNTA(A1:A10)", 10.0),
    ("COUNTBLANK(A1:A12)", 2.0),
    ("PRODUCT(A1:A5)", 756.0),
    ("SUMPRODUCT(A1:A10,B1:B10)", 825.0),
    ("SUMSQ(A1:A10)", 385.0),
    ("SUMXMY2(A1:A10,B1:B10)", 505.0),
    ("SUMIF(A1:A10,\">5\")", 40.0),
    ("SUMIFS(B1:B10,A1:A10,\">5\",B1:B10,\"<18\")", 45.0),
    ("COUNTIF(A1:A10,\"<=3\")", 3.0),
    ("COUNTIFS(A1:A10,\">2\",B1:B10,\"<11\")", 2.0),
    ("AVERAGEIF(A1:A10,\">5\")", 8.0),
    ("MEDIAN(A1:A10)", 5.5),
    ("LARGE(A1:A10,3)", 8.0),
    ("SMALL(A1:A10,3)", 3.0),
    ("VAR(A1:A10)", 55 / 6),
    ("VARP(A1:A10)", 8.25),
    ("STDEV(A1:A10)", math.sqrt(55 / 6)),
    ("STDEVP(A1:A10)", math.sqrt(8.25)),
    ("DEVSQ(A1:A10)", 82.5),
    ("SLOPE(B1:B10,A1:A10)", 2.0),
    ("INTERCEPT(B1:B10,A1:A10)", 1.0),
    ("CORREL(A1:A10,B1:B10)", 1.0),
    ("RSQ(A1:A10,B1:B10)", 1.0),
    ("FORECAST(11,B1:B10,A1:A10)", 23.0),
    ("SQRT(A4)", 3.0),
    ("EXP(A3)", math.e),
    ("LN(A10)", math.log(10)),
    ("LOG(A8,2)", 3.0),
    ("LOG10(A10)", 1.0),
    ("ABS(-A1)", 3.0),
    ("SIGN(-A1)", -1.0),
    ("INT(-A1/2)", -2.0),
    ("TRUNC(-A1/2)", -1.0),
    ("MOD(-A1,A4)", 6.0),
    ("ROUND(A1/7,3)", 0.429),
    ("ROUNDUP(A1/7,3)", 0.429),
    ("ROUNDDOWN(A1/7,3)", 0.428),
    ("CEILING(A1/7,0.25)", 0.5),
    ("FLOOR(A1/7,0.25)", 0.25),
    ("POWER(A1,A7)", 9.0),
    ("PI()", math.pi),
    ("SIN(A1)", math.sin(3)),
    ("COS(A1)", math.cos(3)),
    ("TAN(A1)", math.tan(3)),
    ("ASIN(1/A1)", math.asin(1 / 3)),
    ("ACOS(1/A1)", math.acos(1 / 3)),
    ("ATAN(A1)", math.atan(3)),
    ("ATAN2(A1,A2)", math.atan2(7, 3)),
    ("SINH(A3)", math.sinh(1)),
    ("COSH(A3)", math.cosh(1)),
    ("TANH(A3)", math.tanh(1)),
    ("DEGREES(A1)", math.degrees(3)),
    ("RADIANS(A1)", math.radians(3)),
    ("FACT(A2)", 5040.0),
    ("COMBIN(A4,A1)", 84.0),
    ("IF(A1>2,A2,A3)", 7.0),
    ("IFERROR(1/0,A1)", 3.0),
    ("AND(A1>2,A2>2)", True),
    ("OR(A1>5,A2>8)", False),
    ("NOT(A1>5)", True),
    ("XOR(A1>2,A2>2)", False),
    ("CHOOSE(2,A1,A2)", 7.0),
    ("INDEX(A1:B10,4,2)", 19.0),
    ("MATCH(9,A1:A10,0)", 4.0),
    ("VLOOKUP(9,A1:B10,2,FALSE)", 19.0),
    ("HLOOKUP(3,A1:B10,4,FALSE)", 9.0),
    ("LOOKUP(2,{1,2,3},{4,5,6})", 5.0),
    ("OFFSET(A1,3,1)", 19.0),
    ("ROW(A7)", 7.0),
    ("COLUMN(C1)", 3.0),
    ("ROWS(A1:B10)", 10.0),
    ("COLUMNS(A1:B10)", 2.0),
    ("ISNUMBER(A1)", True),
    ("ISTEXT(C1)", True),
    ("ISBLANK(A11)", True),
    ("ISERROR(1/0)", True),
    ("N(A1)", 3.0),
    ("LEFT(C1,3)", "Exc"),
    ("RIGHT(C1,2)", "el"),
    ("MID(C1,2,2)", "xc"),
    ("LEN(C1)", 5.0),
    ("UPPER(C1)", "EXCEL"),
    ("LOWER(C1)", "excel"),
    ("SUBSTITUTE(C1,\"c\",\"k\")", "Exkel"),
    ("FIND(\"c\",C1)", 3.0),
    ("CONCATENATE(C1,\"!\")", "Excel!"),
    ("DATE(2024,2,29)", 45351.0),
    ("YEAR(45351)", 2024.0),
    ("MONTH(45351)", 2.0),
    ("DAY(45351)", 29.0),
    ("WEEKDAY(45351)", 5.0),
    ("PMT(0,A1,300)", -100.0),
    ("NPV(0,A1:A10)", 55.0),
    ("SLN(30000,7500,10)", 2250.0),
    ("NORMSDIST(0)", 0.5),
]  # fmt: skip


def write_books(folder: Path) -> dict[str, dict[str, float | str | bool]]:
    """Write the books, and give the right values of each, by cell, for A1 of 3 or what its name says."""
    books = {"shifted": _shifted(folder), "chain": _chain(folder), "functions": _functions(folder)}
    for name, values in books.items():
        (folder / f"{name}.json").write_text(json.dumps(values), encoding="utf-8")
    return books


def _shifted(folder: Path) -> dict[str, float | str | bool]:
    import xlsxwriter

    values: dict[str, float | str | bool] = {}
    with xlsxwriter.Workbook(folder / "shifted.xlsx") as book:
        sheet = book.add_worksheet("Sheet1")
        for row in range(1, SHIFTED + 1):
            a, b = row % 97 + 0.5, row % 13 + 1.0
            sheet.write_row(row - 1, 0, [a, b])
            sheet.write_formula(row - 1, 2, f"=A{row}*B{row}+SQRT(A{row})-IF(B{row}>5,1,2)", value="")
            values[f"C{row}"] = a * b + math.sqrt(a) - (1 if b > 5 else 2)
    return values


def _chain(folder: Path) -> dict[str, float | str | bool]:
    import xlsxwriter

    values: dict[str, float | str | bool] = {}
    balance = 1000.0
    with xlsxwriter.Workbook(folder / "chain.xlsx") as book:
        sheet = book.add_worksheet("Sheet1")
        sheet.write_row(0, 0, [balance, None, 0.0001, 0.05])
        for row in range(2, CHAINED + 2):
            sheet.write_formula(row - 1, 0, f"=A{row - 1}*(1+$C$1)-$D$1", value="")
            balance = balance * (1 + 0.0001) - 0.05
            values[f"A{row}"] = balance
    return values


def _functions(folder: Path) -> dict[str, float | str | bool]:
    import xlsxwriter

    with xlsxwriter.Workbook(folder / "functions.xlsx") as book:
        sheet = book.add_worksheet("Sheet1")
        for row, number in enumerate(DATA):
            sheet.write_row(row, 0, [number, 2 * number + 1])
        sheet.write(0, 2, "Excel")
        for row, (formula, _) in enumerate(FUNCTIONS):
            name = formula.replace("XOR(", "_xlfn.XOR(")
            sheet.write_formula(row, 4, f"={name}", value="")
    return {f"E{row}": value for row, (_, value) in enumerate(FUNCTIONS, 1)}
