"""The sheet `Waterfall`: choose a user and an item, and see what the prediction is made of."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.utility import quote_sheetname
from xlsxwriter.workbook import Workbook

from xlcf.ratings.ratings import Id
from xlcf.report.area import Area, cell_name
from xlcf.report.cells import Formula, merge_text, write_formula, write_id, write_text
from xlcf.report.factor_table import sigmoid_formula
from xlcf.report.live_book import places as columns
from xlcf.report.live_book import waterfall_places as names
from xlcf.report.live_book.places import ColdStartPlaces
from xlcf.report.live_book.waterfall_bars import write_bars
from xlcf.report.live_book.waterfall_chart import write_chart
from xlcf.report.live_book.waterfall_places import (
    CHOSEN,
    ITEM_ROW,
    PARTS_ROW,
    PLACE,
    RATINGS,
    USER_ROW,
    WaterfallPlaces,
)
from xlcf.report.lookup_formula import place_formula
from xlcf.report.page import LEFT, Page
from xlcf.report.style import signed_format
from xlcf.report.table import Column, numbers, write_table

_WIDTHS = (20, 18, 18, 12, 12, 3, 24, *[11] * 9)
_NUMBER = "0.0000"
_EXPLAINED = {
    names.MEAN: "where every prediction begins",
    names.GLOBAL_BIAS: "where every prediction begins",
    names.USER_BIAS: "how far this user's ratings lie above the others'",
    names.ITEM_BIAS: "and this item's",
    names.FACTORS: "the products below, added up",
    names.SUM: "all of these",
}


def write_waterfall(book: Workbook, name: str, places: WaterfallPlaces) -> None:
    """Add the sheet."""
    sentence = (
        "Choose a user and an item in the two yellow cells: each part of the prediction, and the chart, follow. Green "
        "raises the prediction, orange lowers it."
    )
    page = Page(book, name, name, sentence, pages=(1, 1))
    page.columns(_WIDTHS)
    _write_pair(page, places)
    _write_parts(page, places)
    _write_factors(page, places)
    write_bars(page, places)
    write_chart(page, places)
    page.sheet.set_selection(USER_ROW, CHOSEN, USER_ROW, CHOSEN)


def _write_pair(page: Page, places: WaterfallPlaces) -> None:
    """Write the two cells to choose in, and what is found by them."""
    sheet, style = page.sheet, page.style
    merge_text(sheet, USER_ROW - 1, CHOSEN, CHOSEN + 1, "Choose here", style("header"))
    for column, text in ((LEFT, ""), (PLACE, "Place"), (RATINGS, "Ratings")):
        write_text(sheet, USER_ROW - 1, column, text, style("header"))
    for row, side, code in ((USER_ROW, places.users, places.user), (ITEM_ROW, places.items, places.item)):
        place = side.cold_start.listed.tolist().index(code)
        write_text(sheet, row, LEFT, "User" if row == USER_ROW else "Item", style("id", num_format="General"))
        choices = _choices(side)
        listed: Sequence[str | Id] = side.cold_start.titles or side.cold_start.ids
        chosen = listed[place]
        cell = style("input", num_format="@" if isinstance(chosen, str) else "General", bold=True)
        sheet.merge_range(row, CHOSEN, row, CHOSEN + 1, "", cell)
        write_id(sheet, row, CHOSEN, chosen, cell)
        sheet.data_validation(
            *(row, CHOSEN, row, CHOSEN),
            {
                "validate": "list",
                "source": f"={choices}",
                "error_title": "Not listed",
                "error_message": f"The sheet {side.sheet} does not list it.",
            },
        )
        has_texts = any(isinstance(choice, str) for choice in listed)
        found = f'=IFERROR({place_formula(cell_name(row, CHOSEN), choices, has_texts=has_texts)},"not listed")'
        count = style("cell", num_format="#,##0")
        write_formula(sheet, row, PLACE, found, float(place + 1), count)
        ratings = f'=IFERROR(INDEX({side.beyond(columns.RATINGS)},{cell_name(row, PLACE)}),"")'
        write_formula(sheet, row, RATINGS, ratings, float(side.cold_start.counts[place]), count)


def _choices(side: ColdStartPlaces) -> Area:
    return side.beyond(columns.TITLE if side.cold_start.titles is not None else columns.ID)


def _write_parts(page: Page, places: WaterfallPlaces) -> None:
    sheet, style = page.sheet, page.style
    page.caption(PARTS_ROW - 2, LEFT, LEFT + 4, "What the prediction is made of")
    for column, text in enumerate(("Part", "Adds", "", "", ""), LEFT):
        write_text(sheet, PARTS_ROW - 1, column, text, style("header" if text == "Adds" else "header_text"))
    formulas = {
        names.USER_BIAS: _looked_up(places.users, columns.BIAS, USER_ROW),
        names.ITEM_BIAS: _looked_up(places.items, columns.BIAS, ITEM_ROW),
        names.FACTORS: f"=SUM({places.factor_table.column(3)})",
        names.SUM: f"=SUM({cell_name(PARTS_ROW, LEFT + 1)}:{cell_name(PARTS_ROW + len(places.parts) - 1, LEFT + 1)})",
        names.PREDICTION: _prediction(places),
        places.base: f"={_constant(places, columns.GLOBAL_BIAS)}",
    }
    values = places.parts | {names.SUM: places.total, names.PREDICTION: places.prediction}
    for row, (name, value) in enumerate(values.items(), PARTS_ROW):
        last = name == names.PREDICTION
        write_text(sheet, row, LEFT, name, style("id", num_format="General", bold=last))
        is_part = name in places.parts and name != places.base
        cell = style("total" if last else "cell", num_format=signed_format(_NUMBER) if is_part else _NUMBER)
        write_formula(sheet, row, LEFT + 1, formulas[name], value, cell)
        text = _in_words(places) if last else _EXPLAINED[name]
        write_text(sheet, row, LEFT + 2, text, style("subtitle", indent=1))


def _in_words(places: WaterfallPlaces) -> str:
    if places.has_sigmoid:
        return "low + (high - low) / (1 + e^-sum)"
    return "the sum, kept within the range of ratings" if places.clip is not None else "the sum"


def _prediction(places: WaterfallPlaces) -> str:
    total = places.part(names.SUM)
    rating = total
    if places.has_sigmoid:
        low, high = (_constant(places, end) for end in columns.SIGMOID_ENDS)
        rating = sigmoid_formula(total, low, high)
    if places.users.cold_start.model.shown_range is not None:
        low, high = (_constant(places, end) for end in columns.RANGE_ENDS)
        rating = f"MIN({high},MAX({low},{rating}))"
    user, item = cell_name(USER_ROW, PLACE), cell_name(ITEM_ROW, PLACE)
    return f'=IF(AND(ISNUMBER({user}),ISNUMBER({item})),{rating},"not listed")'


def _write_factors(page: Page, places: WaterfallPlaces) -> None:
    table, factors = places.factor_table, places.factors
    page.caption(table.top - 2, LEFT, table.right, "Factor by factor")
    user, item = factors.user_factors[places.user].tolist(), factors.item_factors[places.item].tolist()
    products = places.products.tolist()
    columns = [Column("Factor", _WIDTHS[0], range(1, len(products) + 1), "id")]
    live = {
        "User's": [(_one_factor(places.users, factor, USER_ROW), value) for factor, value in enumerate(user)],
        "Item's": [(_one_factor(places.items, factor, ITEM_ROW), value) for factor, value in enumerate(item)],
        "Product": [
            (f"={table.cell(factor, 1)}*{table.cell(factor, 2)}", value) for factor, value in enumerate(products)
        ],
        "Size": [(f"=ABS({table.cell(factor, 3)})", abs(value)) for factor, value in enumerate(products)],
    }
    for width, (name, cells) in zip(_WIDTHS[1:], live.items(), strict=False):
        columns.append(numbers(name, width, [Formula(*cell) for cell in cells], _NUMBER))
    write_table(page, columns, table.top - 1)


def _looked_up(side: ColdStartPlaces, name: str, row: int) -> str:
    """Give the formula of the bias of the one who is chosen in a row; 0 where nobody listed is."""
    bias = side.beyond(name) if name in side.columns else None
    return f"=IFERROR(INDEX({bias},{cell_name(row, PLACE)}),0)"


def _one_factor(side: ColdStartPlaces, factor: int, row: int) -> str:
    return f"=IFERROR(INDEX({side.factors.column(factor)},{cell_name(row, PLACE)}),0)"


def _constant(places: WaterfallPlaces, name: str) -> str:
    """Name a constant of the model, which stands on the items' sheet."""
    area = places.items.constant(name)
    return f"{quote_sheetname(places.items.sheet)}!{area}"
