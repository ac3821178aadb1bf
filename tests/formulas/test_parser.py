from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlcf.formulas.errors import FormulaError, UnsupportedFormulaError
from xlcf.formulas.parser import parse
from xlcf.formulas.syntax import (
    AreaReference,
    ArrayLiteral,
    Call,
    Coordinate,
    Expression,
    ExternalReference,
    Invoke,
    Literal,
    Missing,
    NameReference,
    SheetsReference,
    TableReference,
)
from xlcf.ooxml.references import MAX_ROWS


def written(expression: Expression) -> str:
    """Write a tree in prefix form: `(+ 1 2)`."""
    match expression:
        case Call(function, arguments):
            return f"({' '.join([function, *map(written, arguments)])})"
        case Literal(value):
            return str(value) if not isinstance(value, float) else f"{value:g}"
        case NameReference(sheet, name):
            return name if sheet is None else f"{sheet}!{name}"
        case Missing():
            return "_"
        case AreaReference(sheet, row1, column1, row2, column2):
            ends = [f"R{r.number}C{c.number}" for r, c in ((row1, column1), (row2, column2))]
            return ("" if sheet is None else f"{sheet}!") + ":".join(dict.fromkeys(ends))
        case ArrayLiteral(rows):
            return str(rows)
        case SheetsReference(first, last, area):
            return f"{first}:{last}!{written(replace(area, sheet=None))}"
        case ExternalReference(book, inner):
            return f"[{book}]{written(inner)}"
        case TableReference(table, rows, columns):
            return f"{table}{list(rows)}{list(dict.fromkeys(columns or ()))}"
        case Invoke(callee, arguments):
            return f"({' '.join(['call', written(callee), *map(written, arguments)])})"


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("1+2*3", "(+ 1 (* 2 3))"),
        ("(1+2)*3", "(* (+ 1 2) 3)"),
        ("1-2-3", "(- (- 1 2) 3)"),
        ("8/4/2", "(/ (/ 8 4) 2)"),
        ("2^3^2", "(^ (^ 2 3) 2)"),
        ("-2^2", "(^ (u- 2) 2)"),
        ("2^-3^2", "(^ (^ 2 (u- 3)) 2)"),
        ("-2%", "(u- (% 2))"),
        ("2^3%", "(^ 2 (% 3))"),
        ("5%%", "(% (% 5))"),
        ("(1+2)%", "(% (+ 1 2))"),
        ("--1", "(u- (u- 1))"),
        ("+1", "1"),
        ("1+2&3+4", "(& (+ 1 2) (+ 3 4))"),
        ('1&2="12"', "(= (& 1 2) 12)"),
        ("1<2=TRUE", "(= (< 1 2) True)"),
        ("1<>2", "(<> 1 2)"),
        ("sum(1,,2)", "(SUM 1 _ 2)"),
        ("IF(a,,)", "(IF a _ _)"),
        ("PI()", "(PI)"),
        (" 1 +\n 2 ", "(+ 1 2)"),
        ('"say ""hi"""', 'say "hi"'),
        ("1.5E+3", "1500"),
        ("#DIV/0!", "#DIV/0!"),
        ("Sheet1!#REF!", "#REF!"),
        ("_xlfn._xlws.SORT(_xlfn.SINGLE(rate))", "(SORT (SINGLE rate))"),
        ("_xlfn.STDEV.S(1)", "(STDEV.S 1)"),
        ("{1,-2;\"a\",TRUE}", "((1.0, -2.0), ('a', True))"),
        ("B2", "R0C0"),
        ("A1:C3", "R-1C-1:R1C1"),
        ("'it''s'!C3", "it's!R1C1"),
        ("Other!rate", "Other!rate"),
        ("XFE1", "XFE1"),
        ("SB0+TAX2024x", "(+ SB0 TAX2024x)"),
        ("ABCD12", "ABCD12"),
        ("A1:A3 A2:B2", "(  R-1C-1:R1C-1 R0C-1:R0C0)"),
        ("SUM((A1,B2))", "(SUM (, R-1C-1 R0C0))"),
        ("A1:INDEX(B1:B3,2)", "(: R-1C-1 (INDEX R-1C0:R1C0 2))"),
        ("INDEX(a,1):INDEX(a,2)", "(: (INDEX a 1) (INDEX a 2))"),
        ("Sheet1:Sheet3!A1", "Sheet1:Sheet3!R-1C-1"),
        ("SUM('Jan 1:Dec 1'!A1:A2)", "(SUM Jan 1:Dec 1!R-1C-1:R0C-1)"),
        ("[1]Sheet1!A1", "[1]Sheet1!R-1C-1"),
        ("'[2]My ''x'!$A$1", "[2]My 'x!R1C1"),
        ("Table1[Rating]", "Table1[]['Rating']"),
        ("T[[#This Row],[a]:[b c]]", "T['#THIS ROW']['a', 'b c']"),
        ("T[@[b c]]+[@a]", "(+ T['#THIS ROW']['b c'] None['#THIS ROW']['a'])"),
        ("T[[#Headers],[#Data],[a'[b']]]", "T['#HEADERS', '#DATA']['a[b]']"),
        ("SUM(T[#All])", "(SUM T['#ALL'][])"),
        ("T[]", "T[][]"),
        ("A1#", "(ANCHORARRAY R-1C-1)"),
        ("@A1:A3", "(SINGLE R-1C-1:R1C-1)"),
        ("_xlfn.LAMBDA(_xlpm.x,_xlpm.x+1)(3)", "(call (LAMBDA _xlpm.x (+ _xlpm.x 1)) 3)"),
        ("_xlpm.F(2)", "(call _xlpm.f 2)"),
        ("SUM( A1 , 2 )", "(SUM R-1C-1 2)"),
        ("#SPILL!", "#SPILL!"),
        ("$A$1:B2", "R1C1:R0C0"),
        ("2:3", "R0C1:R1C16384"),
        ("b2", "R0C0"),
    ],
)  # fmt: skip
def test_trees(text: str, tree: str) -> None:
    assert written(parse(text, 2, 2)) == tree


def test_absolute_and_relative_references() -> None:
    assert parse("$A1:B$2", 5, 5) == AreaReference(
        None, Coordinate(-4, False), Coordinate(1, True), Coordinate(2, True), Coordinate(-3, False)
    )


def test_whole_columns_and_rows() -> None:
    columns = parse("$A:B", 5, 5)
    assert columns == AreaReference(
        None, Coordinate(1, True), Coordinate(1, True), Coordinate(MAX_ROWS, True), Coordinate(-3, False)
    )
    rows = parse("3:$7", 5, 5)
    assert isinstance(rows, AreaReference)
    assert (rows.row1, rows.row2) == (Coordinate(-2, False), Coordinate(7, True))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("(" * 200 + "1" + ")" * 200, "levels of brackets"),
        ("-" * 8192 + "1", "8,193 characters, but Excel allows 8,192"),
    ],
)
def test_syntax_beyond_xlcf(text: str, reason: str) -> None:
    with pytest.raises(UnsupportedFormulaError, match=reason):
        parse(text, 1, 1)


@pytest.mark.parametrize("text", ["", "1+", "SUM(1", '"open', "{1,A1}", "1,2", ")", "*2", "IF(", "#BAD!"])
def test_text_that_is_no_formula(text: str) -> None:
    with pytest.raises(FormulaError):
        parse(text, 1, 1)


def test_a_long_sum_is_read() -> None:
    expression, terms = parse("+".join(["A1"] * 2700), 1, 1), 1
    while isinstance(expression, Call):
        expression, terms = expression.arguments[0], terms + 1
    assert terms == 2700


@given(st.text("A1$:!'\"(),;{}[]+-*/^&<>=%#. \nSUMX", max_size=25))
def test_any_text_is_read_or_explained(text: str) -> None:
    try:
        assert parse(text, 1, 1) is not None
    except FormulaError as error:
        assert error.reason  # noqa: PT017
