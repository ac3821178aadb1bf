"""The references of a formula, and the areas that they mean."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from xlcf.errors import InputError
from xlcf.formulas.errors import CellError, FormulaError, UnsupportedFormulaError
from xlcf.formulas.registry import FUNCTIONS
from xlcf.formulas.structured import resolve
from xlcf.formulas.syntax import (
    AreaReference,
    Call,
    Expression,
    ExternalReference,
    NameReference,
    Reference,
    SheetsReference,
    TableReference,
    parts,
)
from xlcf.ooxml.workbook import Workbook

Cell = tuple[str, int, int]


def references(expression: Expression) -> Iterator[Reference]:
    """List the references that a formula names outright and reads."""
    stack = [expression]
    while stack:
        part = stack.pop()
        if isinstance(part, Reference):
            yield part
            continue
        function = FUNCTIONS.get(part.function) if isinstance(part, Call) else None
        if isinstance(part, Call) and function is None:
            yield NameReference(None, part.function)  # a LAMBDA with a name
        for number, argument in enumerate(parts(part)):
            is_place = function is not None and function.is_place(number)
            if not is_place or parts(argument):
                stack.append(argument)


def areas_of(reference: Reference, workbook: Workbook, host: Cell) -> tuple[AreaReference, ...]:
    """Find the areas that a reference means, but for a name's, as seen from the formula's cell.

    Raises:
        CellError: where it means none: the error that the formula gives.
        UnsupportedFormulaError: where it means cells of another workbook that are not stored in this one.

    """
    match reference:
        case TableReference():
            return (resolve(reference, workbook, host),)
        case SheetsReference(first, last, area):
            names = list(workbook.sheets)
            try:
                ends = sorted(names.index(workbook.sheet_name(end)) for end in (first, last))
            except InputError:
                raise CellError("#REF!") from None
            return tuple(replace(area, sheet=name) for name in names[ends[0] : ends[1] + 1])
        case ExternalReference(book, inner):
            sheet = f"[{book}]{inner.sheet}"
            if isinstance(inner, AreaReference) and sheet in workbook.external_sheets:
                return (replace(inner, sheet=sheet),)
            raise UnsupportedFormulaError("it refers to another workbook, whose values are not stored in this one")
        case AreaReference():
            return (reference,)
        case NameReference():
            return ()


def find_sheet(workbook: Workbook, name: str) -> str:
    """Find a sheet as Excel does, without regard to case.

    Raises:
        FormulaError: where there is none.

    """
    if name in workbook.external_sheets:
        return name
    try:
        return workbook.sheet_name(name)
    except InputError as error:
        raise FormulaError(f"there is no sheet {name!r}") from error
