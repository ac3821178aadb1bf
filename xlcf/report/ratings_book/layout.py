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

from xlsxwriter.utility import xl_rowcol_to_cell

from xlcf.errors import InputError
from xlcf.report.area import Area, cell_name
from xlcf.report.cells import MAX_COLUMNS, MAX_ROWS
from xlcf.report.page import LEFT


@dataclass(frozen=True)
class Layout:
    """The places on one sheet; rows and columns count from 0.

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

    title_row = 0
    what_row = 1
    how_row = 2
    objective_row = 3
    ratings_count_row = 4
    blanks_count_row = 5

    def __post_init__(self) -> None:
        rows, columns = self.predictions.bottom + 1, self.predictions.right + 1
        if rows > MAX_ROWS or columns > MAX_COLUMNS:
            raise InputError(
                f"{self.n_users} users by {self.n_items} items with {self.n_factors} factors need {rows} rows by "
                f"{columns} columns, and a sheet has {MAX_ROWS} by {MAX_COLUMNS}: choose fewer."
            )

    @property
    def n_biases(self) -> int:
        """Biases of one user or item: 1 or 0."""
        return int(self.bias)

    @property
    def id_column(self) -> int:
        """The column of user ids and row labels, between user factors and items."""
        return LEFT + self.n_biases + self.n_factors

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
        return self._right_block(self.ratings.bottom + 3, self.n_biases + self.n_factors)

    @property
    def predictions(self) -> Area:
        """Predictions, shape (users, items)."""
        return self._right_block(self.item_block.bottom + 4, self.n_users)

    @property
    def user_block(self) -> Area:
        """The users' variable cells: a column of biases where there are any, a column a factor."""
        return Area(self.sheet, self.predictions.top, LEFT, self.n_users, self.n_biases + self.n_factors)

    @property
    def second_header_row(self) -> int:
        """The row of item ids above the predictions."""
        return self.predictions.top - 1

    @property
    def n_variables(self) -> int:
        """How many cells may change."""
        return sum(area.rows * area.columns for area in (self.item_block, self.user_block))

    @property
    def variables(self) -> str:
        """The variable cells as Solver keeps them."""
        return f"{self.item_block},{self.user_block}"

    @property
    def objective(self) -> str:
        """The objective cell's address."""
        return self._beside(self.objective_row)

    @property
    def absolute_objective(self) -> str:
        """The objective cell as Solver keeps it."""
        return cell_name(self.objective_row, self.id_column, self.sheet)

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
        rmse, decay, count = map(self._beside, (self.rmse_row, self.decay_row, self.ratings_count_row))
        items, users = self.item_block.local(), self.user_block.local()
        return f"={rmse}^2+{decay}*(SUMSQ({items})+SUMSQ({users}))/{count}"

    def prediction_formula(self, row: int, column: int) -> str:
        """Give the formula of one prediction: the same fill for all of them."""
        items, users = self.item_block, self.user_block

        def item(at: int) -> str:
            return str(xl_rowcol_to_cell(at, column, row_abs=True))

        def user(at: int) -> str:
            return str(xl_rowcol_to_cell(row, at, col_abs=True))

        own = f"{user(users.left + self.n_biases)}:{user(users.right)}"
        formula = f"MMULT({own},{item(items.top + self.n_biases)}:{item(items.bottom)})"
        if self.bias:
            formula += f"+{user(users.left)}+{item(items.top)}"
        if not self.ranged:
            return f"={formula}"
        low, high = (cell_name(at, self.id_column) for at in (self.low_row, self.high_row))
        exponent = f"({formula})" if self.bias else formula
        return f"={low}+({high}-{low})/(1+EXP(-{exponent}))"

    def _right_block(self, first_row: int, rows: int) -> Area:
        return Area(self.sheet, first_row, self.items_column, rows, self.n_items)

    def _beside(self, row: int) -> str:
        """Name the cell in the column of ids."""
        return str(xl_rowcol_to_cell(row, self.id_column))
