"""Roman numerals and number systems."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from xlcf.formulas.curves import CONSTANT
from xlcf.formulas.errors import CellError
from xlcf.formulas.scalar_functions import scalar_function
from xlcf.formulas.scalars import as_integer, as_text
from xlcf.ooxml.worksheet import Scalar

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LONGEST = 255  # signs of a numeral
_ROMAN = (("M", 1000), ("D", 500), ("C", 100), ("L", 50), ("X", 10), ("V", 5), ("I", 1))
_ROMAN_VALUES = dict(_ROMAN)
_PLACES = 10  # digits of the number systems' functions


@scalar_function("ROMAN", takes="VV?", curve=CONSTANT)
def roman(number: int, form: Scalar | None = None) -> str:
    """Write a Roman numeral, by form 0 the classic one, by 1 to 4 ever shorter ones.

    Where a digit is 4 or 9, a smaller sign is put before a larger one; a form allows that many steps to a smaller pair.
    """
    steps = (0 if form else 4) if isinstance(form, bool) else as_integer(form)
    if not 0 <= number <= 3999 or not 0 <= steps <= 4:
        raise CellError("#VALUE!")
    text, rest = "", number
    for unit in (0, 2, 4, 6):
        digit = rest // _ROMAN[unit][1]
        if digit % 5 != 4:
            text += (_ROMAN[unit - 1][0] if digit > 4 else "") + _ROMAN[unit][0] * (digit % 5)
            rest %= _ROMAN[unit][1]
            continue
        larger, smaller = unit - (1 if digit == 4 else 2), unit
        for _ in range(steps):
            if smaller == len(_ROMAN) - 1 or _ROMAN[larger][1] - _ROMAN[smaller + 1][1] > rest:
                break
            smaller += 1
        text += _ROMAN[smaller][0] + _ROMAN[larger][0]
        rest += _ROMAN[smaller][1] - _ROMAN[larger][1]
    return text


@scalar_function("ARABIC", takes="V")
def arabic(text: str) -> float:
    """Read a Roman numeral: a sign before a larger one is taken off."""
    stripped = text.strip(" ").upper()
    signs = stripped.removeprefix("-")
    if len(text) > _LONGEST or set(signs) - set(_ROMAN_VALUES) or (stripped and not signs):
        raise CellError("#VALUE!")
    values = [_ROMAN_VALUES[sign] for sign in signs]
    total = sum(-value if value < following else value for value, following in pairwise([*values, 0]))
    return -total if signs != stripped else total


@scalar_function("BASE", takes="VVV?", curve=CONSTANT)
def base(number: int, radix: int, length: int = 0) -> str:
    if not 0 <= number < 2**53 or not 2 <= radix <= len(_DIGITS) or not 0 <= length <= _LONGEST:
        raise CellError("#NUM!")
    return _written(number, radix).rjust(length, "0")


@scalar_function("DECIMAL", takes="VV")
def decimal(text: str, radix: int) -> float:
    stripped = text.strip(" ").upper()
    if not 2 <= radix <= len(_DIGITS) or set(stripped) - set(_DIGITS[:radix]):
        raise CellError("#NUM!")
    if len(stripped) > _LONGEST:
        raise CellError("#VALUE!")
    return float(int(stripped, radix)) if stripped else 0.0


def _written(number: int, radix: int) -> str:
    digits = ""
    while number or not digits:
        number, digit = divmod(number, radix)
        digits = _DIGITS[digit] + digits
    return digits


@dataclass(frozen=True)
class _System:
    """Numbers of 10 digits at most, whose first bit, where there are 10, means a negative number (two's complement)."""

    radix: int

    @property
    def modulus(self) -> int:
        return int(self.radix**_PLACES)

    def read(self, scalar: Scalar | None) -> int:
        text = as_text(scalar)
        if not re.fullmatch(f"[{_DIGITS[: self.radix]}]{{0,{_PLACES}}}", text, flags=re.IGNORECASE):
            raise CellError("#NUM!")
        number = int(text or "0", self.radix)
        return number - self.modulus if 2 * number >= self.modulus else number

    def write(self, number: int, places: int | None) -> str:
        if not -self.modulus <= 2 * number < self.modulus or (places is not None and not 0 < places <= _PLACES):
            raise CellError("#NUM!")
        if number < 0:
            return _written(number + self.modulus, self.radix)
        text = _written(number, self.radix)
        if places is not None and len(text) > places:
            raise CellError("#NUM!")
        return text.rjust(places or 0, "0")


_SYSTEMS = {"BIN": _System(2), "OCT": _System(8), "HEX": _System(16)}


def _enter_to_decimal(name: str, system: _System) -> None:
    @scalar_function(f"{name}2DEC", takes="N")
    def to_decimal(number: Scalar | None) -> float:
        return system.read(number)


def _enter_to_text(name: str, read: Callable[[Scalar | None], int], system: _System) -> None:
    @scalar_function(name, takes="NN?", curve=CONSTANT)
    def to_text(number: Scalar | None, places: int | None = None) -> str:
        return system.write(read(number), places)


for _name, _system in _SYSTEMS.items():
    _enter_to_decimal(_name, _system)
    _enter_to_text(f"DEC2{_name}", as_integer, _system)
    for _other, _target in _SYSTEMS.items():
        if _other != _name:
            _enter_to_text(f"{_name}2{_other}", _system.read, _target)
