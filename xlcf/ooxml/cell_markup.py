"""One cell of a worksheet part as bytes: a new cell, or a cell with another value (ECMA-376 Part 1, 18.3.1.4)."""

from __future__ import annotations

import math
import re

from xlcf.errors import InputError
from xlcf.ooxml.markup import ATTRIBUTES, attribute, escape_text, without_attribute
from xlcf.ooxml.references import MAX_COLUMNS, MAX_ROWS, address
from xlcf.ooxml.worksheet import ExcelError

CellValue = float | str | bool | ExcelError | None

_LONGEST_TEXT = 32_767
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
# the type of the value, and the key of its metadata, which belong to the old value
_OF_THE_VALUE = (b"t", b"vm")


def check_value(row: int, column: int, value: CellValue) -> None:
    """Refuse what a cell cannot hold.

    Raises:
        InputError: for a place outside the sheet, a number that is not finite, or a text that is too long.

    """
    if not (1 <= row <= MAX_ROWS and 1 <= column <= MAX_COLUMNS):
        raise InputError(f"There is no cell in row {row}, column {column} of a sheet.")
    if isinstance(value, str):
        if len(value) > _LONGEST_TEXT:
            raise InputError(
                f"The text for {address(row, column)} has {len(value)} characters; a cell holds {_LONGEST_TEXT}."
            )
    elif value is not None and not isinstance(value, ExcelError) and not math.isfinite(value):
        raise InputError(f"{address(row, column)} cannot hold {value}: a cell holds finite numbers only.")


def number_text(value: float) -> bytes:
    """Write a number so that reading it gives the very same number."""
    return repr(float(value)).removesuffix(".0").encode()


def text_markup(text: str) -> bytes:
    """Write text as ST_Xstring: what XML cannot hold, and what looks like such an escape, is escaped."""
    text = _LOOKS_ESCAPED.sub("_x005F_", text)
    return escape_text(_NOT_IN_XML.sub(lambda match: f"_x{ord(match[0]):04X}_", text))


class CellMarkup:
    """Writes cells with the namespace prefix (with its colon, or empty) that their part uses."""

    def __init__(self, prefix: bytes) -> None:
        self._prefix = prefix
        element = rb"<%b%b" + ATTRIBUTES + rb"(?:/>|>(?>.*?</%b%b\s*+>))"
        self._formula = re.compile(element % (prefix, b"f", prefix, b"f"), re.DOTALL)
        self._value = re.compile(
            element % (prefix, b"v", prefix, b"v") + b"|" + element % (prefix, b"is", prefix, b"is"), re.DOTALL
        )
        self._number = re.compile(rb"<%bv\s*+>([^<]*+)</%bv\s*+>" % (prefix, prefix))

    def new(self, row: int, column: int, value: CellValue, style: bytes) -> bytes:
        """Write a cell that did not exist; `style` is the index of its format, empty for the default."""
        attributes = b' r="%b"' % address(row, column).encode()
        if style not in (b"", b"0"):
            attributes += b' s="%b"' % style
        kind, content = self._typed(value, formula=False)
        return self._cell(attributes + kind, content)

    def changed(self, attributes: bytes, content: bytes, value: CellValue) -> bytes | None:
        """Give the cell with these attributes and this content another value; None where it has that value."""
        if self._holds(attributes, content, value):
            return None
        formula = self._formula.search(content)
        kind, new = self._typed(value, formula=formula is not None)
        for name in _OF_THE_VALUE:
            attributes = without_attribute(attributes, name)
        attributes = attributes.rstrip() + kind
        old = self._value.search(content, formula.end() if formula else 0)
        start = old.start() if old else formula.end() if formula else 0
        rest = self._value.sub(b"", content[start:])
        return self._cell(attributes, content[:start] + new + rest)

    def _holds(self, attributes: bytes, content: bytes, value: CellValue) -> bool:
        kind = attribute(attributes, b"t")
        old = self._number.search(content)
        if isinstance(value, (str, bool, ExcelError)) or value is None or old is None:
            return False
        if kind not in (None, b"n"):
            return False
        try:
            return float(old[1]) == value
        except ValueError:
            return False

    def _typed(self, value: CellValue, *, formula: bool) -> tuple[bytes, bytes]:
        """Give the type attribute and the content for a value."""
        prefix = self._prefix
        if value is None:
            return b"", b""
        if isinstance(value, bool):
            return b' t="b"', b"<%bv>%d</%bv>" % (prefix, value, prefix)
        if isinstance(value, ExcelError):
            return b' t="e"', b"<%bv>%b</%bv>" % (prefix, escape_text(value.code), prefix)
        if not isinstance(value, str):
            return b"", b"<%bv>%b</%bv>" % (prefix, number_text(value), prefix)
        text = text_markup(value)
        if formula:
            return b' t="str"', b"<%bv>%b</%bv>" % (prefix, text, prefix)
        space = b' xml:space="preserve"' if value != value.strip() or "\n" in value else b""
        return b' t="inlineStr"', b"<%bis><%bt%b>%b</%bt></%bis>" % (prefix, prefix, space, text, prefix, prefix)

    def _cell(self, attributes: bytes, content: bytes) -> bytes:
        if not content:
            return b"<%bc%b/>" % (self._prefix, attributes)
        return b"<%bc%b>%b</%bc>" % (self._prefix, attributes, content, self._prefix)
