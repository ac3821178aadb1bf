"""Sums, counts and averages of the cells that meet criteria.

The cells that are tested must not depend on variable cells; those that are summed may. In an array formula each
criterion of an array gives a result.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from xlcf.formulas.criteria import Mask, TestedCells, blank_meets, criteria_of, is_too_long
from xlcf.formulas.curves import KINKED, LINEAR
from xlcf.formulas.errors import FormulaError
from xlcf.formulas.functions.aggregates import counted
from xlcf.formulas.functions.lookup import require_constant
from xlcf.formulas.functions.operators import ratio
from xlcf.formulas.namespace import Array, Namespace
from xlcf.formulas.ranges import Range, ReferenceContext
from xlcf.formulas.registry import function, reference_function
from xlcf.formulas.values import ERROR, Texts, Value, constant, scalar_value
from xlcf.ooxml.worksheet import ExcelError

Operand = Range | Value
_PAIRS = "R?V?" * 126
_VALUE_ERROR = scalar_value(ExcelError("#VALUE!"))


@reference_function("SUMIF", takes="RVR?")
def sumif(context: ReferenceContext, tested: Operand, criterion: Value | None, summed: Operand | None = None) -> Value:
    return _of_one_size(context, "SUMIFS", tested, criterion, summed)


@reference_function("AVERAGEIF", takes="RVR?")
def averageif(
    context: ReferenceContext, tested: Operand, criterion: Value | None, averaged: Operand | None = None
) -> Value:
    return _of_one_size(context, "AVERAGEIFS", tested, criterion, averaged)


def _of_one_size(
    context: ReferenceContext, name: str, tested: Operand, criterion: Value | None, used: Operand | None
) -> Value:
    """Apply a function to cells that meet one criterion: as many as are tested, from the first of those named on."""
    if used is None:
        used = tested
    elif isinstance(used, Range) and isinstance(tested, Range):
        used = replace(used, height=tested.height, width=tested.width)
    criterion = scalar_value(None) if criterion is None else criterion
    return context.apply(name, context.read(used), context.read(tested), criterion)


@reference_function("COUNTIF", takes="RV")
def countif(context: ReferenceContext, tested: Operand, criterion: Value | None) -> Value:
    return countifs(context, tested, criterion)


@reference_function("COUNTIFS", takes="RV" + _PAIRS)
def countifs(context: ReferenceContext, *tests: Operand | None) -> Value:
    """Of whole rows and columns, the cells beyond those that are filled count as blanks."""
    operands = [scalar_value(None) if operand is None else operand for operand in tests]
    values = [context.read(operand) for operand in operands]
    chosen = _choose(values)
    if isinstance(chosen, Value):
        return chosen
    counts = chosen.each(lambda mask: mask.sum(axis=(-2, -1), keepdims=True).astype(float))
    first = operands[0]
    if isinstance(first, Range):
        beyond = first.height * first.width - values[0].shape[-2] * values[0].shape[-1]
        if beyond:
            blank = np.array([chosen.all_meet_blank(number) for number in range(chosen.count)], dtype=float)
            counts = [count + beyond * is_met for count, is_met in zip(counts, blank, strict=True)]
    return constant(chosen.laid_out(np.concatenate(counts, axis=-1)))


@function("SUMIFS", takes="RRV" + _PAIRS, curve=LINEAR)
def sumifs(xp: Namespace, summed: Value, *tests: Value) -> Value:
    return _over_chosen(xp, summed, tests, lambda mask: xp.sum(xp.where(xp.asarray(mask), summed.numbers, 0.0)))


@function("AVERAGEIFS", takes="RRV" + _PAIRS, curve=LINEAR, error="#DIV/0!")
def averageifs(xp: Namespace, averaged: Value, *tests: Value) -> Value:
    def mean(mask: Mask) -> Array:
        n = mask.sum(axis=(-2, -1), keepdims=True).astype(float)
        return ratio(xp, xp.sum(xp.where(xp.asarray(mask), averaged.numbers, 0.0)), xp.asarray(n))

    return _over_chosen(xp, averaged, tests, mean, nothing="#DIV/0!")


@function("MAXIFS", takes="RRV" + _PAIRS, curve=KINKED)
def maxifs(xp: Namespace, used: Value, *tests: Value) -> Value:
    return _over_chosen(xp, used, tests, lambda mask: -_least(xp, -used.numbers, mask))


@function("MINIFS", takes="RRV" + _PAIRS, curve=KINKED)
def minifs(xp: Namespace, used: Value, *tests: Value) -> Value:
    return _over_chosen(xp, used, tests, lambda mask: _least(xp, used.numbers, mask))


def _least(xp: Namespace, numbers: Array, mask: Mask) -> Array:
    least = xp.amin(xp.where(xp.asarray(mask), numbers, np.inf))
    return xp.where(least == np.inf, 0.0, least)


class _Chosen:
    """The cells that meet all criteria, for each combination of criteria.

    Attributes:
        count: how many combinations there are.

    """

    def __init__(self, ranges: Sequence[Value], criteria: Sequence[np.ndarray[tuple[int, ...], np.dtype[np.object_]]]):
        self._batch = np.broadcast_shapes(*(v.shape[:2] for v in ranges), *(each.shape[:2] for each in criteria))
        self._size = np.broadcast_shapes(*(each.shape[2:] for each in criteria))
        self.count = int(np.prod(self._size))
        shape = (*self._batch, *self._size)
        self._criteria = [np.broadcast_to(each, shape).reshape(*self._batch, self.count) for each in criteria]
        self._cells = [TestedCells(value) for value in ranges]
        self._shape = (*self._batch, *ranges[0].shape[-2:])
        self._met: list[dict[Any, Mask]] = [{} for _ in ranges]

    def each(self, use: Callable[[Mask], Array], among: Mask | None = None) -> list[Array]:
        """Use the mask of cells, shape (batch rows, batch columns, rows, columns), of each combination."""
        return [
            use(self._mask(number) if among is None else self._mask(number) & among) for number in range(self.count)
        ]

    def _mask(self, number: int) -> Mask:
        mask = np.ones(self._shape, bool)
        for criteria, cells, met in zip(self._criteria, self._cells, self._met, strict=True):
            places: dict[Any, list[tuple[int, ...]]] = {}  # cells with one criterion are tested together
            wanted = criteria[..., number]
            for at in np.ndindex(self._batch):
                places.setdefault((type(wanted[at]), wanted[at]), []).append(at)
            for key, where in places.items():
                tested = met[key] if key in met else cells.meet(key[1])
                if self.count > 1:
                    met[key] = tested
                if len(places) == 1:
                    mask &= tested
                    continue
                rows = np.broadcast_to(tested, self._shape)
                for at in where:
                    mask[at] &= rows[at]
        return mask

    def all_meet_blank(self, number: int) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Tell where blanks meet one combination of criteria: shape (batch rows, batch columns, 1, 1)."""
        result = np.ones(self._batch, bool)
        for criteria in self._criteria:
            result &= np.asarray(np.frompyfunc(blank_meets, 1, 1)(criteria[..., number]), dtype=bool)
        return result[..., None, None]

    def laid_out(self, array: Array) -> Array:
        """Give one result a combination, along the last axis, the shape of the criteria."""
        return array.reshape((*array.shape[:-2], *self._size))


def _choose(tests: Sequence[Value]) -> _Chosen | Value:
    """Read criteria, given as range, criterion, range, criterion, ...; or give the error that they make."""
    if len(tests) % 2:
        raise FormulaError("a criterion is missing")
    require_constant("a criterion", *tests)
    ranges, criteria = tests[::2], [criteria_of(criterion) for criterion in tests[1::2]]
    too_long = any(is_too_long(each) for some in criteria for each in some.ravel().tolist())
    if too_long or len({value.shape[-2:] for value in ranges}) > 1:
        return _VALUE_ERROR
    return _Chosen(ranges, criteria)


def _over_chosen(
    xp: Namespace, used: Value, tests: tuple[Value, ...], use: Callable[[Mask], Array], nothing: str = ""
) -> Value:
    """Work something out over the numbers that meet all criteria; of errors among them the first is the result.

    Args:
        xp: the namespace.
        used: the cells to work with.
        tests: range, criterion, range, criterion, ...
        use: takes the mask of the cells.
        nothing: the error where there is no number.

    """
    chosen = _choose(tests)
    if isinstance(chosen, Value) or used.shape[-2:] != tests[0].shape[-2:]:
        return _VALUE_ERROR
    among = counted(used)[1]
    results = chosen.each(use, among)
    result = chosen.laid_out(results[0] if len(results) == 1 else xp.concatenate(results))
    if used.known is None:
        return Value(result)
    codes = np.concatenate(chosen.each(lambda mask: _codes(used, mask, nothing), among), axis=-1)
    codes = chosen.laid_out(codes)
    kinds = np.where(np.asarray(np.not_equal(codes, ""), dtype=bool), ERROR, 0).astype(np.int8)
    return constant(np.where(kinds == ERROR, np.nan, xp.values(result)), kinds, codes)


def _codes(used: Value, mask: Mask, nothing: str) -> Texts:
    """Give the code of the first error in the mask, the one for nothing in it, or an empty text."""
    codes = np.full((*mask.shape[:2], 1, 1), "", dtype=object)
    if nothing:
        codes[~mask.any(axis=(-2, -1))] = nothing
    if used.has_kind(ERROR):
        wrong = mask & used.is_kind(ERROR)
        texts = np.broadcast_to(used.all_texts(), mask.shape)
        for at in np.argwhere(wrong.any(axis=(-2, -1))):
            where = tuple(at)
            codes[where] = str(texts[where][wrong[where]][0])
    return codes
