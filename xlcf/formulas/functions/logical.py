"""IF and the other logical functions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from xlcf.formulas.curves import CONSTANT, LINEAR, REPLACED_ERROR, STEPPED
from xlcf.formulas.error_codes import spelled_truths, with_error_codes
from xlcf.formulas.errors import FormulaError, UnsupportedFormulaError
from xlcf.formulas.functions.aggregates import counted
from xlcf.formulas.functions.operators import Mask
from xlcf.formulas.namespace import NUMPY, Array, Namespace
from xlcf.formulas.registry import FUNCTIONS, function, takes_one
from xlcf.formulas.values import BLANK, BOOLEAN, ERROR, NUMBER, TEXT, Kinds, Texts, Value, constant, scalar_value
from xlcf.ooxml.worksheet import ExcelError

FALSE = scalar_value(False)
_NOT_AVAILABLE = scalar_value(ExcelError("#N/A"))
_BOOLEANS = np.full((1, 1, 1, 1), BOOLEAN, np.int8)


@function("IF", takes="VBB?", curve=LINEAR.switched_by(0))
def if_(xp: Namespace, condition: Value, yes: Value, no: Value = FALSE) -> Value:
    condition = truth(xp, condition)
    numbers = xp.where(condition.numbers != 0, yes.numbers, no.numbers)
    numbers = xp.where(is_error(xp, condition), np.nan, numbers)
    if condition.known is None:
        return Value(numbers, *_common_kinds(yes, no))
    wrong, holds = np.isnan(condition.known), condition.known != 0
    kinds = np.where(wrong, np.int8(ERROR), np.where(holds, yes.all_kinds(), no.all_kinds()))
    texts = np.where(wrong, condition.all_texts(), np.where(holds, yes.all_texts(), no.all_texts()))
    return Value(numbers, kinds, texts)


@function("IFERROR", takes="BB", curve=REPLACED_ERROR)
def iferror(xp: Namespace, value: Value, otherwise: Value) -> Value:
    settled = None if value.known is None else ~np.isfinite(value.known) & ~value.is_kind(TEXT)
    return _replace_where(xp, is_error(xp, value), settled, value, otherwise)


@function("IFNA", takes="BB", curve=LINEAR)
def ifna(xp: Namespace, value: Value, otherwise: Value) -> Value:
    replaced = is_na(value)
    return _replace_where(xp, xp.asarray(replaced), replaced, value, otherwise)


def _replace_where(xp: Namespace, condition: Array, settled: Mask | None, value: Value, otherwise: Value) -> Value:
    """Replace where the condition holds; `settled` is the condition where no variable has a say in it."""
    numbers = xp.where(condition, otherwise.numbers, value.numbers)
    if settled is None:
        return Value(numbers, *_common_kinds(otherwise, value, surely_no=value.is_kind(TEXT)))
    kinds = np.where(settled, otherwise.all_kinds(), value.all_kinds())
    return Value(numbers, kinds, np.where(settled, otherwise.all_texts(), value.all_texts()))


def is_error(xp: Namespace, value: Value) -> Array:
    """Tell where a value is an error; a text is none, and infinity is one (#NUM!)."""
    return ~(abs(value.numbers) < np.inf) & xp.asarray(~value.is_kind(TEXT))


def is_na(value: Value) -> Mask:
    """Tell where a value is #N/A."""
    return np.asarray(value.is_kind(ERROR) & np.equal(value.all_texts(), "#N/A"), dtype=bool)


def truth(xp: Namespace, value: Value) -> Value:
    """Read a condition: of texts only TRUE and FALSE count, any other is #VALUE!."""
    is_text = value.is_kind(TEXT)
    if not is_text.any():
        return value
    meant = spelled_truths(value)
    known = None if value.known is None else np.where(is_text, meant, value.known)
    texts = np.where(is_text, "#VALUE!", value.all_texts())
    return Value(xp.where(xp.asarray(is_text), xp.asarray(meant), value.numbers), None, texts, known=known)


def _common_kinds(yes: Value, no: Value, *, surely_no: Mask | None = None) -> tuple[Kinds | None, Texts | None]:
    """Give kinds and texts of a result where the variables choose between two values.

    Raises:
        UnsupportedFormulaError: where it would depend on variables whether the result is a text or a number.

    """
    if not (yes.has_kind(TEXT, BOOLEAN) or no.has_kind(TEXT, BOOLEAN)):
        return None, None
    plain = (NUMBER, BLANK, ERROR)
    kinds = [np.where(np.isin(value.all_kinds(), plain), NUMBER, value.all_kinds()) for value in (yes, no)]
    undecided = (kinds[0] != kinds[1]) | (kinds[0] == TEXT)
    if surely_no is not None:
        undecided = undecided & ~surely_no
    if undecided.any():
        raise UnsupportedFormulaError(
            "whether the result is a text or a number depends on variable cells, which is not supported"
        )
    return np.broadcast_to(kinds[1], undecided.shape).astype(np.int8), no.texts


@function("CHOOSE", takes="VB+", curve=LINEAR)
def choose(xp: Namespace, number: Value, *values: Value) -> Value:
    if number.known is None:
        raise UnsupportedFormulaError("CHOOSE by a number that depends on variable cells is not supported")
    chosen = np.trunc(number.known)
    result = scalar_value(ExcelError("#VALUE!"))
    for place, value in enumerate(values, start=1):
        settled = chosen == place
        result = _replace_where(xp, xp.asarray(settled), settled, result, value)
    return result


@takes_one("IF")
def _branch(condition: Value, count: int) -> int | Value | None:
    if condition.known is not None and condition.is_kind(ERROR).all():
        return condition
    number = _only_number(truth(NUMPY, condition))
    if number is None:
        return None
    return 1 if number else 2 if count > 2 else FALSE


@takes_one("CHOOSE")
def _choice(number: Value, count: int) -> int | Value | None:
    if number.known is not None and number.is_kind(ERROR).all():
        return number
    only = _only_number(number)
    if only is None:
        return None
    return int(only) if 1 <= only < count else scalar_value(ExcelError("#VALUE!"))


def _only_number(value: Value) -> float | None:
    """Give the one number that a value is for all cells of the batch."""
    if value.known is None or value.shape[-2:] != (1, 1):
        return None
    first = float(value.known.flat[0])
    return first if np.isfinite(first) and (value.known == first).all() else None


@function("NOT", takes="V", curve=STEPPED)
def not_(xp: Namespace, value: Value) -> Value:
    value = truth(xp, value)
    return Value(xp.where(is_error(xp, value), np.nan, xp.where(value.numbers == 0, 1.0, 0.0)), _BOOLEANS)


@function("IFS", takes="VB" + "V?B?" * 126, curve=LINEAR.switched_by(*range(0, 254, 2)))
def ifs(xp: Namespace, *tests: Value) -> Value:
    """The value beside the first test that holds."""
    if len(tests) % 2:
        raise FormulaError("IFS needs a value for each test")
    result = _NOT_AVAILABLE
    for test, value in reversed(list(zip(tests[::2], tests[1::2], strict=True))):
        result = _apply("IF", xp, test, value, result)
    return result


@function("SWITCH", takes="VVB" + "V?B?" * 126, curve=LINEAR.switched_by(0, *range(1, 254, 2)))
def switch(xp: Namespace, value: Value, *cases: Value) -> Value:
    """The result beside the first case that equals the value, else the one that stands alone at the end."""
    result = cases[-1] if len(cases) % 2 else _NOT_AVAILABLE
    pairs = zip(cases[: len(cases) // 2 * 2 : 2], cases[1::2], strict=True)
    for case, chosen in reversed(list(pairs)):
        result = _apply("IF", xp, _apply("=", xp, value, case), chosen, result)
    return result


def _apply(name: str, xp: Namespace, *values: Value) -> Value:
    """Apply a function inside another; of constants it gives a constant."""
    function = FUNCTIONS[name]
    result: Value = function.call(xp, *values)
    if result.known is not None or any(value.known is None for value in values):
        return result
    known = constant(result.numbers, result.kinds, result.texts)
    return with_error_codes(known, values, function.parameters(len(values)), function.error, wants_numbers=False)


@function("AND", takes="R+", curve=STEPPED, error="#VALUE!")
def and_(xp: Namespace, *values: Value) -> Value:
    return _told(xp, values, lambda _, false: xp.where(false == 0, 1.0, 0.0))


@function("OR", takes="R+", curve=STEPPED, error="#VALUE!")
def or_(xp: Namespace, *values: Value) -> Value:
    return _told(xp, values, lambda true, _: xp.where(true > 0, 1.0, 0.0))


@function("XOR", takes="R+", curve=STEPPED, error="#VALUE!")
def xor(xp: Namespace, *values: Value) -> Value:
    return _told(xp, values, lambda true, _: true - 2.0 * xp.elementwise("floor", true / 2.0))


def _told(xp: Namespace, values: tuple[Value, ...], tell: Callable[[Array, Array], Array]) -> Value:
    """Tell something from how many truth values are true and false; it is an error where there is none.

    A number other than 0 is true. Blanks and texts in ranges are skipped, and a text written directly unless it is
    TRUE or FALSE.
    """
    true: Array = 0.0
    false: Array = 0.0
    for value in values:
        numbers, mask = counted(value, BOOLEAN)
        if mask is None and value.has_kind(TEXT):
            spelled = truth(xp, value)
            numbers, mask = spelled.numbers, ~np.isnan(xp.values(spelled.numbers)) | ~value.is_kind(TEXT)
        numbers = numbers if mask is None else xp.where(xp.asarray(mask), numbers, 0.0)
        wrong = xp.isnan(numbers)
        counts = 1.0 if mask is None else xp.asarray(mask.astype(float))
        holds = xp.where(wrong, np.nan, xp.where(numbers != 0, 1.0, 0.0))
        size = (*holds.shape[:-2], *value.shape[-2:])
        true = true + xp.sum(xp.broadcast_to(holds, size))
        false = false + xp.sum(xp.broadcast_to(counts - holds, size))
    result = xp.where(true + false > 0, tell(true, false), np.nan)
    return Value(result, _BOOLEANS)


@function("TRUE", takes="", curve=CONSTANT)
def true(xp: Namespace) -> Value:
    return scalar_value(True)


@function("FALSE", takes="", curve=CONSTANT)
def false(xp: Namespace) -> Value:
    return FALSE
