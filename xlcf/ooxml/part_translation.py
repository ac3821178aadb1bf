"""The parts of sheets made by XlsxWriter, rewritten for the workbook that they move into.

XlsxWriter writes SpreadsheetML without a prefix, attributes in double quotes and in a fixed order, and no comments or
CDATA; so a tag can be found as bytes, however large the part is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from xlcf.errors import InputError
from xlcf.ooxml.markup import MAIN, Reader, blocks, escape_text, unescape_text
from xlcf.ooxml.renaming import Renaming
from xlcf.ooxml.styles_merge import StyleMap

_STYLE = re.compile(rb'(<(?:c|row) [^>]*?\bs="|<col [^>]*?\bstyle=")([0-9]+)')
_STRING = re.compile(rb'(<c [^>]*\bt="s"[^>]*><v>)([0-9]+)')
_METADATA = re.compile(rb'(<c [^>]*?\bcm=")([0-9]+)')
_DIFFERENTIAL = re.compile(rb'(<\w[\w:]*(?: [^>]*?)? \w*[dD]xfId=")([0-9]+)')
_FORMULA = re.compile(
    rb"(<(?:\w+:)?(?:f|formula[12]?|calculatedColumnFormula|totalsRowFormula)(?: [^>]*)?>)([^<]+)(?=</)"
)
_FORMULA_ATTRIBUTE = re.compile(rb'(<(?:hyperlink|xdr:sp) [^>]*?\b(?:location|textlink)=")([^"]+)')
_TABLE = re.compile(rb'(<table [^>]*?\bid=")([0-9]+)(" name=")([^"]*)(" displayName=")([^"]*)')


@dataclass(frozen=True)
class Translation:
    """What changes in the parts of the sheets.

    Attributes:
        styles: new indices of cell formats and differential formats.
        strings: new indices of shared strings.
        metadata: new number of the cell metadata of dynamic arrays.
        renaming: new names of sheets, tables and defined names.

    """

    styles: StyleMap
    strings: list[int]
    metadata: int
    renaming: Renaming

    def sheet(self, stream: Reader) -> Iterator[bytes]:
        """Give the chunks of a worksheet part for its new workbook."""
        first = True
        for block in blocks(stream, b"row"):
            if first and (f'<worksheet xmlns="{MAIN}"'.encode() not in block or b"<!" in block):
                raise InputError("Only sheets of workbooks made by XlsxWriter can be added to a workbook.")
            first = False
            yield self.part(self._cells(block))

    def part(self, content: bytes) -> bytes:
        """Give any other part, or a block of one: formulas, and differential formats of tables and filters."""
        if b"xfId=" in content:
            content = _renumbered(_DIFFERENTIAL, self.styles.differentials, content)
        if self.renaming:
            content = _FORMULA.sub(self._formula, content)
            content = _FORMULA_ATTRIBUTE.sub(self._formula, content)
        return content

    def table(self, content: bytes, table_id: int) -> bytes:
        """Give the part of a table, with its new id and name."""

        def head(match: re.Match[bytes]) -> bytes:
            name = escape_text(self.renaming.name(unescape_text(match[6])))
            return match[1] + b"%d" % table_id + match[3] + name + match[5] + name

        return self.part(_TABLE.sub(head, content, count=1))

    def _cells(self, block: bytes) -> bytes:
        block = _renumbered(_STYLE, self.styles.cells, block)
        block = _renumbered(_STRING, self.strings, block)
        if self.metadata != 1:
            block = _METADATA.sub(lambda match: match[1] + b"%d" % self.metadata, block)
        return block

    def _formula(self, match: re.Match[bytes]) -> bytes:
        old = unescape_text(match[2])
        new = self.renaming.formula(old)
        return match[0] if new == old else match[1] + escape_text(new)


def table_name(content: bytes) -> str:
    """Read the name of a table from its part."""
    match = _TABLE.search(content)
    if match is None:
        raise InputError("Only tables of workbooks made by XlsxWriter can be added to a workbook.")
    return unescape_text(match[6])


def _renumbered(pattern: re.Pattern[bytes], numbers: list[int], content: bytes) -> bytes:
    if numbers == list(range(len(numbers))):
        return content
    return pattern.sub(lambda match: match[1] + b"%d" % numbers[int(match[2])], content)
