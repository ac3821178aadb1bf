"""The sheets of a rotation: `Rotation` with its matrix, `Users` and `Items` with the rotated factors."""

from __future__ import annotations

import numpy as np
from xlsxwriter.workbook import Workbook

from xlcf.exploring.exploration import Exploration
from xlcf.exploring.words import rotated
from xlcf.report.factor_table import FactorTable, TablePlaces, write_factor_table
from xlcf.report.page import LEFT, Page
from xlcf.report.style import HIGH, LOW, Style, diverging_scale
from xlcf.report.table import Column, numbers, write_table

NAMES = ("Users", "Items", "Rotation")

_ROWS = 10_000  # most users, and items, on a sheet
_TOP = 5
_MATRIX_ROW = 3


def write_rotation_sheets(book: Workbook, found: Exploration) -> None:
    """Add the three sheets."""
    model, factors = found.model, found.model.factors
    style = Style(book)
    for name, ids, id_name, titles, counts, bias, values in (
        (
            NAMES[0],
            model.user_ids,
            model.user_name,
            None,
            model.user_counts,
            factors.user_bias,
            factors.user_factors,
        ),
        (
            NAMES[1],
            model.item_ids,
            model.item_name,
            model.item_titles,
            model.item_counts,
            factors.item_bias,
            factors.item_factors,
        ),
    ):
        codes = np.argsort(-np.asarray(counts), kind="stable")[:_ROWS]
        caption = f"{name} ({len(codes):,})" if len(codes) == len(ids) else f"{name} ({len(codes):,} of {len(ids):,})"
        table = FactorTable(
            caption=caption,
            id_name=id_name,
            ids=[ids[code] for code in codes.tolist()],
            titles=None if titles is None else [titles[code] for code in codes.tolist()],
            counts=counts[codes],
            bias=None if bias is None else bias[codes],
            factors=values[codes],
        )
        places = TablePlaces(
            name, _TOP, LEFT, len(codes), factors.n_factors, titles is not None, bias is not None, has_counts=True
        )
        sentence = f"Rotated factors, those with most ratings first. {rotated(found)}"
        page = Page(book, name, name, sentence, style=style)
        write_factor_table(page, places, table)
        page.sheet.freeze_panes(_TOP, places.counts.left)
        page.print_table((_TOP - 1, _TOP - 1), places.ids.bottom, places.end - 1)
        page.sheet.autofilter(_TOP - 1, LEFT, places.factors.bottom, places.end - 1)
    _write_matrix(book, style, found)


def _write_matrix(book: Workbook, style: Style, found: Exploration) -> None:
    assert found.rotation is not None
    matrix = found.rotation.matrix
    sentence = "Rotated factors = factors × R. R is orthogonal, so products of users' and items' factors stay the same."
    page = Page(book, NAMES[2], "The rotation R", sentence, style=style)
    names = [f"Factor {k + 1}" for k in range(len(matrix))]
    columns = [Column("From / to", 12, names, "id")]
    columns += [numbers(name, 9, values, "0.000") for name, values in zip(names, matrix.T, strict=True)]
    below = write_table(page, columns, _MATRIX_ROW)
    page.sheet.conditional_format(_MATRIX_ROW + 1, LEFT + 1, below - 1, page.last, diverging_scale(matrix, LOW, HIGH))
    page.sheet.freeze_panes(_MATRIX_ROW + 1, LEFT + 1)
