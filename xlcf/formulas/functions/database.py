"""Functions on databases: tables of cells with names above their columns, and criteria laid out likewise.

A record counts that meets all criteria of one row of the criteria's area. The cells that are tested must not depend on
variable cells; those of the field may.
"""

from __future__ import annotations

import numpy as np

from xlcf.formulas.criteria import Mask, TestedCells, criteria_of
from xlcf.formulas.errors import UnsupportedFormulaError
from xlcf.formulas.functions.lookup import Operand, index, require_constant
from xlcf.formulas.ranges import RaggedBatchError, Range, ReferenceContext
from xlcf.formulas.registry import reference_function
from xlcf.formulas.scalars import as_text
from xlcf.formulas.values import Value, scalar_value
from xlcf.ooxml.worksheet import ExcelError, Scalar

_WHOLE, _BLANK = scalar_value(0.0), scalar_value(None)


def _enter(name: str, of: str) -> None:
    @reference_function(name, takes="RVR")
    def of_records(context: ReferenceContext, database: Operand, field: Value | None, criteria: Operand) -> Value:
        column = _column(context, database, field)
        if isinstance(column, str):
            return context.error(column)
        return context.apply(of, _records(context, column, _chosen(context, database, criteria)))


for _name, _of in {
    "DSUM": "SUM",
    "DAVERAGE": "AVERAGE",
    "DMAX": "MAX",
    "DMIN": "MIN",
    "DPRODUCT": "PRODUCT",
    "DSTDEV": "STDEV",
    "DSTDEVP": "STDEVP",
    "DVAR": "VAR",
    "DVARP": "VARP",
}.items():
    _enter(_name, _of)


def _enter_count(name: str, of: str) -> None:
    @reference_function(name, takes="RVR")
    def count(context: ReferenceContext, database: Operand, field: Value | None, criteria: Operand) -> Value:
        """Without a field, records are counted."""
        chosen = _chosen(context, database, criteria)
        if field is None:
            return scalar_value(float(chosen.sum()))
        column = _column(context, database, field)
        if isinstance(column, str):
            return context.error(column)
        return context.apply(of, _records(context, column, chosen))


_enter_count("DCOUNT", "COUNT")
_enter_count("DCOUNTA", "COUNTA")


@reference_function("DGET", takes="RVR")
def dget(context: ReferenceContext, database: Operand, field: Value | None, criteria: Operand) -> Value:
    """The only record's; #VALUE! where there is none, #NUM! where there are several."""
    column = _column(context, database, field)
    if isinstance(column, str):
        return context.error(column)
    chosen = np.flatnonzero(_chosen(context, database, criteria))
    if len(chosen) != 1:
        return context.error("#NUM!" if len(chosen) else "#VALUE!")
    return context.gather([column], chosen.reshape(1, 1, 1, 1))


def _column(context: ReferenceContext, database: Operand, field: Value | None) -> Value | str:
    """Read the records' cells of a field, given by its name or number; or give the error that it makes."""
    require_constant("a function on a database", field)
    scalar = None if field is None else _one(field)
    if isinstance(scalar, ExcelError):
        return scalar.code
    number = _find(_names(context, database), scalar) if isinstance(scalar, str) else int(scalar or 0)
    width = database.width if isinstance(database, Range) else database.shape[-1]
    if number is None or not 1 <= number <= width:
        return "#VALUE!"
    cells = context.read(index(context, database, _WHOLE, scalar_value(float(number))))
    rows = np.arange(1, cells.shape[-2]).reshape(1, 1, -1, 1)
    return context.index(cells, rows, np.zeros((1, 1, 1, 1), np.int64)) if rows.size else "#VALUE!"


def _records(context: ReferenceContext, column: Value, chosen: Mask) -> Value:
    """Give the field's cells of chosen records, and blanks instead of the others and after the last."""
    places = np.where(chosen, np.arange(len(chosen)), len(chosen))
    return context.gather([column, _BLANK], np.append(places, len(chosen)).reshape(1, 1, -1, 1))


def _one(value: Value) -> Scalar | None:
    scalars = {(type(scalar), scalar) for scalar in criteria_of(value).ravel().tolist()}
    if len(scalars) > 1:
        raise RaggedBatchError
    scalar: Scalar | None = scalars.pop()[1]
    return scalar


def _names(context: ReferenceContext, table: Operand) -> list[str]:
    names = context.read(index(context, table, scalar_value(1.0), _WHOLE))
    require_constant("a function on a database", names)
    if names.shape[:2] != (1, 1):
        raise RaggedBatchError
    return ["" if isinstance(n, ExcelError) else as_text(n).lower() for n in criteria_of(names).ravel().tolist()]


def _find(names: list[str], name: str) -> int | None:
    return names.index(name.lower()) + 1 if name.lower() in names else None


def _chosen(context: ReferenceContext, database: Operand, criteria: Operand) -> Mask:
    """Tell which records count: shape (records,)."""
    names, asked = _names(context, database), _names(context, criteria)
    area = context.read(criteria)
    require_constant("a criterion", area)
    if area.shape[:2] != (1, 1):
        raise RaggedBatchError
    rows = criteria_of(area)[0, 0, 1:]
    columns: dict[int, TestedCells] = {}
    height = database.height if isinstance(database, Range) else database.shape[-2]
    chosen = np.zeros(height - 1, bool)
    for row in rows:
        met = np.ones(height - 1, bool)
        for name, criterion in zip(asked, row.tolist(), strict=True):
            if criterion is None:
                continue
            number = _find(names, name)
            if number is None and isinstance(criterion, str):
                met[:] = False  # a condition of its own, which a text never meets
                continue
            if number is None:
                raise UnsupportedFormulaError(f"the criterion under {name!r}, which is no field, is not supported")
            if number not in columns:
                cells = context.read(index(context, database, _WHOLE, scalar_value(float(number))))
                require_constant("a criterion", cells)
                columns[number] = TestedCells(cells, from_start=True)
            met &= np.broadcast_to(columns[number].meet(criterion), (1, 1, height, 1))[0, 0, 1:, 0]
        chosen |= met
    return chosen
