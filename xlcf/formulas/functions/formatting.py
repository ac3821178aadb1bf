"""Numbers written as texts, and texts read as numbers."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import numpy as np

from xlcf.formulas.curves import LINEAR
from xlcf.formulas.errors import CellError
from xlcf.formulas.functions.texts import require_length
from xlcf.formulas.namespace import Namespace
from xlcf.formulas.number_format import format_number, format_text
from xlcf.formulas.registry import function
from xlcf.formulas.scalar_functions import scalar_function
from xlcf.formulas.scalars import as_number, as_text
from xlcf.formulas.spelled_numbers import text_number
from xlcf.formulas.values import BOOLEAN, ERROR, NUMBER, Value
from xlcf.ooxml.worksheet import Scalar


@scalar_function("TEXT", takes="VV")
def text(value: Scalar | None, code: str) -> str:
    if not code:
        return ""
    if isinstance(value, bool):
        return format_text(as_text(value), code)
    if isinstance(value, str) and text_number(value) != text_number(value):
        return require_length(format_text(value, code))
    return require_length(format_number(as_number(value), code))


@function("VALUE", takes="V", curve=LINEAR)
def value(xp: Namespace, given: Value) -> Value:
    """A truth value is #VALUE!."""
    wrong = given.is_kind(BOOLEAN, ERROR)
    if not wrong.any():
        return Value(given.numbers)
    texts = np.where(given.is_kind(BOOLEAN), "#VALUE!", given.all_texts())
    kinds = np.where(wrong, np.int8(ERROR), np.int8(NUMBER))
    return Value(xp.where(xp.asarray(wrong), np.nan, given.numbers), kinds, texts)


@scalar_function("NUMBERVALUE", takes="VV?V?")
def numbervalue(text: str, decimal: str = ".", group: str = ",") -> float:
    """Blanks anywhere are passed over; each percent sign at the end divides by 100."""
    if not decimal or not group or decimal[0] == group[0]:
        raise CellError("#VALUE!")
    digits = "".join(text.split())
    if not digits:
        return 0.0
    bare = digits.rstrip("%")
    whole, mark, decimals = bare.partition(decimal[0])
    if group[0] in decimals or decimal[0] in decimals:
        raise CellError("#VALUE!")
    spelled = whole.replace(group[0], "") + ("." if mark else "") + decimals
    percents = len(digits) - len(bare)
    return as_number(spelled) / float(100**percents)


@scalar_function("FIXED", takes="VV?V?")
def fixed(number: float, decimals: int = 2, no_commas: bool = False) -> str:
    return _fixed(number, decimals, "0" if no_commas else "#,##0")


@scalar_function("DOLLAR", takes="VV?")
def dollar(number: float, decimals: int = 2) -> str:
    places = "." + "0" * decimals if decimals > 0 else ""
    code = f"$#,##0{places}"
    return format_number(_round(number, decimals), f"{code}_);({code})").strip()


def _fixed(number: float, decimals: int, code: str) -> str:
    if decimals > 127:
        raise CellError("#VALUE!")
    return format_number(_round(number, decimals), code + ("." + "0" * decimals if decimals > 0 else ""))


def _round(number: float, decimals: int) -> float:
    if abs(number) >= 1e15 or decimals > 15:
        return number
    return float(Decimal(f"{number:.14e}").quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP))
