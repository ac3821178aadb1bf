"""What a reference, a sheet or a cell says of itself, and references made of text."""

from __future__ import annotations

from typing import Any, TypeGuard

import numpy as np

from xlcf.formulas.curves import LINEAR
from xlcf.formulas.errors import CellError, UnsupportedFormulaError
from xlcf.formulas.formula_text import shown_text
from xlcf.formulas.indirect import place_of
from xlcf.formulas.namespace import Namespace
from xlcf.formulas.ranges import RaggedBatchError, Range, ReferenceContext, Union
from xlcf.formulas.registry import function, reference_function
from xlcf.formulas.scalar_functions import scalar_function
from xlcf.formulas.values import BLANK, TEXT, Value, array_value, constant, decode, scalar_value
from xlcf.ooxml.references import MAX_COLUMNS, MAX_ROWS, column_letters, quote_sheet
from xlcf.ooxml.worksheet import ExcelError, Scalar

Operand = Range | Union | Value

_LARGEST = 1 << 16  # cells that one such function describes


@reference_function("INDIRECT", takes="VV?")
def indirect(context: ReferenceContext, text: Value, in_a1: Value | None = None) -> Operand:
    """The reference that a text spells, in the style A1 or, where the second argument is FALSE, R1C1."""
    if text.known is None or (in_a1 is not None and in_a1.known is None):
        raise UnsupportedFormulaError("INDIRECT of a text that depends on variable cells is not supported")
    a1 = [True] if in_a1 is None or in_a1.known is None else (in_a1.known != 0).ravel().tolist()
    if len(set(a1)) > 1:
        raise RaggedBatchError
    if text.shape[-2:] != (1, 1):
        raise UnsupportedFormulaError("INDIRECT of several texts at once is not supported")
    shape = text.shape[:2]
    hosts = [np.broadcast_to(each, shape) for each in _fitting(context, shape)]
    kinds, texts = np.broadcast_to(text.all_kinds(), text.shape), np.broadcast_to(text.all_texts(), text.shape)
    found: list[Operand | str] = []
    for at in np.ndindex(shape):
        scalar = decode(
            float(np.broadcast_to(text.known, text.shape)[(*at, 0, 0)]), int(kinds[(*at, 0, 0)]), texts[(*at, 0, 0)]
        )
        if isinstance(scalar, ExcelError):
            found.append(scalar.code)
            continue
        spelled = scalar if isinstance(scalar, str) else ""
        host = int(hosts[0][at]), int(hosts[1][at])
        found.append(place_of(context, spelled, host, in_a1=a1[0]))
    if len(found) == 1:
        return context.error(found[0]) if isinstance(found[0], str) else found[0]
    areas = [each for each in found if isinstance(each, Range)]
    if len(areas) < len(found) or len({(a.sheet, a.height, a.width, a.row.size, a.column.size) for a in areas}) > 1:
        raise RaggedBatchError
    if areas[0].row.size > 1 or areas[0].column.size > 1:
        raise RaggedBatchError
    rows = np.array([area.row.flat[0] for area in areas], np.int64).reshape(shape)
    columns = np.array([area.column.flat[0] for area in areas], np.int64).reshape(shape)
    return Range(areas[0].sheet, rows, columns, areas[0].height, areas[0].width)


def _fitting(context: ReferenceContext, shape: tuple[int, ...]) -> tuple[Any, Any]:
    """Give the host cells, or the one of them that a text which is the same for all is seen from."""
    rows, columns = context.host_rows, context.host_columns
    try:
        return np.broadcast_to(rows, shape), np.broadcast_to(columns, shape)
    except ValueError:
        return rows[:1, :1], columns[:1, :1]


@reference_function("ISREF", takes="P", of_unions=True)
def isref(context: ReferenceContext, operand: Operand) -> Value:
    return scalar_value(isinstance(operand, Range | Union))


@reference_function("ISFORMULA", takes="P")
def isformula(context: ReferenceContext, operand: Operand) -> Value:
    if not isinstance(operand, Range):
        return operand if _is_error(operand) else context.error("#VALUE!")
    return _described(context, operand, lambda formula: formula is not None)


@reference_function("FORMULATEXT", takes="P")
def formulatext(context: ReferenceContext, operand: Operand) -> Value:
    """The formula as Excel shows it; #N/A where there is none."""
    if not isinstance(operand, Range):
        return operand if _is_error(operand) else context.error("#N/A")
    return _described(context, operand, lambda text: ExcelError("#N/A") if text is None else shown_text(text))


def _described(context: ReferenceContext, area: Range, describe: Any) -> Value:
    """Say something of each cell's formula; of several cells, that of each."""
    shape = (*np.broadcast_shapes(area.row.shape, area.column.shape), area.height, area.width)
    if np.prod(shape) > _LARGEST:
        raise UnsupportedFormulaError(f"a question about the formulas of more than {_LARGEST:,} cells")
    sheet = context.workbook.cells_of(area.sheet)
    rows = np.broadcast_to(area.row[..., None, None] + np.arange(area.height)[:, None], shape)
    columns = np.broadcast_to(area.column[..., None, None] + np.arange(area.width), shape)
    flat = [describe(sheet.formula_at(*at)) for at in zip(rows.ravel().tolist(), columns.ravel().tolist(), strict=True)]
    value = array_value([flat])
    assert value.known is not None
    kinds, texts = value.all_kinds(), value.all_texts()
    return constant(
        value.known.reshape(shape),
        np.broadcast_to(kinds, value.shape).reshape(shape),
        np.broadcast_to(texts, value.shape).reshape(shape),
    )


def _is_error(operand: Operand) -> TypeGuard[Value]:
    return (
        isinstance(operand, Value)
        and operand.known is not None
        and bool(np.isnan(operand.known).all())
        and not operand.has_kind(TEXT)
    )


@reference_function("SHEET", takes="P?", of_unions=True)
def sheet(context: ReferenceContext, operand: Operand | None = None) -> Value:
    """The number of a sheet among all tabs: the formula's own, a reference's, or that of the name in a text."""
    workbook = context.workbook
    name: str | None = context.host_sheet
    if isinstance(operand, Union):
        operand = operand.ranges[0]
    if isinstance(operand, Range):
        name = operand.sheet
    elif operand is not None:
        if _is_error(operand):
            return operand
        text = str(operand.all_texts().flat[0]) if operand.has_kind(TEXT) else ""
        name = next((each for each in workbook.sheets if each.lower() == text.lower()), None)
    if name not in workbook.sheets:
        return context.error("#N/A")
    return scalar_value(float(workbook.sheets[name].position + 1))


@reference_function("SHEETS", takes="P?", of_unions=True)
def sheets(context: ReferenceContext, operand: Operand | None = None) -> Value:
    """How many sheets there are in the workbook, or in a reference."""
    if operand is None:
        return scalar_value(float(context.workbook.n_tabs))
    if isinstance(operand, Value):
        return operand if _is_error(operand) else context.error("#N/A")
    return scalar_value(float(len({r.sheet for r in operand.ranges}) if isinstance(operand, Union) else 1))


_HELD = ("color", "filename", "format", "parentheses", "prefix", "protect", "width")


@reference_function("CELL", takes="VR?")
def cell(context: ReferenceContext, what: Value, operand: Operand | None = None) -> Operand:
    """Where a cell stands, what it holds, and of which kind that is."""
    if what.known is None or what.shape[-2:] != (1, 1):
        raise UnsupportedFormulaError("CELL wants one text that says what is asked")
    asked = {str(text).lower() for text in what.all_texts().ravel().tolist()}
    if len(asked) > 1:
        raise RaggedBatchError
    question = asked.pop() if what.has_kind(TEXT) else ""
    if question in _HELD or (operand is None and question in ("address", "col", "row", "contents", "type")):
        raise UnsupportedFormulaError(f"CELL of {question!r} is not supported")
    if question not in ("address", "col", "row", "contents", "type"):
        return _first_error(what) or context.error("#VALUE!")
    if not isinstance(operand, Range):
        return operand if isinstance(operand, Value) and _is_error(operand) else context.error("#VALUE!")
    first = Range(operand.sheet, operand.row, operand.column, 1, 1)
    if question in ("row", "col"):
        place = first.row if question == "row" else first.column
        return constant(place[..., None, None].astype(float))
    if question == "contents":
        return first
    if question == "address" and first.sheet != context.host_sheet:
        raise UnsupportedFormulaError("CELL of the address on another sheet names the file, and is not supported")
    shape = np.broadcast_shapes(first.row.shape, first.column.shape)
    if question == "address":
        rows, columns = np.broadcast_to(first.row, shape), np.broadcast_to(first.column, shape)
        texts = [f"${column_letters(int(c))}${int(r)}" for r, c in zip(rows.flat, columns.flat, strict=True)]
    else:
        value = context.read(first)
        shape = value.shape[:2]
        kinds = np.broadcast_to(value.all_kinds(), value.shape).ravel().tolist()
        texts = ["b" if kind == BLANK else "l" if kind == TEXT else "v" for kind in kinds]
    array = array_value([list(texts)])
    assert array.known is not None
    return constant(
        array.known.reshape(*shape, 1, 1),
        array.all_kinds().reshape(*shape, 1, 1),
        array.all_texts().reshape(*shape, 1, 1),
    )


def _first_error(value: Value) -> Value | None:
    return value if _is_error(value) else None


@function("HYPERLINK", takes="VV?", curve=LINEAR)
def hyperlink(xp: Namespace, link: Value, shown: Value | None = None) -> Value:
    """What the cell shows: the friendly name, or else the link."""
    return link if shown is None else shown


@scalar_function("ADDRESS", takes="VVV?V?V?")
def address_(
    row: int, column: int, absolute: int | None = None, in_a1: bool | None = None, sheet: str | None = None
) -> Scalar:
    """The address of a cell as text."""
    kind = 1 if absolute is None else absolute
    if not (1 <= row <= MAX_ROWS and 1 <= column <= MAX_COLUMNS and 1 <= kind <= 4):
        raise CellError("#VALUE!")
    fixed_row, fixed_column = kind in (1, 2), kind in (1, 3)
    if in_a1 is None or in_a1:
        local = f"{'$' * fixed_column}{column_letters(column)}{'$' * fixed_row}{row}"
    else:
        local = f"R{row if fixed_row else f'[{row}]'}C{column if fixed_column else f'[{column}]'}"
    return local if sheet is None else f"{quote_sheet(sheet) if sheet else ''}!{local}"
