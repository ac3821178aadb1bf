"""From formula text to tokens, as the file format writes formulas: English names, commas, a full stop for decimals.

The grammar is that of [MS-XLSX] 2.2.2 and ECMA-376 part 1, 18.17.2.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from xlcf.formulas.errors import FormulaError


class Kind(Enum):
    """What a token is."""

    NUMBER = "number"
    TEXT = "text"
    ERROR = "error"
    SHEET = "sheet"  # what stands before the exclamation mark, with it
    CELL = "cell"
    ROWS = "rows"
    COLUMNS = "columns"
    FUNCTION = "function"  # a name and its opening bracket
    NAME = "name"
    BRACKETED = "bracketed"  # [...] after a table's name, or instead of it
    SIGN = "sign"
    SPACE = "space"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a formula.

    Attributes:
        kind: what it is.
        text: what stands there; of a text what is between the quotation marks.
        source: what stands there, all of it.

    """

    kind: Kind
    text: str
    source: str


_TOKEN = re.compile(
    r"""
      (?P<space>[\ \r\n\t]+)
    | "(?P<text>(?:[^"]|"")*+)"
    | (?P<error>\#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A|GETTING_DATA|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!
        |UNKNOWN!|BUSY!|EXTERNAL!|PYTHON!|TIMEOUT!))
    | (?P<sheet>(?:'(?:[^']|'')*+'|(?:\[[^\]\[']*\])?[\w.?\\]*+(?::[\w.?\\]++)?)!)
    | (?P<columns>\$?[A-Z]{1,3}:\$?[A-Z]{1,3}(?![\w.(!:$\\?]))
    | (?P<rows>\$?[0-9]{1,7}:\$?[0-9]{1,7}(?![\w.(!:$\\?]))
    | (?P<cell>\$?[A-Z]{1,3}\$?[0-9]{1,7}(?![\w.(!\\?\[]))
    | (?P<number>(?:[0-9]++\.?[0-9]*+|\.[0-9]++)(?:E[+-]?[0-9]++)?)
    | (?P<function>(?:[^\W\d]|[_\\])[\w.?\\]*+[ ]*\()
    | (?P<name>(?:[^\W\d]|[_\\])[\w.?\\]*+)
    | (?P<sign><>|<=|>=|[-+*/^&=<>%:@,;(){}\#])
    """,
    re.VERBOSE | re.IGNORECASE,
)


def tokens_of(text: str) -> list[Token]:
    """Split a formula, without its leading `=`, into tokens; the last is the END.

    Raises:
        FormulaError: where something in it is no part of any formula.

    """
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        if text[position] == "[" and not _names_a_book(text, position):
            end = _end_of_brackets(text, position)
            tokens.append(Token(Kind.BRACKETED, *(text[position:end],) * 2))
            position = end
            continue
        match = _TOKEN.match(text, position)
        if match is None:
            raise FormulaError(_unreadable(text, position))
        kind = Kind(match.lastgroup)
        tokens.append(Token(kind, match[kind.value], match[0]))
        position = match.end()
    tokens.append(Token(Kind.END, "", ""))
    return tokens


def _names_a_book(text: str, position: int) -> bool:
    """Tell whether brackets begin the name of another workbook's sheet, as in `[1]Sheet1!A1`."""
    match = _TOKEN.match(text, position)
    return match is not None and match.lastgroup == "sheet"


def _end_of_brackets(text: str, start: int) -> int:
    """Find where brackets end that belong to a table; an apostrophe takes the meaning from what follows it."""
    depth, position = 0, start
    while position < len(text):
        sign = text[position]
        if sign == "'":
            position += 1
        elif sign == "[":
            depth += 1
        elif sign == "]":
            depth -= 1
            if depth == 0:
                return position + 1
        position += 1
    raise FormulaError("the formula cannot be read (a bracket [ is not closed)")


def _unreadable(text: str, position: int) -> str:
    if text[position] == '"':
        return "the formula cannot be read (a text is not closed)"
    if text[position] == "'":
        return "the formula cannot be read (an apostrophe is not closed)"
    return f"the formula cannot be read ({text[position : position + 10]!r} stands where a value or operator should)"
