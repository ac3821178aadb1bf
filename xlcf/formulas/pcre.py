r"""The part of the language of regular expressions that PCRE2, which Excel uses, and the package `regex` read alike.

Sources: pcre2pattern(3); the documentation of `regex`. They differ in what one of them lacks, and in signs that both
take in another sense: \Z, \v, \h, \R, braces that are no quantifier (`regex` counts errors by them), flags in the
middle of a pattern, [:punct:], lookbehinds of no fixed length.
"""

from __future__ import annotations

import re

from xlcf.formulas.errors import UnsupportedFormulaError

_NAME = r"[A-Za-z_][A-Za-z0-9_]{0,31}"
_SIGN = r"\\(?:[ntrfa]|[ -/:-@\[-`{-~]|x[0-9A-Fa-f]{2})"
_CATEGORY = "L[ultmo]?|N[dlo]?|P[cdseifo]?|S[mcko]?|M[nce]?|Z[slp]?"
_CLASS = rf"\\(?:[dDwWsS]|[pP]\{{(?:{_CATEGORY})\}})"
_TOKEN = re.compile(
    rf"""(?P<sign>{_SIGN}|{_CLASS})
    | (?P<edge>(?:\\[bBA]|[\^$])(?![*+?{{]))
    | (?P<reference>\\(?P<number>[1-9])(?![0-9])|\(\?P=(?P<called>{_NAME})\))
    | (?P<set>\[(?![:.=]))
    | (?P<behind>\(\?<[=!])
    | (?P<uncounted>\(\?(?:[:=!>]|[ims]+:))
    | (?P<group>\((?:\?P?<(?P<name>{_NAME})>)?(?![?*]))
    | (?P<close>\))
    | (?P<repeat>(?:[*+?]|\{{[0-9]{{1,4}}(?:,[0-9]{{0,4}})?\}})[?+]?(?![*+?{{]))
    | (?P<plain>[^\\\[(){{*+?^$])""",
    re.VERBOSE | re.DOTALL,
)
_MEMBER = re.compile(
    rf"(?:{_CLASS}|\[:\^?(?:alpha|digit|alnum|space|xdigit):\])(?!-[^\]])"
    rf"|(?:{_SIGN}|\\b|\[(?![:.=])|[^\\\[\]])(?!-(?:{_CLASS}|\[))",
    re.DOTALL,
)
_FLAGS = re.compile(r"\(\?[ims]+\)")
_FIXED = re.compile(r"\{[0-9]+\}[?+]?")


def require_common_language(pattern: str) -> None:
    """Raise UnsupportedFormulaError for a pattern that may mean something else in Excel than for `regex`.

    A pattern that neither of them reads, as one with a parenthesis too many, passes where its parts do.
    """
    flags = _FLAGS.match(pattern)
    at = flags.end() if flags else 0
    opened: list[set[str]] = []  # the number and name of each open group
    referable: set[str] = set()  # those of groups that are closed
    names: set[str] = set()
    count = 0
    is_behind = False
    while at < len(pattern):
        token = _TOKEN.match(pattern, at)
        if token is None or token["name"] in names:
            raise _refused(pattern, at)
        kind = str(token.lastgroup)
        end = token.end()
        if is_behind and (
            kind in ("group", "uncounted", "behind", "reference")
            or (kind == "repeat" and not _FIXED.fullmatch(token[0]))
        ):
            raise _refused(pattern, at)
        if kind == "set":
            end = _end_of_set(pattern, end)
        elif kind == "group":
            count += 1
            name = {token["name"]} - {None}
            names |= name
            opened.append({str(count), *name})
        elif kind in ("behind", "uncounted"):
            opened.append(set())
            is_behind = kind == "behind"
        elif kind == "close" and opened:
            referable |= opened.pop()
            is_behind = False
        elif kind == "reference" and (token["number"] or token["called"]) not in referable:
            raise _refused(pattern, at)
        at = end


def _end_of_set(pattern: str, start: int) -> int:
    """Find where a set in brackets ends whose first sign is at `start`; a ] there is one of its signs."""
    at = start + pattern.startswith("^", start)
    at += pattern.startswith("]", at)
    while at < len(pattern) and pattern[at] != "]":
        member = _MEMBER.match(pattern, at)
        if member is None:
            raise _refused(pattern, start - 1)
        at = member.end()
    return at + 1


def _refused(pattern: str, at: int) -> UnsupportedFormulaError:
    return UnsupportedFormulaError(
        f"the regular expression {pattern} is not supported from {pattern[at : at + 8]} on; "
        "use the signs that all engines share (for a brace that is a sign itself write \\{)"
    )
