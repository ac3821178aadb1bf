"""Units of measurement.

The factors are those of the units' definitions. The atomic mass unit, the electronvolt and the millimetre of mercury
are refused: their values have been revised, and which ones Excel uses depends on its version.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from xlcf.formulas.curves import LINEAR
from xlcf.formulas.errors import UnsupportedFormulaError
from xlcf.formulas.measures import BINARY_PREFIXES, PREFIXES, REVISED, SCALES, TEMPERATURES, UNITS
from xlcf.formulas.namespace import Namespace
from xlcf.formulas.registry import function
from xlcf.formulas.scalar_functions import elements_of
from xlcf.formulas.scalars import as_text
from xlcf.formulas.values import ERROR, Texts, Value, constant, scalar_value
from xlcf.ooxml.worksheet import ExcelError, Scalar


@dataclass(frozen=True)
class Unit:
    """A number of units is `number * factor + offset` in the base unit of its kind."""

    kind: str
    factor: float
    offset: float = 0.0


@function("CONVERT", takes="NNN", curve=LINEAR)
def convert(xp: Namespace, number: Value, source: Value, target: Value) -> Value:
    texts = [elements_of(unit, np.broadcast_to(np.asarray(unit.known), unit.shape)) for unit in (source, target)]
    texts = list(np.broadcast_arrays(*texts))
    factors, offsets = np.zeros(texts[0].shape), np.zeros(texts[0].shape)
    codes: Texts = np.full(texts[0].shape, None, dtype=object)
    for at in np.ndindex(texts[0].shape):
        found = _change(texts[0].item(*at), texts[1].item(*at))
        if isinstance(found, ExcelError):
            codes[at] = found.code
        else:
            factors[at], offsets[at] = found
    wrong = np.asarray(codes.astype(bool))
    if wrong.any():
        return _with_codes(number, factors, offsets, codes)
    return Value(xp.multiply(number.numbers, xp.asarray(factors)) + xp.asarray(offsets))


def _change(source: Scalar | None, target: Scalar | None) -> tuple[float, float] | ExcelError:
    for scalar in (source, target):
        if isinstance(scalar, ExcelError):
            return scalar
    first, second = unit_of(as_text(source)), unit_of(as_text(target))
    if first is None or second is None or first.kind != second.kind:
        return ExcelError("#N/A")
    return first.factor / second.factor, (first.offset - second.offset) / second.factor


def _with_codes(number: Value, factors: np.ndarray, offsets: np.ndarray, codes: Texts) -> Value:
    if number.known is None:
        if codes.size > 1:
            raise UnsupportedFormulaError("CONVERT of a number that depends on variables needs units that fit")
        return scalar_value(ExcelError(codes.item()))
    with_own = number.is_kind(ERROR) | np.isnan(number.known)
    wrong = np.asarray(codes.astype(bool)) & ~with_own
    kinds = np.where(wrong, np.int8(ERROR), np.where(number.is_kind(ERROR), np.int8(ERROR), np.int8(0)))
    texts = np.where(wrong, codes, number.all_texts())
    return constant(np.where(wrong, np.nan, number.known * factors + offsets), kinds, texts)


def unit_of(name: str) -> Unit | None:
    """Find a unit by Excel's name, with a prefix where it may have one; None where there is none.

    Raises:
        UnsupportedFormulaError: for a unit whose value in Excel depends on the version.

    """
    return next(_units(name), None)


def _units(name: str) -> Iterator[Unit]:
    for prefix, plain in ((name[:length], name[length:]) for length in range(3)):
        if plain in REVISED and (not prefix or prefix in PREFIXES):
            raise UnsupportedFormulaError(f"the value of the unit {plain} differs among Excel's versions")
        if plain in TEMPERATURES and not prefix:
            yield Unit("temperature", *TEMPERATURES[plain])
        elif plain in UNITS:
            kind, factor, power = UNITS[plain]
            scales = {**PREFIXES, **BINARY_PREFIXES} if kind == "information" else PREFIXES
            if not prefix:
                yield Unit(kind, factor)
            elif power and prefix in scales:
                yield Unit(kind, factor * scales[prefix] ** power)
        elif plain in SCALES and prefix in PREFIXES:
            yield Unit("temperature", PREFIXES[prefix])
