"""Serial numbers written as dates and times: `yyyy-mm-dd`, `h:mm AM/PM`, `[h]:mm:ss.00`."""

from __future__ import annotations

import math
from collections.abc import Sequence

from xlcf.formulas.day_counts import LAST_SERIAL, calendar_date
from xlcf.formulas.errors import CellError

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_DAY_SECONDS = 86_400

Token = tuple[str, str]


def is_date(tokens: Sequence[Token]) -> bool:
    """Tell whether tokens of a number format show dates or times."""
    return any(kind == "date" for kind, _ in tokens)


def write_date(number: float, tokens: Sequence[Token]) -> str:
    """Write a serial number by the tokens of a number format.

    Seconds are rounded to what is shown of them, and what is left out is cut off.

    Raises:
        CellError: #VALUE! for a number that is no date.

    """
    if not 0 <= number < LAST_SERIAL + 1:
        raise CellError("#VALUE!")
    fraction_digits = _fraction_digits(tokens)
    units = 10**fraction_digits
    ticks = math.floor(number * _DAY_SECONDS * units + 0.5 + 1e-6)
    serial, in_day = divmod(ticks, _DAY_SECONDS * units)
    second_ticks = in_day % (60 * units)
    minutes = in_day // (60 * units)
    has_half = any("/" in text for kind, text in tokens if kind == "date")
    parts: list[str] = []
    position = 0
    while position < len(tokens):
        kind, text = tokens[position]
        code = text.lower()
        if kind == "date" and code.startswith("m") and _is_minute(tokens, position):
            parts.append(f"{minutes % 60:0{min(len(code), 2)}d}")
        elif kind == "date":
            parts.append(_part(code, serial, minutes, second_ticks // units, ticks // units, has_half))
        elif kind == "point" and fraction_digits and _follows_second(tokens, position):
            parts.append(f".{second_ticks % units:0{fraction_digits}d}")
            position += fraction_digits
        elif kind == "point":
            parts.append(".")
        else:
            parts.append(text)
        position += 1
    return "".join(parts)


def _part(code: str, serial: int, minutes: int, second: int, total_seconds: int, has_half: bool) -> str:
    width = min(len(code), 2)
    hour = minutes // 60
    if code.startswith("["):
        unit = {"h": 3600, "m": 60, "s": 1}[code[1]]
        return f"{total_seconds // unit:0{len(code) - 2}d}"
    match code[0]:
        case "h":
            return f"{(hour % 12 or 12) if has_half else hour:0{width}d}"
        case "s":
            return f"{second:0{width}d}"
        case "a":
            half = "AM" if hour < 12 else "PM"
            return half if code == "am/pm" else half[0]
    year, month, day = calendar_date(serial)
    match code[0]:
        case "y" | "e":
            return f"{year % 100:02d}" if code in ("y", "yy") else f"{year:04d}"
        case "b":
            return f"{(year + 543) % 100:02d}" if len(code) <= 2 else f"{year + 543:04d}"
        case "m":
            return _named(_MONTHS[month - 1], month, code)
        case _:
            return _named(_DAYS[(serial - 1) % 7], day, code)


def _named(name: str, number: int, code: str) -> str:
    """Give a month or day as a number, its first three letters, its name, or (months) its first letter."""
    if len(code) <= 2:
        return f"{number:0{len(code)}d}"
    if len(code) == 3:
        return name[:3]
    return name[0] if len(code) == 5 and code[0] == "m" else name


def _is_minute(tokens: Sequence[Token], position: int) -> bool:
    """Tell whether an m means minutes: after hours, or before seconds."""
    before = [text.lower() for kind, text in tokens[:position] if kind == "date" and "/" not in text]
    after = [text.lower() for kind, text in tokens[position + 1 :] if kind == "date" and "/" not in text]
    return bool((before and before[-1].strip("[]")[0] == "h") or (after and after[0].strip("[]")[0] == "s"))


def _follows_second(tokens: Sequence[Token], position: int) -> bool:
    return position > 0 and tokens[position - 1][0] == "date" and tokens[position - 1][1].lower().strip("[]")[0] == "s"


def _fraction_digits(tokens: Sequence[Token]) -> int:
    """Count the zeros behind the point after seconds."""
    for position, (kind, _) in enumerate(tokens):
        if kind == "point" and _follows_second(tokens, position):
            count = 0
            while position + 1 + count < len(tokens) and tokens[position + 1 + count] == ("digit", "0"):
                count += 1
            return min(count, 3)
    return 0
