"""From formula text to syntax trees: openpyxl's tokenizer and precedence climbing.

Excel's precedence, tightest first: reference operators, sign, percent, power (from the left), times and divide, plus
and minus, joining (&), comparison. A sign binds tighter than power: -2^2 is 4.
"""

from __future__ import annotations

import re
from functools import lru_cache

from openpyxl.formula.tokenizer import Token, Tokenizer, TokenizerError

from xlcf.formulas.errors import FormulaError, UnsupportedFormulaError
from xlcf.formulas.nesting import Nested, run
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
from xlcf.ooxml.references import MAX_COLUMNS, MAX_ROWS, column_number, split_sheet
from xlcf.ooxml.worksheet import ExcelError

_BINDING = {"=": 1, "<>": 1, "<": 1, ">": 1, "<=": 1, ">=": 1, "&": 2, "+": 3, "-": 3, "*": 4, "/": 4, "^": 5}
LONGEST = 8192  # characters of a formula, as in Excel; the prefixes of newer functions are not counted
DEEPEST = 150  # levels of brackets and functions; Excel allows 64 functions in each other
_LONGEST_REFERENCE = 600  # characters; names and columns of tables have 255 at most, sheets 31
_PREFIXES = ("_XLFN.", "_XLWS.", "_XLUDF.", "_XLPM.")
_PREFIX = re.compile("|".join(map(re.escape, _PREFIXES)), flags=re.IGNORECASE)


@lru_cache(maxsize=4096)  # names are met again in every cell that uses them
def parse(text: str, row: int, column: int) -> Expression:
    """Parse a formula, without its leading `=`, as seen from the cell at (row, column).

    Raises:
        FormulaError: where the text is no formula.
        UnsupportedFormulaError: where it uses syntax beyond xlcf (intersections, unions, table references), or is
            longer than Excel's formulas are.

    """
    if is_too_long(text):
        raise UnsupportedFormulaError(
            f"the formula has {len(text):,} characters, but Excel allows {LONGEST:,}; spread it over several cells"
        )
    try:
        tokens = [token for token in Tokenizer("=" + text).items if token.type != Token.WSPACE]
    except (TokenizerError, IndexError) as error:
        problem = re.split(" in '?=", str(error))[0].lower()  # without the formula, which is said with the cell
        raise FormulaError(f"the formula cannot be read ({problem})") from error
    parser = _Parser(tokens, row, column)
    expression = run(parser.expression(0))
    if parser.token is not None:
        raise UnsupportedFormulaError(f"{parser.token.value!r} stands where xlcf expects an operator")
    return expression


def is_too_long(text: str) -> bool:
    """Tell whether a formula is longer than Excel allows."""
    return len(text) > LONGEST and len(_PREFIX.sub("", text)) > LONGEST


class _Parser:
    def __init__(self, tokens: list[Token], row: int, column: int) -> None:
        self._tokens, self._position = tokens, 0
        self._row, self._column = row, column
        self._depth = 0

    @property
    def token(self) -> Token | None:
        return self._tokens[self._position] if self._position < len(self._tokens) else None

    def _next(self) -> Token:
        token = self.token
        if token is None:
            raise FormulaError("the formula ends too early")
        self._position += 1
        return token

    def _at(self, kind: str, subtype: str = "") -> bool:
        token = self.token
        return token is not None and token.type == kind and (not subtype or token.subtype == subtype)

    def expression(self, binding: int) -> Nested[Expression]:
        left: Expression = yield self._operand()
        while (token := self.token) is not None and token.type == Token.OP_IN:
            power = _BINDING.get(token.value)
            if power is None:
                raise UnsupportedFormulaError(f"the reference operator {token.value!r} is not supported")
            if power <= binding:
                break
            self._next()
            right: Expression = yield self.expression(power)
            left = Call(token.value, (left, right))
        return left

    def _operand(self) -> Nested[Expression]:
        """Read a value with signs and percents; a sign binds tighter than infix operators, and percent tighter yet."""
        negations = 0
        while self._at(Token.OP_PRE):
            negations += self._next().value == "-"
        operand: Expression = yield self._value()
        while self._at(Token.OP_POST):
            self._next()
            operand = Call("%", (operand,))
        for _ in range(negations):
            operand = Call("u-", (operand,))
        return operand

    def _value(self) -> Nested[Expression]:
        token = self._next()
        if token.type == Token.OPERAND:
            return self._plain(token)
        if token.subtype != Token.OPEN:
            raise FormulaError(f"{token.value!r} stands where xlcf expects a value")
        if token.type == Token.ARRAY:
            return self._array()
        if self._depth == DEEPEST:
            raise UnsupportedFormulaError(f"more than {DEEPEST} levels of brackets are not supported; use more cells")
        self._depth += 1
        inner: Expression
        if token.type == Token.FUNC:
            inner = yield self._call(token)
        else:
            inner = yield self.expression(0)
            self._close(Token.PAREN)
        self._depth -= 1
        return inner

    def _call(self, token: Token) -> Nested[Expression]:
        name = token.value[:-1].upper()
        for prefix in _PREFIXES:
            name = name.removeprefix(prefix)
        if ":" in name or "!" in name:
            raise UnsupportedFormulaError(f"{token.value[:-1]!r} as part of a reference is not supported")
        arguments: list[Expression] = []
        if self._at(Token.FUNC, Token.CLOSE):
            self._next()
            return Call(name, ())
        while True:
            if self._at(Token.SEP) or self._at(Token.FUNC, Token.CLOSE):
                arguments.append(Missing())
            else:
                argument: Expression = yield self.expression(0)
                arguments.append(argument)
            if self._at(Token.SEP):
                self._next()
                continue
            self._close(Token.FUNC)
            return Call(name, tuple(arguments))

    def _close(self, kind: str) -> None:
        token = self._next()
        if token.type != kind or token.subtype != Token.CLOSE:
            raise UnsupportedFormulaError(f"{token.value!r} stands where xlcf expects a closing bracket")

    def _array(self) -> ArrayLiteral:
        rows: list[list[float | str | bool | ExcelError]] = [[]]
        while True:
            token = self._next()
            sign = 1.0
            while token.type == Token.OP_PRE:
                sign = -sign if token.value == "-" else sign
                token = self._next()
            literal = self._plain(token)
            if not isinstance(literal, Literal):
                raise FormulaError("an array constant holds something else than constants")
            value = literal.value
            rows[-1].append(sign * value if isinstance(value, float) else value)
            separator = self._next()
            if separator.type == Token.ARRAY:
                if len({len(row) for row in rows}) > 1:
                    raise FormulaError("the rows of an array constant are not of one length")
                return ArrayLiteral(tuple(map(tuple, rows)))
            if separator.subtype == Token.ROW:
                rows.append([])

    def _plain(self, token: Token) -> Expression:
        text = token.value
        if token.subtype == Token.NUMBER:
            return Literal(float(text))
        if token.subtype == Token.TEXT:
            return Literal(text[1:-1].replace('""', '"'))
        if token.subtype == Token.LOGICAL:
            return Literal(text.upper() == "TRUE")
        if token.subtype == Token.ERROR or text.endswith("#REF!"):
            return Literal(ExcelError("#REF!" if text.endswith("#REF!") else text))
        return self._reference(text)

    def _reference(self, text: str) -> Expression:
        if len(text) > _LONGEST_REFERENCE:
            raise FormulaError(f"{text[:50]}... is too long for a reference or a name")
        sheet, local = split_sheet(text)
        if "[" in text:
            what = "another workbook" if "]" in (sheet or "") else "a table"
            raise UnsupportedFormulaError(f"the reference {text} to {what} is not supported; refer to cells instead")
        if sheet is not None and ":" in sheet:
            raise UnsupportedFormulaError(f"the reference {text} over several sheets is not supported")
        first, _, last = local.partition(":")
        ends = self._corner(first), self._corner(last or first)
        (row1, column1), (row2, column2) = ends
        if row1 and column1 and row2 and column2:
            return AreaReference(sheet, row1, column1, row2, column2)
        if last and column1 and column2 and not (row1 or row2):
            return AreaReference(sheet, Coordinate(1, True), column1, Coordinate(MAX_ROWS, True), column2)
        if last and row1 and row2 and not (column1 or column2):
            return AreaReference(sheet, row1, Coordinate(1, True), row2, Coordinate(MAX_COLUMNS, True))
        return NameReference(sheet, local)

    def _corner(self, text: str) -> tuple[Coordinate | None, Coordinate | None]:
        """Read `$B$2`, `B`, or `2` as (row, column); what is missing or no reference is None."""
        letters = text.lstrip("$").rstrip("0123456789")
        column_text = letters.rstrip("$")
        digits = text.rstrip("0123456789")
        row_text = text[len(digits) :]
        row = column = None
        if column_text.isascii() and column_text.isalpha() and len(column_text) <= 3:
            number = column_number(column_text.upper())
            if number > MAX_COLUMNS:
                return None, None
            absolute = text.startswith("$")
            column = Coordinate(number if absolute else number - self._column, absolute)
        elif column_text:
            return None, None
        if row_text:
            if int(row_text[:8]) > MAX_ROWS:
                return None, None
            absolute = digits.endswith("$")
            row = Coordinate(int(row_text) if absolute else int(row_text) - self._row, absolute)
        return row, column
