"""The sheet `Neighbours`: the best known items, and beside each those that the same users like."""

from __future__ import annotations

from xlsxwriter.workbook import Workbook

from xlcf.exploring.exploration import NEIGHBOURS, Exploration
from xlcf.models.query_options import NeighbourOptions
from xlcf.report.page import LEFT, Page
from xlcf.report.style import text_points, title_width
from xlcf.report.table import Column, write_table

NAME = "Neighbours"

_WIDTH = 34.0
_HEADER_ROW = 3


def write_neighbours_sheet(book: Workbook, found: Exploration) -> None:
    """Add the sheet."""
    sentence = (
        "Nearest by the cosine of their factors, biases left out, damped by their ratings: cosine × n / "
        f"(n + {NeighbourOptions.damping:g}). Any other item: xlcf similar."
    )
    page, listed, labels = Page(book, NAME, NAME, sentence), found.neighbours(), found.model.item_labels()
    names = [labels[item] for item, _ in listed]
    texts = [
        [f"{labels[code]}  {s:.2f}" for code, s in zip(each.codes, each.similarity, strict=True)] for _, each in listed
    ]
    look = {"text_wrap": True}
    columns = [Column("Item", title_width(names, _WIDTH), names, "text", look | {"bold": True})]
    for place in range(NEIGHBOURS):
        neighbours = [each[place] if place < len(each) else None for each in texts]
        columns.append(Column(f"{place + 1}", _WIDTH, neighbours, "text", look))
    below = write_table(page, columns, _HEADER_ROW)
    for row, (name, each) in enumerate(zip(names, texts, strict=True), _HEADER_ROW + 1):
        page.sheet.set_row(row, max(text_points(text, _WIDTH, "text") for text in [name, *each]))
    page.sheet.freeze_panes(_HEADER_ROW + 1, LEFT + 1)
    page.print_table((_HEADER_ROW, _HEADER_ROW), below - 1, page.last)
