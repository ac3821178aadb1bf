"""The sheets `Users` and `Items`: factors and biases, those with most ratings first."""

from __future__ import annotations

from xlsxwriter.workbook import Workbook

from xlcf.arrays import Integers
from xlcf.report.factor_table import FactorTable, TablePlaces, write_factor_table
from xlcf.report.model_book.places import ITEMS, PREDICT, USERS
from xlcf.report.model_view import ModelView
from xlcf.report.page import LEFT, Page


def users_table(view: ModelView, codes: Integers) -> FactorTable:
    """Gather what is known of some users."""
    model = view.model
    return FactorTable(
        caption=_caption(USERS, len(codes), len(model.user_ids)),
        id_name=model.user_name,
        ids=[model.user_ids[code] for code in codes.tolist()],
        titles=None,
        counts=model.user_counts[codes],
        bias=None if view.biases[0] is None else view.biases[0][codes],
        factors=view.model.predictor.user_factors[codes],
    )


def items_table(view: ModelView, codes: Integers) -> FactorTable:
    """Gather what is known of some items."""
    model = view.model
    return FactorTable(
        caption=_caption(ITEMS, len(codes), len(model.item_ids)),
        id_name=model.item_name,
        ids=[model.item_ids[code] for code in codes.tolist()],
        titles=None if model.item_titles is None else [model.item_titles[code] for code in codes.tolist()],
        counts=model.item_counts[codes],
        bias=None if view.biases[1] is None else view.biases[1][codes],
        factors=view.model.predictor.item_factors[codes],
    )


def write_factor_sheet(
    book: Workbook, view: ModelView, places: TablePlaces, table: FactorTable, file: str | None
) -> None:
    """Add the sheet of users or of items.

    Args:
        book: the workbook.
        view: the model.
        places: where the table stands.
        table: what it holds.
        file: the name of the file that holds all users or items, where the sheet does not.

    """
    page = Page(book, places.sheet, places.sheet, _what_they_are(view))
    if file is not None:
        page.note_above(f"Listed are those with most ratings; the file {file} beside this workbook holds all.")
    write_factor_table(page, places, table)
    page.sheet.freeze_panes(places.first_row, places.counts.left)
    header = places.first_row - 1
    page.print_table((header, header), places.ids.bottom, places.end - 1)
    page.sheet.autofilter(places.first_row - 1, LEFT, places.factors.bottom, places.end - 1)


def _caption(name: str, listed: int, total: int) -> str:
    return f"{name} ({total:,})" if listed == total else f"{name} ({listed:,} of {total:,})"


def _what_they_are(view: ModelView) -> str:
    if view.factors is None:
        return "Factors: what the net knows. Its hidden layer stands between them and a prediction, so no formula here."
    biases = "Factors and biases" if view.factors.user_bias is not None else "Factors"
    return f"{biases}, those with most ratings first. The sheet {PREDICT} makes predictions of them."
