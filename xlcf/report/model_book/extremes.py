"""The sheet `Best and worst`: items by bias, or by mean prediction where the model has no biases."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from xlcf.models.fold_in import average_weights
from xlcf.report.cells import write_id, write_number, write_text
from xlcf.report.model_book.places import EXTREMES, LEFT
from xlcf.report.model_view import ModelView
from xlcf.report.style import (
    HIGH,
    LOW,
    Style,
    diverging_scale,
    id_width,
    sequential_scale,
    set_up_page,
    signed_format,
    title_width,
    write_heading,
)

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

LISTED = 20
"""Most items in each of the two lists."""

_COUNTS = (50, 20, 10, 5, 2, 1)  # least ratings to choose from, where nobody has chosen
_PAIRS, _MOST_USERS = 20_000_000, 2_000  # most predictions, and most users, behind the means
_TITLE_WIDTH = 60.0
_NEW_USER = "To a new user"


@dataclass(frozen=True)
class Extremes:
    """Items in the order of what the model thinks of them.

    Attributes:
        items: codes, the best first.
        values: shape (items,), the biases, or the mean predictions of a model without biases.
        minimum_count: the least ratings of an item that counts.
        users: how many users the means are over; 0 for biases.

    """

    items: Integers
    values: Floats
    minimum_count: int
    users: int


def default_minimum_count(counts: Integers) -> int:
    """Choose the least ratings of an item that counts: 50, or fewer where few items would be left."""
    enough = (least for least in _COUNTS if (counts >= least).sum() >= 2 * LISTED)
    return next(enough, 1)


def extremes(view: ModelView, minimum_count: int) -> Extremes:
    """Order the items that have at least `minimum_count` ratings."""
    items = np.flatnonzero(view.model.item_counts >= minimum_count)
    bias, users = view.biases[1], 0
    if bias is not None:
        values = bias[items]
    else:
        users = min(len(view.model.user_ids), _MOST_USERS, max(100, _PAIRS // max(1, len(items))))
        values = _mean_predictions(view, items, users)
    order = np.argsort(-values, kind="stable")
    return Extremes(items[order], values[order], minimum_count, users)


def write_extremes(book: Workbook, view: ModelView, minimum_count: int) -> None:
    """Add the sheet with the best and the worst items."""
    _ExtremesSheet(book.add_worksheet(EXTREMES), Style(book), view, extremes(view, minimum_count)).write()


def _mean_predictions(view: ModelView, items: Integers, n_users: int) -> Floats:
    """Average what a number of users, drawn at random but always the same, are predicted to rate: shape (items,)."""
    everyone = len(view.model.user_ids)
    users = np.arange(everyone)
    if n_users < everyone:
        users = np.sort(np.random.default_rng(0).choice(everyone, n_users, replace=False))
    total = np.zeros(len(items))
    for user in users:
        total += view.model.predict_codes(np.full(len(items), user), items)
    return total / len(users)


def _to_new_user(view: ModelView, items: Integers) -> Floats:
    """Predict items for a new user, who is taken for the average one as on the sheet `New user`: shape (items,)."""
    factors = view.factors
    if factors is None or factors.user_bias is None or factors.item_bias is None:
        return np.empty(0)
    bias, *own = average_weights(factors.user_factors, factors.user_bias, view.model.user_counts)
    z = factors.item_factors[items] @ np.array(own) + bias + factors.item_bias[items] + factors.global_bias
    return factors.rating_of(z).clip(*view.model.prediction_range)


class _ExtremesSheet:
    def __init__(self, sheet: Worksheet, style: Style, view: ModelView, found: Extremes) -> None:
        self.sheet, self.style, self.view, self.found = sheet, style, view, found
        self.has_bias = view.biases[1] is not None
        self.to_new_user = _to_new_user(view, found.items)

    def write(self) -> None:
        set_up_page(self.sheet, landscape=False)
        sentence = f"Of the {len(self.found.items):,} items with at least {self.found.minimum_count:,} ratings."
        write_heading(self.sheet, self.style, EXTREMES, f"{sentence} {self._what_it_is()}")
        count = min(LISTED, (len(self.found.items) + 1) // 2)
        for column, (_, width, _) in enumerate(self._columns(), LEFT):
            self.sheet.set_column(column, column, width)
        if not count:
            few = f"No item has {self.found.minimum_count:,} ratings."
            write_text(self.sheet, 3, LEFT, few, self.style("subtitle"))
            return
        worst = len(self.found.items) - count
        self._list(3, "The best", np.arange(count))
        self._list(6 + count, "The worst", np.arange(len(self.found.items) - 1, max(worst, count) - 1, -1))

    def _what_it_is(self) -> str:
        if not self.has_bias:
            everyone = len(self.view.model.user_ids)
            whose = "all users" if self.found.users == everyone else f"{self.found.users:,} users drawn at random"
            return f"The model has no biases: ordered by the mean prediction over {whose}."
        if self.view.model.predictor.rating_range is not None:
            return "A bias is added before the sigmoid; 0 is neither good nor bad."
        return "A bias says how far an item lies above what its users give otherwise."

    def _columns(self) -> list[tuple[str, float, str]]:
        """Give name, width and header style of each column."""
        model = self.view.model
        shown = [*self.found.items[:LISTED].tolist(), *self.found.items[-LISTED:].tolist()]
        columns = [
            ("Rank", 9.0, "header"),
            (model.item_name, id_width(model.item_name, [model.item_ids[item] for item in shown]), "header_text"),
        ]
        if model.item_titles is not None:
            width = title_width([self.view.title(item) for item in shown], _TITLE_WIDTH)
            columns.append(("Title", width, "header_text"))
        if self.has_bias:
            return [*columns, ("Bias", 11.0, "header"), (_NEW_USER, 14.0, "header"), ("Ratings", 11.0, "header")]
        return [*columns, ("Mean prediction", 16.0, "header"), ("Ratings", 11.0, "header")]

    def _list(self, top: int, name: str, places: Integers) -> None:
        columns, section = self._columns(), self.style("section")
        write_text(self.sheet, top, LEFT, name, section)
        for column in range(LEFT + 1, LEFT + len(columns)):
            self.sheet.write_blank(top, column, None, section)
        for column, (header, _, role) in enumerate(columns, LEFT):
            write_text(self.sheet, top + 1, column, header, self.style(role))
        for row, place in enumerate(places.tolist(), top + 2):
            self._item(row, place)
        value = LEFT + len(columns) - (3 if self.has_bias else 2)
        if self.has_bias:
            scale = diverging_scale(self.found.values, LOW, HIGH)
        else:
            scale = sequential_scale(float(self.found.values.min()), float(self.found.values.max()))
        self.sheet.conditional_format(top + 2, value, top + 1 + len(places), value, scale)

    def _item(self, row: int, place: int) -> None:
        sheet, style, model = self.sheet, self.style, self.view.model
        item, value = int(self.found.items[place]), float(self.found.values[place])
        write_number(sheet, row, LEFT, place + 1, style("cell", num_format="#,##0"))
        write_id(sheet, row, LEFT + 1, model.item_ids[item], style("id", bold=False))
        column = LEFT + 2
        if model.item_titles is not None:
            write_text(sheet, row, column, model.item_titles[item], style("text"))
            column += 1
        number = style("cell", num_format=self.view.number)
        if self.has_bias:
            bias = style("cell", num_format=signed_format("0.000"), bold=True)
            write_number(sheet, row, column, value, bias)
            write_number(sheet, row, column + 1, float(self.to_new_user[place]), number)
            column += 1
        else:
            write_number(sheet, row, column, value, style("cell", num_format=self.view.number, bold=True))
        write_number(sheet, row, column + 1, int(model.item_counts[item]), style("cell", num_format="#,##0"))
