"""The sheet `Neighbours`: the best known items, and beside each those that the same users like."""

from __future__ import annotations

from xlsxwriter.workbook import Workbook

from xlcf.exploring.exploration import NEIGHBOURS, Exploration
from xlcf.models.query_options import NeighbourOptions
from xlcf.report.cells import write_text
from xlcf.report.explore_book.lists import LEFT
from xlcf.report.style import Style, line_count, print_table, set_up_page, title_width, write_heading

NAME = "Neighbours"

_WIDTH = 34.0


def write_neighbours_sheet(book: Workbook, found: Exploration) -> None:
    """Add the sheet."""
    sheet, style, labels = book.add_worksheet(NAME), Style(book), found.fitted.item_labels()
    set_up_page(sheet)
    listed = found.neighbours()
    sentence = (
        "Nearest by the cosine of their factors, biases left out, damped by their ratings: cosine × n / "
        f"(n + {NeighbourOptions.damping:g}). Any other item: xlcf similar."
    )
    write_heading(sheet, style, NAME, sentence)
    names = [labels[item] for item, _ in listed]
    sheet.set_column(LEFT, LEFT, title_width(names, _WIDTH))
    sheet.set_column(LEFT + 1, LEFT + NEIGHBOURS, _WIDTH)
    write_text(sheet, 3, LEFT, "Item", style("header_text"))
    for place in range(NEIGHBOURS):
        write_text(sheet, 3, LEFT + 1 + place, f"{place + 1}", style("header"))
    bold, plain = style("text", text_wrap=True, bold=True), style("text", text_wrap=True)
    for row, (item, neighbours) in enumerate(listed, 4):
        texts = [f"{labels[code]}  {s:.2f}" for code, s in zip(neighbours.codes, neighbours.similarity, strict=True)]
        write_text(sheet, row, LEFT, labels[item], bold)
        for column, text in enumerate(texts, LEFT + 1):
            write_text(sheet, row, column, text, plain)
        lines = max(line_count(text, 1.05 * _WIDTH) for text in [labels[item], *texts])
        sheet.set_row(row, 5 + 13.5 * lines)
    sheet.freeze_panes(4, LEFT + 1)
    print_table(sheet, (3, 3), 3 + len(listed), LEFT + NEIGHBOURS)
