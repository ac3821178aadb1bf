"""The sheets of a rotation: `Rotation` with its matrix, `Users` and `Items` with the rotated factors."""

from __future__ import annotations

import numpy as np
from xlsxwriter.workbook import Workbook

from xlcf.exploring.exploration import Exploration
from xlcf.exploring.words import rotated
from xlcf.report.cells import write_number, write_text
from xlcf.report.explore_book.lists import LEFT
from xlcf.report.factor_table import FactorTable, TablePlaces, write_table
from xlcf.report.style import HIGH, LOW, Style, diverging_scale, print_table, set_up_page, write_heading

NAMES = ("Users", "Items", "Rotation")

_ROWS = 10_000  # most users, and items, on a sheet
_TOP = 5


def write_rotation_sheets(book: Workbook, found: Exploration) -> None:
    """Add the three sheets."""
    fitted, factors = found.fitted, found.fitted.factors
    style = Style(book)
    for name, ids, id_name, titles, counts, bias, values in (
        (
            NAMES[0],
            fitted.user_ids,
            fitted.user_name,
            None,
            fitted.user_counts,
            factors.user_bias,
            factors.user_factors,
        ),
        (
            NAMES[1],
            fitted.item_ids,
            fitted.item_name,
            fitted.item_titles,
            fitted.item_counts,
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
        sheet = book.add_worksheet(name)
        set_up_page(sheet)
        write_heading(sheet, style, name, f"Rotated factors, those with most ratings first. {rotated(found)}")
        write_table(sheet, style, places, table)
        sheet.freeze_panes(_TOP, places.counts.left)
        print_table(sheet, (_TOP - 1, _TOP - 1), places.ids.bottom, places.end - 1)
        sheet.autofilter(_TOP - 1, LEFT, places.factors.bottom, places.end - 1)
    _write_matrix(book, style, found)


def _write_matrix(book: Workbook, style: Style, found: Exploration) -> None:
    assert found.rotation is not None
    matrix = found.rotation.matrix
    sheet = book.add_worksheet(NAMES[2])
    set_up_page(sheet)
    sentence = "Rotated factors = factors × R. R is orthogonal, so products of users' and items' factors stay the same."
    write_heading(sheet, style, "The rotation R", sentence)
    sheet.set_column(LEFT, LEFT, 12)
    sheet.set_column(LEFT + 1, LEFT + len(matrix), 9)
    write_text(sheet, 3, LEFT, "From / to", style("header_text"))
    for k in range(len(matrix)):
        write_text(sheet, 3, LEFT + 1 + k, f"Factor {k + 1}", style("header"))
    for row, values in enumerate(matrix.tolist(), 4):
        write_text(sheet, row, LEFT, f"Factor {row - 3}", style("id"))
        for column, value in enumerate(values, LEFT + 1):
            write_number(sheet, row, column, value, style("cell", num_format="0.000"))
    sheet.conditional_format(4, LEFT + 1, 3 + len(matrix), LEFT + len(matrix), diverging_scale(matrix, LOW, HIGH))
    sheet.freeze_panes(4, LEFT + 1)
