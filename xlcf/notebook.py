"""Small tables for notebooks: what the results' `_repr_html_` give."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from math import isfinite

MOST_ROWS = 10
"""Rows that a table shows before it says how many more there are."""


def facts(title: str, pairs: Iterable[tuple[str, object]], sentences: Iterable[str] = ()) -> str:
    """Write a heading, a table of names and values (those that are None are left out), and sentences below it."""
    rows = "".join(
        f'<tr><th scope="row" style="text-align: left">{escape(name)}</th>'
        f'<td style="text-align: left">{escape(shown(value))}</td></tr>'
        for name, value in pairs
        if value is not None
    )
    below = "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences if sentence)
    return f"<p><strong>{escape(title)}</strong></p><table><tbody>{rows}</tbody></table>{below}"


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Write a table with a head, of its first rows."""
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    body = "".join(
        "<tr>" + "".join(f"<td{_aligned(cell)}>{escape(shown(cell))}</td>" for cell in row) + "</tr>"
        for row in rows[:MOST_ROWS]
    )
    more = f"<p>and {len(rows) - MOST_ROWS:,} more</p>" if len(rows) > MOST_ROWS else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def shown(value: object) -> str:
    """Write a value as a person reads it: numbers to six digits, whole ones with commas, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.6g}" if isfinite(value) else "none"
    return str(value)


def _aligned(cell: object) -> str:
    return "" if isinstance(cell, int | float) else ' style="text-align: left"'
