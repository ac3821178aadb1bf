"""Formulas as Excel shows them, from formulas as a file keeps them."""

from __future__ import annotations

import re

_TEXT = re.compile(r'("(?:[^"]|"")*")')
_PREFIX = re.compile(r"_xl(?:fn|ws|pm|udf|op)\.(?:_xlws\.)?", re.IGNORECASE)
_SINGLE = re.compile(r"_xlfn\.SINGLE\(([^()]*(?:\([^()]*\))?)\)", re.IGNORECASE)
_SPILLED = re.compile(r"_xlfn\.ANCHORARRAY\(([^()]*)\)", re.IGNORECASE)
_OWN_ROW = re.compile(r"\[\[#This Row\],\s*(\[(?:'.|[^\[\]'])*\](?::\[(?:'.|[^\[\]'])*\])?)\]", re.IGNORECASE)
_PLAIN = re.compile(r"\[[\w.]+\]")


def shown_text(formula: str) -> str:
    """Write a formula, with its `=`, as Excel's formula bar shows it in English.

    Marks of newer functions are left out, `_xlfn.SINGLE(x)` is @x, `_xlfn.ANCHORARRAY(x)` is x#, and a table's own row
    is @.
    """
    pieces = _TEXT.split(formula)
    return "".join(piece if number % 2 else _outside_texts(piece) for number, piece in enumerate(pieces))


def _outside_texts(text: str) -> str:
    text = _SPILLED.sub(r"\1#", _SINGLE.sub(r"@\1", text))
    text = _OWN_ROW.sub(_own_row, text)
    text = re.sub(r"\[#This Row\]", "[@]", text, flags=re.IGNORECASE)
    return _PREFIX.sub("", text)


def _own_row(match: re.Match[str]) -> str:
    columns = match[1]
    return f"[@{columns[1:-1]}]" if _PLAIN.fullmatch(columns) else f"[@{columns}]"
