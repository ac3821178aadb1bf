"""The sheet `Factors`: every fitted number that predictions are made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from xlsxwriter.workbook import Workbook

from xlcf.arrays import Integers
from xlcf.errors import InputError
from xlcf.report.area import cell_name
from xlcf.report.cells import MAX_COLUMNS, write_number, write_text
from xlcf.report.factor_table import FactorTable, TablePlaces, sigmoid_formula, write_factor_table
from xlcf.report.fit_report import FitReport
from xlcf.report.model_view import ModelView, positions
from xlcf.report.page import LEFT, Page
from xlcf.report.sheet_names import SheetNames

_FIRST_CONSTANT_ROW = 3
_GAP = 1


@dataclass(frozen=True)
class FactorsPlaces:
    """Where each fitted number stands on the sheet, and the formula of a prediction.

    The sheet has the constants (global bias, rating range) on top, below them the users' table and right of it
    the items' table, each with id, title (items that have one), bias (models that have one) and factors.

    Attributes:
        view: the ratings and factors.
        sheet: the sheet's name.

    """

    view: ModelView
    sheet: str

    @property
    def constants(self) -> list[tuple[str, float]]:
        """The numbers that all predictions share: their labels and values, top down from row 4."""
        factors = self.view.model.factors
        found = [("Global bias", factors.global_bias)] if factors.global_bias != 0 else []
        if factors.rating_range is not None:
            low, high = factors.rating_range
            found += [("Lowest rating", low), ("Highest rating", high)]
        return found

    def constant(self, label: str) -> str:
        """Name the cell of a constant by its label."""
        row = _FIRST_CONSTANT_ROW + [name for name, _ in self.constants].index(label)
        return cell_name(row, LEFT + 1, self.sheet)

    @property
    def caption_row(self) -> int:
        """The row with the tables' names; the headers are below it."""
        return _FIRST_CONSTANT_ROW + (len(self.constants) + 1 if self.constants else 0)

    @property
    def first_row(self) -> int:
        """The row of the first user and the first item."""
        return self.caption_row + 2

    @cached_property
    def users(self) -> TablePlaces:
        """The users' table."""
        factors = self.view.model.factors
        return TablePlaces(
            self.sheet,
            self.first_row,
            LEFT,
            len(self.view.listed_users),
            factors.n_factors,
            has_title=False,
            has_bias=factors.user_bias is not None,
        )

    @cached_property
    def items(self) -> TablePlaces:
        """The items' table."""
        factors = self.view.model.factors
        return TablePlaces(
            self.sheet,
            self.first_row,
            self.users.end + _GAP,
            len(self.view.listed_items),
            factors.n_factors,
            has_title=self.view.ratings.item_titles is not None,
            has_bias=factors.item_bias is not None,
        )

    @cached_property
    def _user_place(self) -> Integers:
        return positions(self.view.listed_users, self.view.ratings.n_users)

    @cached_property
    def _item_place(self) -> Integers:
        return positions(self.view.listed_items, self.view.ratings.n_items)

    def prediction(self, user: int, item: int) -> str:
        """Give the formula of a prediction from the codes of a listed user and a listed item."""
        u, i = int(self._user_place[user]), int(self._item_place[item])
        terms = []
        if self.view.model.factors.n_factors:
            terms.append(f"SUMPRODUCT({self.users.factors.row(u)},{self.items.factors.row(i)})")
        if self.users.has_bias:
            terms.append(self.users.bias.cell(u, 0))
        if self.items.has_bias:
            terms.append(self.items.bias.cell(i, 0))
        if self.view.model.factors.global_bias != 0:
            terms.append(self.constant("Global bias"))
        z = "+".join(terms) or "0"
        if self.view.model.factors.rating_range is None:
            return f"={z}"
        return f"={sigmoid_formula(z, self.constant('Lowest rating'), self.constant('Highest rating'))}"


def write_factors(book: Workbook, names: SheetNames, report: FitReport) -> None:
    """Add the sheet with the factors, biases and constants of a fit with ratings.

    Raises:
        InputError: the model has more factors than a worksheet has columns.

    """
    view = report.view
    places = FactorsPlaces(view, names.factors)
    if places.items.end > MAX_COLUMNS:
        raise InputError(
            f"a model with {view.model.factors.n_factors} factors does not fit a worksheet of {MAX_COLUMNS} columns; "
            "fit it with fewer factors"
        )
    page = Page(book, names.factors, "Factors", _what_a_prediction_is(places), landscape=places.items.end > 10)
    if len(view.listed_users) < view.ratings.n_users or len(view.listed_items) < view.ratings.n_items:
        note = (
            f"Listed are the {len(view.listed_users):,} users and {len(view.listed_items):,} items with most ratings."
        )
        page.note_above(note)
    for offset, (label, value) in enumerate(places.constants):
        row = _FIRST_CONSTANT_ROW + offset
        write_text(page.sheet, row, LEFT, label, page.style("id", num_format="General"))
        write_number(page.sheet, row, LEFT + 1, value, page.style("cell", num_format="0.0###"))

    ratings, factors = view.ratings, view.model.factors
    users = FactorTable(
        f"Users ({len(view.listed_users):,})",
        ratings.user_name,
        [ratings.user_ids[u] for u in view.listed_users],
        None,
        None,
        None if factors.user_bias is None else factors.user_bias[view.listed_users],
        factors.user_factors[view.listed_users],
    )
    items = FactorTable(
        f"Items ({len(view.listed_items):,})",
        ratings.item_name,
        [ratings.item_ids[i] for i in view.listed_items],
        None if ratings.item_titles is None else [ratings.item_titles[i] for i in view.listed_items],
        None,
        None if factors.item_bias is None else factors.item_bias[view.listed_items],
        factors.item_factors[view.listed_items],
    )
    write_factor_table(page, places.users, users)
    page.columns([3] * _GAP, places.users.end)
    write_factor_table(page, places.items, items)
    page.sheet.freeze_panes(places.first_row, 0)
    header = places.first_row - 1
    page.print_table((header, header), max(places.users.ids.bottom, places.items.ids.bottom), places.items.end - 1)


def _what_a_prediction_is(places: FactorsPlaces) -> str:
    factors = places.view.model.factors
    terms = (
        [f"the {factors.n_factors} products of the user's and the item's factors (embeddings)"]
        if factors.n_factors
        else []
    )
    terms += ["the user's bias"] if factors.user_bias is not None else []
    terms += ["the item's bias"] if factors.item_bias is not None else []
    terms += ["the global bias"] if factors.global_bias != 0 else []
    total = "the sum of " + _enumerate(terms)
    if factors.rating_range is None:
        return f"A prediction is {total}. Change a number here, and the predictions follow."
    return (
        f"A prediction is {total}, mapped between the lowest and the highest rating by the sigmoid "
        "low + (high - low) / (1 + e^-sum)."
    )


def _enumerate(terms: Sequence[str]) -> str:
    if len(terms) < 2:
        return "".join(terms)
    return ", ".join(terms[:-1]) + " and " + terms[-1]
