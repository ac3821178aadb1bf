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
class Call:
    """A function or an operator applied to its arguments. Operators go by their sign: `+`, `u-`, `%`, `>=`."""

    function: str
    arguments: tuple[Expression, ...]


Expression = Literal | ArrayLiteral | Missing | AreaReference | NameReference | Call


def walk(expression: Expression) -> Iterator[Expression]:
    """Go through an expression and all its parts."""
    stack = [expression]
    while stack:
        part = stack.pop()
        yield part
        if isinstance(part, Call):
            stack.extend(reversed(part.arguments))
