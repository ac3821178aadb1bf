"""The sheet `Waterfall`: choose a user and an item, and see what the prediction is made of."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from xlcf.ratings.ratings import Id
from xlcf.report.cells import merge_text, write_formula, write_id, write_number, write_text
from xlcf.report.factor_table import sigmoid_formula
from xlcf.report.live_book import places as newcomer
from xlcf.report.live_book import waterfall_places as names
from xlcf.report.live_book.places import NewcomerPlaces
from xlcf.report.live_book.waterfall_bars import write_bars
from xlcf.report.live_book.waterfall_chart import write_chart
from xlcf.report.live_book.waterfall_places import (
    CHOSEN,
    ITEM_ROW,
    LEFT,
    PARTS_ROW,
    PLACE,
    RATINGS,
    USER_ROW,
    WaterfallPlaces,
)
from xlcf.report.lookup_formula import place_formula
from xlcf.report.sheet_names import Area
from xlcf.report.style import Style, set_up_page, signed_format, write_heading

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
    sheet, style = book.add_worksheet(name), Style(book)
    set_up_page(sheet)
    for column, width in enumerate(_WIDTHS, LEFT):
        sheet.set_column(column, column, width)
    sentence = (
        "Choose a user and an item in the two yellow cells: each part of the prediction, and the chart, follow. Green "
        "raises the prediction, orange lowers it."
    )
    write_heading(sheet, style, name, sentence)
    _write_pair(sheet, style, places)
    _write_parts(sheet, style, places)
    _write_factors(sheet, style, places)
    write_bars(sheet, style, places)
    write_chart(book, sheet, places)
    sheet.set_selection(USER_ROW, CHOSEN, USER_ROW, CHOSEN)
    sheet.fit_to_pages(1, 1)


def _write_pair(sheet: Worksheet, style: Style, places: WaterfallPlaces) -> None:
    """Write the two cells to choose in, and what is found by them."""
    merge_text(sheet, USER_ROW - 1, CHOSEN, CHOSEN + 1, "Choose here", style("header"))
    for column, text in ((LEFT, ""), (PLACE, "Place"), (RATINGS, "Ratings")):
        write_text(sheet, USER_ROW - 1, column, text, style("header"))
    for row, side, code in ((USER_ROW, places.users, places.user), (ITEM_ROW, places.items, places.item)):
        place = side.newcomer.listed.tolist().index(code)
        write_text(sheet, row, LEFT, "User" if row == USER_ROW else "Item", style("id", num_format="General"))
        choices = _choices(side)
        listed: Sequence[str | Id] = side.newcomer.titles or side.newcomer.ids
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
        found = f'=IFERROR({place_formula(_cell(row, CHOSEN), choices, has_texts=has_texts)},"not listed")'
        count = style("cell", num_format="#,##0")
        write_formula(sheet, row, PLACE, found, float(place + 1), count)
        ratings = f'=IFERROR(INDEX({side.beyond(newcomer.RATINGS)},{_cell(row, PLACE)}),"")'
        write_formula(sheet, row, RATINGS, ratings, float(side.newcomer.counts[place]), count)


def _choices(side: NewcomerPlaces) -> Area:
    return side.beyond(newcomer.TITLE if side.newcomer.titles is not None else newcomer.ID)


def _write_parts(sheet: Worksheet, style: Style, places: WaterfallPlaces) -> None:
    _caption(sheet, style, PARTS_ROW - 2, "What the prediction is made of")
    for column, text in enumerate(("Part", "Adds", "", "", ""), LEFT):
        write_text(sheet, PARTS_ROW - 1, column, text, style("header" if text == "Adds" else "header_text"))
    formulas = {
        names.USER_BIAS: _looked_up(places.users, newcomer.BIAS, USER_ROW),
        names.ITEM_BIAS: _looked_up(places.items, newcomer.BIAS, ITEM_ROW),
        names.FACTORS: f"=SUM({places.factor_table.column(3)})",
        names.SUM: f"=SUM({_cell(PARTS_ROW, LEFT + 1)}:{_cell(PARTS_ROW + len(places.parts) - 1, LEFT + 1)})",
        names.PREDICTION: _prediction(places),
        places.base: f"={_constant(places, newcomer.GLOBAL_BIAS)}",
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
        low, high = (_constant(places, end) for end in newcomer.SIGMOID_ENDS)
        rating = sigmoid_formula(total, low, high)
    if places.users.newcomer.fitted.shown_range is not None:
        low, high = (_constant(places, end) for end in newcomer.RANGE_ENDS)
        rating = f"MIN({high},MAX({low},{rating}))"
    user, item = _cell(USER_ROW, PLACE), _cell(ITEM_ROW, PLACE)
    return f'=IF(AND(ISNUMBER({user}),ISNUMBER({item})),{rating},"not listed")'


def _write_factors(sheet: Worksheet, style: Style, places: WaterfallPlaces) -> None:
    table, factors = places.factor_table, places.factors
    _caption(sheet, style, table.top - 2, "Factor by factor")
    for column, text in enumerate(("Factor", "User's", "Item's", "Product", "Size"), LEFT):
        write_text(sheet, table.top - 1, column, text, style("header"))
    number, quiet = style("cell", num_format=_NUMBER), style("id", num_format="0")
    user, item = factors.user_factors[places.user].tolist(), factors.item_factors[places.item].tolist()
    for factor, product in enumerate(places.products.tolist()):
        row = table.top + factor
        write_number(sheet, row, LEFT, factor + 1, quiet)
        cells: Sequence[tuple[str, float]] = (
            (_one_factor(places.users, factor, USER_ROW), user[factor]),
            (_one_factor(places.items, factor, ITEM_ROW), item[factor]),
            (f"={table.cell(factor, 1)}*{table.cell(factor, 2)}", product),
            (f"=ABS({table.cell(factor, 3)})", abs(product)),
        )
        for column, (formula, value) in enumerate(cells, LEFT + 1):
            write_formula(sheet, row, column, formula, value, number)


def _looked_up(side: NewcomerPlaces, name: str, row: int) -> str:
    """Give the formula of the bias of the one who is chosen in a row; 0 where nobody listed is."""
    bias = side.beyond(name) if name in side.columns else None
    return f"=IFERROR(INDEX({bias},{_cell(row, PLACE)}),0)"


def _one_factor(side: NewcomerPlaces, factor: int, row: int) -> str:
    return f"=IFERROR(INDEX({side.factors.column(factor)},{_cell(row, PLACE)}),0)"


def _constant(places: WaterfallPlaces, name: str) -> str:
    """Name a constant of the model, which stands on the items' sheet."""
    area = places.items.constant(name)
    return f"{Area(places.items.sheet, 0, 0, 1, 1).cell(0, 0).rpartition('!')[0]}!{area}"


def _cell(row: int, column: int) -> str:
    return Area("", row, column, 1, 1).cell(0, 0)


def _caption(sheet: Worksheet, style: Style, row: int, text: str) -> None:
    section = style("section")
    for column in range(LEFT, LEFT + 5):
        sheet.write_blank(row, column, None, section)
    write_text(sheet, row, LEFT, text, section)
