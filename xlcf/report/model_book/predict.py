"""The sheet `Predict`: type a user and an item, and see the prediction computed step by step, live."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from xlsxwriter.workbook import Workbook

from xlcf.models.factors import Factors
from xlcf.report.area import Area, cell_name
from xlcf.report.cells import Formula, write_formula, write_id, write_number, write_text
from xlcf.report.factor_table import TablePlaces, sigmoid_formula
from xlcf.report.model_book.places import PREDICT, ModelPlaces
from xlcf.report.model_book.words import classifier_target
from xlcf.report.page import LEFT, Page
from xlcf.report.style import title_width
from xlcf.report.table import Column, numbers, write_table

Step = tuple[str, str | None, float, str]
"""A number of a prediction: its label, formula (None for a plain number), value and explanation."""

_WIDTHS = (22, 16, 14, 14)
_NUMBER = "0.0000"


def write_predict(book: Workbook, places: ModelPlaces) -> None:
    """Add the sheet for the user and the item with most ratings; the model must have factors."""
    _PredictSheet(book, places).write()


class _PredictSheet:
    def __init__(self, book: Workbook, places: ModelPlaces) -> None:
        factors = places.view.factors
        assert factors is not None
        sentence = "Type a user and an item into the two yellow cells: this is what the model predicts, step by step."
        self.page = Page(book, PREDICT, PREDICT, sentence, landscape=False)
        self.sheet, self.style, self.places, self.cells = self.page.sheet, self.page.style, places, places.predict
        self.view, self.model, self.factors = places.view, places.view.model, factors
        self.user, self.item = int(self.view.users[0]), int(self.view.items[0])
        self.products = factors.user_factors[self.user] * factors.item_factors[self.item]

    def write(self) -> None:
        titles = [] if self.model.item_titles is None else [self.view.title(item) for item in self.view.items]
        self.page.columns([*_WIDTHS, title_width(titles, 60)])
        self._pair()
        self._numbers()
        self._factor_by_factor()
        self.sheet.set_selection(self.cells.user_row, self.cells.value, self.cells.user_row, self.cells.value)

    def _pair(self) -> None:
        for column, name in enumerate(("", "Id", "Place", "Ratings", "Title"), LEFT):
            if name != "Title" or self.model.item_titles is not None:
                write_text(self.sheet, 3, column, name, self.style("header" if name else "header_text"))
        model = self.model
        self._id(self.cells.user_row, model.user_name, self.places.users, model.user_ids[self.user], "Users")
        self._looked_up(self.cells.user_row, 3, self.places.users.counts, float(model.user_counts[self.user]))
        self._id(self.cells.item_row, model.item_name, self.places.items, model.item_ids[self.item], "Items")
        self._looked_up(self.cells.item_row, 3, self.places.items.counts, float(model.item_counts[self.item]))
        if model.item_titles is not None:
            self._looked_up(self.cells.item_row, 4, self.places.items.titles, self.view.title(self.item))

    def _id(self, row: int, name: str, table: TablePlaces, raw_id: object, sheet: str) -> None:
        write_text(self.sheet, row, LEFT, name, self.style("id", num_format="General"))
        typed = "@" if isinstance(raw_id, str) else "General"
        write_id(self.sheet, row, LEFT + 1, raw_id, self.style("input", num_format=typed, bold=True))
        id_cell = cell_name(row, LEFT + 1)
        formula = f'=IFERROR({self.places.place(table, id_cell)},"not listed")'
        write_formula(self.sheet, row, LEFT + 2, formula, 1.0, self.style("cell", num_format="#,##0"))
        self.sheet.data_validation(
            row,
            LEFT + 1,
            row,
            LEFT + 1,
            {
                "validate": "list",
                "source": f"={table.ids}",
                "error_title": "Not listed",
                "error_message": f"The sheet {sheet} has no such id in its first column.",
            },
        )

    def _looked_up(self, row: int, offset: int, area: Area, value: float | str) -> None:
        role = self.style("text") if isinstance(value, str) else self.style("cell", num_format="#,##0")
        write_formula(self.sheet, row, LEFT + offset, self._lookup(area, row), value, role)

    def _lookup(self, area: Area, row: int) -> str:
        """Give the formula that looks a column of a table up, for the id in a row."""
        return f'=IFERROR(INDEX({area},{cell_name(row, LEFT + 2)}),"")'

    def _numbers(self) -> None:
        top = self.cells.row(self.cells.labels[0])
        self.page.caption(top - 2, LEFT, LEFT + 4, "What the model predicts")
        for row, (label, formula, value, text) in enumerate(self._steps(), top):
            last = label == "Prediction"
            write_text(self.sheet, row, LEFT, label, self.style("id", num_format="General", bold=last))
            number = self.view.number if last and self.model.is_classifier else _NUMBER
            cell = self.style("total" if last else "cell", num_format=number)
            if formula is None:
                write_number(self.sheet, row, LEFT + 1, value, cell)
            else:
                write_formula(self.sheet, row, LEFT + 1, formula, value, cell)
            write_text(self.sheet, row, LEFT + 2, text, self.style("subtitle", indent=1))

    def _steps(self) -> Iterator[Step]:
        """Give the numbers top down."""
        cells, factors = self.cells, self.factors
        summed = float(self.products.sum())
        yield cells.labels[0], f"=SUM({cells.products.column(3)})", summed, "the products below, added up"
        z = summed
        if factors.user_bias is not None and factors.item_bias is not None:
            biases = float(factors.user_bias[self.user]), float(factors.item_bias[self.item])
            z += sum(biases)
            users, items = self._lookup(self.places.users.bias, cells.user_row), self.places.items.bias
            yield "User's bias", users, biases[0], "how far this user's ratings lie above the others'"
            yield "Item's bias", self._lookup(items, cells.item_row), biases[1], "and this item's"
        if factors.global_bias != 0:
            z += factors.global_bias
            yield "Global bias", None, factors.global_bias, "the same for every prediction"
        last = cells.labels[0]
        if "Sum" in cells.labels:
            last = "Sum"
            top = cells.row(cells.labels[0])
            area = Area("", top, cells.value, cells.row(last) - top, 1)
            yield last, f"=SUM({area})", z, "all of these"
        yield from self._within_range(cells.cell(last), z, factors)

    def _within_range(self, formula: str, value: float, factors: Factors) -> Iterator[Step]:
        """Give the steps from the sum to the prediction."""
        cells = self.cells
        if factors.rating_range is not None:
            low, high = factors.rating_range
            yield "Sigmoid's low end", None, low, "no prediction is below it"
            yield "Sigmoid's high end", None, high, "and none above"
            ends = cells.cell("Sigmoid's low end"), cells.cell("Sigmoid's high end")
            value = float(factors.rating_of(np.array(value)))
            yield "Sigmoid", f"={sigmoid_formula(formula, *ends)}", value, "low + (high - low) / (1 + e^-sum)"
            formula = cells.cell("Sigmoid")
        text = classifier_target(self.model)
        if self.view.model.clip is not None:
            low, high = self.view.model.clip
            yield "Lowest rating", None, low, "a prediction below it is raised to it"
            yield "Highest rating", None, high, "and one above is lowered"
            value = min(high, max(low, value))
        result = self.places.clipped(formula)
        user, item = (cell_name(row, LEFT + 2) for row in (cells.user_row, cells.item_row))
        listed = f'=IF(AND(ISNUMBER({user}),ISNUMBER({item})),{result},"not listed")'
        yield "Prediction", listed, value, text

    def _factor_by_factor(self) -> None:
        area, cells = self.cells.products, self.cells
        self.page.caption(area.top - 2, LEFT, LEFT + 4, "Factor by factor")
        columns = [Column("Factor", _WIDTHS[0], range(1, self.factors.n_factors + 1), "id")]
        for name, width, table, values, at in (
            ("User's", _WIDTHS[1], self.places.users.factors, self.factors.user_factors[self.user], cells.user_row),
            ("Item's", _WIDTHS[2], self.places.items.factors, self.factors.item_factors[self.item], cells.item_row),
        ):
            looked_up = [
                Formula(self._lookup(table.part(factor), at), value) for factor, value in enumerate(values.tolist())
            ]
            columns.append(numbers(name, width, looked_up, _NUMBER))
        products = [
            Formula(f'=IFERROR({area.cell(factor, 1)}*{area.cell(factor, 2)},"")', value)
            for factor, value in enumerate(self.products.tolist())
        ]
        columns.append(numbers("Product", _WIDTHS[3], products, _NUMBER))
        write_table(self.page, columns, area.top - 1)
