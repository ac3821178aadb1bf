"""Where everything stands that formulas of a model's workbook refer to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from xlcf.report.area import Area, cell_name
from xlcf.report.factor_table import TablePlaces, sigmoid_formula
from xlcf.report.lookup_formula import place_formula
from xlcf.report.model_view import ModelView
from xlcf.report.page import LEFT

SUMMARY = "Summary"
CURVES = "Learning curves"
PREDICT = "Predict"
USERS = "Users"
ITEMS = "Items"
RECOMMENDATIONS = "Recommendations"
ACTUAL = "Predicted against actual"

TABLE_ROW = 6
"""The first user's and the first item's row."""

_FIRST_NUMBER_ROW = 9
_SUM = "Sum of products"


@dataclass(frozen=True)
class PredictPlaces:
    """The cells of the sheet Predict: two ids, and the numbers of a prediction, top down.

    Attributes:
        view: the model.

    """

    view: ModelView

    user_row = 4
    item_row = 5
    value = LEFT + 1
    """The column of ids and numbers."""

    @cached_property
    def labels(self) -> list[str]:
        """What each number is called, top down."""
        factors = self.view.factors
        assert factors is not None
        labels = [_SUM]
        labels += ["User's bias", "Item's bias"] if factors.user_bias is not None else []
        labels += ["Global bias"] if factors.global_bias != 0 else []
        labels += ["Sum"] if len(labels) > 1 else []
        labels += ["Sigmoid's low end", "Sigmoid's high end", "Sigmoid"] if factors.rating_range is not None else []
        labels += ["Lowest rating", "Highest rating"] if self.view.model.clip is not None else []
        return [*labels, "Prediction"]

    def row(self, label: str) -> int:
        """Give the row of a number."""
        return _FIRST_NUMBER_ROW + self.labels.index(label)

    def cell(self, label: str, sheet: str = "") -> str:
        """Name the cell of a number."""
        return cell_name(self.row(label), self.value, sheet)

    @property
    def products(self) -> Area:
        """The table of factors: number, the user's, the item's, their product."""
        factors = self.view.factors
        assert factors is not None
        return Area("", self.row("Prediction") + 4, LEFT, max(1, factors.n_factors), 4)


@dataclass(frozen=True)
class ModelPlaces:
    """Where users and items are listed, and the formulas over them.

    Attributes:
        view: the model.

    """

    view: ModelView

    @cached_property
    def users(self) -> TablePlaces:
        """The users' table."""
        return self._table(USERS, len(self.view.users), has_title=False)

    @cached_property
    def items(self) -> TablePlaces:
        """The items' table."""
        return self._table(ITEMS, len(self.view.items), has_title=self.view.model.item_titles is not None)

    def _table(self, sheet: str, rows: int, *, has_title: bool) -> TablePlaces:
        n_factors, has_bias = self.view.model.predictor.user_factors.shape[1], self.view.biases[0] is not None
        return TablePlaces(sheet, TABLE_ROW, LEFT, rows, n_factors, has_title, has_bias, has_counts=True)

    @cached_property
    def predict(self) -> PredictPlaces:
        """The sheet Predict."""
        return PredictPlaces(self.view)

    def prediction(self, user_cell: str, item_cell: str) -> str:
        """Give the live formula of a prediction for the ids in two cells, which must be listed.

        It looks the ids up, so that it holds whatever order a reader sorts the sheets Users and Items into.
        """
        factors = self.view.factors
        assert factors is not None
        sides = ((self.users, user_cell), (self.items, item_cell))
        places = [self.place(table, cell) for table, cell in sides]
        rows = [f"INDEX({table.factors},{place},0)" for (table, _), place in zip(sides, places, strict=True)]
        terms = [f"SUMPRODUCT({','.join(rows)})"]
        if factors.user_bias is not None:
            terms += [f"INDEX({table.bias},{place})" for (table, _), place in zip(sides, places, strict=True)]
        if factors.global_bias != 0:
            terms.append(self.predict.cell("Global bias", PREDICT))
        z = "+".join(terms)
        if factors.rating_range is not None:
            low, high = (self.predict.cell(f"Sigmoid's {end} end", PREDICT) for end in ("low", "high"))
            z = sigmoid_formula(z, low, high)
        return f"={self.clipped(z, PREDICT)}"

    def place(self, table: TablePlaces, id_cell: str) -> str:
        """Give the formula, without `=`, of the place in the table of the id in a cell."""
        return place_formula(id_cell, table.ids, has_texts=table.sheet in self._sheets_with_text_ids)

    @cached_property
    def _sheets_with_text_ids(self) -> list[str]:
        model = self.view.model
        sides = ((self.users, model.user_ids), (self.items, model.item_ids))
        return [table.sheet for table, ids in sides if any(isinstance(raw_id, str) for raw_id in ids)]

    def clipped(self, rating: str, sheet: str = "") -> str:
        """Keep a rating, given as a formula without `=`, within the range of the ratings."""
        if self.view.model.clip is None:
            return rating
        low, high = (self.predict.cell(label, sheet) for label in ("Lowest rating", "Highest rating"))
        return f"MIN({high},MAX({low},{rating}))"
