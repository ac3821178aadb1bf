"""From formula text to syntax trees, by precedence climbing.

Excel's precedence, tightest first: range, intersection and union of references, sign, percent, power (from the left),
times and divide, plus and minus, joining (&), comparison. A sign binds tighter than power: -2^2 is 4.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from xlcf.formulas.errors import FormulaError, UnsupportedFormulaError
from xlcf.formulas.lexer import Kind, Token, tokens_of
from xlcf.formulas.nesting import Nested, run
from xlcf.formulas.structured import table_reference
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
)
from xlcf.ooxml.references import MAX_COLUMNS, MAX_ROWS, column_number
from xlcf.ooxml.worksheet import ExcelError

_BINDING = {"=": 1, "<>": 1, "<": 1, ">": 1, "<=": 1, ">=": 1, "&": 2, "+": 3, "-": 3, "*": 4, "/": 4, "^": 5}
LONGEST = 8192  # characters of a formula, as in Excel; the prefixes of newer functions are not counted
DEEPEST = 150  # levels of brackets and functions; Excel allows 64 functions in each other
_LONGEST_REFERENCE = 600  # characters; names and columns of tables have 255 at most, sheets 31
_OWN_PREFIXES = ("_XLFN.", "_XLWS.")
_PREFIXES = (*_OWN_PREFIXES, "_XLUDF.", "_XLPM.", "_XLOP.")
_PREFIX = re.compile("|".join(map(re.escape, _PREFIXES)), flags=re.IGNORECASE)
_BEGINS_REFERENCE = {Kind.SHEET, Kind.CELL, Kind.ROWS, Kind.COLUMNS, Kind.FUNCTION, Kind.NAME, Kind.BRACKETED}


@lru_cache(maxsize=4096)  # names are met again in every cell that uses them
def parse(text: str, row: int, column: int) -> Expression:
    """Parse a formula, without its leading `=`, as seen from the cell at (row, column).

    Raises:
        FormulaError: where the text is no formula.
        UnsupportedFormulaError: where it is longer or deeper than Excel's formulas are.

    """
    if is_too_long(text):
        raise UnsupportedFormulaError(
            f"the formula has {len(text):,} characters, but Excel allows {LONGEST:,}; spread it over several cells"
        )
    parser = _Parser(tokens_of(text), row, column)
    expression = run(parser.expression(0))
    if parser.token.kind is not Kind.END:
        raise FormulaError(f"{parser.token.text!r} stands where xlcf expects an operator")
    if isinstance(expression, Call) and expression.function in ("+", "-") and expression is not parser.bracketed:
        return replace(expression, is_last=True)
    return expression


def is_too_long(text: str) -> bool:
    """Tell whether a formula is longer than Excel allows."""
    return len(text) > LONGEST and len(_PREFIX.sub("", text)) > LONGEST


class _Parser:
    def __init__(self, tokens: list[Token], row: int, column: int) -> None:
        self._tokens, self._position = tokens, 0
        self._row, self._column = row, column
        self._depth = 0
        self.bracketed: Expression | None = None  # the last part in brackets
        self._skip_space()

    @property
    def token(self) -> Token:
        return self._tokens[self._position]

    def _next(self) -> Token:
        """Take a token; blanks behind it are passed over, but for those that may be an intersection."""
        token = self.token
        if token.kind is Kind.END:
            raise FormulaError("the formula ends too early")
        self._position += 1
        return token

    def _skip_space(self) -> None:
        while self.token.kind is Kind.SPACE:
            self._position += 1

    def _at(self, sign: str) -> bool:
        return self.token.kind is Kind.SIGN and self.token.text == sign

    def _take(self, sign: str) -> bool:
        """Take a sign, with the blanks around it, where it stands here."""
        self._skip_space()
        if not self._at(sign):
            return False
        self._position += 1
        self._skip_space()
        return True

    def _expect(self, sign: str) -> None:
        if not self._take(sign):
            if self.token.kind is Kind.END:
                raise FormulaError("the formula ends too early")
            raise FormulaError(f"{self.token.text!r} stands where xlcf expects {sign!r}")

    def expression(self, binding: int) -> Nested[Expression]:
        left: Expression = yield self._operand()
        while True:
            self._skip_space()
            power = _BINDING.get(self.token.text) if self.token.kind is Kind.SIGN else None
            if power is None or power <= binding:
                return left
            sign = self._next().text
            self._skip_space()
            right: Expression = yield self.expression(power)
            left = Call(sign, (left, right))

    def _operand(self) -> Nested[Expression]:
        """Read a value with signs and percents; a sign binds tighter than infix operators, and percent tighter yet."""
        negations, singles = 0, 0
        while self.token.kind is Kind.SIGN and self.token.text in "+-@":
            sign = self._next().text
            negations += sign == "-"
            singles += sign == "@"
            self._skip_space()
        operand: Expression = yield self._reference_expression()
        if singles:
            operand = Call("SINGLE", (operand,))
        while self._take("%"):
            operand = Call("%", (operand,))
        for _ in range(negations):
            operand = Call("u-", (operand,))
        return operand

    # -- references ------------------------------------------------------------------------------------------------

    def _reference_expression(self) -> Nested[Expression]:
        """Read a value, or references joined by `:` and blanks; ranges bind tighter than intersections."""
        left: Expression = yield self._range()
        while self._at_intersection():
            self._skip_space()
            right: Expression = yield self._range()
            left = Call(" ", (left, right))
        return left

    def _at_intersection(self) -> bool:
        if self.token.kind is not Kind.SPACE:
            return False
        after = self._tokens[self._position + 1]
        return after.kind in _BEGINS_REFERENCE or (after.kind is Kind.SIGN and after.text == "(")

    def _range(self) -> Nested[Expression]:
        left: Expression = yield self._value()
        while True:
            left = yield self._after_value(left)
            position = self._position
            if not self._take(":"):
                self._position = position
                return left
            right: Expression = yield self._value()
            right = yield self._after_value(right)
            left = _joined(left, right)

    def _after_value(self, value: Expression) -> Nested[Expression]:
        """Read what belongs to a value behind it: `#`, and the brackets of a call."""
        while True:
            if self._at("#"):
                self._next()
                value = Call("ANCHORARRAY", (value,))
            elif self._at("(") and isinstance(value, Call | Invoke | NameReference):
                self._next()
                self._skip_space()
                arguments: tuple[Expression, ...] = yield self._deeper(self._arguments())
                value = Invoke(value, arguments)
            else:
                return value

    def _deeper(self, inside: Nested[Expression] | Nested[tuple[Expression, ...]]) -> Nested[object]:
        if self._depth == DEEPEST:
            raise UnsupportedFormulaError(f"more than {DEEPEST} levels of brackets are not supported; use more cells")
        self._depth += 1
        result: object = yield inside
        self._depth -= 1
        return result

    def _value(self) -> Nested[Expression]:
        token = self._next()
        if token.kind is Kind.FUNCTION:
            self._skip_space()
            arguments: tuple[Expression, ...] = yield self._deeper(self._arguments())
            name = token.text[:-1].rstrip().upper()
            is_own = name.startswith(_OWN_PREFIXES)
            if name.startswith(("_XLPM.", "_XLOP.")):  # a name bound by LET or LAMBDA
                return Invoke(NameReference(None, _local(name)), arguments)
            return Call(_PREFIX.sub("", name), arguments, is_own)
        if token.kind is Kind.SIGN and token.text == "(":
            self._skip_space()
            inner: Expression = yield self._deeper(self._in_brackets())
            self.bracketed = inner
            return inner
        if token.kind is Kind.SIGN and token.text == "{":
            return self._array()
        return self._plain(token)

    def _in_brackets(self) -> Nested[Expression]:
        members: list[Expression] = [(yield self.expression(0))]
        while self._take(","):
            members.append((yield self.expression(0)))
        self._expect_closing(")")
        return members[0] if len(members) == 1 else Call(",", tuple(members))

    def _arguments(self) -> Nested[tuple[Expression, ...]]:
        arguments: list[Expression] = []
        if self._closes(")"):
            return ()
        while True:
            self._skip_space()
            if self._at(",") or self._at(")"):
                arguments.append(Missing())
            else:
                argument: Expression = yield self.expression(0)
                arguments.append(argument)
            if self._take(","):
                continue
            self._expect_closing(")")
            return tuple(arguments)

    def _closes(self, sign: str) -> bool:
        self._skip_space()
        if not self._at(sign):
            return False
        self._position += 1
        return True

    def _expect_closing(self, sign: str) -> None:
        """Take a closing bracket, but not the blanks behind it: they may be an intersection."""
        if not self._closes(sign):
            self._expect(sign)

    # -- constants -------------------------------------------------------------------------------------------------

    def _array(self) -> ArrayLiteral:
        rows: list[list[float | str | bool | ExcelError]] = [[]]
        while True:
            self._skip_space()
            sign = 1.0
            while self.token.kind is Kind.SIGN and self.token.text in "+-":
                sign = -sign if self._next().text == "-" else sign
                self._skip_space()
            literal = self._plain(self._next())
            if not isinstance(literal, Literal):
                raise FormulaError("an array constant holds something else than constants")
            value = literal.value
            rows[-1].append(sign * value if isinstance(value, float) else value)
            if self._closes("}"):
                if len({len(row) for row in rows}) > 1:
                    raise FormulaError("the rows of an array constant are not of one length")
                return ArrayLiteral(tuple(map(tuple, rows)))
            if self._take(";"):
                rows.append([])
            else:
                self._expect(",")

    def _plain(self, token: Token) -> Expression:
        text = token.text
        match token.kind:
            case Kind.NUMBER:
                return Literal(float(text))
            case Kind.TEXT:
                return Literal(text.replace('""', '"'))
            case Kind.ERROR:
                return Literal(ExcelError(text.upper()))
            case Kind.SHEET:
                return self._on_sheet(text[:-1])
            case Kind.CELL | Kind.ROWS | Kind.COLUMNS | Kind.NAME:
                if text.upper() in ("TRUE", "FALSE"):
                    return Literal(text.upper() == "TRUE")
                if token.kind is Kind.NAME and self.token.kind is Kind.BRACKETED:
                    return table_reference(text, self._next().text)
                return self._local_reference(None, text)
            case Kind.BRACKETED:
                return table_reference(None, text)
        raise FormulaError(f"{text!r} stands where xlcf expects a value")

    # -- plain references ------------------------------------------------------------------------------------------

    def _on_sheet(self, sheet: str) -> Expression:
        """Read what stands behind the name of a sheet and its exclamation mark."""
        if sheet.startswith("'") and sheet.endswith("'"):
            sheet = sheet[1:-1].replace("''", "'")
        book, bracket, sheet = sheet.rpartition("]")
        if not sheet and not bracket:
            raise FormulaError("a sheet has no name")
        token = self._next()
        if token.kind is Kind.ERROR:
            return Literal(ExcelError(token.text.upper()))
        if token.kind is Kind.NAME and self.token.kind is Kind.BRACKETED:
            if not bracket:
                return table_reference(token.text, self._next().text)
            self._next()
            return ExternalReference(book.rpartition("[")[2], NameReference(sheet, token.text))
        if token.kind not in (Kind.CELL, Kind.ROWS, Kind.COLUMNS, Kind.NAME):
            raise FormulaError(f"{token.text!r} stands where xlcf expects a reference")
        inner = self._local_reference(sheet or None, token.text)
        if isinstance(inner, AreaReference):
            inner = self._to_corner(inner)
        if bracket:
            return ExternalReference(book.rpartition("[")[2], inner)
        first, colon, last = sheet.partition(":")
        if not colon:
            return inner
        if not isinstance(inner, AreaReference):
            raise FormulaError(f"{token.text!r} stands where xlcf expects cells")
        return SheetsReference(first, last, inner)

    def _to_corner(self, first: AreaReference) -> AreaReference:
        """Read the second corner of an area whose first has a sheet's name before it."""
        after = self._tokens[self._position : self._position + 2]
        if not self._at(":") or after[1].kind is not Kind.CELL:
            return first
        second = self._local_reference(first.sheet, after[1].text)
        if not isinstance(second, AreaReference):
            return first
        self._position += 2
        return _area(first, second)

    def _local_reference(self, sheet: str | None, text: str) -> AreaReference | NameReference:
        if len(text) > _LONGEST_REFERENCE:
            raise FormulaError(f"{text[:50]}... is too long for a reference or a name")
        first, _, last = text.partition(":")
        ends = self._corner(first), self._corner(last or first)
        (row1, column1), (row2, column2) = ends
        if row1 and column1 and row2 and column2:
            return AreaReference(sheet, row1, column1, row2, column2)
        if last and column1 and column2 and not (row1 or row2):
            return AreaReference(sheet, Coordinate(1, True), column1, Coordinate(MAX_ROWS, True), column2)
        if last and row1 and row2 and not (column1 or column2):
            return AreaReference(sheet, row1, Coordinate(1, True), row2, Coordinate(MAX_COLUMNS, True))
        return NameReference(sheet, _local(text))

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
            if not 0 < int(row_text[:8]) <= MAX_ROWS:
                return None, None
            absolute = digits.endswith("$")
            row = Coordinate(int(row_text) if absolute else int(row_text) - self._row, absolute)
        return row, column


def _joined(left: Expression, right: Expression) -> Expression:
    """Give the area from one reference to the other; from cell to cell it is a plain one."""
    if not (isinstance(left, AreaReference) and isinstance(right, AreaReference)):
        return Call(":", (left, right))
    if _is_cell(left) and _is_cell(right) and right.sheet in (None, left.sheet):
        return _area(left, right)
    return Call(":", (left, right))


def _area(first: AreaReference, second: AreaReference) -> AreaReference:
    return AreaReference(first.sheet, first.row1, first.column1, second.row1, second.column1)


def _is_cell(area: AreaReference) -> bool:
    return area.row1 == area.row2 and area.column1 == area.column2


def _local(name: str) -> str:
    """Write a name bound by LET or LAMBDA in small letters."""
    return name.lower() if name[:6].upper() in ("_XLPM.", "_XLOP.") else name
