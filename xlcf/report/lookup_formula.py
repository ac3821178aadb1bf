"""Finding what is typed into one cell among the cells of a column, by formula."""

from __future__ import annotations

from xlcf.report.area import Area


def place_formula(cell: str, column: Area, *, has_texts: bool) -> str:
    """Give the formula, without the leading `=`, of the place of a cell's value in a column, which may hold texts.

    MATCH alone would take `*`, `?` and `~` in a text for wildcards; = does not, and SUMPRODUCT makes it compare cell by
    cell in any Excel, without an array formula.
    """
    if has_texts:
        return f"SUMPRODUCT(MATCH(TRUE,{column}={cell},0))"
    return f"MATCH({cell},{column},0)"
