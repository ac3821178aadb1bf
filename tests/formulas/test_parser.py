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
    Literal,
    Missing,
    NameReference,
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
        ("A1:A3 A2:B2", "where xlcf expects an operator"),
        ("SUM((A1,B2))", "reference operator ','|expects a closing bracket"),
        ("Table1[Rating]", "to a table is not supported"),
        ("[1]Sheet1!A1", "another workbook is not supported"),
        ("Sheet1:Sheet3!A1", "several sheets"),
        ("A1:INDEX(B1:B3,2)", "as part of a reference"),
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
