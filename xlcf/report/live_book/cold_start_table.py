"""The table that ratings are typed into: those of the other side, the predictions, and the numbers on the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from xlsxwriter.format import Format

from xlcf.report.cells import write_formula, write_id, write_number, write_text
from xlcf.report.live_book import places as names
from xlcf.report.live_book.cold_start_page import NUMBER_WIDTH, ColdStartPage
from xlcf.report.live_book.places import FIRST_ROW, HEADER_ROW
from xlcf.report.style import HIGH, LOW, diverging_scale, id_width, title_width

Computed = tuple[str, Callable[[int], str], Sequence[float | str], Format]
"""A column of formulas: its name, the formula of a row, the values, their format."""

_TITLE_WIDTH = 44.0
_TEXTS = (names.ID, names.TITLE)


def write_cold_start_table(page: ColdStartPage) -> None:
    """Write the table, row by row."""
    _write_headers(page)
    _write_known(page)
    for name, formula, values, cell in _computed(page):
        column = page.places.column(name).left
        for place, value in enumerate(values):
            write_formula(page.sheet, FIRST_ROW + place, column, formula(place), value, cell)
    _validate(page)
    page.colour(page.places.column(names.PREDICTION))
    factors, has_bias = page.places.factors, int(page.cold_start.fold_in.has_bias)
    scale = diverging_scale(page.cold_start.features[:, has_bias:], LOW, HIGH)
    page.sheet.conditional_format(factors.top, factors.left, factors.bottom, factors.right, scale)


def _write_headers(page: ColdStartPage) -> None:
    cold_start, places = page.cold_start, page.places
    shown = {names.ID: cold_start.id_name, names.RATING: "Your rating" if cold_start.kind == "user" else "Their rating"}
    factors = [f"Factor {factor + 1}" for factor in range(cold_start.model.factors.n_factors)]
    for column, name in enumerate([*places.columns, *factors], places.left):
        width = NUMBER_WIDTH
        if name == names.ID:
            width = id_width(cold_start.id_name, cold_start.ids)
        elif name == names.TITLE and cold_start.titles is not None:
            width = title_width(cold_start.titles, _TITLE_WIDTH)
        page.sheet.set_column(column, column, width)
        role = "header_text" if name in _TEXTS else "header"
        write_text(page.sheet, HEADER_ROW, column, shown.get(name, name), page.style(role))
    page.sheet.set_row(HEADER_ROW, 30)


def _write_known(page: ColdStartPage) -> None:
    """Write what is known of the others, and the ratings that were typed."""
    sheet, style, cold_start, places = page.sheet, page.style, page.cold_start, page.places
    id_format, text, typed = style("id"), style("text"), style("input", num_format="General", bold=True)
    ids, counts, ratings = cold_start.ids, cold_start.counts.tolist(), cold_start.ratings
    features = cold_start.features.tolist()
    at = {name: places.column(name).left for name in places.columns}
    for place, row in enumerate(range(FIRST_ROW, FIRST_ROW + places.rows)):
        write_id(sheet, row, at[names.ID], ids[place], id_format)
        if cold_start.titles is not None:
            write_text(sheet, row, at[names.TITLE], cold_start.titles[place], text)
        write_number(sheet, row, at[names.RATINGS], counts[place], page.count)
        write_number(sheet, row, at[names.RATING], ratings[place], typed)
        if cold_start.bias is not None:
            write_number(sheet, row, at[names.BIAS], float(cold_start.bias[place]), page.number)
        for column, value in enumerate(features[place], places.features.left):
            write_number(sheet, row, column, value, page.number)


def _computed(page: ColdStartPage) -> list[Computed]:
    """Give the columns of formulas, with the values that the library computes."""
    cold_start, formulas, quiet = page.cold_start, page.formulas, page.quiet
    rated, sums, average_sums = cold_start.is_rated, cold_start.sums, cold_start.average_sums
    average = cold_start.model.factors.rating_of(average_sums)
    given = np.array([0.0 if rating is None else rating for rating in cold_start.ratings])
    recommended = set(cold_start.ranked.tolist())
    ranked = [z if place in recommended else "" for place, z in enumerate(sums.tolist())]
    weight = np.where(rated, cold_start.fold_in.slopes(average_sums), 0.0)
    columns: list[Computed] = [
        (names.PREDICTION, formulas.prediction, page.predictions.tolist(), page.rating()),
        (names.TO_RANK, formulas.to_rank, ranked, quiet),
        (names.SUM, lambda place: formulas.total(place, 2), sums.tolist(), quiet),
        (names.AVERAGE, formulas.average_prediction, average.tolist(), quiet),
        (names.WEIGHT, formulas.row_weight, weight.tolist(), quiet),
        (names.ERROR, formulas.error, np.where(rated, given - average, 0.0).tolist(), quiet),
    ]
    if formulas.has_sigmoid:
        columns.append((names.AVERAGE_SUM, lambda place: formulas.total(place, 0), average_sums.tolist(), quiet))
    return columns


def _validate(page: ColdStartPage) -> None:
    """Let nothing but ratings be typed."""
    (low, high), typed = page.cold_start.model.allowed_range, page.places.column(names.RATING)
    page.sheet.data_validation(
        *(typed.top, typed.left, typed.bottom, typed.right),
        {
            "validate": "decimal",
            "criteria": "between",
            "minimum": low,
            "maximum": high,
            "error_title": "No such rating",
            "error_message": f"Ratings go from {low:g} to {high:g}. Leave the cell blank where there is none.",
        },
    )
