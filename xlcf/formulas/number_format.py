"""Excel's number formats: values written as TEXT and cells show them (ECMA-376 part 1, 18.8.30 and 18.8.31).

A format has up to four sections: for positive and negative numbers, zero, and texts; or for numbers under a condition,
`[>100]`. Names of months and days are English; colours and locales are read and not used.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from xlcf.formulas.date_format import is_date, write_date
from xlcf.formulas.errors import CellError, UnsupportedFormulaError
from xlcf.formulas.fraction_format import write_fraction

Token = tuple[str, str]
"""What a token is, and its text: literal, digit (0 # ?), point, comma, percent, exponent, slash, date, text, ..."""

_TOKEN = re.compile(
    r"""
      "(?P<quoted>[^"]*)"?
    | \\(?P<escaped>.)
    | _(?P<width>.)
    | \*(?P<fill>.)
    | \[(?P<bracket>[^\]]*)\]
    | (?P<general>General)
    | (?P<half>AM/PM|A/P)
    | (?P<exponent>E[+-])
    | (?P<date>y+|m+|d+|h+|s+|e+|b+)
    | (?P<digit>[0#?])
    | (?P<other>.)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?[0-9]*\.?[0-9]+(?:E[+-]?[0-9]+)?)", re.IGNORECASE)
_ELAPSED = re.compile(r"(?:h+|m+|s+)", re.IGNORECASE)
_SIGNS = {".": "point", ",": "comma", "%": "percent", "/": "slash", "@": "text"}
_LCID = re.compile(r"[0-9A-F]+", re.IGNORECASE)
_ENGLISH = 9  # the last ten bits of an LCID
_NAMED = re.compile(r"mmm|ddd|a|e|b", re.IGNORECASE)
_LONG_DATE, _TIME = "dddd, mmmm d, yyyy", "h:mm:ss AM/PM"
_SYSTEM_FORMATS = {"F800": _LONG_DATE, "X-SYSDATE": _LONG_DATE, "F400": _TIME, "X-SYSTIME": _TIME}
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    **{"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq, "<>": operator.ne}
}


@dataclass
class Section:
    """One section of a format.

    Attributes:
        tokens: its parts.
        holds: the condition under which it is used; None where its place decides.
        language: the language of its names and figures as it is written, e.g. `407`; "" for English.
        is_of_negatives: whether the condition holds for negative numbers alone; then the format has its own sign.

    """

    tokens: list[Token] = field(default_factory=list)
    holds: Callable[[float], bool] | None = None
    is_of_negatives: bool = False
    language: str = ""

    def has(self, *kinds: str) -> bool:
        """Tell whether there is a token of one of these kinds."""
        return any(kind in kinds for kind, _ in self.tokens)


def format_number(number: float, code: str) -> str:
    """Write a number in a format.

    Raises:
        CellError: #VALUE! where the number is no date that a format of dates can show.
        UnsupportedFormulaError: for names of months and days in another language than English, and other figures.

    """
    sections = _sections(code)
    section, without_sign = _section_for(number, sections)
    if section is None:
        return "#" * 10
    if section.language in _SYSTEM_FORMATS:
        return format_number(number, _SYSTEM_FORMATS[section.language])
    _require_english(section)
    if is_date(section.tokens):
        return write_date(number, section.tokens)
    shown = abs(number) if without_sign else number
    if section.has("general"):
        return "".join(general_text(shown) if kind == "general" else text for kind, text in section.tokens)
    return _write_number(shown, section)


def format_text(text: str, code: str) -> str:
    """Write a text in a format: by its fourth section, or as it is."""
    sections = _sections(code)
    last = sections[-1]
    if len(sections) < 4 and not last.has("text"):
        return text
    return "".join(text if kind == "text" else part for kind, part in last.tokens)


def general_text(number: float) -> str:
    """Write a number in the General format, in 11 characters besides its sign."""
    size = float(abs(number))
    sign = "-" if number < 0 else ""
    if size == 0:
        return "0"
    power = int(f"{size:.14e}".partition("e")[2])
    if size.is_integer() and power <= 10:
        return sign + str(int(size))
    if -4 <= power <= 9 and size >= 1e-4:
        decimals = 9 - max(power, 0) if power >= 0 else 9
        return sign + _stripped(_rounded(size, decimals))
    if power < -4 and len(plain := _stripped(_rounded(size, 12))) <= 11 and float(plain) == size:
        return sign + plain
    if power == 10:
        return sign + _rounded(size, 0)
    mantissa, _, exponent = f"{_decimal(size):.5e}".partition("e")
    return f"{sign}{_stripped(mantissa)}E{int(exponent):+03d}"


@lru_cache(maxsize=512)
def _sections(code: str) -> tuple[Section, ...]:
    """Read a format.

    Raises:
        CellError: #VALUE! where it has more than four sections.

    """
    sections = [Section()]
    for match in _TOKEN.finditer(code):
        kind = match.lastgroup or "other"
        text = match[kind]
        if kind == "other" and text == ";":
            sections.append(Section())
        elif kind == "bracket":
            _read_bracket(text, sections[-1])
        elif kind in ("quoted", "escaped"):
            sections[-1].tokens.append(("literal", text))
        elif kind == "width":
            sections[-1].tokens.append(("literal", " "))
        elif kind == "fill":
            continue
        elif kind == "other":
            sections[-1].tokens.append((_SIGNS.get(text, "literal"), text))
        else:
            sections[-1].tokens.append(("date" if kind == "half" else kind, text))
    if len(sections) > 4:
        raise CellError("#VALUE!")
    return tuple(sections)


def _read_bracket(text: str, section: Section) -> None:
    """Read a condition, elapsed time or currency; colours and the like change nothing in a text."""
    if match := _CONDITION.fullmatch(text.strip()):
        compare, limit = _COMPARE[match[1]], float(match[2])
        section.holds = lambda number: compare(number, limit)
        section.is_of_negatives = match[1] in ("<", "<=", "=") and (limit < 0 or (limit == 0 and match[1] == "<"))
    elif _ELAPSED.fullmatch(text):
        section.tokens.append(("date", f"[{text.lower()}]"))
    elif text.startswith("$"):
        currency, _, language = text[1:].partition("-")
        section.tokens.append(("literal", currency))
        section.language = "" if _is_english(language) else language.upper()
    elif text.upper().startswith("DBNUM"):
        section.language = text


def _is_english(language: str) -> bool:
    """Tell whether a language, by Windows's number (LCID) or its name, is English, or not given."""
    if not _LCID.fullmatch(language):
        return not language or language.lower().startswith("en")
    number = int(language, 16)
    return number == 0 or (number < 1 << 16 and number & 0x3FF == _ENGLISH)


def _require_english(section: Section) -> None:
    if section.language and (
        not _LCID.fullmatch(section.language)
        or int(section.language, 16) >= 1 << 16
        or any(kind == "date" and _NAMED.match(text) for kind, text in section.tokens)
    ):
        raise UnsupportedFormulaError(f"the language {section.language} of a number format is not supported")


def _section_for(number: float, sections: Sequence[Section]) -> tuple[Section | None, bool]:
    """Find a number's section, and whether its sign is left to the format."""
    numeric = sections[:3] if len(sections) == 4 else [s for s in sections if not (s.has("text") and len(sections) > 1)]
    if not any(section.holds for section in numeric):
        if len(numeric) == 1 or number > 0 or (number == 0 and len(numeric) == 2):
            return numeric[0], False
        return (numeric[1], True) if number < 0 else (numeric[2], False)
    for section in numeric:
        if section.holds is not None and section.holds(number):
            return section, section.is_of_negatives
    free = [section for section in numeric if section.holds is None]
    return (
        (free[-1] if number < 0 and len(free) > 1 else free[0], len(free) > 1 and number < 0) if free else (None, False)
    )


# -- numbers -----------------------------------------------------------------------------------------------------------


def _write_number(number: float, section: Section) -> str:
    tokens = section.tokens
    if not section.has("digit"):
        sign = "-" if number < 0 and section.has("percent") else ""
        text = "".join(general_text(abs(number)) if kind == "text" else part for kind, part in tokens)
        return ("-" if number < 0 else sign) + text if section.has("text") or number < 0 else text
    percents = sum(kind == "percent" for kind, _ in tokens)
    value = _decimal(abs(number)) * Decimal(100) ** percents
    if section.has("slash") and any(kind == "digit" for kind, _ in tokens[: _place(tokens, "slash")]):
        return ("-" if number < 0 else "") + write_fraction(value, tokens)
    body = _write_exponent(value, tokens) if section.has("exponent") else _write_plain(value, tokens)
    is_negative = number < 0 and any(sign in "123456789" for sign in body)
    return "-" + body if is_negative else body


def _place(tokens: Sequence[Token], kind: str) -> int:
    return next((number for number, token in enumerate(tokens) if token[0] == kind), len(tokens))


def _write_plain(value: Decimal, tokens: Sequence[Token]) -> str:
    point = _place(tokens, "point")
    digits = [number for number, token in enumerate(tokens) if token[0] == "digit"]
    before = [number for number in digits if number < point]
    after = [number for number in digits if number > point]
    # commas behind the last digit, there or before the point, divide by a thousand each; between digits they group
    scale = sum(_commas_behind(tokens, place) for place in {*before[-1:], *digits[-1:]})
    groups = any(kind == "comma" for kind, _ in tokens[before[0] : before[-1]]) if before else False
    rounded = (value / Decimal(1000) ** scale).quantize(Decimal(1).scaleb(-len(after)), rounding=ROUND_HALF_UP)
    whole, _, decimals = f"{rounded:f}".partition(".")
    whole = "" if whole == "0" else whole
    shown = dict(zip(before, _spread(whole, [tokens[n][1] for n in before]), strict=True))
    if groups:
        _group(shown, before)
    shown |= dict(zip(after, _decimals(decimals, [tokens[n][1] for n in after]), strict=True))
    parts = []
    if not before and whole:
        parts.append(whole)
    for number, (kind, text) in enumerate(tokens):
        if kind == "digit":
            parts.append(shown[number])
        elif kind == "comma":
            continue
        else:
            parts.append(text)
    return "".join(parts)


def _commas_behind(tokens: Sequence[Token], place: int) -> int:
    count = 0
    while place + 1 + count < len(tokens) and tokens[place + 1 + count][0] == "comma":
        count += 1
    return count


def _spread(whole: str, places: Sequence[str]) -> list[str]:
    """Lay digits out on placeholders, from the right; the first takes what is left over."""
    shown: list[str] = []
    for count, place in enumerate(reversed(places)):
        is_first = count == len(places) - 1
        digit = whole if is_first else whole[-1:]
        whole = "" if is_first else whole[:-1]
        shown.append(digit or {"0": "0", "?": " ", "#": ""}[place])
    return shown[::-1]


def _group(shown: dict[int, str], before: Sequence[int]) -> None:
    """Put commas between thousands."""
    count = 0
    for number in reversed(before):
        text = ""
        for sign in reversed(shown[number]):
            if sign.isdigit() and count and count % 3 == 0:
                text = "," + text
            text = sign + text
            count += sign.isdigit()
        shown[number] = text


def _decimals(digits: str, places: Sequence[str]) -> list[str]:
    """Lay decimals out on placeholders; zeros at the end stay only where a 0 stands for them."""
    shown = list(digits)
    for number in range(len(places) - 1, -1, -1):
        if shown[number] != "0" or places[number] == "0":
            break
        shown[number] = " " if places[number] == "?" else ""
    return shown


def _write_exponent(value: Decimal, tokens: Sequence[Token]) -> str:
    at = _place(tokens, "exponent")
    mantissa, power_tokens = list(tokens[:at]), tokens[at + 1 :]
    point = _place(mantissa, "point")
    step = max(1, sum(kind == "digit" for kind, _ in mantissa[:point]))
    decimals = sum(kind == "digit" for kind, _ in mantissa[point:])
    power = 0 if value == 0 else value.adjusted() // step * step if step > 1 else value.adjusted()
    for _ in range(2):  # rounding may give one digit more
        scaled = value.scaleb(-power).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
        if scaled < Decimal(10) ** step:
            break
        power += step
    digits = [text for kind, text in power_tokens if kind == "digit"]
    sign = "-" if power < 0 else "+" if tokens[at][1][1] == "+" else ""
    shown = iter(_spread(str(abs(power)) if power else "", digits))
    tail = "".join(next(shown) if kind == "digit" else text for kind, text in power_tokens)
    return f"{_write_plain(scaled, mantissa)}{tokens[at][1][0]}{sign}{tail}"


def _decimal(number: float) -> Decimal:
    """Give a number with its 15 significant digits."""
    return Decimal(f"{number:.14e}")


def _rounded(number: float, decimals: int) -> str:
    return f"{_decimal(number).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP):f}"


def _stripped(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text
