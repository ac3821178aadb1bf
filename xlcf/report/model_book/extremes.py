"""The sheet `Best and worst`: items by bias, or by mean prediction where the model has no biases."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from xlsxwriter.workbook import Workbook

from xlcf.models.fold_in import average_weights
from xlcf.report.cells import write_text
from xlcf.report.model_book.places import EXTREMES
from xlcf.report.model_view import ModelView
from xlcf.report.page import LEFT, Page
from xlcf.report.style import HIGH, LOW, diverging_scale, id_width, sequential_scale, signed_format, title_width
from xlcf.report.table import Column, numbers, write_table

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
    _ExtremesSheet(book, view, extremes(view, minimum_count)).write()


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
    def __init__(self, book: Workbook, view: ModelView, found: Extremes) -> None:
        self.view, self.found = view, found
        self.has_bias = view.biases[1] is not None
        self.to_new_user = _to_new_user(view, found.items)
        sentence = f"Of the {len(found.items):,} items with at least {found.minimum_count:,} ratings."
        self.page = Page(book, EXTREMES, EXTREMES, f"{sentence} {self._what_it_is()}", landscape=False)

    def write(self) -> None:
        items = len(self.found.items)
        count = min(LISTED, (items + 1) // 2)
        if not count:
            few = f"No item has {self.found.minimum_count:,} ratings."
            write_text(self.page.sheet, self.page.row, LEFT, few, self.page.style("subtitle"))
            return
        worst = np.arange(items - 1, max(items - count, count) - 1, -1)
        for name, places in (("The best", np.arange(count)), ("The worst", worst)):
            self._list(name, places)

    def _what_it_is(self) -> str:
        if not self.has_bias:
            everyone = len(self.view.model.user_ids)
            whose = "all users" if self.found.users == everyone else f"{self.found.users:,} users drawn at random"
            return f"The model has no biases: ordered by the mean prediction over {whose}."
        if self.view.model.predictor.rating_range is not None:
            return "A bias is added before the sigmoid; 0 is neither good nor bad."
        return "A bias says how far an item lies above what its users give otherwise."

    def _list(self, name: str, places: Integers) -> None:
        page, columns = self.page, self._columns(places)
        top = page.row + 2
        page.row = write_table(page, columns, page.row, caption=name) + 1
        value = LEFT + [column.name for column in columns].index(self._value)
        if self.has_bias:
            scale = diverging_scale(self.found.values, LOW, HIGH)
        else:
            scale = sequential_scale(float(self.found.values.min()), float(self.found.values.max()))
        page.sheet.conditional_format(top, value, top - 1 + len(places), value, scale)

    @property
    def _value(self) -> str:
        return "Bias" if self.has_bias else "Mean prediction"

    def _columns(self, places: Integers) -> list[Column]:
        model, found, number = self.view.model, self.found, self.view.number
        items = found.items[places].tolist()
        shown = [*found.items[:LISTED].tolist(), *found.items[-LISTED:].tolist()]
        width = id_width(model.item_name, [model.item_ids[item] for item in shown])
        columns = [
            numbers("Rank", 9.0, (places + 1).tolist(), "#,##0"),
            Column(model.item_name, width, [model.item_ids[item] for item in items], "id", {"bold": False}),
        ]
        if model.item_titles is not None:
            width = title_width([self.view.title(item) for item in shown], _TITLE_WIDTH)
            columns.append(Column("Title", width, [self.view.title(item) for item in items], "text"))
        if self.has_bias:
            columns.append(numbers(self._value, 11.0, found.values[places], signed_format("0.000"), bold=True))
            columns.append(numbers(_NEW_USER, 14.0, self.to_new_user[places], number))
        else:
            columns.append(numbers(self._value, 16.0, found.values[places], number, bold=True))
        return [*columns, numbers("Ratings", 11.0, [int(model.item_counts[item]) for item in items], "#,##0")]
