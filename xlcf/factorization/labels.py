"""Who the users and items of a recognised factorization are: ids and titles from the cells around the ratings."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass

from xlcf.arrays import Integers
from xlcf.factorization.pairs import Pairs
from xlcf.ooxml.workbook import Workbook
from xlcf.ooxml.worksheet import ExcelError, Scalar, Worksheet
from xlcf.ratings.header_words import is_about
from xlcf.ratings.ratings import Id
from xlcf.solver.problem import Problem

_LINES = 20  # how far from the ratings a line of labels may stand
_FAR = 1000  # worse than any place of a header


@dataclass(frozen=True)
class Labels:
    """Labels of both sides.

    Attributes:
        user_side: 0 or 1, which side the users are.
        ids: for each side, the ids by code.
        titles: for each side, the titles by code, or None.
        names: for each side, what the sheet calls an id.

    """

    user_side: int
    ids: tuple[list[Id], list[Id]]
    titles: tuple[list[str] | None, list[str] | None]
    names: tuple[str, str]


@dataclass(frozen=True)
class _Line:
    """One line of labels, by code, and the texts that may say what they are, nearest first."""

    labels: dict[int, Scalar]
    headers: list[str]

    @property
    def is_text(self) -> bool:
        return any(isinstance(value, str) for value in self.labels.values())

    def completed(self, others: list[_Line]) -> _Line:
        """Add the labels of further members from a line that says the same of those that both have."""
        for other in others:
            if len(other.labels) > len(self.labels) and self.labels.items() <= other.labels.items():
                return _Line(other.labels, self.headers + other.headers)
        return self


def label(
    workbook: Workbook | None, problem: Problem, pairs: Pairs, tables: Sequence[Integers], codes: Sequence[Integers]
) -> Labels:
    """Find ids and titles of both sides' users or items; where there are none they are numbered from 1.

    Labels beside the ratings go before labels beside the factors, which complete them.

    Args:
        workbook: what the problem was read from; without it all are numbered.
        problem: the problem.
        pairs: the ratings' cells.
        tables: for each side, shape (members, slots), the members' variables.
        codes: for each side, shape (ratings,), the member of each rating.

    """
    is_block = len(set(pairs.rows)) > 1 and len(set(pairs.columns)) > 1
    ids: list[list[Id]] = []
    titles: list[list[str] | None] = []
    headers: list[list[str]] = []
    for table, code in zip(tables, codes, strict=True):
        lines = beside = list[_Line]()
        if workbook is not None:
            sheet = workbook.sheets[pairs.sheet]
            lines = _block_lines(problem, sheet, pairs, table, code) if is_block else _long_lines(sheet, pairs, code)
            beside = _factor_lines(workbook, problem, pairs, table)
        numbers = _first(lines or beside, is_text=False)
        texts = _first(lines, is_text=True) or _first(beside, is_text=True)
        named, entitled = (None if line is None else line.completed(beside) for line in (numbers or texts, texts))
        ids.append(_ids(named, len(table)))
        titles.append(None if entitled is None or numbers is None else _titles(entitled, ids[-1]))
        known = [line for line in (named, *lines, *beside) if line is not None]
        headers.append([header for line in known for header in line.headers])
    user_side, names = _name_sides(headers, default=0 if not is_block or _runs_along(pairs.rows, codes[0]) else 1)
    return Labels(user_side, (ids[0], ids[1]), (titles[0], titles[1]), names)


def _first(lines: list[_Line], *, is_text: bool) -> _Line | None:
    return next((line for line in lines if line.is_text == is_text), None)


def _name_sides(headers: list[list[str]], default: int) -> tuple[int, tuple[str, str]]:
    """Tell which side the users are, and what each side is called, by the headers that speak of users or items."""

    def place(side: int, role: str) -> int:
        return next((at for at, header in enumerate(headers[side]) if is_about(header, role)), _FAR)

    def cost(user_side: int) -> int:
        return place(user_side, "user") + place(1 - user_side, "item")

    user_side = default if cost(default) <= cost(1 - default) else 1 - default
    names = []
    for side in (0, 1):
        role = "user" if side == user_side else "item"
        at = place(side, role)
        names.append(headers[side][at] if at < _FAR else role)
    return user_side, (names[0], names[1])


def _runs_along(line: Integers, codes: Integers) -> bool:
    """Tell whether each code keeps to one line, and each line to one code."""
    return len(set(zip(line.tolist(), codes.tolist(), strict=True))) == len(set(line)) == len(set(codes))


def _block_lines(problem: Problem, sheet: Worksheet, pairs: Pairs, table: Integers, codes: Integers) -> list[_Line]:
    """Find lines of labels beside a block of ratings: columns to its left, or rows above it."""
    top, left = int(pairs.rows.min()), int(pairs.columns.min())
    variables = set(problem.variables.cells)
    lines = []
    if _runs_along(pairs.rows, codes):
        rows = _with_unrated(problem, table, codes, pairs.rows)
        for column in range(left - 1, max(0, left - 1 - _LINES), -1):
            labels = _read_line({code: (row, column) for code, row in rows.items()}, sheet, variables)
            if labels is not None:
                beside = [(top, column - step) for step in range(1, 4)]
                above = [(top - step, column) for step in range(1, 4)]
                lines.append(_Line(labels, _headers(sheet, beside + above)))
    elif _runs_along(pairs.columns, codes):
        columns = _with_unrated(problem, table, codes, pairs.columns)
        for row in range(top - 1, max(0, top - 1 - _LINES), -1):
            labels = _read_line({code: (row, column) for code, column in columns.items()}, sheet, variables)
            if labels is not None:
                beside = [(row, column) for column in range(left - 1, 0, -1)]
                above = [(row - step, left) for step in range(1, 4)]
                lines.append(_Line(labels, _headers(sheet, beside + above)))
    return lines


def _factor_lines(workbook: Workbook, problem: Problem, pairs: Pairs, table: Integers) -> list[_Line]:
    """Find lines of labels beside the factors: columns to their left, or rows above them."""
    (name, top, left), *_ = cells = [problem.variables.cells[row[0]] for row in table]
    sheet = workbook.sheets[name]
    taken = set(problem.variables.cells) | {
        (pairs.sheet, row, column) for row, column in zip(pairs.rows.tolist(), pairs.columns.tolist(), strict=True)
    }
    in_rows = len({column for _, _, column in cells}) == 1
    if not in_rows and len({row for _, row, _ in cells}) > 1:
        return []
    start = min(problem.variables.cells[v][2 if in_rows else 1] for row in table for v in row if v >= 0)
    lines = []
    for at in range(start - 1, max(0, start - 1 - _LINES), -1):
        places = {code: (row, at) if in_rows else (at, column) for code, (_, row, column) in enumerate(cells)}
        if any((name, *place) in taken for place in places.values()):
            break
        labels = _read_line(places, sheet, taken)
        if labels is not None:
            above = [(top - step, at) if in_rows else (at, left - step) for step in range(1, 4)]
            lines.append(_Line(labels, _headers(sheet, above)))
    return lines


def _with_unrated(problem: Problem, table: Integers, codes: Integers, lines: Integers) -> dict[int, int]:
    """Give the row (or column) of each code's ratings; for a member without any, where its factors say it would be."""
    places = {int(code): int(line) for code, line in zip(codes, lines, strict=True)}
    for axis in (1, 2):
        stands = [problem.variables.cells[row[0]][axis] for row in table]
        offsets = {line - stands[code] for code, line in places.items()}
        if len(offsets) == 1:
            offset = offsets.pop()
            return {code: places.get(code, stand + offset) for code, stand in enumerate(stands)}
    return places


def _long_lines(sheet: Worksheet, pairs: Pairs, codes: Integers) -> list[_Line]:
    """Find columns beside a column of ratings whose values go one to one with the codes."""
    at, top = int(pairs.columns[0]), int(pairs.rows.min())
    nearest_first = sorted(range(max(1, at - _LINES), at + _LINES + 1), key=lambda column: (abs(column - at), column))
    lines = []
    for column in nearest_first:
        if column == at or (top, column) in sheet.formulas:
            continue
        by_code: dict[int, Scalar] = {}
        for code, row in zip(codes.tolist(), pairs.rows.tolist(), strict=True):
            value = sheet.values.get((row, column))
            if value is None or isinstance(value, ExcelError) or by_code.setdefault(code, value) != value:
                break
        else:
            if len(set(by_code.values())) == len(by_code):
                lines.append(_Line(by_code, _headers(sheet, [(top - 1, column)])))
    return lines


def _read_line(
    places: dict[int, tuple[int, int]], sheet: Worksheet, variables: Container[tuple[str, int, int]]
) -> dict[int, Scalar] | None:
    """Read labels by code; None unless all are there, differ, and are neither variables nor computed numbers."""
    labels: dict[int, Scalar] = {}
    for code, place in places.items():
        value = sheet.values.get(place)
        if value is None or isinstance(value, ExcelError | bool) or value == "" or (sheet.name, *place) in variables:
            return None
        if isinstance(value, float) and (place in sheet.formulas or value != int(value)):
            return None
        labels[code] = value
    return labels if len(set(labels.values())) == len(labels) else None


def _headers(sheet: Worksheet, places: list[tuple[int, int]]) -> list[str]:
    """Read the short texts at these places; sentences are no headers."""
    texts = (sheet.values.get(place) for place in places)
    cleaned = (text.strip(" \t\r\n:→↓←↑") for text in texts if isinstance(text, str))
    return [text for text in cleaned if text and len(text.split()) <= 3]


def _ids(line: _Line | None, count: int) -> list[Id]:
    """Make ids by code of a line's labels; a member without one gets a number that is free."""
    labels: dict[int, Scalar] = {} if line is None else line.labels
    known: dict[int, Id] = {
        code: int(value) if isinstance(value, float) and value == int(value) else str(value)
        for code, value in labels.items()
    }
    taken = set(known.values())
    numbers = (number for number in range(1, count + len(known) + 1) if number not in taken)
    return [known[code] if code in known else next(numbers) for code in range(count)]


def _titles(line: _Line, ids: list[Id]) -> list[str]:
    return [str(line.labels.get(code, label)) for code, label in enumerate(ids)]
