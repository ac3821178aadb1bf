"""Bits of whole numbers."""

from __future__ import annotations

import operator
from collections.abc import Callable

from xlcf.formulas.errors import CellError
from xlcf.formulas.scalar_functions import scalar_function

_BITS = 48
_LONGEST_SHIFT = 53


def _whole(number: float) -> int:
    if not 0 <= number < 2**_BITS or number != int(number):
        raise CellError("#NUM!")
    return int(number)


def _enter(name: str, of: Callable[[int, int], int]) -> None:
    @scalar_function(name, takes="VV")
    def of_bits(first: float, second: float) -> float:
        return of(_whole(first), _whole(second))


for _name, _of in {"BITAND": operator.and_, "BITOR": operator.or_, "BITXOR": operator.xor}.items():
    _enter(_name, _of)


@scalar_function("BITLSHIFT", takes="VV")
def bitlshift(number: float, places: int) -> float:
    return _shifted(_whole(number), places)


@scalar_function("BITRSHIFT", takes="VV")
def bitrshift(number: float, places: int) -> float:
    return _shifted(_whole(number), -places)


def _shifted(number: int, places: int) -> int:
    """Shift to the left, to the right where `places` is negative."""
    if abs(places) > _LONGEST_SHIFT:
        raise CellError("#NUM!")
    shifted = number << places if places >= 0 else number >> -places
    if shifted >= 2**_BITS:
        raise CellError("#NUM!")
    return shifted
