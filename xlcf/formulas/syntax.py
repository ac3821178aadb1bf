"""Formulas as syntax trees. References are relative to the formula's cell, so that a filled formula is one tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xlcf.ooxml.worksheet import ExcelError


@dataclass(frozen=True)
class Literal:
    """A number, text, truth value or error written in the formula."""

    value: float | str | bool | ExcelError


@dataclass(frozen=True)
class ArrayLiteral:
    """An array constant such as `{1,2;3,4}`."""

    rows: tuple[tuple[float | str | bool | ExcelError, ...], ...]


@dataclass(frozen=True)
class Missing:
    """An argument left out, as the third in `IF(A1,2,)`."""


@dataclass(frozen=True)
class Coordinate:
    """A row or a column: its number where `absolute`, else its distance from the formula's cell."""

    number: int
    absolute: bool


@dataclass(frozen=True)
class AreaReference:
    """A reference to a cell or an area; `sheet` is None for the formula's own sheet."""

    sheet: str | None
    row1: Coordinate
    column1: Coordinate
    row2: Coordinate
    column2: Coordinate


@dataclass(frozen=True)
class NameReference:
    """A defined name; `sheet` is the sheet it is qualified with, or None."""

    sheet: str | None
    name: str


@dataclass(frozen=True)
class SheetsReference:
    """A reference to one area on several sheets, from the first to the last in tab order: `Jan:Dec!A1`."""

    first: str
    last: str
    area: AreaReference


@dataclass(frozen=True)
class ExternalReference:
    """A reference to another workbook, by the number of its link; `inner` is what it refers to there."""

    book: str
    inner: AreaReference | NameReference


@dataclass(frozen=True)
class TableReference:
    """A part of a table.

    Attributes:
        table: its name, None for the table that the formula stands in.
        rows: of `#All`, `#Data`, `#Headers`, `#Totals` and `#This Row` those that are named, in capitals; none is the
            data.
        columns: the first and the last column's names, None for all columns.

    """

    table: str | None
    rows: tuple[str, ...]
    columns: tuple[str, str] | None

    @property
    def depends_on_place(self) -> bool:
        """Whether it means other cells in other cells' formulas."""
        return self.table is None or "#THIS ROW" in self.rows


@dataclass(frozen=True)
class Call:
    """A function or an operator applied to its arguments. Operators go by their sign: `+`, `u-`, `%`, `>=`.

    Those on references are `:` (the area from one to the other), a blank (what two have in common) and `,` (a union).
    `is_own` tells a function of Excel's by the mark that files put before newer ones, `is_last` the + or - that a
    formula ends with, which stands in no brackets.
    """

    function: str
    arguments: tuple[Expression, ...]
    is_own: bool = False
    is_last: bool = False


@dataclass(frozen=True)
class Invoke:
    """A LAMBDA called where it stands: `LAMBDA(x,x+1)(3)`."""

    callee: Expression
    arguments: tuple[Expression, ...]


Reference = AreaReference | NameReference | SheetsReference | ExternalReference | TableReference
Expression = Literal | ArrayLiteral | Missing | Reference | Call | Invoke


def parts(expression: Expression) -> tuple[Expression, ...]:
    """Give the arguments of a call; none of anything else."""
    match expression:
        case Call():
            return expression.arguments
        case Invoke():
            return (expression.callee, *expression.arguments)
        case _:
            return ()


def walk(expression: Expression) -> Iterator[Expression]:
    """Go through an expression and all its parts."""
    stack = [expression]
    while stack:
        part = stack.pop()
        yield part
        stack.extend(reversed(parts(part)))
