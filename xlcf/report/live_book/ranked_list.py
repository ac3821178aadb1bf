"""The list of the best ones for a newcomer, left on the sheet; it follows the ratings that are typed."""

from __future__ import annotations

from collections.abc import Sequence

from xlcf.report.cells import write_formula, write_number, write_text
from xlcf.report.live_book import places as names
from xlcf.report.live_book.canvas import NUMBER_WIDTH, Canvas
from xlcf.report.live_book.places import FIRST_ROW, HEADER_ROW, LEFT
from xlcf.report.style import MUTED, id_width, title_width

_TITLE_WIDTH = 44.0


def write_ranked_list(canvas: Canvas) -> None:
    """Write the list: rank, title or id, prediction, ratings, and how it was found: the sum, and its place."""
    newcomer = canvas.newcomer
    _write_headers(canvas)
    best = newcomer.ranked
    for rank in range(canvas.places.list_rows):
        _write_rank(canvas, rank, int(best[rank]) if rank < len(best) else None)
    canvas.colour(canvas.places.list_column(names.PREDICTION))


def _write_headers(canvas: Canvas) -> None:
    newcomer = canvas.newcomer
    if newcomer.titles is None:
        label, width = newcomer.id_name, max(24.0, id_width(newcomer.id_name, newcomer.ids))
    else:
        label, width = names.TITLE, max(24.0, title_width(newcomer.titles, _TITLE_WIDTH))
    widths = (7.0, width, NUMBER_WIDTH, NUMBER_WIDTH, NUMBER_WIDTH, 9.0)
    for column, (name, wide) in enumerate(zip(names.LIST_COLUMNS, widths, strict=True), LEFT):
        canvas.sheet.set_column(column, column, wide)
        text, role = (label, "header_text") if name == names.TITLE else (name, "header")
        write_text(canvas.sheet, HEADER_ROW, column, text, canvas.style(role))


def _write_rank(canvas: Canvas, rank: int, place: int | None) -> None:
    """Write a row; without a place there is nobody left for it."""
    newcomer, formulas, row = canvas.newcomer, canvas.formulas, FIRST_ROW + rank
    labels: Sequence[object] = newcomer.titles or newcomer.ids
    label = names.TITLE if newcomer.titles is not None else names.ID
    write_number(canvas.sheet, row, LEFT, rank + 1, canvas.style("cell", num_format="0"))
    text = canvas.style("text", num_format="General")
    for name, formula, values, cell in (
        (names.TITLE, formulas.ranked(label, rank), labels, text),
        (names.PREDICTION, formulas.ranked(names.PREDICTION, rank), canvas.predictions, canvas.rating(bold=True)),
        (names.RATINGS, formulas.ranked(names.RATINGS, rank), newcomer.counts, canvas.count),
        (names.SUM, formulas.ranked_sum(rank), newcomer.sums, canvas.quiet),
    ):
        value = _nothing(canvas, rank, name) if place is None else values[place]
        value = value if isinstance(value, str) else float(value)  # type: ignore[arg-type]
        write_formula(canvas.sheet, row, canvas.places.list_column(name).left, formula, value, cell)
    at = canvas.places.list_column(names.PLACE).left
    found = "" if place is None else place + 1
    quiet = canvas.style("cell", num_format="#,##0", font_color=MUTED)
    canvas.sheet.write_array_formula(row, at, row, at, formulas.ranked_place(rank), quiet, found)


def _nothing(canvas: Canvas, rank: int, name: str) -> str:
    """Give what stands in a cell of a rank for which nobody is left."""
    return names.NOTHING if canvas.formulas.has_least and rank == 0 and name == names.TITLE else ""
