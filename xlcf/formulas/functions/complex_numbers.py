"""Complex numbers.

Excel keeps them as texts such as `3-4i` or `2.5j`, of 15 digits. A plain number is one, too, and a blank is 0.
"""

from __future__ import annotations

import cmath
import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from xlcf.formulas.curves import CONSTANT
from xlcf.formulas.errors import CellError
from xlcf.formulas.scalar_functions import scalar_function
from xlcf.formulas.scalars import Cells, number_text
from xlcf.ooxml.worksheet import ExcelError, Scalar

_FIGURES = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[Ee][+-]?[0-9]+)?"
_REAL = re.compile(rf"[+-]?{_FIGURES}")
_COMPLEX = re.compile(rf"(?P<real>[+-]?{_FIGURES}(?=[+-]))?(?P<imaginary>[+-]?(?:{_FIGURES})?)(?P<suffix>[ij])")


@dataclass(frozen=True)
class Complex:
    """A complex number and the sign of its imaginary unit, i or j; "" where it has none."""

    number: complex
    suffix: str = ""

    @classmethod
    def of(cls, scalar: Scalar | None) -> Complex:
        """Read a value.

        Raises:
            CellError: #NUM! for a text that is no complex number, #VALUE! for a truth value; an error stays that error.

        """
        if isinstance(scalar, ExcelError):
            raise CellError(scalar.code)
        if isinstance(scalar, bool):
            raise CellError("#VALUE!")
        if not isinstance(scalar, str):
            return cls(complex(scalar or 0.0))
        if _REAL.fullmatch(scalar):
            return cls(complex(float(scalar)))
        match = _COMPLEX.fullmatch(scalar)
        if match is None:
            raise CellError("#NUM!")
        imaginary = match["imaginary"]
        if imaginary in ("", "+", "-"):
            imaginary += "1"
        return cls(complex(float(match["real"] or 0.0), float(imaginary)), match["suffix"])

    def text(self) -> str:
        """Write it as Excel does.

        Raises:
            CellError: #NUM! where it is not finite.

        """
        if not cmath.isfinite(self.number):
            raise CellError("#NUM!")
        real, imaginary = number_text(self.number.real), number_text(self.number.imag)
        if imaginary == "0":
            return real
        unit = {"1": "", "-1": "-"}.get(imaginary, imaginary) + (self.suffix or "i")
        if real == "0":
            return unit
        return f"{real}{'' if unit.startswith('-') else '+'}{unit}"


@scalar_function("COMPLEX", takes="NNN?", curve=CONSTANT)
def complex_(real: float, imaginary: float, suffix: str | None = None) -> str:
    if suffix not in (None, "", "i", "j"):
        raise CellError("#VALUE!")
    return Complex(complex(real, imaginary), suffix or "i").text()


@scalar_function("IMREAL", takes="N")
def imreal(number: Scalar | None) -> float:
    return Complex.of(number).number.real


@scalar_function("IMAGINARY", takes="N")
def imaginary(number: Scalar | None) -> float:
    return Complex.of(number).number.imag


@scalar_function("IMABS", takes="N")
def imabs(number: Scalar | None) -> float:
    return abs(Complex.of(number).number)


@scalar_function("IMARGUMENT", takes="N")
def imargument(number: Scalar | None) -> float:
    held = Complex.of(number).number
    if held == 0:
        raise CellError("#DIV/0!")
    return cmath.phase(held + 0)


def _sqrt(z: complex) -> complex:
    return cmath.rect(math.sqrt(abs(z)), cmath.phase(z) / 2)


def _enter(name: str, of: Callable[[complex], complex]) -> None:
    @scalar_function(name, takes="N", curve=CONSTANT)
    def of_one(number: Scalar | None) -> str:
        held = Complex.of(number)
        return Complex(_guarded(of, held.number), held.suffix).text()


def _guarded(of: Callable[..., complex], *numbers: complex) -> complex:
    """Call a function; what it cannot work out is #NUM!."""
    try:
        return of(*numbers)
    except (ZeroDivisionError, ValueError, OverflowError):
        raise CellError("#NUM!") from None


for _name, _of in {
    "IMCONJUGATE": lambda z: z.conjugate(),
    "IMCOS": cmath.cos,
    "IMCOSH": cmath.cosh,
    "IMCOT": lambda z: 1 / cmath.tan(z),
    "IMCSC": lambda z: 1 / cmath.sin(z),
    "IMCSCH": lambda z: 1 / cmath.sinh(z),
    "IMEXP": cmath.exp,
    "IMLN": cmath.log,
    "IMLOG10": lambda z: cmath.log(z) / math.log(10),
    "IMLOG2": lambda z: cmath.log(z) / math.log(2),
    "IMSEC": lambda z: 1 / cmath.cos(z),
    "IMSECH": lambda z: 1 / cmath.cosh(z),
    "IMSIN": cmath.sin,
    "IMSINH": cmath.sinh,
    "IMSQRT": _sqrt,
    "IMTAN": cmath.tan,
}.items():
    _enter(_name, _of)


@scalar_function("IMPOWER", takes="NN", curve=CONSTANT)
def impower(number: Scalar | None, power: float) -> str:
    held = Complex.of(number)
    if held.number == 0:
        if power <= 0:
            raise CellError("#NUM!")
        return "0"
    size, angle = cmath.polar(held.number)
    return Complex(_guarded(lambda: cmath.rect(size**power, angle * power)), held.suffix).text()


@scalar_function("IMDIV", takes="NN", curve=CONSTANT)
def imdiv(dividend: Scalar | None, divisor: Scalar | None) -> str:
    return _joined([Complex.of(dividend), Complex.of(divisor)], lambda a, b: a / b)


@scalar_function("IMSUB", takes="NN", curve=CONSTANT)
def imsub(first: Scalar | None, second: Scalar | None) -> str:
    return _joined([Complex.of(first), Complex.of(second)], lambda a, b: a - b)


@scalar_function("IMSUM", takes="R+", curve=CONSTANT)
def imsum(*numbers: Cells) -> str:
    return _joined(_listed(numbers), lambda a, b: a + b)


@scalar_function("IMPRODUCT", takes="R+", curve=CONSTANT)
def improduct(*numbers: Cells) -> str:
    return _joined(_listed(numbers), lambda a, b: a * b)


def _listed(arguments: tuple[Cells, ...]) -> list[Complex]:
    """List the numbers of single values, of which a blank is 0, and of ranges, where it is skipped."""
    found = []
    for cells in arguments:
        is_single = len(cells) == 1 and len(cells[0]) == 1
        found += [Complex.of(scalar) for row in cells for scalar in row if is_single or scalar is not None]
    return found


def _joined(numbers: list[Complex], join: Callable[[complex, complex], complex]) -> str:
    suffixes = {each.suffix for each in numbers} - {""}
    if len(suffixes) > 1 or not numbers:
        raise CellError("#VALUE!")
    total = numbers[0].number
    for each in numbers[1:]:
        total = _guarded(join, total, each.number)
    return Complex(total, suffixes.pop() if suffixes else "").text()
