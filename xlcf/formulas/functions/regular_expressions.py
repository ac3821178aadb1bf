r"""Regular expressions.

Excel's are those of PCRE2. The package `regex` reads most of them alike; the rest is refused, see `pcre`. So is what
Microsoft does not document: whether letters and digits other than ASCII's belong to \w, \d and the like, and other
signs in replacements than groups.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from xlcf.formulas.curves import CONSTANT
from xlcf.formulas.errors import CellError, UnsupportedFormulaError
from xlcf.formulas.pcre import require_common_language
from xlcf.formulas.scalar_functions import scalar_function
from xlcf.formulas.scalars import Cells

if TYPE_CHECKING:
    import regex

_SECONDS = 2.0  # for one text; a pattern may need time that grows with a power of its length
_INSERTED = re.compile(r"\$(?:\$|([0-9]+)|\{(\w+)\}|([A-Za-z_]\w*))|[\\$]", re.ASCII)


@scalar_function("REGEXTEST", takes="VVV?", curve=CONSTANT)
def regextest(text: str, pattern: str, case: int = 0) -> bool:
    return bool(_matches(text, pattern, case, first=True))


@scalar_function("REGEXEXTRACT", takes="VVV?V?", curve=CONSTANT)
def regexextract(text: str, pattern: str, mode: int = 0, case: int = 0) -> Cells:
    """Give the first match (mode 0), all matches (1) or the groups of the first match (2), side by side."""
    if mode not in (0, 1, 2):
        raise CellError("#VALUE!")
    matches = _matches(text, pattern, case, first=mode != 1)
    if not matches:
        raise CellError("#N/A")
    if mode < 2:
        return [[match[0] for match in matches]]
    groups = matches[0].groups("")
    if not groups:
        raise UnsupportedFormulaError("REGEXEXTRACT of groups needs a pattern with a group in parentheses")
    return [list(groups)]


@scalar_function("REGEXREPLACE", takes="VVVV?V?", curve=CONSTANT)
def regexreplace(text: str, pattern: str, replacement: str, occurrence: int = 0, case: int = 0) -> str:
    """Replace all matches, or only one, counted from the end where `occurrence` is negative."""
    matches = _matches(text, pattern, case)
    if occurrence:
        at = occurrence - 1 if occurrence > 0 else len(matches) + occurrence
        matches = matches[at : at + 1] if at >= 0 else []
    parts, end = [], 0
    for match in matches:
        parts += [text[end : match.start()], _filled_in(replacement, match)]
        end = match.end()
    return "".join([*parts, text[end:]])


def _matches(text: str, pattern: str, case: int, *, first: bool = False) -> list[Any]:
    """List the matches in a text, or the first of them alone.

    Raises:
        CellError: #VALUE! for a pattern or case that Excel does not know.
        UnsupportedFormulaError: where the pattern goes beyond the common language, the search takes too long, or the
            text has signs other than ASCII's and it counts whether they are letters, digits or spaces of the pattern.

    """
    if case not in (0, 1):
        raise CellError("#VALUE!")
    found, others = (_searched(_compiled(pattern, bool(case), ascii_only), text, first) for ascii_only in (False, True))
    if [_spans(match) for match in found] != [_spans(match) for match in others]:
        raise UnsupportedFormulaError(
            "a regular expression whose \\w, \\d, \\s, \\b or case meets other than ASCII signs is not supported; "
            "list the signs in brackets, as in [a-zà-ÿ]"
        )
    return found


@lru_cache(maxsize=256)
def _compiled(pattern: str, ignore_case: bool, ascii_only: bool) -> regex.Pattern[str]:
    import regex

    require_common_language(pattern)
    flags = (regex.IGNORECASE if ignore_case else 0) | (regex.ASCII if ascii_only else 0)
    try:
        return regex.compile(pattern, flags)
    except (regex.error, OverflowError):
        raise CellError("#VALUE!") from None


def _searched(compiled: regex.Pattern[str], text: str, first: bool) -> list[Any]:
    try:
        matches = compiled.finditer(text, timeout=_SECONDS)
        return list(islice(matches, 1) if first else matches)
    except TimeoutError:
        raise UnsupportedFormulaError("a regular expression takes too long; use a simpler one") from None


def _spans(match: Any) -> list[tuple[int, int]]:
    return [match.span(group) for group in range(match.re.groups + 1)]


def _filled_in(replacement: str, match: Any) -> str:
    """Put groups into a replacement: $1, ${1}, ${name}, $name; $$ is a dollar sign.

    Raises:
        CellError: #VALUE! for a group that the pattern does not have.
        UnsupportedFormulaError: for another $, for a backslash, for a group that takes no part in the match.

    """

    def insert(sign: re.Match[str]) -> str:
        if sign[0] == "$$":
            return "$"
        number = sign[1] or sign[2] or sign[3]
        if number is None:
            raise UnsupportedFormulaError(
                f"{sign[0]} in the replacement of REGEXREPLACE is supported only as $1, ${{1}}, ${{name}} and $$"
            )
        try:
            group = match[int(number) if number.isdigit() else number]
        except IndexError:
            raise CellError("#VALUE!") from None
        if group is None:
            raise UnsupportedFormulaError(
                f"the group {number} in the replacement of REGEXREPLACE takes no part in a match; "
                "let it match an empty text, as in (a?)"
            )
        return str(group)

    return _INSERTED.sub(insert, replacement)
