"""Numbers written as fractions: `# ?/?`, `# ??/16`."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction


def write_fraction(value: Decimal, tokens: Sequence[tuple[str, str]]) -> str:
    """Write a number that is not negative as a fraction, by the tokens of a number format.

    Where a denominator is given it is used, else the last convergent of the value's continued fraction whose
    denominator has no more digits than there are placeholders: so Excel shows PI as 3 1/7, though 3 14/99 is nearer.
    """
    slash = next(number for number, token in enumerate(tokens) if token[0] == "slash")
    numerator_at = _run(tokens, slash - 1, -1)
    denominator_at = _run(tokens, slash + 1, 1)
    whole_at = [number for number, token in enumerate(tokens[: numerator_at[0]]) if token[0] == "digit"]
    fixed = "".join(tokens[number][1] for number in denominator_at)
    exact = Fraction(value)
    whole = exact.numerator // exact.denominator if whole_at else 0
    if fixed.isdigit() and int(fixed):
        denominator = int(fixed)
        numerator = round(float((exact - whole) * denominator))
    else:
        numerator, denominator = _convergent(exact - whole, 10 ** len(denominator_at) - 1)
    if whole_at and numerator == denominator:
        whole, numerator = whole + 1, 0
    is_whole = bool(whole_at) and numerator == 0
    parts = []
    for number, (kind, text) in enumerate(tokens):
        if number in whole_at:
            parts.append(_whole(whole, tokens, whole_at, is_whole) if number == whole_at[-1] else "")
        elif number == numerator_at[0]:
            width = len(numerator_at)
            parts.append(" " * width if is_whole else str(numerator).rjust(width, _pad(tokens, numerator_at)))
        elif number == denominator_at[0]:
            width = len(denominator_at)
            parts.append(" " * width if is_whole else str(denominator).ljust(width))
        elif number in numerator_at or number in denominator_at or kind == "comma":
            continue
        else:
            parts.append(" " if is_whole and number == slash else text)
    return "".join(parts)


def _convergent(value: Fraction, largest: int) -> tuple[int, int]:
    """Give the last convergent of a continued fraction whose denominator is not above `largest`."""
    before, last = (0, 1), (1, 0)
    while True:
        whole = value.numerator // value.denominator
        following = whole * last[0] + before[0], whole * last[1] + before[1]
        if following[1] > largest:
            return last
        before, last = last, following
        if value == whole:
            return last
        value = 1 / (value - whole)


def _run(tokens: Sequence[tuple[str, str]], start: int, step: int) -> list[int]:
    """List the placeholders, or figures, side by side from a place on."""
    found = []
    number = start
    while 0 <= number < len(tokens) and (tokens[number][0] == "digit" or tokens[number][1].isdigit()):
        found.append(number)
        number += step
    return sorted(found)


def _pad(tokens: Sequence[tuple[str, str]], places: Sequence[int]) -> str:
    return {"?": " ", "0": "0"}.get(tokens[places[0]][1], "")[:1] or " "


def _whole(whole: int, tokens: Sequence[tuple[str, str]], places: Sequence[int], is_whole: bool) -> str:
    zeros = sum(tokens[number][1] == "0" for number in places)
    if whole or is_whole or zeros:
        return str(whole).rjust(zeros, "0")
    return " " if any(tokens[number][1] == "?" for number in places) else ""
