"""The lexer and parser against openpyxl's tokenizer on generated formulas, and against mutated ones."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.formula.tokenizer import Tokenizer

from xlcf.formulas.errors import FormulaError
from xlcf.formulas.lexer import Kind, tokens_of
from xlcf.formulas.parser import parse
from xlcf.formulas.syntax import AreaReference, ArrayLiteral, Call, Expression, Literal, Missing, NameReference

OPERANDS = st.sampled_from(
    ["1", "2.5", "1E3", '"a ""b"""', "TRUE", "#N/A", "A1", "$B$2", "A1:C3", "A:A", "$2:3", "'it''s'!C3", "Sheet1!A1:B2",
     "rate", "SB0", "TAX2024", "a.b", "\\x", "T[c]", "{1,-2;3,#N/A}"]
)  # fmt: skip
OPERATORS = st.sampled_from(["+", "-", "*", "/", "^", "&", "=", "<>", "<", ">=", " + ", " <= "])


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    functions = st.sampled_from(["SUM", "IF", "_xlfn.STDEV.S", "LOG10"])
    return st.one_of(
        st.builds("({})".format, inner),
        st.builds("{}{}{}".format, inner, OPERATORS, inner),
        st.builds("-{}".format, inner),
        st.builds("({})%".format, inner),
        st.builds("{}({},{})".format, functions, inner, inner),
        st.builds("{}({},)".format, functions, inner),
    )


FORMULAS = st.recursive(OPERANDS, _grown, max_leaves=12)


@settings(max_examples=150, deadline=None)
@given(FORMULAS)
def test_tokens_are_those_of_openpyxl(formula: str) -> None:
    """Both split a formula at the same places; openpyxl leaves references whole: `Sheet1!A1:B2`, `T[c]`."""
    theirs = [token.value for token in Tokenizer("=" + formula).items]
    ours: list[str] = []
    inside = False
    for token in tokens_of(formula)[:-1]:
        text = f'"{token.text}"' if token.kind is Kind.TEXT else token.text
        is_colon = token.kind is Kind.SIGN and text == ":"
        if inside or is_colon or token.kind is Kind.BRACKETED:
            ours[-1] += text
        else:
            ours.append(text)
        inside = is_colon or token.kind is Kind.SHEET
    assert ours == theirs


def written(expression: Expression) -> str:
    """Write a tree as a formula, every operation in brackets, references as seen from A1."""
    match expression:
        case Literal(str() as text):
            return '"' + text.replace('"', '""') + '"'
        case Literal(bool() as truth):
            return str(truth).upper()
        case Literal(float() as number):
            return repr(number).upper()
        case Literal(value):
            return str(value)
        case ArrayLiteral(rows):
            return "{" + ";".join(",".join(written(Literal(value)) for value in row) for row in rows) + "}"
        case Missing():
            return ""
        case NameReference(None, name):
            return name
        case AreaReference(sheet, row1, column1, row2, column2):
            ends = [
                f"{'$' if column.absolute else ''}{'ABCDEF'[column.number - (column.absolute)]}"
                f"{'$' if row.absolute else ''}{row.number + (not row.absolute)}"
                for row, column in ((row1, column1), (row2, column2))
            ]
            prefix = "" if sheet is None else "'" + sheet.replace("'", "''") + "'!"
            return prefix + ":".join(ends)
        case Call("u-", (operand,)):
            return f"(-{written(operand)})"
        case Call("%", (operand,)):
            return f"({written(operand)}%)"
        case Call(sign, (left, right)) if not sign[0].isalpha():
            return f"({written(left)}{sign}{written(right)})"
        case Call(name, arguments):
            return f"{name}({','.join(map(written, arguments))})"
    raise AssertionError(expression)


PLAIN = st.recursive(
    st.sampled_from(
        ["1", "2.5", '"a ""b"""', "TRUE", "#N/A", "A1", "$B$2", "A1:C3", "'it''s'!C3", "rate", "{1,-2;3,4}"]
    ),
    _grown,
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(PLAIN)
def test_written_and_read_again(formula: str) -> None:
    """A tree written with a bracket for every operation is read as the same tree: precedence and order are settled."""
    tree = parse(formula.replace("_xlfn.", ""), 1, 1)
    text = written(tree)
    if isinstance(tree, Call) and tree.is_last:  # brackets around the whole would take that from it
        text = text[1:-1]
    assert parse(text, 1, 1) == tree


@settings(max_examples=150, deadline=None)
@given(
    FORMULAS, st.lists(st.tuples(st.integers(0, 200), st.text("()[]{}'\"!#@:,; %-$AT1.\\é\n", max_size=3)), max_size=4)
)
def test_mutated_formulas_are_read_or_refused(formula: str, cuts: list[tuple[int, str]]) -> None:
    for place, piece in cuts:
        formula = formula[: place % (len(formula) + 1)] + piece + formula[place % (len(formula) + 1) + 1 :]
    with contextlib.suppress(FormulaError):
        parse(formula, 5, 5)


@pytest.mark.parametrize(
    "text",
    ["(" * 4000, "-" * 8000 + "1", "[" * 8000, "A1:" * 2000 + "A1", "A1 " * 2500, "'" * 8001, '"' * 8001, "SUM(" * 2000,
     "T[" * 3000, "1" + "%" * 8000, "A1" + "#" * 8000, "x" + "()" * 3900, "[1]" * 2500, "a.b" * 2600 + "!",
     "(A1," * 1500],
)  # fmt: skip
def test_long_repetitions_are_read_or_refused(text: str) -> None:
    with contextlib.suppress(FormulaError):
        parse(text, 5, 5)
