"""New values for cells of a worksheet part; all of the part's other bytes stay (ECMA-376 Part 1, 18.3.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from xlcf.errors import InputError
from xlcf.ooxml.cell_markup import CellMarkup, CellValue, check_value
from xlcf.ooxml.markup import ATTRIBUTES, NO_ELEMENT, Reader, attribute, blocks, root_prefix, with_attribute
from xlcf.ooxml.references import MAX_COLUMNS, MAX_ROWS, Area, parse_area, parse_cell
from xlcf.ooxml.worksheet import Position

_Pattern = re.Pattern[bytes]
_Match = re.Match[bytes]


def patch_cells(stream: Reader, values: Mapping[Position, CellValue]) -> Iterator[bytes]:
    """Give the chunks of a worksheet part with new values in some of its cells, keyed by (row, column) from 1.

    A cell keeps its style and its formula: of a formula cell only the cached value changes. None takes the value
    away: a formula cell is left without a cached value, another cell is left blank. Cells and rows that do not exist
    yet are made in their place. A number that the cell holds already leaves its bytes as they are.

    Raises:
        InputError: where a value cannot stand in a cell (NaN, an infinity, a text too long, a place outside the
            sheet), or where the part is no worksheet with its rows and cells in order.

    """
    wanted: dict[int, dict[int, CellValue]] = {}
    for (row, column), value in values.items():
        check_value(row, column, value)
        wanted.setdefault(row, {})[column] = value
    patcher: _Patcher | None = None
    for block in blocks(stream, b"row"):
        patcher = patcher or _Patcher(root_prefix(block), wanted)
        try:
            yield from patcher.patch(block)
        except InputError:
            raise
        except ValueError as error:  # a row number, an address or a width that is none
            raise InputError(f"A sheet is damaged ({error}); open the workbook in Excel and save it again.") from error
    if patcher is None or not patcher.finished:
        raise InputError("A sheet's data have no end; open the workbook in Excel and save it again.")


class _Patcher:
    """Goes once through the blocks of a worksheet part, each of which holds whole rows."""

    def __init__(self, prefix: bytes, wanted: dict[int, dict[int, CellValue]]) -> None:
        self.finished = False  # whether the sheet data have ended
        self._started = False
        self._prefix = prefix
        self._wanted = wanted
        self._waiting = sorted(wanted, reverse=True)  # rows not reached yet, the next one last
        self._row = 0
        self._column_styles: list[tuple[int, int, bytes]] = []
        self._cells = CellMarkup(prefix)
        self._tags = {tag: _start_tag(prefix, tag) for tag in (b"dimension", b"col", b"sheetData", b"c")}
        self._ends = {tag: _end_tag(prefix, tag) for tag in (b"row", b"c")}
        row, end = _start(prefix, b"row"), rb"(?P<end></%bsheetData\s*+>)" % prefix
        self._row_or_end = _outside_comments(row + b"|" + end)

    def patch(self, block: bytes) -> Iterator[bytes]:
        """Give a block with its new values; the blocks come in order."""
        if self.finished or self._lies_before(block):
            yield block
            return
        done = 0
        if not self._started:
            start = _first(self._tags[b"sheetData"], block)
            if start is None:
                raise InputError("A sheet's part holds no sheet data; open the workbook in Excel and save it again.")
            self._started = True
            done = start.end()
            yield self._head(block[: start.start()])
            if start["empty"]:
                yield self._filled(start)
                yield block[done:]
                return
            yield start[0]
        for token in self._row_or_end.finditer(block, done):
            if token["this"] is None:
                continue
            if token["end"]:
                yield block[done : token.start()]
                yield self._new_rows(before=MAX_ROWS + 1)
                done = token.start()
                self.finished = True
                break
            row = self._row_number(token["attributes"])
            if not self._waiting or row < self._waiting[-1]:
                continue
            yield block[done : token.start()]
            yield self._new_rows(before=row)
            done = token.start()
            if self._waiting and self._waiting[-1] == row:
                self._waiting.pop()
                content, done = _content(token, block, self._ends[b"row"])
                yield self._patched_row(row, token, content, block[token.start() : done])
        yield block[done:]

    def _lies_before(self, block: bytes) -> bool:
        """Tell quickly that a block ends before the next row that is wanted."""
        if not (self._started and self._waiting) or b"sheetData" in block or b"<!" in block:
            return False
        last = self._row_or_end.match(block, block.rfind(b"<" + self._prefix + b"row"))
        number = None if last is None else attribute(last["attributes"], b"r")
        if number is None or not self._row < int(number) < self._waiting[-1]:
            return False
        self._row = int(number)
        return True

    def _head(self, head: bytes) -> bytes:
        """Read the columns' styles from what stands before the sheet data, and widen the dimension."""
        for column in self._tags[b"col"].finditer(head):
            if column["this"] and (style := attribute(column["attributes"], b"style")):
                first, last = (attribute(column["attributes"], name) or b"0" for name in (b"min", b"max"))
                self._column_styles.append((int(first), int(last), style))
        dimension = _first(self._tags[b"dimension"], head)
        reference = None if dimension is None else attribute(dimension["attributes"], b"ref")
        filled = [(row, c) for row, cells in self._wanted.items() for c, value in cells.items() if value is not None]
        if dimension is None or reference is None or not filled:
            return head
        try:
            area = parse_area(reference.decode(), "")
        except ValueError:
            return head
        rows, columns = zip(*filled, strict=True)
        wider = Area(
            *("", min(area.row1, *rows), min(area.column1, *columns)),
            *(max(area.row2, *rows), max(area.column2, *columns)),
        )
        if wider == area:
            return head
        tag = with_attribute(dimension[0], b"ref", wider.local().encode())
        return head[: dimension.start()] + tag + head[dimension.end() :]

    def _filled(self, start: _Match) -> bytes:
        """Fill sheet data that were written as an empty element."""
        self.finished = True
        rows = self._new_rows(before=MAX_ROWS + 1)
        if not rows:
            return start[0]
        return b"<%bsheetData%b>%b</%bsheetData>" % (self._prefix, start["attributes"].rstrip(), rows, self._prefix)

    def _row_number(self, attributes: bytes) -> int:
        """Give the number of the next row; a row without one follows the row before."""
        given = attribute(attributes, b"r")
        row = self._row + 1 if given is None else int(given)
        if row <= self._row:
            raise InputError(f"Row {row} of a sheet stands after row {self._row}; save the workbook again in Excel.")
        self._row = row
        return row

    def _new_rows(self, before: int) -> bytes:
        """Make the rows that are due before a row that exists."""
        made = []
        while self._waiting and self._waiting[-1] < before:
            row = self._waiting.pop()
            cells = sorted((column, value) for column, value in self._wanted[row].items() if value is not None)
            if cells:
                content = b"".join(self._new_cell(row, column, value, b"") for column, value in cells)
                made.append(b'<%brow r="%d">%b</%brow>' % (self._prefix, row, content, self._prefix))
        return b"".join(made)

    def _patched_row(self, row: int, start: _Match, content: bytes, whole: bytes) -> bytes:
        row_style = b""
        if attribute(start["attributes"], b"customFormat") in (b"1", b"true"):
            row_style = attribute(start["attributes"], b"s") or b""
        waiting = sorted(self._wanted[row], reverse=True)
        made: list[int] = []
        pieces: list[bytes] = []

        def make(before: int) -> None:
            while waiting and waiting[-1] < before:
                column = waiting.pop()
                value = self._wanted[row][column]
                if value is not None:
                    pieces.append(self._new_cell(row, column, value, row_style))
                    made.append(column)

        done = column = 0
        for cell in self._tags[b"c"].finditer(content):
            if cell["this"] is None:
                continue
            reference = attribute(cell["attributes"], b"r")
            last, (at_row, column) = column, (row, column + 1) if reference is None else parse_cell(reference.decode())
            if column <= last or at_row != row:
                raise InputError(f"Row {row} of a sheet has its cells out of order; save the workbook again in Excel.")
            if not waiting or column < waiting[-1]:
                continue
            pieces.append(content[done : cell.start()])
            make(before=column)
            done = cell.start()
            if waiting and waiting[-1] == column:
                value = self._wanted[row][waiting.pop()]
                inside, done = _content(cell, content, self._ends[b"c"])
                changed = self._cells.changed(cell["attributes"], inside, value)
                pieces.append(content[cell.start() : done] if changed is None else changed)
        end = self._end_of_cells(content, done)
        pieces.append(content[done:end])
        make(before=MAX_COLUMNS + 1)
        pieces.append(content[end:])
        new = b"".join(pieces)
        if new == content:
            return whole
        attributes = _with_spans(start["attributes"], made).rstrip()
        return b"<%brow%b>%b</%brow>" % (self._prefix, attributes, new, self._prefix)

    def _end_of_cells(self, content: bytes, start: int) -> int:
        """Find where a row's cells end: what an extension list adds comes after them."""
        end = content.find(b"<%bextLst" % self._prefix, content.rfind(b"</%bc>" % self._prefix, start) + 1)
        return len(content) if end < 0 else end

    def _new_cell(self, row: int, column: int, value: CellValue, row_style: bytes) -> bytes:
        style = row_style or next((s for first, last, s in self._column_styles if first <= column <= last), b"")
        return self._cells.new(row, column, value, style)


def _outside_comments(element: bytes) -> _Pattern:
    """Compile a pattern whose group `this` holds the element, and is empty where a comment or CDATA is passed."""
    return re.compile(NO_ELEMENT + b"|(?P<this>" + element + b")", re.DOTALL)


def _start(prefix: bytes, tag: bytes) -> bytes:
    return b"<" + prefix + tag + b"(?P<attributes>" + ATTRIBUTES + b")(?P<empty>/?)>"


def _start_tag(prefix: bytes, tag: bytes) -> _Pattern:
    return _outside_comments(_start(prefix, tag))


def _end_tag(prefix: bytes, tag: bytes) -> _Pattern:
    return _outside_comments(rb"</" + prefix + tag + rb"\s*+>")


def _first(pattern: _Pattern, content: bytes, start: int = 0) -> _Match | None:
    return next((match for match in pattern.finditer(content, start) if match["this"] is not None), None)


def _content(start: _Match, text: bytes, end_tag: _Pattern) -> tuple[bytes, int]:
    """Give what an element holds, and where the element ends."""
    if start["empty"]:
        return b"", start.end()
    end = _first(end_tag, text, start.end())
    if end is None:
        raise InputError("A sheet's part breaks off inside a row; open the workbook in Excel and save it again.")
    return text[start.end() : end.start()], end.end()


def _with_spans(attributes: bytes, columns: list[int]) -> bytes:
    """Widen a row's spans, which tell the reader where cells stand, to new columns."""
    spans = attribute(attributes, b"spans")
    if not columns or spans is None:
        return attributes
    ends = [int(number) for number in re.findall(rb"\d+", spans)] + columns
    return with_attribute(attributes, b"spans", b"%d:%d" % (min(ends), max(ends)))
