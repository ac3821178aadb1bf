"""Where things stand on a sheet of a ratings workbook, and the formulas that follow from it.

title, text,                     | item titles
objective, counts, range, decay  |
---------------------------------+---------------------   frozen above
user id      | item ids
user ids     | ratings
| item biases, item factors
user biases,        user id      | item ids
user factors        user ids     | predictions
"""

from __future__ import annotations

from dataclasses import dataclass

from xlcf.errors import InputError
from xlcf.ooxml.references import MAX_COLUMNS, MAX_ROWS, Area, address, column_letters, quote_sheet


@dataclass(frozen=True)
class Layout:
    """The places on one sheet; rows and columns count from 1.

    Attributes:
        sheet: the sheet's name.
        n_users: users, one a row.
        n_items: items, one a column.
        n_factors: factors of a user and of an item.
        bias: whether users and items have biases.
        ranged: whether the predictions go through a sigmoid between two cells, low and high.
        decayed: whether the objective adds weight decay to the mean squared error; without, it is the RMSE.

    Raises:
        InputError: where the sheet would be larger than Excel's.

    """

    sheet: str
    n_users: int
    n_items: int
    n_factors: int
    bias: bool
    ranged: bool
    decayed: bool = False

    first_column = 2
    title_row = 1
    what_row = 2
    how_row = 3
    objective_row = 4
    ratings_count_row = 5
    blanks_count_row = 6

    def __post_init__(self) -> None:
        last_row, last_column = self.predictions.row2, self.predictions.column2
        if last_row > MAX_ROWS or last_column > MAX_COLUMNS:
            raise InputError(
                f"{self.n_users} users by {self.n_items} items with {self.n_factors} factors need {last_row} rows by "
                f"{last_column} columns, and a sheet has {MAX_ROWS} by {MAX_COLUMNS}: choose fewer."
            )

    @property
    def n_biases(self) -> int:
        """Biases of one user or item: 1 or 0."""
        return int(self.bias)

    @property
    def id_column(self) -> int:
        """The column of user ids and row labels, between user factors and items."""
        return self.first_column + self.n_biases + self.n_factors

    @property
    def items_column(self) -> int:
        """The first item's column."""
        return self.id_column + 1

    @property
    def low_row(self) -> int:
        """The row of the lowest prediction, where there is one."""
        return self.blanks_count_row + 1

    @property
    def high_row(self) -> int:
        """The row of the highest prediction, where there is one."""
        return self.low_row + 1

    @property
    def decay_row(self) -> int:
        """The row of weight decay, where there is any."""
        return self.blanks_count_row + 2 * self.ranged + 1

    @property
    def rmse_row(self) -> int:
        """The row of the RMSE: the objective's own, or that below weight decay."""
        return self.decay_row + 1 if self.decayed else self.objective_row

    @property
    def header_row(self) -> int:
        """The row of item ids; it and all above are frozen."""
        return self.blanks_count_row + 2 * self.ranged + 2 * self.decayed + 1

    @property
    def ratings(self) -> Area:
        """Observed ratings, shape (users, items)."""
        return self._right_block(self.header_row + 2, self.n_users)

    @property
    def item_block(self) -> Area:
        """The items' variable cells: a row of biases where there are any, a row a factor."""
        return self._right_block(self.ratings.row2 + 3, self.n_biases + self.n_factors)

    @property
    def predictions(self) -> Area:
        """Predictions, shape (users, items)."""
        return self._right_block(self.item_block.row2 + 4, self.n_users)

    @property
    def user_block(self) -> Area:
        """The users' variable cells: a column of biases where there are any, a column a factor."""
        rows = self.predictions
        return Area(self.sheet, rows.row1, self.first_column, rows.row2, self.id_column - 1)

    @property
    def second_header_row(self) -> int:
        """The row of item ids above the predictions."""
        return self.predictions.row1 - 1

    @property
    def n_variables(self) -> int:
        """How many cells may change."""
        return self.item_block.size + self.user_block.size

    @property
    def variables(self) -> str:
        """The variable cells as Solver keeps them."""
        return ",".join(f"{quote_sheet(self.sheet)}!{_absolute(area)}" for area in (self.item_block, self.user_block))

    @property
    def objective(self) -> str:
        """The objective cell's address."""
        return address(self.objective_row, self.id_column)

    @property
    def absolute_objective(self) -> str:
        """The objective cell as Solver keeps it."""
        return f"{quote_sheet(self.sheet)}!${column_letters(self.id_column)}${self.objective_row}"

    def rmse_formula(self) -> str:
        """Root mean squared error over the rated pairs.

        A blank is 0 in arithmetic: the first factor of the sum keeps such pairs out, in every spreadsheet program.
        """
        ratings, predictions = self.ratings.local(), self.predictions.local()
        return f'=SQRT(SUMPRODUCT(({ratings}<>"")*({ratings}-{predictions})^2)/COUNT({ratings}))'

    def objective_formula(self) -> str:
        """The RMSE; with weight decay w the mean of squared errors plus w times the sum of the factors' squares.

        Both sums are divided by the number of ratings, so that one w suits sheets of any size.
        """
        if not self.decayed:
            return self.rmse_formula()
        rmse, decay, count = (
            address(row, self.id_column) for row in (self.rmse_row, self.decay_row, self.ratings_count_row)
        )
        items, users = self.item_block.local(), self.user_block.local()
        return f"={rmse}^2+{decay}*(SUMSQ({items})+SUMSQ({users}))/{count}"

    def prediction_formula(self, row: int, column: int) -> str:
        """Give the formula of one prediction: the same fill for all of them."""
        items, users = self.item_block, self.user_block
        first, last = column_letters(users.column1 + self.n_biases), column_letters(users.column2)
        letters = column_letters(column)
        formula = f"MMULT(${first}{row}:${last}{row},{letters}${items.row1 + self.n_biases}:{letters}${items.row2})"
        if self.bias:
            formula += f"+${column_letters(users.column1)}{row}+{letters}${items.row1}"
        if not self.ranged:
            return f"={formula}"
        low, high = (f"${column_letters(self.id_column)}${row}" for row in (self.low_row, self.high_row))
        exponent = f"({formula})" if self.bias else formula
        return f"={low}+({high}-{low})/(1+EXP(-{exponent}))"

    def _right_block(self, first_row: int, rows: int) -> Area:
        last_column = self.items_column + self.n_items - 1
        return Area(self.sheet, first_row, self.items_column, first_row + rows - 1, last_column)


def _absolute(area: Area) -> str:
    first, last = column_letters(area.column1), column_letters(area.column2)
    return f"${first}${area.row1}:${last}${area.row2}"
