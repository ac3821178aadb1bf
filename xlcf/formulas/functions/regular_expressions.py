"""Regular expressions.

Excel's are those of PCRE2, which the package `regex` is near to.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import regex

from xlcf.formulas.curves import CONSTANT
from xlcf.formulas.errors import CellError, UnsupportedFormulaError
from xlcf.formulas.scalar_functions import scalar_function
from xlcf.formulas.scalars import Cells

_SECONDS = 2.0  # for one search; a pattern may need time that grows with a power of the text's length
_INSERTED = regex.compile(r"\$(?:\$|([0-9]+)|\{(\w+)\}|([A-Za-z_]\w*))")


@scalar_function("REGEXTEST", takes="VVV?", curve=CONSTANT)
def regextest(text: str, pattern: str, case: int = 0) -> bool:
    return _first_match(_compiled(pattern, case), text) is not None


@scalar_function("REGEXEXTRACT", takes="VVV?V?", curve=CONSTANT)
def regexextract(text: str, pattern: str, mode: int = 0, case: int = 0) -> Cells:
    """Give the first match (mode 0), all matches (1) or the groups of the first match (2), side by side."""
    if mode not in (0, 1, 2):
        raise CellError("#VALUE!")
    compiled = _compiled(pattern, case)
    if mode == 1:
        found = [match[0] for match in _all_matches(compiled, text)]
    else:
        match = _first_match(compiled, text)
        found = [] if match is None else [match[0]] if mode == 0 else [group or "" for group in match.groups()]
    if not found:
        raise CellError("#N/A")
    return [list(found)]


@scalar_function("REGEXREPLACE", takes="VVVV?V?", curve=CONSTANT)
def regexreplace(text: str, pattern: str, replacement: str, occurrence: int = 0, case: int = 0) -> str:
    """Replace all matches, or only one, counted from the end where `occurrence` is negative."""
    matches = _all_matches(_compiled(pattern, case), text)
    if occurrence:
        at = occurrence - 1 if occurrence > 0 else len(matches) + occurrence
        matches = matches[at : at + 1] if at >= 0 else []
    parts, end = [], 0
    for match in matches:
        parts += [text[end : match.start()], _filled_in(replacement, match)]
        end = match.end()
    return "".join([*parts, text[end:]])


@lru_cache(maxsize=256)
def _compiled(pattern: str, case: int) -> regex.Pattern[str]:
    if case not in (0, 1):
        raise CellError("#VALUE!")
    try:
        return regex.compile(pattern, regex.IGNORECASE if case else 0)
    except (regex.error, OverflowError):
        raise CellError("#VALUE!") from None


def _first_match(compiled: regex.Pattern[str], text: str) -> Any:
    try:
        return compiled.search(text, timeout=_SECONDS)
    except TimeoutError:
        raise _too_slow() from None


def _all_matches(compiled: regex.Pattern[str], text: str) -> list[Any]:
    try:
        return list(compiled.finditer(text, timeout=_SECONDS))
    except TimeoutError:
        raise _too_slow() from None


def _too_slow() -> UnsupportedFormulaError:
    return UnsupportedFormulaError("a regular expression takes too long; use a simpler one")


def _filled_in(replacement: str, match: Any) -> str:
    """Put groups into a replacement: $1, ${1}, ${name}, $name; $$ is a dollar sign."""

    def insert(sign: Any) -> str:
        number = sign[1] or sign[2] or sign[3]
        if number is None:
            return "$"
        try:
            return match[int(number) if number.isdigit() else number] or ""
        except IndexError:
            raise CellError("#VALUE!") from None

    return str(_INSERTED.sub(insert, replacement))
